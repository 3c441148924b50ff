"""Through the pedicle and the endplate: the annulus stays whole, the endplate gets a hole, the needle may miss.

A permeable scaffold prevents part of the hole's effect; cement also closes part of the endplate's supply.
"""

from __future__ import annotations

from math import exp
from typing import Any

from pulposus.therapy.route import Delivery, leak_share, viable_cells
from pulposus.therapy.transplant import bolus
from pulposus.therapy.vesicles import vesicle_dose
from pulposus.tissue.geometry import Geometry
from pulposus.tissue.wound import cement, hole, hole_share

__all__ = ["deliver"]


def deliver(dose: Any, draw: Any, geometry: Geometry) -> Delivery:
    """Return what a transpedicular dose becomes; in a draw where the needle misses the nucleus nothing arrives."""
    product, repair = dose.product, getattr(dose.route, "repair", "none")
    closed = 0.0 if repair == "none" else draw.value("scaffold_repair_share")
    wounds = [hole(dose.at, (1 - closed) * hole_share(draw.value(f"needle_diameter_{dose.route.needle}"), draw))]
    if repair == "cement":
        wounds.append(cement(dose.at, draw.value("cement_closed_share")))
    reached = draw.u("pedicle_reach") < draw.value("pedicle_reach")
    harms = {"endplate_fracture": draw.value("endplate_fracture_chance"),
             "pedicle_breach": draw.value("pedicle_breach_chance"), "missed_nucleus": 1 - draw.value("pedicle_reach")}
    if product.kind in ("needle_only", "vehicle"):
        return Delivery(wounds=wounds, harms=harms)
    harms["leak"] = leak_share(draw, geometry, product.volume, product.carrier) * (1 - closed)
    kept = (1 - harms["leak"]) * reached
    if product.kind == "vesicles":
        return Delivery(wounds=wounds, particles=product.dose * kept, harms=harms,
                        vesicles=[vesicle_dose(dose.at, product, product.dose * kept)])
    viable = viable_cells(draw, product)
    harms["osteophyte"] = 1 - exp(-draw.value("osteophyte_per_leaked_cell") * viable * (1 - kept))
    return Delivery([bolus(dose.at, "transpedicular dose", viable * kept)], viable * kept, wounds, harms=harms)
