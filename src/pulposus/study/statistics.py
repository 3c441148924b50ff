"""What a sample of draws says: level, interval, Monte-Carlo error, paired difference, chance, and shares of variance.

    median error  (q(1/2 + 1/(2 sqrt n)) - q(1/2 - 1/(2 sqrt n))) / 2          order statistics of the median
    share         r_s^2 of the parameter's ranks and the difference's ranks, error 2 |r_s| (1 - r_s^2) / sqrt(n - 1)
    resolved      |r_s| above the family-wise bound of `tested` parameters at 5 % (Student t, Bonferroni)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Spread", "chance", "enough", "rank_shares", "spread_of"]

Array = NDArray[np.float64]
FEW = 200  # draws below which the interval is 80 % and the report says preview
_NARROW, _WIDE = 0.80, 0.95
_FAMILY = 0.05
_HALF_TIE = 1e-3  # so that rounding does not lose an agreeing draw
_LEAST = 8  # draws below which no rank correlation is told from chance


@dataclass(frozen=True)
class Spread:
    """Median with its interval (`level` of the draws), the Monte-Carlo error of the median, and the number of draws."""

    median: float
    low: float
    high: float
    error: float
    level: float
    n: int


def spread_of(values: Any) -> Spread:
    """Return the spread of the finite values of a sample.

    >>> found = spread_of(np.arange(101.0))
    >>> found.median, round(found.low, 9), found.level
    (50.0, 10.0, 0.8)
    """
    x = np.asarray(values, dtype=float)
    x = x[np.isfinite(x)]
    level = _NARROW if len(x) < FEW else _WIDE
    if not len(x):
        return Spread(*(float("nan"),) * 4, level, 0)
    half = 0.5 / np.sqrt(len(x))
    q = np.quantile(x, [0.5, (1 - level) / 2, (1 + level) / 2, min(1.0, 0.5 + half), max(0.0, 0.5 - half)])
    return Spread(float(q[0]), float(q[1]), float(q[2]), float(q[3] - q[4]) / 2, level, len(x))


def chance(first: Any, second: Any, tie: float = 0.0) -> float:
    """Return the share of draws in which the first is greater than the second, ties counted half; NaN when none is finite.

    tie: differences no larger than this count as none.

    >>> chance([1.0, 2.0, 3.0], [0.0, 2.0, 4.0])
    0.5
    """
    d = np.asarray(first, dtype=float) - np.asarray(second, dtype=float)
    d = d[np.isfinite(d)]
    return float(((d > tie) + 0.5 * (np.abs(d) <= tie)).mean()) if len(d) else float("nan")


def enough(share: float, draws: int, limit: float) -> bool:
    """Return whether so many draws tell a share from the limit: at the limit itself as many would agree in fewer than one
    of twenty runs.

    >>> enough(1.0, 58, 0.95), enough(1.0, 59, 0.95)
    (False, True)
    """
    from scipy.stats import binom

    agreeing = np.floor(share * draws + _HALF_TIE)
    return bool(binom.sf(agreeing - 1, draws, limit) < _FAMILY)


def rank_shares(parameters: Array, difference: Array) -> tuple[Array, Array, Array]:
    """Return the rank correlation of each parameter (parameters, draws) with a difference (draws,), the Monte-Carlo error
    of its square, and whether it is distinguishable from zero among all that vary."""
    from scipy.stats import rankdata, t

    keep = np.isfinite(difference)
    n = int(keep.sum())
    varies = np.array([len(np.unique(row[keep])) > 1 for row in parameters], dtype=bool)
    r = np.zeros(len(parameters))
    if n >= _LEAST and varies.any() and len(np.unique(difference[keep])) > 1:
        y = rankdata(difference[keep])
        for i in np.flatnonzero(varies):
            r[i] = np.corrcoef(rankdata(parameters[i][keep]), y)[0, 1]
    bound_t = t.ppf(1 - _FAMILY / (2 * max(int(varies.sum()), 1)), max(n - 2, 1))
    bound = bound_t / np.sqrt(max(n - 2, 1) + bound_t**2)
    return r, 2 * np.abs(r) * (1 - r**2) / np.sqrt(max(n - 1, 1)), np.abs(r) > bound
