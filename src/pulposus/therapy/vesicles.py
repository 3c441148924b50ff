"""Vesicles in the disc: released from a gel, taken up where they lie, decayed; cargo in the cells that took them.

    e'     = r_gel - k_deg e - k_up (N + S) e - k_up (M + D) e          free vesicles per volume (1/m3)
    depot' = -depot / tau_gel                                            vesicles in the gel
    q'     = k_up e / w - k_q q                                          vesicles whose cargo is at work, per reached cell
    L      = sqrt(D_e / k),   Da = k R^2 / D_e,   k = k_up C + k_deg     penetration length; Damkoehler number of the injected sphere
    V_w    = min(V_NP, i V + L A)                                        tissue whose cells are reached, A the surface of the sphere

N, S native and senescent cells, the target; M, D transplanted and differentiated cells, which take vesicles up in vain. R is the radius
of the injected sphere. Vesicles meet cells before they cross an element: L is 1 to 320 um over most of the priors, an element about
700 um. So nothing is transported between elements. The sub-grid law counts what diffusion reaches instead: of an injected volume V a
share i soaks into tissue, the rest lies in a pocket, and a shell as thick as L lies around both. V_w is filled from the middle of the
nucleus outwards; w is the share of each point's volume within it. V as large as the nucleus reaches all of it; beyond it nothing is
reached. k is that of the cells at the start.
Particles are accounted for by name: dose, gel release, decay, uptake, uptake by transplanted cells, lost outside the disc.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.therapy.route import is_gel
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.process import Event, Field, Process, State

__all__ = ["BystanderUptake", "GelRelease", "VesicleDose", "VesicleUptake", "Vesicles", "damkoehler", "penetration_length",
           "reached_share", "vesicle_dose", "vesicle_processes"]

Array = NDArray[np.float64]
_NUCLEUS = REGIONS.index("NP")
_LEAST = 1e-9  # of a point's volume; less than that counts as not reached


@dataclass(frozen=True)
class VesicleDose(Event):
    """A dose of vesicles: its product, and the particles that stay in the disc."""

    product: Any = None
    particles: float = 0.0

    @property
    def gel(self) -> bool:
        """Whether the particles lie in a gel first."""
        return is_gel(self.product.carrier)


def vesicle_dose(time: float, product: Any, kept: float) -> VesicleDose:
    """Return the event of a product of vesicles of which `kept` particles stay in the disc, free or in their gel."""

    def jump(state: State, p: State, points: Any) -> dict[str, Any]:
        lost = {"vesicles_lost": product.dose - kept}
        if is_gel(product.carrier):
            return {"gel_depot": kept, **lost}
        share = reached_share(product.volume, p["penetration_length"], p["injectate_soaked_share"], points)
        return {"vesicles": kept * share / points.total(share), **lost}

    return VesicleDose(time, "vesicle dose", jump, product, kept)


def penetration_length(diffusivity: float, loss: float) -> float:
    """Return L (m) of vesicles that diffuse (m2/s) and are lost at a rate (1/s).

    >>> round(penetration_length(1e-13, 1e-7 * 3.6e6 / 3600) * 1e6)       # um
    32
    """
    return float(np.sqrt(diffusivity / loss))


def damkoehler(volume: float, length: float) -> float:
    """Return the loss within an injected sphere (m3) over the diffusion out of it, (R / L)^2.

    >>> round(damkoehler(2e-7, 32e-6))
    12853
    """
    return (_radius(volume) / length) ** 2


def _radius(volume: float) -> float:
    return float((3 * volume / (4 * pi)) ** (1 / 3))


def reached_share(volume: float, length: float, soaked: float, points: Any) -> Array:
    """Return w, the share of every point's volume whose cells an injected volume (m3) reaches, filled from the middle outwards."""
    nucleus = points.region == _NUCLEUS
    reached = soaked * volume + length * 4 * pi * _radius(volume) ** 2
    inside = np.flatnonzero(nucleus)
    if volume >= points.volume[inside].sum():
        return np.where(nucleus, 1.0, 0.0)
    far = np.sqrt((points.place[inside] ** 2).sum(axis=1))
    order = inside[np.argsort(far, kind="stable")]
    before = np.cumsum(points.volume[order]) - points.volume[order]
    share = np.zeros(len(points.volume))
    share[order] = np.clip((reached - before) / points.volume[order], 0.0, 1.0)
    share[share < _LEAST] = 0.0
    return share


