"""How a pool hangs on single studies, as blocks of the document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from pulposus.evidence.meta import moderators
from pulposus.evidence.meta.effects import Effects
from pulposus.evidence.meta.pooling import Pooled
from pulposus.evidence.meta.views import sortable

__all__ = ["sensitivity"]


def sensitivity(effects: Effects, fit: Pooled, by: str | None = None) -> dict[str, Any]:
    """Return each study left out, studies added one by one, and the points of the Baujat and radial plots."""
    order = None
    if by:
        said = effects.words(by)
        order = sorted(range(fit.k), key=lambda at: sortable(said[at]))
    found: dict[str, Any] = {"cumulative": _lines(effects, moderators.cumulative(fit, order), order or range(fit.k))}
    less = moderators.leave_one_out(fit)
    x, y = moderators.radial(fit)
    found["radial"] = [{"slab": s, "x": float(a), "y": float(b)} for s, a, b in zip(effects.labels, x, y, strict=True)]
    if fit.k > 1:
        found["leave_one_out"] = _lines(effects, less, range(fit.k))
    if fit.k > 2:
        x, y = moderators.baujat(fit, less)
        found["baujat"] = [{"slab": s, "x": float(a), "y": float(b)} for s, a, b in zip(effects.labels, x, y, strict=True)]
        parts = asdict(moderators.influence(fit, less))
        rows = enumerate(effects.labels)
        found["influence"] = [{"slab": s, **{key: float(values[at]) for key, values in parts.items()}} for at, s in rows]
    return found


def _lines(effects: Effects, fits: Sequence[Pooled], order: Sequence[int]) -> list[dict[str, Any]]:
    """Return one line per model, named by the study it is about."""
    return [
        {
            "slab": effects.labels[at],
            "estimate": float(each.b[0]),
            "se": float(each.se[0]),
            "ci_lower": float(each.ci_lower[0]),
            "ci_upper": float(each.ci_upper[0]),
            "tau2": each.tau2.value,
            "i2": each.i2,
            "q": each.q,
        }
        for at, each in zip(order, fits, strict=True)
    ]
