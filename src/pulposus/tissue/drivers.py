"""What drives a disc on from outside: ageing, growth, load and a load of cytokines, each on from one event to another.

    ageing   death, senescence and calcification x a          a, b, d factors that the file states, 1 before and after
    growth   division x b, synthesis x d                      (the disc's own dimensions do not change)
    turnover loss of aggrecan fragments x k_F(degenerate) / k_F, where it is on: fragments leave as fast as in degenerate tissue
    load     synthesis x f(P) / f(P_0),   f(P) = l + (1 - l) exp(-(ln(P / P_opt) / w)^2 / 2)         biphasic; rival: none
    cytokine load   + k c_given of a cytokine in the nucleus  (k its decay: without diffusion the level would be c_given)

P is the pressure of daily life (Pa), P_0 its habitual value: too little and too much both cost synthesis.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pulposus.tissue.cytokines import CYTOKINES, decay_rate
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.points import regional
from pulposus.tissue.process import Event, Field, Process, State

__all__ = ["DRIVERS", "Drivers", "biphasic", "switch"]

_FACTORS = {"ageing": ("death", "senescence", "calcification"), "growth_division": ("division",), "growth_synthesis": ("synthesis",)}
_GIVEN = {f"given_{c}": c for c in CYTOKINES}
_TURNOVER = "degenerate_turnover"
DRIVERS = (*_FACTORS, _TURNOVER, "pressure", *_GIVEN)
DEGENERATE = "III"  # a grade whose tissue is degenerate: turnover is on record by tissue, not by grade
_LOAD = ("load_optimum", "load_width", "load_least_synthesis", "load_habitual")


def biphasic(pressure: Any, optimum: float, width: float, least: float, xp: Any) -> Any:
    """Return f(P), 1 at the optimum (Pa) and `least` far from it; width in ln P.

    >>> import numpy as np
    >>> round(float(biphasic(0.9e6, 0.3e6, 1.0, 0.4, np)), 3)
    0.728
    """
    return least + (1 - least) * xp.exp(-((xp.log(pressure / optimum) / width) ** 2) / 2)


def switch(time: float, name: str, value: float, what: str) -> Event:
    """Return the event that sets a driver, or any other compartment that only events change, to a value."""
    return Event(time, what, lambda state, p, points: {name: value - state[name]})


class Drivers(Process):
    """Owns the drivers that a history names; `switches` turn them on and off."""

    name = "drivers"
    parameters = (*_LOAD, *(f"half_life_{c}" for c in CYTOKINES))

    def __init__(self, names: Sequence[str], switches: list[Event], biphasic_load: bool = True) -> None:
        """names: those of DRIVERS that are used; switches: their events; biphasic_load: whether load acts on synthesis."""
        self.names, self.switches, self.acts = [n for n in DRIVERS if n in names], switches, biphasic_load
        self.reads = tuple(self.names)
        self.sources = tuple(c for n, c in _GIVEN.items() if n in self.names)
        modified = [m for n, kinds in _FACTORS.items() if n in self.names for m in kinds]
        self.modifies = tuple(dict.fromkeys([*modified, *(["synthesis"] if "pressure" in self.names else []),
                                               *(["fragment_loss"] if _TURNOVER in self.names else [])]))

    def prepare(self, draw: Any, points: Any) -> dict[str, Any]:
        """Return where a cytokine is given, the nucleus, and how much faster degenerate tissue loses its fragments."""
        given = {"cytokine_place": (points.region == REGIONS.index("NP")).astype(float)}
        if _TURNOVER not in self.names:
            return given
        own, degenerate = (regional(draw, "fragment_loss", REGIONS, grade) for grade in (None, DEGENERATE))
        return {**given, "degenerate_fragment_loss": (degenerate / own)[points.region]}

    def fields(self, p: State) -> list[Field]:
        """Return the drivers at rest: factors 1, habitual pressure (Pa), no cytokine given (kg/m3)."""
        rest = {"pressure": Field("pressure", "Pa", "global", p["load_habitual"], start=p["load_habitual"]),
                _TURNOVER: Field(_TURNOVER, "1", "global", 1.0),
                **{n: Field(n, "kg/m**3", "global", 1.0) for n in _GIVEN}}
        return [rest.get(n, Field(n, "1", "global", 1.0, start=1.0)) for n in self.names]

    def events(self, p: State) -> list[Event]:
        """Return the switches."""
        return self.switches

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return what is given of the cytokines (kg/(m3 s))."""
        return {c: decay_rate(p[f"half_life_{c}"]) * state[n] * p["cytokine_place"] for n, c in _GIVEN.items() if n in self.names}

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return nothing: what is given depends on no field."""
        return {}

    def modifiers(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the factors that are on."""
        out: dict[str, Any] = {}
        for name, kinds in _FACTORS.items():
            if name in self.names:
                out |= {kind: out.get(kind, 1.0) * state[name] for kind in kinds}
        if _TURNOVER in self.names:
            out["fragment_loss"] = 1 + state[_TURNOVER] * (p["degenerate_fragment_loss"] - 1)
        if "pressure" in self.names and self.acts:
            now, usual = (biphasic(P, p["load_optimum"], p["load_width"], p["load_least_synthesis"], xp)
                          for P in (state["pressure"], p["load_habitual"]))
            out["synthesis"] = out.get("synthesis", 1.0) * now / usual
        return out
