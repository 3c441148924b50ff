"""Tables to start from and their data dictionaries: studies to import, and a table to pool."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from pulposus.core.errors import Fault, InputError
from pulposus.core.files import write_atomic
from pulposus.evidence.meta.table import dictionary as pooled_columns
from pulposus.evidence.table_import import columns, template

__all__ = ["TABLES", "dictionary", "text", "write"]

TABLES = ("studies", "meta")
ENDINGS = (".csv", ".xlsx")


def text(what: str) -> str:
    """Return a table to start from as CSV."""
    if what == "studies":
        return template()
    shown = [name for name, each in pooled_columns().items() if each.get("example") not in ("", "None", None)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(shown)
    writer.writerow(pooled_columns()[name]["example"] for name in shown)
    return out.getvalue()


def dictionary(what: str, lang: str = "en") -> list[dict[str, str]]:
    """Return one row per column: what it holds, its form, what may stand in it."""
    if what == "meta":
        return [{"column": name, "holds": each[lang], "form": each["form"]} for name, each in pooled_columns().items()]
    rows = []
    for each in columns().values():
        allowed = ", ".join(each.allowed()) if each.choices or each.kinds else ""
        rows.append(
            {
                "column": each.name,
                "part": each.part,
                "holds": getattr(each, lang),
                "form": each.form,
                "needed": "yes" if each.needed else "",
                "allowed": allowed,
            }
        )
    return rows


def write(what: str, path: Path) -> Path:
    """Write a table to start from by the ending of its name; raises `InputError` for another ending."""
    if path.suffix.lower() not in ENDINGS:
        raise InputError([Fault(str(path), "--out", path.suffix or "no ending", ", ".join(ENDINGS))])
    if path.suffix.lower() == ".csv":
        return write_atomic(path, text(what))
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = what
    for row in csv.reader(io.StringIO(text(what))):
        sheet.append(row)
    told = book.create_sheet("dictionary")
    rows = dictionary(what)
    told.append(list(rows[0]))
    for each in rows:
        told.append(list(each.values()))
    content = io.BytesIO()
    book.save(content)
    return write_atomic(path, content.getvalue())
