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
from pulposus.tissue.disc import Disc, supply_of, tissue_processes
from pulposus.tissue.disc_file import DiscSpec
from pulposus.tissue.endplate import open_nodes, open_share, pattern_rings
from pulposus.tissue.geometry import Geometry, geometry_of
from pulposus.tissue.history_file import Pattern
from pulposus.tissue.iterate import Solution
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.metabolism import pH
from pulposus.tissue.nutrition import SOLUTES
from pulposus.tissue.person import endplate_opening, marrow_processes, marrow_supply
from pulposus.tissue.places import living_share, supplied
from pulposus.tissue.process import Process
from pulposus.tissue.shape import Shape
from pulposus.tissue.solid_file import solid_geometry
from pulposus.tissue.stepper import Control, Stepper

__all__ = ["Given", "begin_disc", "disc_of", "maps_of", "solve_disc", "solved", "viability_after"]

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
        self.species, self.grade, self.parameters, self.used = draw.species, draw.grade, draw.parameters, draw.used

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
        supply = getattr(spec.supply, tag) or spec.supply.medium
        if isinstance(supply, str):
            species = spec.disc.preset.species if spec.disc.preset else "human"
            out |= {(f"supply_{tag}_{s}", "any"): ParameterSet.load().lookup(f"culture_{s}", "any", species).si for s in SOLUTES}
        elif supply is not None:
            out |= {(f"supply_{tag}_{s}", "any"): getattr(supply, s) for s in SOLUTES}
    return out


def _parts(spec: DiscSpec, given: dict[tuple[str, str], float]) -> tuple[Given, Shape, float, dict[str, Any]]:
    """Return draw, geometry, open share and options of the disc of a file, with the values that it states itself."""
    preset, shape, solid = spec.disc.preset, spec.disc.axisymmetric, spec.disc.solid
    draw = Given(Draw(ParameterSet.load(), 0, 0, preset.species if preset else "human",
                      (preset.grade or "any") if preset else "I", nominal=True), given)
    geometry = (solid_geometry(solid) if solid else Geometry(**shape.model_dump()) if shape
                else geometry_of(draw, draw.species, preset.level if preset else "", preset))
    gate = spec.supply.endplate_open
    share = float(gate) if isinstance(gate, (int, float)) else 1.0
    options: dict[str, Any] = {}
    if not isinstance(gate, (int, float)):
        if isinstance(geometry, Geometry):
            _check_width(gate, spec.mesh.nodes, geometry)
            options["rings"] = pattern_rings(gate.pattern, gate.open, geometry.endplate_radius, gate.width or 0.0)
        options["mask"] = partial(open_nodes, pattern=gate.pattern, share=gate.open, width=gate.width or 0.0)
    if spec.holes:
        options["mask"] = partial(supplied, holes=[h.hole for h in spec.holes], first=options.get("mask"))
    if spec.tracks:
        options["alive"] = partial(living_share, tracks=[t.track for t in spec.tracks])
    return draw, geometry, share, options


def _boundary(spec: DiscSpec, draw: Given, law: str) -> dict[str, dict[str, float]]:
    """Return what the disc of a file is fed with, beside the marrow that it has."""
    return supply_of(draw, spec.supply.endplate_level * marrow_supply(draw, spec.disc.preset, law), spec.supply.wall_level)


def disc_of(spec: DiscSpec) -> Disc:
    """Return the disc of a disc file at rest, at the central values of everything the file does not state."""
    draw, geometry, share, options = _parts(spec, _stated(spec) | _UNCHANGING)
    laws = spec.laws.model_dump()
    boundary, share = _boundary(spec, draw, laws["marrow_supply"]), share * endplate_opening(draw, spec.disc.preset, laws["marrow_supply"])
    return Disc(draw, geometry, tissue_processes(laws, boundary, share, matrix=False), spec.mesh.nodes, **options)


