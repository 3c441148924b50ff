"""Where the evidence lives: opens the store at an address and keeps the packaged evidence in it up to date.

Packaged records are loaded at first use and whenever their hash changes; a user's own records stay and are made anew
from what was given.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from pulposus.core.errors import Fault, InputError, shorten
from pulposus.core.references import load_references
from pulposus.evidence.batches import replay
from pulposus.evidence.entries import entries_of_library
from pulposus.evidence.library import digest, library
from pulposus.evidence.store import PACKAGED, FacetRow, Meta, Record, Store, Table, put

__all__ = ["address", "open_store"]

VERSION = "evidence_store/2"  # of the tables and of how tokens and facets are made
NAME = "pulposus.db"
WAIT_MS = 30_000  # for another process that writes


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
    with store.writing() as session:
        _create(store, session)
        if (built := session.get(Meta, "built")) and built.value == wanted:
            return  # another process was quicker
        session.execute(sa.delete(Record))
        session.execute(sa.delete(FacetRow))
        session.execute(sa.text("DELETE FROM word_index"))
        put(store, session, entries_of_library(library(), load_references().values()), PACKAGED, "")
        replay(store, session)
        session.merge(Meta(key="built", value=wanted))


def _built(store: Store) -> str | None:
    """Return what the store was built from, None for an empty one."""
    if not sa.inspect(store.engine).has_table("meta"):
        return None
    with store.reading() as session:
        found = session.get(Meta, "built")
        return found.value if found else None


def _create(store: Store, session: orm.Session) -> None:
    """Create the tables that are not there yet."""
    Table.metadata.create_all(session.connection())
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
