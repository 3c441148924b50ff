"""The pool of cells on the bone side of the endplate, out of which a small share wanders in.

    pool' = -pool / tau,   flux into the disc = y_a m pool / (tau endplate area)

y, the share that enters, was counted once, in bovine organ culture after 5 days; y_a with the disc's attraction, m by how the cells
migrate (CD146, CXCR4, donor). How many come in is no measure of what they do.
"""

from __future__ import annotations

from typing import Any

from pulposus.therapy.depot import Depot
from pulposus.therapy.product import viable_cells
from pulposus.therapy.route import Delivery, DepotDose
from pulposus.tissue.process import Event

__all__ = ["EndplatePool", "onto_endplate"]


class EndplatePool(Depot):
    """The cells waiting on the endplate."""

    name, compartment, tag, area = "endplate pool", "endplate_pool", "endplate", "endplate_area"
    share, time = "endplate_invasion_share", "endplate_invasion_time"


def onto_endplate(dose: Any, draw: Any, harms: dict[str, float] | None = None, access: dict[str, float] | None = None,
                  reached: bool = True) -> Delivery:
    """Return what cells become that are laid onto the endplate, or beside it where it was not reached; harms and access (route.py)
    are those of the way there."""
    viable = viable_cells(draw, dose.product)
    laid = viable * reached
    event = Event(dose.at, "endplate dose", lambda state, p, points: {"endplate_pool": laid})
    lost = {"thaw": dose.product.dose - viable, "missed": viable - laid} if dose.product.kind == "cells" else {}
    return Delivery(expected=laid * draw.value("endplate_invasion_share"), harms=harms or {}, access=access or {}, lost=lost,
                    depots=[DepotDose(EndplatePool, event, laid)])
