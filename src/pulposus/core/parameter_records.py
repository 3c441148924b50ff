"""Parameter records: what the data files hold, read and checked, every problem of every file at once.

A file is `schema: parameters/1` and a list `records`; a record is one `Parameter`. Checked are the keys, the names,
the unit, the spread (its own fields, and that the value lies within it), that an assumed value says why, and that its
source is in the references.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from pulposus.core.errors import Fault, InputError, NotAllowed, nearest, shorten
from pulposus.core.files import packaged, read_yaml
from pulposus.core.spread import Spread
from pulposus.core.units import dimension_of, si
from pulposus.core.yaml_reader import LineOf

__all__ = ["ANY", "GRADES", "ORIGINS", "READ", "REGIONS", "SPECIES", "Parameter", "read_records"]

SCHEMA = "parameters/1"
ANY = "any"
NO_SOURCE = "none"
REGIONS = ("NP", "AF", "CEP", ANY)
SPECIES = ("human", "sheep", "goat", "pig", "dog", "rabbit", "rat", "mouse", "bovine", ANY)
GRADES = ("I", "II", "III", "IV", "V", "healthy", "degenerate", ANY)
ORIGINS = ("measured", "fitted", "derived", "assumed")
READ = ("abstract", "table", "full_text", "code", "secondary", "not_read")
CHOICES = {"region": REGIONS, "species": SPECIES, "grade": GRADES, "origin": ORIGINS, "read": READ}
SYMBOL = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Parameter:
    """One number of the models with its unit, spread, origin and source."""

    symbol: str
    region: str
    species: str
    grade: str
    label: str
    label_zh: str
    value: float
    unit: str
    spread: Spread
    origin: str
    source: str
    locator: str = ""
    read: str = "not_read"
    why: str = ""
    rule: str = ""
    drawn_with: str = ""  # records of one name here share their draw: a table that reads high in one row does in all

    @cached_property
    def id(self) -> str:
        """The symbol, and whichever of region, species and grade are not "any", joined by points."""
        parts = (self.region, self.species, self.grade)
        return ".".join((self.symbol, *(part for part in parts if part != ANY)))

    @property
    def draw_name(self) -> str:
        """The name under which the value is drawn: its own, or the one it shares."""
        return self.drawn_with or self.id

    @cached_property
    def si(self) -> float:
        """The value in SI."""
        return si(self.value, self.unit)

    @cached_property
    def factor(self) -> float:
        """How many SI units are in one unit of the record."""
        return si(1.0, self.unit)

    def quantile(self, u: float) -> float:
        """Return the quantile at u in (0, 1) of the value's spread, in SI."""
        if self.spread.kind == "none":
            return self.si
        return self.spread.quantile(u, self.value) * self.factor


def read_records(files: Iterable[str | Path], sources: Collection[str] | None) -> tuple[Parameter, ...]:
    """Return the records of some files; `sources` are the known reference keys, None to leave them unchecked.

    Raises `InputError` with the faults of all files.
    """
    records: dict[str, tuple[Parameter, str]] = {}
    faults: list[Fault] = []
    for path in files:
        name = _display(path)
        try:
            data, line_of = read_yaml(path)
        except InputError as error:
            faults.extend(error.faults)
            continue
        faults.extend(_head(data, name, line_of))
        items = data.get("records")
        for position, item in enumerate(items if isinstance(items, list) else ()):
            line = line_of(("records", position))
            record, wrong = _record(item, sources)
            where = f"line {line}: {_name(item, position)}"
            faults.extend(Fault(name, where, each.given, each.allowed, each.nearest) for each in wrong)
            if record is not None and record.id in records:
                first = records[record.id][1]
                faults.append(
                    Fault(name, where, f"the record {record.id} again", f"one record of a name (first: {first})")
                )
            elif record is not None:
                records[record.id] = (record, f"{name}, line {line}")
    if faults:
        raise InputError(faults)
    return tuple(record for record, _ in records.values())


def _head(data: Mapping[str, Any], file: str, line_of: LineOf) -> list[Fault]:
    """Return the faults of a file's own keys."""
    faults = []
    if data.get("schema") != SCHEMA:
        faults.append(Fault(file, f"line {line_of(('schema',))}: schema", shorten(data.get("schema")), SCHEMA))
    for key in data:
        if key not in ("schema", "records"):
            place = f"line {line_of((key,))}"
            faults.append(
                Fault(file, place, f"the key {key!r}", "schema, records", nearest(key, ["schema", "records"]))
            )
    if not isinstance(data.get("records"), list):
        faults.append(Fault(file, f"line {line_of(('records',))}: records", shorten(data.get("records")), "a list"))
    return faults


