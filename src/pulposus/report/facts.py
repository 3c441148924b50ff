"""The facts of a finished or unfinished comparison, read from its result alone, in the order of the study.

Whether a run is whole is derived: it is when all draws that were asked for are there and, if rivals were asked for,
every rival too. Which pairs of arms are decided is told by the summary of the study. Differences below a step, about a
hundredth of what an instrument detects, are not told: they are of the size of the solver's tolerance.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from pulposus.study.statistics import spread_of

if TYPE_CHECKING:
    import xarray as xr

    from pulposus.core.result import Result

__all__ = ["OUTCOMES", "Facts", "read"]

OUTCOMES = ("height_index", "t2")
_STEPS = 100  # a difference is told in steps of at most this fraction of the smallest change an instrument detects
_FINEST = 1e-3
_WIDTHS = 50  # steps in the widest interval of an outcome of which no instrument's smallest change is on record


@dataclass(frozen=True)
class Facts:
    """A result with its first screen and its attributes as plain data."""

    result: Result
    screen: Mapping[str, Any]
    about: Mapping[str, Any]

    @property
    def data(self) -> xr.Dataset:
        """The numbers."""
        return self.result.dataset

    @cached_property
    def arms(self) -> dict[str, dict[str, Any]]:
        """Arm -> its row of the first screen (of several levels that of the person), in the order of the study."""
        rows = {row["arm"]: row for row in (self.screen["person"] if "person" in self.screen else self.screen)["arms"]}
        return {str(name): rows[str(name)] for name in self.data["arm"].values}

    @cached_property
    def levels(self) -> dict[str, Facts]:
        """Level -> the facts of that disc; those of the study itself under "" where it has one level."""
        from pulposus.core.result import Result
        from pulposus.study.level_data import levels_in

        if "levels" not in self.screen:
            return {"": self}
        parts = levels_in(self.data)
        return {level: Facts(Result(part, self.result.status, self.result.record), self.screen["levels"][level], _about(part))
                for level, part in parts.items()}

    @property
    def done(self) -> int:
        """How many draws are there."""
        return int(self.data.sizes["draw"])

    @property
    def asked(self) -> int:
        """How many draws were asked for."""
        return int(self.result.record.options.get("draws", self.done))

    @cached_property
    def rivals_asked(self) -> tuple[str, ...]:
        """The rivals that were asked for."""
        return tuple(self.about["rivals_asked"]) if self.result.record.options.get("hypotheses") == "all" else ()

    @property
    def rivals(self) -> tuple[str, ...]:
        """The rivals that were run in every draw."""
        return tuple(self.screen["rivals_run"])

    @property
    def rivals_whole(self) -> bool:
        """Whether rivals were asked for and all of them were run."""
        return bool(self.rivals) and len(self.rivals) >= len(self.rivals_asked)

    @property
    def unfinished(self) -> bool:
        """Whether the run ended before all of it was run."""
        return self.done < self.asked or len(self.rivals) < len(self.rivals_asked)

    @property
    def percent(self) -> int:
        """How much of the draws an interval holds, in percent."""
        levels = [row["height_index"]["level"] for row in self.screen["arms"]]
        return round(100 * max(levels)) if levels else 0

    @property
    def landmark(self) -> float:
        """The day at which the surviving share of a dose is told."""
        from pulposus.study.plan import DAY, Plan

        return min(Plan.landmark / DAY, float(self.screen["follow_up_days"]))

    @cached_property
    def failed(self) -> dict[str, int]:
        """Arm -> in how many draws it ended early, failed arms only."""
        return {name: row["stopped"] for name, row in self.arms.items() if row["stopped"]}

    @cached_property
    def decided(self) -> list[dict[str, Any]]:
        """The decided pairs with a difference that is told, the largest difference first."""
        return self._sorted(self.screen["decided"])

    @cached_property
    def likely(self) -> list[dict[str, Any]]:
        """The pairs beyond the chance that decides which are not decided all the same, the largest difference first."""
        return self._sorted(self.screen["too_few_draws"]) or self._sorted(self.screen["likely"])

    @property
    def draws_needed(self) -> int:
        """How many draws that all agree tell a chance beyond the limit; 0 when no pair is kept back for want of draws."""
        from pulposus.study.statistics import enough
        from pulposus.study.summary import DECIDED

        if self.decided or not self._sorted(self.screen["too_few_draws"]):
            return 0
        return next(n for n in count(1) if enough(1.0, n, DECIDED))

    @property
    def reversing(self) -> list[dict[str, Any]]:
        """The records that could reverse an order, each once with its largest share, at most three."""
        return list(self.screen["reversing"])

    @cached_property
    def beyond(self) -> list[dict[str, Any]]:
        """The differences from the named comparator that exceed what an instrument detects."""
        smallest = self.screen["smallest_change"]
        return [
            {"arm": name, "comparator": row["comparator"], "outcome": outcome, **row[f"{outcome}_difference"]}
            for name, row in self.arms.items()
            for outcome in OUTCOMES
            if row["comparator"] and abs(row[f"{outcome}_difference"]["median"]) > smallest[outcome]
        ]

    @cached_property
    def instruments(self) -> dict[str, dict[str, Any]]:
        """The records that say what an instrument detects; they judge the differences and take no part in the run."""
        from dataclasses import asdict

        from pulposus.core.parameters import ParameterSet
        from pulposus.tissue.repeatability import instruments

        known = ParameterSet.load()
        told = [*OUTCOMES, *(name for name in self.about["observe"] if name in instruments() and name not in OUTCOMES)]
        names = [f"{name}_{what}" for name in told for what in ("repeatability", "kappa", "important_change")]
        return {name: asdict(known[name]) for name in names if name in known}

    def step(self, outcome: str) -> float:
        """Return the step in which differences in an outcome are told, a power of ten.

        It follows from what an instrument detects or, where no instrument is on record, from the widest interval.
        """
        whole = self.screen["smallest_change"].get(outcome)
        if whole is None and outcome in self.data:
            last = self.data[outcome].isel(time=-1)
            first = {dim: 0 for dim in last.dims if dim not in ("arm", "draw")}  # the nucleus is the first region
            ends = [spread_of(values) for values in last.isel(first).values]
            whole = max((end.high - end.low for end in ends), default=0.0) * _STEPS / _WIDTHS
        return float(10 ** np.floor(np.log10(whole / _STEPS))) if whole is not None and whole > 0 else _FINEST

    def negligible(self, spread: Mapping[str, Any], outcome: str) -> bool:
        """Return whether a whole difference, median and interval, is smaller than half a step."""
        parts = np.array([spread[key] for key in ("low", "median", "high")], dtype=float)
        return bool((np.abs(parts) < self.step(outcome) / 2).all())

    def difference(self, outcome: str, first: str, second: str) -> Any:
        """Return first minus second at the end of the follow-up, per draw, finite ones only."""
        last = self.data[outcome].isel(time=-1)
        both = last.sel(arm=first).values - last.sel(arm=second).values
        return both[np.isfinite(both)]

    def _sorted(self, pairs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        smallest = self.screen["smallest_change"]
        found = []
        for pair in pairs:
            by = self.difference(pair["outcome"], pair["better"], pair["worse"])
            if len(by) and abs(np.median(by)) >= self.step(pair["outcome"]) / 2:
                found.append({**pair, "by": float(np.median(by)), "n": len(by)})
        return sorted(found, key=lambda pair: -pair["by"] / smallest[pair["outcome"]])


def read(result: Result) -> Facts:
    """Return the facts of a result."""
    from pulposus.study.summary import first_screen

    return Facts(result, first_screen(result.dataset, result.status), _about(result.dataset))


def _about(data: xr.Dataset) -> dict[str, Any]:
    """Return the attributes of a dataset as plain data."""
    return {key: json.loads(value) for key, value in data.attrs.items()}
