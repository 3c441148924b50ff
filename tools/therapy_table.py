"""Puts a replay of the therapies into the validation page: the table of sets and the table of cases.

    pulposus replay --layer therapy --json > replay.json;  python tools/therapy_table.py replay.json

What misses and why stays in words beside the tables and has to be read again by hand.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pulposus.cli.replay import DIRECTIONS

PAGE = Path(__file__).parents[1] / "docs" / "validation.md"
SETS = "| set | numbers (papers) | inside the 90 % interval"
CASES = "| case | paper | set | quantity (against)"
TOLD = {"up": "up", "down": "down", "none": "no change"}
UNITS = {"percent": "%", "1": ""}


def number(value: Any) -> str:
    """Return a number, a range, a direction or an order as the text of a cell."""
    if isinstance(value, list):
        return " to ".join(number(each) for each in value)
    if isinstance(value, (int, float)):
        return f"{value:.3g}"
    return "" if value is None else TOLD[value] if value in DIRECTIONS else order(str(value))


def order(value: str) -> str:
    """Return an order by its arms alone where all have the same read-out."""
    arms, readings = zip(*(name.strip().partition(".")[::2] for name in value.split("<")), strict=True)
    return " &lt; ".join(arms) if len(set(readings)) == 1 else value.replace("<", "&lt;")


def case_row(case: dict[str, Any]) -> str:
    """Return the row of one result."""
    against = f" ({case['comparator']})" if case["comparator"] else ""
    interval = "" if case["lower90"] is None else f"{case['lower90']:.3g} to {case['upper90']:.3g}"
    verdict = case["verdict"].replace("_", " ")
    if case["verdict"] == "not_scored" and case["agrees"] is not None:
        verdict += f" ({'agrees' if case['agrees'] else 'disagrees'})"
    cells = (case["id"], case["source"], case["set"], case["quantity"] + against, number(case["reported"]), number(case["predicted"]),
             interval, UNITS.get(case["unit"], case["unit"] or ""), verdict)
    return f"| {' | '.join(cells)} |"


def set_row(name: str, row: dict[str, Any]) -> str:
    """Return the row of one set."""
    low, high = row["inside90_ci"]
    power = " / ".join(f"{value:.0%}" for value in row["power"].values())
    classes = " / ".join("" if v is None else f"{v:.2f}" for v in row["three_class_balanced"].values())
    score = " / ".join("" if v is None else f"{v:.2f}" for v in (row["interval_score"], row["interval_score_baseline"]))
    width = "" if row["width_over_sd"] is None else f"{row['width_over_sd']:.2f} ({row['scored']})"
    inside = f"{row['inside90']:.0%} ({low:.0%} to {high:.0%})"
    return f"| {name} | {row['n']} ({row['clusters']}) | {inside} | {power} | {classes} | {score} | {width} |"


def replaced(lines: list[str], head: str, rows: list[str]) -> list[str]:
    """Return the page with the rows of the table that starts with `head` in place of its own."""
    start = next(i for i, line in enumerate(lines) if line.startswith(head)) + 2
    end = next(i for i in range(start, len(lines)) if not lines[i].startswith("|"))
    return [*lines[:start], *rows, *lines[end:]]


def main(path: str) -> None:
    """Write both tables anew."""
    told = json.loads(Path(path).read_text(encoding="utf-8"))
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    lines = replaced(lines, SETS, [set_row(name, row) for name, row in told["summary"].items() if row["inside90_ci"]])
    lines = replaced(lines, CASES, [case_row(case) for case in told["cases"] if case["verdict"] != "not_run"])
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
