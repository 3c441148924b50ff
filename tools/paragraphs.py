"""The table of the reviews' paragraphs: hashes compared with the texts where they are at hand, records filled in.

    python tools/paragraphs.py FOLDER            # compares the committed hashes with the texts in a folder
    python tools/paragraphs.py FOLDER --write    # writes the table anew from texts and records

A paragraph is a block between empty lines. The texts are not part of the project and are not copied into it: the table
holds a number, a hash, a section, a kind and the ids of the records that a paragraph led to.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from pulposus.core.files import packaged, write_atomic
from pulposus.evidence.library import library

SHORT, LONGEST_FRONT = 60, 200  # characters
COLUMNS = ("review", "paragraph", "sha256", "section", "kind", "records")
FRONT = re.compile(
    "doi|中图|文献标|文章编|引用本文|Cited as|Correspond|通讯作者|通信作者|第一作者|电话|收稿|基金"
    "|作者贡献|利益冲突|责任编辑|本文编辑|上接|关键词|Keywords|卢世浩"
    r"|¹|<sup>1</sup>, |\^\{1|\(1 ",
    re.IGNORECASE,
)


def paragraphs(folder: Path) -> Iterator[tuple[str, int, str]]:
    """Yield review, number and text of every paragraph of both reviews."""
    for review in ("000", "001"):
        (file,) = folder.glob(f"{review}_*.txt")
        blocks = [block.strip() for block in re.split(r"\n\s*\n", file.read_text(encoding="utf-8"))]
        for number, block in enumerate((block for block in blocks if block), 1):
            yield review, number, block


def kind_of(text: str, records: bool) -> str:
    """Return what a paragraph is: text, heading, references or front matter."""
    if len(re.findall(r"^(?:- )?\d+\.? [A-Z][A-Za-z-]+ [A-Z]", text, re.MULTILINE)) > 1:
        return "references"
    if records:
        return "text"
    if FRONT.search(text[:60]):
        return "front matter"
    if text.startswith("#") or (len(text) < SHORT and re.match(r"\d(\.\d)? ", text)):
        return "heading"
    return "front matter" if len(text) < LONGEST_FRONT else "text"


def table(folder: Path) -> str:
    """Return the table as CSV, written from the texts and the records."""
    held: dict[tuple[str, int], list[str]] = {}
    sections: dict[tuple[str, int], str] = {}
    listed: dict[str, list[str]] = {}
    for paper in library().papers:
        for said in (*paper.statements, *paper.claims):
            if said.paragraph is not None:
                held.setdefault((said.review, said.paragraph), []).append(said.id)
                sections[said.review, said.paragraph] = said.section
    for entry in library().listed:
        listed.setdefault(entry.review, []).append(entry.number)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    section, previous = "front", ""
    for review, number, text in paragraphs(folder):
        section, previous = section if review == previous else "front", review
        records = sorted(held.get((review, number), []))
        kind = kind_of(text, bool(records))
        if kind == "references":
            numbers = re.findall(r"^(?:- )?(\d+)\.? ", text, re.MULTILINE)
            foreign = review == "001" and "Park CH" in text
            section, records = "list", [f"list:{review}-{n}{'x' if foreign else ''}" for n in numbers]
            records = [each for each in records if each.removeprefix(f"list:{review}-") in listed[review]]
            records += sorted(held.get((review, number), []))
        section = sections.get((review, number), section)
        digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
        writer.writerow((review, number, digest, section, kind, "; ".join(records)))
    return out.getvalue()


def compare(folder: Path) -> list[str]:
    """Return where the committed table and the texts differ."""
    known = {(each.review, int(each.paragraph)): each.sha256 for each in library().paragraphs}
    found = {(review, number): hashlib.sha256(text.encode("utf-8")).hexdigest() for review, number, text in paragraphs(folder)}
    told = [f"review {r}, paragraph {n}: the text has another hash" for (r, n), h in found.items() if known.get((r, n), h) != h]
    told += [f"review {r}, paragraph {n}: not in the table" for r, n in sorted(found.keys() - known.keys())]
    return told + [f"review {r}, paragraph {n}: not in the text" for r, n in sorted(known.keys() - found.keys())]


def main() -> int:
    """Compare or write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    if asked.write:
        print(write_atomic(packaged("evidence/paragraphs.csv"), table(asked.folder)))
        return 0
    told = compare(asked.folder)
    print("\n".join(told) or f"{len(library().paragraphs)} paragraphs, every hash as committed")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
