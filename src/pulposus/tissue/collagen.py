"""Collagen of the disc: it stays as it is on the time scale of a study, but for what injury denatures.

    dD/dt = r (A - 1)+ (1 - D)

D denatured share of collagen, A the lumped degradation activity, which is the degradation modifier: 1 at rest, proteases and
their inhibitors in one, as no constants of the pair exist for discs. Wounds add to D at once (wound.py); what D does to the
annulus is in annulus.py. Collagen turns over with half-lives of 95 to 215 years (Sivan 2008), so nothing is made anew here.
"""

from __future__ import annotations

from typing import Any

from pulposus.tissue.process import Field, Process, State

__all__ = ["Collagen"]


class Collagen(Process):
    """Owns the denatured share of collagen."""

    name = "collagen"
    reads = ("collagen_denatured", "modifier.degradation")
    sources = ("collagen_denatured",)
    parameters = ("collagen_denaturation_rate",)

    def fields(self, p: State) -> list[Field]:
        """Return the denatured share, counted from the start."""
        return [Field("collagen_denatured", "1", "slow", 1.0)]

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return dD/dt (1/s)."""
        excess = xp.maximum(state["modifier.degradation"] - 1, 0.0)
        return {"collagen_denatured": p["collagen_denaturation_rate"] * excess * (1 - state["collagen_denatured"])}

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return the analytic derivative blocks of `source`."""
        excess = xp.maximum(state["modifier.degradation"] - 1, 0.0)
        return {("collagen_denatured", "collagen_denatured"): -p["collagen_denaturation_rate"] * excess}

    def observe(self, view: Any) -> dict[str, Any]:
        """Return the denatured share by region."""
        return {"collagen_denatured": view.points.means(view.state["collagen_denatured"])}
