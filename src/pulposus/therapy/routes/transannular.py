"""Through the annulus with a needle: a puncture by the needle ratio, an injection that partly leaks back through its track."""

from __future__ import annotations

from math import exp
from typing import Any

from pulposus.therapy.injection import inject
from pulposus.therapy.product import vesicle_dose_particles, viable_cells
from pulposus.therapy.route import Delivery, carrier_symbol
from pulposus.therapy.transplant import bolus
from pulposus.therapy.vesicle_pool import vesicle_dose
from pulposus.tissue.geometry import Geometry
from pulposus.tissue.wound import opening, puncture

__all__ = ["deliver"]


def _harms(draw: Any, geometry: Geometry, diameter: float, depth: float, carrier: str | None) -> dict[str, float]:
    """Return what the needle itself may do: the opening, nucleus coming out through it, nerves that grow along it."""
    ratio, width = geometry.needle_ratio(diameter), draw.value("needle_ratio_width")
    injury = opening(ratio, draw.value("needle_critical_ratio"), width, depth)
    nerves = min(1.0, injury * (draw.value(carrier_symbol(carrier, "innervation")) if carrier else 1.0))
    out = draw.value("extrusion_chance") * opening(ratio, draw.value("extrusion_needle_ratio"), width, depth)
    return {"puncture_injury": injury, "nucleus_extrusion": out, "track_innervation": nerves}


def deliver(dose: Any, draw: Any, geometry: Geometry) -> Delivery:
    """Return what a transannular dose becomes."""
    product, route = dose.product, dose.route
    diameter, depth = draw.value(f"needle_diameter_{route.needle}"), getattr(route, "depth_fraction", None) or 1.0
    wounds = [puncture(dose.at, draw, geometry, diameter, depth)]
    harms = _harms(draw, geometry, diameter, depth, getattr(product, "carrier", None))
    if product.kind == "needle_only":
        return Delivery(wounds=wounds, harms=harms)
    injected = inject(draw, geometry, product.volume, product.carrier, diameter=diameter, rate=getattr(route, "rate", None),
                      dwell=getattr(route, "dwell", None))
    harms["leak"], access = injected.leak, injected.access
    if product.kind == "vehicle":
        return Delivery(wounds=wounds, harms=harms, access=access)
    if product.kind == "vesicles":
        left = vesicle_dose_particles(draw, product)
        kept = left * (1 - injected.leak)
        return Delivery(wounds=wounds, particles=kept, harms=harms, access=access,
                        lost={"storage": product.dose - left, "leak": left - kept},
                        vesicles=[vesicle_dose(dose.at, product, kept)])
    viable = viable_cells(draw, product)
    harms["osteophyte"] = 1 - exp(-draw.value("osteophyte_per_leaked_cell") * viable * injected.leak)
    kept, dead = viable * (1 - injected.leak), product.dose - viable
    return Delivery([bolus(dose.at, "transannular dose", kept, dead * (1 - injected.leak))], kept, wounds, harms=harms,
                    lost={"thaw": dead, "leak": viable - kept}, access=access)
