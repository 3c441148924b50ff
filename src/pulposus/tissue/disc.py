"""The disc: geometry, mesh, processes and parameters of one draw put together, solved at rest and run in time.

    steady()  oxygen, lactate and glucose with all cells as they are
    run()     the whole disc over time, from which read-outs are taken at the user's output times
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import InputError
from pulposus.tissue import operators
from pulposus.tissue.aggrecan import Aggrecan
from pulposus.tissue.coupled import Coupled, Solution
from pulposus.tissue.endplate import Endplate
from pulposus.tissue.geometry import Geometry
from pulposus.tissue.imaging import Imaging
from pulposus.tissue.ledger import Ledger
from pulposus.tissue.mesh import REGIONS, Mesh, axisymmetric
from pulposus.tissue.native_cells import NativeCells
from pulposus.tissue.nutrition import SOLUTES, Nutrition
from pulposus.tissue.points import Points
from pulposus.tissue.process import Process
from pulposus.tissue.stepper import Control, Snapshot, Stepper
from pulposus.tissue.swelling import Swelling
from pulposus.tissue.system import System
from pulposus.tissue.transport import Transport

__all__ = ["Disc", "History", "View", "check_draw", "supply_of", "tissue_processes"]

Array = NDArray[np.float64]
_MOVED = 5e-3  # relative change of height or endplate after which the stiffness is updated
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


@dataclass(frozen=True)
class View:
    """What a process may look at when it observes: the state at the points, totals and the parameters."""

    t: float
    state: Mapping[str, Any]
    points: Points
    p: Mapping[str, Any]

    def total(self, name: str) -> float:
        """Return the volume integral of a field."""
        return float(self.points.total(self.state[name] * np.ones_like(self.points.volume)))


@dataclass
class History:
    """Read-outs at the output times (quantity -> (time, ...)), the ledger, and how the run ended ("" when complete)."""

    times: Array
    readings: dict[str, Array]
    ledger: Ledger
    stopped: str = ""
    steps: int = 0
    fields: dict[str, Array] = field(default_factory=dict)  # nodal maps at the last output


class Disc:
    """One disc of one draw. `mask`: nodes of the bone face that are supplied (all when None)."""

    def __init__(self, draw: Any, geometry: Geometry, processes: Sequence[Process], nodes: int,
                 mesh: Mesh | None = None, mask: Callable[[Mesh], NDArray[np.int64]] | None = None) -> None:
        self.draw, self.geometry = draw, geometry
        self.mesh = mesh or axisymmetric(geometry.radius, geometry.nucleus_radius, geometry.half_height,
                                         geometry.endplate_thickness, geometry.endplate_radius, nodes)
        self.points = operators.volumes(self.mesh)
        self.p = self._parameters(processes)
        per_volume = self.points.load(np.ones_like(self.points.volume))
        surfaces = {tag: (operators.areas(self.mesh, tag) / per_volume)[self.points.node] for tag in self.mesh.boundary}
        self.system = System(processes, self.p, self.points, surfaces)
        held = {tag: np.unique(facets) for tag, facets in self.mesh.boundary.items()}
        if mask is not None:
            held["endplate"] = mask(self.mesh)
        fields = [self.system.fields[n] for n in self.system.diffusing]
        self.transport = Transport(fields, operators.stiffness(self.mesh), self.points,
                                   {f.name: {tag: held[tag] for tag in (f.boundary or {})} for f in fields})
        self.coupled = Coupled(self.system, self.transport)
        self._laws: tuple[Swelling, Imaging] | None = None
        self._stretched = (1.0, 1.0)

    def _parameters(self, processes: Sequence[Process]) -> dict[str, Any]:
        """Return symbol -> scalar, or (points,) where the regions differ."""
        p: dict[str, Any] = {"geometry": self.geometry}
        for symbol in dict.fromkeys(s for q in processes for s in q.parameters):
            values = []
            for region in REGIONS:
                try:
                    values.append(self.draw.value(symbol, region=region))
                except InputError:
                    continue  # a number of one region only, such as an endplate diffusivity
            if not values:
                self.draw.value(symbol)
            same = all(v == values[0] for v in values)
            p[symbol] = values[0] if same else np.array(values)[self.points.region]
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
        chances = imaging.grades(t2, swelling.height_to_healthy(level))
        nucleus = self.points.region == 0
        out = {"height_index": swelling.height_ratio(level), "t2": t2, "pfirrmann_probability": chances,
               "pfirrmann": chances @ np.arange(1, chances.shape[-1] + 1),
               "viable_cells": np.array([mean(living, i) / mean(start, i) for i in range(len(REGIONS))]),
               "gag": np.array([mean(content, i) for i in range(len(REGIONS))]),
               "glucose_min": state["glucose"][nucleus].min(), "oxygen_min": state["oxygen"][nucleus].min(),
               "lactate_max": state["lactate"][nucleus].max()}
        for process in self.system.processes:
            out.update(process.observe(view))
        return out

    def run(self, times: Sequence[float], control: Control | None = None, progress: Callable[[float], None] | None = None,
            ) -> History:
        """Run from 0 to the last of `times` (s) and read out at each; what was reached is kept when a step fails."""
        out_times = np.asarray(times, dtype=float)
        stepper = Stepper(self.coupled, control or Control(), self.restretch if "aggrecan_intact" in
                          self.system.local else None)
        self.transport.set_stretch({})
        self._stretched = (1.0, 1.0)
        ledger, readings = Ledger(), []
        first = stepper.start(0.0, *self.initial())
        if first is None:
            return History(out_times[:0], {}, ledger, "the disc could not be solved at the start", 0)
        if out_times[0] == 0.0:
            readings.append(self.read(self.view(0.0, first.c, first.y, first.g)))
        last = first

        def accept(before: Snapshot, after: Snapshot) -> None:
            nonlocal last
            last = after
            while len(readings) < len(out_times) and before.t < out_times[len(readings)] <= after.t:
                readings.append(self.read(self._between(before, after, float(out_times[len(readings)]))))
            if progress:
                progress(after.t)

        events = [e for q in self.system.processes for e in q.events(self.p)]
        stopped = stepper.run(first, float(out_times[-1]), events, ledger, accept)
        maps = {**dict(zip(self.coupled.names, last.c, strict=True)),
                **{n: self.points.to_nodes(last.y[n]) for n in self.system.local}}
        series = {k: np.array([r[k] for r in readings]) for k in readings[0]} if readings else {}
        return History(out_times[:len(readings)], series, ledger, stopped, stepper.steps, maps)

    def _between(self, a: Snapshot, b: Snapshot, t: float) -> View:
        """Return the state inside a step: cubic Hermite for local fields and compartments, kept between its ends."""
        h, s = b.t - a.t, (t - a.t) / (b.t - a.t)

        def cubic(y0: Any, y1: Any, f0: Any, f1: Any) -> Any:
            value = ((1 + 2 * s) * (1 - s) ** 2 * y0 + s * (1 - s) ** 2 * h * f0
                     + s * s * (3 - 2 * s) * y1 + s * s * (s - 1) * h * f1)
            return np.clip(value, np.minimum(y0, y1), np.maximum(y0, y1))

        y = {n: cubic(a.y[n], b.y[n], a.dy[n], b.dy[n]) for n in a.y}
        g = {n: float(cubic(a.g[n], b.g[n], a.dg[n], b.dg[n])) for n in a.g}
        return self.view(t, (1 - s) * a.c + s * b.c, y, g)


def check_draw(draw: Any) -> None:
    """Raise RejectedDraw when the derived and fitted values of a draw do not exist."""
    for region in REGIONS:
        draw.value("fragment_loss", region=region)
    Imaging.of(draw, Swelling.of(draw).phi)
