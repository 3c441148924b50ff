"""The faults of data that do not fit a model, said in the words of the person who wrote the file.

Each error of the checker is traced through model and data at once, so that its path is the path in the file (names of
variants taken out), its allowed values are those of the model at that place, and unknown names get their nearest.
Where one of several variants had to fit, only the variant that came closest speaks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pulposus.core.errors import Fault, NotAllowed, nearest, shorten
from pulposus.core.model_places import Place, choices_of, described, keys_of, options_of, required, trace
from pulposus.core.yaml_reader import LineOf

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

__all__ = ["faults_of"]

MAPPING = "a mapping of keys and values"
KINDS = {
    "string": "text",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "finite": "a finite number",
    "bool": "true or false",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
    "dict": MAPPING,
    "mapping": MAPPING,
    "model": MAPPING,
    "none": "nothing",
}
BOUNDS = {
    "greater_than": "a number greater than {gt}",
    "greater_than_equal": "a number of at least {ge}",
    "less_than": "a number less than {lt}",
    "less_than_equal": "a number of at most {le}",
    "multiple_of": "a multiple of {multiple_of}",
    "too_short": "at least {min_length} in number",
    "too_long": "at most {max_length} in number",
    "string_too_short": "text of at least {min_length} characters",
    "string_too_long": "text of at most {max_length} characters",
    "string_pattern_mismatch": "text of the form {pattern}",
}
QUOTED = re.compile(r"'([^']*)'")


@dataclass(frozen=True)
class _Found:
    """An error made readable, with its place."""

    place: Place
    fault: Fault


def faults_of(
    error: ValidationError, model: type[BaseModel], data: Any, file: str, line_of: LineOf | None
) -> tuple[Fault, ...]:
    """Return one fault for every place that does not fit, in the order of the file."""
    found = []
    for each in error.errors(include_url=False):
        place = trace(model, data, each["loc"])
        found.append(_readable(dict(each), place, data))
    faults: list[tuple[int, Fault]] = []
    for one in _merged(_closest(found)):
        path = one.place.path
        line = line_of(path) if line_of else 0
        dotted = ".".join(str(part) for part in path)
        where = ": ".join(part for part in (f"line {line}" if line else "", dotted) if part)
        faults.append((line, replace(one.fault, file=file, where=where)))
    return tuple(dict.fromkeys(fault for _, fault in sorted(faults, key=lambda pair: pair[0])))


def _readable(error: dict[str, Any], place: Place, data: Any) -> _Found:
    """Return an error of the checker as a fault without file and line."""
    kind, context, given = str(error["type"]), error.get("ctx") or {}, error.get("input")
    if kind == "missing":
        return _Found(place, Fault("", "", "nothing", f"{required(place)} (required)"))
    if kind == "extra_forbidden":
        keys = keys_of(place.annotation)
        free = [key for key in keys if key not in _mapping_at(data, place.path[:-1])]
        key = str(place.path[-1])
        return _Found(place, Fault("", "", f"the key {shorten(key)}", ", ".join(keys), nearest(key, free or keys)))
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _tag(place, context, given)
    if kind in ("value_error", "assertion_error"):
        cause = context.get("error")
        if isinstance(cause, NotAllowed):
            return _Found(place, Fault("", "", cause.given, cause.allowed, cause.nearest))
        return _Found(place, Fault("", "", shorten(given), str(cause) or described(place.annotation)))
    if kind in ("literal_error", "enum"):
        choices = choices_of(place.annotation) or QUOTED.findall(str(context.get("expected")))
        allowed = ", ".join(choices) or str(context.get("expected"))
        return _Found(place, Fault("", "", shorten(given), allowed, nearest(str(given), choices)))
    allowed = BOUNDS[kind].format(**context) if kind in BOUNDS else KINDS.get(kind.split("_")[0], "")
    return _Found(place, Fault("", "", shorten(given), allowed or described(place.annotation)))


def _tag(place: Place, context: Mapping[str, Any], given: Any) -> _Found:
    """Return the fault of a mapping whose kind is missing or unknown."""
    key = str(context.get("discriminator", "")).strip("'")
    choices = QUOTED.findall(str(context.get("expected_tags", "")))
    if not choices:
        models = [keys_of(option, key) for option in options_of(place.annotation)]
        choices = [choice for each in models for choice in each]
    place = replace(place, path=(*place.path, key), choice=None)
    tag = given.get(key) if isinstance(given, Mapping) else None
    said = "nothing" if tag is None else shorten(tag)
    return _Found(place, Fault("", "", said, ", ".join(choices), None if tag is None else nearest(str(tag), choices)))


def _closest(found: list[_Found]) -> list[_Found]:
    """Return the errors without those of variants that another variant of the same place came closer than.

    A variant that accepted the value as such, and found something wrong inside it, came closer than one that refused
    it whole; of several such, the one with the fewest errors.
    """
    groups: dict[Any, dict[str, list[_Found]]] = {}
    for one in found:
        if one.place.choice is not None:
            groups.setdefault(one.place.choice, {}).setdefault(one.place.variant, []).append(one)
    dropped: set[int] = set()
    for path, variants in groups.items():
        inside = {name: each for name, each in variants.items() if any(len(one.place.path) > len(path) for one in each)}
        if inside:
            best = min(inside, key=lambda name: len(inside[name]))
            dropped |= {id(one) for name, each in variants.items() if name != best for one in each}
    return [one for one in found if id(one) not in dropped]


def _merged(found: list[_Found]) -> list[_Found]:
    """Return the errors with those of one undecided place joined into one."""
    merged: dict[Any, _Found] = {}
    for position, one in enumerate(found):
        alone = one.place.choice is None or one.place.choice != one.place.path
        key = position if alone else one.place.path
        if key not in merged:
            merged[key] = one
            continue
        first = merged[key].fault
        allowed = dict.fromkeys([*first.allowed.split(" or "), *one.fault.allowed.split(" or ")])
        near = first.nearest or one.fault.nearest
        merged[key] = replace(merged[key], fault=replace(first, allowed=" or ".join(allowed), nearest=near))
    return list(merged.values())


def _mapping_at(data: Any, path: tuple[str | int, ...]) -> Mapping[str, Any]:
    """Return the mapping at a path, an empty one if there is none."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return {}
    return data if isinstance(data, Mapping) else {}
