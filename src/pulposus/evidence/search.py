"""Search and filters: which records hold these words, in either language, and these values.

Every word asked for must be found, itself or anything that means the same; the best matches come first. A filter is
`field=value`, `field!=value`, or a comparison of numbers such as `patients>=20`; filters are joined by and.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from pulposus.core.errors import Fault, InputError, nearest, shorten, unknown
from pulposus.evidence.entries import KINDS
from pulposus.evidence.store import FacetRow, Record, Store
from pulposus.evidence.words import Chunk, chunks

__all__ = ["Filter", "Hit", "find", "read_filter", "record", "search"]

MOST = 100_000  # hits of one search
MOST_ASKED = 500  # ids in one question to the database
COMPARED = {"=": "__eq__", "!=": "__ne__", ">=": "__ge__", "<=": "__le__", ">": "__gt__", "<": "__lt__"}
FILTER = re.compile(r"\s*([A-Za-z_][\w.]*)\s*(>=|<=|!=|=|>|<)\s*(.+?)\s*")


@dataclass(frozen=True)
class Filter:
    """One condition on a field."""

    field: str
    sign: str
    value: str


@dataclass(frozen=True)
class Hit:
    """One found record, with what a list shows of it."""

    id: str
    kind: str
    origin: str
    parent: str
    title: str
    title_zh: str
    rank: float


def read_filter(text: str) -> Filter:
    """Return the filter that a text such as `species=sheep` means; raises `InputError`.

    >>> read_filter("patients>=20")
    Filter(field='patients', sign='>=', value='20')
    """
    found = FILTER.fullmatch(text)
    if not found:
        raise InputError([Fault("", "filter", shorten(text), "field=value, field!=value or field>=number, such as species=sheep")])
    name, sign, value = found.groups()
    if sign in (">=", "<=", ">", "<") and not _is_number(value):
        raise InputError([Fault("", f"filter {name}", shorten(value), "a number to compare with")])
    return Filter(name, sign, value)


def search(store: Store, text: str = "", filters: Iterable[str] = (), limit: int = MOST) -> tuple[list[Hit], int]:
    """Return the hits of a search, best first, at most `limit`, and how many there are in all.

    Without words every record that passes the filters is a hit, sorted by kind and id. Raises `InputError` for a filter
    that is none, a field that no record has (with the nearest one), and an unknown kind.
    """
    wanted = chunks(text)
    if text.strip() and not wanted:
        raise InputError([Fault("", "search", shorten(text), "words, Chinese or English")])
    read = [read_filter(each) for each in filters]
    with store.reading() as session:
        _check(session, read)
        if not wanted:
            return _filtered(session, read, limit)
        best, count = _matched(store, wanted, read, limit)
        found = session.execute(best).all()
        return _hits(session, found), session.scalar(count) or 0


def _filtered(session: orm.Session, filters: Sequence[Filter], limit: int) -> tuple[list[Hit], int]:
    """Return the records that pass filters, by kind and id, and how many there are."""
    conditions = [Record.id.not_in(_records_with(each)) if each.sign == "!=" else Record.id.in_(_records_with(each)) for each in filters]
    total = session.scalar(sa.select(sa.func.count(Record.id)).where(*conditions)) or 0
    found = session.execute(sa.select(Record.id, sa.literal(0.0)).where(*conditions).order_by(Record.kind, Record.id).limit(limit))
    return _hits(session, found.all()), total


def _hits(session: orm.Session, ranked: Sequence[Any]) -> list[Hit]:
    """Return the hits of pairs of id and rank, in their order."""
    columns = (Record.id, Record.kind, Record.origin, Record.parent, Record.title, Record.title_zh)
    found = {}
    for start in range(0, len(ranked), MOST_ASKED):
        ids = [row[0] for row in ranked[start : start + MOST_ASKED]]
        found.update({row[0]: row for row in session.execute(sa.select(*columns).where(Record.id.in_(ids)))})
    return [Hit(row[0], row[1], row[2], row[3], row[4], row[5], float(rank)) for id, rank in ranked for row in [found[id]]]


def find(store: Store, id: str) -> Record:
    """Return the record of an id, whole (`claim:AX02`) or bare (`AX02`, `noriega2017`); raises `InputError`."""
    with store.reading() as session:
        found = session.get(Record, id)
        if found is None:
            bare = session.scalars(sa.select(Record).where(sa.or_(*[Record.id == f"{kind}:{id}" for kind in (*KINDS, "ref")]))).all()
            if len(bare) > 1:
                raise InputError([Fault("", "id", shorten(id), " or ".join(sorted(each.id for each in bare)))])
            found = bare[0] if bare else None
        if found is None:
            every = list(session.scalars(sa.select(Record.id)))
            near = nearest(id, [each.partition(":")[2] for each in every]) or nearest(id, every)
            raise InputError([Fault("", "id", shorten(id), "the id of a record, such as noriega2017, AX02, E17 or C1", near)])
        session.expunge(found)
        return found


def record(store: Store, ids: Iterable[str]) -> dict[str, Record]:
    """Return the records of whole ids, those that exist, by id."""
    wanted = list(ids)
    found: dict[str, Record] = {}
    with store.reading() as session:
        for start in range(0, len(wanted), MOST_ASKED):
            part = wanted[start : start + MOST_ASKED]
            found.update({each.id: each for each in session.scalars(sa.select(Record).where(Record.id.in_(part)))})
        session.expunge_all()
    return found


def _matched(store: Store, wanted: Sequence[Chunk], filters: Sequence[Filter], limit: int) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Return the queries for the best records that hold every chunk and pass the filters, with their rank (smaller is
    better), and for how many there are."""
    index = sa.table("word_index", sa.column("record", sa.String), sa.column("rank", sa.Float), sa.column("vector"))
    if store.sqlite:
        said = " AND ".join("(" + " OR ".join(_quoted(phrase) for phrase in chunk) + ")" for chunk in wanted)
        rank: sa.ColumnElement[Any] = index.c.rank
        condition: sa.ColumnElement[bool] = sa.text("word_index MATCH :said").bindparams(said=said)  # type: ignore[assignment]
    else:
        joined = [["(" + " <-> ".join(_lexeme(word) for word in phrase) + ")" for phrase in chunk] for chunk in wanted]
        asked = sa.func.to_tsquery("simple", " & ".join("(" + " | ".join(phrases) + ")" for phrases in joined))
        rank, condition = -sa.func.ts_rank(index.c.vector, asked), index.c.vector.op("@@")(asked)
    conditions = [condition]
    for each in filters:
        met = _records_with(each)
        conditions.append(index.c.record.not_in(met) if each.sign == "!=" else index.c.record.in_(met))
    best = sa.select(index.c.record, rank.label("rank")).where(*conditions).order_by(sa.text("2"), index.c.record).limit(limit)
    return best, sa.select(sa.func.count()).select_from(index).where(*conditions)


