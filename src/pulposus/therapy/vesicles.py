"""Vesicles in the disc, first form: they are there and they decay. No effect is claimed for them here.

    e' = -(ln 2 / t_half) e + r_gel,   depot' = -depot / tau_gel,   r_gel = depot / (tau_gel V_NP)  in the nucleus

e particles per volume (1/m3); a fluid carrier puts all particles into the nucleus at once, a gel into its depot.
"""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np

from pulposus.tissue.process import Event, Field, Process, State

__all__ = ["Vesicles", "vesicle_dose"]


def vesicle_dose(time: float, particles: float, gel: bool) -> Event:
    """Return the event of particles arriving in the nucleus, or in a gel depot within it."""

    def jump(state: State, p: State, points: Any) -> dict[str, Any]:
        inside = points.region == 0
        return {"gel_depot": particles} if gel else {
            "vesicles": np.where(inside, particles / points.volume[inside].sum(), 0.0)}

    return Event(time, "vesicle dose", jump)


class Vesicles(Process):
    """Owns free vesicles and the gel depot."""

    name = "vesicles"
    reads = ("vesicles", "gel_depot")
    sources = ("vesicles", "gel_depot")
    parameters = ("vesicle_half_life", "gel_release_time")

    def __init__(self, doses: list[Event], particles: float) -> None:
        """doses: their events; particles: all of them together, to which tolerances refer."""
        self.doses, self.particles = doses, particles

    def prepare(self, draw: Any, points: Any) -> dict[str, Any]:
        """Return where the gel lies: the nucleus, as a share of its volume."""
        inside = points.region == 0
        return {"gel_place": np.where(inside, 1 / points.volume[inside].sum(), 0.0)}

    def fields(self, p: State) -> list[Field]:
        """Return free vesicles (1/m3) and the gel depot (particles)."""
        size = max(self.particles, 1.0)  # a dose that misses puts none there
        return [Field("vesicles", "1/m**3", "slow", size / p["geometry"].nucleus_volume), Field("gel_depot", "1", "global", size)]

    def events(self, p: State) -> list[Event]:
        """Return the doses."""
        return self.doses

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the rate of free vesicles (1/(m3 s))."""
        return {"vesicles": p["gel_place"] * state["gel_depot"] / p["gel_release_time"]
                - log(2) / p["vesicle_half_life"] * state["vesicles"]}

    def global_rate(self, state: State, totals: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the rate of the depot (particles/s)."""
        return {"gel_depot": -state["gel_depot"] / p["gel_release_time"]}

    def observe(self, view: Any) -> dict[str, Any]:
        """Return the particles in the disc, free and in the gel."""
        return {"vesicles_present": view.total("vesicles") + float(view.state["gel_depot"])}
