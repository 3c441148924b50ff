"""Parameters: the numbers of the models, looked up by name, never changed in place.

A record is asked for by symbol, region, species and grade; the most specific one answers. Grade gives way first (III
-> degenerate -> any), then species (-> any), then region (-> any): a number of the right region counts for more than
one of the right grade.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from pulposus.core.errors import Fault, InputError, NotAllowed, nearest, shorten, unknown
from pulposus.core.files import packaged_files
from pulposus.core.parameter_records import ANY, GRADES, ORIGINS, REGIONS, SPECIES, Parameter, read_records
from pulposus.core.spread import Spread
from pulposus.core.units import convert, dimension_of, quantity, si, si_unit

__all__ = ["GRADE_CLASS", "Parameter", "ParameterSet", "Spread"]

GRADE_CLASS = {"I": "healthy", "II": "healthy", "III": "degenerate", "IV": "degenerate", "V": "degenerate"}
"""The class that stands in for a grade without a record of its own."""

USER = "user"
_packaged: list[ParameterSet] = []


class ParameterSet:
    """A set of parameter records, one of each name; every change gives a new set."""

    def __init__(self, records: Iterable[Parameter]) -> None:
        """Keep the records in their order; raises `InputError` if two have the same name."""
        self._records: dict[str, Parameter] = {}
        self._found: dict[tuple[str, str, str, str], Parameter] = {}
        self._by_symbol: dict[str, dict[tuple[str, str, str], Parameter]] = {}
        for record in records:
            if record.id in self._records:
                raise InputError([Fault("", record.id, "a second record", "one record of a name")])
            self._records[record.id] = record
            self._by_symbol.setdefault(record.symbol, {})[record.region, record.species, record.grade] = record

    @classmethod
    def load(cls, files: Iterable[str | Path] | None = None, sources: Collection[str] | None = None) -> ParameterSet:
        """Return the packaged set (read once), or that of some files; `sources` are the known reference keys.

        Raises `InputError` with all faults of all files.
        """
        from pulposus.core.references import load_references

        if files is not None:
            return cls(read_records(files, sources if sources is not None else load_references()))
        if not _packaged:
            _packaged.append(cls(read_records(packaged_files("parameters/*.yaml"), load_references())))
        return _packaged[0]

    def __getitem__(self, id: str) -> Parameter:
        """Return the record of this exact name; raises `InputError` with the nearest one."""
        if id not in self._records:
            raise unknown("parameter", id, self.ids())
        return self._records[id]

    def __contains__(self, id: object) -> bool:
        """Return whether there is a record of this exact name."""
        return id in self._records

    def __iter__(self) -> Iterator[Parameter]:
        """Return the records in their order."""
        return iter(self._records.values())

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self._records)

    def ids(self) -> tuple[str, ...]:
        """Return the names of all records, sorted."""
        return tuple(sorted(self._records))

    def lookup(self, symbol: str, region: str = ANY, species: str = ANY, grade: str = ANY) -> Parameter:
        """Return the most specific record for a symbol; raises `InputError` if none fits or a name is unknown."""
        key = (symbol, region, species, grade)
        if key not in self._found:
            names = (("region", region, REGIONS), ("species", species, SPECIES), ("grade", grade, GRADES))
            for kind, given, choices in names:
                if given not in choices:
                    raise unknown(kind, given, choices, where=symbol)
            if symbol not in self._by_symbol:
                raise unknown("parameter", symbol, sorted(self._by_symbol))
            self._found[key] = self._most_specific(*key)
        return self._found[key]

    def override(self, changes: Mapping[str, Any], file: str = "", where: str = "overrides") -> ParameterSet:
        """Return a set with some values set by the user: `{id: "4e6 cell/mL"}` or `{id: {value, spread, why}}`.

        The numbers of a spread are in the unit of the value. The records become assumed, of source "user", and lose
        their rule.
        Raises `InputError` with all faults.
        """
        faults: list[Fault] = []
        records = dict(self._records)
        for id, change in changes.items():
            try:
                records[id] = _overridden(self[id], change)
            except NotAllowed as wrong:
                faults.append(Fault(file, f"{where}.{id}", wrong.given, wrong.allowed, wrong.nearest))
            except InputError as error:
                faults += [replace(fault, file=file, where=where) for fault in error.faults]
        if faults:
            raise InputError(faults)
        return ParameterSet(records.values())

    def diff(self, other: ParameterSet) -> dict[str, tuple[Parameter | None, Parameter | None]]:
        """Return the records that differ, by name: (this set's, the other's), None where a set has none."""
        names = sorted({*self._records, *other._records})
        pairs = {name: (self._records.get(name), other._records.get(name)) for name in names}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}

    def by_origin(self) -> dict[str, tuple[str, ...]]:
        """Return the names of the records of each origin, sorted."""
        return {origin: tuple(id for id in self.ids() if self._records[id].origin == origin) for origin in ORIGINS}

    def _most_specific(self, symbol: str, region: str, species: str, grade: str) -> Parameter:
        """Return the first record on the way from the most specific name to the least."""
        known = self._by_symbol[symbol]
        grades = dict.fromkeys((grade, GRADE_CLASS.get(grade, ANY), ANY))
        for a_region in dict.fromkeys((region, ANY)):
            for a_species in dict.fromkeys((species, ANY)):
                for a_grade in grades:
                    if (a_region, a_species, a_grade) in known:
                        return known[a_region, a_species, a_grade]
        asked = f"{symbol} of region {region}, species {species}, grade {grade}"
        raise InputError([Fault("", symbol, asked, ", ".join(record.id for record in known.values()))])


def _overridden(record: Parameter, change: Any) -> Parameter:
    """Return a record with the user's value."""
    given = change if isinstance(change, Mapping) else {"value": change}
    known = ("value", "spread", "why")
    for key in given:
        if key not in known:
            raise NotAllowed(f"the key {shorten(key)}", ", ".join(known), nearest(str(key), known))
    if "value" not in given:
        raise NotAllowed("no value", f"value: a quantity in {record.unit}")
    value, unit = _user_value(given["value"], record.unit)
    spread = Spread("none", why="set by the user")
    if "spread" in given:
        spread = Spread.read(_user_spread(given["spread"], unit))
    if not spread.holds(value):
        raise NotAllowed(f"value {shorten(given['value'])}", f"a value within its spread [{spread.low}, {spread.high}]")
    why = str(given.get("why") or "set by the user")
    kept = {field.name: getattr(record, field.name) for field in fields(record)}
    kept |= {"value": value, "unit": unit, "spread": spread, "why": why, "origin": "assumed", "source": USER}
    return Parameter(**(kept | {"locator": "", "read": "not_read", "rule": ""}))


def _user_value(given: Any, unit: str) -> tuple[float, str]:
    """Return a user's number and its unit: the user's own, so that numbers of a spread mean the same."""
    text = repr(given) if isinstance(given, (int, float)) and not isinstance(given, bool) else given
    in_si = si(text, unit) if isinstance(text, str) else si(given, unit)
    number, own = quantity(text)
    if dimension_of(own) == dimension_of(unit):
        return number, own
    return convert(in_si, si_unit(unit), unit), unit


def _user_spread(given: Any, unit: str) -> Any:
    """Return a user's spread with quantities given as text turned into numbers in a unit."""
    if not isinstance(given, Mapping):
        return given
    read = dict(given)
    for key in ("low", "high", "sd"):
        if isinstance(read.get(key), str):
            read[key] = convert(si(read[key], unit), si_unit(unit), unit)
    return read
