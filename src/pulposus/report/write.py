"""A comparison in a folder: the report, two tables for spreadsheets, the numbers and the record of the run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pulposus.core.files import write_atomic

__all__ = ["FILES", "write_report"]

FILES = ("report.html", "summary.csv", "trajectories.csv", "results.nc", "run.json")
_MARK = "\ufeff"  # by which spreadsheet programs know UTF-8


def write_report(comparison: Any, out: str | Path, lang: str = "en") -> list[Path]:
    """Write the files of a comparison (anything with a `result`) into a folder, each whole or not at all; return their paths.

    Raises `InputError` for an unknown language, before anything is written.
    """
    from pulposus.report.facts import read
    from pulposus.report.html import page
    from pulposus.report.spreadsheets import summary, trajectories

    folder = Path(out)
    facts = read(comparison.result)
    texts = {"report.html": page(facts, lang), "summary.csv": _MARK + summary(facts),
             "trajectories.csv": _MARK + trajectories(facts)}
    comparison.result.save(folder)
    for name, content in texts.items():
        write_atomic(folder / name, content)
    return [folder / name for name in FILES]
