"""Published values that belong to one disc: those of cases whose own disc file states the same disc, supply and laws.

A disc that differs in any of the three gets none: a point drawn beside another disc would look like a check and be none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pulposus.core.units import si

__all__ = ["PublishedValue", "published_values"]

SAME = ("disc", "supply", "laws", "tracks", "holes")  # parts of a file that make the disc


@dataclass(frozen=True)
class PublishedValue:
    """A value in SI of a solute, at a position (m) or as the mean of a region; low, high: within the tolerance of its case."""

    case: str
    source: str
    solute: str
    value: float
    low: float
    high: float
    position: tuple[float, ...] = ()
    region: str = ""
    quantity: str = ""
    quantity_zh: str = ""
    unit: str = ""


def published_values(spec: Any) -> list[PublishedValue]:
    """Return the published values of the packaged cases that belong to the disc of a file; none for a disc of no case.

    >>> from pulposus.tissue.disc_file import read_disc
    >>> published_values(read_disc({"version": 1, "disc": {"preset": {"species": "rat", "level": "tail"}}}))
    []
    """
    from pulposus.study.replay.case_file import load_cases
    from pulposus.study.replay.disc_files import DiscFile

    same: dict[str, bool] = {}
    found: list[PublishedValue] = []
    for case in load_cases():
        set_up = case.set_up
        if not isinstance(set_up, DiscFile):
            continue
        if set_up.file not in same:
            same[set_up.file] = _same_disc(spec, set_up)
        if same[set_up.file]:
            found += [value for row in case.results if (value := _value(case, set_up, row)) is not None]
    return found


def _same_disc(spec: Any, set_up: Any) -> bool:
    """Return whether a disc is that of the file of a set-up, which an installation without examples does not have."""
    own = set_up.spec()
    return own is not None and all(getattr(own, part) == getattr(spec, part) for part in SAME)


def _value(case: Any, set_up: Any, row: Any) -> PublishedValue | None:
    """Return the value of a row that was read at a probe or as the mean of a region."""
    if row.kind != "number" or not isinstance(row.read, str) or not isinstance(row.reported, float):
        return None
    kind, _, rest = row.read.partition(".")
    place, _, solute = rest.rpartition(".")
    if kind not in ("probes", "means"):
        return None
    low, high = row.tolerance.reach(row.reported) if row.tolerance else (row.reported, row.reported)
    position = tuple(_metres(text) for text in set_up.probes[place]) if kind == "probes" else ()
    return PublishedValue(case.id, case.source, solute, si(row.reported, row.unit), si(low, row.unit), si(high, row.unit), position,
                          place if kind == "means" else "", row.quantity, row.quantity_zh, row.unit)


def _metres(text: str) -> float:
    """Return a length that is written with its unit."""
    number, _, unit = text.strip().partition(" ")
    return si(float(number), unit)
