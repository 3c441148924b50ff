"""Onto the endplate: cells are laid on its bone side and a small share wanders in.

    pool' = -pool / tau,   flux into the disc = y pool / (tau endplate area)

y, the share that enters, was counted once, in bovine organ culture after 5 days. A needle, where one is stated, leaves a
hole in the endplate.
"""

from __future__ import annotations

from typing import Any

from pulposus.therapy.depot import Depot
from pulposus.therapy.product import viable_cells
from pulposus.therapy.route import Delivery
from pulposus.tissue.geometry import Geometry
from pulposus.tissue.process import Event
from pulposus.tissue.wound import hole, hole_share

__all__ = ["EndplatePool", "deliver"]


class EndplatePool(Depot):
    """The cells waiting on the endplate."""

    name, compartment, tag, area = "endplate pool", "endplate_pool", "endplate", "endplate_area"
    share, time = "endplate_invasion_share", "endplate_invasion_time"


def deliver(dose: Any, draw: Any, geometry: Geometry) -> Delivery:
    """Return what a dose laid on the endplate becomes."""
    viable = viable_cells(draw, dose.product)
    event = Event(dose.at, "endplate dose", lambda state, p, points: {"endplate_pool": viable})
    needle = getattr(dose.route, "needle", None)
    wounds = [hole(dose.at, hole_share(draw.value(f"needle_diameter_{needle}"), draw))] if needle else []
    return Delivery(expected=viable * draw.value("endplate_invasion_share"), wounds=wounds, depots=[(EndplatePool, event, viable)])
