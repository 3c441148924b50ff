"""Facets: the values of a record that a filter can ask for, under short field names and under their full paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pulposus.evidence.entries import Entry

__all__ = ["Facet", "facets_of", "field_names"]

LONGEST = 80  # characters of a value that a filter compares; longer ones are texts, for the search
TEXTS = ("title", "gist", "gist_zh", "note", "detail", "locator", "read_how", "says", "says_zh", "query", "why")

SHORT = {
    "routes.kind": "route",
    "product.kind": "product",
    "product.source": "source",
    "product.donor_relation": "donor_relation",
    "product.batches": "batches",
    "arms.routes.kind": "route",
    "model.injury": "injury",
    "effects.what": "phenotype",
    "dose.cells": "cells",
    "dose.particles": "particles",
    "dose.ug": "ug",
    "n.patients": "patients",
    "n.animals": "animals",
    "n.discs": "discs",
    "n.levels": "levels",
}
"""Full paths that have a name of their own."""


class Facet(NamedTuple):
    """One value of one field."""

    field: str
    word: str
    amount: float | None = None


def facets_of(entry: Entry) -> list[Facet]:
    """Return the facets of an entry: its kind, its own values and what it inherits, each once."""
    found = [Facet("kind", entry.kind)]
    for path, value in (*_values(entry.body), *_values(entry.inherited)):
        if isinstance(value, str) and (len(value) > LONGEST or path.rpartition(".")[2] in TEXTS):
            continue
        amount = float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else _number(value)
        found.append(Facet(SHORT.get(path, path)[:60], str(value).casefold(), amount))
    return list(dict.fromkeys(found))


def _number(value: Any) -> float | None:
    """Return text that is a whole number (a year, a count) as a number."""
    return float(value) if isinstance(value, str) and value.isdecimal() else None


def _values(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value with its dotted path; lists add no step."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _values(each, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _values(each, path)
    elif value is not None:
        yield path, value


def field_names() -> tuple[str, ...]:
    """Return the short names of fields that stand for a longer path.

    >>> "route" in field_names()
    True
    """
    return tuple(dict.fromkeys(SHORT.values()))
