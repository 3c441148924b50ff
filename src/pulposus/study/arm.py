"""The arms of a study: what is given by which route, when, and which of the six comparators an arm is.

Quantities are text with units in the file and SI floats in the model (s, m3, counts).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from pulposus.core.errors import NotAllowed, shorten
from pulposus.core.fields import Label, Moment, Part, Quantity, Share, Volume, Word
from pulposus.tissue.history_file import Needle

__all__ = ["Arm", "Dose", "Product", "Route", "carrier_of", "comparator_kind", "only_empty"]


def only_empty(what: str, needs: str) -> Any:
    """Return the reader of something whose only value so far is to be empty."""

    def read(value: Any) -> Any:
        if value in ([], {}, ()):
            return value
        raise NotAllowed(shorten(value), f"empty for now: {what} not built yet ({needs})")

    return read


class Transannular(Part):
    """Through the annulus; depth_fraction is the share of the annulus that the needle crosses."""

    kind: Literal["transannular"] = Field(description="the kind of route")
    needle: Needle = Field(description="the needle, such as 22G")
    depth_fraction: Share | None = Field(default=None, description="share of the annulus that the needle crosses")


class Transpedicular(Part):
    """Through pedicle and endplate, the hole repaired or not."""

    kind: Literal["transpedicular"] = Field(description="the kind of route")
    needle: Needle = Field(description="the needle, such as 18G")
    repair: Annotated[str, Word("repair")] = Field(
        default="none", description="repair of the endplate: none, scaffold or cement"
    )


class Intravenous(Part):
    """Into a vein, from where cells have to find the disc."""

    kind: Literal["intravenous"] = Field(description="the kind of route")


class EndplateSeeding(Part):
    """Seeded onto the bone side of the endplate, from where cells have to cross it."""

    kind: Literal["endplate_seeding"] = Field(description="the kind of route")
    needle: Needle | None = Field(default=None, description="the needle, if one is used")


class Epidural(Part):
    """Into the epidural space or beside the spine."""

    kind: Literal["epidural"] = Field(description="the kind of route")


Route = Annotated[Transannular | Transpedicular | Intravenous | EndplateSeeding | Epidural, Field(discriminator="kind")]
"""A route; `kind` tells which."""

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


class Dose(Part):
    """One dose: by which route, what, and when after the start (s)."""

    route: Route = Field(description="the route, such as {kind: transannular, needle: 22G}")
    product: Product = Field(description="the product, such as {kind: vehicle, carrier: saline, volume: 2 mL}")
    at: Moment = Field(description="when it is given, such as '0 d'")


class Arm(Part):
    """One arm: its name, its doses, whether it is a control and which arm it is compared with."""

    name: Label = Field(description="the name of the arm")
    control: bool = Field(default=False, strict=True, description="whether this is a control arm")
    comparator: Label | None = Field(default=None, description="the name of the arm that this one is compared with")
    doses: tuple[Dose, ...] = Field(description="the doses; an empty list for no treatment")
    co_interventions: Annotated[
        tuple[str, ...], BeforeValidator(only_empty("co-interventions are", "exercise, medicine, surgery"))
    ] = Field(default=(), description="what else is done; empty for now")


def comparator_kind(arm: Arm) -> str | None:
    """Return which of the six comparators an arm is, None for a therapy.

    untreated, extradiscal_sham, needle_only, saline, cryomedium or carrier; of several kinds of dose the last in this
    order that occurs, as it does the most.

    >>> comparator_kind(Arm(name="untreated", doses=()))
    'untreated'
    """
    kinds = set()
    for dose in arm.doses:
        product = dose.product
        if product.kind in ("cells", "vesicles"):
            return None
        if product.kind == "vehicle":
            kinds.add(product.carrier if product.carrier in ("saline", "cryomedium") else "carrier")
        else:
            kinds.add(product.kind)
    order = ("carrier", "cryomedium", "saline", "needle_only", "extradiscal_sham")
    return next((kind for kind in order if kind in kinds), "untreated")


def carrier_of(arm: Arm) -> str | None:
    """Return the carrier of the first dose that has one."""
    carriers = [getattr(dose.product, "carrier", None) for dose in arm.doses]
    return next((carrier for carrier in carriers if carrier), None)
