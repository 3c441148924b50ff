"""A record with everything around it: its paper, its parts, its reference, the errata and contradictions that name it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from pulposus.core.references import Reference
from pulposus.evidence.search import find
from pulposus.evidence.store import Record, Store

__all__ = ["Card", "card"]


@dataclass(frozen=True)
class Card:
    """A record and its surroundings."""

    record: Record
    parent: Record | None
    reference: Reference | None
    parts: tuple[Record, ...] = ()
    errata: tuple[Record, ...] = ()
    contradictions: tuple[Record, ...] = ()
    names: tuple[Record, ...] = field(default=())

    def document(self) -> dict[str, Any]:
        """Return the card as plain data."""
        found = self.record
        return {
            "id": found.id,
            "kind": found.kind,
            "origin": found.origin,
            "title": found.title,
            "title_zh": found.title_zh,
            "record": found.body,
            "inherited": found.inherited,
            "parent": self.parent.id if self.parent else None,
            "reference": {key: value for key, value in vars(self.reference).items() if value} if self.reference else None,
            "parts": [{"id": each.id, "kind": each.kind, **each.body} for each in self.parts],
            "errata": [{"id": each.id, **each.body} for each in self.errata],
            "contradictions": [{"id": each.id, "title": each.title, "title_zh": each.title_zh} for each in self.contradictions],
            "names": [{"id": each.id, "title": each.title, "title_zh": each.title_zh} for each in self.names],
        }


def card(store: Store, id: str) -> Card:
    """Return a record with its surroundings; raises `InputError` for an id that no record has.

    An erratum belongs to a record that it corrects, or that names it; a contradiction to every record on one of its
    sides. `names` are the records that an erratum or contradiction itself speaks of.
    """
    found = find(store, id)
    with store.reading() as session:
        parent = session.get(Record, found.parent) if found.parent else None
        parts = session.scalars(sa.select(Record).where(Record.parent == found.id).order_by(Record.kind, Record.id)).all()
        listed = session.scalars(sa.select(Record).where(Record.kind.in_(("erratum", "contradiction"))).order_by(Record.id)).all()
        key = found.body.get("reference") or (parent.body.get("reference") if parent else None)
        cited = session.get(Record, f"ref:{key}") if key else None
        own = {found.id, _bare(found), *([f"ref:{key}"] if found.kind == "paper" else [])}
        told = set(found.body.get("errata", ())) | {code for part in parts for code in part.body.get("errata", ())}
        errata = [each for each in listed if each.kind == "erratum" and (own & set(each.body["corrects"]) or _bare(each) in told)]
        sided = [each for each in listed if each.kind == "contradiction" and own & _of_sides(each)]
        wanted = _named(found)
        names = session.scalars(sa.select(Record).where(Record.id.in_(wanted))).all() if wanted else []
        reverse = [each for each in _reverse(session, found) if each.id not in wanted]
        session.expunge_all()
    reference = Reference(**cited.body) if cited else None
    return Card(found, parent, reference, tuple(parts), tuple(errata), tuple(sided), (*names, *reverse))


def _bare(found: Record) -> str:
    """Return the id of a record without its kind."""
    return found.id.partition(":")[2]


def _of_sides(contradiction: Record) -> set[str]:
    """Return the records on the sides of a contradiction."""
    return {name for side in contradiction.body["sides"] for name in side["records"]}


def _named(found: Record) -> list[str]:
    """Return the ids of the records that an erratum or contradiction speaks of."""
    if found.kind == "erratum":
        return list(found.body["corrects"])
    return sorted(_of_sides(found)) if found.kind == "contradiction" else []


def _reverse(session: sa.orm.Session, found: Record) -> list[Record]:
    """Return the records that name an erratum, or the papers that rest on a reference."""
    from pulposus.evidence.store import FacetRow

    bare = _bare(found).casefold()
    fields = {"erratum": "errata", "contradiction": "contradictions", "reference": "reference"}
    if found.kind not in fields:
        return []
    ids = sa.select(FacetRow.record).where(FacetRow.field == fields[found.kind], FacetRow.word == bare)
    kinds = ("paper",) if found.kind == "reference" else ("paper", "claim", "statement", "outcome")
    return list(session.scalars(sa.select(Record).where(Record.id.in_(ids), Record.kind.in_(kinds)).order_by(Record.id)))
