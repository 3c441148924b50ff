"""The case file: published results with their set-up, where they were read and what they are used for.

`cases/*.yaml` of the data, `schema: cases/1`. A case is one experiment of one paper; its results are its rows; `set_up: {as: ID}`
is that of an earlier case. Calibration and validation are declared here and are disjoint: a paper belongs to one set.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from pulposus.core.errors import Fault, InputError, NotAllowed, nearest, shorten
from pulposus.core.fields import Factor, Label, Part, Word, choice
from pulposus.core.files import packaged_files, read_yaml
from pulposus.core.joint_faults import Problem, read_model
from pulposus.core.references import load_references
from pulposus.core.units import dimension_of
from pulposus.study.replay.set_ups import SetUp

__all__ = ["DIRECTIONS", "LAYERS", "SETS", "Case", "Change", "Result", "Tier", "Tolerance", "Untreated", "load_cases",
           "one_paper_one_set"]

LAYERS = ("network", "tissue", "therapy")
SETS = ("verification", "calibration", "validation")
DIRECTIONS = ("up", "down", "none")
SCHEMA = "cases/1"
NO_SOURCE = "none"
_KINDS: dict[str, tuple[type, ...]] = {"number": (int, float), "direction": (str,), "order": (list,)}  # what stands in `reported`

Tier = Literal["primary", "seed_only", "memory"]


def _unit(value: Any) -> str:
    """Return a unit of the unit list; "" where nothing is given, which a number's row may not leave so."""
    if not isinstance(value, str):
        raise NotAllowed(shorten(value), "a unit such as 'mM', or '1' for a pure number")
    if value:
        dimension_of(value)
    return value


class Change(Part):
    """A read-out made of two: `relative` (after / before - 1), `difference` (after - before) or `ratio` (after / before)."""

    relative: tuple[Label, Label] | None = Field(default=None, description="[after, before]")
    difference: tuple[Label, Label] | None = Field(default=None, description="[after, before]")
    ratio: tuple[Label, Label] | None = Field(default=None, description="[after, before]")

    @model_validator(mode="after")
    def one_of_them(self) -> Change:
        """Ask for exactly one."""
        if sum(pair is not None for pair in (self.relative, self.difference, self.ratio)) != 1:
            raise NotAllowed(shorten(self.model_dump(exclude_none=True)), "one of relative, difference and ratio")
        return self

    @property
    def pair(self) -> tuple[str, str]:
        """The names of what is compared, the later or treated one first."""
        return next(pair for pair in (self.relative, self.difference, self.ratio) if pair is not None)

    def of(self, after: Any, before: Any) -> Any:
        """Return the read-out from its two parts."""
        if self.difference is not None:
            return after - before
        return after / before - (1 if self.relative is not None else 0)


class Tolerance(Part):
    """How far a prediction may be off: a share of the reported number, an amount in its unit, or a factor either way."""

    relative: Factor | None = None
    absolute: Factor | None = None
    factor: Factor | None = None

    @model_validator(mode="after")
    def one_of_them(self) -> Tolerance:
        """Ask for exactly one."""
        if sum(x is not None for x in (self.relative, self.absolute, self.factor)) != 1:
            raise NotAllowed(shorten(self.model_dump(exclude_none=True)), "one of relative, absolute and factor")
        return self

    def reach(self, reported: float) -> tuple[float, float]:
        """Return the least and the most that is still within it.

        >>> Tolerance(factor=2).reach(1.5)
        (0.75, 3.0)
        """
        if self.factor is not None:
            low, high = sorted((reported / self.factor, reported * self.factor))
            return low, high
        off = self.absolute if self.absolute is not None else abs(reported) * (self.relative or 0.0)
        return reported - off, reported + off


