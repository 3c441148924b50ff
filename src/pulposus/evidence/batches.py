"""A user's own records: one batch an import, kept as it was given, written whole or not at all, taken out whole.

The documents of a batch carry the version of their schema. When the program's records change, a batch is brought up to
date step by step (`UPGRADES`) and its records are made anew; what a user gave is never lost.
"""

from __future__ import annotations

import copy
import datetime
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from pulposus.core.errors import Fault, InputError, nearest, shorten
from pulposus.core.references import Reference, load_references
from pulposus.evidence.entries import Entry, entries_of_paper, entry_of_reference
from pulposus.evidence.records import Paper
from pulposus.evidence.store import USER, Batch, FacetRow, Record, Store, put

__all__ = ["CURRENT", "MINE", "UPGRADES", "add", "batches", "remove", "replay", "upgraded"]

CURRENT = "evidence_paper/1"
MINE = "u."  # before every id of a user's record, so that it can never meet a packaged one
Document = dict[str, Any]
UPGRADES: dict[str, tuple[str, Callable[[Document], Document]]] = {}
"""From a schema to the next one: what a change of the records needs is added here, and never taken out."""


def upgraded(schema: str, documents: Sequence[Document]) -> list[Document]:
    """Return documents brought to the current schema; raises `InputError` for a schema that nothing leads on from."""
    found = [copy.deepcopy(each) for each in documents]
    while schema != CURRENT:
        if schema not in UPGRADES:
            raise InputError([Fault("", "schema", shorten(schema), f"{CURRENT}, or a version it can be made from")])
        schema, step = UPGRADES[schema]
        found = [step(each) for each in found]
    return found


def add(store: Store, file: str, content: bytes, papers: Sequence[Paper], references: Mapping[str, Reference]) -> str:
    """Write the papers and references of an import as one batch and return its id; nothing is written on a fault."""
    told = hashlib.sha256(content).hexdigest()
    id = f"{MINE}{told[:10]}"
    documents = [{"paper": paper.model_dump(mode="json", exclude_defaults=True)} for paper in papers]
    documents += [{"reference": asdict(reference)} for reference in references.values()]
    with store.writing() as session:
        if session.get(Batch, id) is not None:
            raise InputError([Fault(file, "", f"imported already as {id}", f"another file, or remove {id} first")])
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        session.add(Batch(id=id, file=file, sha256=told, imported=now, schema=CURRENT, documents=documents))
        session.flush()
        _write(store, session, id, documents)
    return id


def remove(store: Store, id: str) -> int:
    """Take out a batch and return how many records went; raises `InputError` for what is no batch of the user's."""
    with store.writing() as session:
        batch = session.get(Batch, id)
        if batch is None:
            known = list(session.scalars(sa.select(Batch.id)))
            allowed = f"an import: {', '.join(known)}" if known else "an import (there is none yet)"
            given = f"{shorten(id)} (packaged records stay)" if session.get(Record, id) else shorten(id)
            raise InputError([Fault("", "remove", given, allowed, nearest(id, known))])
        ids = sa.select(Record.id).where(Record.batch == id)
        count = session.scalar(sa.select(sa.func.count()).select_from(ids.subquery())) or 0
        session.execute(sa.text("DELETE FROM word_index WHERE record IN (SELECT id FROM record WHERE batch = :id)"), {"id": id})
        session.execute(sa.delete(FacetRow).where(FacetRow.record.in_(ids)))
        session.execute(sa.delete(Record).where(Record.batch == id))
        session.delete(batch)
    return count


def batches(store: Store) -> list[dict[str, Any]]:
    """Return the imports of the user, the oldest first."""
    with store.reading() as session:
        count = sa.select(sa.func.count()).where(Record.batch == Batch.id).scalar_subquery()
        rows = session.execute(sa.select(Batch.id, Batch.file, Batch.imported, count).order_by(Batch.imported, Batch.id))
        return [dict(zip(("id", "file", "imported", "records"), row, strict=True)) for row in rows]


def replay(store: Store, session: orm.Session) -> None:
    """Make the records of every batch anew from its documents, brought to the current schema."""
    for batch in session.scalars(sa.select(Batch)):
        documents = upgraded(batch.schema, batch.documents)
        batch.schema, batch.documents = CURRENT, documents
        _write(store, session, batch.id, documents)


def _write(store: Store, session: orm.Session, id: str, documents: Sequence[Document]) -> None:
    """Write the records of the documents of a batch."""
    references = [Reference(**each["reference"]) for each in documents if "reference" in each]
    known = {**load_references(), **{each.key: each for each in references}}
    entries: list[Entry] = [entry_of_reference(each) for each in references]
    for each in documents:
        if "paper" in each:
            entries += entries_of_paper(Paper.model_validate(each["paper"]), known)
    put(store, session, entries, USER, id)
