"""A prediction held against what was reported.

    number      the central value in [r - tol, r + tol] where the row has a tolerance, in the range where one was reported;
                else r in the 90 % predictive interval of the draws: parameters, and what the paper's own n leaves to chance
                (scatter between subjects and of the instrument; binomial for a share of subjects)
    direction   the class (up, none, down) most probable over the draws, each study simulated at its own n with a t test at 0.05:
                of two groups, or of the change within subjects where an arm is compared with itself
    order       the reported order holds in more than half of the draws

Told as predicted is that central value, or the median of the draws. Without draws the central values stand alone: a
tolerance is then the only measure of a number, and there is no interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.units import convert
from pulposus.study.replay.case_file import DIRECTIONS, Result
from pulposus.study.replay.scatter import Scatter

__all__ = ["VERDICTS", "Judgement", "class_chances", "judge", "verdict_of"]

Array = NDArray[np.float64]
VERDICTS = ("hit", "miss", "expected_miss", "not_scored", "not_run")
_LOW, _HIGH = 0.05, 0.95  # of the predictive interval
_FEWEST = 8  # draws below which no interval is told
_STEPS = 1000  # of the sampling error in a draw
_LEVEL = 0.05  # of the papers' tests
_HALF = 0.5


@dataclass(frozen=True)
class Judgement:
    """What is predicted for a row, its interval, whether it agrees with the report, and how probable that was over the draws."""

    predicted: float | str | None = None
    lower90: float | None = None
    upper90: float | None = None
    agrees: bool | None = None
    chance: float | None = None
    chances: Mapping[str, float] = field(default_factory=dict)
    draws: int = 0  # that gave a value
    central: float | None = None  # a number or difference at the central parameters


def judge(row: Result, central: Any, values: Any, scatter: Sequence[Scatter | None] = ()) -> Judgement:
    """Return the judgement of a row.

    central: its value at the central parameters; values: (draws,) in the unit of the row, empty without draws. For an order
    both hold one more axis, the read-outs in the reported order. scatter: of every draw, of the central value where there are
    none, nothing where none is known.
    """
    if row.kind == "order":
        return _judge_order(row, np.asarray(central, dtype=float), np.asarray(values, dtype=float))
    sample = np.asarray(values, dtype=float)
    finite = np.isfinite(sample)
    known = [each for each, kept in zip(scatter, finite if sample.size else [True], strict=False) if kept and each is not None]
    if row.kind == "direction":
        return _judge_direction(row, float(central), sample[finite], known)
    return _judge_number(row, float(central), sample[finite], _predictive(row, sample[finite], known))


def _predictive(row: Result, sample: Array, scatter: Sequence[Scatter]) -> Array:
    """Return what a study of the paper's size would report: every draw with its own sampling error, at even steps of chance."""
    from scipy.special import ndtri
    from scipy.stats import binom

    chance = (np.arange(_STEPS) + 1 / 2) / _STEPS
    if row.share and row.n is not None:
        whole = convert(1.0, "1", row.unit)
        counted = binom.ppf(chance, row.n, np.clip(sample / whole, 0.0, 1.0)[:, None]) / row.n * whole
        return np.asarray(counted, dtype=float).ravel()
    if len(scatter) != len(sample):
        return sample
    error = np.array([each.error for each in scatter])
    return np.asarray(sample[:, None] + error[:, None] * ndtri(chance)).ravel()


def _judge_number(row: Result, central: float, sample: Array, predictive: Array) -> Judgement:
    stated = row.tolerance is not None or isinstance(row.reported, tuple)
    predicted = central if stated or not len(sample) else float(np.median(sample))
    if not np.isfinite(predicted):
        return Judgement()
    low, high = (tuple(float(q) for q in np.quantile(predictive, (_LOW, _HIGH))) if len(sample) >= _FEWEST else (None, None))
    if isinstance(row.reported, tuple):
        least, most = (float(x) for x in row.reported)
        agrees: bool | None = bool(least <= predicted <= most)
        chance = float(np.mean((sample >= least) & (sample <= most))) if len(sample) else None
        return Judgement(predicted, low, high, agrees, chance, draws=len(sample), central=central)
    reported, chance = float(row.reported), None
    if row.tolerance is not None:
        least, most = row.tolerance.reach(reported)
        agrees = bool(least <= predicted <= most)
        chance = float(np.mean((sample >= least) & (sample <= most))) if len(sample) else None
    else:
        agrees = bool(low <= reported <= high) if low is not None and high is not None else None
    return Judgement(predicted, low, high, agrees, chance, draws=len(sample), central=central)


