"""The store: every record, its facets and its words in one database, SQLite by default, PostgreSQL by address.

Packaged records are loaded at first use and whenever their hash changes; a user's own records stay. Records are kept as
documents with the version of their schema; what a filter asks for lies beside them as facets, what the search asks for
as tokens (`words`). The same tables serve SQLite (FTS5) and PostgreSQL (tsvector).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from pulposus.core.errors import Fault, InputError, shorten
from pulposus.core.references import load_references
from pulposus.evidence.entries import Entry, entries_of_library
from pulposus.evidence.facets import Facet, facets_of
from pulposus.evidence.library import digest, library
from pulposus.evidence.words import texts_of_names, tokens

__all__ = ["PACKAGED", "USER", "Batch", "FacetRow", "Record", "Store", "address", "open_store"]

PACKAGED, USER = "packaged", "user"
VERSION = "evidence_store/1"  # of the tables and of how tokens and facets are made
NAME = "pulposus.db"
CHUNK = 2000  # rows written at once
WAIT_MS = 30_000  # for another process that writes


class _Table(orm.DeclarativeBase):
    """The tables of the store."""


class Record(_Table):
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


class FacetRow(_Table):
    """One value of one field of a record."""

    __tablename__ = "facet"
    number: orm.Mapped[int] = orm.mapped_column(sa.Integer, primary_key=True, autoincrement=True)
    record: orm.Mapped[str] = orm.mapped_column(sa.String(200), index=True)
    field: orm.Mapped[str] = orm.mapped_column(sa.String(60))
    word: orm.Mapped[str] = orm.mapped_column(sa.String(200))
    amount: orm.Mapped[float | None] = orm.mapped_column(sa.Float)
    __table_args__ = (sa.Index("facet_by_field", "field", "word", "record"),)


class Batch(_Table):
    """One import of a user: its file, its hash, its schema, and the records as they were given."""

    __tablename__ = "batch"
    id: orm.Mapped[str] = orm.mapped_column(sa.String(40), primary_key=True)
    file: orm.Mapped[str] = orm.mapped_column(sa.Text)
    sha256: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    imported: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    schema: orm.Mapped[str] = orm.mapped_column(sa.String(40))
    documents: orm.Mapped[Any] = orm.mapped_column(sa.JSON)


class _Meta(_Table):
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


def address(home: str | Path | None = None) -> str:
    """Return where the store is: `PULPOSUS_DATABASE`, or a file in `home`, `PULPOSUS_HOME` or the user's data folder."""
    if home is None and (given := os.environ.get("PULPOSUS_DATABASE")):
        return given
    folder = home or os.environ.get("PULPOSUS_HOME")
    if folder is None:
        folder = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "pulposus"
    return f"sqlite:///{Path(folder) / NAME}"


def open_store(url: str | None = None) -> Store:
    """Return the store at an address, with the packaged evidence in it.

    Raises `InputError` where the address cannot be read or written; a folder that is not writable gives a store in
    memory, as the packaged evidence can be read all the same.
    """
    place = url or address()
    store = Store(_engine(place), place)
    try:
        with store.engine.connect():
            pass
        _fill(store)
    except sa.exc.OperationalError as error:
        if not place.startswith("sqlite:///") or url is not None:
            raise _unreachable(place, error) from None
        store = Store(_engine("sqlite://"), "memory")
        _fill(store)
    except sa.exc.DatabaseError as error:
        raise _unreachable(place, error) from None
    return store


def _unreachable(place: str, error: Exception) -> InputError:
    """Return the error for a database that cannot be used."""
    said = str(getattr(error, "orig", error)).split("\n")[0]
    return InputError([Fault(sa.make_url(place).render_as_string(), "", shorten(said), "a database of pulposus that can be opened")])


def _engine(place: str) -> sa.Engine:
    """Return the engine for an address; SQLite writes ahead and waits for other processes."""
    try:
        url = sa.make_url(place)
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        if url.get_backend_name() not in ("sqlite", "postgresql"):
            raise InputError([Fault("", "database", shorten(place), "sqlite:///FILE or postgresql://USER@HOST/NAME")])
        if url.get_backend_name() == "sqlite" and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(url, poolclass=sa.StaticPool if not url.database else None)
    except sa.exc.ArgumentError:
        raise InputError([Fault("", "database", shorten(place), "sqlite:///FILE or postgresql://USER@HOST/NAME")]) from None
    except OSError:
        return sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    except ModuleNotFoundError as error:
        raise InputError([Fault("", "database", str(error), "pip install pulposus[postgres]")]) from None
    if url.get_backend_name() == "sqlite":
        sa.event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, _: Any) -> None:
    """Set up a connection of SQLite: writes ahead, waits, and leaves transactions to us."""
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={WAIT_MS}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _fill(store: Store) -> None:
    """Bring the packaged evidence up to date, and the user's records with it."""
    wanted = f"{VERSION} {digest()}"
    if _built(store) == wanted:
        return
    from pulposus.evidence.batches import replay

    with store.writing() as session:
        _create(store, session)
        if (built := session.get(_Meta, "built")) and built.value == wanted:
            return  # another process was quicker
        session.execute(sa.delete(Record))
        session.execute(sa.delete(FacetRow))
        session.execute(sa.text("DELETE FROM word_index"))
        put(store, session, entries_of_library(library(), load_references().values()), PACKAGED, "")
        replay(store, session)
        session.merge(_Meta(key="built", value=wanted))


def _built(store: Store) -> str | None:
    """Return what the store was built from, None for an empty one."""
    if not sa.inspect(store.engine).has_table("meta"):
        return None
    with store.reading() as session:
        found = session.get(_Meta, "built")
        return found.value if found else None


def _create(store: Store, session: orm.Session) -> None:
    """Create the tables that are not there yet."""
    _Table.metadata.create_all(session.connection())
    if store.sqlite:
        session.execute(sa.text("CREATE VIRTUAL TABLE IF NOT EXISTS word_index USING fts5(record UNINDEXED, tokens)"))
    else:
        session.execute(
            sa.text(
                "CREATE TABLE IF NOT EXISTS word_index (record varchar(200) PRIMARY KEY, tokens text,"
                " vector tsvector GENERATED ALWAYS AS (to_tsvector('simple', tokens)) STORED)"
            )
        )
        session.execute(sa.text("CREATE INDEX IF NOT EXISTS word_index_vector ON word_index USING gin (vector)"))


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
        words.append({"record": entry.id, "tokens": " ".join(token for text in _texts(entry) for token in tokens(text))})
        count += 1
        if len(records) >= CHUNK:
            flush()
    flush()
    return count


_RECORDS, _FACETS = (_Table.metadata.tables[name] for name in (Record.__tablename__, FacetRow.__tablename__))


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
