"""Through the annulus with a needle: puncture injury by the needle ratio, an injectate that partly leaks back."""

from __future__ import annotations

from math import exp
from typing import Any

from pulposus.therapy.route import Delivery, leak_share, viable_cells
from pulposus.therapy.transplant import bolus
from pulposus.therapy.vesicles import vesicle_dose
from pulposus.tissue.geometry import Geometry
from pulposus.tissue.wound import opening, puncture

__all__ = ["deliver"]


def deliver(dose: Any, draw: Any, geometry: Geometry) -> Delivery:
    """Return what a transannular dose becomes."""
    product, needle = dose.product, dose.route.needle
    diameter, depth = draw.value(f"needle_diameter_{needle}"), getattr(dose.route, "depth_fraction", None) or 1.0
    wounds = [puncture(dose.at, draw, geometry, diameter, depth)]
    harms = {"puncture_injury": opening(geometry.needle_ratio(diameter), draw.value("needle_critical_ratio"),
                                        draw.value("needle_ratio_width"), depth)}
    if product.kind == "needle_only":
        return Delivery(wounds=wounds, harms=harms)
    leak = leak_share(draw, geometry, product.volume, product.carrier)
    harms["leak"] = leak
    if product.kind == "vesicles":
        kept = product.dose * (1 - leak)
        return Delivery(wounds=wounds, particles=kept, harms=harms,
                        vesicles=[vesicle_dose(dose.at, product, kept)])
    if product.kind == "vehicle":
        return Delivery(wounds=wounds, harms=harms)
    viable = viable_cells(draw, product)
    harms["osteophyte"] = 1 - exp(-draw.value("osteophyte_per_leaked_cell") * viable * leak)
    kept = viable * (1 - leak)
    return Delivery([bolus(dose.at, "transannular dose", kept)], kept, wounds, harms=harms)
