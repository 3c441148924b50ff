"""Pooling by time: a curve of pooled effects over windows of follow-up, for every model and species by itself.

A study that reports several times in one window counts once there, by the time nearest the middle of the window; windows
share studies, so the points of a curve depend on each other and are not to be pooled again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import NotAllowed, shorten
from pulposus.evidence.meta.pooling import Pooled, pool

__all__ = ["DAYS", "Window", "curves", "days"]

Array = NDArray[Any]
DAYS = {
    "d": 1.0,
    "day": 1.0,
    "wk": 7.0,
    "week": 7.0,
    "mo": 30.4375,
    "month": 30.4375,
    "y": 365.25,
    "yr": 365.25,
    "year": 365.25,
    "h": 1 / 24,
    "hour": 1 / 24,
}
TIME = re.compile(r"\s*(\d+\.?\d*|\.\d+)\s*([a-zA-Z]+?)s?\s*")


@dataclass(frozen=True)
class Window:
    """The pool of one window (days, from included, to excluded) of one group."""

    group: str
    start: float
    end: float
    k: int
    fit: Pooled


def days(text: str) -> float:
    """Return a time as days; raises `NotAllowed` for text without a known unit.

    >>> days("12 weeks"), days("1 year")
    (84.0, 365.25)
    """
    found = TIME.fullmatch(text)
    if not found or found.group(2).lower() not in DAYS:
        raise NotAllowed(shorten(text), f"a time with a unit such as 12 weeks (units: {', '.join(DAYS)})")
    return float(found.group(1)) * DAYS[found.group(2).lower()]


def curves(
    y: Array,
    v: Array,
    times: Sequence[float],
    studies: Sequence[str],
    groups: Sequence[str],
    edges: Sequence[float],
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
) -> list[Window]:
    """Return the pool of every window between neighbouring `edges` (days) that has studies, for every group.

    Raises `NotAllowed` for edges that do not rise.
    """
    if len(edges) < 2 or any(b <= a for a, b in zip(edges, edges[1:], strict=False)):
        raise NotAllowed(f"windows {list(edges)}", "at least two times, each later than the one before")
    found = []
    for group in sorted(set(groups)):
        for start, end in zip(edges, edges[1:], strict=False):
            rows = [at for at, t in enumerate(times) if start <= t < end and groups[at] == group]
            nearest: dict[str, int] = {}
            for at in sorted(rows, key=lambda row: abs(times[row] - (start + end) / 2)):
                nearest.setdefault(studies[at], at)
            kept = sorted(nearest.values())
            if kept:
                fit = pool(np.asarray(y)[kept], np.asarray(v)[kept], None, method, test, level)
                found.append(Window(group, start, end, len(kept), fit))
    return found
