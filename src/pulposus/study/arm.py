"""The arms of a study: what is given by which route, when, and which of the six comparators an arm is.

Quantities are text with units in the file and SI floats in the model (s, m3, counts).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pulposus.core.fields import Label, Moment, Part, Word
from pulposus.study.product_file import Product
from pulposus.study.route_file import Route

__all__ = ["Arm", "Dose", "carrier_of", "comparator_kind"]


class Dose(Part):
    """One dose: by which route, what, when after the start (s), and into which of several discs."""

    route: Route = Field(description="the route, such as {kind: transannular, needle: 22G}")
    product: Product = Field(description="the product, such as {kind: vehicle, carrier: saline, volume: 2 mL}")
    at: Moment = Field(description="when it is given, such as '0 d'")
    levels: tuple[Annotated[str, Word("level")], ...] | None = Field(
        default=None, min_length=1, description="of several levels those that get it, each the whole dose; left out: every level")


class Arm(Part):
    """One arm: its name, its doses, whether it is a control and which arm it is compared with."""

    name: Label = Field(description="the name of the arm")
    control: bool = Field(default=False, strict=True, description="whether this is a control arm")
    comparator: Label | None = Field(default=None, description="the name of the arm that this one is compared with")
    doses: tuple[Dose, ...] = Field(description="the doses; an empty list for no treatment")
    co_interventions: tuple[Annotated[str, Word("co_intervention")], ...] = Field(
        default=(), description="what else is done, such as exercise; it has no modelled effect and is told as a confounder"
    )


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
