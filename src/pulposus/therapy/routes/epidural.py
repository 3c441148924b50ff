"""Beside the disc: a depot in the epidural space that clears; it enters the disc only through an explicit fissure.

    depot' = -depot / tau,   flux into the disc = s depot / (tau wall area),   s = 0 unless a study states a fissure

So no effect on the structure of the disc is possible by default; an effect on pain is not modelled yet.
"""

from __future__ import annotations

from typing import Any

from pulposus.therapy.depot import Depot
from pulposus.therapy.product import viable_cells
from pulposus.therapy.route import Delivery
from pulposus.tissue.geometry import Geometry
from pulposus.tissue.process import Event

__all__ = ["EpiduralDepot", "deliver"]


class EpiduralDepot(Depot):
    """The cells in the epidural space."""

    name, compartment, tag, area = "epidural depot", "epidural_depot", "wall", "wall_area"
    share, time = "annular_fissure_share", "epidural_clearance_time"


def deliver(dose: Any, draw: Any, geometry: Geometry) -> Delivery:
    """Return what an epidural dose becomes."""
    viable = viable_cells(draw, dose.product)
    event = Event(dose.at, "epidural dose", lambda state, p, points: {"epidural_depot": viable})
    return Delivery(expected=viable * draw.value("annular_fissure_share"), depots=[(EpiduralDepot, event, viable)])
