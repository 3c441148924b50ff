"""IL-1b, TNF and a chemokine (CCL5) in the disc, told above what cells at rest keep up.

    0 = div(D grad c) - k c + q ((m_sec - 1) N + f (m_sec S - S_0))          per cytokine, quasi-steady

q secretion per resting cell, m_sec its modifier, f how much more a senescent cell secretes, S_0 senescent cells at the start,
k = ln 2 / half-life, D = D_w (nf / (2 - nf))^2. The resting level is left out on purpose: matrix turnover was measured in discs
that have it, so a disc to which nothing happens has c = 0 and all factors at 1. c in kg/m3 (1 ng/mL = 1e-6 kg/m3); it leaves
through endplate and outer wall. Hours of half-life against weeks of output: c follows its sources at once.
"""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np

from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.points import regional
from pulposus.tissue.process import Field, Process, State

__all__ = ["CYTOKINES", "Cytokines", "decay_rate"]

CYTOKINES = ("il1b", "tnf", "chemokine")
_DOSE = 1e-5  # kg/m3, 10 ng/mL, the usual dose in dishes, to which tolerances refer


def decay_rate(half_life: float) -> float:
    """Return k = ln 2 / half-life (1/s).

    >>> round(decay_rate(43200.0) * 86400, 3)     # 12 h: per day
    1.386
    """
    return log(2) / half_life


class Cytokines(Process):
    """Owns the three cytokines and what disc cells secrete of them."""

    name = "cytokines"
    reads = (*CYTOKINES, "native", "senescent", *(f"modifier.secretion_{c}" for c in CYTOKINES))
    sources = CYTOKINES
    parameters = ("senescent_secretion", "cell_density", "senescent_fraction",
                  *(f"{symbol}_{c}" for c in CYTOKINES for symbol in ("half_life", "secretion")))

    def __init__(self, open_share: float = 1.0) -> None:
        """open_share: open part of the endplate, by which its diffusivity is multiplied."""
        self.open_share = open_share

    def prepare(self, draw: Any, points: Any) -> dict[str, Any]:
        """Return the diffusivity (m2/s) of each cytokine by region."""
        nf = regional(draw, "porosity", REGIONS)
        hindered = (nf / (2 - nf)) ** 2 * np.where(np.array(REGIONS) == "CEP", self.open_share, 1.0)
        return {f"diffusivity_{c}": draw.value(f"water_diffusivity_{c}") * hindered for c in CYTOKINES}

    def fields(self, p: State) -> list[Field]:
        """Return the three fields (kg/m3), none at rest."""
        return [Field(c, "kg/m**3", "steady", _DOSE, dict(zip(REGIONS, p[f"diffusivity_{c}"].tolist(), strict=True)),
                      {"endplate": 0.0, "wall": 0.0}, decay=decay_rate(p[f"half_life_{c}"])) for c in CYTOKINES]

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return secretion less decay (kg/(m3 s))."""
        f, at_start = p["senescent_secretion"], p["cell_density"] * p["senescent_fraction"]
        out = {}
        for c in CYTOKINES:
            m = state[f"modifier.secretion_{c}"]
            made = p[f"secretion_{c}"] * ((m - 1) * state["native"] + f * (m * state["senescent"] - at_start))
            out[c] = made - decay_rate(p[f"half_life_{c}"]) * state[c]
        return out

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return the analytic derivative blocks of `source`."""
        ones = xp.ones_like(state["native"])
        out = {}
        for c in CYTOKINES:
            m = state[f"modifier.secretion_{c}"] * ones
            out[c, c] = -decay_rate(p[f"half_life_{c}"]) * ones
            out[c, "native"] = p[f"secretion_{c}"] * (m - 1)
            out[c, "senescent"] = p[f"secretion_{c}"] * p["senescent_secretion"] * m
        return out

    def observe(self, view: Any) -> dict[str, Any]:
        """Return the mean of each cytokine by region (kg/m3)."""
        return {c: view.points.means(view.state[c]) for c in CYTOKINES}
