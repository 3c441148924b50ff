"""Aggrecan of the disc: made by native cells, lost in two pools, intact and fragmented (or in one, the rival).

    dI/dt = s m_syn N - k_M m_deg I
    dF/dt = k_M m_deg I - k_F m_frag F,        k_F = 1 / (1/k_A1 - 1/k_M)         G = I + F
    one pool:  dI/dt = s m_syn N - k_A1 m_deg I
    s = k_A1 G_0 / N_0  of the healthy disc (homeostasis fixes it; it is never fitted)

I, F, G mass of aggrecan per reference volume (kg/m3). Turnover: Sivan 2006. k_F makes the mean residence 1/k_M + 1/k_F
equal to the measured 1/k_A1; a draw in which that has no positive solution is rejected and counted.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pulposus.core.derived import derived
from pulposus.core.errors import RejectedDraw
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.points import regional
from pulposus.tissue.process import Field, Process, State
from pulposus.tissue.proteases import degradation_of

__all__ = ["Aggrecan", "fragment_loss", "starting_share"]


@derived("fragment_loss")
def fragment_loss(draw: Any, region: str, grade: str) -> float:
    """Return k_F = 1 / (1/k_A1 - 1/k_M) (1/s) of a draw. Raises RejectedDraw when k_M <= k_A1."""
    k_A1 = draw.value("aggrecan_turnover", region=region, grade=grade)
    k_M = draw.value("intact_aggrecan_loss", region=region, grade=grade)
    if k_M <= k_A1:
        raise RejectedDraw("intact aggrecan is lost no faster than all aggrecan, so no fragment loss rate is positive")
    return float(1 / (1 / k_A1 - 1 / k_M))


def starting_share(k_M: Any, k_F: Any) -> Any:
    """Return the intact share of aggrecan at steady state, (1/k_M) / (1/k_M + 1/k_F).

    >>> round(starting_share(0.13, 0.108), 3)
    0.454
    """
    return k_F / (k_M + k_F)


class Aggrecan(Process):
    """Owns the aggrecan pools."""

    name = "aggrecan"
    reads: tuple[str, ...] = ("native", "aggrecan_intact", "aggrecan_fragments", "modifier.synthesis", "modifier.degradation",
             "modifier.fragment_loss")
    sources = ("aggrecan_intact", "aggrecan_fragments")
    parameters = ("aggrecan_turnover", "intact_aggrecan_loss", "fragment_loss", "aggrecan_content")

    def __init__(self, pools: str, proteases: str = "lumped") -> None:
        """pools: ``two_pools`` or ``one_pool``; proteases: ``lumped``, m_deg is the modifier, or ``pair`` (proteases.py)."""
        self.two, self.pair = pools == "two_pools", proteases == "pair"
        if self.pair:
            self.reads = (*type(self).reads, "protease", "inhibitor")

    def prepare(self, draw: Any, points: Any) -> dict[str, Any]:
        """Return the synthesis per cell (kg/(cell s)) that keeps the healthy disc of this draw in balance."""
        turnover, content, cells = (regional(draw, s, REGIONS, "I") for s in
                                    ("aggrecan_turnover", "aggrecan_content", "cell_density"))
        per_cell = np.divide(turnover * content, cells, out=np.zeros_like(cells), where=cells > 0)
        return {"aggrecan_synthesis": per_cell[points.region], "aggrecan_scale": content.max()}

    def fields(self, p: State) -> list[Field]:
        """Return both pools (kg/m3), split as at steady state."""
        content, scale = p["aggrecan_content"], float(p["aggrecan_scale"])
        share = starting_share(p["intact_aggrecan_loss"], p["fragment_loss"]) if self.two else 1.0
        return [Field("aggrecan_intact", "kg/m**3", "slow", scale, start=content * share),
                Field("aggrecan_fragments", "kg/m**3", "slow", scale, start=content * (1 - share))]

    def _loss(self, state: State, p: State, xp: Any) -> tuple[Any, dict[str, Any]]:
        """Return the loss (1/s) of intact aggrecan and its slopes by proteases and inhibitors."""
        activity, slopes = degradation_of(state, p, self.pair, xp)
        basal = p["intact_aggrecan_loss" if self.two else "aggrecan_turnover"]
        return basal * activity, {n: basal * slope for n, slope in slopes.items()}

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return dI/dt and dF/dt (kg/(m3 s))."""
        lost = self._loss(state, p, xp)[0] * state["aggrecan_intact"]
        made = p["aggrecan_synthesis"] * state["modifier.synthesis"] * state["native"]
        out = {"aggrecan_intact": made - lost}
        if self.two:
            out["aggrecan_fragments"] = lost - p["fragment_loss"] * state["modifier.fragment_loss"] * state["aggrecan_fragments"]
        return out

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return the analytic derivative blocks of `source`."""
        ones = xp.ones_like(state["aggrecan_intact"])
        loss, slopes = self._loss(state, p, xp)
        lost = loss * ones
        out = {("aggrecan_intact", "aggrecan_intact"): -lost,
               ("aggrecan_intact", "native"): p["aggrecan_synthesis"] * state["modifier.synthesis"] * ones}
        moved = {n: slope * state["aggrecan_intact"] for n, slope in slopes.items()}
        out |= {("aggrecan_intact", n): -slope for n, slope in moved.items()}
        if self.two:
            out |= {("aggrecan_fragments", n): slope for n, slope in moved.items()}
            out["aggrecan_fragments", "aggrecan_intact"] = lost
            out["aggrecan_fragments", "aggrecan_fragments"] = -p["fragment_loss"] * state["modifier.fragment_loss"] * ones
        return out
