"""What the draws of an arm say over time: median, interval and number of draws of every quantity and its differences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.report.facts import Facts
from pulposus.study.dataset import QUANTITIES
from pulposus.study.statistics import spread_of

__all__ = ["Band", "all_series", "band", "difference_series", "series"]

Array = NDArray[np.float64]
_MAIN = {"region": "NP"}  # where a quantity of several regions is read


@dataclass(frozen=True)
class Band:
    """Median, low, high and n over time."""

    median: Array
    low: Array
    high: Array
    n: NDArray[np.int64]


def band(values: Any) -> Band:
    """Return the band of values (draw, time); times without a finite draw are NaN.

    >>> band(np.arange(101.0)[:, None]).low.round(6).tolist()
    [10.0]
    """
    found = np.asarray(values, dtype=float)
    if len(found) and np.isfinite(found).all():  # all times at once, which is many times faster
        level = spread_of(found[:, 0]).level
        median, low, high = np.quantile(found, [0.5, (1 - level) / 2, (1 + level) / 2], axis=0)
        return Band(median, low, high, np.full(found.shape[1], len(found)))
    spreads = [spread_of(column) for column in found.T]
    median, low, high = (np.array([getattr(s, f) for s in spreads], dtype=float) for f in ("median", "low", "high"))
    return Band(median, low, high, np.array([s.n for s in spreads], dtype=np.int64))


def series(facts: Facts, name: str, arm: str, place: str | None = None) -> Array:
    """Return a quantity of an arm (draw, time) at a place: a region (the nucleus if not said) or a grade."""
    values = facts.data[name].sel(arm=arm)
    further = QUANTITIES[name][2]
    if further:
        values = values.sel({further: place or _MAIN[further]})
    return np.asarray(values.values, dtype=float)


def difference_series(facts: Facts, name: str, arm: str) -> Array | None:
    """Return a quantity of an arm minus that of its named comparator (draw, time); None without comparator."""
    comparator = facts.arms[arm]["comparator"]
    return series(facts, name, arm) - series(facts, name, comparator) if comparator else None


def all_series(facts: Facts) -> Iterator[tuple[str, str, str, Array]]:
    """Yield (arm, quantity, region or grade or "", values) of everything that was kept over time.

    A result that was saved before a quantity was told does not have it.
    """
    kept = {name: further for name, (_, _, further) in QUANTITIES.items() if name in facts.data}
    for arm in facts.arms:
        for name, further in kept.items():
            for place in [str(p) for p in facts.data[further].values] if further else [""]:
                yield arm, name, place, series(facts, name, arm, place or None)
