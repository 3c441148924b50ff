"""A table to pool: a sheet read for one measure, numbers checked, all faults at once, nothing guessed.

Standard errors, intervals and p may stand in place of variances and SDs; what was worked out from them is noted with its
arithmetic. A row without any of the numbers is left out with a note; a row with some of them is a fault.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import Fault, InputError, NotAllowed, nearest
from pulposus.core.files import packaged, read_yaml
from pulposus.evidence.meta import conversions as convert
from pulposus.evidence.meta.measures import Measure
from pulposus.evidence.sheet import Sheet, number

__all__ = ["Rows", "dictionary", "read_rows"]

Array = NDArray[Any]
STANDS_FOR = {"vi": ("sei", "ci.lb", "ci.ub", "pval"), "sd1i": ("se1i",), "sd2i": ("se2i",), "n1i": ("bi",), "n2i": ("di",)}
BESIDE = ("level",)  # read with what stands for another column
POSITIVE = ("vi", "sei", "n1i", "n2i", "ni", "n")
NOT_NEGATIVE = ("sd1i", "sd2i", "se1i", "se2i", "sd", "ai", "bi", "ci", "di", "xi", "event")
COUNTED = ("ai", "bi", "ci", "di", "n1i", "n2i", "xi", "ni", "n", "event")
MOST_FAULTS = 50
SHORTEST_NAME = 4  # letters, from which a name can be a misspelt one
Cells = Mapping[str, float]


@dataclass(frozen=True)
class Rows:
    """The usable rows of a sheet: numbers by column, every cell as text, labels, and notes of what was done."""

    sheet: Sheet
    positions: tuple[int, ...]
    numbers: Mapping[str, Array]
    notes: tuple[str, ...]

    def words(self, column: str) -> list[str]:
        """Return a column as text, empty where the sheet does not have it."""
        return [self.sheet.rows[at].get(column, "") for at in self.positions]

    def has(self, column: str) -> bool:
        """Tell whether a column has anything in it."""
        return any(self.words(column))

    def studies(self) -> list[str]:
        """Return the study of every row, the row itself where none is named."""
        return [said or f"row {self.sheet.numbers[at]}" for said, at in zip(self.words("study"), self.positions, strict=True)]

    def labels(self) -> list[str]:
        """Return the label of every row; rows of one study are told apart by their number."""
        said = [slab or study for slab, study in zip(self.words("slab"), self.studies(), strict=True)]
        return [
            f"{label} ({self.sheet.numbers[at]})" if said.count(label) > 1 else label
            for label, at in zip(said, self.positions, strict=True)
        ]


@lru_cache(maxsize=1)
def dictionary() -> Mapping[str, Mapping[str, str]]:
    """Return the data dictionary by column."""
    data, _ = read_yaml(packaged("evidence/meta_columns.yaml"))
    return {str(each["name"]): {key: str(value) for key, value in each.items()} for each in data["columns"]}


def read_rows(sheet: Sheet, of: Measure, r: float | None = None) -> Rows:
    """Return the usable rows of a sheet for a measure; raises `InputError` with every fault.

    `r` is the correlation of before and after for rows without `ri`; nothing stands in for it if it is not given.
    """
    form = _form(sheet, of, r)
    faults: list[Fault] = []
    notes: list[str] = []
    kept: list[tuple[int, dict[str, float]]] = []
    for position in range(len(sheet.rows)):
        try:
            cells = _cells(sheet, position, form, r)
        except InputError as error:
            faults += error.faults
            continue
        if cells is None:
            notes.append(f"{sheet.place(position)}: no numbers, left out")
            continue
        found, told = _completed(sheet, position, form, cells)
        faults += found
        notes += told
        if not found:
            faults += _checked(sheet, position, of, cells)
            kept.append((position, cells))
    faults += _twice(sheet, [position for position, _ in kept])
    if not kept and not faults:
        faults.append(Fault(sheet.file, "", "no row with numbers", f"rows with {', '.join(form)}"))
    if faults:
        raise InputError(
            [
                *faults[:MOST_FAULTS],
                *([Fault(sheet.file, "", f"{len(faults)} faults", "the first ones put right")] if len(faults) > MOST_FAULTS else []),
            ]
        )
    columns = {name: np.array([cells[name] for _, cells in kept]) for name in form}
    notes += _misspelt(sheet)
    return Rows(sheet, tuple(position for position, _ in kept), columns, tuple(notes))


def _misspelt(sheet: Sheet) -> list[str]:
    """Return notes of columns that look like a misspelt known one: what a misspelt column was for is not done."""
    free = [name for name in dictionary() if name not in sheet.columns and len(name) > SHORTEST_NAME]
    unknown = [name for name in sheet.columns if name not in dictionary() and len(name) > SHORTEST_NAME]
    near = {name: nearest(name, free) for name in unknown}
    return [f"the column {name} is not known and not used; nearest: {found}" for name, found in near.items() if found]


def _form(sheet: Sheet, of: Measure, r: float | None) -> tuple[str, ...]:
    """Return the columns a measure is formed of here; raises `InputError` with what is missing and the nearest columns."""
    best: list[str] | None = None
    for form in of.forms:
        missing = [name for name in form if name not in sheet.columns and not _instead(sheet, name)]
        missing = [name for name in missing if name != "ri" or r is None]
        if not missing:
            return form
        if best is None or len(missing) < len(best):
            best = missing
    unknown = [name for name in sheet.columns if name not in dictionary()]
    wanted = " or ".join(", ".join(form) for form in of.forms)
    faults = []
    for name in best or ():
        near = nearest(name, unknown)
        more = " (or --r VALUE: the correlation of before and after)" if name == "ri" else ""
        faults.append(Fault(sheet.file, "row 1", f"no column {name}", f"for {of.name}: {wanted}{more}", near))
    raise InputError(faults)


def _instead(sheet: Sheet, name: str) -> bool:
    """Tell whether columns are there that can stand for another one."""
    there = [each for each in STANDS_FOR.get(name, ()) if each in sheet.columns]
    return bool(there) and there not in (["ci.lb"], ["ci.ub"])


def _cells(sheet: Sheet, position: int, form: Sequence[str], r: float | None) -> dict[str, float] | None:
    """Return the numbers of a row, None for a row without any; raises `InputError` for cells that are none."""
    wanted = dict.fromkeys((*form, *(each for name in form for each in STANDS_FOR.get(name, ())), *BESIDE))
    faults, cells = [], {}
    for name in wanted:
        if name not in sheet.columns:
            continue
        try:
            value = number(sheet.rows[position][name])
        except NotAllowed as error:
            faults.append(Fault(sheet.file, sheet.place(position, name), error.given, error.allowed))
            continue
        if value is not None:
            cells[name] = value
    if faults:
        raise InputError(faults)
    if not set(cells) - set(BESIDE):
        return None
    if "ri" in form and r is not None:
        cells.setdefault("ri", r)
    return cells


def _completed(sheet: Sheet, position: int, form: Sequence[str], cells: dict[str, float]) -> tuple[list[Fault], list[str]]:
    """Fill in what other columns stand for; return the faults of what is still missing, and notes of what was done."""
    faults, notes = [], []
    place = sheet.place(position)
    for name in form:
        if name in cells:
            continue
        try:
            found = _worked_out(name, cells)
        except NotAllowed as error:
            faults.append(Fault(sheet.file, place, error.given, error.allowed))
            continue
        if found is None:
            faults.append(Fault(sheet.file, sheet.place(position, name), "nothing", "a number (the row has some of its numbers)"))
            continue
        cells[name] = found.value
        notes += [f"{place}: {found.how}"] if found.how else []
    return faults, notes


def _worked_out(name: str, cells: Cells) -> convert.Converted | None:
    """Return a number worked out from what stands for it, None if nothing does."""
    if name == "vi" and "sei" in cells:
        return convert.Converted(cells["sei"] ** 2, f"v = SE^2 = {cells['sei']:g}^2")
    if name == "vi" and "ci.lb" in cells and "ci.ub" in cells:
        if cells["ci.lb"] >= cells["ci.ub"]:
            raise NotAllowed(f"ci.lb {cells['ci.lb']:g} not below ci.ub {cells['ci.ub']:g}", "the lower end below the upper one")
        se = convert.se_from_interval(cells["ci.lb"], cells["ci.ub"], cells.get("level", 95.0) / 100)
        return convert.Converted(se.value**2, f"{se.how}; v = SE^2")
    if name == "vi" and "pval" in cells and "yi" in cells:
        se = convert.se_from_p(cells["yi"], cells["pval"])
        return convert.Converted(se.value**2, f"{se.how}; v = SE^2")
    for whole, part, rest in (("n1i", "ai", "bi"), ("n2i", "ci", "di")):
        if name == whole and part in cells and rest in cells:
            return convert.Converted(cells[part] + cells[rest], "")
    for sd, se_name, n in (("sd1i", "se1i", "n1i"), ("sd2i", "se2i", "n2i")):
        size = n if n in cells else "ni"
        if name == sd and se_name in cells and size in cells:
            return convert.sd_from_se(cells[se_name], cells[size])
    return None


def _checked(sheet: Sheet, position: int, of: Measure, cells: Cells) -> list[Fault]:
    """Return numbers that cannot be."""
    wrong: list[tuple[str, str, str]] = []
    for name, value in cells.items():
        if name in POSITIVE and value <= 0:
            wrong.append((name, f"{value:g}", "more than zero"))
        elif name in NOT_NEGATIVE and value < 0:
            wrong.append((name, f"{value:g}", "zero or more"))
        elif name in COUNTED and value != int(value):
            wrong.append((name, f"{value:g}", "a whole number"))
        elif name == "ri" and not -1 < value < 1:
            wrong.append((name, f"{value:g}", "between -1 and 1"))
    for events, total in (("ai", "n1i"), ("ci", "n2i"), ("xi", "ni"), ("event", "n")):
        if events in cells and total in cells and cells[events] > cells[total]:
            wrong.append((events, f"{cells[events]:g} of {cells[total]:g}", f"at most {total}"))
    for part, rest, total in (("ai", "bi", "n1i"), ("ci", "di", "n2i")):
        if {part, rest, total} <= set(cells) and cells[part] + cells[rest] != cells[total]:
            wrong.append((total, f"{cells[total]:g}, not {cells[part]:g} + {cells[rest]:g}", f"{part} + {rest}"))
    if not wrong:
        wrong += _beyond(of, cells)
    return [Fault(sheet.file, sheet.place(position, name), given, allowed) for name, given, allowed in wrong]


def _beyond(of: Measure, cells: Cells) -> list[tuple[str, str, str]]:
    """Return numbers with which this measure cannot be formed."""
    wrong = []
    for name in ("n1i", "n2i", "ni"):
        if "sd1i" in cells and cells.get(name, 2) < 2:
            wrong.append((name, f"{cells[name]:g}", f"at least 2 for {of.name}, which rests on an SD"))
    if of.name in ("ROM", "ROMC") and cells["m1i"] * cells["m2i"] <= 0:
        wrong.append(("m1i", f"{cells['m1i']:g} and {cells['m2i']:g}", "means of one sign for a ratio"))
    if "sd1i" in cells and cells["sd1i"] == 0 and cells.get("sd2i", 0) == 0:
        wrong.append(("sd1i", "0 and 0", "an SD above zero in one of the groups"))
    return wrong


def _twice(sheet: Sheet, positions: Sequence[int]) -> list[Fault]:
    """Return rows that are the same as an earlier one in every cell."""
    seen: dict[tuple[str, ...], int] = {}
    faults = []
    for position in positions:
        row = tuple(sheet.rows[position].values())
        if row in seen:
            faults.append(Fault(sheet.file, sheet.place(position), f"the same as row {sheet.numbers[seen[row]]}", "every row once"))
        seen.setdefault(row, position)
    return faults
