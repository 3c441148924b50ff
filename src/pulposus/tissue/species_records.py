"""How much of a species' disc is assumed: the records that answer for it, counted by origin, its size apart.

A record answers for a species when it is the one that a healthy or a degenerate disc of that species is given: its own, or one of
any species that stands in for it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pulposus.core.parameter_records import ANY, REGIONS, Parameter
from pulposus.core.parameters import ParameterSet
from pulposus.core.vocabulary import terms

__all__ = ["assumed_by_species", "assumed_records", "records_of"]

_SIZE = ("disc_", "nucleus_area_fraction", "nucleus_depth_share", "endplate_thickness", "endplate_radius_share", "axisymmetric_",
         "lateral_to_depth", "grade_height")
_GRADES = ("I", "III")


@cache
def records_of(species: str) -> tuple[Parameter, ...]:
    """Return the records that answer for a species, by name.

    >>> names = [record.id for record in records_of("dog")]
    >>> "disc_height.dog" in names, "disc_height.rat" in names
    (True, False)
    """
    known = ParameterSet.load()
    regions = {(r.symbol, r.region) for r in known if r.species in (species, ANY)}
    found = {known.lookup(symbol, region, species, grade).id for symbol, own in regions
             for region in (REGIONS if own == ANY else (own,)) for grade in _GRADES
             if any((symbol, each) in regions for each in (region, ANY)) and _answers(known, symbol, region, species, grade)}
    return tuple(known[name] for name in sorted(found))


def _answers(known: ParameterSet, symbol: str, region: str, species: str, grade: str) -> bool:
    """Return whether a symbol has a record that a disc of this species and grade is given."""
    from pulposus.core.errors import InputError

    try:
        known.lookup(symbol, region, species, grade)
    except InputError:
        return False
    return True


def assumed_records(species: str) -> list[dict[str, Any]]:
    """Return the assumed records that answer for a species: name, value, range and why."""
    return [{"record": r.id, "value": r.value, "unit": r.unit, "low": r.spread.low, "high": r.spread.high, "source": r.source, "why": r.why}
            for r in records_of(species) if r.origin == "assumed"]


def assumed_by_species() -> list[dict[str, Any]]:
    """Return a row per species: how many records answer for it, how many of them are assumed or borrowed, and those of its size.

    >>> row = assumed_by_species()[0]
    >>> row["species"], row["assumed"] < row["records"]
    ('human', True)
    """
    rows = []
    for species in terms("species"):
        records = records_of(species)
        size = [r for r in records if r.symbol.startswith(_SIZE)]
        rows.append({"species": species, "records": len(records), "assumed": sum(r.origin == "assumed" for r in records),
                     "of any species": sum(r.species == ANY for r in records), "of its size": len(size),
                     "size assumed": sum(r.origin == "assumed" for r in size)})
    return rows
