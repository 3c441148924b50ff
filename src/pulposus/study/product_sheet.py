"""The product file: one product, the disc it is meant for, and where its size table lies.

The product is written as in a study file, with two differences: `needle_only` and a sham are no products to check, and a dose
of vesicles may be told in protein alone, which the check then refuses to turn into particles.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, field_validator

from pulposus.core.errors import InputError
from pulposus.core.fields import Part, Quantity, Word
from pulposus.core.files import LineOf, read_yaml, validate
from pulposus.study.product_file import Cells, Vehicle, Vesicles
from pulposus.therapy.size_table import SizeTable, load_size_table
from pulposus.tissue.disc_file import level_of

__all__ = ["ProductSheet", "SheetVesicles", "load_product", "read_product"]


_PROTEIN_ALONE = object()


class _Dose(Quantity):
    """Particles, or nothing where the dose was told in protein alone."""

    def read(self, value: Any) -> Any:
        """Return the particles, None for protein alone."""
        return None if value is _PROTEIN_ALONE else super().read(value)


class SheetVesicles(Vesicles):
    """Vesicles whose dose may be told in protein alone; then `dose` is None."""

    dose: Annotated[float | None, _Dose("particle")] = Field(  # type: ignore[assignment]
        description="number of particles, such as '1e10 particles', or protein, such as '10 ug'"
    )

    @classmethod
    def without_ratio(cls, data: Mapping[str, Any]) -> Any:
        """Return data with the dose as protein alone."""
        return {**data, "protein_dose": data["dose"], "dose": _PROTEIN_ALONE}


class Disc(Part):
    """The disc that the product is meant for."""

    species: Annotated[str, Word("species")] = Field(description="the species, such as human")
    level: str = Field(description="the level of the disc, such as L4/L5")
    grade: Annotated[str, Word("grade")] = Field(default="III", description="grade of degeneration, I to V")

    check_level = field_validator("level", mode="before")(level_of)


class ProductSheet(Part):
    """A product file."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    version: Literal[1] = Field(description="1, the version of the file format")
    title: str = Field(default="", description="a title, free text")
    note: str = Field(default="", description="a note, free text")
    disc: Disc | None = Field(default=None, alias="for", description="the disc it is meant for, such as {species: human, level: L4/L5}")
    product: Annotated[Cells | SheetVesicles | Vehicle, Field(discriminator="kind")] = Field(description="the product")


def read_product(data: Mapping[str, Any], file: str = "", line_of: LineOf | None = None) -> ProductSheet:
    """Return the product file that plain data describe; raises `InputError` with every fault.

    >>> product = {"kind": "vesicles", "source": "USC", "dose": "10 ug", "carrier": "saline"}
    >>> sheet = read_product({"version": 1, "product": product})
    >>> sheet.product.dose is None, sheet.product.protein_dose
    (True, 1e-08)
    """
    return validate(ProductSheet, data, file, line_of)


def load_product(path: str | Path) -> tuple[ProductSheet, SizeTable | None]:
    """Return the product of a YAML file and the size table it names, which lies beside it; raises `InputError` with every fault."""
    data, line_of = read_yaml(path)
    faults: list[Any] = []
    sheet = table = None
    try:
        sheet = read_product(data, str(path), line_of)
    except InputError as error:
        faults += error.faults
    name = _table_of(data)
    try:
        table = load_size_table(Path(path).parent / name) if name else None
    except InputError as error:
        faults += error.faults
    if faults or sheet is None:
        raise InputError(faults)
    return sheet, table


def _table_of(data: Mapping[str, Any]) -> str | None:
    """Return the name of the size table in plain data, None where there is none."""
    product = data.get("product")
    size = product.get("size") if isinstance(product, Mapping) and product.get("kind") == "vesicles" else None
    name = size.get("table") if isinstance(size, Mapping) else None
    return name if isinstance(name, str) and name.strip() else None
