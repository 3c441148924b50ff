"""Effects of the rows of a table: what is pooled, with what was left out and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import Fault, InputError
from pulposus.evidence.meta.binary import effects_of_tables
from pulposus.evidence.meta.continuous import of_change, of_means
from pulposus.evidence.meta.measures import Measure
from pulposus.evidence.meta.proportions import of_proportions
from pulposus.evidence.meta.table import Rows

__all__ = ["Effects", "changes_of", "effects_of", "tables_of"]

Array = NDArray[Any]
CONTINUOUS, CHANGES, SHARES = ("MD", "SMD", "SMDH", "ROM"), ("MC", "SMCC", "SMCR", "ROMC"), ("PR", "PLN", "PLO", "PAS", "PFT")


@dataclass(frozen=True)
class Effects:
    """Effects y and variances v of shape (k,), with label, study and sample size of each, and the rows they come from."""

    measure: Measure
    y: Array
    v: Array
    labels: tuple[str, ...]
    studies: tuple[str, ...]
    n: Array | None
    rows: Rows
    kept: tuple[int, ...]
    notes: tuple[str, ...] = field(default=())

    def words(self, column: str) -> list[str]:
        """Return a column of the kept rows as text."""
        said = self.rows.words(column)
        return [said[at] for at in self.kept]

    def number(self, column: str) -> Array:
        """Return a column of numbers of the kept rows."""
        return self.rows.numbers[column][list(self.kept)]


def effects_of(rows: Rows, of: Measure) -> Effects:
    """Return the effects of rows; an effect that cannot be formed is left out with a note.

    Raises `InputError` where scales are mixed that the measure would add up, and where no effect is left.
    """
    _one_scale(rows, of)
    y, v = _formed(rows.numbers, of)
    labels, studies = rows.labels(), rows.studies()
    good = np.isfinite(y) & np.isfinite(v) & (v > 0)
    notes = list(rows.notes)
    notes += [f"{labels[at]}: {of.name} cannot be formed (no events, or no variance), left out" for at in np.flatnonzero(~good)]
    if of.name in ("RR", "OR", "RD"):
        cells = np.stack(tables_of(rows.numbers))
        corrected = np.flatnonzero((cells == 0).any(axis=0) & good)
        notes += [f"{labels[at]}: 1/2 added to every cell because one is zero" for at in corrected]
    if not good.any():
        raise InputError([Fault(rows.sheet.file, "", "no effect that can be formed", f"at least one row with a finite {of.name}")])
    kept = np.flatnonzero(good)
    n = _sizes(rows.numbers, of)
    return Effects(
        of,
        y[kept],
        v[kept],
        tuple(labels[at] for at in kept),
        tuple(studies[at] for at in kept),
        None if n is None else n[kept],
        rows,
        tuple(int(at) for at in kept),
        tuple(notes),
    )


def tables_of(numbers: Mapping[str, Array]) -> tuple[Array, Array, Array, Array]:
    """Return the cells a, b, c, d of two-by-two tables, from either form of columns."""
    if "bi" in numbers:
        return numbers["ai"], numbers["bi"], numbers["ci"], numbers["di"]
    return numbers["ai"], numbers["n1i"] - numbers["ai"], numbers["ci"], numbers["n2i"] - numbers["ci"]


def changes_of(numbers: Mapping[str, Array]) -> tuple[Array, Array, Array, Array, Array]:
    """Return m1, s1, m2, s2 and n of before and after; SMCR has no second SD and needs none."""
    return numbers["m1i"], numbers["sd1i"], numbers["m2i"], numbers.get("sd2i", numbers["sd1i"]), numbers["ni"]


def _formed(numbers: Mapping[str, Array], of: Measure) -> tuple[Array, Array]:
    """Return effects and variances."""
    name = of.name
    if name == "GEN":
        return numbers["yi"], numbers["vi"]
    if name in CONTINUOUS:
        return of_means(name, *(numbers[column] for column in ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")))
    if name in CHANGES:
        return of_change(name, *changes_of(numbers), numbers["ri"])
    if name in SHARES:
        return of_proportions(name, numbers["xi"], numbers["ni"])
    return effects_of_tables(name, *tables_of(numbers))


def _sizes(numbers: Mapping[str, Array], of: Measure) -> Array | None:
    """Return how many subjects stand behind each effect, None where the table does not say."""
    if of.name in CONTINUOUS:
        return numbers["n1i"] + numbers["n2i"]
    if of.name in (*CHANGES, *SHARES):
        return numbers["ni"]
    return None if of.name == "GEN" else np.sum(np.stack(tables_of(numbers)), axis=0)


def _one_scale(rows: Rows, of: Measure) -> None:
    """Refuse a table whose rows have different scales where the measure keeps the unit."""
    if not of.unit:
        return
    faults = []
    for column in ("scale", "instrument"):
        found: Sequence[str] = sorted({said for said in rows.words(column) if said})
        if len(found) > 1:
            allowed = f"one {column} for {of.name}; standardised effects (SMD, SMCR) or subgroups for several"
            faults.append(Fault(rows.sheet.file, f"column {column}", ", ".join(found), allowed))
    if faults:
        raise InputError(faults)
