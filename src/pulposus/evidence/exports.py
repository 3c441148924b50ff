"""Taking records out: CSV, JSON, BibTeX and RIS of what a search found."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pulposus.core.errors import unknown
from pulposus.core.references import Reference, bibtex
from pulposus.evidence.search import record
from pulposus.evidence.store import Record, Store

__all__ = ["FORMATS", "export"]

FORMATS = ("csv", "json", "bibtex", "ris")


def export(store: Store, ids: Sequence[str], form: str) -> str:
    """Return the records of ids as text; BibTeX and RIS give the references that the records rest on, each once.

    Raises `InputError` for an unknown form.
    """
    if form not in FORMATS:
        raise unknown("form", form, FORMATS)
    found = record(store, ids)
    records = [found[id] for id in ids if id in found]
    if form == "json":
        return json.dumps([document(each) for each in records], indent=1, ensure_ascii=False) + "\n"
    if form == "csv":
        return _csv(records)
    keys = [key for each in records for key in _keys(each)]
    rests = record(store, [f"ref:{key}" for key in dict.fromkeys(keys)])
    references = [Reference(**each.body) for each in rests.values()]
    ordered = sorted(references, key=lambda reference: reference.key)
    return bibtex((each, ()) for each in ordered) if form == "bibtex" else "".join(_ris(each) for each in ordered)


def document(found: Record) -> dict[str, Any]:
    """Return a record as plain data."""
    head = {"record": found.id, "record_kind": found.kind, "origin": found.origin, "parent": found.parent}
    return {**head, **found.body, **({"inherited": found.inherited} if found.inherited else {})}


def _keys(found: Record) -> Iterable[str]:
    """Yield the keys of the references a record rests on."""
    if found.kind == "reference":
        yield found.id.removeprefix("ref:")
    for body in (found.body, found.inherited):
        if isinstance(body, Mapping):
            yield from [body["reference"]] if "reference" in body else []
            yield from body.get("references", ())
            for side in body.get("sides", ()):
                yield from side.get("references", ())


def _flat(value: Any, path: str = "") -> Iterable[tuple[str, str]]:
    """Yield the values of plain data with their dotted paths; lists of plain values are joined."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _flat(each, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)):
        if any(isinstance(each, (Mapping, list)) for each in value):
            yield path, json.dumps(value, ensure_ascii=False)
        else:
            yield path, "; ".join(str(each) for each in value)
    else:
        yield path, "" if value is None else str(value)


def _csv(records: Iterable[Record]) -> str:
    """Return records as CSV with every column that any of them has; text that a spreadsheet would run is quoted."""
    rows = [dict(_flat(document(each))) for each in records]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({column: _harmless(value) for column, value in row.items()} for row in rows)
    return out.getvalue()


def _harmless(value: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{value}" if value[:1] in ("=", "@") or (value[:1] in "+-" and value[1:2].isalpha()) else value


def _ris(reference: Reference) -> str:
    """Return a reference as an entry of RIS."""
    people = [part.strip() for part in reference.authors.replace(";", ",").split(",") if part.strip()]
    lines = [("TY", "JOUR" if reference.journal else "GEN"), ("ID", reference.key), *(("AU", each) for each in people)]
    lines += [("TI", reference.title), ("JO", reference.journal), ("PY", reference.year), ("DO", reference.doi), ("AN", reference.pmid)]
    lines += [("UR", reference.url)]
    return "".join(f"{tag}  - {value}\n" for tag, value in lines if value) + "ER  - \n\n"
