"""The laws that a file may choose: those of nutrition, and those of a disc over months and years.

A law left out has the default of the vocabulary; the others are its rivals.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from pulposus.core.errors import NotAllowed, shorten
from pulposus.core.fields import Law, Part
from pulposus.core.units import si
from pulposus.core.vocabulary import terms

__all__ = ["CourseLaws", "Laws", "law_field"]

LIMITER = "glucose_limiter"


def _limiter(value: Any) -> float | None:
    """Return the limiter's glucose concentration (mol/m3), None for no limiter."""
    if value == "none":
        return None
    allowed = "none, or a concentration above zero such as '0.05 mM'"
    if not isinstance(value, str):
        raise NotAllowed(shorten(value), allowed)
    try:
        half = si(value, "mM")
    except NotAllowed as refusal:
        raise NotAllowed(refusal.given, allowed, refusal.nearest) from None
    if half <= 0:
        raise NotAllowed(shorten(value), allowed)
    return half


Limiter = Annotated[
    float | None, BeforeValidator(_limiter), WithJsonSchema({"type": "string", "examples": ["none", "0.05 mM"]})
]


def law_field(name: str) -> Any:
    """Return the field of a law with its default and its meaning."""
    entry = terms("law")[name]
    return Field(default=entry.more["default"], validate_default=True, description=entry.en)


class Laws(Part):
    """The laws of nutrition; a law left out has the default of the vocabulary."""

    formulation: Annotated[str, Law("formulation")] = law_field("formulation")
    oxygen: Annotated[str, Law("oxygen")] = law_field("oxygen")
    glucose_limiter: Limiter = law_field(LIMITER)
    endplate_diffusivity: Annotated[str, Law("endplate_diffusivity")] = law_field("endplate_diffusivity")


class CourseLaws(Laws):
    """The laws of the disc over time."""

    endplate_degeneration: Annotated[str, Law("endplate_degeneration")] = law_field("endplate_degeneration")
    aggrecan: Annotated[str, Law("aggrecan")] = law_field("aggrecan")
    proteases: Annotated[str, Law("proteases")] = law_field("proteases")
    marrow_supply: Annotated[str, Law("marrow_supply")] = law_field("marrow_supply")
    calcification: Annotated[str, Law("calcification")] = law_field("calcification")
    load: Annotated[str, Law("load")] = law_field("load")
    response: Annotated[str, Law("response")] = law_field("response")
    homing: Annotated[str, Law("homing")] = law_field("homing")
    vesicle_effect: Annotated[str, Law("vesicle_effect")] = law_field("vesicle_effect")
    paracrine: Annotated[str, Law("paracrine")] = law_field("paracrine")
