"""The first screen as text: one row per arm, the assumptions that could reverse an order, the counts by origin.

The same texts stand on the terminal and on the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pulposus.core.parameter_records import ORIGINS
from pulposus.core.references import load_evidence_levels
from pulposus.core.units import convert, si_unit
from pulposus.report.facts import OUTCOMES, Facts
from pulposus.report.numbers import NOTHING, difference, interval, number, percent, plus_minus, quantity, with_unit
from pulposus.report.words import caution, given, outcome, record_label, said, unit, what

__all__ = ["Bar", "Cell", "Row", "counts", "first_rows", "range_of", "reversals"]

_MARGIN = 1.15  # of the widest bar, in smallest detectable changes or intervals


@dataclass(frozen=True)
class Bar:
    """A difference drawn beside the smallest change an instrument detects; positions in percent of the width."""

    zone: tuple[float, float]
    line: tuple[float, float]
    dot: float


@dataclass(frozen=True)
class Cell:
    """A number as text: its median with Monte-Carlo error, its interval, further remarks, and its bar."""

    main: str
    interval: str = ""
    note: str = ""
    bar: Bar | None = None


@dataclass(frozen=True)
class Row:
    """One arm on the first screen."""

    arm: str
    what: str
    given: str
    comparator: str
    level: str
    rank: int
    n: str
    alive: Cell
    differences: dict[str, Cell]
    harm: Cell
    remarks: tuple[str, ...] = ()
    better: tuple[str, ...] = field(default=())


def first_rows(facts: Facts, lang: str) -> list[Row]:
    """Return one row per arm, in the order of the study."""
    say = said(lang)
    levels = load_evidence_levels()
    rows = []
    for name, row in facts.arms.items():
        level = levels[row["evidence"]["level"]]
        remarks = [say("ended_early", n=row["stopped"], of=facts.done)] if row["stopped"] else []
        remarks += [caution(each, lang) for each in row.get("cautions", [])]
        rows.append(Row(
            arm=name, what=what(row, lang), given=given(row, lang), comparator=row["comparator"] or "",
            level=level.label_zh if lang == "zh" else level.label, rank=level.rank, n=evidence_n(row["evidence"], lang),
            alive=_alive(facts, row, lang),
            differences={o: _difference(facts, row, o, lang) for o in OUTCOMES},
            harm=_harm(row, lang), remarks=tuple(remarks), better=_better(facts, name, lang)))
    return rows


def _better(facts: Facts, arm: str, lang: str) -> tuple[str, ...]:
    """Return above which arms an arm is decided to end, and whether an instrument would see it."""
    said_of = []
    for pair in (p for p in facts.decided if p["better"] == arm):
        seen = pair["by"] > facts.screen["smallest_change"][pair["outcome"]]
        told = outcome(pair["outcome"], lang, short=True)
        said_of.append(said(lang)("better" if seen else "better_unseen", worse=pair["worse"], outcome=told))
    return tuple(said_of)


def evidence_n(evidence: Mapping[str, Any], lang: str) -> str:
    """Return how many subjects stand behind an arm, in words."""
    say = said(lang)
    if not evidence["n"]:
        return say("n_not_read") if evidence["n"] is None else ""
    one = "one_" if evidence["n"] == 1 else ""
    return say(f"n_{one}{evidence['n_unit']}", n=evidence["n"])


def _alive(facts: Facts, row: Mapping[str, Any], lang: str) -> Cell:
    """Return the share of the dose that is alive in the disc at the landmark, and what arrived at all."""
    alive, arrived = row["alive_share"], row["arrived_share"]
    if not alive["n"]:
        return Cell(NOTHING, note=said(lang)("nothing_given") if not row["given"] else "")
    say = said(lang)
    note = say("arrived", median=f"{number(arrived['median'])}%") if arrived["n"] else ""
    note = f"{say('present')} {note}" if row["kind"] == "vesicles" else note
    if alive["high"] == 0:
        return Cell("0%", note=note)
    return Cell(f"{number(alive['median'])}{plus_minus(alive['error'])}%", f"({interval(alive, lang)})", note)


def _difference(facts: Facts, row: Mapping[str, Any], name: str, lang: str) -> Cell:
    """Return the difference of an arm from its named comparator in an outcome."""
    if not row["comparator"]:
        return Cell(NOTHING, note=said(lang)("no_comparator"))
    spread = row[f"{name}_difference"]
    told = unit(facts.data[name].attrs["units"], lang)
    if not spread["n"]:
        return Cell(NOTHING, note=said(lang)("not_finished" if row["stopped"] else "not_told"))
    bar = _bar(facts, spread, name)
    step = facts.step(name)
    if facts.negligible(spread, name):
        return Cell(said(lang)("negligible", step=with_unit(f"{step:g}", told)), bar=bar)
    main = with_unit(difference(spread["median"], step) + plus_minus(spread["error"], step), told)
    return Cell(main, f"({interval(spread, lang, step)})", bar=bar)


def _bar(facts: Facts, spread: Mapping[str, Any], name: str) -> Bar:
    """Return the bar of a difference; all arms share the scale of an outcome."""
    smallest = facts.screen["smallest_change"][name]
    ends = [abs(row[f"{name}_difference"][end]) for row in facts.arms.values() if row["comparator"]
            for end in ("low", "high")]
    reach = _MARGIN * max([smallest, *(end for end in ends if np.isfinite(end))])

    def at(value: float) -> float:
        return round(100 * (0.5 + 0.5 * value / reach), 2)

    return Bar((at(-smallest), at(smallest)), (at(spread["low"]), at(spread["high"])), at(spread["median"]))


def _harm(row: Mapping[str, Any], lang: str) -> Cell:
    """Return the main harm of an arm with its chance or share."""
    harm = row["harm"]
    if harm is None:
        return Cell(said(lang)("no_harm"))
    return Cell(f"{number(harm['median'])}%", f"({interval(harm, lang)})", said(lang)(f"harm_{harm['name']}"))


def reversals(facts: Facts, lang: str) -> list[dict[str, str]]:
    """Return the assumptions that could reverse an order: the record, its value now, where the order turns, its share."""
    rows = []
    for row in facts.reversing:
        record = facts.about["records"].get(row["record"], {})
        threshold = row["threshold"]
        rows.append({
            "id": row["record"], "label": record_label(record, row["record"], lang),
            "origin": said(lang)(f"origin_{row['origin']}") if row["origin"] else "",
            "value": quantity(float(record.get("value", float("nan"))), threshold["unit"]),
            "range": range_of(facts, row["record"], lang),
            "threshold": quantity(threshold["value"], threshold["unit"]),
            "share": percent(row["share"]), "error": percent(row["error"]),
            "arm": row["arm"], "comparator": row["comparator"], "outcome": outcome(row["outcome"], lang, short=True)})
    return rows


def range_of(facts: Facts, record: str, lang: str) -> str:
    """Return the range of a record's values over the draws, in its unit."""
    names = [str(n) for n in facts.data["parameter"].values]
    about = facts.about["records"].get(record)
    if record not in names or about is None:
        return NOTHING
    values = facts.data["parameter_value"].values[names.index(record)]
    values = values[np.isfinite(values)]
    if not len(values) or values.min() == values.max():
        return NOTHING
    low, high = (float(convert(float(v), si_unit(about["unit"]), about["unit"])) for v in (values.min(), values.max()))
    return said(lang)("interval", low=quantity(low), high=quantity(high))


def counts(facts: Facts, lang: str) -> dict[str, Any]:
    """Return the records used by origin with their share of the variance, what is not resolved, and a summary."""
    say = said(lang)
    by_origin = facts.screen["counts"]
    total = sum(by_origin[name]["share"] for name in ORIGINS)
    whole = max(1.0, total)  # shares of numbers that move together overlap and may add up to more than all
    rows = [{"origin": say(f"origin_{name}"), "records": int(by_origin[name]["records"]),
             "varying": int(by_origin[name]["varying"]), "share": percent(by_origin[name]["share"] / whole)} for name in ORIGINS]
    rest = 1 - total / whole
    differences = sum(len(OUTCOMES) for row in facts.arms.values() if row["comparator"])
    resolved = len({(row["arm"], row["outcome"]) for row in facts.screen["resolved"]})
    return {"rows": rows, "total": sum(row["records"] for row in rows),
            "varying": sum(row["varying"] for row in rows), "rest": percent(rest),
            "note": say("counts_note", resolved=resolved, differences=differences)}
