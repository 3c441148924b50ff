"""The loads of a level: lying and upright, and what a day of both does to a disc.

    dJ/dt = (J_eq(P(t)) - J) / tau,    tau = 4 L^2 / (pi^2 HA kp)       creep towards the equilibrium of the load P

tau is the slowest mode of a gel that drains at both endplates: L half the height of the nucleus (m), HA aggregate modulus
(Pa), kp hydraulic permeability (m4/(N s)); what the endplate resists is left out. Repeated every day, with a share a of the
day T spent upright, the relaxation has a closed form (`day`). A load is the pressure in the nucleus where that was
measured; only differences enter. A tail has loads of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pulposus.core.errors import RejectedDraw
from pulposus.core.units import si
from pulposus.tissue.geometry import level_suffix
from pulposus.tissue.shape import Shape

__all__ = ["Loads", "day", "loads_of", "relaxation_time"]

_T = si(1.0, "d")


@dataclass(frozen=True)
class Loads:
    """rest and active: pressure the disc has to bear lying and upright (Pa); upright: share of the day spent so; tau (s)."""

    rest: float
    active: float
    upright: float
    tau: float

    @property
    def step(self) -> float:
        """What is added when the subject gets up (Pa)."""
        return self.active - self.rest


def loads_of(draw: Any, geometry: Shape) -> Loads:
    """Return the loads of a disc of a draw's species; a level without records of its own has those of its species.

    Raises RejectedDraw when getting up adds nothing.
    """
    suffix = level_suffix(draw.species, geometry.level) if geometry.level else ""
    own = {name: f"{name}{suffix}" if suffix and f"{name}{suffix}.{draw.species}" in draw.parameters else name
           for name in ("load_rest", "load_active")}
    rest, active = (draw.value(own[name]) for name in ("load_rest", "load_active"))
    if active <= rest:
        raise RejectedDraw("the disc would bear no more upright than lying")
    return Loads(rest, active, draw.value("upright_share"), relaxation_time(draw, geometry))


def relaxation_time(draw: Any, geometry: Shape) -> float:
    """Return tau (s) of a nucleus.

    >>> from pulposus.core.draws import Draw
    >>> from pulposus.core.parameters import ParameterSet
    >>> from pulposus.tissue.geometry import Geometry
    >>> draw = Draw(ParameterSet.load(), 0, 0, "human", "I", nominal=True)
    >>> round(relaxation_time(draw, Geometry(21e-3, 14e-3, 6.9e-3, 0.6e-3, 17e-3)) / 3600, 1)     # hours
    4.9
    """
    length = geometry.half_height - geometry.endplate_thickness
    spread = draw.value("aggregate_modulus", region="NP") * draw.value("hydraulic_permeability", region="NP")
    return float(4 * length**2 / (np.pi**2 * spread))


def day(resting: Any, loaded: Any, loads: Loads) -> tuple[Any, Any]:
    """Return what relaxes between two equilibria, resting and loaded, at the end of the night and at the end of the day.

    >>> at_once = Loads(1e5, 5e5, 2 / 3, tau=1.0)     # a gel that is done in no time
    >>> [round(float(x), 3) for x in day(1.0, 0.7, at_once)]
    [1.0, 0.7]
    """
    up, down = np.exp(-loads.upright * _T / loads.tau), np.exp(-(1 - loads.upright) * _T / loads.tau)
    gap = (resting - loaded) / (1 - up * down)
    return resting - gap * down * (1 - up), loaded + gap * up * (1 - down)
