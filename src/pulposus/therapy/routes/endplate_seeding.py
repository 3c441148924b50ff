"""Onto the endplate: cells are laid on its bone side and a small share wanders in.

    pool' = -pool / tau,   flux into the disc = y pool / (tau endplate area)

y, the share that enters, was counted once, in bovine organ culture after 5 days. A needle, where one is stated, leaves a
hole in the endplate.
"""

from __future__ import annotations

from typing import Any

from pulposus.therapy.injury import hole, hole_share
from pulposus.therapy.route import Delivery, viable_cells
from pulposus.tissue.geometry import Geometry
from pulposus.tissue.process import Event, Field, Process, State

__all__ = ["EndplatePool", "deliver"]


class EndplatePool(Process):
    """Owns the cells waiting on the endplate."""

    name = "endplate pool"
    reads = ("endplate_pool",)
    sources = ("transplanted", "fresh", "endplate_pool")
    parameters = ("endplate_invasion_share", "endplate_invasion_time")

    def __init__(self, doses: list[Event], cells: float) -> None:
        """doses: events into the pool; cells: all of them, to which tolerances refer."""
        self.doses, self.cells = doses, cells

    def fields(self, p: State) -> list[Field]:
        """Return the pool (cells)."""
        return [Field("endplate_pool", "1", "global", max(self.cells, 1.0))]

    def events(self, p: State) -> list[Event]:
        """Return the doses."""
        return self.doses

    def surface(self, tag: str, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the flux of invading cells (1/(m2 s))."""
        if tag != "endplate":
            return {}
        flux = (p["endplate_invasion_share"] * state["endplate_pool"] / p["endplate_invasion_time"]
                / p["geometry"].endplate_area)
        return {"transplanted": flux, "fresh": flux}

    def global_rate(self, state: State, totals: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the rate of the pool (cells/s)."""
        return {"endplate_pool": -state["endplate_pool"] / p["endplate_invasion_time"]}


def deliver(dose: Any, draw: Any, geometry: Geometry) -> Delivery:
    """Return what a dose laid on the endplate becomes."""
    viable = viable_cells(draw, dose.product)
    event = Event(dose.at, "endplate dose", lambda state, p, points: {"endplate_pool": viable})
    needle = getattr(dose.route, "needle", None)
    wounds = [hole(dose.at, hole_share(draw.value(f"needle_diameter_{needle}"), draw))] if needle else []
    return Delivery(expected=viable * draw.value("endplate_invasion_share"), wounds=wounds, depots=[(EndplatePool, event, viable)])
