"""The role of a route: what a dose becomes in one disc - what arrives where and when, the wound, the harms.

    leak = c (1 - (1 - f0)^(1 + g V / V_NP))          of an injectate of volume V, carrier factor c

A route knows the disc's geometry and the draw, nothing of arms or trials.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pulposus.tissue.geometry import Geometry
from pulposus.tissue.process import Event, Process

__all__ = ["Delivery", "amount_given", "carrier_symbol", "is_gel", "leak_share", "viable_cells"]

_GELS = ("matrix hydrogel", "thermogel")


@dataclass(frozen=True)
class Delivery:
    """What one dose becomes.

    cells: events that put cells into the disc; expected: cells that may arrive; wounds: events of injury; vesicles:
    doses of particles (therapy/vesicles.py), with their number; depots: builders of compartments outside the disc with their
    events; harms: name -> chance or share (0..1).
    """

    cells: list[Event] = field(default_factory=list)
    expected: float = 0.0
    wounds: list[Event] = field(default_factory=list)
    vesicles: list[Any] = field(default_factory=list)
    particles: float = 0.0
    depots: list[tuple[Callable[[list[Event], float], Process], Event, float]] = field(default_factory=list)
    harms: dict[str, float] = field(default_factory=dict)


def carrier_symbol(carrier: str | None) -> str:
    """Return the parameter symbol of a carrier's leak factor.

    >>> carrier_symbol("hyaluronic acid"), carrier_symbol(None)
    ('carrier_leak_hyaluronic_acid', 'carrier_leak_not_stated')
    """
    return f"carrier_leak_{(carrier or 'not stated').replace(' ', '_')}"


def is_gel(carrier: str | None) -> bool:
    """Return whether a carrier sets to a gel that releases its load slowly."""
    return carrier in _GELS


def leak_share(draw: Any, geometry: Geometry, volume: float, carrier: str | None) -> float:
    """Return the share of an injectate of `volume` (m3) that is lost through the track, 0..1."""
    overfill = draw.value("leak_volume_gain") * volume / geometry.nucleus_volume
    return float(draw.value(carrier_symbol(carrier)) * (1 - (1 - draw.value("leak_share")) ** (1 + overfill)))


def amount_given(product: Any, kind: str) -> float:
    """Return the dose of a product of this kind (cells or vesicles), 0 for any other product."""
    return float(product.dose) if product.kind == kind else 0.0


def viable_cells(draw: Any, product: Any) -> float:
    """Return the viable cells of a product: its dose times its viability, stated or drawn."""
    if product.kind != "cells":
        return 0.0
    stated = getattr(product, "thaw_viability", None)
    return float(product.dose * (draw.value("thaw_viability") if stated is None else stated))
