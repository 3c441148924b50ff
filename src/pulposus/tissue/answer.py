"""The answer to a disc file: steady nutrition of one disc, and who is alive after a while.

Probes, extremes, means, influx and uptake belong to the steady state with all cells alive; viability alone comes from
the coupled transient run that starts there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.draws import Draw
from pulposus.core.errors import Fault, InputError
from pulposus.core.parameters import ParameterSet
from pulposus.core.threads import one_blas_thread
from pulposus.core.units import convert
from pulposus.tissue.clock import Course, advance
from pulposus.tissue.coupled import Solution
from pulposus.tissue.disc import Disc, supply_of, tissue_processes
from pulposus.tissue.disc_file import DiscSpec
from pulposus.tissue.endplate import open_nodes, open_share, pattern_rings
from pulposus.tissue.geometry import Geometry, geometry_of
from pulposus.tissue.history_file import Pattern
from pulposus.tissue.mesh import REGIONS, Mesh
from pulposus.tissue.metabolism import pH
from pulposus.tissue.nutrition import SOLUTES
from pulposus.tissue.process import Process
from pulposus.tissue.stepper import Control, Stepper

__all__ = ["Given", "begin_disc", "disc_of", "solve_disc", "viability_after"]

Array = NDArray[np.float64]
# At rest only the viability law kills: basal death and ageing are years slower.
_UNCHANGING = {(rate, "any"): 0.0 for rate in ("native_death_rate", "native_division_rate", "senescence_rate", "senescent_fraction")}
_TOLD = {"oxygen": ("Pa", "kPa", "oxygen_kPa"), "lactate": ("mol/m**3", "mM", "lactate_mM"),
         "glucose": ("mol/m**3", "mM", "glucose_mM")}
_CELLS = 1  # widths of an even grid to a stripe, at the least
_NEGATIVE = 1e-6  # share of the supply below which a negative value is round-off
_VIABILITY = Control(tol=1e-3, transient=True, first=600.0)


class Given:
    """A draw in which a file's own values stand in for those of the records: (symbol, region) -> SI value."""

    def __init__(self, draw: Draw, values: dict[tuple[str, str], float]) -> None:
        self._draw, self._values = draw, values
        self.species, self.parameters, self.used = draw.species, draw.parameters, draw.used

    def value(self, symbol: str, region: str = "any", grade: str | None = None, species: str | None = None) -> float:
        """Return the file's value, else the record's."""
        for key in ((symbol, region), (symbol, "any")):
            if key in self._values:
                return self._values[key]
        return self._draw.value(symbol, region=region, grade=grade, species=species)


def _stated(spec: DiscSpec) -> dict[tuple[str, str], float]:
    """Return what the file states itself."""
    out: dict[tuple[str, str], float] = {}
    for region in REGIONS:
        for symbol, values in (("porosity", spec.disc.porosity), ("cell_density", spec.disc.cells)):
            if values is not None:
                out[symbol, region] = getattr(values, region)
    if spec.laws.glucose_limiter is not None:
        out["glucose_limiter", "any"] = spec.laws.glucose_limiter
    for tag in ("endplate", "wall"):
        supply = getattr(spec.supply, tag)
        if supply is not None:
            out |= {(f"supply_{tag}_{s}", "any"): getattr(supply, s) for s in SOLUTES}
    return out


def _parts(spec: DiscSpec, given: dict[tuple[str, str], float]) -> tuple[Given, Geometry, float, dict[str, Any]]:
    """Return draw, geometry, open share and options of the disc of a file, with the values that it states itself."""
    preset, shape = spec.disc.preset, spec.disc.axisymmetric
    draw = Given(Draw(ParameterSet.load(), 0, 0, preset.species if preset else "human",
                      (preset.grade or "any") if preset else "I", nominal=True), given)
    geometry = Geometry(**shape.model_dump()) if shape else geometry_of(draw, draw.species, preset.level if preset else "")
    gate = spec.supply.endplate_open
    if isinstance(gate, (int, float)):
        return draw, geometry, float(gate), {}
    _check_width(gate, spec.mesh.nodes, geometry)
    width = gate.width or 0.0
    rings = pattern_rings(gate.pattern, gate.open, geometry.endplate_radius, width)
    return draw, geometry, 1.0, {"rings": rings, "mask": partial(open_nodes, pattern=gate.pattern, share=gate.open, width=width)}


