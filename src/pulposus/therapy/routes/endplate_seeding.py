"""Onto the endplate: cells are laid on its bone side and wander in (endplate_pool.py). A needle, where stated, leaves a hole."""

from __future__ import annotations

from typing import Any

from pulposus.therapy.endplate_pool import onto_endplate
from pulposus.therapy.route import Delivery
from pulposus.tissue.geometry import Geometry
from pulposus.tissue.wound import hole, hole_share

__all__ = ["deliver"]


def deliver(dose: Any, draw: Any, geometry: Geometry) -> Delivery:
    """Return what a dose laid on the endplate becomes."""
    needle = getattr(dose.route, "needle", None)
    found = onto_endplate(dose, draw)
    if needle:
        found.wounds.append(hole(dose.at, hole_share(draw.value(f"needle_diameter_{needle}"), draw)))
    return found
