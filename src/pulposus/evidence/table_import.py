"""A user's studies as a table: one row an outcome of an arm, read into papers, every fault with its row and column.

The data dictionary (`data/evidence/import_columns.yaml`) says which column goes where in a record and what may stand in
it. What belongs to a study or an arm stands in each of its rows and must be the same there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pulposus.core.errors import Fault, InputError, NotAllowed, nearest, shorten
from pulposus.core.fields import choice
from pulposus.core.files import packaged, read_yaml
from pulposus.core.references import Reference
from pulposus.core.vocabulary import names
from pulposus.evidence.batches import MINE
from pulposus.evidence.records import Paper
from pulposus.evidence.sheet import Sheet, number

__all__ = ["Column", "columns", "papers_of", "template"]

MOST_FAULTS = 50
JUDGEMENTS = ("low", "some concerns", "high", "unclear")
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,50}")
GIVEN = {"read": "user", "read_how": "given by the user", "in_review": "none"}


@dataclass(frozen=True)
class Column:
    """One column of the table: its place in a record and what may stand in it."""

    name: str
    part: str
    path: str
    form: str
    en: str
    zh: str
    example: str = ""
    second: str = ""
    needed: bool = False
    kinds: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()

    def allowed(self) -> tuple[str, ...]:
        """Return the words that may stand in the column, none for other forms."""
        return self.choices or tuple(dict.fromkeys(word for kind in self.kinds for word in names(kind, built=False)))


@dataclass
class _Study:
    """A study while its rows are read: the first row of everything, and the record that grows."""

    row: int
    data: dict[str, Any]
    reference: dict[str, str]
    cells: dict[str, str]
    arms: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)


@lru_cache(maxsize=1)
def columns() -> Mapping[str, Column]:
    """Return the data dictionary by column name."""
    data, _ = read_yaml(packaged("evidence/import_columns.yaml"))
    found = {}
    for each in data["columns"]:
        lists = {key: tuple(map(str, each[key])) for key in ("kinds", "choices") if key in each}
        shown = {key: str(each.get(key) or "") for key in ("example", "second")}
        found[each["name"]] = Column(**{**each, **shown, **lists})
    return found


def template() -> str:
    """Return a table to start from, as CSV: the columns, and one study with an arm and its comparator."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns())
    writer.writerow(each.example for each in columns().values())
    writer.writerow(each.example if each.part == "study" else each.second for each in columns().values())
    return out.getvalue()


def papers_of(sheet: Sheet) -> tuple[list[Paper], dict[str, Reference]]:
    """Return the papers and references of a sheet; raises `InputError` with every fault, each with row and column."""
    faults = list(_column_faults(sheet))
    if faults:
        raise InputError(faults)
    studies: dict[str, _Study] = {}
    for position in range(len(sheet.rows)):
        faults += _take(sheet, position, studies)
        if len(faults) >= MOST_FAULTS:
            raise InputError([*faults[:MOST_FAULTS], Fault(sheet.file, "", "more faults", "the first ones put right")])
    faults += [fault for study in studies.values() for fault in _across(sheet, study)]
    if faults:
        raise InputError(faults)
    papers = [Paper.model_validate(study.data) for study in studies.values()]
    return papers, {study.reference["key"]: Reference(**study.reference) for study in studies.values()}


def _column_faults(sheet: Sheet) -> Iterator[Fault]:
    """Yield columns that are not known and needed ones that are not there."""
    for name in sheet.columns:
        if name not in columns():
            allowed = "a column of the data dictionary (pulposus evidence template)"
            yield Fault(sheet.file, "row 1", f"the column {name!r}", allowed, nearest(name, columns()))
    for column in columns().values():
        if column.needed and column.name not in sheet.columns:
            yield Fault(sheet.file, "row 1", f"no column {column.name}", f"{column.name}: {column.en}")


def _take(sheet: Sheet, position: int, studies: dict[str, _Study]) -> list[Fault]:
    """Put a row where it belongs and return its faults."""
    row = sheet.rows[position]
    values, faults = _read(sheet, position)
    if faults:
        return faults
    key = row["study"]
    parts = {part: {name: row[name] for name in row if columns()[name].part == part} for part in ("study", "arm")}
    study = studies.get(key)
    if study is None:
        studies[key] = study = _new_study(position, key, values["study"], parts["study"])
    else:
        faults += _same(sheet, position, study.row, study.cells, parts["study"], f"study {key}")
    first = study.arms.get(row["arm"])
    if first is None:
        study.arms[row["arm"]] = (position, parts["arm"])
        study.data["arms"].append({**_arm(values["arm"]), "name": row["arm"]})
    else:
        faults += _same(sheet, position, first[0], first[1], parts["arm"], f"arm {row['arm']} of {key}")
    outcome = values["outcome"]
    if outcome.get("instrument"):
        harm = outcome.pop("harm", "no") == "yes"
        kind = outcome.pop("kind", "mean" if "value" in outcome else "direction")
        at = sheet.numbers[position]
        told = {"id": f"r{at}", "arm": row["arm"], "kind": kind, "harm": harm, "basis": "user", "locator": f"row {at}"}
        study.data["outcomes"].append({**outcome, **told})
    elif outcome:
        given = f"{', '.join(outcome)} without an instrument"
        faults.append(Fault(sheet.file, sheet.place(position), given, "instrument: what was measured"))
    return faults


