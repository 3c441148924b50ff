"""The disc file: one disc, its supply, its laws, its mesh and where to look; every quantity is text with its unit.

`load_disc` reads a YAML file and returns a `DiscSpec` of SI floats, or raises `InputError` with every fault of the
file at once. With `disc.axisymmetric` the file is complete in itself: porosity, cells and both supplies are required.
So it is with `disc.solid`, a disc in three dimensions (solid_file.py). With `disc.preset` what is left out (None) comes
from the parameter records of that species, level and grade.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from pulposus.core.errors import Fault, InputError, NotAllowed, shorten
from pulposus.core.fields import Concentration, Factor, Label, Length, Part, Quantity, Share, Time, Word, choice
from pulposus.core.files import LineOf, parse_yaml, read_text
from pulposus.core.joint_faults import Problem, read_model, where
from pulposus.core.parameters import ParameterSet
from pulposus.core.units import si
from pulposus.core.vocabulary import limit, names, term, terms
from pulposus.tissue.history_file import History, Pattern, place_problems, turnover_problems
from pulposus.tissue.laws import CourseLaws
from pulposus.tissue.person import Person, person_problems
from pulposus.tissue.places import misplaced
from pulposus.tissue.solid_file import HoleSpec, Position, Solid, TrackSpec, solid_geometry, solid_problems

__all__ = ["DiscSpec", "culture_problems", "load_disc", "read_disc"]

class Axisymmetric(Part):
    """The lengths of an axisymmetric disc, mirrored at its mid-plane (m)."""

    radius: Length = Field(description="radius of the disc, such as '21 mm'")
    nucleus_radius: Length = Field(description="radius of the nucleus, such as '14 mm'")
    half_height: Length = Field(description="half height with endplate, such as '6.9 mm'")
    endplate_thickness: Length = Field(description="thickness of the endplate, such as '0.6 mm'")
    endplate_radius: Length = Field(description="radius of the endplate, such as '17 mm'")


def level_of(value: Any, info: ValidationInfo) -> str:
    """Return a level that the species has; raises `NotAllowed` with the nearest one."""
    species = info.data.get("species")
    allowed = terms("species")[species].more["levels"] if species else names("level")
    kind = f"{term('species', species).en} level" if species else "level"
    return choice(kind, allowed)(value)


class Preset(Person):
    """A disc of the parameter records, of a person where it is human."""

    species: Annotated[str, Word("species")] = Field(description="the species, such as human")
    level: str = Field(description="the level of the disc, such as L4/L5")
    grade: Annotated[str, Word("grade")] | None = Field(
        default=None, description="grade I to V; none for the records of any grade"
    )

    check_level = field_validator("level", mode="before")(level_of)


class ByRegionPorosity(Part):
    """Water share of the volume of each region."""

    NP: Share = Field(description="porosity of the nucleus")
    AF: Share = Field(description="porosity of the annulus")
    CEP: Share = Field(description="porosity of the endplate")


Density = Annotated[float, Quantity("cell/mL", above_zero=False)]


class ByRegionCells(Part):
    """Cell density of each region (1/m3)."""

    NP: Density = Field(description="cells of the nucleus, such as '3.6e6 /mL'")
    AF: Density = Field(description="cells of the annulus, such as '5.55e6 /mL'")
    CEP: Density = Field(description="cells of the endplate, such as '13.5e6 /mL'")


class Body(Part):
    """The disc: its shape, given or by preset, its porosity (share) and its cells (1/m3)."""

    axisymmetric: Axisymmetric | None = Field(default=None, description="the lengths of the disc")
    solid: Solid | None = Field(default=None, description="a disc in three dimensions, instead of a body of revolution")
    preset: Preset | None = Field(default=None, description="a disc of the parameter records, instead of lengths")
    porosity: ByRegionPorosity | None = Field(default=None, description="water share of the volume of NP, AF and CEP")
    cells: ByRegionCells | None = Field(default=None, description="cell density of NP, AF and CEP")


class Supply(Part):
    """Concentrations at one boundary: oxygen (Pa), lactate and glucose (mol/m3)."""

    oxygen: Annotated[float, Quantity("kPa", above_zero=False)] = Field(description="oxygen tension, such as '5.1 kPa'")
    lactate: Concentration = Field(description="lactate, such as '0.8 mM'")
    glucose: Concentration = Field(description="glucose, such as '4 mM'")


class Boundary(Part):
    """What the disc is fed from outside; a level scales oxygen and glucose of its boundary."""

    endplate: Supply | None = Field(default=None, description="concentrations at the bone side of the endplate")
    wall: Supply | None = Field(default=None, description="concentrations at the outer annulus")
    medium: Supply | Literal["culture"] | None = Field(
        default=None, description="the same bath at all faces, as in organ culture: given, or culture for that of the records (bovine)"
    )
    endplate_level: Factor = Field(default=1.0, description="factor of oxygen and glucose at the endplate")
    wall_level: Factor = Field(default=1.0, description="factor of oxygen and glucose at the wall")
    endplate_open: Share | Pattern = Field(
        default=1.0, description="factor of the endplate diffusivities, or a pattern of open area"
    )


class MeshSize(Part):
    """How fine the mesh is."""

    nodes: int = Field(
        default=limit("usual_nodes"),
        strict=True,
        ge=limit("fewest_nodes"),
        le=limit("most_nodes"),
        description="about how many nodes the mesh has",
    )


class DiscSpec(Part):
    """A disc file."""

    version: Literal[1] = Field(description="1, the version of the file format")
    title: str = Field(default="", description="a title, free text")
    note: str = Field(default="", description="a note, free text")
    disc: Body = Field(description="the disc: axisymmetric or preset, porosity, cells")
    supply: Boundary = Field(default_factory=Boundary, description="concentrations outside the disc")
    laws: CourseLaws = Field(default_factory=CourseLaws, description="which law is used where there are rivals")
    mesh: MeshSize = Field(default_factory=MeshSize, description="the mesh")
    probes: dict[Label, tuple[Position, ...]] = Field(
        default_factory=dict, description="name -> [r, z], or [x, y, z] in a solid disc, where to read the solution"
    )
    tracks: tuple[TrackSpec, ...] = Field(default=(), description="tracks of needles in a solid disc, along which cells die")
    holes: tuple[HoleSpec, ...] = Field(default=(), description="holes of the endplates of a solid disc, open or closed")
    history: History = Field(default=(), description="what happened before day 0")
    follow_up: Time | None = Field(default=None, description="how long the disc is followed by disc run, such as '24 months'")
    viability_after: Time | None = Field(default=None, description="time of the viability run, such as '6 d'")


def _mapping(data: Any, *path: str) -> Mapping[str, Any]:
    """Return the mapping at a path of raw data, an empty one if there is none."""
    for step in path:
        data = data.get(step) if isinstance(data, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def _length(data: Mapping[str, Any], key: str) -> float | None:
    """Return a length of raw data (m), None if it is no length."""
    try:
        return si(data[key], "m") if isinstance(data[key], str) else None
    except (KeyError, NotAllowed):
        return None


CULTURE = "culture"


def culture_problems(species: Any, path: tuple[str, ...]) -> Iterator[Problem]:
    """Yield the culture medium of a species of which none is on record."""
    known = [r.species for r in ParameterSet.load() if r.symbol == "culture_glucose"]
    if species in names("species") and species not in known:
        yield path, f"the culture medium of a {species} disc", f"a species whose culture medium is on record: {', '.join(known)}", None


NESTED = (
    ("nucleus_radius", "endplate_radius", False),
    ("endplate_radius", "radius", True),
    ("endplate_thickness", "half_height", True),
)


def _shape_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong between the parts of the disc: shape given once, lengths nested, nothing missing."""
    disc, supply = _mapping(data, "disc"), _mapping(data, "supply")
    given = [key for key in ("axisymmetric", "solid", "preset") if disc.get(key) is not None]
    if isinstance(data.get("disc"), Mapping) and len(given) != 1:
        yield ("disc",), " and ".join(given) or "no shape", "either axisymmetric: {...} or solid: {...} or preset: {...}", None
    if len(given) == 1 and given != ["preset"]:
        for key in ("porosity", "cells"):
            if disc.get(key) is None:
                yield ("disc", key), "nothing", f"required with {given[0]}: {key} of NP, AF and CEP", None
        for key in ("endplate", "wall"):
            if supply.get(key) is None and supply.get("medium") is None:
                yield ("supply", key), "nothing", f"required with {given[0]}: oxygen, lactate and glucose", None
    for key in ("endplate", "wall"):
        if supply.get("medium") is not None and supply.get(key) is not None:
            yield ("supply", key), f"{key} beside medium", "either medium, at all faces, or endplate and wall", None
    if supply.get("medium") == CULTURE:
        yield from culture_problems(_mapping(disc, "preset").get("species", "human"), ("supply", "medium"))
    shape = _mapping(disc, "axisymmetric")
    for inner, outer, strictly in NESTED:
        small, large = _length(shape, inner), _length(shape, outer)
        if small is not None and large is not None and (small > large or (strictly and small == large)):
            limit_text = f"{'less than' if strictly else 'at most'} the {outer.replace('_', ' ')}, {shape[outer]}"
            yield ("disc", "axisymmetric", inner), shorten(shape[inner]), limit_text, None


