"""Granulation tissue in injured zones: macrophages that secrete, vessels that feed, nerves that come with them.

    dg/dt = -g / tau
    sources:  q_c g  of each cytokine,   v g (s_wall - s)  of oxygen, lactate and glucose

g share of the volume that is granulation tissue, 0 in an intact disc: there no macrophage is a target cell. tau is the time in
which a track heals. q_c secretion per volume of granulation tissue, v its perfusion, s_wall the supply of the outer wall. A wound
smaller than an element is spread evenly over the region that it crosses, so that its content does not depend on the mesh.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pulposus.tissue.cytokines import CYTOKINES
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.nutrition import SOLUTES
from pulposus.tissue.process import Field, Process, State

__all__ = ["Granulation"]


class Granulation(Process):
    """Owns the granulation tissue."""

    name = "granulation"
    reads = ("granulation", *SOLUTES)
    sources = ("granulation", *CYTOKINES, *SOLUTES)
    parameters = ("track_healing_time", "granulation_perfusion", *(f"granulation_secretion_{c}" for c in CYTOKINES),
                  *(f"supply_wall_{s}" for s in SOLUTES))

    def fields(self, p: State) -> list[Field]:
        """Return the share of granulation tissue, none in an intact disc."""
        return [Field("granulation", "1", "slow", 1.0)]

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the loss of granulation tissue and what it gives off."""
        g = state["granulation"]
        out = {"granulation": -g / p["track_healing_time"]}
        out |= {c: p[f"granulation_secretion_{c}"] * g for c in CYTOKINES if c in state}
        return out | {s: p["granulation_perfusion"] * g * (p[f"supply_wall_{s}"] - state[s]) for s in SOLUTES}

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return the analytic derivative blocks of `source`."""
        g = state["granulation"]
        ones = xp.ones_like(g)
        out = {("granulation", "granulation"): -ones / p["track_healing_time"]}
        out |= {(c, "granulation"): p[f"granulation_secretion_{c}"] * ones for c in CYTOKINES if c in state}
        for s in SOLUTES:
            out[s, s] = -p["granulation_perfusion"] * g
            out[s, "granulation"] = p["granulation_perfusion"] * (p[f"supply_wall_{s}"] - state[s])
        return out

    def observe(self, view: Any) -> dict[str, Any]:
        """Return granulation tissue by region and the nerve term: its share of annulus and endplate, where nerves end."""
        g, points = view.state["granulation"], view.points
        outer = np.where(points.region == REGIONS.index("NP"), 0.0, points.volume)
        return {"granulation": points.means(g),
                "nerve_term": float((g * outer).sum() / outer.sum())}