def _quoted(phrase: tuple[str, ...]) -> str:
    """Return a phrase for FTS5; a single Chinese character stands for every pair that begins with it."""
    text = '"' + " ".join(word.replace('"', "") for word in phrase) + '"'
    return text + " *" if _single(phrase) else text


def _lexeme(word: str) -> str:
    """Return a token for a query of PostgreSQL."""
    return "'" + word.replace("'", "").replace("\\", "") + "'" + (":*" if _single((word,)) else "")


def _single(phrase: tuple[str, ...]) -> bool:
    """Tell whether a phrase is one Chinese character."""
    return len(phrase) == 1 and len(phrase[0]) == 1 and not phrase[0].isascii()


def _records_with(asked: Filter) -> sa.Select[Any]:
    """Return the query for the records with a value of a field; for `!=` those that have it, to be left out."""
    sign = "=" if asked.sign == "!=" else asked.sign
    compared = asked.sign in (">=", "<=", ">", "<")
    column = FacetRow.amount if compared else FacetRow.word
    value: object = float(asked.value) if compared else asked.value.casefold()
    return sa.select(FacetRow.record).where(FacetRow.field == asked.field, getattr(column, COMPARED[sign])(value))


def _check(session: orm.Session, filters: Sequence[Filter]) -> None:
    """Refuse fields that no record has and kinds that there are not, all at once."""
    faults: list[Fault] = []
    if not filters:
        return
    known: list[str] = []
    for each in filters:
        if session.scalar(sa.select(sa.exists().where(FacetRow.field == each.field))):
            if each.field == "kind" and each.value not in KINDS:
                faults += unknown("kind", each.value, KINDS, where="filter kind").faults
            continue
        known = known or sorted(session.scalars(sa.select(FacetRow.field).distinct()))
        faults.append(
            Fault(
                "",
                "filter",
                f"the field {each.field!r}",
                "a field of the records, such as kind, route, species, instrument",
                nearest(each.field, known),
            )
        )
    if faults:
        raise InputError(faults)


def _is_number(text: str) -> bool:
    """Tell whether a text is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True
