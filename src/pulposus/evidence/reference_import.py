"""References of a user from RIS, BibTeX or CSL-JSON, read into the one form of references, all faults at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pulposus.core.errors import Fault, InputError, shorten
from pulposus.core.files import read_text
from pulposus.core.references import Reference
from pulposus.evidence.batches import MINE

__all__ = ["ENDINGS", "references_of"]

MOST_BYTES = 50e6
Fields = dict[str, str]
RIS_LINE = re.compile(r"([A-Z][A-Z0-9])  - ?(.*)")
RIS = {"TI": "title", "T1": "title", "PY": "year", "Y1": "year", "DO": "doi", "UR": "url"}
RIS |= dict.fromkeys(("JO", "JF", "T2"), "journal")
BIB_START = re.compile(r"@(\w+)\s*\{\s*([^,\s{}]*)\s*,")
BIB_FIELD = re.compile(r"\s*([A-Za-z][\w-]*)\s*=\s*")


def references_of(path: str | Path) -> dict[str, Reference]:
    """Return the references of a file by key, keys as the user's own; raises `InputError` with every fault."""
    file = str(path)
    ending = Path(file).suffix.lower()
    if ending not in READERS:
        raise InputError([Fault(file, "", f"the ending {ending!r}", ", ".join(READERS))])
    faults: list[Fault] = []
    found: dict[str, Reference] = {}
    for where, fields in READERS[ending](read_text(file, MOST_BYTES), file):
        wrong = [name for name in ("title", "authors") if not fields.get(name)]
        faults += [Fault(file, where, f"no {name}", f"{name} of the reference") for name in wrong]
        key = f"{MINE}{re.sub(r'[^A-Za-z0-9_.+-]', '', fields.get('key', '')) or _made(fields)}"
        if key in found:
            faults.append(Fault(file, where, f"{key.removeprefix(MINE)} again", "every key once"))
        kept = {name: " ".join(value.split()) for name, value in fields.items() if name in KEPT}
        if not wrong:
            year = re.search(r"\d{4}", kept.get("year", ""))
            given = {"key": key, "year": year.group() if year else "", "read": "user", "note": "imported by the user"}
            found[key] = Reference(**{**kept, **given})
    if not found and not faults:
        faults.append(Fault(file, "", "no reference", "at least one"))
    if faults:
        raise InputError(faults)
    return found


KEPT = ("authors", "title", "year", "journal", "doi", "pmid", "pmcid", "url")


def _made(fields: Fields) -> str:
    """Return a key made of the first author and the year."""
    first = re.sub(r"[^A-Za-z]", "", fields.get("authors", "").split(",")[0].split(" ")[0]) or "anonymous"
    year = re.search(r"\d{4}", fields.get("year", ""))
    word = re.search(r"\w{4,}", fields.get("title", ""))
    return f"{first}{year.group() if year else ''}{word.group().lower() if word else ''}"[:50]


def _ris(text: str, file: str) -> Iterator[tuple[str, Fields]]:
    """Yield the entries of a RIS file with the line they begin in."""
    fields: Fields = {}
    start, last = 1, ""
    for line, words in enumerate(text.splitlines(), 1):
        found = RIS_LINE.fullmatch(words.strip("\ufeff").rstrip())
        if not found:
            if words.strip() and last:
                fields[last] = f"{fields.get(last, '')} {words.strip()}"
            elif words.strip():
                raise InputError([Fault(file, f"line {line}", shorten(words), "lines such as 'TI  - title'")])
            continue
        tag, value = found.groups()
        if tag == "TY":
            fields, start = {}, line
        elif tag == "ER":
            yield f"line {start}", fields
            fields = {}
        elif tag in ("AU", "A1"):
            fields["authors"] = "; ".join(part for part in (fields.get("authors"), value) if part)
        elif tag in ("ID", "AN") and "key" not in fields:
            fields["key"] = value
        elif name := RIS.get(tag):
            fields.setdefault(name, value)
        last = RIS.get(tag, "")
    if fields:
        raise InputError([Fault(file, f"line {start}", "an entry that does not end", "ER  - after every entry")])


def _bibtex(text: str, file: str) -> Iterator[tuple[str, Fields]]:
    """Yield the entries of a BibTeX file with the line they begin in."""
    position = 0
    while found := BIB_START.search(text, position):
        where = f"line {text.count(chr(10), 0, found.start()) + 1}"
        position = found.end()
        if found.group(1).lower() in ("comment", "string", "preamble"):
            continue
        fields: Fields = {"key": found.group(2)}
        while name := BIB_FIELD.match(text, position):
            value, position = _braced(text, name.end(), file, where)
            fields[{"author": "authors"}.get(name.group(1).lower(), name.group(1).lower())] = value
            rest = re.compile(r"\s*,?").match(text, position)
            position = rest.end() if rest else position
        if not re.compile(r"\s*\}").match(text, position):
            raise InputError([Fault(file, where, f"the entry {found.group(2)} does not end", "a closing brace")])
        fields["authors"] = re.sub(r"\s+and\s+", "; ", fields.get("authors", ""))
        yield where, fields


def _braced(text: str, start: int, file: str, where: str) -> tuple[str, int]:
    """Return the value that begins at a place, without its braces or quotes, and the place behind it."""
    if start < len(text) and text[start] in '{"':
        close = "}" if text[start] == "{" else '"'
        depth = 0
        for at in range(start + 1, len(text)):
            if text[at] == close and depth == 0:
                return re.sub(r"[{}]|\\(?=[&%#_$])", "", text[start + 1 : at]), at + 1
            depth += (text[at] == "{") - (text[at] == "}")
        raise InputError([Fault(file, where, "a value that does not end", f"a closing {close}")])
    plain = re.compile(r"[^,}\s]*").match(text, start)
    return (plain.group(), plain.end()) if plain else ("", start)


def _csl(text: str, file: str) -> Iterator[tuple[str, Fields]]:
    """Yield the entries of a CSL-JSON file with their position."""
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise InputError([Fault(file, f"line {line}", getattr(error, "msg", "too deep"), "CSL-JSON: a list of items")]) from None
    items = data if isinstance(data, list) else [data]
    for position, item in enumerate(items, 1):
        if not isinstance(item, dict):
            raise InputError([Fault(file, f"item {position}", shorten(item), "a mapping with title, author, issued")])
        yield f"item {position}", _csl_fields(item)


def _csl_fields(item: dict[str, Any]) -> Fields:
    """Return the fields of an item of CSL-JSON."""
    people = [each for each in item.get("author") or () if isinstance(each, dict)]
    named = [each.get("literal") or ", ".join(part for part in (each.get("family"), each.get("given")) if part) for each in people]
    issued = item.get("issued") if isinstance(item.get("issued"), dict) else {}
    dates = (issued or {}).get("date-parts") or [[""]]
    given = {
        "key": item.get("id"),
        "title": item.get("title"),
        "journal": item.get("container-title"),
        "doi": item.get("DOI"),
        "pmid": item.get("PMID"),
        "pmcid": item.get("PMCID"),
        "url": item.get("URL"),
        "year": (dates[0] or [""])[0],
    }
    return {**{key: str(value) for key, value in given.items() if value}, "authors": "; ".join(name for name in named if name)}


READERS = {".ris": _ris, ".bib": _bibtex, ".json": _csl}
ENDINGS = tuple(READERS)
