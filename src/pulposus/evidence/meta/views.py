"""Further views of the same table: over the correlation that was told, final values beside changes, windows of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pulposus.core.errors import NotAllowed
from pulposus.evidence.meta.continuous import hedges_j, of_change
from pulposus.evidence.meta.effects import CHANGES, Effects, changes_of
from pulposus.evidence.meta.pooling import pool
from pulposus.evidence.meta.time_windows import curves, days
from pulposus.evidence.sheet import NUMBER

if TYPE_CHECKING:
    from pulposus.evidence.meta.options import Options

__all__ = ["blocks", "sortable"]

CORRELATIONS = (0.0, 0.3, 0.5, 0.7, 0.9)  # of the table of sensitivity
BEFORE = ("pre1", "presd1", "pre2", "presd2")


def blocks(effects: Effects, options: Options, warnings: list[str]) -> dict[str, Any]:
    """Return the views that the table and the options allow."""
    found: dict[str, Any] = {}
    if effects.measure.name in CHANGES:
        found["r_sensitivity"] = _over_r(effects, options)
    if effects.measure.name in ("MD", "SMD") and all(effects.rows.has(name) for name in BEFORE):
        if options.r is None:
            warnings.append("values before treatment are there: --r VALUE (their correlation with those after) adds changes")
        else:
            found["changes"] = _changes(effects, options, options.r)
    if options.windows:
        found["windows"] = _windows(effects, options)
    return found


def _over_r(effects: Effects, options: Options) -> list[dict[str, Any]]:
    """Return the pool for every correlation of before and after, all rows alike."""
    m1, s1, m2, s2, n = (part[list(effects.kept)] for part in changes_of(effects.rows.numbers))
    rows = []
    for r in CORRELATIONS:
        y, v = of_change(effects.measure.name, m1, s1, m2, s2, n, np.full(len(effects.y), r))
        fit = pool(y, v, None, options.method, options.test, options.level)
        rows.append({"r": r, **_line(fit)})
    return rows


def _changes(effects: Effects, options: Options, r: float) -> dict[str, Any]:
    """Return the pool of the differences of change, beside which the final values stand."""
    m1, s1, n1, m2, s2, n2 = (effects.number(name) for name in ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"))
    b1, t1, b2, t2 = (np.array([float(cell) if NUMBER.fullmatch(cell) else np.nan for cell in effects.words(name)]) for name in BEFORE)
    c1, c2 = (np.sqrt(s**2 + t**2 - 2 * r * s * t) for s, t in ((s1, t1), (s2, t2)))
    y, v = (m1 - b1) - (m2 - b2), c1**2 / n1 + c2**2 / n2
    if effects.measure.name == "SMD":
        df = n1 + n2 - 2
        y = hedges_j(df) * y / np.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / df)
        scaled = 2 * (1 - r)
        v = scaled * (1 / n1 + 1 / n2) + y**2 / (2 * (n1 + n2))
    good = np.isfinite(y) & np.isfinite(v) & (v > 0)
    if not good.any():
        raise NotAllowed("no row with both values before treatment", "pre1, presd1, pre2, presd2 as numbers")
    fit = pool(y[good], v[good], None, options.method, options.test, options.level)
    return {"r": r, "k": int(good.sum()), **_line(fit)}


def _windows(effects: Effects, options: Options) -> list[dict[str, Any]]:
    """Return the pooled effect of every window of time, for every model and species."""
    edges = [days(text) for text in options.windows]
    times = [days(text) for text in effects.words("time")]
    groups = [
        " / ".join(part for part in pair if part) or "all" for pair in zip(effects.words("species"), effects.words("model"), strict=True)
    ]
    found = curves(effects.y, effects.v, times, effects.studies, groups, edges, options.method, options.test, options.level)
    return [{"group": each.group, "start_days": each.start, "end_days": each.end, "k": each.k, **_line(each.fit)} for each in found]


def _line(fit: Any) -> dict[str, Any]:
    """Return a pool as one line."""
    return {
        "estimate": float(fit.b[0]),
        "se": float(fit.se[0]),
        "ci_lower": float(fit.ci_lower[0]),
        "ci_upper": float(fit.ci_upper[0]),
        "tau2": fit.tau2.value,
        "i2": fit.i2,
    }


def sortable(text: str) -> tuple[int, float, str]:
    """Return what text is ordered by: numbers and times by size, before words.

    >>> sorted(["10", "9", "2 weeks"], key=sortable)
    ['9', '10', '2 weeks']
    """
    if NUMBER.fullmatch(text):
        return (0, float(text), "")
    try:
        return (0, days(text), "")
    except NotAllowed:
        return (1, 0.0, text)