def _probe_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the probes with a coordinate too many or too few, and those outside an axisymmetric disc."""
    shape, axes = _mapping(data, "disc", "axisymmetric"), "x, y, z" if _mapping(data, "disc", "solid") else "r, z"
    for name, position in _mapping(data, "probes").items():
        if not isinstance(position, list):
            continue
        if len(position) != len(axes.split(", ")):
            yield ("probes", name), shorten(position), f"[{axes}]", None
        if axes != "r, z" or len(position) != 2:
            continue
        for index, edge in enumerate(("radius", "half_height")):
            at, most = _length({"at": position[index]}, "at"), _length(shape, edge)
            if at is not None and most is not None and not 0 <= at <= most:
                allowed = f"a position in the disc: {'rz'[index]} from 0 to the {edge.replace('_', ' ')}, {shape[edge]}"
                yield ("probes", name, index), shorten(position[index]), allowed, None


def read_disc(data: Mapping[str, Any], file: str = "", line_of: LineOf | None = None) -> DiscSpec:
    """Return the disc that plain data describe; raises `InputError` with every fault.

    >>> read_disc({"version": 1, "disc": {"preset": {"species": "human", "level": "L4/L5"}}}).mesh.nodes
    5000
    """
    preset = _mapping(data, "disc", "preset")
    problems = [*_shape_problems(data), *solid_problems(data), *_probe_problems(data),
                *place_problems(data, bool(_mapping(data, "disc", "solid"))), *person_problems(preset, ("disc", "preset")),
                *turnover_problems(data, preset.get("species"))]
    spec = read_model(DiscSpec, data, problems, file, line_of)
    if spec.disc.solid is not None:
        _check_shape(spec.disc.solid, spec.history, file, line_of)
    return spec


def _check_shape(solid: Solid, history: History, file: str, line_of: LineOf | None) -> None:
    """Raise `InputError` for a solid disc whose parts do not fit into each other, or whose wounds lie beside it."""
    try:
        geometry = solid_geometry(solid)
    except InputError as error:
        raise InputError([replace(fault, file=file, where=where(("disc", "solid"), line_of)) for fault in error.faults]) from None
    beside = [Fault(file, where(("history", i, "where"), line_of), f"a {history[i].event.replace('_', ' ')} beside the disc", allowed)
              for i, allowed in misplaced(history, geometry)]
    if beside:
        raise InputError(beside)


def load_disc(path: str | Path) -> DiscSpec:
    """Return the disc of a YAML file in SI units; raises `InputError` with every fault of the file."""
    data, line_of = parse_yaml(read_text(path), str(path))
    solid = _mapping(data, "disc", "solid")
    for key in ("surface", "labels"):  # a file named in the file lies beside it
        if isinstance(solid.get(key), str):
            data["disc"]["solid"][key] = str(Path(path).parent / solid[key])
    return read_disc(data, str(path), line_of)
