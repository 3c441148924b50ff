"""Every arm against every other: the chance that one ends above the other, with its Monte-Carlo error, and the least under any rival.

    p = share of draws in which the row ends above the column, a tie counted half;   error = sqrt(p (1 - p) / n)
"""

from __future__ import annotations

from typing import Any

from pulposus.report.facts import OUTCOMES, Facts
from pulposus.report.numbers import NOTHING
from pulposus.report.words import outcome, said
from pulposus.study.summary import decisions

__all__ = ["pairs"]


def pairs(facts: Facts, lang: str) -> list[dict[str, Any]]:
    """Return one table per outcome: its title, the arms, and a row of cells per arm."""
    if not facts.done or len(facts.arms) < 2:
        return []
    found = decisions(facts.data)
    return [{"title": outcome(name, lang), "arms": list(facts.arms), "rows": [
        {"arm": row, "cells": [_cell(found, name, row, column, lang) for column in facts.arms]} for row in facts.arms]}
        for name in OUTCOMES]


def _cell(found: list[dict[str, Any]], name: str, row: str, column: str, lang: str) -> dict[str, str]:
    """Return the chance that `row` ends above `column`, with its error and the least and most under rivals."""
    for pair in found:
        if pair["outcome"] == name and {pair["better"], pair["worse"]} == {row, column} and row != column and pair["n"]:
            turned = pair["better"] != row
            p, *others = (1 - each if turned else each for each in (pair["chance"], *pair["under_rivals"].values()))
            n = pair["n"]
            error = (p * (1 - p) / n) ** 0.5
            span = said(lang)("pairs_rivals", low=f"{min(p, *others):.2f}", high=f"{max(p, *others):.2f}") if others else ""
            return {"main": f"{p:.2f} ± {error:.2f}", "small": span, "mark": "decided" if pair["decided"] else ""}
    return {"main": NOTHING, "small": "", "mark": ""}
