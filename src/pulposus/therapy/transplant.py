"""Transplanted cells at work in the disc: they settle, divide, differentiate, feed and make matrix. How they are lost: losses.py.

    dF/dt = (p room(G) - 1/tau - d) F      F transplanted cells that have not settled yet ("fresh")
    dM/dt = p room(G) F - d M              M all transplanted cells, fresh and settled
    dD/dt = d M                            D differentiated, nucleus-like
    uptake = q_settled (M + D) + (q_fresh - q_settled) F  of oxygen and glucose; lactate = yield x glucose
    aggrecan: + eps_D s D;   synthesis modifier 1 + eps_par M / (M + N)

A cell settles at rate 1/tau. Division stops with settling and where glucose is short (viability.py: the capacity that all cells
share). d and eps_par are multiplied by the traits of the product (therapy/product.py). Rates 1/s, densities 1/m3.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pulposus.tissue import viability
from pulposus.tissue.process import Event, Field, Process, State

__all__ = ["CELLS", "Transplant", "bolus"]

CELLS = ("transplanted", "fresh", "differentiated")


def bolus(time: float, what: str, cells: float, dead: float = 0.0, region: int = 0) -> Event:
    """Return the event of `cells` viable and `dead` cells spread evenly over a region (0 = nucleus) at `time` (s)."""

    def jump(state: State, p: State, points: Any) -> dict[str, Any]:
        inside = points.region == region
        per_cell = np.where(inside, 1 / points.volume[inside].sum(), 0.0)
        return {"transplanted": cells * per_cell, "fresh": cells * per_cell, "dead_transplanted": dead * per_cell}

    return Event(time, what, jump)


class Transplant(Process):
    """Owns transplanted, fresh and differentiated cells; `doses` are the events of all routes."""

    name = "transplant"
    reads = (*CELLS, "native", "oxygen", "glucose")
    sources = (*CELLS, "oxygen", "glucose", "lactate", "aggrecan_intact")
    modifies = ("synthesis",)
    parameters = (*viability.PARAMETERS, "msc_oxygen_rate_fresh", "msc_oxygen_rate_settled", "msc_oxygen_half",
                  "msc_glucose_rate_fresh", "msc_glucose_rate_settled", "msc_glucose_half", "msc_lactate_yield",
                  "msc_settling_time", "msc_glucose_death_threshold", "transplant_division_rate", "differentiation_rate",
                  "differentiated_synthesis_share", "paracrine_synthesis_gain", "oxygen_solubility")

    def __init__(self, doses: list[Event], expected: float, differentiation: float = 1.0, paracrine: float = 1.0) -> None:
        """doses: events of all routes; expected: cells that may arrive in all, to which tolerances refer; differentiation,
        paracrine: factors of the product on both."""
        self.doses, self.expected, self.differentiation, self.paracrine = doses, expected, differentiation, paracrine

    def fields(self, p: State) -> list[Field]:
        """Return the three cell fields, empty at the start."""
        scale = max(self.expected, 1.0) / p["geometry"].nucleus_volume
        return [Field(n, "1/m**3", "slow", scale) for n in CELLS]

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

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the rates of the cells, of what they draw and of the aggrecan they make."""
        divided = p["transplant_division_rate"] * self._room(state, p, xp)[0] * state["fresh"]
        M, F, D = (state[n] for n in CELLS)
        d = self.differentiation * p["differentiation_rate"]
        (need_O, sat_O, *_), (need_G, sat_G, *_) = self._uptake(state, p, xp)
        out = {"transplanted": divided - d * M, "fresh": divided - (d + 1 / p["msc_settling_time"]) * F, "differentiated": d * M,
               "oxygen": -need_O * sat_O / p["oxygen_solubility"], "glucose": -need_G * sat_G,
               "lactate": p["msc_lactate_yield"] * need_G * sat_G}
        if "aggrecan_synthesis" in p:
            out["aggrecan_intact"] = p["differentiated_synthesis_share"] * p["aggrecan_synthesis"] * D
        return out

    def _room(self, state: State, p: State, xp: Any) -> tuple[Any, Any]:
        return viability.room_to_divide(state["glucose"], p, xp, p["msc_glucose_death_threshold"])

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return the analytic derivative blocks of `source`."""
        room, room_by_G = self._room(state, p, xp)
        ones = xp.ones_like(room)
        d, rate = self.differentiation * p["differentiation_rate"], p["transplant_division_rate"]
        out = {("transplanted", "transplanted"): -d * ones, ("transplanted", "fresh"): rate * room,
               ("fresh", "fresh"): rate * room - d - 1 / p["msc_settling_time"], ("differentiated", "transplanted"): d * ones}
        out |= {(n, "glucose"): rate * room_by_G * state["fresh"] for n in ("transplanted", "fresh")}
        (need_O, sat_O, slope_O, slow_O, more_O), (need_G, sat_G, slope_G, slow_G, more_G) = self._uptake(state, p, xp)
        S, Y = p["oxygen_solubility"], p["msc_lactate_yield"]
        out["oxygen", "oxygen"] = -need_O * slope_O / S
        out["glucose", "glucose"], out["lactate", "glucose"] = -need_G * slope_G, Y * need_G * slope_G
        for n in CELLS:
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
        return {"synthesis": 1 + self.paracrine * p["paracrine_synthesis_gain"] * M / (M + N + _TINY)}

    def observe(self, view: Any) -> dict[str, Any]:
        """Return the number of transplanted and differentiated cells in the disc."""
        return {"transplanted_cells": view.total("transplanted") + view.total("differentiated")}


_TINY = 1.0  # cells per m3: keeps the share defined where there are no cells at all
