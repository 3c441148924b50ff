"""The disc: geometry, mesh, processes and parameters of one draw put together, solved at rest and run in time.

    steady()  oxygen, lactate and glucose with all cells as they are
    read()    what is told of a state: height, T2, grades, cells, aggrecan and what every process observes

How a disc runs in time is in history.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.threads import one_blas_thread
from pulposus.tissue import extrusion, operators
from pulposus.tissue.aggrecan import Aggrecan
from pulposus.tissue.coupled import Coupled, Solution
from pulposus.tissue.endplate import Endplate
from pulposus.tissue.geometry import Geometry, grade_ratio
from pulposus.tissue.imaging import Imaging
from pulposus.tissue.mesh import REGIONS, Mesh
from pulposus.tissue.multigrid import Multigrid
from pulposus.tissue.native_cells import NativeCells
from pulposus.tissue.nutrition import SOLUTES, Nutrition
from pulposus.tissue.points import Points, regional
from pulposus.tissue.process import Process, View
from pulposus.tissue.solid import SolidGeometry
from pulposus.tissue.stepper import Snapshot
from pulposus.tissue.swelling import Swelling
from pulposus.tissue.system import System
from pulposus.tissue.transport import Transport, factor

__all__ = ["Disc", "check_draw", "supply_of", "tissue_processes"]

Array = NDArray[np.float64]
_MOVED = 5e-3  # relative change of height or endplate after which the stiffness is updated
_FACTORED = 5000  # nodes of a solid disc above which its sparse factor costs more than multigrid
STEADY = 1e-10  # tolerance of the steady solve, relative to the supply


def supply_of(draw: Any, endplate_level: float = 1.0, wall_level: float = 1.0) -> dict[str, dict[str, float]]:
    """Return solute -> boundary tag -> value of a draw; a level scales oxygen and glucose of its boundary."""
    level = {"endplate": endplate_level, "wall": wall_level}
    return {s: {tag: draw.value(f"supply_{tag}_{s}") * (1.0 if s == "lactate" else level[tag]) for tag in level}
            for s in SOLUTES}


def tissue_processes(laws: Mapping[str, Any], boundary: Mapping[str, Mapping[str, float]], open_share: float,
                     matrix: bool = True) -> list[Process]:
    """Return the processes every disc has; without `matrix` only nutrition and native cells."""
    base: list[Process] = [Nutrition(laws, boundary, open_share), NativeCells()]
    return [*base, Aggrecan(laws["aggrecan"]), Endplate()] if matrix else base


class Disc:
    """One disc of one draw, a body of revolution or solid.

    mask: nodes of the bone face that are supplied (all when None); rings: radii (m) that need a grid line, such as the
    edges of a pattern of open endplate; alive: the share of the cells that is alive at every point (all when None).
    """

    def __init__(self, draw: Any, geometry: Geometry | SolidGeometry, processes: Sequence[Process], nodes: int,
                 rings: Sequence[float] = (), mask: Callable[[Any], NDArray[np.int64]] | None = None,
                 alive: Callable[[Any, Points], Array] | None = None) -> None:
        self.draw, self.geometry = draw, geometry
        self.mesh: Mesh = geometry.mesh(nodes, rings)
        solid = self.mesh.kind == "solid"
        form: Any = extrusion if solid else operators
        self.points: Points = form.volumes(self.mesh)
        self.p = self._parameters(processes)
        if alive is not None:
            self.p["cell_density"] = self.p["cell_density"] * alive(self.mesh, self.points)
        per_volume = self.points.load(np.ones_like(self.points.volume))
        surfaces = {tag: (form.areas(self.mesh, tag) / per_volume)[self.points.node] for tag in self.mesh.boundary}
        self.system = System(processes, self.p, self.points, surfaces)
        self.held = held = {tag: np.unique(facets) for tag, facets in self.mesh.boundary.items()}
        if mask is not None:
            held["endplate"] = mask(self.mesh)
        fields = [self.system.fields[n] for n in self.system.diffusing]
        self.transport = Transport(fields, form.stiffness(self.mesh), self.points,
                                   {f.name: {tag: held[tag] for tag in (f.boundary or {})} for f in fields},
                                   Multigrid if solid and self.mesh.size > _FACTORED else factor)
        self.coupled = Coupled(self.system, self.transport)
        self._laws: tuple[Swelling, Imaging] | None = None
        self._stretched = (1.0, 1.0)

    def _parameters(self, processes: Sequence[Process]) -> dict[str, Any]:
        """Return symbol -> scalar, or (points,) where the regions differ."""
        p: dict[str, Any] = {"geometry": self.geometry}
        for symbol in dict.fromkeys(s for q in processes for s in q.parameters):
            values = regional(self.draw, symbol, REGIONS)
            p[symbol] = float(values[0]) if (values == values[0]).all() else values[self.points.region]
        for process in processes:
            p.update(process.prepare(self.draw, self.points))
        return p

    # ---- at rest
    def initial(self) -> tuple[Array, dict[str, Any], dict[str, float]]:
        """Return the starting fields: solutes at their mean supply, cells and matrix as their processes say."""
        ones = np.ones_like(self.points.volume)
        fields = self.system.fields
        c = np.array([np.full(self.mesh.size, fields[n].start) for n in self.system.diffusing])
        return (c, {n: np.asarray(fields[n].start, dtype=float) * ones for n in self.system.local},
                {n: float(fields[n].start) for n in self.system.compartments})

    @one_blas_thread
    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def steady(self, tol: float = STEADY) -> Solution:
        """Return oxygen, lactate and glucose at steady state with all cells alive."""
        c, y, g = self.initial()
        return self.coupled.continued(c, y, g, 0.0, tol)

    # ---- in time
    @property
    def laws(self) -> tuple[Swelling, Imaging]:
        """The swelling and imaging laws of this draw."""
        if self._laws is None:
            swelling = Swelling.of(self.draw)
            self._laws = swelling, Imaging.of(self.draw, swelling.phi)
        return self._laws

    def _nucleus_aggrecan(self, y: Mapping[str, Any]) -> float:
        content = y["aggrecan_intact"] + y["aggrecan_fragments"]
        start = self.points.mean(np.asarray(self.p["aggrecan_content"]) * np.ones_like(content), 0)
        return float(self.points.mean(content, 0) / start) * self.laws[0].start

    @property
    def has_matrix(self) -> bool:
        """Whether the disc carries aggrecan, and with it water and height."""
        return "aggrecan_intact" in self.system.local

    def unstretch(self) -> None:
        """Return the stiffness to the disc at the start."""
        self.transport.set_stretch({})
        self._stretched = (1.0, 1.0)

    def restretch(self, s: Snapshot) -> bool:
        """Update the stiffness to the disc's height, porosity and open endplate; True when it moved enough to matter."""
        swelling = self.laws[0]
        content = self._nucleus_aggrecan(s.y)
        height, gate = float(swelling.height_ratio(content)), s.g["endplate_open"]
        if max(abs(height / self._stretched[0] - 1), abs(gate / self._stretched[1] - 1)) < _MOVED:
            return False
        self._stretched = height, gate
        plates = 2 * self.geometry.endplate_thickness
        axial = (self.geometry.height * height - plates) / (self.geometry.height - plates)
        nf, nf0 = float(swelling.porosity(content)), swelling.phi
        wet = (nf / (2 - nf)) ** 2 / (nf0 / (2 - nf0)) ** 2
        self.transport.set_stretch({("NP", 0): axial * wet, ("NP", 1): wet / axial, ("AF", 0): axial,
                                    ("AF", 1): 1 / axial, ("CEP", 0): gate, ("CEP", 1): gate})
        return True

    def view(self, t: float, c: Array, y: Mapping[str, Any], g: Mapping[str, Any]) -> View:
        """Return the state at the points for read-outs."""
        return View(t, {**dict(zip(self.coupled.names, self.points.at(c), strict=True)), **y, **g}, self.points, self.p)

    def read(self, view: View) -> dict[str, Any]:
        """Return the tissue's read-outs and those of every process."""
        state, mean = view.state, self.points.mean
        swelling, imaging = self.laws
        start = self.p["cell_density"] * np.ones_like(self.points.volume)
        living = state["native"] + state["senescent"]
        content = state["aggrecan_intact"] + state["aggrecan_fragments"]
        level = self._nucleus_aggrecan(state)
        t2 = imaging.t2_of(swelling.porosity(level))
        chances = imaging.grades(t2, grade_ratio(self.draw) * swelling.height_ratio(level))
        nucleus = self.points.region == 0
        out = {"height_index": swelling.height_ratio(level), "t2": t2, "pfirrmann_probability": chances,
               "pfirrmann": chances @ np.arange(1, chances.shape[-1] + 1),
               "viable_cells": np.array([mean(living, i) / mean(start, i) if mean(start, i) else np.nan for i in range(len(REGIONS))]),
               "gag": np.array([mean(content, i) for i in range(len(REGIONS))]),
               "glucose_min": state["glucose"][nucleus].min(), "oxygen_min": state["oxygen"][nucleus].min(),
               "lactate_max": state["lactate"][nucleus].max()}
        for process in self.system.processes:
            out.update(process.observe(view))
        return out


def check_draw(draw: Any) -> None:
    """Raise RejectedDraw when the derived and fitted values of a draw do not exist."""
    for region in REGIONS:
        draw.value("fragment_loss", region=region)
    Imaging.of(draw, Swelling.of(draw).phi)
