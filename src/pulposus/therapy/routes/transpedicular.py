"""Through the pedicle and the endplate: the annulus stays whole, the endplate gets a hole, the needle may miss.

    missed     = min(1, f (1 - reach))       reach as counted in 18 sheep discs, f by guidance and operator (1 where not stated)
    tip offset = L tan(f s z)                in two planes; L = l 2 R the way from the pedicle, s the published spread of the angle

z is a normal quantile of the draw. The count includes what was aimed badly, so the offset of a hit is told and not counted again.
A permeable scaffold prevents part of the hole's effect; cement also closes part of the
endplate's supply. Aimed onto the endplate, the drill stops before it and the cells have to wander in.
"""

from __future__ import annotations

from math import exp, hypot, tan
from typing import Any

import numpy as np
from scipy.special import ndtri

from pulposus.therapy.endplate_pool import onto_endplate
from pulposus.therapy.injection import inject
from pulposus.therapy.product import vesicle_dose_particles, viable_cells
from pulposus.therapy.route import Delivery
from pulposus.therapy.transplant import bolus
from pulposus.therapy.vesicle_pool import vesicle_dose
from pulposus.tissue.geometry import Geometry
from pulposus.tissue.wound import cement, hole, hole_share

__all__ = ["deliver"]

_PLANES = ("coronal", "sagittal")
_HARMS = ("endplate_fracture", "pedicle_breach", "embolism")  # records <harm>_chance


def _care(draw: Any, route: Any) -> float:
    """Return f, how much more often or farther the needle errs with this guidance and operator than where neither is stated."""
    stated = [(what, getattr(route, what, None)) for what in ("guidance", "operator")]
    return float(np.prod([draw.value(f"{what}_factor_{word}") for what, word in stated if word]))


def _tip_offset(draw: Any, geometry: Geometry, route: Any) -> float:
    """Return how far the tip lies from the aim (m) in this draw."""
    wide = _care(draw, route)
    way = 2 * geometry.radius * draw.value("pedicle_way_share")
    return hypot(*(way * tan(wide * draw.value(f"pedicle_angle_spread_{plane}") * float(ndtri(draw.luck(f"pedicle angle {plane}"))))
                   for plane in _PLANES))


def deliver(dose: Any, draw: Any, geometry: Geometry) -> Delivery:
    """Return what a transpedicular dose becomes; in a draw where the needle misses its aim nothing arrives."""
    product, route = dose.product, dose.route
    missed = min(1.0, _care(draw, route) * (1 - draw.value("pedicle_reach")))
    harms = {name: draw.value(f"{name}_chance") for name in _HARMS} | {"missed_nucleus": missed}
    access = {"tip_offset": _tip_offset(draw, geometry, route)}
    reached = draw.luck("pedicle_reach") < 1 - missed
    if getattr(route, "target", "nucleus") == "endplate":
        return onto_endplate(dose, draw, harms, access, reached)
    repair = getattr(route, "repair", "none")
    closed = 0.0 if repair == "none" else draw.value("scaffold_repair_share")
    wounds = [hole(dose.at, (1 - closed) * hole_share(draw.value(f"needle_diameter_{route.needle}"), draw))]
    if repair == "cement":
        wounds.append(cement(dose.at, draw.value("cement_closed_share")))
    if product.kind == "needle_only":
        return Delivery(wounds=wounds, harms=harms, access=access)
    injected = inject(draw, geometry, product.volume, product.carrier, rate=getattr(route, "rate", None),
                      dwell=getattr(route, "dwell", None))
    harms["leak"] = injected.leak * (1 - closed)
    access |= injected.access
    if product.kind == "vehicle":
        return Delivery(wounds=wounds, harms=harms, access=access)
    kept = (1 - harms["leak"]) * reached
    viable = vesicle_dose_particles(draw, product) if product.kind == "vesicles" else viable_cells(draw, product)
    lost = {"leak": viable * harms["leak"] * reached, "missed": viable * (1 - reached)}
    if product.kind == "vesicles":
        lost["storage"] = product.dose - viable
        return Delivery(wounds=wounds, particles=viable * kept, harms=harms, lost=lost, access=access,
                        vesicles=[vesicle_dose(dose.at, product, viable * kept)])
    dead = product.dose - viable
    harms["osteophyte"] = 1 - exp(-draw.value("osteophyte_per_leaked_cell") * viable * (1 - kept))
    return Delivery([bolus(dose.at, "transpedicular dose", viable * kept, dead * kept)], viable * kept, wounds, harms=harms,
                    lost={"thaw": dead, **lost}, access=access)
