"""Evidence badge: how strong the evidence behind an arm is, in how many subjects, in one sentence of each language.

`data/route_evidence.yaml` holds one entry for a route, a kind of product and, where it differs, a source of the product.
The most specific entry wins; what no entry names has the level none. Levels and ranks are those of the evidence levels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pulposus.core.errors import unknown
from pulposus.core.files import packaged, read_yaml
from pulposus.core.references import load_evidence_levels

__all__ = ["Badge", "badge"]

FILE = "route_evidence.yaml"
NO_EVIDENCE, NO_UNIT = "none", "reports"


@dataclass(frozen=True)
class Badge:
    """The evidence behind an arm: level, its rank (0 = none), n in its unit (None if not read), text and sources."""

    level: str
    rank: int
    n: int | None
    n_unit: str
    text_en: str
    text_zh: str
    sources: tuple[str, ...]


def badge(route: str | None, kind: str, source: str | None = None) -> Badge:
    """Return the evidence for a product kind by a route, of a cell or vesicle source if given.

    `route` is None for an arm without doses, whose `kind` is untreated. A combination that no entry names has the
    level none. Raises `InputError` if the packaged file cannot be read or names an unknown level.

    >>> badge("intravenous", "cells").level
    'animal'
    >>> badge("transannular", "cells", "BM-MSC").n
    138
    >>> badge("epidural", "cells", "ADSC").n_unit
    'animals'
    >>> badge("intravenous", "needle_only").rank
    0
    """
    data = _file()
    fitting = [
        entry
        for entry in data["entries"]
        if entry["kind"] == kind and entry.get("route") == route and entry.get("source") in (None, source)
    ]
    if not fitting:
        return _badge({"level": NO_EVIDENCE, "n": 0, "n_unit": NO_UNIT, "sources": [], **data["unknown"]})
    return _badge(max(fitting, key=lambda entry: entry.get("source") is not None))


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    """Return the packaged file of evidence by route."""
    return read_yaml(packaged(FILE))[0]


def _badge(entry: dict[str, Any]) -> Badge:
    """Return the badge that an entry describes."""
    levels = load_evidence_levels()
    if entry["level"] not in levels:
        raise unknown("evidence level", entry["level"], levels, file=FILE)
    return Badge(
        level=entry["level"],
        rank=levels[entry["level"]].rank,
        n=entry["n"],
        n_unit=entry["n_unit"],
        text_en=entry["text_en"],
        text_zh=entry["text_zh"],
        sources=tuple(entry["sources"]),
    )
