"""The store: every record, its facets and its words in one database, SQLite by default, PostgreSQL by address.

Records are kept as documents with the version of their schema; what a filter asks for lies beside them as facets, what the search asks for
as tokens (`words`). The same tables serve SQLite (FTS5) and PostgreSQL (tsvector).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from pulposus.evidence.entries import Entry
from pulposus.evidence.facets import Facet, facets_of
from pulposus.evidence.words import texts_of_names, tokens

__all__ = ["PACKAGED", "USER", "Batch", "FacetRow", "Meta", "Record", "Store", "Table", "put"]

PACKAGED, USER = "packaged", "user"
CHUNK = 2000  # rows written at once


class Table(orm.DeclarativeBase):
    """The tables of the store."""


class Record(Table):
    """One record as a document, with what lists show of it."""

    __tablename__ = "record"
    id: orm.Mapped[str] = orm.mapped_column(sa.String(200), primary_key=True)
    kind: orm.Mapped[str] = orm.mapped_column(sa.String(20), index=True)
    origin: orm.Mapped[str] = orm.mapped_column(sa.String(10), index=True)
    batch: orm.Mapped[str] = orm.mapped_column(sa.String(40), index=True)
    parent: orm.Mapped[str] = orm.mapped_column(sa.String(200), index=True)
    title: orm.Mapped[str] = orm.mapped_column(sa.Text)
    title_zh: orm.Mapped[str] = orm.mapped_column(sa.Text)
    body: orm.Mapped[Any] = orm.mapped_column(sa.JSON)
    inherited: orm.Mapped[Any] = orm.mapped_column(sa.JSON)


class FacetRow(Table):
    """One value of one field of a record."""

    __tablename__ = "facet"
    number: orm.Mapped[int] = orm.mapped_column(sa.Integer, primary_key=True, autoincrement=True)
    record: orm.Mapped[str] = orm.mapped_column(sa.String(200))
    field: orm.Mapped[str] = orm.mapped_column(sa.String(60))
    word: orm.Mapped[str] = orm.mapped_column(sa.String(200))
    amount: orm.Mapped[float | None] = orm.mapped_column(sa.Float)
    __table_args__ = (sa.Index("facet_by_word", "field", "word", "record"), sa.Index("facet_by_amount", "field", "amount", "record"))


class Batch(Table):
    """One import of a user: its file, its hash, its schema, and the records as they were given."""

    __tablename__ = "batch"
    id: orm.Mapped[str] = orm.mapped_column(sa.String(40), primary_key=True)
    file: orm.Mapped[str] = orm.mapped_column(sa.Text)
    sha256: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    imported: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    schema: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    documents: orm.Mapped[Any] = orm.mapped_column(sa.JSON)


class Meta(Table):
    """What the store was built from."""

    __tablename__ = "meta"
    key: orm.Mapped[str] = orm.mapped_column(sa.String(40), primary_key=True)
    value: orm.Mapped[str] = orm.mapped_column(sa.Text)


@dataclass(frozen=True)
class Store:
    """An open store; `fts` says how it searches text."""

    engine: sa.Engine
    place: str

    @property
    def sqlite(self) -> bool:
        """Tell whether this is SQLite."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[orm.Session]:
        """Give a session that changes nothing."""
        with orm.Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[orm.Session]:
        """Give a session that is written whole or not at all."""
        with orm.Session(self.engine) as session, session.begin():
            if self.sqlite:
                session.execute(sa.text("BEGIN IMMEDIATE"))
            yield session


def put(store: Store, session: orm.Session, entries: Iterable[Entry], origin: str, batch: str) -> int:
    """Write entries with their facets and tokens and return how many; an id that is there already is an error."""
    count = 0
    records: list[dict[str, Any]] = []
    facets: list[dict[str, Any]] = []
    words: list[dict[str, str]] = []

    def flush() -> None:
        for table, rows in ((_RECORDS, records), (_FACETS, facets)):
            if rows:
                session.connection().execute(table.insert(), rows)  # rows as they are: several times faster than objects
        if words:
            session.execute(sa.text("INSERT INTO word_index (record, tokens) VALUES (:record, :tokens)"), words)
        records.clear()
        facets.clear()
        words.clear()

    for entry in entries:
        record = {
            "id": entry.id,
            "kind": entry.kind,
            "origin": origin,
            "batch": batch,
            "parent": entry.parent,
            "title": entry.title,
            "title_zh": entry.title_zh,
            "body": dict(entry.body),
            "inherited": dict(entry.inherited),
        }
        records.append(record)
        found = [*facets_of(entry), Facet("origin", origin)]
        facets += [{"record": entry.id, "field": f.field, "word": f.word, "amount": f.amount} for f in found]
        words.append({"record": entry.id, "tokens": " ".join(token for text in dict.fromkeys(_texts(entry)) for token in tokens(text))})
        count += 1
        if len(records) >= CHUNK:
            flush()
    flush()
    return count


_RECORDS, _FACETS = (Table.metadata.tables[name] for name in (Record.__tablename__, FacetRow.__tablename__))


def _texts(entry: Entry) -> Iterator[str]:
    """Yield every text by which an entry can be found: its own and that of the words it inherits."""
    yield entry.id.replace(":", " ")
    yield entry.title
    yield entry.title_zh
    yield from _leaves(entry.body)
    yield from texts_of_names(entry.body)
    yield from texts_of_names({key: value for key, value in entry.inherited.items() if key != "design"})


def _leaves(value: Any) -> Iterator[str]:
    """Yield every text in plain data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _leaves(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _leaves(each)
