"""Effects of single proportions x of n: raw, log, logit, arcsine and double arcsine, and back.

One half is added to x and one to n where x is 0 or n for the raw, log and logit form (metafor: add = 1/2, to = only0).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.evidence.meta.binary import HALF

__all__ = ["of_proportions", "proportion"]

Array = NDArray[Any]


def of_proportions(measure: str, x: Array, n: Array) -> tuple[Array, Array]:
    """Return effects and variances by PR (raw), PLN (log), PLO (logit), PAS (arcsine) or PFT (double arcsine).

    >>> y, v = of_proportions("PLO", np.array([3.0]), np.array([20.0]))
    >>> round(float(y[0]), 6), round(float(v[0]), 6)
    (-1.734601, 0.392157)
    """
    if measure == "PAS":
        return np.arcsin(np.sqrt(x / n)), 1 / (4 * n)
    if measure == "PFT":
        return (np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))) / 2, 1 / (4 * n + 2)
    edge = ((x == 0) | (x == n)) * HALF
    x, n = x + edge, n + 2 * edge
    p = x / n
    if measure == "PR":
        return p, p * (1 - p) / n
    if measure == "PLN":
        return np.log(p), 1 / x - 1 / n
    return np.log(p / (1 - p)), 1 / x + 1 / (n - x)


def proportion(measure: str, y: float, n: float | None = None) -> float:
    """Return the proportion that an effect means; PFT needs an n (the harmonic mean of those pooled) and misleads where
    they differ much.

    >>> round(proportion("PLO", 0.0), 3)
    0.5
    """
    if measure == "PLN":
        return float(np.exp(y))
    if measure == "PLO":
        return float(1 / (1 + np.exp(-y)))
    if measure == "PAS":
        return float(np.sin(min(max(y, 0.0), np.pi / 2)) ** 2)
    if measure == "PFT" and n is not None:
        return _double_arcsine(y, n)
    return float(y)


def _double_arcsine(y: float, n: float) -> float:
    """Return Miller's inverse of the double arcsine for a sample of n."""
    low, high = (float(of_proportions("PFT", np.array([x]), np.array([n]))[0][0]) for x in (0.0, n))
    if y <= low:
        return 0.0
    if y >= high:
        return 1.0
    t = 2 * y
    inner = 1 - (np.sin(t) + (np.sin(t) - 1 / np.sin(t)) / n) ** 2
    return float((1 - np.sign(np.cos(t)) * np.sqrt(max(inner, 0.0))) / 2)
