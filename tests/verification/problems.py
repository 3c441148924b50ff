"""Small problems for the verification tests: parameters from the packaged records, a mesh, processes, and a solver.

Everything is in SI; the helpers `kPa` and `per_mL` write the benchmarks in their usual units.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from pulposus.core.draws import Draw
from pulposus.core.parameters import ParameterSet
from pulposus.tissue import operators
from pulposus.tissue.clock import Course, advance
from pulposus.tissue.coupled import Coupled
from pulposus.tissue.disc import supply_of
from pulposus.tissue.iterate import Solution
from pulposus.tissue.ledger import Ledger
from pulposus.tissue.mesh import REGIONS, Mesh, axisymmetric
from pulposus.tissue.native_cells import NativeCells
from pulposus.tissue.nutrition import SOLUTES, Nutrition
from pulposus.tissue.points import Points
from pulposus.tissue.process import Field, Process
from pulposus.tissue.stepper import Control, Snapshot, Stepper
from pulposus.tissue.system import System
from pulposus.tissue.transport import Transport

kPa, mm, per_mL, DAY, YEAR = 1e3, 1e-3, 1e6, 86400.0, 365.25 * 86400.0
LAWS = {"formulation": "upf", "oxygen": "bibby", "glucose_limiter": None, "endplate_diffusivity": "porosity",
        "aggrecan": "two_pools"}
LIMITED = {**LAWS, "glucose_limiter": 0.05}


@lru_cache
def nominal_draw(grade: str = "I") -> Draw:
    """Return the nominal human draw of a grade."""
    return Draw(ParameterSet.load(), 0, 0, "human", grade, nominal=True)


def nutrition_symbols() -> list[str]:
    """Return the parameters that nutrition asks for under any of its laws."""
    return [symbol for oxygen in ("bibby", "michaelis_menten")
            for symbol in Nutrition({**LIMITED, "oxygen": oxygen, "formulation": "conservative"}, {}).parameters]


def parameters(points: Points, grade: str = "I", **changes: Any) -> dict[str, Any]:
    """Return symbol -> SI value of nutrition and native cells; a value per region becomes one per point.

    changes: scalars, or region -> value, in SI. The porosity is also given by region, as diffusivities need it.
    """
    draw = nominal_draw(grade)
    by_region: dict[str, Any] = {}
    for symbol in dict.fromkeys((*nutrition_symbols(), *NativeCells.parameters)):
        values = [draw.value(symbol, region=r) for r in REGIONS]
        by_region[symbol] = values[0] if len(set(values)) == 1 else dict(zip(REGIONS, values, strict=True))
    by_region |= {f"endplate_diffusivity_{s}": draw.value(f"endplate_diffusivity_{s}", region="CEP") for s in SOLUTES}
    by_region |= {"cell_density_scale": draw.value("cell_density", region="NP"), **changes}
    porosity = by_region["porosity"]
    by_region.setdefault("porosity_by_region", [porosity[r] if isinstance(porosity, Mapping) else porosity
                                                for r in REGIONS])
    return {s: np.array([v[r] for r in REGIONS])[points.region] if isinstance(v, Mapping) else v
            for s, v in by_region.items()}


def supply(endplate: float = 1.0, wall: float = 1.0) -> dict[str, dict[str, float]]:
    """Return solute -> tag -> nominal value; endplate and wall scale oxygen and glucose there."""
    return supply_of(nominal_draw(), endplate, wall)


def ax1(nodes: int = 5000, **lengths: float) -> Mesh:
    """Return the mesh of the canonical disc AX-1 with about this many nodes; lengths (m) replace its own."""
    shape = {"radius": 21 * mm, "nucleus_radius": 14 * mm, "half_height": 6.9 * mm, "endplate_thickness": 0.6 * mm,
             "endplate_radius": 17 * mm} | lengths
    return axisymmetric(**shape, nodes=nodes)


def bath(oxygen: float, lactate: float, glucose: float, tag: str = "outer") -> dict[str, dict[str, float]]:
    """Return solute -> {tag: value} for oxygen (Pa), lactate and glucose (mol/m3)."""
    return {s: {tag: v} for s, v in zip(SOLUTES, (oxygen, lactate, glucose), strict=True)}


ENDPLATE_BATH = bath(5.1 * kPa, 0.8, 4.0)


class Solute(Process):
    """One diffusing field "c" with a sink of c: `rate(c, p)` per volume and its slope; both zero when left out."""

    name, reads, sources = "solute", ("c",), ("c",)

    def __init__(self, diffusivity: Mapping[str, float], boundary: Mapping[str, float], rate: Callable[..., Any] | None = None,
                 slope: Callable[..., Any] | None = None, start: float = 0.0) -> None:
        self.diffusivity, self.boundary, self.first = diffusivity, boundary, start
        self.rate, self.slope = rate or (lambda c, p: 0.0 * c), slope or (lambda c, p: 0.0 * c)

    def fields(self, p):
        return [Field("c", "mol/m**3", "steady", max(self.boundary.values()), self.diffusivity, self.boundary, start=self.first)]

    def source(self, state, p, t, xp):
        return {"c": -self.rate(state["c"], p)}

    def derivatives(self, state, p, t, xp):
        return {("c", "c"): -self.slope(state["c"], p) * xp.ones_like(state["c"])}


def zero_order(q: Any) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return rate q (mol/(m3 s)), an array over the points where regions differ, and its slope."""
    return (lambda c, p: q + 0.0 * c), (lambda c, p: 0.0 * c)


