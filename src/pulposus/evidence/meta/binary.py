"""Effects of two-by-two tables: log risk and odds ratio, risk difference, Peto, arcsine difference.

A table has a events and b non-events of the treated, c and d of the controls, n1 = a + b, n2 = c + d. Where a cell is zero
one half is added to all four cells of that study (metafor: add = 1/2, to = only0); the arcsine and Peto need
and get none (as in rma.peto).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["HALF", "effects_of_tables", "peto_parts"]

Array = NDArray[Any]
HALF = 0.5  # added to the cells of a table with a zero


def effects_of_tables(measure: str, a: Array, b: Array, c: Array, d: Array) -> tuple[Array, Array]:
    """Return effects and variances of tables by OR, RR (both logs), RD, PETO or AS, shape (k,) each.

    log OR = log(ad / bc), v = 1/a + 1/b + 1/c + 1/d; log RR = log(a/n1) - log(c/n2), v = 1/a - 1/n1 + 1/c - 1/n2;
    RD = a/n1 - c/n2; AS = asin sqrt(a/n1) - asin sqrt(c/n2); Peto = (O - E) / V with v = 1/V. What cannot be formed is NaN.

    >>> y, v = effects_of_tables("OR", *np.array([[4.0], [119], [11], [128]]))
    >>> round(float(y[0]), 6), round(float(v[0]), 6)
    (-0.938694, 0.357125)
    """
    zero = ((a == 0) | (b == 0) | (c == 0) | (d == 0)) * (HALF if measure not in ("AS", "PETO") else 0.0)
    a, b, c, d = a + zero, b + zero, c + zero, d + zero
    n1, n2 = a + b, c + d
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "PETO":
            excess, V = peto_parts(a, b, c, d)
            return excess / V, 1 / V
        if measure == "OR":
            return np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
        if measure == "RR":
            return np.log(a / n1) - np.log(c / n2), 1 / a - 1 / n1 + 1 / c - 1 / n2
        p, q = a / n1, c / n2
        if measure == "RD":
            return p - q, p * (1 - p) / n1 + q * (1 - q) / n2
        return np.arcsin(np.sqrt(p)) - np.arcsin(np.sqrt(q)), 1 / (4 * n1) + 1 / (4 * n2)


def peto_parts(a: Array, b: Array, c: Array, d: Array) -> tuple[Array, Array]:
    """Return observed less expected events of the treated and their hypergeometric variance, shape (k,) each."""
    n1, n2 = a + b, c + d
    N, events = n1 + n2, a + c
    return a - events * n1 / N, events * n1 / N * n2 / N * (N - events) / (N - 1)