def _read(sheet: Sheet, position: int) -> tuple[dict[str, dict[str, Any]], list[Fault]]:
    """Return the values of a row by part and path, and its faults."""
    values: dict[str, dict[str, Any]] = {"study": {}, "arm": {}, "outcome": {}}
    faults = []
    for name, cell in sheet.rows[position].items():
        column = columns()[name]
        try:
            value = _value(column, cell)
        except NotAllowed as error:
            faults.append(Fault(sheet.file, sheet.place(position, name), error.given, error.allowed, error.nearest))
            continue
        if value is not None:
            _set(values[column.part], column.path, value)
        elif column.needed:
            faults.append(Fault(sheet.file, sheet.place(position, name), "nothing", column.en))
    outcome = values["outcome"]
    for low, high in (("sd", 0.0), ("se", 0.0), ("n", 0.0), ("events", 0.0)):
        if outcome.get(low, high) < high:
            faults.append(Fault(sheet.file, sheet.place(position, low), str(outcome[low]), "zero or more"))
    if "low" in outcome and "high" in outcome and outcome["low"] > outcome["high"]:
        faults.append(Fault(sheet.file, sheet.place(position, "low"), f"{outcome['low']} above {outcome['high']}", "low below high"))
    if "events" in outcome and "n" in outcome and outcome["events"] > outcome["n"]:
        faults.append(Fault(sheet.file, sheet.place(position, "events"), f"{outcome['events']:g} of {outcome['n']:g}", "at most n events"))
    return values, faults


def _value(column: Column, cell: str) -> Any:
    """Return the value of a cell, None for an empty one; raises `NotAllowed`."""
    if not cell.strip():
        return None
    if column.form in ("number", "count"):
        value = number(cell)
        if value is not None and column.part == "arm" and value <= 0 and column.form == "number":
            raise NotAllowed(shorten(cell), "more than zero")
        if value is not None and column.form == "count":
            if value < 0 or value != int(value):
                raise NotAllowed(shorten(cell), "a whole number, zero or more")
            return int(value)
        return value
    if column.form == "id":
        if not ID.fullmatch(cell):
            raise NotAllowed(shorten(cell), "letters, digits and _ . + - only, such as smith2027")
        return cell
    if column.form in ("words", "one_of"):
        return choice(column.name, column.allowed())(cell)
    if column.form == "judged":
        return [_judged(item) for item in cell.split(";") if item.strip()]
    if column.form in ("words_list", "list"):
        items = [item.strip() for item in cell.split(";") if item.strip()]
        return [choice(column.name, column.allowed())(item) for item in items] if column.kinds else items
    return cell


def _judged(item: str) -> dict[str, str]:
    """Return one item of a risk-of-bias tool and its judgement."""
    name, _, judgement = (part.strip() for part in item.partition("="))
    known = [word for kind in ("syrcle_item", "rob2_item") for word in names(kind)]
    judged = choice("judgement", JUDGEMENTS)(judgement)
    return {"item": choice("item", known)(name), "judgement": judged, "why": "given by the user"}


def _set(data: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a dotted path."""
    *steps, last = path.split(".")
    for step in steps:
        data = data.setdefault(step, {})
    data[last] = value


def _new_study(position: int, key: str, values: dict[str, Any], cells: dict[str, str]) -> _Study:
    """Return a study that begins with a row."""
    told = values.pop("reference", {})
    reference = {"authors": "", **told, "key": f"{MINE}{key}", "read": "user", "note": "imported by the user"}
    if "bias" in values:
        values["bias"] = {"tool": "SYRCLE", "items": [], **values["bias"], "basis": "user"}
    data = {
        **values,
        **GIVEN,
        "id": f"{MINE}{key}",
        "reference": reference["key"],
        "arms": [],
        "outcomes": [],
        "gist": reference["title"],
        "gist_zh": "",
    }
    return _Study(position, data, reference, cells)


def _arm(values: dict[str, Any]) -> dict[str, Any]:
    """Return an arm with one route for each of its kinds."""
    routes = values.pop("routes", {})
    kinds = routes.get("kind", [])
    rest = {key: value for key, value in routes.items() if key != "kind"}
    return {**values, "routes": [{"kind": kind, **rest} for kind in kinds]}


def _same(sheet: Sheet, position: int, first: int, known: Mapping[str, str], given: Mapping[str, str], what: str) -> list[Fault]:
    """Return the cells of a row that differ from the first row of the same study or arm."""
    return [
        Fault(sheet.file, sheet.place(position, name), shorten(cell), f"{shorten(known[name])}, as in row {sheet.numbers[first]} ({what})")
        for name, cell in given.items()
        if cell != known[name]
    ]


def _across(sheet: Sheet, study: _Study) -> Iterator[Fault]:
    """Yield what does not fit between the rows of a study: comparators that are no arm, the same outcome twice."""
    seen: dict[tuple[Any, ...], str] = {}
    for outcome in study.data["outcomes"]:
        row = outcome["locator"]
        if (against := outcome.get("against")) is not None and against not in study.arms:
            allowed = f"an arm: {', '.join(study.arms)}"
            yield Fault(sheet.file, f"{row}, column against", shorten(against), allowed, nearest(against, study.arms))
        key = tuple(outcome.get(name) for name in ("arm", "instrument", "scale", "time", "kind", "note"))
        if key in seen:
            yield Fault(
                sheet.file,
                row,
                f"{outcome['instrument']} of {outcome['arm']} at {outcome.get('time', 'no time')} again",
                f"every outcome once (first in {seen[key]})",
            )
        seen[key] = row
