"""Proteases and their inhibitors as a pair, the rival of one lumped degradation activity (law `proteases: pair`).

    dP/dt = (m_deg n - P) / tau_P,   dT/dt = (n - T) / tau_T
    A(P, T) = (x + sqrt(x^2 + 4 k P)) / 2,   x = P - theta T - k          tight binding
    degradation = A(P, T) / A(1, 1)                                        in place of m_deg

P proteases, T inhibitors, both 1 at rest; n native cells relative to the start (1 where there were none); m_deg the degradation
modifier, here what cells make of proteases; tau = half-life / ln 2; theta inhibitors for each protease at rest, k the constant of
their binding. Inhibitors do not rise with proteases, so a rise is answered more than in proportion and it lasts until proteases are
gone; with k far above 1 nothing binds and the pair is the lump, delayed. No constant was measured in a disc: all are assumed and wide.
"""

from __future__ import annotations

from math import log
from typing import Any

from pulposus.tissue.process import Field, Process, State

__all__ = ["Proteases", "activity", "degradation_of"]


def activity(P: Any, T: Any, theta: Any, k: Any, xp: Any) -> tuple[Any, Any, Any]:
    """Return free proteases A and dA/dP, dA/dT.

    >>> import numpy as np
    >>> free, _, _ = activity(np.array([1.0, 1.0]), 1.0, np.array([0.0, 1.0]), 1.0, np)      # without inhibitors, with as many
    >>> free.round(4).tolist()
    [1.0, 0.618]
    """
    x = P - theta * T - k
    root = xp.sqrt(x * x + 4 * k * P)
    free = xp.where(x > 0, (x + root) / 2, 2 * k * P / xp.maximum(root - x, xp.abs(k)))  # the latter loses no digits
    return free, (1 + (x + 2 * k) / root) / 2, -theta / 2 * (1 + x / root)


def degradation_of(state: State, p: State, pair: bool, xp: Any) -> tuple[Any, dict[str, Any]]:
    """Return the degradation activity, 1 at rest, and its slopes by the fields of the pair; without it the modifier and none."""
    if not pair:
        return state["modifier.degradation"], {}
    theta, k = p["protease_inhibitor_ratio"], p["protease_inhibition_constant"]
    rest = activity(xp.ones_like(state["protease"]), 1.0, theta, k, xp)[0]
    free, by_P, by_T = activity(xp.maximum(state["protease"], 0.0), state["inhibitor"], theta, k, xp)
    return free / rest, {"protease": xp.where(state["protease"] > 0, by_P, 0.0) / rest, "inhibitor": by_T / rest}


class Proteases(Process):
    """Owns proteases and inhibitors, relative to rest."""

    name = "proteases"
    reads = ("native", "protease", "inhibitor", "modifier.degradation")
    sources = ("protease", "inhibitor")
    parameters = ("protease_half_life", "inhibitor_half_life", "protease_inhibitor_ratio", "protease_inhibition_constant", "cell_density",
                  "senescent_fraction")

    def fields(self, p: State) -> list[Field]:
        """Return both, at rest."""
        return [Field(n, "1", "slow", 1.0, start=1.0) for n in self.sources]

    @staticmethod
    def _cells(state: State, p: State, xp: Any) -> tuple[Any, Any]:
        """Return native cells relative to the start, and the slope by their density."""
        start = p["cell_density"] * (1 - p["senescent_fraction"]) * xp.ones_like(state["native"])
        there = start > 0
        slope = xp.where(there, 1 / xp.where(there, start, 1.0), 0.0)
        return xp.where(there, state["native"] * slope, 1.0), slope

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return dP/dt and dT/dt (1/s)."""
        n, _ = self._cells(state, p, xp)
        return {"protease": log(2) / p["protease_half_life"] * (state["modifier.degradation"] * n - state["protease"]),
                "inhibitor": log(2) / p["inhibitor_half_life"] * (n - state["inhibitor"])}

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return the analytic derivative blocks of `source`."""
        _, slope = self._cells(state, p, xp)
        of_P, of_T = (log(2) / p[f"{n}_half_life"] * xp.ones_like(slope) for n in self.sources)
        return {("protease", "protease"): -of_P, ("protease", "native"): of_P * state["modifier.degradation"] * slope,
                ("inhibitor", "inhibitor"): -of_T, ("inhibitor", "native"): of_T * slope}

    def observe(self, view: Any) -> dict[str, Any]:
        """Return the degradation activity by region, 1 at rest."""
        import numpy as np

        return {"degradation_activity": view.points.means(degradation_of(view.state, view.p, True, np)[0])}
