"""Faults that join several places of an input file, told together with those of single places.

A model finds what is wrong with each value; what is wrong between values (a name given twice, lengths that do not
nest) is found in the plain data, so that it is told even where another part of the file is at fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pulposus.core.errors import Fault, InputError
from pulposus.core.files import LineOf, validate

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["Problem", "read_model", "where"]

Problem = tuple[tuple[str | int, ...], str, str, str | None]
"""What is wrong between places: the path it is told at, what was given, what is allowed, the nearest name."""

Model = TypeVar("Model", bound="BaseModel")


def where(path: tuple[str | int, ...], line_of: LineOf | None) -> str:
    """Return a place of a file as faults name it: its line and its dotted path.

    >>> where(("arms", 1, "name"), lambda path: 7)
    'line 7: arms.1.name'
    """
    place = ".".join(str(step) for step in path)
    return f"line {line_of(path)}: {place}" if line_of else place


def read_model(
    model: type[Model],
    data: Mapping[str, Any],
    problems: Iterable[Problem],
    file: str = "",
    line_of: LineOf | None = None,
) -> Model:
    """Return the model that plain data describe; raises `InputError` with the faults of places and between them."""
    faults = [Fault(file, where(path, line_of), given, allowed, near) for path, given, allowed, near in problems]
    read = None
    try:
        read = validate(model, data, file, line_of)
    except InputError as error:
        faults = [*error.faults, *faults]
    if faults or read is None:
        raise InputError(_in_file_order(faults))
    return read


def _in_file_order(faults: list[Fault]) -> tuple[Fault, ...]:
    """Return faults in the order of their lines, one for the same value at the same place."""

    def line(fault: Fault) -> int:
        number = fault.where.removeprefix("line ").partition(":")[0]
        return int(number) if number.isdigit() else 0

    kept: dict[tuple[str, str], Fault] = {}
    for fault in sorted(faults, key=line):
        kept.setdefault((fault.where, fault.given), fault)
    return tuple(kept.values())
