"""What verbs print on the output stream: one JSON document, or a table as wide as the terminal, whole in a pipe."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from pulposus.core.errors import Fault, InputError, nearest, shorten

__all__ = ["LANGUAGES", "allowed_word", "document", "json_text", "print_json", "print_table", "program_version"]

LANGUAGES = ("en", "zh")
WIDEST = 100_000  # columns of a table that is not shown on a terminal


def program_version() -> str:
    """Return the version of the program."""
    from importlib.metadata import version

    return version("pulposus")


def document(schema: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document with its schema and the version of the program before its content.

    >>> list(document("check/1", {"problems": []}))
    ['schema', 'version', 'problems']
    """
    return {"schema": schema, "version": program_version(), **content}


def json_text(content: Mapping[str, Any]) -> str:
    """Return a document as JSON text; a number that is not finite becomes null, as JSON has no word for it.

    >>> json_text({"value": float("nan")}).split()
    ['{', '"value":', 'null', '}']
    """
    return json.dumps(_finite(content), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _finite(value: Any) -> Any:
    """Return plain data with None in place of numbers that are not finite."""
    if isinstance(value, Mapping):
        return {str(key): _finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def print_json(content: Mapping[str, Any]) -> None:
    """Print one JSON document."""
    sys.stdout.write(json_text(content))


def _cell(value: Any) -> str:
    """Return a value as the text of a table cell."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(_cell(each) for each in value)
    return str(value)


def print_table(rows: Iterable[Mapping[str, Any]], title: str = "") -> None:
    """Print rows as a table with the keys of all rows as columns, in the order of their first appearance."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    kept = list(rows)
    columns = list(dict.fromkeys(key for row in kept for key in row))
    console = Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else WIDEST)
    table = Table(title=title or None, title_justify="left")
    for column in columns:
        table.add_column(Text(column.replace("_", " ")), overflow="fold")
    for row in kept:
        table.add_row(*(Text(_cell(row.get(column))) for column in columns))
    console.print(table)


def allowed_word(option: str, given: str, allowed: Iterable[str]) -> list[Fault]:
    """Return the fault of an option that is none of a list of words, none if it is one.

    >>> allowed_word("--lang", "zh", ("en", "zh"))
    []
    """
    known = list(allowed)
    return [] if given in known else [Fault("", option, shorten(given), ", ".join(known), nearest(given, known))]


def refuse(faults: list[Fault]) -> None:
    """Raise `InputError` if there are faults."""
    if faults:
        raise InputError(faults)
