"""Beside the disc: a depot in the epidural space that clears; it enters the disc only through an explicit fissure.

    depot' = -depot / tau,   flux into the disc = s depot / (tau wall area),   s = 0 unless a study states a fissure

So no effect on the structure of the disc is possible by default. What the depot does to nerves and facets is told with pain alone
(tissue/symptoms.py).
"""

from __future__ import annotations

from typing import Any

from pulposus.therapy.depot import Depot
from pulposus.therapy.product import viable_cells
from pulposus.therapy.route import Delivery, DepotDose
from pulposus.tissue.geometry import Geometry
from pulposus.tissue.process import Event

__all__ = ["EpiduralDepot", "deliver"]


class EpiduralDepot(Depot):
    """The cells in the epidural space."""

    name, compartment, tag, area = "epidural depot", "epidural_depot", "wall", "wall_area"
    share, time = "annular_fissure_share", "epidural_clearance_time"
    attracts = False  # what enters is washed in through a fissure


def deliver(dose: Any, draw: Any, geometry: Geometry) -> Delivery:
    """Return what an epidural dose becomes."""
    viable = viable_cells(draw, dose.product)
    event = Event(dose.at, "epidural dose", lambda state, p, points: {"epidural_depot": viable})
    lost = {"thaw": dose.product.dose - viable} if dose.product.kind == "cells" else {}
    stated = getattr(dose.route, "fissure", None)
    share = draw.value("annular_fissure_share") if stated is None else stated
    return Delivery(expected=viable * share, lost=lost, depots=[DepotDose(EpiduralDepot, event, viable, stated)])