def _reported(value: Any) -> Any:
    """Return a finite number, an ordered pair of numbers, a direction, or names in rising order."""
    allowed = "a finite number, a range [least, most], up, down or none, or read-outs in rising order"
    plain = list(value) if isinstance(value, (list, tuple)) else [value]
    numbers = all(isinstance(x, (int, float)) and not isinstance(x, bool) and not math.isnan(x) for x in plain)
    names = all(isinstance(x, str) for x in plain)
    if not plain or not (numbers or names) or (numbers and (len(plain) > 2 or plain[0] > plain[-1])):
        raise NotAllowed(shorten(value), allowed)
    return tuple(plain) if isinstance(value, (list, tuple)) else value


class Result(Part):
    """One row: what was reported, in which unit, and which read-outs of the set-up it is held against."""

    quantity: str
    quantity_zh: str
    kind: Literal["number", "direction", "order"]
    read: Label | Change | None = Field(default=None, description="the read-out; an order names its read-outs in `reported`")
    unit: Annotated[str, BeforeValidator(_unit)] = ""
    reported: Annotated[float | tuple[float, float] | str | tuple[str, ...], BeforeValidator(_reported)]
    sd: Factor | None = None
    n: int | None = Field(default=None, strict=True, ge=1)
    n_comparator: int | None = Field(default=None, strict=True, ge=1, description="as many as n where it is left out")
    share: bool = Field(default=False, strict=True, description="a share of n subjects, whose sampling error is binomial")
    tolerance: Tolerance | None = None
    smallest: Factor = Field(default=0.0, description="a change no larger than this counts as none; for a direction, in its unit")
    ties: bool = Field(default=False, strict=True, description="an order in which neighbours may be equal")
    better_when: Literal["up", "down"] | None = Field(default=None, description="which way is good, where that can be said")
    measure: str = Field(default="", description="one name for results of one kind across papers, such as t2_nucleus")
    comparator: str = ""
    comparator_zh: str = ""
    hard: bool = Field(default=False, strict=True)
    expected_miss: bool = Field(default=False, strict=True)
    scored: bool = Field(default=True, strict=True, description="false: shown with its verdict, left out of the summary")
    explanation: str = Field(default="", description="why it misses, where it does")
    explanation_zh: str = ""


class Untreated(Part):
    """That the injured discs of a case were left alone, so that it stands beside the course of a disc with such a history."""

    level: Label
    events: tuple[Annotated[str, Word("event")], ...] = Field(min_length=1, description="events of a history, any of which is this injury")
    quantity: Label = Field(description="the reading of a course, such as height_index")
    unit: Annotated[str, BeforeValidator(_unit)]
    row: str = Field(default="", description="the result that holds the number; left out where none does")
    band: tuple[float, float] | None = Field(default=None, description="lowest and highest value, where no row holds it")


class Case(Part):
    """One experiment of one paper."""

    id: Label
    layer: Annotated[str, BeforeValidator(choice("layer", LAYERS))]
    title: str
    title_zh: str
    set: Annotated[str, BeforeValidator(choice("set", SETS))]
    tier: Tier
    against: Literal["experiment", "peer_model", "exact"]
    species: str = Field(description="whose tissue, such as human, or cells")
    source: Label
    locator: str
    draws: int | None = Field(default=None, strict=True, ge=0, description="at most this many draws; a costly set-up")
    set_up: SetUp
    untreated: Untreated | None = None
    means: str = Field(description="what a miss means")
    means_zh: str
    results: tuple[Result, ...] = Field(min_length=1)


class CaseFile(Part):
    """A file of cases."""

    schema_: Literal["cases/1"] = Field(alias="schema")
    cases: tuple[Case, ...] = Field(min_length=1)


