"""The study file: one subject with one disc or several, several arms, how long and how often; every quantity is text with its unit.

`load_study` reads a YAML file and returns a `StudySpec` of SI floats (s, m3, counts) with the text it came from, or
raises `InputError` with every fault of the file at once. What the contract of the file knows and the program cannot
do yet (some outcomes) is refused by name, never ignored.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator

from pulposus.core.errors import NotAllowed, shorten
from pulposus.core.fields import Factor, Label, Moment, Part, Time, Word, choice, read_amount
from pulposus.core.files import LineOf, parse_yaml, read_text
from pulposus.core.joint_faults import read_model
from pulposus.core.units import si
from pulposus.core.vocabulary import limit, names, term
from pulposus.study.arm import Arm, Dose, comparator_kind
from pulposus.study.levels import level_problems
from pulposus.study.product_file import Product
from pulposus.study.route_file import Route
from pulposus.study.study_checks import hypothesis_problems, override_problems, problems_across
from pulposus.study.subject import Subject
from pulposus.tissue.disc_file import culture_problems
from pulposus.tissue.history_file import History, place_problems, turnover_problems
from pulposus.tissue.laws import CourseLaws
from pulposus.tissue.person import person_problems

__all__ = [
    "Arm",
    "Dose",
    "Product",
    "Reported",
    "Route",
    "StudySpec",
    "comparator_kind",
    "load_study",
    "read_study",
]


class Model(Part):
    """Laws, hypotheses and parameter values that differ from the default."""

    laws: CourseLaws = Field(default_factory=CourseLaws, description="which law is used where there are rivals")
    hypotheses: dict[str, str] = Field(
        default_factory=dict, description="options of the cell network's contradictions, such as {mir_21: harmful}"
    )
    overrides: dict[str, Any] = Field(
        default_factory=dict, description="record -> quantity as text, or {value, spread, why}"
    )


class Sampling(Part):
    """How many draws, and the seed that names them."""

    draws: int = Field(
        default=limit("usual_draws"), strict=True, ge=1, le=limit("most_draws"), description="how many draws"
    )
    seed: int = Field(default=1, strict=True, ge=0, le=limit("largest_seed"), description="the seed of the draws")


def _reported_value(value: Any) -> float | str:
    """Return a finite number or a word."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if not number and not isinstance(value, str):
        raise NotAllowed(shorten(value), "a finite number, or a direction such as up")
    return value if isinstance(value, str) else float(value)


class Reported(Part):
    """A published result to set beside the prediction; time in s, value in the unit of the quantity or a direction."""

    arm: Label = Field(description="the name of the arm")
    quantity: Annotated[str, BeforeValidator(choice("outcome", names("observe", built=False)))] = Field(
        description="the outcome, such as t2"
    )
    time: Moment = Field(description="when, such as '12 months'")
    level: Annotated[str, Word("level")] | None = Field(default=None, description="of several levels the one it was read of")
    value: Annotated[float | str, BeforeValidator(_reported_value)] = Field(
        description="the reported number, or a direction such as up"
    )
    sd: Factor | None = Field(default=None, description="the reported standard deviation")
    n: int | None = Field(default=None, strict=True, ge=1, description="how many discs or subjects")
    kind: Literal["number", "direction", "order"] = Field(description="number, direction or order")
    tier: Literal["primary", "seed_only", "memory"] = Field(description="how the value was read")
    set: Literal["verification", "calibration", "validation"] = Field(description="what it is used for")
    expected_miss: bool = Field(default=False, strict=True, description="whether a miss is expected")
    source: Label = Field(description="the source, a reference key")


Outcome = Annotated[str, Word("observe")]


def _always() -> tuple[str, ...]:
    """Return the outcomes of a study that does not say which."""
    return tuple(name for name in names("observe") if term("observe", name).more.get("default", True))


class StudySpec(Part):
    """A study file."""

    version: Literal[1] = Field(description="1, the version of the file format")
    title: str = Field(default="", description="a title, free text")
    note: str = Field(default="", description="a note, free text")
    subject: Subject = Field(description="species, level or levels, and grade")
    history: History = Field(default=(), description="what happened before day 0, to the discs of all arms")
    follow_up: Time = Field(description="how long the study runs, such as '24 months'")
    arms: tuple[Arm, ...] = Field(min_length=1, description="the arms, at least one")
    model: Model = Field(default_factory=Model, description="laws, hypotheses and overrides")
    sampling: Sampling = Field(default_factory=Sampling, description="draws and seed")
    observe: tuple[Outcome, ...] = Field(default=_always(), min_length=1, description="the outcomes to report")
    reported: tuple[Reported, ...] = Field(default=(), description="published results to set beside the prediction")

    @field_validator("follow_up", mode="before")
    @classmethod
    def not_forever(cls, value: Any) -> Any:
        """Refuse a follow-up that is longer than a study can be."""
        if read_amount(value, "month") > si(limit("longest_follow_up"), "d"):
            raise NotAllowed(shorten(value), f"at most {limit('longest_follow_up')}")
        return value

    def arm(self, name: str) -> Arm:
        """Return the arm of this name; raises KeyError if there is none."""
        return {arm.name: arm for arm in self.arms}[name]


def read_study(data: Mapping[str, Any], file: str = "", line_of: LineOf | None = None) -> StudySpec:
    """Return the study that plain data describe; raises `InputError` with every fault, those between arms included.

    >>> subject = {"species": "human", "level": "L4/L5", "grade": {"scale": "pfirrmann", "value": 3}}
    >>> study = {"version": 1, "subject": subject, "follow_up": "1 yr", "arms": [{"name": "untreated", "doses": []}]}
    >>> read_study(study).follow_up
    31557600.0
    """
    given = data.get("subject")
    subject: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    of_subject = [*person_problems(subject, ("subject",)), *place_problems(data, False), *turnover_problems(data, subject.get("species"))]
    if subject.get("medium") == "culture":
        of_subject += culture_problems(subject.get("species"), ("subject", "medium"))
    across = [*problems_across(data), *level_problems(data), *override_problems(data), *hypothesis_problems(data), *of_subject]
    return read_model(StudySpec, data, across, file, line_of)


def load_study(path: str | Path) -> tuple[StudySpec, str]:
    """Return the study of a YAML file in SI units and the text of the file; raises `InputError` with every fault."""
    text = read_text(path)
    data, line_of = parse_yaml(text, str(path))
    return read_study(data, str(path), line_of), text
