"""How transplanted cells are lost, one process a cause, so that the ledger tells them apart and counts none twice.

    early loss   F' = M' = -e F             e = f / ((1 - f) tau): a share f is lost before it settles (shear, no hold)
    starvation   x' = -a(G, pH) x           for fresh F, all M and differentiated D alike: the viability law alone
    clearance    x' = -(mu_x + c) x         mu natural death, c what the host clears: by donor relation
    dead cells   C' = all of these - C / tau_C,    cytokines: + q_dead w C

F fresh and M all transplanted cells. Dead cells come with the dose too (thawing kills some). w is the resting secretion of a living cell
and q_dead how many times as much a dead one gives off before it is cleared: not measured, nought allowed. So too many cells can harm.
"""

from __future__ import annotations

from typing import Any

from pulposus.therapy.transplant import CELLS
from pulposus.tissue import viability
from pulposus.tissue.process import Field, Process, State

__all__ = ["LOSSES", "Clearance", "DeadCells", "EarlyLoss", "Starvation"]

_DEAD = "dead_transplanted"
_SECRETED = ("il1b", "tnf")
LOSSES = ("early loss", "starvation", "clearance")


class EarlyLoss(Process):
    """Cells that are gone before they settle."""

    name = "early loss"
    reads = ("fresh",)
    sources = ("transplanted", "fresh", _DEAD)
    parameters = ("transplant_early_loss", "msc_settling_time")

    def _rate(self, p: State) -> float:
        lost = p["transplant_early_loss"]
        return float(lost / ((1 - lost) * p["msc_settling_time"]))

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the loss of fresh cells, which count among the transplanted ones."""
        gone = self._rate(p) * state["fresh"]
        return {"transplanted": -gone, "fresh": -gone, _DEAD: gone}

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return the analytic derivative blocks of `source`."""
        e = self._rate(p) * xp.ones_like(state["fresh"])
        return {("transplanted", "fresh"): -e, ("fresh", "fresh"): -e, (_DEAD, "fresh"): e}


class Starvation(Process):
    """Death by hunger and acid, which no modifier touches."""

    name = "starvation"
    reads = (*CELLS, "glucose", "lactate")
    sources = (*CELLS, _DEAD)
    parameters = (*viability.PARAMETERS, "msc_glucose_death_threshold")

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the deaths of all three kinds."""
        a = viability.death_rate(state["glucose"], state["lactate"], p, xp, threshold=p["msc_glucose_death_threshold"])[0]
        return {**{n: -a * state[n] for n in CELLS}, _DEAD: a * (state["transplanted"] + state["differentiated"])}

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return the analytic derivative blocks of `source`."""
        a, by_G, by_L = viability.death_rate(state["glucose"], state["lactate"], p, xp, threshold=p["msc_glucose_death_threshold"])
        all_of_them = state["transplanted"] + state["differentiated"]
        out = {(n, n): -a for n in CELLS} | {(_DEAD, n): a for n in ("transplanted", "differentiated")}
        for by, slope in (("glucose", by_G), ("lactate", by_L)):
            out |= {(n, by): -state[n] * slope for n in CELLS} | {(_DEAD, by): all_of_them * slope}
        return out


class Clearance(Process):
    """Natural death, and what the host takes for foreign."""

    name = "clearance"
    reads = CELLS
    sources = (*CELLS, _DEAD)
    parameters = ("transplant_late_death_rate", "differentiated_death_rate")

    def __init__(self, rate: float = 0.0) -> None:
        """rate: of clearance by the host (1/s)."""
        self.rate = rate

    def _rates(self, p: State) -> dict[str, float]:
        natural = {n: p["transplant_late_death_rate"] for n in CELLS} | {"differentiated": p["differentiated_death_rate"]}
        return {n: rate + self.rate for n, rate in natural.items()}

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the losses of all three kinds."""
        gone = {n: rate * state[n] for n, rate in self._rates(p).items()}
        return {**{n: -each for n, each in gone.items()}, _DEAD: gone["transplanted"] + gone["differentiated"]}

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return the analytic derivative blocks of `source`."""
        rates, ones = self._rates(p), xp.ones_like(state["transplanted"])
        return {(n, n): -rate * ones for n, rate in rates.items()} | {
            (_DEAD, n): rates[n] * ones for n in ("transplanted", "differentiated")}


class DeadCells(Process):
    """Owns the dead transplanted cells (1/m3) and what they give off."""

    name = "dead cells"
    reads = (_DEAD,)
    sources = (_DEAD, *_SECRETED)
    parameters = ("dead_cell_time", "dead_cell_secretion", *(f"secretion_{c}" for c in _SECRETED))

    def __init__(self, expected: float) -> None:
        """expected: cells that may arrive, to which tolerances refer."""
        self.expected = expected

    def fields(self, p: State) -> list[Field]:
        """Return the dead cells, none at the start."""
        return [Field(_DEAD, "1/m**3", "slow", max(self.expected, 1.0) / p["geometry"].nucleus_volume)]

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return their removal and the cytokines (kg/(m3 s))."""
        out = {_DEAD: -state[_DEAD] / p["dead_cell_time"]}
        return out | {c: p["dead_cell_secretion"] * p[f"secretion_{c}"] * state[_DEAD] for c in _SECRETED if c in state}

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return the analytic derivative blocks of `source`."""
        ones = xp.ones_like(state[_DEAD])
        out = {(_DEAD, _DEAD): -ones / p["dead_cell_time"]}
        return out | {(c, _DEAD): p["dead_cell_secretion"] * p[f"secretion_{c}"] * ones for c in _SECRETED if c in state}