class Vesicles(Process):
    """Owns free vesicles and those lost outside; they decay."""

    name = "vesicle decay"
    reads = ("vesicles",)
    sources = ("vesicles",)
    parameters = ("vesicle_half_life", "vesicle_uptake_rate", "vesicle_diffusivity", "injectate_soaked_share", "cell_density")

    def __init__(self, doses: Sequence[VesicleDose]) -> None:
        """doses: those that this process lets happen."""
        self.doses = list(doses)
        self.particles = max(sum(dose.particles for dose in doses), 1.0)  # a dose that misses puts none there

    def prepare(self, draw: Any, points: Any) -> dict[str, Any]:
        """Return penetration length (m), Damkoehler number, the reached share of every point and where the gel gives off."""
        loss = draw.value("vesicle_uptake_rate") * draw.value("cell_density", region="NP") + log(2) / draw.value("vesicle_half_life")
        length = penetration_length(draw.value("vesicle_diffusivity"), loss)
        shares = [reached_share(dose.product.volume, length, draw.value("injectate_soaked_share"), points) for dose in self.doses]
        gels = [share for share, dose in zip(shares, self.doses, strict=True) if dose.gel]
        place = np.max(gels, axis=0) if gels else np.zeros(len(points.volume))
        return {"penetration_length": length, "damkoehler": damkoehler(max(d.product.volume for d in self.doses), length),
                "reached_share": np.max(shares, axis=0), "gel_place": place / (points.total(place) if gels else 1.0)}

    def fields(self, p: State) -> list[Field]:
        """Return free vesicles (1/m3) and the particles that never came into the disc."""
        return [Field("vesicles", "1/m**3", "slow", self.particles / p["geometry"].nucleus_volume),
                Field("vesicles_lost", "1", "global", max(sum(d.product.dose for d in self.doses), 1.0))]

    def events(self, p: State) -> list[Event]:
        """Return the doses."""
        return list(self.doses)

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the rate of free vesicles (1/(m3 s))."""
        return {"vesicles": -log(2) / p["vesicle_half_life"] * state["vesicles"]}

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return the analytic derivative blocks of `source`."""
        return {("vesicles", "vesicles"): -log(2) / p["vesicle_half_life"] * xp.ones_like(state["vesicles"])}

    def observe(self, view: Any) -> dict[str, Any]:
        """Return the particles in the disc, free and in the gel, the penetration length (m) and the Damkoehler number."""
        return {"vesicles_present": view.total("vesicles") + float(view.state.get("gel_depot", 0.0)),
                "penetration_length": view.p["penetration_length"], "damkoehler": view.p["damkoehler"]}


