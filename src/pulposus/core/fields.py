"""Field types of input files: a quantity is text with its unit in the file and an SI float in the model; a name is
one of a list.

A number without a unit is refused even where its unit could be guessed. Shares may be written as `0.4` or `40 %`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema

from pulposus.core.errors import NotAllowed, nearest, shorten
from pulposus.core.units import si
from pulposus.core.vocabulary import limit, names, not_built, term

__all__ = [
    "Concentration",
    "Factor",
    "Known",
    "Label",
    "Law",
    "Length",
    "Moment",
    "Part",
    "Quantity",
    "Share",
    "Time",
    "Volume",
    "Word",
    "choice",
    "given_text",
    "read_amount",
]

EXAMPLES = {
    "mm": "'14 mm'",
    "month": "'24 months'",
    "d": "'0 d'",
    "mL": "'2 mL'",
    "kPa": "'5.1 kPa'",
    "mM": "'4 mM'",
    "cell": "'6e6 cells'",
    "particle": "'1e10 particles'",
    "cell/mL": "'3.6e6 /mL'",
}
NAMES = {"observe": "outcome"}  # kinds of words whose key is no noun


class Part(BaseModel):
    """A part of an input file: unknown keys are faults, values do not change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _example(unit: str) -> str:
    """Return an example of a quantity of this unit."""
    return EXAMPLES.get(unit, f"a quantity in {unit}")


def read_amount(value: Any, unit: str, above_zero: bool = True, signed: bool = False) -> float:
    """Return the SI value of text with a unit; raises `NotAllowed` for a bare number, another dimension or a wrong
    sign.

    >>> read_amount("2 mL", "mL")
    2e-06
    """
    if not isinstance(value, str):
        kind = "no unit" if isinstance(value, (int, float)) and not isinstance(value, bool) else "not a quantity"
        raise NotAllowed(f"{shorten(value)} ({kind})", f"text with a unit such as {_example(unit)}")
    amount_si = si(value, unit)
    if signed:
        return amount_si
    if above_zero and amount_si <= 0:
        raise NotAllowed(shorten(value), f"more than zero, such as {_example(unit)}")
    if amount_si < 0:
        raise NotAllowed(shorten(value), f"zero or more, such as {_example(unit)}")
    return amount_si


class _Reader:
    """What stands in an annotation and reads a value of the file before the model sees it."""

    def read(self, value: Any) -> Any:
        """Return the value for the model; raises `NotAllowed`."""
        return value

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the value in the file."""
        return {}

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Put the reader before the checks of the annotated type."""
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        """Describe what stands in the file, not what the model holds."""
        return self.schema()


@dataclass(frozen=True)
class Quantity(_Reader):
    """Text with a unit of this dimension in the file, an SI float in the model: `Annotated[float, Quantity("mm")]`.

    signed: below zero is allowed too, as for a position.
    """

    unit: str
    above_zero: bool = True
    signed: bool = False

    def read(self, value: Any) -> float:
        """Return the SI value."""
        return read_amount(value, self.unit, self.above_zero, self.signed)

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of text with a unit."""
        return {"type": "string", "examples": [_example(self.unit).strip("'")]}


@dataclass(frozen=True)
class Word(_Reader):
    """A name of the vocabulary, refused as such if it is known and not built yet: `Annotated[str, Word("route")]`."""

    kind: str

    def read(self, value: Any) -> str:
        """Return the name."""
        if isinstance(value, str) and value in not_built(self.kind):
            allowed = ", ".join(names(self.kind)) or "nothing of this kind yet"
            raise NotAllowed(f"{shorten(value)} (not built yet: needs {term(self.kind, value).needs})", allowed)
        return choice(NAMES.get(self.kind, self.kind.replace("_", " ")), names(self.kind))(value)

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of a name of a list."""
        return {"type": "string", "enum": list(names(self.kind))}


class Known(_Reader):
    """A name of one of several kinds of the vocabulary, built or not: `Annotated[str, Known("route", "route_other")]`."""

    def __init__(self, *kinds: str) -> None:
        """Keep the kinds."""
        self.kinds = kinds

    def names(self) -> list[str]:
        """Return the names of all kinds, each once."""
        return list(dict.fromkeys(name for kind in self.kinds for name in names(kind, built=False)))

    def read(self, value: Any) -> str:
        """Return the name."""
        return choice(self.kinds[0].replace("_", " "), self.names())(value)

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of a name of the lists."""
        return {"type": "string", "enum": self.names()}


@dataclass(frozen=True)
class Law(_Reader):
    """A choice of a law of the vocabulary: `Annotated[str, Law("oxygen")]`."""

    name: str

    def read(self, value: Any) -> str:
        """Return the choice."""
        return choice(f"{self.name.replace('_', ' ')} law", term("law", self.name).choices)(value)

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the choices."""
        return {"type": "string", "enum": list(term("law", self.name).choices)}


def _share(value: Any) -> float:
    """Return a share above 0 and up to 1, given as a number or a percentage."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise NotAllowed(shorten(value), "a share above 0 and up to 1, such as 0.4 or '40 %'")
    share = si(value, "1") if isinstance(value, str) else float(value)
    if not 0 < share <= 1:  # also refuses NaN
        raise NotAllowed(shorten(value), "a share above 0 and up to 1, such as 0.4 or '40 %'")
    return share


Share = Annotated[
    float, BeforeValidator(_share), WithJsonSchema({"type": ["number", "string"], "examples": [0.4, "40 %"]})
]
"""A share above 0 and up to 1."""


def _factor(value: Any) -> float:
    """Return a finite number of zero or more."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
        raise NotAllowed(shorten(value), "a number of zero or more")
    return float(value)


Factor = Annotated[float, BeforeValidator(_factor), WithJsonSchema({"type": "number", "minimum": 0})]
"""A factor of zero or more."""


def choice(kind: str, allowed: Iterable[str]) -> Callable[[Any], str]:
    """Return the reader of a name that must be one of a list; raises `NotAllowed` with the nearest one.

    >>> choice("colour", ["red", "blue"])("red")
    'red'
    """
    known = tuple(allowed)

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in known:
            near = nearest(str(value), known) if isinstance(value, str) else None
            raise NotAllowed(shorten(value), f"a known {kind}: {', '.join(known)}", near)
        return value

    return read


def given_text(value: Any) -> str:
    """Return text that is not empty, on one line, without blanks at its ends and not too long for a table."""
    longest = limit("longest_name")
    allowed = f"text of 1 to {longest} characters on one line"
    if not isinstance(value, str):
        raise NotAllowed(f"{shorten(value)} (not text)", f"{allowed}; put quotes around it")
    if not value.strip() or len(value) > longest or value != value.strip() or not value.isprintable():
        raise NotAllowed(shorten(value), allowed)
    return value


Label = Annotated[
    str,
    BeforeValidator(given_text),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": limit("longest_name")}),
]
"""A name that the user gives."""

Length = Annotated[float, Quantity("mm")]
Time = Annotated[float, Quantity("month")]
Moment = Annotated[float, Quantity("d", above_zero=False)]
Volume = Annotated[float, Quantity("mL")]
Concentration = Annotated[float, Quantity("mM", above_zero=False)]
