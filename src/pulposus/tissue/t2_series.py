"""Does one factor of the site carry T2 by grade from the centre it is fitted to (ESRPOSTER) to another one?

    factor = T2 of one value of the other series / T2 of the law at the same grade or border
    holds  = |factor x T2 of the law - T2 of a remaining value| <= SD of that grade in the poster

The law is the table of grades as the imaging law starts from it; its border between two grades is the geometric mean. A border
holds when it is within the smaller SD of its two grades. Every value takes its turn as the one that sets the factor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pulposus.core.errors import unknown
from pulposus.core.files import packaged, read_yaml
from pulposus.core.parameters import ParameterSet

__all__ = ["Transfer", "transfers"]

_SCHEMA = "t2_series/1"


@dataclass(frozen=True)
class Transfer:
    """One remaining value of a series: which one set the factor, the factor, reported and predicted T2, the poster's SD (ms)."""

    reference: str
    set_by: str
    at: str
    factor: float
    reported: float
    predicted: float
    sd: float

    @property
    def holds(self) -> bool:
        """Whether the prediction is within the SD."""
        return abs(self.predicted - self.reported) <= self.sd


def _law(value: dict[str, Any]) -> tuple[str, float, float]:
    """Return the name of a value, what the law has there (ms), and the SD of the poster."""
    known = ParameterSet.load()
    grades = [value["grade"]] if "grade" in value else value["between"]
    found = [known[f"t2.NP.human.{g}"] for g in grades]
    product = 1.0
    for record in found:
        product *= record.value
    return "/".join(grades), product ** (1 / len(found)), min(record.spread.sd or 0.0 for record in found)


@lru_cache(maxsize=1)
def _series() -> list[dict[str, Any]]:
    data, _ = read_yaml(packaged("imaging/t2_series.yaml"))
    if data.get("schema") != _SCHEMA:
        raise unknown("schema", data.get("schema"), [_SCHEMA], "t2_series.yaml")
    return list(data["series"])


def transfers() -> Iterator[Transfer]:
    """Yield every remaining value of every series, for every value that may set the factor.

    >>> first = next(transfers())
    >>> first.set_by, first.at, round(first.predicted, 1), first.reported, first.holds
    ('II', 'IV', 42.9, 53, False)
    """
    for series in _series():
        for first in series["values"]:
            name, law, _ = _law(first)
            for other in (value for value in series["values"] if value is not first):
                at, there, sd = _law(other)
                yield Transfer(series["reference"], name, at, first["t2"] / law, other["t2"], first["t2"] / law * there, sd)
