"""The first screen on the terminal: the sentence, one row per arm, what could reverse it, what it rests on."""

from __future__ import annotations

import sys
from typing import Any

from pulposus.core.language import text
from pulposus.core.vocabulary import label
from pulposus.report.facts import OUTCOMES, Facts, read
from pulposus.report.first_rows import Cell, Row, counts, first_rows, reversals
from pulposus.report.numbers import number, with_unit
from pulposus.report.sentence import sentence, status
from pulposus.report.words import joined, outcome, said, unit

__all__ = ["print_screen"]

_WIDTH = 100  # columns where the output is no terminal


def print_screen(comparison: Any, lang: str = "en") -> None:
    """Print the first screen of a comparison (anything with a `result`) in a language; raises `InputError` for another."""
    from rich.console import Console
    from rich.text import Text

    facts = read(comparison.result)
    terminal = sys.stdout.isatty()
    console = Console(file=sys.stdout, highlight=False, width=None if terminal else _WIDTH)
    for level, disc in facts.levels.items():
        if level:
            console.print(Text(f"{label('level', level, lang)}\n", style="bold"))
        for part in _disc(disc, lang):
            console.print(part)
    if len(facts.levels) > 1:
        console.print(_person(facts, lang))
    console.print(Text(status(facts, lang)))
    console.print(Text(text("research_use", lang), style="bold"))


def _disc(facts: Facts, lang: str) -> list[Any]:
    """Return the first screen of one disc in its parts."""
    from rich.text import Text

    return [Text(sentence(facts, lang), style="bold"), Text(), _table(facts, lang), Text(_foot(facts, lang)), Text(),
            Text(said(lang)("reversing_title"), style="bold"), *(Text(line) for line in _reversing(facts, lang)), Text(),
            Text(_counts(facts, lang))]


def _person(facts: Facts, lang: str) -> Any:
    """Return the table of the person with several discs."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from pulposus.report.person import person

    say, told = said(lang), person(facts, lang)
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), expand=False, title=Text(say("section_person"), style="bold"),
                  title_justify="left", caption=Text(told["note"]), caption_justify="left")
    heads = [say("col_arm"), say("col_given_in_all"), say("col_alive_in_all"), *told["symptoms"], say("col_harms_in_all")]
    for head in heads:
        table.add_column(Text(head), overflow="fold")
    for row in told["rows"]:
        harms = "\n".join(" ".join((cell.main, cell.note)) for cell in row["harms"]) or say("no_harm")
        cells = [row["arm"], row["given"], _cell(row["alive"]), *(_cell(cell) for cell in row["symptoms"]), harms]
        table.add_row(*(Text(cell) for cell in cells), end_section=True)
    return table


def _table(facts: Facts, lang: str) -> Any:
    """Return the table of the arms."""
    from rich.box import SIMPLE_HEAD
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    say = said(lang)
    smallest = facts.screen["smallest_change"]
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), expand=False, show_lines=False)
    rows = first_rows(facts, lang)
    widest = max(cell_len(word) for row in rows for word in _arm(row, lang).split())
    table.add_column(Text(say("col_arm")), overflow="fold", min_width=min(widest, _WIDTH // 4))
    table.add_column(Text(say("col_evidence")), overflow="fold")
    table.add_column(Text(say("col_alive", day=f"{facts.landmark:g}")), overflow="fold")
    for name in OUTCOMES:
        told = with_unit(number(smallest[name]), unit(facts.data[name].attrs["units"], lang))
        header = say("col_difference", outcome=outcome(name, lang, short=True), smallest=told)
        table.add_column(Text(header), overflow="fold")
    table.add_column(Text(say("col_harm")), overflow="fold")
    for row in rows:
        cells = [_arm(row, lang), f"{row.level}\n{row.n}", _cell(row.alive)]
        cells += [_cell(row.differences[name]) for name in OUTCOMES]
        table.add_row(*(Text(cell) for cell in (*cells, _cell(row.harm))), end_section=True)
    return table


def _arm(row: Row, lang: str) -> str:
    """Return the first cell of a row: the arm, its dose, what it is compared with, what happened to it."""
    lines = [row.arm, row.given]
    lines += [said(lang)("versus", comparator=row.comparator)] if row.comparator else []
    return "\n".join(line for line in (*lines, *row.remarks, *row.better) if line)


def _cell(cell: Cell) -> str:
    """Return a cell in lines."""
    return "\n".join(part for part in (cell.main, cell.interval, cell.note) if part)


def _foot(facts: Facts, lang: str) -> str:
    """Return how the numbers of the table are to be read."""
    say = said(lang)
    foot = say("table_note", percent=facts.percent)
    return f"{text('preview', lang, draws=facts.done, percent=facts.percent)} {foot}" if facts.screen["preview"] else foot


def _reversing(facts: Facts, lang: str) -> list[str]:
    """Return one line per assumption that could reverse an order, or that none is resolved."""
    say = said(lang)
    found = [f"{i}. " + say("reversing_line", **row) for i, row in enumerate(reversals(facts, lang), 1)]
    return found or [say("reversing_none")]


def _counts(facts: Facts, lang: str) -> str:
    """Return the counts by origin in one line."""
    say = said(lang)
    found = counts(facts, lang)
    parts = [say("counts_item", origin=row["origin"], n=row["records"], share=row["share"]) for row in found["rows"]]
    return say("counts_line", total=found["total"], parts=joined(parts, lang), rest=found["rest"])
