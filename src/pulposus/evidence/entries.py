"""One record of the store: a paper, an arm, an outcome, a claim, a statement, an erratum, a contradiction or a reference.

A paper falls into entries that keep its id as parent and inherit what describes it (species, design, level, routes of
the arm), so that an outcome is found by the route of its arm. Ids are unique: `kind:id`, or `kind:paper/id`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pulposus.core.references import Reference
from pulposus.evidence.library import Library
from pulposus.evidence.records import Contradiction, Erratum, Paper

__all__ = ["KINDS", "Entry", "entries_of_library", "entries_of_paper", "entry_of_reference"]

KINDS = ("paper", "arm", "outcome", "claim", "statement", "erratum", "contradiction", "reference")
_INHERITED = ("design", "level", "species", "registry", "cohort", "in_review", "read", "reference", "year")


@dataclass(frozen=True)
class Entry:
    """A record of the store with what it inherits from the paper and arm it belongs to."""

    id: str
    kind: str
    parent: str
    title: str
    title_zh: str
    body: Mapping[str, Any]
    inherited: Mapping[str, Any] = field(default_factory=dict)


def entries_of_library(library: Library, references: Iterable[Reference]) -> Iterator[Entry]:
    """Yield every entry of the packaged evidence, references included."""
    known = {each.key: each for each in references}
    for paper in library.papers:
        yield from entries_of_paper(paper, known)
    for erratum in library.errata:
        yield _listed("erratum", erratum, erratum.right, erratum.right_zh)
    for contradiction in library.contradictions:
        yield _listed("contradiction", contradiction, contradiction.title, contradiction.title_zh)
    for reference in known.values():
        yield entry_of_reference(reference)


def entries_of_paper(paper: Paper, references: Mapping[str, Reference]) -> Iterator[Entry]:
    """Yield the entry of a paper and of everything in it.

    Claims and statements carry ids that are unique by themselves; arms and outcomes are unique within their paper.
    """
    reference = references.get(paper.reference)
    body = _plain(paper)
    parts = {name: body.pop(name, []) for name in ("arms", "outcomes", "claims", "statements")}
    described = {**body, "year": reference.year if reference else "", "title": reference.title if reference else paper.id}
    parent = f"paper:{paper.id}"
    shared = {key: described[key] for key in _INHERITED if described.get(key)}
    held = {
        "routes": [route for arm in parts["arms"] for route in arm.get("routes", [])],
        "product": [arm["product"] for arm in parts["arms"] if arm.get("product")],
    }
    counted = {**described, "counts": {name: len(part) for name, part in parts.items()}}
    yield Entry(parent, "paper", "", str(described["title"]), paper.gist_zh, counted, held)
    arms = {arm["id"]: arm for arm in parts["arms"]}
    for arm in parts["arms"]:
        yield Entry(f"arm:{paper.id}/{arm['id']}", "arm", parent, arm["name"], "", arm, shared)
    for outcome in parts["outcomes"]:
        of_arm = {key: arms[outcome["arm"]].get(key) for key in ("product", "dose", "carrier", "routes", "comparator", "role")}
        title = f"{paper.id}: {outcome['instrument']} of {arms[outcome['arm']]['name']}"
        id = f"outcome:{paper.id}/{outcome['id']}"
        yield Entry(id, "outcome", parent, title, "", outcome, {**shared, **{k: v for k, v in of_arm.items() if v}})
    for claim in parts["claims"]:
        yield Entry(_own("claim", paper, claim["id"]), "claim", parent, claim["gist"], claim["gist_zh"], claim, shared)
    for said in parts["statements"]:
        yield Entry(_own("statement", paper, said["id"]), "statement", parent, said["says"], said["says_zh"], said, shared)


def entry_of_reference(reference: Reference) -> Entry:
    """Return the entry of a reference."""
    body = {key: value for key, value in asdict(reference).items() if value}
    return Entry(f"ref:{reference.key}", "reference", "", reference.title, "", body)


def _own(kind: str, paper: Paper, id: str) -> str:
    """Return the id of a claim or statement: axes and numbered statements are unique, others belong to their paper."""
    return f"{kind}:{id}" if id.startswith(("AX", "S000-", "S001-")) else f"{kind}:{paper.id}/{id}"


def _listed(kind: str, record: Erratum | Contradiction, title: str, title_zh: str) -> Entry:
    """Return the entry of a record that stands in a list."""
    return Entry(f"{kind}:{record.id}", kind, "", title, title_zh, _plain(record))


def _plain(record: Any) -> dict[str, Any]:
    """Return a record as plain data without what it leaves at its default."""
    return dict(record.model_dump(mode="json", exclude_defaults=True))
