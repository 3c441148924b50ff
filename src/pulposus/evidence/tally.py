"""Counts over the evidence: what was studied how often (the map), and how the records came together (the flow).

A cell of the map counts papers, not rows, and names the strongest level among them; an empty cell says that nothing
was found, which is a finding too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from pulposus.core.errors import unknown
from pulposus.core.references import load_evidence_levels
from pulposus.core.vocabulary import names
from pulposus.evidence.library import library
from pulposus.evidence.store import FacetRow, Record, Store

__all__ = ["AXES", "Cell", "EvidenceMap", "evidence_map", "flow"]

AXES = {
    "route": ("outcome", "route"),
    "outcome": ("outcome", "instrument"),
    "species": ("outcome", "species"),
    "cells": ("outcome", "source"),
    "source": ("claim", "source"),
    "mechanism": ("claim", "phenotype"),
    "cell_type": ("claim", "cell_type"),
    "setting": ("claim", "setting"),
}
"""What a map can have as rows or columns: the kind of record and its field."""
ALWAYS = {"route": "route", "source": "vesicle_source"}
"""Axes of which every name of a kind of words is shown, so that what nobody studied is seen."""


@dataclass(frozen=True)
class Cell:
    """How often a pair was studied, in which papers, and the strongest level among them."""

    row: str
    column: str
    papers: tuple[str, ...]
    records: int
    level: str


@dataclass(frozen=True)
class EvidenceMap:
    """Counts of papers by two fields."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]
    row_axis: str
    column_axis: str


def evidence_map(store: Store, rows: str = "route", columns: str = "outcome", origin: str | None = None) -> EvidenceMap:
    """Return the counts of papers by two fields, both of outcomes or both of claims; papers that pool others do not count.

    `rows` and `columns` are names of `AXES`; `origin` limits it to packaged or to the user's own records. Raises
    `InputError` for an unknown axis and for two axes of different kinds of records.
    """
    for name in (rows, columns):
        if name not in AXES:
            raise unknown("axis", name, AXES)
    kind, first = AXES[rows]
    other, second = AXES[columns]
    if kind != other or rows == columns:
        fitting = [name for name, (of, _) in AXES.items() if of == kind and name != rows]
        raise unknown(f"axis to go with {rows}", columns, fitting)
    a, b, level = (sa.orm.aliased(FacetRow) for _ in range(3))
    query = (
        sa.select(Record.id, Record.parent, a.word, b.word, level.word)
        .join(a, sa.and_(a.record == Record.id, a.field == first))
        .join(b, sa.and_(b.record == Record.id, b.field == second))
        .join(level, sa.and_(level.record == Record.id, level.field == "level"))
        .where(Record.kind == kind)
    )
    if origin is not None:
        query = query.where(Record.origin == origin)
    grouped: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    with store.reading() as session:
        for id, parent, row, column, strength in session.execute(query):
            grouped.setdefault((row, column), []).append((id, parent, strength))
    cells = {key: _cell(key, found) for key, found in grouped.items()}
    return EvidenceMap(_by_weight(cells.values(), "row", rows), _by_weight(cells.values(), "column", columns), cells, rows, columns)


def _cell(key: tuple[str, str], found: list[tuple[str, str, str]]) -> Cell:
    """Return the cell of a group of records."""
    rank = {name: level.rank for name, level in load_evidence_levels().items()}
    strongest = max((strength for _, _, strength in found), key=lambda name: rank.get(name, 0))
    papers = tuple(sorted({parent.removeprefix("paper:") for _, parent, _ in found}))
    return Cell(*key, papers, len({id for id, _, _ in found}), strongest)


def _by_weight(cells: Iterable[Cell], side: str, axis: str) -> tuple[str, ...]:
    """Return the names of a side of the map, the most studied first, those that must be seen even if nobody studied them."""
    weight: dict[str, set[str]] = {name.casefold(): set() for name in (names(ALWAYS[axis], built=False) if axis in ALWAYS else ())}
    for cell in cells:
        weight.setdefault(getattr(cell, side), set()).update(cell.papers)
    return tuple(sorted(weight, key=lambda name: (-len(weight[name]), name)))


def flow(store: Store) -> list[tuple[str, int]]:
    """Return how the records came together, in the steps of a PRISMA flow, as pairs of step and count.

    The steps that a screening of databases would have (identified by search, screened, excluded) do not apply: the
    papers come from the lists of two reviews and from outside them, and that is what is counted.
    """
    listed = library().listed
    genuine = [each for each in listed if each.genuine == "yes"]
    duplicate = [each for each in genuine if each.duplicate_of]
    papers = library().papers
    read = [paper for paper in papers if paper.read not in ("not_read", "review", "secondary")]
    with store.reading() as session:
        own = session.scalar(sa.select(sa.func.count()).where(Record.kind == "paper", Record.origin == "user")) or 0
        outcomes = session.scalar(sa.select(sa.func.count()).where(Record.kind == "outcome")) or 0
        claims = session.scalar(sa.select(sa.func.count()).where(Record.kind == "claim")) or 0
    return [
        ("entries printed in the two reference lists", len(listed)),
        ("entries of another article spliced into a list", len(listed) - len(genuine)),
        ("entries printed twice", len(duplicate)),
        ("distinct entries of the reviews", len(genuine) - len(duplicate)),
        ("papers and registry entries from outside the reviews", sum(paper.in_review == "none" for paper in papers)),
        ("papers recorded", len(papers)),
        ("of these read at abstract level or better", len(read)),
        ("of these with arms", sum(bool(paper.arms) for paper in papers)),
        ("imported by the user", own),
        ("outcomes recorded", outcomes),
        ("claims recorded", claims),
    ]
