"""Beside the disc: a depot in the epidural space that clears; it enters the disc only through an explicit fissure.

    depot' = -depot / tau,   flux into the disc = s depot / (tau wall area),   s = 0 unless a study states a fissure

So no effect on the structure of the disc is possible by default; an effect on pain is not modelled yet.
"""

from __future__ import annotations

from math import pi
from typing import Any

from pulposus.therapy.route import Delivery, viable_cells
from pulposus.tissue.geometry import Geometry
from pulposus.tissue.process import Event, Field, Process, State

__all__ = ["EpiduralDepot", "deliver"]


class EpiduralDepot(Process):
    """Owns the cells in the epidural depot."""

    name = "epidural depot"
    reads = ("epidural_depot",)
    sources = ("transplanted", "fresh", "epidural_depot")
    parameters = ("epidural_clearance_time", "annular_fissure_share")

    def __init__(self, doses: list[Event], cells: float) -> None:
        """doses: events into the depot; cells: all of them, to which tolerances refer."""
        self.doses, self.cells = doses, cells

    def fields(self, p: State) -> list[Field]:
        """Return the depot (cells)."""
        return [Field("epidural_depot", "1", "global", max(self.cells, 1.0))]

    def events(self, p: State) -> list[Event]:
        """Return the doses."""
        return self.doses

    def surface(self, tag: str, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the flux of cells (1/(m2 s)) through a fissure of the outer annulus."""
        if tag != "wall":
            return {}
        wall = 2 * pi * p["geometry"].radius * p["geometry"].height
        flux = p["annular_fissure_share"] * state["epidural_depot"] / p["epidural_clearance_time"] / wall
        return {"transplanted": flux, "fresh": flux}

    def global_rate(self, state: State, totals: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the rate of the depot (cells/s)."""
        return {"epidural_depot": -state["epidural_depot"] / p["epidural_clearance_time"]}


def deliver(dose: Any, draw: Any, geometry: Geometry) -> Delivery:
    """Return what an epidural dose becomes."""
    viable = viable_cells(draw, dose.product)
    event = Event(dose.at, "epidural dose", lambda state, p, points: {"epidural_depot": viable})
    return Delivery(expected=viable * draw.value("annular_fissure_share"), depots=[(EpiduralDepot, event, viable)])
