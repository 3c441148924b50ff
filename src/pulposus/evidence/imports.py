"""Bringing in a user's own studies or references: read, shown, then written whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from pulposus.core.errors import Fault, InputError
from pulposus.core.references import Reference, load_references
from pulposus.evidence.batches import add
from pulposus.evidence.duplicates import Duplicate, duplicates
from pulposus.evidence.records import Paper
from pulposus.evidence.reference_import import ENDINGS, references_of
from pulposus.evidence.sheet import read_sheet
from pulposus.evidence.store import USER, FacetRow, Record, Store
from pulposus.evidence.table_import import papers_of

__all__ = ["TABLES", "Preview", "commit", "preview"]

TABLES = (".csv", ".tsv", ".txt", ".xlsx")


@dataclass(frozen=True)
class Preview:
    """What a file would bring in: its papers and references, and which of them seem to be known already."""

    file: str
    content: bytes
    papers: tuple[Paper, ...]
    references: Mapping[str, Reference]
    duplicates: tuple[Duplicate, ...]

    def counts(self) -> dict[str, int]:
        """Return how many records of each kind there are."""
        parts = {
            "papers": len(self.papers),
            "arms": sum(len(p.arms) for p in self.papers),
            "outcomes": sum(len(p.outcomes) for p in self.papers),
            "references": len(self.references),
        }
        return {**parts, "duplicates": len(self.duplicates)}


def preview(store: Store, path: str | Path) -> Preview:
    """Return what a file would bring in, without writing anything; raises `InputError` with every fault of the file."""
    file, ending = str(path), Path(path).suffix.lower()
    if ending not in (*TABLES, *ENDINGS):
        raise InputError([Fault(file, "", f"the ending {ending!r}", ", ".join((*TABLES, *ENDINGS)))])
    papers: list[Paper] = []
    if ending in ENDINGS:
        references = references_of(path)
    else:
        papers, references = papers_of(read_sheet(path))
    known, registered = _known(store)
    found = duplicates(references.values(), papers, known, registered)
    return Preview(file, Path(path).read_bytes(), tuple(papers), references, tuple(found))


def commit(store: Store, shown: Preview) -> str:
    """Write what a preview showed as one import of the user and return its id."""
    _refuse_taken(store, shown)
    return add(store, Path(shown.file).name, shown.content, shown.papers, shown.references)


def _refuse_taken(store: Store, shown: Preview) -> None:
    """Refuse ids that an earlier import of the user has taken."""
    ids = {f"paper:{paper.id}" for paper in shown.papers} | {f"ref:{key}" for key in shown.references}
    with store.reading() as session:
        mine = session.execute(sa.select(Record.id, Record.batch).where(Record.origin == USER, Record.kind.in_(("paper", "reference"))))
        taken = [row for row in mine if row[0] in ids]
    if taken:
        raise InputError(
            [
                Fault(shown.file, "", f"{id} is there from the import {batch}", "another name, or remove that import first")
                for id, batch in taken
            ]
        )


def _known(store: Store) -> tuple[dict[str, Reference], dict[str, str]]:
    """Return the references in the store by key, and the ids of papers by registry number."""
    with store.reading() as session:
        rows = session.execute(sa.select(Record.id, Record.body).where(Record.kind == "reference", Record.origin == USER))
        mine = {id.removeprefix("ref:"): Reference(**body) for id, body in rows}
        of_papers = sa.and_(FacetRow.field == "registry", FacetRow.record.like("paper:%"))
        registered = session.execute(sa.select(FacetRow.word, FacetRow.record).where(of_papers))
        return {**load_references(), **mine}, {word: id for word, id in registered}
