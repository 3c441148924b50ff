"""What is told of a person with several discs: doses and living cells in all of them, pain and disability, harms of all needle passes."""

from __future__ import annotations

from typing import Any

from pulposus.core.vocabulary import label
from pulposus.report.bands import difference_series, series
from pulposus.report.curves import curve_pictures
from pulposus.report.facts import Facts
from pulposus.report.first_rows import Cell
from pulposus.report.numbers import NOTHING, count, difference, interval, number, plus_minus
from pulposus.report.words import given, outcome, said
from pulposus.study.statistics import spread_of
from pulposus.tissue.symptoms import SYMPTOMS

__all__ = ["person"]


def person(facts: Facts, lang: str) -> dict[str, Any]:
    """Return the table of the person: a note, the symptoms asked for, a row per arm, and the pictures of the symptoms."""
    say, told = said(lang), [name for name in facts.about["observe"] if name in SYMPTOMS]
    painful = facts.about["subject"]["painful"]
    rule = say("person_painful", level=label("level", painful, lang)) if painful else say("person_worst")
    rows = [{"arm": name, "comparator": row["comparator"], "given": given(row, lang) or NOTHING, "alive": _alive(row, lang),
             "symptoms": [_symptom(facts, symptom, name, lang) for symptom in told],
             "harms": [Cell(f"{number(spread['median'])}%", f"({interval(spread, lang)})", say(f"harm_{harm}"))
                       for harm, spread in row["harms"].items()]} for name, row in facts.arms.items()]
    return {"note": say("person_note", rule=rule), "symptoms": [outcome(name, lang, short=True) for name in told], "rows": rows,
            "pictures": [picture for picture in curve_pictures(facts, lang) if picture.name in told]}


def _alive(row: dict[str, Any], lang: str) -> Cell:
    """Return how many transplanted cells live in all discs at the end."""
    cells = row["cells_at_end"]
    if row["kind"] != "cells" or not cells["n"]:
        return Cell(NOTHING)
    ends = said(lang)("interval", low=count(cells["low"], lang), high=count(cells["high"], lang))
    return Cell(count(cells["median"], lang), f"({ends})")


def _symptom(facts: Facts, name: str, arm: str, lang: str) -> Cell:
    """Return the difference from the named comparator at the end, of an arm without one its level where it is a comparator."""
    between = difference_series(facts, name, arm)
    spread = vars(spread_of(series(facts, name, arm)[:, -1] if between is None else between[:, -1]))
    if not spread["n"]:
        return Cell(NOTHING)
    step = facts.step(name)
    if between is None:
        return Cell(number(spread["median"], 3), f"({interval(spread, lang)})")
    return Cell(difference(spread["median"], step) + plus_minus(spread["error"], step), f"({interval(spread, lang, step)})",
                said(lang)("versus", comparator=facts.arms[arm]["comparator"]))
