"""Vesicles in the disc: released from a gel, taken up where they lie, decayed; cargo in the cells that took them.

    e'     = r_gel - k_deg e - k_up (N + S) e - k_up (M + D) e          free vesicles per volume (1/m3)
    depot' = -depot / tau_gel                                            vesicles in the gel
    q'     = k_up e / w - k_q q                                          vesicles whose cargo is at work, per reached cell

for every pool of vesicles of the same cargo (vesicle_pool.py). N, S native and senescent cells, the target; M, D transplanted and
differentiated cells, which take vesicles up in vain; w the share of each point that is reached (vesicle_reach.py).
Particles are accounted for by name: dose, gel release, decay, uptake, uptake by transplanted cells, lost outside the disc.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Any

import numpy as np

from pulposus.therapy.vesicle_pool import Pool
from pulposus.therapy.vesicle_reach import damkoehler, penetration_length
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.process import Event, Field, Process, State

__all__ = ["BystanderUptake", "GelRelease", "VesicleUptake", "Vesicles", "vesicle_processes"]

_NUCLEUS = REGIONS.index("NP")


class Vesicles(Process):
    """Owns free vesicles and those lost outside; they decay."""

    name = "vesicle decay"
    parameters = ("vesicle_half_life", "vesicle_uptake_rate", "vesicle_diffusivity", "injectate_soaked_share", "cell_density")

    def __init__(self, pools: Sequence[Pool]) -> None:
        """pools: the vesicles of an arm; their doses are the events that this process lets happen."""
        self.pools, self.doses = list(pools), [dose for pool in pools for dose in pool.doses]
        self.reads = self.sources = tuple(pool.free for pool in pools)

    def prepare(self, draw: Any, points: Any) -> dict[str, Any]:
        """Return penetration length (m), Damkoehler number, the reached share of every point and where the gel gives off."""
        loss = draw.value("vesicle_uptake_rate") * draw.value("cell_density", region="NP") + log(2) / draw.value("vesicle_half_life")
        length = penetration_length(draw.value("vesicle_diffusivity"), loss)
        out = {"penetration_length": length, "damkoehler": damkoehler(max(d.product.volume for d in self.doses), length)}
        for pool in self.pools:
            out[pool.share], out[pool.place] = pool.reached(length, draw.value("injectate_soaked_share"), points)
        return out

    def fields(self, p: State) -> list[Field]:
        """Return free vesicles (1/m3) and the particles that never came into the disc."""
        volume, given = p["geometry"].nucleus_volume, sum(d.product.dose for d in self.doses)
        return [*(Field(pool.free, "1/m**3", "slow", pool.particles / volume) for pool in self.pools),
                Field("vesicles_lost", "1", "global", max(given, 1.0))]

    def events(self, p: State) -> list[Event]:
        """Return the doses."""
        return list(self.doses)

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the rate of free vesicles (1/(m3 s))."""
        return {pool.free: -log(2) / p["vesicle_half_life"] * state[pool.free] for pool in self.pools}

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return the analytic derivative blocks of `source`."""
        return {(pool.free, pool.free): -log(2) / p["vesicle_half_life"] * xp.ones_like(state[pool.free]) for pool in self.pools}

    def observe(self, view: Any) -> dict[str, Any]:
        """Return the particles in the disc, free and in the gel, the penetration length (m) and the Damkoehler number."""
        return {"vesicles_present": sum(view.total(pool.free) + float(view.state.get(pool.gel, 0.0)) for pool in self.pools),
                "penetration_length": view.p["penetration_length"], "damkoehler": view.p["damkoehler"]}


class GelRelease(Process):
    """Owns the vesicles in a gel, which gives them off into the tissue that its volume reaches."""

    name = "gel release"
    parameters = ("gel_release_time",)

    def __init__(self, pools: Sequence[Pool]) -> None:
        """pools: those that come in gels."""
        self.pools = list(pools)
        self.reads = tuple(pool.gel for pool in pools)
        self.sources = tuple(name for pool in pools for name in (pool.free, pool.gel))

    def fields(self, p: State) -> list[Field]:
        """Return the gel depot (particles)."""
        return [Field(pool.gel, "1", "global", max(pool.gelled, 1.0)) for pool in self.pools]

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return what becomes free (1/(m3 s))."""
        return {pool.free: p[pool.place] * state[pool.gel] / p["gel_release_time"] for pool in self.pools}

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return none: the depot is held while the disc is solved."""
        return {}

    def global_rate(self, state: State, totals: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the rate of the depot (particles/s)."""
        return {pool.gel: -state[pool.gel] / p["gel_release_time"] for pool in self.pools}


