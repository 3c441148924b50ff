"""References and evidence levels: what the numbers rest on, and how strong that is.

`data/references.yaml` and `data/evidence_levels.yaml` are the only lists; every room cites through them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pulposus.core.errors import Fault, InputError, nearest, shorten
from pulposus.core.files import packaged, read_yaml

if TYPE_CHECKING:
    from pulposus.core.parameter_records import Parameter

__all__ = ["EvidenceLevel", "Reference", "bibtex", "cite", "load_evidence_levels", "load_references"]

NOT_CITED = ("none", "user")  # sources that are no publication
ESCAPED = {
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "$": r"\$",
    "{": r"\{",
    "}": r"\}",
    "~": r"\~{}",
    "^": r"\^{}",
}


class _Records(Protocol):
    """Parameter records by their names."""

    def __getitem__(self, id: str, /) -> Parameter: ...


@dataclass(frozen=True)
class Reference:
    """One publication or public code, with what of it was read."""

    key: str
    authors: str
    title: str
    year: str = ""
    journal: str = ""
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    url: str = ""
    read: str = ""
    note: str = ""


@dataclass(frozen=True)
class EvidenceLevel:
    """One level of evidence; a higher rank is stronger."""

    key: str
    rank: int
    label: str
    label_zh: str


def load_references(file: str | Path | None = None) -> Mapping[str, Reference]:
    """Return the references of a file (the packaged one by default) by key; raises `InputError` with all faults."""
    return _references(str(file or packaged("references.yaml")))


def load_evidence_levels(file: str | Path | None = None) -> Mapping[str, EvidenceLevel]:
    """Return the evidence levels of a file (the packaged one by default) by key, weakest first."""
    path = str(file or packaged("evidence_levels.yaml"))
    entries = _entries(path, "evidence_levels/1", "levels", EvidenceLevel)
    ranks = {each["key"]: each["rank"] for each in entries}
    wrong = [key for key, rank in ranks.items() if not rank.isdecimal() or list(ranks.values()).count(rank) > 1]
    if wrong:
        allowed = "a whole number that no other level has"
        raise InputError([Fault(Path(path).name, f"{key}: rank", shorten(ranks[key]), allowed) for key in wrong])
    levels = [EvidenceLevel(each["key"], int(each["rank"]), each["label"], each["label_zh"]) for each in entries]
    return {level.key: level for level in sorted(levels, key=lambda level: level.rank)}


def cite(
    used: Iterable[str],
    parameters: _Records,
    reasons: Mapping[str, Iterable[str]] | None = None,
    references: Mapping[str, Reference] | None = None,
) -> list[tuple[Reference, tuple[str, ...]]]:
    """Return every reference that was used, with its reasons, sorted by key.

    `used` are names of parameter records; `reasons` adds references that laws and other parts used, by key.
    Raises `InputError` for an unknown record or reference.
    """
    known = load_references() if references is None else references
    found: dict[str, list[str]] = {}
    for id in sorted(set(used)):
        record = parameters[id]
        if record.source not in NOT_CITED:
            found.setdefault(record.source, []).append(f"{record.label} ({id})")
    for key, more in (reasons or {}).items():
        found.setdefault(key, []).extend(more)
    missing = [key for key in found if key not in known]
    if missing:
        allowed = "a key of the references"
        raise InputError([Fault("", "", f"the reference {key!r}", allowed, nearest(key, known)) for key in missing])
    return [(known[key], tuple(dict.fromkeys(found[key]))) for key in sorted(found)]


def bibtex(cited: Iterable[tuple[Reference, Iterable[str]]]) -> str:
    """Return cited references as BibTeX, the reasons in the note of each entry.

    >>> print(bibtex([(Reference("AB", "A. B.", "On discs", "2001", "J. Discs"), ["its height"])]))
    @article{AB,
      author = {A. B.},
      title = {On discs},
      year = {2001},
      journal = {J. Discs},
      note = {Used for: its height}
    }
    <BLANKLINE>
    """
    entries = []
    for reference, reasons in cited:
        parts = {"author": reference.authors, "title": reference.title, "year": reference.year}
        parts["journal"] = reference.journal
        values = [f"  {name} = {{{_escaped(value)}}}" for name, value in parts.items() if value]
        plain = {"doi": reference.doi, "pmid": reference.pmid, "url": reference.url}
        values += [f"  {name} = {{{value}}}" for name, value in plain.items() if value]
        if said := "; ".join(reasons):
            values.append(f"  note = {{Used for: {_escaped(said)}}}")
        kind = "article" if reference.journal else "misc"
        entries.append(f"@{kind}{{{reference.key},\n" + ",\n".join(values) + "\n}\n")
    return "\n".join(entries)


@lru_cache(maxsize=8)
def _references(path: str) -> Mapping[str, Reference]:
    """Return the references of a file by key."""
    return {entry["key"]: Reference(**entry) for entry in _entries(path, "references/1", "references", Reference)}


def _entries(path: str, schema: str, name: str, kind: type[Any]) -> list[dict[str, str]]:
    """Return the entries of a list in a file as text by field, all faults at once."""
    data, line_of = read_yaml(path)
    file = Path(path).name
    known = [each.name for each in fields(kind)]
    needed = [each.name for each in fields(kind) if each.default is MISSING]
    faults: list[Fault] = []
    entries: dict[str, dict[str, str]] = {}
    if data.get("schema") != schema:
        faults.append(Fault(file, f"line {line_of(('schema',))}: schema", shorten(data.get("schema")), schema))
    items = data.get(name)
    if not isinstance(items, list):
        faults.append(Fault(file, f"line {line_of((name,))}: {name}", shorten(items), "a list"))
    for position, item in enumerate(items if isinstance(items, list) else ()):
        entry = item if isinstance(item, Mapping) else {}
        key = str(entry.get("key") or "")
        where = f"line {line_of((name, position))}: {key or position}"
        extra = [each for each in entry if each not in known]
        faults += [Fault(file, where, f"the key {each!r}", ", ".join(known), nearest(each, known)) for each in extra]
        faults += [Fault(file, where, f"no {each}", f"{each}: ...") for each in needed if entry.get(each) in (None, "")]
        if key in entries:
            faults.append(Fault(file, where, f"{key} again", "every key once"))
        entries[key] = {each: "" if value is None else str(value) for each, value in entry.items()}
    if faults:
        raise InputError(faults)
    return list(entries.values())


def _escaped(text: str) -> str:
    """Return text with the characters that LaTeX reads as commands escaped."""
    return "".join(ESCAPED.get(letter, letter) for letter in text.replace("\\", "/"))
