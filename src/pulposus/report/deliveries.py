"""What becomes of a dose, what it may harm and what to measure next, as plain rows of text for the page."""

from __future__ import annotations

from typing import Any

import numpy as np

from pulposus.core.units import convert
from pulposus.report.facts import OUTCOMES, Facts
from pulposus.report.first_rows import range_of
from pulposus.report.numbers import NOTHING, count, interval, number, percent, with_unit
from pulposus.report.words import outcome, record_label, said, unit
from pulposus.study.per_cell import PER, effect_per_amount
from pulposus.study.statistics import spread_of

__all__ = ["access", "amounts", "fates", "harms", "next_measurements"]

_NOTES = {"end_pressure": ("Pa", "MPa"), "overfill": ("1", "percent"), "tip_offset": ("m", "mm")}
_RECORDS = {"leak": "leak_share", "missed_nucleus": "pedicle_reach", "osteophyte": "osteophyte_per_leaked_cell",
            "lung_retention": "lung_first_pass_share", "puncture_injury": "needle_critical_ratio",
            "nucleus_extrusion": "extrusion_chance", "track_innervation": "needle_critical_ratio"}
_ROUND_OFF = 1e-6  # of a percent
_MOST = 5  # records named as worth measuring


def _told(values: Any, lang: str) -> dict[str, str]:
    """Return median and interval of a sample in text; nothing told where there is none."""
    spread = vars(spread_of(values))
    if not spread["n"]:
        return {"main": NOTHING, "interval": ""}
    same = spread["low"] == spread["high"]
    return {"main": number(spread["median"]), "interval": "" if same else f"({interval(spread, lang)})"}


def _cleared(values: Any) -> Any:
    """Return values with round-off set to nought."""
    return np.where(np.abs(values) < _ROUND_OFF, 0.0, values)


def amounts(facts: Facts, lang: str) -> dict[str, Any]:
    """Return a row per arm of cells or vesicles: delivered, retained, alive at the end, and the effect per amount in each outcome."""
    say, rows = said(lang), []
    for arm, about in facts.arms.items():
        if about["kind"] not in PER:
            continue
        alive = vars(spread_of(facts.data["transplanted_cells"].sel(arm=arm).isel(time=-1).values))
        none = about["kind"] != "cells" or not alive["n"]
        ends = "" if none else f"({said(lang)('interval', low=count(alive['low'], lang), high=count(alive['high'], lang))})"
        shares = [_told(_cleared(facts.data[name].sel(arm=arm).values), lang) for name in ("arrived_share", "alive_share")]
        rows.append({"arm": arm, "comparator": about["comparator"] or "", "cells": [
            *shares, {"main": NOTHING if none else count(alive["median"], lang), "interval": ends},
            *(_per_amount(facts, arm, name, about["kind"], lang) for name in OUTCOMES)]})
    heads = [say("amount_delivered"), say("amount_retained", day=f"{facts.landmark:g}"), say("amount_alive"),
             *(say("amount_effect", outcome=outcome(name, lang, short=True)) for name in OUTCOMES)]
    return {"heads": heads, "rows": rows} if rows else {}


def _per_amount(facts: Facts, arm: str, name: str, kind: str, lang: str) -> dict[str, str]:
    """Return the effect on an outcome per million living cells, or per 1e9 particles delivered."""
    values = effect_per_amount(facts.data, arm, name)
    spread = vars(spread_of(values if values is not None else []))
    if not spread["n"]:
        return {"main": NOTHING, "interval": ""}
    told = unit(facts.data[name].attrs["units"], lang)
    ends = said(lang)("interval", low=number(spread["low"]), high=number(spread["high"]))
    return {"main": with_unit(number(spread["median"]), told), "interval": f"({ends}) {said(lang)(f'amount_per_{kind}')}"}


def fates(facts: Facts, lang: str) -> dict[str, Any]:
    """Return where the cells of each arm are at the end, in percent of those given: the fates that occur, and a row per arm."""
    data, say = facts.data, said(lang)
    if "fate_share" not in data:
        return {}
    shares = {name: _cleared(data["fate_share"].sel(arm=name).values) for name in facts.arms}
    given = {name: values for name, values in shares.items() if np.isfinite(values).any()}
    names = [str(f) for f in data["fate"].values]
    kept = [i for i in range(len(names)) if any(np.nanmax(np.abs(values[i])) > 0 for values in given.values())]
    rows = [{"arm": arm, "cells": [_told(values[i], lang) for i in kept]} for arm, values in given.items()]
    return {"names": [say("fate_" + names[i].replace(" ", "_")) for i in kept], "rows": rows} if rows else {}


def access(facts: Facts, lang: str) -> list[dict[str, Any]]:
    """Return what the operator would note of each arm: pressure, filling, where the tip lies."""
    data, say = facts.data, said(lang)
    rows = []
    for arm in facts.arms:
        for note in (str(n) for n in data["note"].values) if "access" in data else ():
            values = data["access"].sel(arm=arm, note=note).values
            if np.isfinite(values).any():
                si, told = _NOTES[note]
                scale = convert(1.0, si, told) if told != "percent" else 100.0
                rows.append({"arm": arm, "what": say(f"note_{note}"), "unit": "%" if told == "percent" else told,
                             **_told(values * scale, lang)})
    return rows


def harms(facts: Facts, lang: str) -> list[dict[str, Any]]:
    """Return one row per arm and harm: its chance or share, of how many it was counted, and the record that it rests on."""
    data, say = facts.data, said(lang)
    rows = []
    for arm in facts.arms:
        for harm in (str(h) for h in data["harm"].values):
            values = data["harm_chance"].sel(arm=arm, harm=harm).values
            if np.isfinite(values).any():
                record = _RECORDS.get(harm, f"{harm}_chance")
                about = facts.about["records"].get(record, {})
                trials = about.get("trials")
                rows.append({"arm": arm, "harm": say(f"harm_{harm}"), **_told(100 * values, lang), "record": record if about else "",
                             "origin": say(f"origin_{about['origin']}") if about else "",
                             "counted": say("harm_counted", n=trials) if trials else say("harm_not_counted")})
    return rows


def next_measurements(facts: Facts, lang: str) -> list[dict[str, str]]:
    """Return the assumed records that explain most of the arms' differences: what a measurement would teach most about."""
    best: dict[str, dict[str, Any]] = {}
    for row in facts.screen["resolved"]:
        if row["origin"] == "assumed":
            best.setdefault(row["record"], row)
    rows = []
    for name, row in list(best.items())[:_MOST]:
        about = facts.about["records"].get(name, {})
        rows.append({"id": name, "label": record_label(about, name, lang), "range": range_of(facts, name, lang),
                     "unit": str(about.get("unit", "1")), "share": with_unit(percent(row["share"]), ""), "arm": row["arm"],
                     "comparator": row["comparator"], "outcome": outcome(row["outcome"], lang, short=True)})
    return rows
