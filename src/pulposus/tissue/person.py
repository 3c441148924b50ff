"""Whose disc it is, beyond its grade: sex and age, the marrow beside it (Modic changes) and defects of its endplates. Human only.

    height   H x (1 + a_sex (age - age_0) / span)            a: gain of disc height over the ages of its source, of contested sign
    plan     width and depth x s_sex                          s: over the mean of the sexes; from that of the bone to none
    supply   endplate O2 and glucose x m,  open endplate x e    m by Modic type, e by defect: sign by the law `marrow_supply`
    marrow   + q_c g in the endplate, per cytokine c          g share of the endplate beside vascular, fibrous marrow (Modic)

What Modic changes and endplate defects do to the supply of a disc was not measured, and the signs disagree: contrast reaches the
marrow of Modic type I more, that of type II hardly (MCENHANCE2017), endplates of degenerate discs enhance more (ARPINAR2015), and
defects go with degeneration (RADE2018). So the law leaves the supply unchanged unless a file or a rival says otherwise. Body height
has no field: it goes with the volume of discs and not with their height in one series (PFIRRMANN2006), with their height in another
(LUMBAR150), and neither tells a slope.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator

from pulposus.core.errors import NotAllowed, shorten
from pulposus.core.fields import Part, Word, read_amount
from pulposus.core.joint_faults import Problem
from pulposus.core.units import si
from pulposus.core.vocabulary import limit
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.process import Process, State

__all__ = ["Marrow", "Person", "age_scaling", "endplate_opening", "marrow_processes", "marrow_supply",
           "modic_word", "person_problems", "plan_scaling"]

HUMAN = "human"
_NONE = "none"
_SECRETED = ("il1b", "tnf")


def _age(value: Any) -> float:
    """Return an age (s) within those whose discs were measured."""
    youngest, oldest = limit("youngest"), limit("oldest")
    seconds = read_amount(value, "yr")
    if not si(youngest, "yr") <= seconds <= si(oldest, "yr"):
        raise NotAllowed(shorten(value), f"{youngest} to {oldest}, the ages of which disc heights were read")
    return seconds


Age = Annotated[float, BeforeValidator(_age), WithJsonSchema({"type": "string", "examples": ["45 yr"]})]


class Person(Part):
    """What is known of a person beside the grade of the disc; each may be left out."""

    sex: Literal["female", "male"] | None = Field(default=None, description="female or male; sets the plan, and how height goes with age")
    age: Age | None = Field(default=None, description="age, such as '45 yr'; left out: that of the persons whose discs were measured")
    modic: Annotated[str, Word("modic")] = Field(default=_NONE, description="Modic type of the marrow beside the disc: none, 1, 2 or 3")
    endplate: Annotated[str, Word("endplate_defect")] = Field(default=_NONE, description="defect of the endplates, such as erosion")

    @field_validator("modic", mode="before")
    @classmethod
    def as_word(cls, value: Any) -> Any:
        """Return a type given as a number as its word."""
        return modic_word(value)


def modic_word(value: Any) -> Any:
    """Return a Modic type given as a number as its word, anything else as it is.

    >>> modic_word(1), modic_word("none")
    ('1', 'none')
    """
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def person_problems(data: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Problem]:
    """Yield what is said of a person whose disc is that of an animal."""
    if data.get("species") in (None, HUMAN):
        return
    for name in Person.model_fields:
        if data.get(name) not in (None, _NONE):
            yield (*path, name), f"{shorten(data[name])} of a {data['species']} disc", f"{name} of a human disc only", None


def age_scaling(draw: Any, person: Person | None) -> float:
    """Return the height of a person's disc relative to the persons whose discs were measured; 1 where no age is given."""
    if person is None or person.age is None:
        return 1.0
    gain = draw.value(f"disc_height_gain_{person.sex}" if person.sex else "disc_height_gain")
    return float(1 + gain * (person.age - draw.value("disc_height_age")) / draw.value("disc_height_gain_span"))


def plan_scaling(draw: Any, person: Person | None) -> float:
    """Return width and depth of a person's disc relative to the mean of the sexes; 1 where no sex is given."""
    return 1.0 if person is None or person.sex is None else float(draw.value(f"disc_plan_{person.sex}"))


def _scaled(draw: Any, symbol: str, what: str, law: str) -> float:
    return 1.0 if what == _NONE or law == "unchanged" else float(draw.value(f"{symbol}_{what}_{law}"))


def marrow_supply(draw: Any, person: Person | None, law: str) -> float:
    """Return the level of oxygen and glucose at the endplate beside marrow of a Modic type, under a law of `marrow_supply`."""
    return 1.0 if person is None else _scaled(draw, "modic", person.modic, law)


def endplate_opening(draw: Any, person: Person | None, law: str) -> float:
    """Return the open share of an endplate with a defect, relative to one without, under a law of `marrow_supply`."""
    return 1.0 if person is None else _scaled(draw, "defect", person.endplate, law)


class Marrow(Process):
    """Owns nothing; cytokines come from the marrow of a Modic type into the endplate."""

    name = "marrow"
    sources = _SECRETED

    def __init__(self, modic: str) -> None:
        """modic: the type, such as ``1``."""
        self.share = f"modic_{modic}_granulation"
        self.parameters = (self.share, *(f"granulation_secretion_{c}" for c in _SECRETED))

    def prepare(self, draw: Any, points: Any) -> dict[str, Any]:
        """Return where the marrow's cytokines come in: the endplate."""
        return {"beside_marrow": (points.region == REGIONS.index("CEP")).astype(float)}

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return what is secreted (kg/(m3 s))."""
        return {c: p[f"granulation_secretion_{c}"] * p[self.share] * p["beside_marrow"] * np.ones(1) for c in _SECRETED}

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return nothing: what is secreted depends on no field."""
        return {}


def marrow_processes(person: Person | None) -> list[Process]:
    """Return what the marrow beside a disc adds to it.

    >>> [process.name for process in marrow_processes(Person(modic="1"))], marrow_processes(Person())
    (['marrow'], [])
    """
    return [] if person is None or person.modic == _NONE else [Marrow(person.modic)]
