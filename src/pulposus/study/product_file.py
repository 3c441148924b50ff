"""The products of a study file: cells, vesicles, a vehicle, a needle alone, a sham outside the disc.

Quantities are text with units in the file and SI floats in the model (m3, s, kg, counts). Particles and protein are never
converted without a ratio that was measured: a dose of vesicles in ug needs its `particles_per_ug`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from pulposus.core.errors import NotAllowed, shorten
from pulposus.core.fields import Label, Length, Part, Quantity, Share, Time, Volume, Word, choice
from pulposus.core.units import dimension_of, quantity, si
from pulposus.core.vocabulary import limit, terms

__all__ = ["Cells", "Particles", "Product", "Storage", "Vehicle", "VesicleSize", "Vesicles"]

Carrier = Annotated[str, Word("carrier")]
Relation = Annotated[
    str, BeforeValidator(choice("donor relation", [name for name, term in terms("donor_relation").items()
                                                   if not term.more.get("of_studies")])),
    WithJsonSchema({"type": "string", "examples": ["allogeneic"]}),
]


def _number(value: Any) -> float:
    """Return a number above zero, also where it is written as 3e10, which is text to a reader of YAML."""
    allowed = "a number above zero, such as 2.5e9; its unit stands in the key"
    try:
        number = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else math.nan
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise NotAllowed(shorten(value), allowed)
    return number


Particles = Annotated[float, BeforeValidator(_number), WithJsonSchema({"type": ["number", "string"], "examples": ["2.5e9"]})]
"""A number above zero whose unit stands in the name of its key."""


class Batch(Part):
    """What cells and vesicles have in common: whose they are and of which batch."""

    donor_relation: Relation = Field(default="not stated", description="autologous, allogeneic, xenogeneic or not stated")
    donor: Label | None = Field(default=None, description="the name of the donor; arms with the same donor share its effect")
    passage: int | None = Field(default=None, strict=True, ge=0, le=limit("most_passages"), description="passage of the cells")
    batch: Label | None = Field(default=None, description="the name of the batch; arms with the same batch share its effect")


class Cells(Batch):
    """Cells: dose in cells, volume in m3 (None only where the route does not enter the disc)."""

    kind: Literal["cells"] = Field(description="the kind of product")
    source: Annotated[str, Word("cell_source")] = Field(description="the cell source, such as BM-MSC")
    dose: Annotated[float, Quantity("cell")] = Field(description="number of cells, such as '6e6 cells'")
    carrier: Carrier = Field(description="what the cells are injected in, such as saline")
    volume: Volume | None = Field(default=None, description="injected volume, such as '2 mL'")
    thaw_viability: Share | None = Field(default=None, description="share of living cells at injection")
    excipient: Carrier | None = Field(default=None, description="what the cells were kept in, or 'not stated'")
    markers: dict[Annotated[str, Word("cell_marker")], Annotated[str, Word("marker_result")]] = Field(
        default_factory=dict, description="markers that were tested, such as {CD73: present, CD45: absent}"
    )


class Cargo(Part):
    """Something that vesicles carry, and how many copies of it a particle holds on average, where that was counted."""

    name: Annotated[str, Word("cargo")] = Field(description="the cargo, such as miR-21")
    copies_per_particle: Particles | None = Field(default=None, description="copies per particle, counted, such as 0.01")


class Storage(Part):
    """How vesicles were kept before they are given (time in s), and when their particles were counted."""

    temperature: Annotated[str, Word("storage_temperature")] = Field(description="such as -80 C")
    time: Time = Field(description="how long, such as '30 d'")
    freeze_thaw_cycles: int | None = Field(
        default=None, strict=True, ge=0, le=limit("most_freeze_thaws"), description="times frozen and thawed"
    )
    counted: Annotated[str, Word("counted")] = Field(default="before storage", description="when the dose was counted")


class VesicleSize(Part):
    """The size of particles (m): a table of the instrument, or what was read off it."""

    table: Label | None = Field(default=None, description="file of the size table (CSV), beside the product file")
    mode: Length | None = Field(default=None, description="most frequent diameter, such as '110 nm'")
    share_30_150: Share | None = Field(default=None, description="share of particles from 30 to 150 nm, such as '85 %'")


class Vesicles(Batch):
    """Extracellular vesicles: dose in particles (or in ug with a measured ratio), volume in m3."""

    kind: Literal["vesicles"] = Field(description="the kind of product")
    source: Annotated[str, Word("vesicle_source")] = Field(description="the parent cells, such as BM-MSC")
    dose: Annotated[float, Quantity("particle")] = Field(
        description="number of particles, such as '1e10 particles', or protein such as '10 ug' with particles_per_ug"
    )
    protein_dose: Annotated[float, Quantity("ug")] | None = Field(default=None, description="protein of the dose, such as '10 ug'")
    particles_per_ug: Particles | None = Field(default=None, description="particles per ug of protein, measured, such as 2.5e9")
    carrier: Carrier = Field(description="what the vesicles are injected in, such as saline")
    volume: Volume | None = Field(default=None, description="injected volume, such as '0.2 mL'")
    modification: Annotated[str, Word("modification")] = Field(default="native", description="native, loaded, antagomir or engineered")
    cargo: tuple[Cargo, ...] = Field(default=(), description="what they carry, such as [{name: miR-21}]")
    isolation: tuple[Annotated[str, Word("isolation")], ...] = Field(default=(), description="how they were isolated, step by step")
    markers: dict[Annotated[str, Word("vesicle_marker")], Annotated[str, Word("marker_result")]] = Field(
        default_factory=dict, description="markers that were tested, such as {CD63: present, calnexin: absent}"
    )
    seen_by: tuple[Annotated[str, Word("single_vesicle_method")], ...] = Field(
        default=(), description="methods that see single vesicles, such as [electron microscopy, particle tracking]"
    )
    size: VesicleSize | None = Field(default=None, description="the size, such as {table: sizes.csv}")
    yield_per_million_cells: Particles | None = Field(default=None, description="particles per million parent cells, such as 1e9")
    medium: Label | None = Field(default=None, description="the medium the parent cells stood in")
    storage: Storage | None = Field(default=None, description="such as {temperature: -80 C, time: 30 d, freeze_thaw_cycles: 1}")

    @model_validator(mode="before")
    @classmethod
    def from_protein(cls, data: Any) -> Any:
        """Return data with a dose in particles where it was given as protein with a measured ratio."""
        if not isinstance(data, Mapping) or not _is_mass(data.get("dose")):
            return data
        ratio = data.get("particles_per_ug")
        if ratio is None:
            return cls.without_ratio(data)
        try:
            micrograms = si(data["dose"], "ug") / si("1 ug", "ug")
            return {**data, "protein_dose": data["dose"], "dose": f"{micrograms * _number(ratio)!r} particles"}
        except NotAllowed:  # the ratio is told as a fault of its own, and alone
            return {**data, "dose": "1 particle"}

    @classmethod
    def without_ratio(cls, data: Mapping[str, Any]) -> Any:
        """Refuse a dose of protein whose ratio of particles was not measured."""
        raise NotAllowed(f"{shorten(data['dose'])} (protein, and no particles_per_ug)",
                         "a dose in particles, or particles_per_ug as it was measured; protein is never converted without it")


def _is_mass(value: Any) -> bool:
    """Return whether a value is text with a mass."""
    try:
        return isinstance(value, str) and dimension_of(quantity(value)[1]) == dimension_of("ug")
    except NotAllowed:
        return False


class Vehicle(Part):
    """A carrier without cells or vesicles, volume in m3."""

    kind: Literal["vehicle"] = Field(description="the kind of product")
    carrier: Carrier = Field(description="what is injected, such as saline")
    volume: Volume | None = Field(default=None, description="injected volume, such as '2 mL'")


class NeedleOnly(Part):
    """A needle and nothing injected."""

    kind: Literal["needle_only"] = Field(description="the kind of product")


class ExtradiscalSham(Part):
    """A sham injection that stays outside the disc."""

    kind: Literal["extradiscal_sham"] = Field(description="the kind of product")


Product = Annotated[Cells | Vesicles | Vehicle | NeedleOnly | ExtradiscalSham, Field(discriminator="kind")]
"""A product; `kind` tells which."""
