"""Collagen of the disc: it stays as it is on the time scale of a study, but for what injury denatures.

    dD/dt = r (A - 1)+ (1 - D)

D denatured share of collagen, A the degradation activity, 1 at rest: the degradation modifier, proteases and their inhibitors in one,
as no constants of the pair exist for discs, or that of an assumed pair (proteases.py). Wounds add to D at once (wound.py); what D
does to the annulus is in annulus.py. Collagen turns over with half-lives of 95 to 215 years (Sivan 2008), so nothing is made anew here.
"""

from __future__ import annotations

from typing import Any

from pulposus.tissue.process import Field, Process, State
from pulposus.tissue.proteases import degradation_of

__all__ = ["Collagen"]


class Collagen(Process):
    """Owns the denatured share of collagen."""

    name = "collagen"
    reads: tuple[str, ...] = ("collagen_denatured", "modifier.degradation")
    sources = ("collagen_denatured",)
    parameters = ("collagen_denaturation_rate",)

    def __init__(self, proteases: str = "lumped") -> None:
        """proteases: ``lumped`` or ``pair``."""
        self.pair = proteases == "pair"
        if self.pair:
            self.reads = (*type(self).reads, "protease", "inhibitor")

    def fields(self, p: State) -> list[Field]:
        """Return the denatured share, counted from the start."""
        return [Field("collagen_denatured", "1", "slow", 1.0)]

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return dD/dt (1/s)."""
        excess = xp.maximum(degradation_of(state, p, self.pair, xp)[0] - 1, 0.0)
        return {"collagen_denatured": p["collagen_denaturation_rate"] * excess * (1 - state["collagen_denatured"])}

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return the analytic derivative blocks of `source`."""
        activity, slopes = degradation_of(state, p, self.pair, xp)
        rate = p["collagen_denaturation_rate"]
        out = {("collagen_denatured", n): xp.where(activity > 1, rate * slope * (1 - state["collagen_denatured"]), 0.0)
               for n, slope in slopes.items()}
        return out | {("collagen_denatured", "collagen_denatured"): -rate * xp.maximum(activity - 1, 0.0)}

    def observe(self, view: Any) -> dict[str, Any]:
        """Return the denatured share by region."""
        return {"collagen_denatured": view.points.means(view.state["collagen_denatured"])}
