"""Pooling of two-by-two tables without their study effects: Mantel-Haenszel and Peto.

A table has events a and non-events b of the treated (n1 = a + b), c and d of the controls (n2 = c + d), N in all.
Sources: ROBINS1986 (odds ratio), GREENLAND1985 (risk ratio), SATO1989 (risk difference), YUSUF1985 (Peto).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pulposus.core.errors import NotAllowed
from pulposus.evidence.meta.binary import effects_of_tables, peto_parts

__all__ = ["MEASURES", "Stratified", "mantel_haenszel", "peto"]

Array = NDArray[Any]
MEASURES = ("OR", "RR", "RD")
YATES = 0.5
PERCENT = 100.0


@dataclass(frozen=True)
class Stratified:
    """A common effect of tables (log scale for OR and RR), its heterogeneity, and tests of no effect and of one effect."""

    measure: str
    estimate: float
    se: float
    ci_lower: float
    ci_upper: float
    p_value: float
    k: int
    q: float
    q_df: int
    q_p: float
    i2: float
    h2: float
    cmh: float | None = None
    cmh_p: float | None = None
    tarone: float | None = None
    breslow_day: float | None = None


def mantel_haenszel(a: Array, b: Array, c: Array, d: Array, measure: str = "RR", level: float = 0.95) -> Stratified:
    """Return the Mantel-Haenszel effect of tables; raises `NotAllowed` for another measure and for tables without events.

    >>> found = mantel_haenszel(*np.array([[4.0, 6.0], [119, 300], [11, 29], [128, 274]]), "OR")
    >>> round(found.estimate, 6)
    -1.421503
    """
    if measure not in MEASURES:
        raise NotAllowed(measure, ", ".join(MEASURES))
    if measure != "RD" and (not (a.sum() or c.sum()) or not (a.sum() and c.sum())):
        raise NotAllowed("no event in one of the groups of all studies", "events in both groups, or measure RD")
    estimate, se = {"OR": _odds, "RR": _risk, "RD": _difference}[measure](a, b, c, d)
    y, v = effects_of_tables(measure, a, b, c, d)
    kept = np.isfinite(y) & np.isfinite(v)
    q = float(((y[kept] - estimate) ** 2 / v[kept]).sum())
    tests = (*_cmh(a, b, c, d), *_one_odds_ratio(a, b, c, d, float(np.exp(estimate)))) if measure == "OR" else ()
    return _stratified(measure, estimate, se, level, len(a), q, int(kept.sum()), *tests)


def peto(a: Array, b: Array, c: Array, d: Array, level: float = 0.95) -> Stratified:
    """Return the Peto log odds ratio of tables: sum(O - E) / sum(V); raises `NotAllowed` for tables without events."""
    observed, variance = peto_parts(a, b, c, d)
    kept = variance > 0
    if not kept.any():
        raise NotAllowed("no events at all", "at least one study with events and non-events")
    o, w = observed[kept], variance[kept]
    estimate = float(o.sum() / w.sum())
    q = float((o**2 / w).sum() - o.sum() ** 2 / w.sum())
    return _stratified("PETO", estimate, float(np.sqrt(1 / w.sum())), level, len(a), q, int(kept.sum()))


def _stratified(measure: str, estimate: float, se: float, level: float, k: int, q: float, kq: int, *tests: float | None) -> Stratified:
    """Return a result with its interval and heterogeneity."""
    reach = float(stats.norm.isf((1 - level) / 2)) * se
    df = kq - 1
    q_p = float(stats.chi2.sf(q, df)) if df > 0 else 1.0
    i2, h2 = (max(0.0, PERCENT * (q - df) / q) if q > 0 else 0.0, q / df) if df > 0 else (0.0, 1.0)
    p = 2 * float(stats.norm.sf(abs(estimate / se)))
    return Stratified(measure, estimate, se, estimate - reach, estimate + reach, p, k, q, df, q_p, i2, h2, *tests)


def _odds(a: Array, b: Array, c: Array, d: Array) -> tuple[float, float]:
    """Return the log odds ratio and its standard error."""
    N = a + b + c + d
    P, Q, R, S = (a + d) / N, (b + c) / N, a * d / N, b * c / N
    r, s = R.sum(), S.sum()
    variance = 0.5 * ((P * R).sum() / r**2 + (P * S + Q * R).sum() / (r * s) + (Q * S).sum() / s**2)
    return float(np.log(r / s)), float(np.sqrt(variance))


def _risk(a: Array, b: Array, c: Array, d: Array) -> tuple[float, float]:
    """Return the log risk ratio and its standard error."""
    n1, n2 = a + b, c + d
    N = n1 + n2
    r, s = (a * n2 / N).sum(), (c * n1 / N).sum()
    variance = ((n1 / N) * (n2 / N) * (a + c) - a / N * c).sum() / (r * s)
    return float(np.log(r / s)), float(np.sqrt(variance))


def _difference(a: Array, b: Array, c: Array, d: Array) -> tuple[float, float]:
    """Return the risk difference and its standard error."""
    n1, n2 = a + b, c + d
    N = n1 + n2
    w = (n1 * n2 / N).sum()
    estimate = (a * n2 / N - c * n1 / N).sum() / w
    first = (c * (n1 / N) ** 2 - a * (n2 / N) ** 2 + (n1 / N) * (n2 / N) * (n2 - n1) / 2).sum()
    second = (a * (n2 - c) / N + c * (n1 - a) / N).sum() / 2
    return float(estimate), float(np.sqrt((estimate * first + second) / w**2))


def _cmh(a: Array, b: Array, c: Array, d: Array) -> tuple[float, float]:
    """Return the Cochran-Mantel-Haenszel statistic with its correction, and its p."""
    n1, n2 = a + b, c + d
    N, events = n1 + n2, a + c
    excess = abs((a - n1 * events / N).sum()) - YATES
    variance = (n1 * n2 / N**2 * events * (N - events) / (N - 1)).sum()
    found = float(excess**2 / variance)
    return found, float(stats.chi2.sf(found, 1))


def _one_odds_ratio(a: Array, b: Array, c: Array, d: Array, ratio: float) -> tuple[float, float]:
    """Return the tests of Tarone and of Breslow and Day that all studies have one odds ratio."""
    n1, n2 = a + b, c + d
    events = a + c
    if np.isclose(ratio, 1.0, rtol=1e-12, atol=0):
        expected = n1 * events / (n1 + n2)
    else:
        half = ratio * (events + n1) + (n2 - events)
        expected = (half - np.sqrt(half**2 - 4 * events * n1 * ratio * (ratio - 1))) / (2 * (ratio - 1))
    variance = 1 / (1 / expected + 1 / (events - expected) + 1 / (n1 - expected) + 1 / (n2 - events + expected))
    breslow_day = float(((a - expected) ** 2 / variance).sum())
    return breslow_day - float((a - expected).sum() ** 2 / variance.sum()), breslow_day