def class_chances(differences: Any, smallest: float, sd: Any = None, n: int | None = None, other: int | None = None) -> dict[str, float]:
    """Return the chance of each class over the differences of the draws (treated - comparator, in the unit of the row).

    With sd (one, or one a draw), n and the size of the other group a two-sided t test at 0.05 of the two groups is simulated
    exactly, by the non-central t; with no other group that of the change within n subjects, sd being that of the change. Without
    sd a difference above `smallest` counts. A significant difference no larger than `smallest` counts as none.

    >>> class_chances([-2.0, -1.0, 0.0, 3.0], 0.5)
    {'up': 0.25, 'down': 0.5, 'none': 0.25}
    """
    x = np.asarray(differences, dtype=float)
    freedom = (n or 0) + (other or 0) - (2 if other else 1)
    if sd is not None and n and freedom > 0 and np.all(np.asarray(sd) > 0):
        from scipy.stats import nct, t

        error = np.asarray(sd, dtype=float) * np.sqrt(1 / n + (1 / other if other else 0.0))
        effect, bar = x / error, t.ppf(1 - _LEVEL / 2, freedom)
        up, down = nct.sf(bar, freedom, effect), nct.sf(bar, freedom, -effect)
        seen = np.abs(x) > smallest
        up, down = np.where(seen, up, 0.0), np.where(seen, down, 0.0)
    else:
        up, down = (x > smallest).astype(float), (x < -smallest).astype(float)
    chances = {"up": float(up.mean()), "down": float(down.mean())}
    return {**chances, "none": 1 - chances["up"] - chances["down"]}


def _judge_direction(row: Result, central: float, sample: Array, scatter: Sequence[Scatter]) -> Judgement:
    values = sample if len(sample) else np.array([central])
    if not np.isfinite(values).all():
        return Judgement()
    tested = len(scatter) == len(values) > 0
    sd = [each.sd for each in scatter] if tested else None
    chances = class_chances(values, row.smallest, sd, scatter[0].n if tested else None, scatter[0].other if tested else None)
    likely = max(DIRECTIONS, key=lambda name: chances[name])
    low, high = (tuple(float(q) for q in np.quantile(values, (_LOW, _HIGH))) if len(sample) >= _FEWEST else (None, None))
    return Judgement(likely, low, high, likely == row.reported, chances[str(row.reported)], chances, len(sample), central)


def _judge_order(row: Result, central: Array, values: Array) -> Judgement:
    names = [str(name) for name in row.reported] if isinstance(row.reported, tuple) else []
    sample = values[np.isfinite(values).all(axis=-1)] if values.size else values.reshape(0, len(names))
    if not len(sample) and not np.isfinite(central).all():
        return Judgement()
    rows = sample if len(sample) else central[None]
    steps = np.diff(rows, axis=-1)
    holds = float((steps >= 0 if row.ties else steps > row.smallest).all(axis=-1).mean())
    middle = np.median(rows, axis=0)
    told = " < ".join(names[i] for i in np.argsort(middle, kind="stable"))
    return Judgement(told, None, None, holds > _HALF, holds, draws=len(sample))


def verdict_of(row: Result, tier: str, judgement: Judgement) -> str:
    """Return the verdict of a row that ran: a tier that does not count is not scored, whether it agrees or not."""
    if judgement.agrees is None or tier != "primary":
        return "not_scored"
    if judgement.agrees:
        return "hit"
    return "expected_miss" if row.expected_miss else "miss"