def _row_problems(data: Mapping[str, Any]) -> Iterable[Problem]:
    """Yield what is wrong between the parts of rows: a number without unit, a value not of its kind, an unknown source."""
    known = load_references()
    for i, case in enumerate(_list(data, "cases")):
        source = case.get("source")
        exact = source == NO_SOURCE and case.get("set") == "verification"
        if isinstance(source, str) and source not in known and not exact:
            allowed = "a key of the references; none for a verification alone"
            yield ("cases", i, "source"), shorten(source), allowed, nearest(source, known)
        yield from _untreated_problems(case, i)
        for j, row in enumerate(_list(case, "results")):
            path: tuple[str | int, ...] = ("cases", i, "results", j)
            kind, value = row.get("kind"), row.get("reported")
            if kind in ("number", "direction") and not row.get("unit"):
                yield (*path, "unit"), "nothing", "required: the unit, such as mM, or '1' for a pure number", None
            if kind in ("number", "direction") and row.get("read") is None:
                yield (*path, "read"), "nothing", "required: the read-out of the set-up", None
            fits = _KINDS.get(str(kind), (object,))
            pair = kind == "number" and isinstance(value, list) and len(value) == 2
            if value is not None and not (isinstance(value, fits) or pair):
                yield (*path, "reported"), shorten(value), f"a value of kind {kind}", None
            if kind == "direction" and isinstance(value, str) and value not in DIRECTIONS:
                yield (*path, "reported"), shorten(value), ", ".join(DIRECTIONS), nearest(value, DIRECTIONS)


def _untreated_problems(case: Mapping[str, Any], place: int) -> Iterable[Problem]:
    """Yield what is wrong with the row or the band of an untreated course."""
    untreated = case.get("untreated")
    if not isinstance(untreated, Mapping):
        return
    row, band, path = untreated.get("row"), untreated.get("band"), ("cases", place, "untreated")
    numbers = [str(each.get("quantity")) for each in _list(case, "results") if each.get("kind") == "number"]
    if row is not None and row not in numbers:
        yield (*path, "row"), shorten(row), "the quantity of a result of kind number", nearest(str(row), numbers)
    if row is not None and band is not None:
        yield (*path, "band"), shorten(band), "nothing: the row holds the number", None
    if isinstance(band, list) and len(band) == 2 and all(isinstance(x, (int, float)) for x in band) and band[0] > band[1]:
        yield (*path, "band"), shorten(band), "lowest value first", None


def _list(data: Any, key: str) -> list[Mapping[str, Any]]:
    """Return the mappings of a list, none if there is none."""
    value = data.get(key) if isinstance(data, Mapping) else None
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _share_set_ups(data: Mapping[str, Any]) -> None:
    """Put the set-up of the first case of an id where a later case says `set_up: {as: ID}`."""
    first: dict[Any, Any] = {}
    for case in _list(data, "cases"):
        set_up = case.get("set_up")
        if isinstance(set_up, Mapping) and set(set_up) == {"as"} and set_up["as"] in first and isinstance(case, dict):
            case["set_up"] = first[set_up["as"]]
        first.setdefault(case.get("id"), case.get("set_up"))


def read_cases(path: str | Path) -> tuple[Case, ...]:
    """Return the cases of a file; raises `InputError` with every fault."""
    data, line_of = read_yaml(path)
    _share_set_ups(data)
    return read_model(CaseFile, data, _row_problems(data), Path(path).name, line_of).cases


def one_paper_one_set(cases: Iterable[Case]) -> list[Fault]:
    """Return a fault for every paper that calibrates and validates at once."""
    sets: dict[str, set[str]] = {}
    for case in cases:
        sets.setdefault(case.source, set()).add(case.set)
    return [Fault("cases", source, " and ".join(sorted(found)), "one paper in one set")
            for source, found in sets.items() if len(found) > 1 and source != NO_SOURCE]


@lru_cache(maxsize=1)
def load_cases() -> tuple[Case, ...]:
    """Return all packaged cases in the order of their files; raises `InputError` with every fault."""
    cases: list[Case] = []
    faults: list[Fault] = []
    for path in packaged_files("cases/*.yaml"):
        try:
            cases += read_cases(path)
        except InputError as error:
            faults += error.faults
    faults += one_paper_one_set(cases)
    if faults:
        raise InputError(faults)
    return tuple(cases)