def _record(item: Any, sources: Collection[str] | None) -> tuple[Parameter | None, list[NotAllowed]]:
    """Return the parameter of one record, or None, and everything wrong with it."""
    if not isinstance(item, Mapping):
        return None, [NotAllowed(shorten(item), "a mapping of keys and values")]
    wrong = _keys(item)
    values: dict[str, Any] = {key: "" if value is None else value for key, value in item.items()}
    for key in ("region", "species", "grade"):
        values[key] = str(values.get(key) or ANY)
    for key in ("symbol", "label", "label_zh", "unit", "origin", "source", "locator", "why", "rule", "drawn_with"):
        values[key] = str(values.get(key, ""))
    values["read"] = str(values.get("read") or "not_read")
    wrong += _names(values) + _unit(values["unit"])
    number = values.get("value", "")
    if number == "":
        pass  # told as a missing key
    elif isinstance(number, bool) or not isinstance(number, (int, float)) or not math.isfinite(number):
        wrong.append(NotAllowed(f"value {shorten(number)}", "a finite number, its unit in `unit`"))
    else:
        values["value"] = float(number)
    try:
        if values.get("spread", "") != "":
            values["spread"] = Spread.read(values["spread"])
    except NotAllowed as refusal:
        wrong.append(refusal)
    if wrong:
        return None, wrong
    record = Parameter(**values)
    wrong = _sense(record, sources)
    return (None if wrong else record), wrong


def _keys(item: Mapping[str, Any]) -> list[NotAllowed]:
    """Return the unknown and the missing keys of a record."""
    known = [field.name for field in fields(Parameter)]
    needed = [each.name for each in fields(Parameter) if each.default is MISSING and each.name not in CHOICES]
    wrong = [NotAllowed(f"the key {key!r}", ", ".join(known), nearest(key, known)) for key in item if key not in known]
    wrong += [NotAllowed(f"no {key}", f"{key}: ...") for key in (*needed, "origin") if item.get(key) in (None, "")]
    return wrong


def _names(values: Mapping[str, Any]) -> list[NotAllowed]:
    """Return the names of a record that are none of the choices."""
    wrong = []
    for key, choices in CHOICES.items():
        if values[key] and values[key] not in choices:
            wrong.append(NotAllowed(f"{key} {shorten(values[key])}", ", ".join(choices), nearest(values[key], choices)))
    if values["symbol"] and not SYMBOL.fullmatch(values["symbol"]):
        wrong.append(NotAllowed(f"symbol {shorten(values['symbol'])}", "letters, digits and _, a letter first"))
    return wrong


def _unit(unit: str) -> list[NotAllowed]:
    """Return what is wrong with a unit."""
    try:
        dimension_of(unit)
    except NotAllowed as refusal:
        return [refusal]
    return []


def _sense(record: Parameter, sources: Collection[str] | None) -> list[NotAllowed]:
    """Return what does not hold together in a record whose parts are all readable."""
    wrong = []
    spread = record.spread
    if not spread.holds(record.value):
        wrong.append(NotAllowed(f"value {record.value:g}", f"a value within its spread [{spread.low}, {spread.high}]"))
    if record.origin == "assumed" and not record.why:
        wrong.append(NotAllowed("an assumed value without why", "why: what was assumed, and why the range"))
    if record.source == NO_SOURCE and record.origin != "assumed":
        wrong.append(NotAllowed(f"a {record.origin} value without source", "a key of the references; none if assumed"))
    if record.source != NO_SOURCE and not record.locator:
        wrong.append(NotAllowed("a source without locator", "locator: where in the source the number stands"))
    if record.origin == "measured" and record.read == "not_read":
        wrong.append(NotAllowed("a measured value that was not read in its source", "another origin, or what was read"))
    if sources is not None and record.source not in (*sources, NO_SOURCE):
        wrong.append(
            NotAllowed(f"source {record.source!r}", "a key of the references", nearest(record.source, sources))
        )
    return wrong


def _name(item: Any, position: int) -> str:
    """Return how a record is called in a message."""
    if not isinstance(item, Mapping) or not item.get("symbol"):
        return f"records.{position}"
    parts = [str(item.get(key) or ANY) for key in ("region", "species", "grade")]
    return ".".join([str(item["symbol"]), *(part for part in parts if part != ANY)])


def _display(path: str | Path) -> str:
    """Return the name of a file, relative to the packaged data if it is one of them."""
    path = Path(path)
    root = packaged("")
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