class VesicleUptake(Process):
    """Owns the cargo of the disc's own cells; they take vesicles up."""

    name = "vesicle uptake"
    parameters = ("vesicle_uptake_rate", "cargo_half_life")

    def __init__(self, pools: Sequence[Pool]) -> None:
        """pools: the vesicles of an arm."""
        self.pools = list(pools)
        self.sources = tuple(name for pool in pools for name in (pool.free, pool.held))
        self.reads = (*self.sources, "native", "senescent")

    def fields(self, p: State) -> list[Field]:
        """Return the cargo: vesicles at work per reached cell."""
        cells = np.max(p["cell_density"]) * p["geometry"].nucleus_volume
        return [Field(pool.held, "1", "slow", pool.particles / max(cells, 1.0)) for pool in self.pools]

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the rates of free vesicles (1/(m3 s)) and of cargo (1/s)."""
        out = {}
        for pool in self.pools:
            taken, w = p["vesicle_uptake_rate"] * state[pool.free], p[pool.share]
            gained = xp.where(w > 0, taken / xp.where(w > 0, w, 1.0), 0.0)
            out[pool.free] = -taken * (state["native"] + state["senescent"])
            out[pool.held] = gained - log(2) / p["cargo_half_life"] * state[pool.held]
        return out

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return the analytic derivative blocks of `source`."""
        k = p["vesicle_uptake_rate"]
        out: dict[tuple[str, str], Any] = {}
        for pool in self.pools:
            e, q, w = pool.free, pool.held, p[pool.share]
            by_cells = -k * state[e]
            out |= {(e, e): -k * (state["native"] + state["senescent"]), (e, "native"): by_cells, (e, "senescent"): by_cells,
                    (q, e): xp.where(w > 0, k / xp.where(w > 0, w, 1.0), 0.0),
                    (q, q): -log(2) / p["cargo_half_life"] * xp.ones_like(state[q])}
        return out

    def observe(self, view: Any) -> dict[str, Any]:
        """Return the living target cells within reach, their share of the nucleus' cells, and vesicles at work in each."""
        cells = np.maximum(view.state["native"], 0.0) + np.maximum(view.state["senescent"], 0.0)
        # every volume is filled from the same middle outwards: the widest holds the others
        w = np.max([view.p[pool.share] for pool in self.pools], axis=0)
        reached = float(view.points.total(w * cells))
        every = float(view.points.total(np.where(view.points.region == _NUCLEUS, cells, 0.0)))
        cargo = sum(float(view.points.total(view.p[pool.share] * cells * np.maximum(view.state[pool.held], 0.0))) for pool in self.pools)
        return {"target_cells_reached": reached, "target_share_reached": reached / every if every else 0.0,
                "cargo_per_cell": cargo / reached if reached else 0.0}


class BystanderUptake(Process):
    """Owns nothing; transplanted cells of the same arm take vesicles up, which then reach no target."""

    name = "uptake by transplanted cells"
    parameters = ("vesicle_uptake_rate",)

    def __init__(self, pools: Sequence[Pool]) -> None:
        """pools: the vesicles of an arm."""
        self.sources = tuple(pool.free for pool in pools)
        self.reads = (*self.sources, "transplanted", "differentiated")

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the rate of free vesicles (1/(m3 s))."""
        cells = state["transplanted"] + state["differentiated"]
        return {free: -p["vesicle_uptake_rate"] * state[free] * cells for free in self.sources}

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return the analytic derivative blocks of `source`."""
        k = p["vesicle_uptake_rate"]
        out: dict[tuple[str, str], Any] = {}
        for free in self.sources:
            by_cells = -k * state[free]
            out |= {(free, free): -k * (state["transplanted"] + state["differentiated"]), (free, "transplanted"): by_cells,
                    (free, "differentiated"): by_cells}
        return out


def vesicle_processes(pools: Sequence[Pool], with_cells: bool) -> list[Process]:
    """Return what a disc that is given vesicles carries; with_cells: whether transplanted cells are there too."""
    gels = [pool for pool in pools if any(dose.gel for dose in pool.doses)]
    return [Vesicles(pools), *([GelRelease(gels)] if gels else []), VesicleUptake(pools), *([BystanderUptake(pools)] if with_cells else [])]
