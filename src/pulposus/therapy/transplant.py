"""Transplanted cells at work in the disc: they starve, settle, differentiate, feed and make matrix.

    dF/dt = (p room(G) - e - 1/tau) F - (mu + d + a(G, pH)) F    F transplanted cells that have not settled yet ("fresh")
    dM/dt = (p room(G) - e) F - (mu + d + a) M                   M all transplanted cells, fresh and settled
    dD/dt = d M - (mu_D + a) D                                   D differentiated, nucleus-like
    uptake = q_settled (M + D) + (q_fresh - q_settled) F  of oxygen and glucose; lactate = yield x glucose
    aggrecan: + eps_D s D;   synthesis modifier 1 + eps_par M / (M + N)

A cell settles at rate 1/tau; e = f / ((1 - f) tau), so that a share f of the cells is lost before it settles. Division stops
with settling and where glucose is short (viability.py: the capacity that all cells share). a is the viability law with the
transplanted cells' own glucose threshold. Rates 1/s, densities 1/m3.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pulposus.tissue import viability
from pulposus.tissue.process import Event, Field, Process, State

__all__ = ["Transplant", "bolus"]

_CELLS = ("transplanted", "fresh", "differentiated")


def bolus(time: float, what: str, cells: float, region: int = 0) -> Event:
    """Return the event of `cells` viable cells spread evenly over a region (0 = nucleus) at `time` (s)."""

    def jump(state: State, p: State, points: Any) -> dict[str, Any]:
        inside = points.region == region
        density = np.where(inside, cells / points.volume[inside].sum(), 0.0)
        return {"transplanted": density, "fresh": density}

    return Event(time, what, jump)


class Transplant(Process):
    """Owns transplanted, fresh and differentiated cells; `doses` are the events of all routes."""

    name = "transplant"
    reads = (*_CELLS, "native", "oxygen", "glucose", "lactate")
    sources = (*_CELLS, "oxygen", "glucose", "lactate", "aggrecan_intact")
    modifies = ("synthesis",)
    parameters = (*viability.PARAMETERS, "msc_oxygen_rate_fresh", "msc_oxygen_rate_settled", "msc_oxygen_half",
                  "msc_glucose_rate_fresh", "msc_glucose_rate_settled", "msc_glucose_half", "msc_lactate_yield",
                  "msc_settling_time", "msc_glucose_death_threshold", "transplant_early_loss",
                  "transplant_late_death_rate", "transplant_division_rate", "differentiation_rate",
                  "differentiated_death_rate", "differentiated_synthesis_share", "paracrine_synthesis_gain",
                  "oxygen_solubility")

    def __init__(self, doses: list[Event], expected: float) -> None:
        """doses: events of all routes; expected: cells that may arrive in all, to which tolerances refer."""
        self.doses, self.expected = doses, expected

    def fields(self, p: State) -> list[Field]:
        """Return the three cell fields, empty at the start."""
        scale = max(self.expected, 1.0) / p["geometry"].nucleus_volume
        return [Field(n, "1/m**3", "slow", scale) for n in _CELLS]

    def events(self, p: State) -> list[Event]:
        """Return the doses."""
        return self.doses

    def _uptake(self, state: State, p: State, xp: Any) -> tuple[Any, ...]:
        """Rates per volume of oxygen (Pa/s) and glucose (mol/(m3 s)), and their slopes by substrate."""
        settled, fresh = state["transplanted"] + state["differentiated"], state["fresh"]
        out = []
        for solute, half in (("oxygen", p["msc_oxygen_half"]), ("glucose", p["msc_glucose_half"])):
            slow, fast = p[f"msc_{solute}_rate_settled"], p[f"msc_{solute}_rate_fresh"]
            demand = slow * settled + (fast - slow) * fresh
            room = half + xp.abs(state[solute])
            out.append((demand, state[solute] / room, half / room**2, slow, fast - slow))
        return tuple(out)

    def _fates(self, state: State, p: State, xp: Any) -> tuple[Any, ...]:
        a, by_G, by_L = viability.death_rate(state["glucose"], state["lactate"], p, xp,
                                             threshold=p["msc_glucose_death_threshold"])
        lost = p["transplant_early_loss"]
        early = lost / ((1 - lost) * p["msc_settling_time"])
        room, room_by_G = viability.room_to_divide(state["glucose"], p, xp, p["msc_glucose_death_threshold"])
        net, net_by_G = p["transplant_division_rate"] * room - early, p["transplant_division_rate"] * room_by_G
        leave = p["transplant_late_death_rate"] + p["differentiation_rate"] + a
        return a, by_G, by_L, net, net_by_G, leave

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the rates of the cells, of what they draw and of the aggrecan they make."""
        a, _, _, net, _, leave = self._fates(state, p, xp)
        M, F, D = (state[n] for n in _CELLS)
        (need_O, sat_O, *_), (need_G, sat_G, *_) = self._uptake(state, p, xp)
        out = {"transplanted": net * F - leave * M,
               "fresh": (net - leave - 1 / p["msc_settling_time"]) * F,
               "differentiated": p["differentiation_rate"] * M - (p["differentiated_death_rate"] + a) * D,
               "oxygen": -need_O * sat_O / p["oxygen_solubility"], "glucose": -need_G * sat_G,
               "lactate": p["msc_lactate_yield"] * need_G * sat_G}
        if "aggrecan_synthesis" in p:
            out["aggrecan_intact"] = p["differentiated_synthesis_share"] * p["aggrecan_synthesis"] * D
        return out

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return the analytic derivative blocks of `source`."""
        a, by_G, by_L, net, net_by_G, leave = self._fates(state, p, xp)
        ones = xp.ones_like(a)
        d = p["differentiation_rate"]
        out = {("transplanted", "transplanted"): -leave, ("transplanted", "fresh"): net * ones,
               ("fresh", "fresh"): net - leave - 1 / p["msc_settling_time"],
               ("differentiated", "transplanted"): d * ones,
               ("differentiated", "differentiated"): -(p["differentiated_death_rate"] + a)}
        for n in _CELLS:
            out[n, "glucose"], out[n, "lactate"] = -state[n] * by_G, -state[n] * by_L
        for n in ("transplanted", "fresh"):
            out[n, "glucose"] = out[n, "glucose"] + net_by_G * state["fresh"]
        (need_O, sat_O, slope_O, slow_O, more_O), (need_G, sat_G, slope_G, slow_G, more_G) = self._uptake(state, p, xp)
        S, Y = p["oxygen_solubility"], p["msc_lactate_yield"]
        out["oxygen", "oxygen"] = -need_O * slope_O / S
        out["glucose", "glucose"], out["lactate", "glucose"] = -need_G * slope_G, Y * need_G * slope_G
        for n in _CELLS:
            by_O, by_Gl = (more_O, more_G) if n == "fresh" else (slow_O, slow_G)
            out["oxygen", n] = -by_O * sat_O / S
            out["glucose", n], out["lactate", n] = -by_Gl * sat_G, Y * by_Gl * sat_G
        if "aggrecan_synthesis" in p:
            out["aggrecan_intact", "differentiated"] = (p["differentiated_synthesis_share"] * p["aggrecan_synthesis"]
                                                        * ones)
        return out

    def modifiers(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the paracrine factor on native synthesis."""
        M, N = xp.maximum(state["transplanted"], 0.0), xp.maximum(state["native"], 0.0)
        return {"synthesis": 1 + p["paracrine_synthesis_gain"] * M / (M + N + _TINY)}

    def observe(self, view: Any) -> dict[str, Any]:
        """Return the number of transplanted and differentiated cells in the disc."""
        return {"transplanted_cells": view.total("transplanted") + view.total("differentiated")}


_TINY = 1.0  # cells per m3: keeps the share defined where there are no cells at all
