"""What is known of each cell source, vesicle source and carrier: facts in our words, each with its source and what was read.

The records lie in `data/products/*.yaml`, one for every name of the vocabulary; a name without facts is one of which nothing
about the disc was found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pulposus.core.errors import Fault, InputError, unknown
from pulposus.core.files import packaged, read_yaml
from pulposus.core.references import load_references
from pulposus.core.vocabulary import names

__all__ = ["FILES", "Fact", "ProductRecord", "record_of", "records"]

FILES = {"cells": ("products/cells.yaml", "cell_source"), "vesicles": ("products/vesicles.yaml", "vesicle_source"),
         "carrier": ("products/carriers.yaml", "carrier")}
"""The file and the kind of word of each kind of record."""
SCHEMA = "products/1"
READ = ("abstract", "full_text", "table", "secondary")


@dataclass(frozen=True)
class Fact:
    """One thing that is known, in English and Chinese, its source, where it stands there and what was read of it."""

    says: str
    says_zh: str
    source: str
    locator: str
    read: str


@dataclass(frozen=True)
class ProductRecord:
    """What is known of one source or carrier."""

    name: str
    facts: tuple[Fact, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """The reference keys of its facts, each once."""
        return tuple(dict.fromkeys(fact.source for fact in self.facts))


@lru_cache(maxsize=3)
def records(kind: str) -> Mapping[str, ProductRecord]:
    """Return the records of a kind (cells, vesicles, carrier) by name; raises `InputError` with every fault of the file.

    >>> [name for name, record in records("vesicles").items() if not record.facts]
    ['DPSC']
    """
    if kind not in FILES:
        raise unknown("kind of product record", kind, FILES)
    file, words = FILES[kind]
    data, line_of = read_yaml(packaged(file))
    faults = [] if data.get("schema") == SCHEMA else [Fault(file, "schema", repr(data.get("schema")), SCHEMA)]
    known, found = load_references(), {}
    for position, item in enumerate(data["records"]):
        where = f"line {line_of(('records', position))}: {item['name']}"
        faults += [Fault(file, where, given, allowed) for fact in item["facts"] for given, allowed in _wrong(fact, known)]
        found[item["name"]] = ProductRecord(item["name"], tuple(Fact(**fact) for fact in item["facts"]))
    if tuple(found) != names(words, built=False):
        faults.append(Fault(file, "records", ", ".join(found), f"one record of each of {', '.join(names(words, built=False))}"))
    if faults:
        raise InputError(faults)
    return found


def record_of(kind: str, name: str) -> ProductRecord:
    """Return the record of a name; raises `InputError` with the nearest one.

    >>> record_of("cells", "CD146+ MSC").sources
    ('WANGLER2019',)
    """
    known = records(kind)
    if name not in known:
        raise unknown(f"{kind} record", name, known)
    return known[name]


def _wrong(fact: Mapping[str, Any], known: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what is wrong with a fact: (given, allowed)."""
    wrong = []
    if fact.get("source") not in known:
        wrong.append((f"source {fact.get('source')!r}", "a key of the references"))
    if fact.get("read") not in READ:
        wrong.append((f"read {fact.get('read')!r}", ", ".join(READ)))
    return wrong
