"""Size tables of particles, as instruments export them: which program wrote it, sizes, and what was counted at each size.

    share(low, high) = sum of amounts of sizes within [low, high] / sum of all amounts

Headings are those of `data/products/size_tables.yaml`. A table is refused where its sizes are not diameters in nm; sizes are
kept in m. Amounts by intensity or volume do not count particles, and say so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pulposus.core.errors import Fault, InputError, nearest, shorten
from pulposus.core.files import LARGEST, packaged, read_yaml
from pulposus.core.units import si

__all__ = ["SizeTable", "load_size_table", "read_size_table"]

FILE = "products/size_tables.yaml"
SEPARATORS = ("\t", ";", ",")
COUNTED = ("number_concentration", "number", "number_percent")
UNIT = re.compile(r"\(.*\)|\[.*\]|/.*$|_nm$|_um$|[\s_]")
OTHER_UNITS = {"um": "um", "µm": "um", "μm": "um", "micron": "um", "mm": "mm", "pm": "pm", "r.nm": "radii in nm", "radius": "radii"}
SMALLEST = 10  # a table whose largest size is below it (nm) is taken for one in um


@dataclass(frozen=True)
class SizeTable:
    """A size table: the program, how amounts were counted, sizes (m, ascending as in the file) and amounts."""

    program: str
    words: str
    kind: str
    sizes: tuple[float, ...]
    amounts: tuple[float, ...]

    @property
    def counts(self) -> bool:
        """Whether the amounts count particles."""
        return self.kind in COUNTED

    def share(self, low: float, high: float) -> float:
        """Return the share of the amounts at sizes from low to high (m), 0..1.

        >>> SizeTable("plain", "", "number", (5e-8, 1e-7, 3e-7), (1.0, 2.0, 1.0)).share(3e-8, 1.5e-7)
        0.75
        """
        inside = sum(n for size, n in zip(self.sizes, self.amounts, strict=True) if low <= size <= high)
        return inside / sum(self.amounts)

    @property
    def median(self) -> float:
        """The size (m) up to which half of the amounts lie."""
        reached, half = 0.0, sum(self.amounts) / 2
        for size, amount in sorted(zip(self.sizes, self.amounts, strict=True)):
            reached += amount
            if reached >= half:
                return size
        return max(self.sizes)

    @property
    def total(self) -> float | None:
        """The particles per m3 of what was measured, undiluted or not; None where no concentration was told."""
        return si(sum(self.amounts), "particle/mL") if self.kind == "number_concentration" else None


@dataclass(frozen=True)
class _Header:
    """Where the sizes and the amounts stand in a row of headings, and what they are."""

    instrument: Mapping[str, Any]
    size: int
    amounts: tuple[int, ...]
    kind: str


@lru_cache(maxsize=1)
def _instruments() -> list[dict[str, Any]]:
    """Return the known headings by instrument."""
    return list(read_yaml(packaged(FILE))[0]["instruments"])


def _plain(heading: str) -> str:
    """Return a heading as it is compared: without case and blanks."""
    return "".join(heading.casefold().split()).strip('"')


def load_size_table(path: str | Path) -> SizeTable:
    """Return the size table of a file; raises `InputError` that names what is wrong with it."""
    name = str(path)
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError([Fault(name, "", reason[:1].lower() + reason[1:], "a size table that can be read")]) from None
    if len(raw) > LARGEST or b"\0" in raw:
        raise InputError([Fault(name, "", "not a table", "a text file (CSV) of at most a few MB, as the instrument exports it")])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:  # programs of instruments write the letters of their system
        text = raw.decode("latin-1")
    return read_size_table(text, name)


def read_size_table(text: str, file: str = "") -> SizeTable:
    """Return the size table that a text holds; raises `InputError` for unknown headings, other units, or no particles.

    >>> table = read_size_table("Bin centre (nm),Concentration average\\n50.5,1e6\\n110.5,3e6\\n")
    >>> table.program, table.share(30e-9, 150e-9), round(table.median * 1e9, 1)
    ('NanoSight', 1.0, 110.5)
    """
    read = next(_headers(text), None)
    if read is None:
        raise InputError([_no_header(_rows(text, max(SEPARATORS, key=text.count)), file)])
    rows, start, header = read
    sizes, amounts = [], []
    for number, row in _body(rows, start, header):
        try:
            size = _value(row[header.size])
            counted = [_value(row[i]) for i in header.amounts if i < len(row)]
        except ValueError:
            raise InputError([Fault(file, f"line {number}", shorten(", ".join(row)), "numbers below the headings")]) from None
        if size <= 0 or any(not n >= 0 for n in counted):
            raise InputError([Fault(file, f"line {number}", shorten(", ".join(row)), "sizes above zero and amounts of zero or more")])
        sizes.append(size)
        amounts.append(sum(counted) / len(counted) if counted else 1.0)
    _refuse_empty(sizes, amounts, file, start + 1)
    about = header.instrument
    return SizeTable(about["name"], about["words"], header.kind, tuple(si(size, "nm") for size in sizes), tuple(amounts))


def _rows(text: str, mark: str) -> list[list[str]]:
    """Return the cells of all lines of a text with this separator."""
    return [[cell.strip().strip('"').strip() for cell in line.split(mark)] for line in text.splitlines()]


def _headers(text: str) -> Iterator[tuple[list[list[str]], int, _Header]]:
    """Yield the rows of a text, the row of known headings and what they are, for every separator that finds some."""
    for mark in SEPARATORS:
        rows = _rows(text, mark)
        yield from ((rows, i, header) for i, row in enumerate(rows) if (header := _header(row)))


def _value(cell: str) -> float:
    """Return the number of a cell, with a decimal comma or point; raises ValueError."""
    number = float(cell.replace(",", "."))
    if not math.isfinite(number):
        raise ValueError(cell)
    return number


def _header(row: list[str]) -> _Header | None:
    """Return where sizes and amounts stand if a row holds known headings of one instrument."""
    plain = [_plain(cell) for cell in row]
    for about in _instruments():
        sizes = [plain.index(_plain(h)) for h in about["size"] if _plain(h) in plain]
        if not sizes:
            continue
        for amount in about["amounts"]:
            where = tuple(i for i, cell in enumerate(plain) if cell == _plain(amount["heading"]))
            if where:
                return _Header(about, sizes[0], where, amount["kind"])
        if about.get("single") and len([cell for cell in plain if cell]) == 1:
            return _Header(about, sizes[0], (), "number")
    return None


def _body(rows: list[list[str]], start: int, header: _Header) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells) below the headings, to the first empty row, word that stops, or mark of another section."""
    stops = [_plain(word) for word in header.instrument.get("stop", ())]
    begun = False
    for i, row in enumerate(rows[start + 1 :], start + 2):
        cell = row[header.size] if header.size < len(row) else ""
        marked = cell.startswith("-")
        if not cell or _plain(cell) in stops or marked:
            if begun:
                return
            continue
        begun = True
        yield i, row


