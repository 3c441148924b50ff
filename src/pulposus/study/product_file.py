"""The products of a study file: cells, vesicles, a vehicle, a needle alone, a sham outside the disc.

Quantities are text with units in the file and SI floats in the model (m3, counts).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pulposus.core.fields import Part, Quantity, Share, Volume, Word

__all__ = ["Product"]

Carrier = Annotated[str, Word("carrier")]


class Cells(Part):
    """Cells: dose in cells, volume in m3 (None only where the route does not enter the disc)."""

    kind: Literal["cells"] = Field(description="the kind of product")
    source: Annotated[str, Word("cell_source")] = Field(description="the cell source, such as BM-MSC")
    dose: Annotated[float, Quantity("cell")] = Field(description="number of cells, such as '6e6 cells'")
    carrier: Carrier = Field(description="what the cells are injected in, such as saline")
    volume: Volume | None = Field(default=None, description="injected volume, such as '2 mL'")
    thaw_viability: Share | None = Field(default=None, description="share of living cells at injection")
    excipient: Carrier | None = Field(default=None, description="what the cells were kept in, or 'not stated'")


class Vesicles(Part):
    """Extracellular vesicles: dose in particles, volume in m3."""

    kind: Literal["vesicles"] = Field(description="the kind of product")
    source: Annotated[str, Word("vesicle_source")] = Field(description="the parent cells, such as BM-MSC")
    dose: Annotated[float, Quantity("particle")] = Field(description="number of particles, such as '1e10 particles'")
    carrier: Carrier = Field(description="what the vesicles are injected in, such as saline")
    volume: Volume | None = Field(default=None, description="injected volume, such as '0.2 mL'")


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
