"""A sheet: the rows of a CSV, TSV or XLSX file as text by column, every cell with its place, all faults at once.

What a spreadsheet did to the cells on the way (dates for names, formulas, error values, two encodings) is told, never
guessed around. Numbers stay text here; `number` reads one cell.
"""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulposus.core.errors import Fault, InputError, NotAllowed, shorten
from pulposus.core.files import read_text

__all__ = ["MOST_ROWS", "Sheet", "number", "read_sheet"]

MOST_ROWS = 100_000
MOST_COLUMNS = 500
MOST_BYTES = 50e6
MOST_FAULTS = 50  # of one sheet; then it says how many more
SEPARATORS = ",;\t"
NUMBER = re.compile(r"[-+−]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?|[-+]?\d{1,3}( \d{3})+(\.\d+)?")
DATE = re.compile(r"\d{1,2}-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(-\d{2,4})?|\d{4}-\d\d-\d\d( 00:00:00)?", re.IGNORECASE)
EMPTY = ("", "NA", "N/A", "n/a", "na", "-", "n/r", "NaN", "nan")
BROKEN = ("#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#N/A", "#NUM!", "#NULL!")


@dataclass(frozen=True)
class Sheet:
    """The rows of a file: a mapping from column to text each, with the number of its row in the file."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]
    numbers: tuple[int, ...]

    def place(self, position: int, column: str = "") -> str:
        """Return a place as faults name it, such as `row 5, column sd1i`."""
        return f"row {self.numbers[position]}" + (f", column {column}" if column else "")


def number(text: str) -> float | None:
    """Return the number in a cell, None for an empty one; raises `NotAllowed` and says what looks wrong.

    >>> number("4.5e3"), number("NA")
    (4500.0, None)
    """
    plain = text.strip()
    if plain in EMPTY:
        return None
    if NUMBER.fullmatch(plain):
        value = float(plain.replace("−", "-"))
        if math.isfinite(value):
            return value
    allowed = "a number such as 3.5"
    if DATE.fullmatch(plain):
        raise NotAllowed(f"{shorten(plain)} (a date: a spreadsheet may have changed it)", allowed)
    if THOUSANDS.fullmatch(plain):
        raise NotAllowed(f"{shorten(plain)} (separators of thousands?)", "a number without separators, such as 12500")
    if DECIMAL_COMMA.fullmatch(plain):
        raise NotAllowed(f"{shorten(plain)} (a decimal comma?)", "a number with a decimal point, such as 3.5")
    raise NotAllowed(shorten(plain), allowed)


def read_sheet(path: str | Path, most_rows: int = MOST_ROWS) -> Sheet:
    """Return the sheet of a file by its ending (.csv, .tsv, .txt, .xlsx).

    Raises `InputError` with all faults: unreadable, empty, header only, columns without a name or twice, rows of another
    length, formulas, errors of a spreadsheet, more rows or columns than allowed.
    """
    name = str(path)
    lines = _xlsx(name) if name.lower().endswith(".xlsx") else _delimited(name)
    header: list[str] | None = None
    faults: list[Fault] = []
    rows: list[dict[str, str]] = []
    numbers: list[int] = []
    for place, cells in lines:
        if header is None:
            header = [cell.strip() for cell in cells]
            while header and not header[-1]:
                header.pop()
            faults += _header_faults(name, place, header)
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) >= most_rows:
            raise InputError([*faults[:MOST_FAULTS], Fault(name, "", f"more than {most_rows} rows", f"at most {most_rows} rows")])
        if any(cell.strip() for cell in cells[len(header) :]) or len(cells) < len(header):
            given = f"{len(cells)} cells"
            faults.append(Fault(name, f"row {place}", given, f"{len(header)} cells, as the header has"))
        filled = [cell.strip() for cell in cells[: len(header)]] + [""] * (len(header) - len(cells))
        row = dict(zip(header, filled, strict=True))
        faults += _cell_faults(name, place, row)
        rows.append(row)
        numbers.append(place)
    if header is None or not header:
        faults.append(Fault(name, "", "an empty file", "a row of column names and rows below it"))
    elif not rows:
        faults.append(Fault(name, "", "column names and no rows", "at least one row"))
    if faults:
        more = len(faults) - MOST_FAULTS
        raise InputError([*faults[:MOST_FAULTS], *([Fault(name, "", f"{more} more faults", "")] if more > 0 else [])])
    return Sheet(name, tuple(header or ()), tuple(rows), tuple(numbers))


def _header_faults(file: str, place: int, header: Sequence[str]) -> list[Fault]:
    """Return what is wrong with the names of columns."""
    where = f"row {place}"
    unnamed = [at for at, name in enumerate(header, 1) if not name]
    faults = [Fault(file, where, f"column {at} without a name", "a name for every column") for at in unnamed]
    twice = sorted({name for name in header if name and header.count(name) > 1})
    faults += [Fault(file, where, f"the column {name} again", "every column once") for name in twice]
    if len(header) > MOST_COLUMNS:
        faults.append(Fault(file, where, f"{len(header)} columns", f"at most {MOST_COLUMNS}"))
    return faults


def _cell_faults(file: str, place: int, row: Mapping[str, str]) -> list[Fault]:
    """Return cells that are a formula or the error of a spreadsheet."""
    faults = []
    for column, cell in row.items():
        if cell.startswith("=") or cell in BROKEN:
            what = "a formula" if cell.startswith("=") else "the error of a spreadsheet"
            faults.append(Fault(file, f"row {place}, column {column}", f"{shorten(cell)} ({what})", "the value itself"))
    return faults


def _delimited(path: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of delimited text with their line numbers; the separator is the one the header has most of."""
    text = read_text(path, MOST_BYTES)
    head = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=head.count)
    csv.field_size_limit(int(MOST_BYTES))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError([Fault(path, f"row {reader.line_num}", str(error), "a table with quotes that close")]) from None
        yield line, cells
        line = reader.line_num + 1


def _xlsx(path: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of the first sheet of a workbook, formulas as they stand."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=False)
    except OSError as error:
        raise InputError([Fault(path, "", (error.strerror or str(error)).lower(), "a file that can be read")]) from None
    except (zipfile.BadZipFile, KeyError, ValueError, openpyxl.utils.exceptions.InvalidFileException):
        raise InputError([Fault(path, "", "not a workbook", "a file of the form .xlsx")]) from None
    try:
        for place, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), 1):
            yield place, [_cell(cell) for cell in cells]
    finally:
        book.close()


def _cell(value: Any) -> str:
    """Return the value of a cell as text."""
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < WHOLE else repr(value)
    return str(value)


WHOLE = 1e15  # whole numbers below this are written without a point
