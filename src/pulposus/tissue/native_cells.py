"""Native and senescent cells of the disc.

    dN/dt = N (r_div m_div room(G) - r_death m_death - r_sen m_sen - a(G, pH))
    dS/dt = N r_sen m_sen - S (r_death m_death + a(G, pH))

N native, S senescent cells per reference volume (1/m3); r basal rates (1/s), m modifiers (1 when nobody speaks), a the
nutrition and acid death of viability.py, which no modifier touches, room(G) its factor of nutrition on division. The total of
cells is kept when the disc thins.
"""

from __future__ import annotations

from typing import Any

from pulposus.tissue import viability
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.points import regional
from pulposus.tissue.process import Field, Process, State

__all__ = ["NativeCells"]


class NativeCells(Process):
    """Owns native and senescent cells."""

    name = "native cells"
    reads = ("native", "senescent", "glucose", "lactate", "modifier.division", "modifier.death", "modifier.senescence")
    sources = ("native", "senescent")
    parameters = (*viability.PARAMETERS, "cell_density", "senescent_fraction", "native_division_rate",
                  "native_death_rate", "senescence_rate")

    def prepare(self, draw: Any, points: Any) -> dict[str, Any]:
        """Return the typical density (1/m3) to which tolerances refer."""
        return {"cell_density_scale": max(1.0, *regional(draw, "cell_density", REGIONS))}

    def fields(self, p: State) -> list[Field]:
        """Return native and senescent cells (1/m3) with their starting densities."""
        start, share = p["cell_density"], p["senescent_fraction"]
        scale = float(p["cell_density_scale"])
        return [Field("native", "1/m**3", "slow", scale, start=start * (1 - share)),
                Field("senescent", "1/m**3", "slow", scale, start=start * share)]

    def _rates(self, state: State, p: State, xp: Any) -> tuple[Any, Any, Any, Any, Any, Any]:
        death, by_G, by_L = viability.death_rate(state["glucose"], state["lactate"], p, xp)
        room, room_by_G = viability.room_to_divide(state["glucose"], p, xp)
        loss = death + p["native_death_rate"] * state["modifier.death"]
        ageing = p["senescence_rate"] * state["modifier.senescence"]
        division = p["native_division_rate"] * state["modifier.division"]
        return loss, ageing, division * room, division * room_by_G, by_G, by_L

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return dN/dt and dS/dt (1/(m3 s))."""
        loss, ageing, gain, _, _, _ = self._rates(state, p, xp)
        return {"native": state["native"] * (gain - ageing - loss),
                "senescent": state["native"] * ageing - state["senescent"] * loss}

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return the analytic derivative blocks of `source`."""
        loss, ageing, gain, gain_by_G, by_G, by_L = self._rates(state, p, xp)
        ones = xp.ones_like(loss)
        out = {("native", "native"): gain - ageing - loss, ("senescent", "senescent"): -loss,
               ("senescent", "native"): ageing * ones}
        for cells in ("native", "senescent"):
            out[cells, "glucose"] = -state[cells] * by_G
            out[cells, "lactate"] = -state[cells] * by_L
        out["native", "glucose"] = out["native", "glucose"] + state["native"] * gain_by_G
        return out
