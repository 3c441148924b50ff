"""Discs over years: what is left of their height and matrix when cells are gone, and how long cells take after a cut of supply.

Read-outs: <disc>.height_change and .gag (nucleus), both to the start, .living; <cut>.settling, the time after which the
number of living cells has gone 95 % of its way, NaN where hardly any die, and <cut>.living at the end.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import Field

from pulposus.core.errors import PulposusError
from pulposus.core.fields import Label, Part, Share, Time
from pulposus.study.replay.sample import Readings, Sample
from pulposus.study.replay.steady_discs import RestingDisc, living, resting_disc
from pulposus.tissue.disc import Disc, supply_of, tissue_processes
from pulposus.tissue.geometry import geometry_of
from pulposus.tissue.history import run_discs
from pulposus.tissue.laws import CourseLaws
from pulposus.tissue.process import Event, Process, State
from pulposus.tissue.stepper import Control

__all__ = ["AgeingDisc", "AgeingDiscs", "SupplyCuts"]

_RUN = Control(tol=1e-3)
_OF_YEARS, _OF_DAYS = 60, 1000  # nodes
_ALL_WORK = {("senescent_fraction", "any"): 0.0}
_SETTLED = 0.05  # share of the way that is left
_FEW = 1e-3  # share of cells lost below which there is no course to time


class Loss(Process):
    """Takes a share of the native cells away at the start and holds the rest: none divides, ages or dies but of hunger and acid."""

    name = "loss"
    modifies = ("division", "senescence", "death")

    def __init__(self, left: float) -> None:
        self.left = left

    def events(self, p: State) -> list[Event]:
        """Return the one event."""
        return [Event(0.0, self.name, lambda state, p, points: {"native": (self.left - 1) * state["native"]})]

    def modifiers(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return zero for every basal rate."""
        return dict.fromkeys(self.modifies, 0.0)


class AgeingDisc(Part):
    """A disc that goes on with a share of its cells."""

    species: str = "human"
    level: str = "L4/L5"
    grade: str = "I"
    cells_left: Share


class AgeingDiscs(Part):
    """Discs left to themselves for years, side by side; their cells neither age, die nor divide."""

    kind: Literal["ageing_discs"]
    nodes: int = Field(default=_OF_YEARS, strict=True, ge=1)
    laws: CourseLaws = Field(default_factory=CourseLaws)
    after: Time
    discs: dict[Label, AgeingDisc] = Field(min_length=1)

    def predict(self, sample: Sample) -> Readings:
        """Return <disc>.<read-out> at the end."""
        out: Readings = {}
        named = self.laws.model_dump()
        for name, options in self.discs.items():
            draw = sample.draw(options.species, options.grade, _ALL_WORK)
            processes = [*tissue_processes(named, supply_of(draw), 1.0), Loss(options.cells_left)]
            disc = Disc(draw, geometry_of(draw, options.species, options.level), processes, sample.nodes(self.nodes))
            history = run_discs([disc], [0.0, self.after], _RUN)[0]
            if history.stopped:
                raise PulposusError(history.stopped)
            read = history.readings
            out |= {f"{name}.height_change": float(read["height_index"][-1] / read["height_index"][0]) - 1,
                    f"{name}.gag": float(read["gag"][-1][0] / read["gag"][0][0]), f"{name}.living": float(read["viable_cells"][-1][0])}
        return out


class SupplyCuts(Part):
    """Discs whose supply is cut at once and whose cells are counted until `until`."""

    kind: Literal["supply_cuts"]
    nodes: int = Field(default=_OF_DAYS, strict=True, ge=1)
    laws: CourseLaws = Field(default_factory=CourseLaws)
    until: Time
    discs: dict[Label, RestingDisc] = Field(min_length=1)

    def predict(self, sample: Sample) -> Readings:
        """Return <disc>.<read-out> of every disc."""
        out: Readings = {}
        for name, options in self.discs.items():
            disc = resting_disc(options, self.laws, sample, self.nodes)
            times: list[float] = []
            shares: list[float] = []

            def count(t: float, share: float, times: list[float] = times, shares: list[float] = shares) -> None:
                times.append(t)
                shares.append(share)

            living(disc, disc.steady(), self.until, count)
            out |= {f"{name}.living": shares[-1], f"{name}.settling": _settled(times, shares)}
        return out


def _settled(times: Any, shares: list[float]) -> float:
    """Return when a falling share has gone 95 % of its way from 1 to its last value, NaN where it hardly moves.

    >>> round(_settled(np.arange(1.0, 101.0), list(0.5 + 0.5 * np.exp(-np.arange(1.0, 101.0) / 10))), 1)
    30.0
    """
    lost = 1 - np.array([1.0, *shares])
    if lost[-1] < _FEW:
        return float("nan")
    return float(np.interp((1 - _SETTLED) * lost[-1], lost, [0.0, *times]))
