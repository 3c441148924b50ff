"""The role of a route: what a dose becomes in one disc - what arrives where and when, the wound, the harms.

    dose = dead of thawing + leaked + missed + what may arrive (at once, or out of a depot)

A route knows the disc's geometry and the draw, nothing of arms or trials.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pulposus.tissue.process import Event, Process

__all__ = ["Delivery", "DepotDose", "amount_given", "carrier_symbol", "is_gel"]

_GELS = ("matrix hydrogel", "thermogel")


@dataclass(frozen=True)
class DepotDose:
    """A dose into a compartment outside the disc: what builds it, its event, its cells, and the share that enters if stated."""

    build: Callable[..., Process]
    event: Event
    cells: float
    entering: float | None = None


@dataclass(frozen=True)
class Delivery:
    """What one dose becomes.

    cells: events that put cells into the disc; expected: cells that may arrive; wounds: events of injury; vesicles:
    doses of particles (therapy/vesicles.py), with their number; depots: doses into compartments outside the disc;
    harms: name -> chance or share (0..1); lost: cause -> cells or particles that never come near the disc; access: what the
    operator would note - end_pressure (Pa above rest), overfill (injected over nucleus volume), tip_offset (m).
    """

    cells: list[Event] = field(default_factory=list)
    expected: float = 0.0
    wounds: list[Event] = field(default_factory=list)
    vesicles: list[Any] = field(default_factory=list)
    particles: float = 0.0
    depots: list[DepotDose] = field(default_factory=list)
    harms: dict[str, float] = field(default_factory=dict)
    lost: dict[str, float] = field(default_factory=dict)
    access: dict[str, float] = field(default_factory=dict)


def carrier_symbol(carrier: str | None, what: str = "leak") -> str:
    """Return the parameter symbol of a carrier's factor on the leak, or on the nerves of the track (`innervation`).

    >>> carrier_symbol("hyaluronic acid"), carrier_symbol(None, "innervation")
    ('carrier_leak_hyaluronic_acid', 'carrier_innervation_not_stated')
    """
    return f"carrier_{what}_{(carrier or 'not stated').replace(' ', '_')}"


def is_gel(carrier: str | None) -> bool:
    """Return whether a carrier sets to a gel that releases its load slowly."""
    return carrier in _GELS


def amount_given(product: Any, kind: str) -> float:
    """Return the dose of a product of this kind (cells or vesicles), 0 for any other product."""
    return float(product.dose) if product.kind == kind else 0.0
