"""What the draws of an arm say over time: median, interval and number of draws of every quantity and its differences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.report.facts import Facts
from pulposus.study.dataset import ASKED, QUANTITIES, difference_name
from pulposus.study.statistics import spread_of

__all__ = ["ALL", "Band", "all_series", "band", "difference_series", "series"]

Array = NDArray[np.float64]
ALL = {**QUANTITIES, **ASKED}
_MAIN = {"region": "NP", "side": "anterior"}  # where a quantity of several places is read


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
    further = ALL[name][2]
    if further:
        values = values.sel({further: place or _MAIN[further]})
    return np.asarray(values.values, dtype=float)


def difference_series(facts: Facts, name: str, arm: str, place: str | None = None) -> Array | None:
    """Return a quantity of an arm minus that of its named comparator (draw, time) at a place; None without comparator."""
    comparator = facts.arms[arm]["comparator"]
    if comparator is None:
        return None
    if difference_name(name) in facts.data:  # kept as a difference alone
        return np.asarray(facts.data[difference_name(name)].sel(arm=arm).values, dtype=float)
    return series(facts, name, arm, place) - series(facts, name, comparator, place)


def all_series(facts: Facts) -> Iterator[tuple[str, str, str, Array]]:
    """Yield (arm, quantity, region, side or grade or "", values) of everything that was kept over time of a disc, or of the person
    with several discs.

    Of what is kept as a difference: the course of arms that are comparators, then the differences from them.
    """
    for arm in facts.arms:
        for name, (_, _, further) in ((n, about) for n, about in ALL.items() if n in facts.data
                                     and "level" not in facts.data[n].dims):
            beside = difference_name(name) in facts.data
            for place in [str(p) for p in facts.data[further].values] if further else [""]:
                values = series(facts, name, arm, place or None)
                if not beside or arm in {row["comparator"] for row in facts.arms.values()}:
                    yield arm, name, place, values
            between = difference_series(facts, name, arm) if beside else None
            if between is not None:
                yield arm, difference_name(name), "", between