def begin_disc(spec: DiscSpec, response: Process | None = None) -> tuple[dict[str, Any], Given, Shape, Callable[..., Disc]]:
    """Return laws, draw, geometry and what builds the disc of a file as it lives over months: (processes, options) -> disc."""
    draw, geometry, share, own = _parts(spec, _stated(spec))
    laws = spec.laws.model_dump()
    boundary = _boundary(spec, draw, laws["marrow_supply"])
    person = spec.disc.preset
    share *= open_share(draw, laws["endplate_degeneration"]) * endplate_opening(draw, person, laws["marrow_supply"])

    def build(further: list[Process], options: dict[str, Any]) -> Disc:
        base = tissue_processes(laws, boundary, share, response=response)
        return Disc(draw, geometry, [*base, *marrow_processes(person), *further], spec.mesh.nodes, **{**own, **options})

    return laws, draw, geometry, build


def _check_width(gate: Pattern, nodes: int, geometry: Geometry) -> None:
    """Raise InputError for stripes that the mesh cannot follow: fewer than four cells to a stripe."""
    least = _CELLS * geometry.radius / nodes**0.5
    if gate.width is not None and gate.width < least:
        raise InputError([Fault("", "supply.endplate_open.width", f"{gate.width * 1e3:g} mm",
                                f"at least {least * 1e3:.2g} mm with {nodes} nodes, or more nodes")])


def _check_probes(spec: DiscSpec, disc: Disc) -> None:
    """Raise InputError for probes outside the disc, which the file of a preset or of a solid disc cannot know."""
    outside = [name for name, position in spec.probes.items() if not disc.mesh.holds(np.array([position]))[0]]
    ends = zip(disc.mesh.axes, disc.mesh.nodes.min(axis=0) * 1e3, disc.mesh.nodes.max(axis=0) * 1e3, strict=True)
    allowed = "a position in the disc: " + ", ".join(f"{axis} from {low:.4g} to {high:.4g} mm" for axis, low, high in ends)
    if outside:
        raise InputError([Fault("", f"probes.{name}", str([f"{x * 1e3:g} mm" for x in spec.probes[name]]), allowed)
                          for name in outside])


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
        for tag in influx:
            influx[tag][solute] = float(inward[disc.held[tag]].sum())
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
            name: {"value": _told(solute, c[i, n]), "region": REGIONS[region[n]],
                   **{f"{axis}_mm": float(x * 1e3) for axis, x in zip(disc.mesh.axes, disc.mesh.nodes[n], strict=True)}}
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


def solve_disc(spec: DiscSpec, look: Callable[[Disc, Solution], Any] | None = None) -> dict[str, Any]:
    """Return the answer to a disc file as plain data: status, probes, extremes, means, flows, viability, mesh, iterations.

    look: is shown the disc and its steady solution, to keep their fields.
    """
    disc, solution = solved(spec)
    if look is not None:
        look(disc, solution)
    return _answer(spec, disc, solution)


def solved(spec: DiscSpec) -> tuple[Disc, Solution]:
    """Return the disc of a disc file and its steady solution; raises InputError for probes outside it."""
    disc = disc_of(spec)
    _check_probes(spec, disc)
    return disc, disc.steady()


def maps_of(disc: Disc, solution: Solution) -> dict[str, Array]:
    """Return the nodal fields of a solution by name and unit: the solutes, pH and the cells (1/mL)."""
    out = {_TOLD[s][2]: solution.c[i] * convert(1.0, *_TOLD[s][:2]) for i, s in enumerate(SOLUTES)}
    out["pH"] = pH(solution.c[SOLUTES.index("lactate")], disc.p)
    cells = sum(np.asarray(solution.y[n]) for n in ("native", "senescent")) * np.ones_like(disc.points.volume)
    out["cells_per_mL"] = disc.points.to_nodes(cells) * convert(1.0, "1/m**3", "1/mL")
    return out


def _answer(spec: DiscSpec, disc: Disc, solution: Solution) -> dict[str, Any]:
    status = "not_converged" if not solution.converged else (
        "converged_by_continuation" if solution.continued else "converged")
    at = disc.points.at(solution.c)
    answer: dict[str, Any] = {"status": status, "probes": {}, "extremes": _extremes(disc, solution.c)}
    for name, position in spec.probes.items():
        values = {s: disc.mesh.interpolate(solution.c[i], *position) for i, s in enumerate(SOLUTES)}
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
    answer["mesh"] = {"nodes": disc.mesh.size, **disc.mesh.told}
    answer["iterations"] = {"newton": solution.newton, "krylov": solution.krylov}
    return answer
