"""The disc: geometry, mesh, processes and parameters of one draw put together, solved at rest and run in time.

    begin()   a later start: the state that a disc of the same kind has reached
    steady()  oxygen, lactate and glucose with all cells as they are
    read()    what is told of a state: height, T2, grades, cells, aggrecan and what every process observes

How a disc runs in time is in history.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.threads import one_blas_thread
from pulposus.tissue import extrusion, operators
from pulposus.tissue.aggrecan import Aggrecan
from pulposus.tissue.annulus import Annulus, damage_of
from pulposus.tissue.collagen import Collagen
from pulposus.tissue.coupled import Coupled
from pulposus.tissue.cytokine_response import CytokineResponse
from pulposus.tissue.cytokines import Cytokines
from pulposus.tissue.endplate import Endplate
from pulposus.tissue.geometry import grade_ratio
from pulposus.tissue.imaging import Imaging
from pulposus.tissue.iterate import Solution
from pulposus.tissue.loads import loads_of
from pulposus.tissue.mesh import REGIONS, Mesh
from pulposus.tissue.multigrid import Multigrid
from pulposus.tissue.native_cells import NativeCells
from pulposus.tissue.nutrition import SOLUTES, Nutrition, mobility
from pulposus.tissue.points import Points, regional
from pulposus.tissue.process import Process, View
from pulposus.tissue.proteases import Proteases
from pulposus.tissue.shape import Shape, lowest, stretch
from pulposus.tissue.stepper import Snapshot
from pulposus.tissue.swelling import Swelling
from pulposus.tissue.system import System
from pulposus.tissue.transport import Transport, factor

__all__ = ["Disc", "check_draw", "culture_supply", "supply_of", "tissue_processes"]

Array = NDArray[np.float64]
_USUAL = (1.0, 1.0, False)  # levels of endplate and wall, whether the endplate's pattern is on
_MOVED = 5e-3  # relative change of volume, height or endplate after which the stiffness is updated
_FACTORED = 3000  # nodes of a solid disc above which its sparse factor costs more than multigrid
STEADY = 1e-10  # tolerance of the steady solve, relative to the supply


def supply_of(draw: Any, endplate_level: float = 1.0, wall_level: float = 1.0) -> dict[str, dict[str, float]]:
    """Return solute -> boundary tag -> value of a draw; a level scales oxygen and glucose of its boundary."""
    level = {"endplate": endplate_level, "wall": wall_level}
    return {s: {tag: draw.value(f"supply_{tag}_{s}") * (1.0 if s == "lactate" else level[tag]) for tag in level}
            for s in SOLUTES}


def culture_supply(draw: Any) -> dict[str, dict[str, float]]:
    """Return solute -> boundary tag -> value of a disc in organ culture, the same medium at all faces."""
    return {s: dict.fromkeys(("endplate", "wall"), draw.value(f"culture_{s}")) for s in SOLUTES}


def tissue_processes(laws: Mapping[str, Any], boundary: Mapping[str, Mapping[str, float]], open_share: float,
                     matrix: bool = True, response: Process | None = None) -> list[Process]:
    """Return the processes every disc has; without `matrix` only nutrition and native cells.

    response: what sets the modifiers by the cytokines, the simple law when None.
    """
    base: list[Process] = [Nutrition(laws, boundary, open_share), NativeCells()]
    if not matrix:
        return base
    proteases = laws.get("proteases", "lumped")
    return [*base, Cytokines(open_share), response or CytokineResponse(), *([Proteases()] if proteases == "pair" else []),
            Aggrecan(laws["aggrecan"], proteases), Collagen(proteases), Annulus(), Endplate(laws.get("calcification", "closes"))]


class Disc:
    """One disc of one draw, a body of revolution or solid.

    mask: nodes of the bone face that are supplied (all when None); rings: radii (m) that need a grid line, such as the
    edges of a pattern of open endplate; later_mask: those that stay supplied while the level `endplate_pattern` is on; alive:
    the share of the cells that is alive at every point (all when None).
    """

    def __init__(self, draw: Any, geometry: Shape, processes: Sequence[Process], nodes: int,
                 rings: Sequence[float] = (), mask: Callable[[Any], NDArray[np.int64]] | None = None,
                 later_mask: Callable[[Any], NDArray[np.int64]] | None = None,
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
        held = {tag: np.unique(facets) for tag, facets in self.mesh.boundary.items()}
        if mask is not None:
            held["endplate"] = mask(self.mesh)
        self.held, self._patterned = held, later_mask(self.mesh) if later_mask else held["endplate"]
        fields = [self.system.fields[n] for n in self.system.diffusing]
        self.transport = Transport(fields, form.stiffness(self.mesh), self.points,
                                   {f.name: {tag: held[tag] for tag in (f.boundary or {})} for f in fields},
                                   Multigrid if solid and self.mesh.size > _FACTORED else factor)
        self.coupled = Coupled(self.system, self.transport)
        self._laws: tuple[Swelling, Imaging] | None = None
        self.formulation = next((q.laws["formulation"] for q in processes if isinstance(q, Nutrition)), "upf")
        self._start_porosity = self.p["porosity"]
        self._stretched, self._fed = (1.0, 1.0, 1.0), _USUAL
        self.loads: Any = loads_of(draw, geometry) if self.has_matrix else None
        self.begun: Snapshot | None = None

    def _parameters(self, processes: Sequence[Process]) -> dict[str, Any]:
        """Return symbol -> scalar, or (points,) where the regions differ."""
        p: dict[str, Any] = {"geometry": self.geometry, "mesh": self.mesh}
        for symbol in dict.fromkeys(s for q in processes for s in q.parameters):
            values = regional(self.draw, symbol, REGIONS)
            p[symbol] = float(values[0]) if (values == values[0]).all() else values[self.points.region]
        for process in processes:
            p.update(process.prepare(self.draw, self.points))
        return p

    # ---- at rest
    def initial(self) -> tuple[Array, dict[str, Any], dict[str, float]]:
        """Return the starting fields: solutes at their mean supply, cells and matrix as their processes say; what the disc
        has begun from goes before."""
        ones = np.ones_like(self.points.volume)
        fields = self.system.fields
        c = np.array([np.full(self.mesh.size, fields[n].start) for n in self.system.diffusing])
        y = {n: np.asarray(fields[n].start, dtype=float) * ones for n in self.system.local}
        g = {n: float(fields[n].start) for n in self.system.compartments}
        if self.begun is not None:
            y |= {n: value for n, value in self.begun.y.items() if n in y}
            g |= {n: value for n, value in self.begun.g.items() if n in g}
        return c, y, g

    def begin(self, reached: Snapshot) -> None:
        """Begin from a state that a disc of the same mesh has reached: what this one does not carry is left, what it carries
        beyond starts as its processes say."""
        self.begun = reached

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

    def _slack(self, state: Mapping[str, Any]) -> float:
        """Return s (1 - confinement), the share of swelling and of the wall's hold that an open disc goes without."""
        return float(self.p.get("confinement_swelling_share", 0.0) * (1 - state.get("confinement", 1.0)))

    def _nucleus_aggrecan(self, state: Mapping[str, Any]) -> tuple[float, float]:
        """Return the nucleus mean of aggrecan that swells, G (1 - s (1 - confinement)), per volume of the whole nucleus and of
        what a wound has left of it: the first sets the height, the second the water.
        """
        content = state["aggrecan_intact"] + state["aggrecan_fragments"]
        whole = float(self.points.mean(content, 0) / self._first_aggrecan) * self.laws[0].start * (1 - self._slack(state))
        return whole, whole / (1 - state.get("nucleus_volume_lost", 0.0))

    @property
    def has_matrix(self) -> bool:
        """Whether the disc carries aggrecan, and with it water and height."""
        return "aggrecan_intact" in self.system.local

    def unstretch(self) -> None:
        """Return stiffness, porosity and supply to the disc at the start."""
        self.transport.set_stretch({})
        self.p["porosity"] = self._start_porosity
        self._stretched = (1.0, 1.0, 1.0)
        self._feed(_USUAL)

    def _feed(self, levels: tuple[float, float, bool]) -> bool:
        """Scale oxygen and glucose at both boundaries and close what a pattern closes; True when something changed."""
        if levels == self._fed:
            return False
        self._fed = levels
        held = {**self.held, "endplate": self._patterned} if levels[2] else self.held
        scale = {"endplate": levels[0], "wall": levels[1]}
        self.transport.hold({f.name: {tag: (held[tag], value * (scale[tag] if f.name in ("oxygen", "glucose") else 1.0))
                                      for tag, value in (f.boundary or {}).items()} for f in self.transport.fields})
        return True

    def _tall(self, height: Any) -> Any:
        """Return height ratios, none lower than with nothing but solid matter between the endplates."""
        return np.maximum(height, lowest(self.geometry, 1 - self.laws[0].phi))

    def restretch(self, s: Snapshot) -> bool:
        """Update stiffness and porosity to the disc's volume, height and open endplate; True when it moved enough to matter."""
        swelling = self.laws[0]
        fed = self._feed((s.g.get("endplate_supply", 1.0), s.g.get("wall_supply", 1.0), s.g.get("endplate_pattern", 0.0) > 1 / 2))
        (whole, dense), settled = self._nucleus_aggrecan({**s.y, **s.g}), s.g["annulus_settled"]
        healthy = swelling.equilibrium(whole, settled)
        J, height = float(healthy / swelling.volume), float(self._tall((1 - swelling.wall.sinking(healthy)) / swelling.height))
        shape = J, height, s.g["endplate_open"]
        if max(abs(new / old - 1) for new, old in zip(shape, self._stretched, strict=True)) < _MOVED:
            return fed
        self._stretched = shape
        nf = float(swelling.porosity_of(J) if dense == whole else swelling.porosity(dense, settled))
        wet = mobility(nf, self.formulation) / mobility(swelling.phi, self.formulation)
        self.transport.set_stretch(stretch(self.geometry, *shape[:2], wet, shape[2]))
        self.p["porosity"] = np.where(self.points.region == 0, nf, self._start_porosity)
        return True

    def view(self, t: float, c: Array, y: Mapping[str, Any], g: Mapping[str, Any]) -> View:
        """Return the state at the points for read-outs."""
        return View(t, {**dict(zip(self.coupled.names, self.points.at(c), strict=True)), **y, **g}, self.points, self.p)

    def read(self, views: Sequence[View]) -> dict[str, Array]:
        """Return the tissue's read-outs and those of every process at several times, (time, ...) each."""
        swelling, imaging = self.laws
        states = [view.state for view in views]
        whole, dense = np.array([self._nucleus_aggrecan(state) for state in states]).T
        settled = np.array([state["annulus_settled"] for state in states])
        damage = np.array([1 - (1 - damage_of(state, self.p)) * (1 - self._slack(state)) for state in states])
        shape = swelling.readings(whole, self.loads, damage, settled)
        shape["height_index"] = self._tall(shape["height_index"])
        wet = swelling.porosity_of(shape["nucleus_volume"])
        apart = dense != whole
        if apart.any():
            wet[apart] = swelling.porosity(dense[apart], settled[apart])
        t2 = imaging.t2_of(wet)
        chances = imaging.grades(t2, grade_ratio(self.draw) * shape["height_index"])
        of_each = [self._read_one(view) for view in views]
        return {**shape, "t2": t2, "pfirrmann_probability": chances,
                "pfirrmann": chances @ np.arange(1, chances.shape[-1] + 1), "nucleus_porosity": wet,
                **{name: np.array([one[name] for one in of_each]) for name in of_each[0]}}

    def _read_one(self, view: View) -> dict[str, Any]:
        """Return what is told of one state by itself."""
        state, means = view.state, self.points.means
        out = {"viable_cells": means(state["native"] + state["senescent"]) / self._first_cells,
               "gag": means(state["aggrecan_intact"] + state["aggrecan_fragments"]),
               **{name: take(state[solute][self.points.region == 0]) for name, solute, take in
                  (("glucose_min", "glucose", np.min), ("oxygen_min", "oxygen", np.min), ("lactate_max", "lactate", np.max))}}
        for process in self.system.processes:
            out.update(process.observe(view))
        return out

    @cached_property
    def _first_aggrecan(self) -> float:
        """The nucleus mean of aggrecan before anything happened (kg/m3)."""
        return float(self.points.mean(self.p["aggrecan_content"] * np.ones_like(self.points.volume), 0))

    @cached_property
    def _first_cells(self) -> Array:
        """The cells in each region before anything happened, NaN where there are none."""
        start = self.points.means(self.p["cell_density"] * np.ones_like(self.points.volume))
        return np.where(start > 0, start, np.nan)


def check_draw(draw: Any, geometry: Shape) -> None:
    """Raise RejectedDraw when the derived and fitted values of a draw do not exist."""
    loads_of(draw, geometry)
    for region in REGIONS:
        draw.value("fragment_loss", region=region)
    Imaging.of(draw, Swelling.of(draw).phi)
