"""How far subjects lie apart: the spread of one measurement, and of the mean or the difference that a paper reports.

    SD of one measurement     sqrt(between subjects^2 + instrument^2), unless the paper gives its own
    mean of n                 SD / sqrt(n)
    difference of two groups  SD sqrt(1 / n + 1 / m)
    change within subjects    SD sqrt(2 (1 - r)) / sqrt(n),   r how alike a subject is from one measurement to the next

The records are in percent of the value where the instrument's is, else in points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pulposus.core.errors import InputError
from pulposus.core.units import convert, si_unit
from pulposus.study.replay.case_file import Change, Result
from pulposus.tissue.repeatability import instruments

__all__ = ["Scatter", "outcome_of", "scatter_of"]

_OWN = {"vas": "pain_sd", "odi": "odi_sd"}  # records of the pain model
_OF_START = ("height_index", "mri_index")  # told in percent of the subject's own start
_ASSAYED = ("gag",)  # taken out and measured once: the assay is in what lies between subjects


@dataclass(frozen=True)
class Scatter:
    """The SD of one subject's value (or of its change), the sizes of the group and of its comparator, None where there is none."""

    sd: float
    n: int
    other: int | None = None

    @property
    def error(self) -> float:
        """The SD of the mean, or of the difference of two means.

        >>> Scatter(6.0, 9).error, round(Scatter(6.0, 9, 4).error, 3)
        (2.0, 3.606)
        """
        return float(self.sd * (1 / self.n + (1 / self.other if self.other else 0.0)) ** 0.5)


def outcome_of(read: str) -> str | None:
    """Return the outcome that a read-out names, None where it names none of which the scatter is known.

    >>> outcome_of("cells.mri_index.8 weeks"), outcome_of("cells.viable_cells.8 weeks")
    ('mri_index', None)
    """
    return next((name for name in (*instruments(), *_ASSAYED) if f".{name}." in read), None)


def _arm(read: str, outcome: str) -> str:
    return read.split(f".{outcome}.")[0]


def _record(draw: Any, symbol: str) -> tuple[float, bool] | None:
    """Return a record's value in its own unit and whether that is percent, None where there is none."""
    try:
        unit = draw.parameters.lookup(symbol, "any", draw.species, draw.grade).unit
    except InputError:
        return None
    return float(convert(draw.value(symbol), si_unit(unit), unit)), unit == "percent"


def _one(draw: Any, outcome: str) -> tuple[float, bool] | None:
    """Return the SD of one measurement of one subject, and whether it is in percent of the value."""
    between = _record(draw, _OWN.get(outcome, f"{outcome}_subject_sd"))
    if between is None:
        return None
    noise = (0.0, between[1]) if outcome in _ASSAYED else _record(draw, f"{outcome}_repeatability")
    return None if noise is None else ((between[0] ** 2 + noise[0] ** 2) ** 0.5, between[1])


def scatter_of(row: Result, draw: Any, level: float) -> Scatter | None:
    """Return the scatter behind a reported number or direction in the unit of the row, None where it cannot be told.

    draw: gives the records of the subject's species; level: the value, or that of the comparator, in the unit of the row.
    """
    if row.n is None or row.read is None or row.share:
        return None
    first, second = row.read.pair if isinstance(row.read, Change) else (row.read, None)
    outcome = outcome_of(first)
    alone = second is None or (outcome is not None and _arm(first, outcome) == _arm(second, outcome))
    other = None if alone else row.n_comparator or row.n
    if row.sd is not None:
        return Scatter(row.sd, row.n, other)
    found = _one(draw, outcome) if outcome is not None else None
    if found is None or outcome is None:
        return None
    sd, percent = found
    if percent and row.unit != "percent":
        sd *= abs(level) / 100
    elif not percent and row.unit != "1":
        return None
    if second is not None and alone and outcome not in _OF_START:
        sd *= (2 * (1 - float(draw.value("repeat_correlation")))) ** 0.5
    return Scatter(sd, row.n, other)
