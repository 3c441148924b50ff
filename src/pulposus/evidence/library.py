"""The packaged evidence: reviewed files read into records, checked one by one and against each other.

`data/evidence/papers/*.yaml` holds one paper a file, `errata.yaml` and `contradictions.yaml` the lists of their kind,
`review_lists.csv` the printed reference lists of both reviews, `paragraphs.csv` what each of their paragraphs led to.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pulposus.core.errors import Fault, InputError, nearest, shorten
from pulposus.core.files import LineOf, packaged, packaged_files, read_text, read_yaml, validate
from pulposus.core.joint_faults import Problem, read_model
from pulposus.core.references import load_evidence_levels, load_references
from pulposus.evidence.records import Contradiction, Erratum, Paper

__all__ = ["Library", "Listed", "Paragraph", "digest", "library", "read_paper"]

PAPER, ERRATA, CONTRADICTIONS = "evidence_paper/1", "evidence_errata/1", "evidence_contradictions/1"
FOLDER = "evidence"
Row = TypeVar("Row", "Listed", "Paragraph")


@dataclass(frozen=True)
class Listed:
    """One printed entry of the reference list of a review."""

    review: str
    number: str
    reference: str
    duplicate_of: str
    genuine: str
    cited_as: str
    note: str


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of a review: the hash of its text and the records it led to; the text itself is not carried."""

    review: str
    paragraph: str
    sha256: str
    section: str
    kind: str
    records: str


@dataclass(frozen=True)
class Library:
    """All packaged evidence."""

    papers: tuple[Paper, ...]
    errata: tuple[Erratum, ...]
    contradictions: tuple[Contradiction, ...]
    listed: tuple[Listed, ...]
    paragraphs: tuple[Paragraph, ...]


def read_paper(data: Mapping[str, Any], file: str = "", line_of: LineOf | None = None) -> Paper:
    """Return the paper that plain data describe; raises `InputError` with the faults of every place at once."""
    content = dict(data)
    schema = content.pop("schema", None)
    problems: list[Problem] = [] if schema == PAPER else [(("schema",), shorten(schema), PAPER, None)]
    paper = read_model(Paper, content, [*problems, *_problems(content)], file, line_of)
    return paper


def _problems(data: Mapping[str, Any]) -> Iterable[Problem]:
    """Yield what does not fit between the parts of a paper: ids, arms that are named, reference and level."""
    parts = {name: [each for each in data.get(name) or () if isinstance(each, Mapping)] for name in _PARTS}
    arms = [str(arm.get("id")) for arm in parts["arms"]]
    ids: list[str] = []
    for name in _PARTS:
        for position, part in enumerate(parts[name]):
            id = str(part.get("id"))
            if id in ids:
                yield (name, position, "id"), f"{id} again", "every id once in a paper", None
            ids.append(id)
    for position, outcome in enumerate(parts["outcomes"]):
        for key in ("arm", "against"):
            given = outcome.get(key)
            if given is not None and str(given) not in arms:
                yield ("outcomes", position, key), shorten(given), f"an arm: {', '.join(arms)}", nearest(str(given), arms)
    for position, statement in enumerate(parts["statements"]):
        for about in statement.get("about") or ():
            if str(about) not in ids:
                yield ("statements", position, "about"), shorten(about), "an id of this paper", nearest(str(about), ids)
    reference, level = str(data.get("reference")), data.get("level")
    if reference not in load_references():
        yield ("reference",), shorten(reference), "a key of the references", nearest(reference, load_references())
    if level is not None and level not in load_evidence_levels():
        yield ("level",), shorten(level), ", ".join(load_evidence_levels()), None


_PARTS = ("arms", "outcomes", "claims", "statements")


@lru_cache(maxsize=1)
def library() -> Library:
    """Return the packaged evidence, read once; raises `InputError` with the faults of all files."""
    faults: list[Fault] = []
    papers = []
    for file in packaged_files(f"{FOLDER}/papers/*.yaml"):
        try:
            paper = read_paper(*_named(file))
            if paper.id != file.stem:
                faults.append(Fault(file.name, "id", paper.id, file.stem))
            papers.append(paper)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return Library(
        tuple(papers),
        tuple(_listed(f"{FOLDER}/errata.yaml", ERRATA, "errata", Erratum)),
        tuple(_listed(f"{FOLDER}/contradictions.yaml", CONTRADICTIONS, "contradictions", Contradiction)),
        _rows(f"{FOLDER}/review_lists.csv", Listed),
        _rows(f"{FOLDER}/paragraphs.csv", Paragraph),
    )


def digest() -> str:
    """Return the SHA-256 of everything that the store is built from: records, references, levels and words."""
    found = hashlib.sha256()
    for pattern in (f"{FOLDER}/**/*", "references.yaml", "evidence_levels.yaml", "vocabulary/*.yaml"):
        for file in packaged_files(pattern):
            found.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return found.hexdigest()


def _named(file: Path) -> tuple[dict[str, Any], str, LineOf]:
    """Return the data of a file, its short name and its lines."""
    data, line_of = read_yaml(file)
    return data, file.name, line_of


def _listed(path: str, schema: str, key: str, kind: Any) -> list[Any]:
    """Return the records of a file that lists them, all faults at once."""
    data, name, line_of = _named(packaged(path))
    if data.get("schema") != schema:
        raise InputError([Fault(name, "schema", shorten(data.get("schema")), schema)])
    faults: list[Fault] = []
    records: list[Any] = []
    for position, each in enumerate(data[key]):
        start: tuple[str | int, ...] = (key, position)
        try:
            records.append(validate(kind, each, name, _below(line_of, start)))
        except InputError as error:
            faults += error.faults
    ids = [record.id for record in records]
    faults += [Fault(name, id, f"{id} again", "every id once") for id in sorted({id for id in ids if ids.count(id) > 1})]
    if faults:
        raise InputError(faults)
    return records


def _below(line_of: LineOf, start: tuple[str | int, ...]) -> LineOf:
    """Return the lines of what lies below a place."""
    return lambda path: line_of((*start, *path))


def _rows(path: str, kind: type[Row]) -> tuple[Row, ...]:
    """Return the rows of a CSV file with exactly the columns of their kind."""
    file = packaged(path)
    reader = csv.DictReader(io.StringIO(read_text(file), newline=""))
    wanted = [each.name for each in fields(kind)]
    if reader.fieldnames != wanted:
        raise InputError([Fault(file.name, "line 1", shorten(reader.fieldnames), ",".join(wanted))])
    return tuple(kind(**row) for row in reader)