class GelRelease(Process):
    """Owns the vesicles in a gel, which gives them off into the tissue that its volume reaches."""

    name = "gel release"
    reads = ("gel_depot",)
    sources = ("vesicles", "gel_depot")
    parameters = ("gel_release_time",)

    def __init__(self, particles: float) -> None:
        """particles: all that come in gels, to which tolerances refer."""
        self.particles = max(particles, 1.0)

    def fields(self, p: State) -> list[Field]:
        """Return the gel depot (particles)."""
        return [Field("gel_depot", "1", "global", self.particles)]

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return what becomes free (1/(m3 s))."""
        return {"vesicles": p["gel_place"] * state["gel_depot"] / p["gel_release_time"]}

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return none: the depot is held while the disc is solved."""
        return {}

    def global_rate(self, state: State, totals: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the rate of the depot (particles/s)."""
        return {"gel_depot": -state["gel_depot"] / p["gel_release_time"]}


class VesicleUptake(Process):
    """Owns the cargo of the disc's own cells; they take vesicles up."""

    name = "vesicle uptake"
    reads = ("vesicles", "native", "senescent", "cargo")
    sources = ("vesicles", "cargo")
    parameters = ("vesicle_uptake_rate", "cargo_half_life")

    def __init__(self, particles: float) -> None:
        """particles: all that come into the disc, to which tolerances refer."""
        self.particles = max(particles, 1.0)

    def fields(self, p: State) -> list[Field]:
        """Return the cargo: vesicles at work per reached cell."""
        cells = np.max(p["cell_density"]) * p["geometry"].nucleus_volume
        return [Field("cargo", "1", "slow", self.particles / max(cells, 1.0))]

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the rates of free vesicles (1/(m3 s)) and of cargo (1/s)."""
        taken = p["vesicle_uptake_rate"] * state["vesicles"]
        w = p["reached_share"]
        gained = xp.where(w > 0, taken / xp.where(w > 0, w, 1.0), 0.0)
        return {"vesicles": -taken * (state["native"] + state["senescent"]),
                "cargo": gained - log(2) / p["cargo_half_life"] * state["cargo"]}

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return the analytic derivative blocks of `source`."""
        k, w = p["vesicle_uptake_rate"], p["reached_share"]
        by_cells = -k * state["vesicles"]
        return {("vesicles", "vesicles"): -k * (state["native"] + state["senescent"]), ("vesicles", "native"): by_cells,
                ("vesicles", "senescent"): by_cells, ("cargo", "vesicles"): xp.where(w > 0, k / xp.where(w > 0, w, 1.0), 0.0),
                ("cargo", "cargo"): -log(2) / p["cargo_half_life"] * xp.ones_like(state["cargo"])}

    def observe(self, view: Any) -> dict[str, Any]:
        """Return the living target cells within reach, their share of the nucleus' cells, and vesicles at work in each."""
        cells = np.maximum(view.state["native"], 0.0) + np.maximum(view.state["senescent"], 0.0)
        w = view.p["reached_share"]
        reached = float(view.points.total(w * cells))
        every = float(view.points.total(np.where(view.points.region == _NUCLEUS, cells, 0.0)))
        cargo = float(view.points.total(w * cells * np.maximum(view.state["cargo"], 0.0)))
        return {"target_cells_reached": reached, "target_share_reached": reached / every if every else 0.0,
                "cargo_per_cell": cargo / reached if reached else 0.0}


class BystanderUptake(Process):
    """Owns nothing; transplanted cells of the same arm take vesicles up, which then reach no target."""

    name = "uptake by transplanted cells"
    reads = ("vesicles", "transplanted", "differentiated")
    sources = ("vesicles",)
    parameters = ("vesicle_uptake_rate",)

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the rate of free vesicles (1/(m3 s))."""
        return {"vesicles": -p["vesicle_uptake_rate"] * state["vesicles"] * (state["transplanted"] + state["differentiated"])}

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return the analytic derivative blocks of `source`."""
        k = p["vesicle_uptake_rate"]
        by_cells = -k * state["vesicles"]
        return {("vesicles", "vesicles"): -k * (state["transplanted"] + state["differentiated"]),
                ("vesicles", "transplanted"): by_cells, ("vesicles", "differentiated"): by_cells}


def vesicle_processes(doses: Sequence[VesicleDose], with_cells: bool) -> list[Process]:
    """Return what a disc that is given vesicles carries; with_cells: whether transplanted cells are there too."""
    particles = sum(dose.particles for dose in doses)
    gel = [GelRelease(sum(dose.particles for dose in doses if dose.gel))] if any(dose.gel for dose in doses) else []
    return [Vesicles(doses), *gel, VesicleUptake(particles), *([BystanderUptake()] if with_cells else [])]