def disc_of(spec: DiscSpec) -> Disc:
    """Return the disc of a disc file at rest, at the central values of everything the file does not state."""
    draw, geometry, share, options = _parts(spec, _stated(spec) | _UNCHANGING)
    boundary = supply_of(draw, spec.supply.endplate_level, spec.supply.wall_level)
    return Disc(draw, geometry, tissue_processes(spec.laws.model_dump(), boundary, share, matrix=False), spec.mesh.nodes, **options)


def begin_disc(spec: DiscSpec, response: Process | None = None) -> tuple[dict[str, Any], Given, Geometry, Callable[..., Disc]]:
    """Return laws, draw, geometry and what builds the disc of a file as it lives over months: (processes, options) -> disc."""
    draw, geometry, share, own = _parts(spec, _stated(spec))
    laws = spec.laws.model_dump()
    boundary = supply_of(draw, spec.supply.endplate_level, spec.supply.wall_level)
    share *= open_share(draw, laws["endplate_degeneration"])

    def build(further: list[Process], options: dict[str, Any]) -> Disc:
        base = tissue_processes(laws, boundary, share, response=response)
        return Disc(draw, geometry, [*base, *further], spec.mesh.nodes, **{**own, **options})

    return laws, draw, geometry, build


def _interpolate(mesh: Mesh, field: Array, r: float, z: float) -> float:
    """Return a nodal field at a position by the linear function of the triangle it lies in."""
    a, b, c = (mesh.nodes[mesh.cells[:, i]] for i in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
    second = ((r - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (z - a[:, 1])) / area
    third = ((b[:, 0] - a[:, 0]) * (z - a[:, 1]) - (r - a[:, 0]) * (b[:, 1] - a[:, 1])) / area
    weights = np.column_stack([1 - second - third, second, third])
    best = int(np.argmax(weights.min(axis=1)))
    return float(weights[best] @ field[mesh.cells[best]])


def _check_width(gate: Pattern, nodes: int, geometry: Geometry) -> None:
    """Raise InputError for stripes that the mesh cannot follow: fewer than four cells to a stripe."""
    least = _CELLS * geometry.radius / nodes**0.5
    if gate.width is not None and gate.width < least:
        raise InputError([Fault("", "supply.endplate_open.width", f"{gate.width * 1e3:g} mm",
                                f"at least {least * 1e3:.2g} mm with {nodes} nodes, or more nodes")])


def _check_probes(spec: DiscSpec, geometry: Geometry) -> None:
    """Raise InputError for probes outside the disc, which a preset's file cannot know."""
    faults = [Fault("", f"probes.{name}", f"[{r * 1e3:g} mm, {z * 1e3:g} mm]",
                    f"r up to {geometry.radius * 1e3:g} mm and z up to {geometry.half_height * 1e3:g} mm")
              for name, (r, z) in spec.probes.items() if r > geometry.radius or z > geometry.half_height]
    if faults:
        raise InputError(faults)


def _told(solute: str, value: float) -> float:
    return float(value) * convert(1.0, *_TOLD[solute][:2])


def _flows(disc: Disc, solution: Solution) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    """Return influx by boundary tag and uptake by region (nmol/s); what is given off is negative."""
    state = disc.coupled.state(solution.used, disc.initial()[1], {}, 0.0)
    rates = disc.system.rates(list(SOLUTES), state, 0.0)
    stiff = disc.transport.apply(solution.c)
    influx: dict[str, dict[str, float]] = {tag: {} for tag in disc.mesh.boundary}
    uptake: dict[str, dict[str, float]] = {region: {} for region in REGIONS}
    for i, solute in enumerate(SOLUTES):
        to_nmol = convert(disc.p["oxygen_solubility"] if solute == "oxygen" else 1.0, "mol", "nmol")
        inward = (stiff[i] - disc.points.load(rates[solute])) * to_nmol
        for tag, facets in disc.mesh.boundary.items():
            nodes = np.unique(facets)
            influx[tag][solute] = float(inward[nodes[~disc.transport.free[i][nodes]]].sum())
        for index, region in enumerate(REGIONS):
            inside = disc.points.region == index
            uptake[region][solute] = -float((rates[solute] * disc.points.volume)[inside].sum()) * to_nmol
    return influx, uptake


def _extremes(disc: Disc, c: Array) -> dict[str, Any]:
    largest = np.zeros(disc.mesh.size)
    region = np.zeros(disc.mesh.size, dtype=int)
    for point, node in enumerate(disc.points.node if disc.points.node is not None else ()):
        if disc.points.volume[point] > largest[node]:
            largest[node], region[node] = disc.points.volume[point], disc.points.region[point]
    out: dict[str, Any] = {}
    for i, solute in enumerate(SOLUTES):
        out[_TOLD[solute][2]] = {
            name: {"value": _told(solute, c[i, n]), "region": REGIONS[region[n]], "r_mm": float(disc.mesh.nodes[n, 0] * 1e3),
                   "z_mm": float(disc.mesh.nodes[n, 1] * 1e3)}
            for name, n in (("min", int(np.argmin(c[i]))), ("max", int(np.argmax(c[i]))))}
    return out


@one_blas_thread
def viability_after(disc: Disc, solution: Solution, seconds: float) -> tuple[dict[str, float | None], str]:
    """Return region -> living share (None where no cell was) after a coupled transient run from the steady state, and ""
    or why the run ended early."""
    _, y, g = disc.initial()
    stepper = Stepper(disc.coupled, _VIABILITY)
    first = stepper.start(0.0, solution.c, y, g)
    if first is None:
        return dict.fromkeys(REGIONS), "the transient run could not start"
    course = Course(stepper, first, [], lambda before, after: None)
    advance([course], seconds, _VIABILITY)
    start = {region: float(disc.points.mean(y["native"], i)) for i, region in enumerate(REGIONS)}
    living = {region: max(0.0, float(disc.points.mean(course.now.y["native"], i)) / start[region]) if start[region] else None
              for i, region in enumerate(REGIONS)}
    return living, course.stopped


def solve_disc(spec: DiscSpec) -> dict[str, Any]:
    """Return the answer to a disc file as plain data: status, probes, extremes, means, flows, viability, mesh, iterations."""
    disc = disc_of(spec)
    _check_probes(spec, disc.geometry)
    solution = disc.steady()
    status = "not_converged" if not solution.converged else (
        "converged_by_continuation" if solution.continued else "converged")
    at = disc.points.at(solution.c)
    answer: dict[str, Any] = {"status": status, "probes": {}, "extremes": _extremes(disc, solution.c)}
    for name, (r, z) in spec.probes.items():
        values = {s: _interpolate(disc.mesh, solution.c[i], r, z) for i, s in enumerate(SOLUTES)}
        answer["probes"][name] = {**{_TOLD[s][2]: _told(s, v) for s, v in values.items()},
                                  "pH": float(pH(values["lactate"], disc.p))}
    answer["means"] = {region: {_TOLD[s][2]: _told(s, float(disc.points.mean(at[i], index))) for i, s in enumerate(SOLUTES)}
                       for index, region in enumerate(REGIONS)}
    answer["influx_nmol_s"], answer["uptake_nmol_s"] = _flows(disc, solution)
    if spec.viability_after is not None and solution.converged:
        answer["viability"], stopped = viability_after(disc, solution, spec.viability_after)
        if stopped:
            answer["status"], answer["note"] = "partial", stopped
    below = [s for i, s in enumerate(SOLUTES) if solution.c[i].min() < -_NEGATIVE * disc.coupled.scale[i, 0]]
    if below:
        answer["warnings"] = [f"{', '.join(below)} falls below zero: without a glucose limiter the metabolism law goes on without glucose"]
    answer["mesh"] = {"nodes": disc.mesh.size, "triangles": len(disc.mesh.cells)}
    answer["iterations"] = {"newton": solution.newton, "krylov": solution.krylov}
    return answer