def _refuse_empty(sizes: list[float], amounts: list[float], file: str, line: int) -> None:
    """Raise `InputError` for a table without particles, or with sizes that are no nm."""
    if not sizes or not sum(amounts) > 0:
        raise InputError([Fault(file, f"line {line}", "no particles below the headings", "at least one size with an amount above zero")])
    if max(sizes) < SMALLEST:
        given = f"sizes of at most {max(sizes):g}"
        raise InputError([Fault(file, f"line {line}", given, "diameters in nm; these look like um")])


def _no_header(rows: list[list[str]], file: str) -> Fault:
    """Return the fault of a table without known headings: another unit, a radius, or the nearest heading."""
    known = [h for about in _instruments() for h in about["size"]]
    bare = {UNIT.sub("", h.casefold()).rstrip("s") for h in known}
    for number, row in enumerate(rows, 1):
        for cell in row:
            low = cell.casefold()
            unit = next((words for mark, words in OTHER_UNITS.items() if mark in low), None)
            if unit and (UNIT.sub("", low).rstrip("s") in bare or "radius" in low):
                return Fault(file, f"line {number}: {cell}", f"sizes in {unit}" if unit in ("um", "mm", "pm") else unit, "diameters in nm")
            if _plain(cell) in map(_plain, known):
                amounts = [amount["heading"] for about in _instruments() if _plain(cell) in map(_plain, about["size"])
                           for amount in about["amounts"]]
                near = next((n for other in row if other != cell and (n := nearest(other, amounts))), None)
                return Fault(file, f"line {number}", "no column of amounts that is known", ", ".join(amounts), near)
    first = next((cell for row in rows for cell in row if cell), "")
    allowed = f"a column of sizes with one of the headings {', '.join(known)}"
    near = next((n for row in rows for cell in row if (n := nearest(cell, known))), None)
    return Fault(file, "", f"no known headings (first cell {shorten(first)})", allowed, near)
