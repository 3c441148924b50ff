"""A depot beside the disc: cells that wait there, clear, and enter in a small share through one boundary.

    depot' = -depot / tau,   flux into the disc = y_a depot / (tau area)

What share, time and boundary are is the route's to say; attraction by the disc's chemokine raises the share (homing.py).
"""

from __future__ import annotations

from typing import Any

from pulposus.therapy import homing
from pulposus.therapy.product import ORDINARY, CellTraits
from pulposus.tissue.process import Event, Field, Process, State

__all__ = ["Depot"]


class Depot(Process):
    """Owns the cells of one depot; a route names its compartment, boundary tag and the records of share and time."""

    compartment: str
    tag: str
    share: str
    time: str
    area: str  # of the geometry
    attracts = True  # whether the disc's chemokine draws cells out of it

    def __init__(self, doses: list[Event], cells: float, traits: CellTraits = ORDINARY, homes: str = homing.DEFAULT,
                 entering: float | None = None) -> None:
        """doses: events into the depot; cells: all of them, to which tolerances refer; traits: of the product;
        homes: the law `homing`; entering: the share that enters where a study states it."""
        self.doses, self.cells, self.factor, self.entering = doses, cells, traits.migration, entering
        self.homes = homes if self.attracts else "none"
        self.reads = (self.compartment, "chemokine") if self.attracts else (self.compartment,)
        self.parameters = (self.share, self.time, *(homing.PARAMETERS if self.attracts else ()))
        self.sources = ("transplanted", "fresh", self.compartment)

    def fields(self, p: State) -> list[Field]:
        """Return the depot (cells)."""
        return [Field(self.compartment, "1", "global", max(self.cells, 1.0))]

    def events(self, p: State) -> list[Event]:
        """Return the doses."""
        return self.doses

    def surface(self, tag: str, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the flux of cells (1/(m2 s)) through the boundary."""
        if tag != self.tag:
            return {}
        alone = p[self.share] if self.entering is None else self.entering
        share = homing.entering_share(min(1.0, self.factor * alone), state, p, xp, self.homes)
        flux = share * state[self.compartment] / p[self.time] / getattr(p["geometry"], self.area)
        return {"transplanted": flux, "fresh": flux}

    def global_rate(self, state: State, totals: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the rate of the depot (cells/s)."""
        return {self.compartment: -state[self.compartment] / p[self.time]}
