"""The process: the one interface by which biology, therapy and a user's own ideas enter the disc.

A process declares its fields, what it reads, its parameters, which fields it feeds and which basal rates it modifies.
Its functions are pure, take parameters as plain arrays, vectorise over leading (draw, ...) axes and know no mesh:

    source(state, p, t, xp)      -> {field: rate}   per volume, for ANY field, its own or another's
    derivatives(state, p, t, xp) -> {(field, read): d rate / d read}
    surface(tag, state, p, t, xp)-> {field: flux}   into the disc, per area of a boundary tag
    global_rate(state, totals, p, t, xp) -> {compartment: rate}
    modifiers(state, p, t, xp)   -> {modifier: factor}   multiplies a basal rate; 1 when nobody speaks
    events(p)                    -> [Event]          a jump of the state plus its ledger entry
    observe(view)                -> {quantity: value}

`state` maps field names to arrays over points, compartments to scalars, and "modifier.<name>" to factors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["MODIFIERS", "Event", "Field", "Process", "State", "View", "numeric_derivatives"]

State = Mapping[str, Any]
Rates = dict[str, Any]
MODIFIERS = ("death", "division", "senescence", "secretion_il1b", "secretion_tnf", "secretion_chemokine",
             "synthesis", "degradation", "fragment_loss", "calcification")
_LEAST = 1e-150  # so that a field that is zero everywhere still has a step
_STEP = 1e-6  # relative step of the central differences


@dataclass(frozen=True)
class Field:
    """A quantity the disc carries.

    kind: steady (diffuses, quasi-steady unless the run is transient), slow (per volume, in time) or global
    (one number: blood, depot, hole). diffusivity: region -> m2/s for what diffuses, else None. boundary: tag -> fixed
    value; a tag not named is free of flux. storage: region -> coefficient of d/dt. scale: a typical size, for tolerances.
    decay: the first-order loss (1/s) of a steady field that no other diffusing field depends on at once. It stands in the
    owner's `source`; the solver takes it into its operator, so that a field that decays fast costs one solve.
    """

    name: str
    unit: str
    kind: str = "slow"
    scale: float = 1.0
    diffusivity: Mapping[str, float] | None = None
    boundary: Mapping[str, float] | None = None
    storage: Mapping[str, float] | None = None
    start: Any = 0.0
    decay: float = 0.0


@dataclass(frozen=True)
class Event:
    """At `time` (s), `jump(state, p, points)` returns {field: amount added per volume, or to the compartment}.

    `what` names it in the ledger, where the total of every jump is entered.
    """

    time: float
    what: str
    jump: Callable[..., Rates]


@dataclass(frozen=True)
class View:
    """What a process may look at when it observes: the state at the points, totals and the parameters."""

    t: float
    state: Mapping[str, Any]
    points: Any
    p: Mapping[str, Any]

    def total(self, name: str) -> float:
        """Return the volume integral of a field."""
        return float(self.points.total(self.state[name] + 0.0 * self.points.volume))


class Process:
    """The role; a process overrides what it needs and inherits silence for the rest."""

    name: str = "process"
    reads: Sequence[str] = ()
    sources: Sequence[str] = ()
    modifies: Sequence[str] = ()
    parameters: Sequence[str] = ()

    def fields(self, p: State) -> list[Field]:
        """Return the fields this process owns, with values taken from its parameters."""
        return []

    def prepare(self, draw: Any, points: Any) -> dict[str, Any]:
        """Return further parameters worked out once per draw, scalars or (points,) arrays, in SI."""
        return {}

    def source(self, state: State, p: State, t: float, xp: Any) -> Rates:
        """Return rates per volume for any fields."""
        return {}

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return the derivative blocks of `source`; central differences unless overridden."""
        return numeric_derivatives(self, state, p, t, xp)

    def surface(self, tag: str, state: State, p: State, t: float, xp: Any) -> Rates:
        """Return fluxes into the disc per area of the boundary `tag`."""
        return {}

    def global_rate(self, state: State, totals: State, p: State, t: float, xp: Any) -> Rates:
        """Return the rates of change of compartments; `totals` holds the volume integrals of the slow fields."""
        return {}

    def modifiers(self, state: State, p: State, t: float, xp: Any) -> Rates:
        """Return factors for basal rates named in MODIFIERS."""
        return {}

    def events(self, p: State) -> list[Event]:
        """Return what happens at given times."""
        return []

    def observe(self, view: View) -> Rates:
        """Return read-outs of a state seen through `view`."""
        return {}


def numeric_derivatives(process: Process, state: State, p: State, t: float, xp: Any,
                        rates: Callable[[State], Rates] | None = None) -> dict[tuple[str, str], Any]:
    """Return {(field, read): d rate / d read} by central differences, pointwise over all leading axes.

    rates: state -> rates, the process's `source` when None. Only reads present in `state` as fields are varied;
    modifiers are held.
    """
    out: dict[tuple[str, str], Any] = {}
    of = rates or (lambda seen: process.source(seen, p, t, xp))
    for name in process.reads:
        if name not in state or name.startswith("modifier."):
            continue
        value = xp.asarray(state[name], dtype=float)
        step = _STEP * xp.maximum(xp.abs(value), xp.max(xp.abs(value)) * _STEP + _LEAST)
        ahead, back = of({**state, name: value + step}), of({**state, name: value - step})
        for field, rate in ahead.items():
            out[field, name] = (rate - back[field]) / (2 * step)
    return out