def first_order(k: float) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return rate k c (1/s) and its slope."""
    return (lambda c, p: k * c), (lambda c, p: k + 0.0 * c)


def michaelis_menten(V: float, K: float) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return rate V c / (K + |c|) and its slope."""
    return (lambda c, p: V * c / (K + np.abs(c))), (lambda c, p: V * K / (K + np.abs(c)) ** 2)


class Cells(Process):
    """Cells that stay as they are: the density that nutrition reads."""

    name = "cells"

    def __init__(self, density: Any) -> None:
        self.density = density

    def fields(self, p):
        return [Field("native", "1/m**3", "slow", 1e12, start=self.density), Field("senescent", "1/m**3", "slow", 1e12)]


@dataclass
class Problem:
    """A coupled problem on a mesh."""

    mesh: Mesh
    points: Points
    system: System
    transport: Transport
    coupled: Coupled

    def initial(self, **fields: float) -> tuple[np.ndarray, dict[str, Any], dict[str, float]]:
        """Return the starting fields; named ones override the start of their process."""
        start = {n: fields.get(n, f.start) for n, f in self.system.fields.items()}
        ones = np.ones_like(self.points.volume)
        c = np.array([np.full(self.mesh.size, start[n]) for n in self.coupled.names])
        return (np.where(self.transport.free, c, self.transport.edge),
                {n: start[n] * ones for n in self.system.local}, {n: float(start[n]) for n in self.system.compartments})

    def steady(self, tol: float = 1e-11, **fields: float) -> Solution:
        """Return the steady solution, which must have converged."""
        solution = self.coupled.continued(*self.initial(**fields), 0.0, tol)
        assert solution.converged
        return solution

    def rates(self, solution: Solution) -> dict[str, Any]:
        """Return field -> rate at the points, of the diffusing fields at a solution."""
        state = self.coupled.state(solution.used, solution.y, {}, 0.0)
        return self.system.rates(self.coupled.names, state, 0.0)

    def influx(self, solution: Solution) -> dict[str, float]:
        """Return field -> what enters through the fixed boundaries (amount/s), from the residual there."""
        r, shape = self.rates(solution), np.ones_like(self.points.volume)
        load = np.array([self.points.load(r[n] * shape) for n in self.coupled.names])
        flow = self.transport.apply(solution.c) - load
        return {n: float(flow[i][~self.transport.free[i]].sum()) for i, n in enumerate(self.coupled.names)}

    def run(self, times: Sequence[float], control: Control, events: Sequence[Any] = (), start: Snapshot | None = None,
            **fields: float) -> tuple[list[Snapshot], list[Snapshot], Ledger]:
        """Return the snapshots at the times (s), all accepted ones, and the ledger of the whole run."""
        stepper = Stepper(self.coupled, control)
        first = start or stepper.start(0.0, *self.initial(**fields))
        assert first is not None
        at, every = [], [first]
        course = Course(stepper, first, events, lambda before, after: every.append(after))
        for time in times:
            advance([course], time, control)
            assert course.stopped == ""
            at.append(course.now)
        return at, every, course.ledger


def build(mesh: Mesh, processes: Sequence[Process], p: Mapping[str, Any] | None = None,
          held: Mapping[str, Any] | None = None) -> Problem:
    """Return the problem of processes on a mesh; held: tag -> nodes, where not all nodes of the tag are supplied."""
    points = operators.volumes(mesh)
    system = System(list(processes), p or {}, points, {})
    nodes = {tag: np.unique(facets) for tag, facets in mesh.boundary.items()} | dict(held or {})
    fields = [system.fields[n] for n in system.diffusing]
    transport = Transport(fields, operators.stiffness(mesh), points,
                          {f.name: {tag: nodes[tag] for tag in (f.boundary or {})} for f in fields})
    return Problem(mesh, points, system, transport, Coupled(system, transport))


def nutrition(mesh: Mesh, boundary: Mapping[str, Mapping[str, float]], laws: Mapping[str, str] = LAWS, *,
              density: Mapping[str, float] | float | None = None, extra: Sequence[Process] = (), open_share: float = 1.0,
              held: Mapping[str, Any] | None = None, cells: Process | None = None, grade: str = "I",
              **changes: Any) -> Problem:
    """Return oxygen, lactate and glucose with cells that stay (or `cells`); density (1/m3) in all or by region."""
    points = operators.volumes(mesh)
    if density is not None:
        changes["cell_density"] = density
    p = parameters(points, grade, **changes)
    processes = [Nutrition(laws, boundary, open_share), cells or Cells(p["cell_density"]), *extra]
    return build(mesh, processes, p, held)
