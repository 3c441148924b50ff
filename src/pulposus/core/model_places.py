"""Places in a model: which type stands at a path, and what it allows, in words."""

from __future__ import annotations

import enum
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

__all__ = ["Place", "choices_of", "described", "keys_of", "options_of", "required", "trace"]

WORDS = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict: "a mapping",
    list: "a list",
}


@dataclass(frozen=True)
class Place:
    """Where an error stands: path in the data, type there, and the field of the model if it is one.

    If one of several variants had to fit on the way, `choice` is the path of that choice and `variant` the name of the
    variant that was tried.
    """

    path: tuple[str | int, ...]
    annotation: Any
    field: Any = None
    choice: tuple[str | int, ...] | None = None
    variant: str = ""


def trace(model: Any, data: Any, location: tuple[str | int, ...]) -> Place:
    """Return the place that an error's location means, following model and data together."""
    place = Place((), model)
    at = data
    for step in location:
        options = options_of(place.annotation)
        if len(options) > 1:
            place = _variant(place, options, str(step))
            continue
        option = options[0] if options else Any
        origin, arguments = get_origin(option) or option, get_args(option)
        field, annotation = None, option
        if fields := _fields(option):
            found = [info for name, info in fields.items() if step in (name, info.alias)]
            if found:
                annotation, field = found[0].annotation, found[0]
        elif origin is dict or (isinstance(origin, type) and issubclass(origin, Mapping)):
            annotation = arguments[-1] if arguments else Any
        elif isinstance(step, int) and arguments:
            fixed = origin is tuple and arguments[-1] is not Ellipsis and step < len(arguments)
            annotation = arguments[step] if fixed else arguments[0]
        elif not _holds(at, step):
            continue
        if step != "[key]":
            place = Place((*place.path, step), annotation, field, place.choice, place.variant)
            at = at[step] if _holds(at, step) else None
    return place


def options_of(annotation: Any) -> list[Any]:
    """Return the types that a type stands for, without None and without annotations.

    >>> options_of(int | str | None)
    [<class 'int'>, <class 'str'>]
    """
    annotation = getattr(annotation, "__value__", annotation)  # a named type
    if get_origin(annotation) is Annotated:
        return options_of(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return [option for part in get_args(annotation) for option in options_of(part)]
    return [] if annotation in (None, type(None)) else [annotation]


def keys_of(annotation: Any, choices_for: str = "") -> list[str]:
    """Return the keys of a model (of all models of a choice), or the choices that a model has for one key."""
    keys: dict[str, None] = {}
    for option in options_of(annotation):
        for name, info in _fields(option).items():
            if choices_for:
                keys |= dict.fromkeys(choices_of(info.annotation) if choices_for in (name, info.alias) else [])
            else:
                keys[info.alias or name] = None
    return list(keys)


def choices_of(annotation: Any) -> list[str]:
    """Return the names or numbers that a type is limited to, as text; empty if it is not limited.

    >>> choices_of(Literal["NP", "AF"])
    ['NP', 'AF']
    """
    choices: list[str] = []
    for option in options_of(annotation):
        if get_origin(option) is Literal:
            choices += [str(value) for value in get_args(option) if value is not None]
        elif isinstance(option, type) and issubclass(option, enum.Enum):
            choices += [str(member.value) for member in option]
    return choices


def described(annotation: Any) -> str:
    """Return what a type allows, in words.

    >>> described(int | list[int])
    'a whole number or a list'
    """
    said = []
    for option in options_of(annotation):
        origin = get_origin(option) or option
        if choices := choices_of(option):
            said.append(", ".join(choices))
        elif _fields(option):
            said.append(f"a mapping with {', '.join(keys_of(option))}")
        elif origin in (tuple, set, frozenset):
            said.append("a list")
        else:
            said.append(WORDS.get(origin, "a value"))
    return " or ".join(dict.fromkeys(said)) or "nothing"


def required(place: Place) -> str:
    """Return what a missing field must hold: its own description, its choices or example, or its type in words."""
    from pydantic import TypeAdapter
    from pydantic.errors import PydanticUserError

    field = place.field
    if field is None:
        return described(place.annotation)
    if field.description:
        return str(field.description)
    try:
        annotated: Any = Annotated[field.annotation, field, *field.metadata]
        schema = TypeAdapter(annotated).json_schema()
    except PydanticUserError:  # a type that JSON cannot show
        schema = {}
    if "enum" in schema:
        return ", ".join(str(choice) for choice in schema["enum"])
    words = described(place.annotation)
    if "examples" not in schema:
        return words
    return f"{'text' if schema.get('type') == 'string' else words} such as {schema['examples'][0]!r}"


def _variant(place: Place, options: list[Any], step: str) -> Place:
    """Return the place inside the variant that a step names, by the kind that a model has or the name of the type."""
    for option in options:
        kinds = [choice for info in _fields(option).values() for choice in choices_of(info.annotation)]
        if step in kinds:
            return Place(place.path, option, place.field, place.choice, place.variant)
    named = [option for option in options if getattr(option, "__name__", "") in step or str(option) in step]
    named = named or [option for option in options if get_origin(option) is Literal and step.startswith("literal")]
    chosen = named[0] if named else Any
    if place.choice is not None:
        return Place(place.path, chosen, place.field, place.choice, place.variant)
    return Place(place.path, chosen, place.field, place.path, step)


def _fields(option: Any) -> Mapping[str, Any]:
    """Return the fields of a model, none for any other type."""
    fields = getattr(option, "model_fields", None) if isinstance(option, type) else None
    return fields if isinstance(fields, Mapping) else {}


def _holds(data: Any, step: str | int) -> bool:
    """Return whether data have something at a step."""
    if isinstance(data, Mapping):
        return step in data
    return isinstance(data, (list, tuple)) and isinstance(step, int) and step < len(data)
