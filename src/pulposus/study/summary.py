"""The first screen of a comparison as plain data: what is decided, a row per arm, what could reverse it, what it rests on.

A pair of arms is decided only when its chance exceeds 0.95 under the default laws and under every rival, and the draws are
enough to tell that; without the rivals nothing is.
"""

from __future__ import annotations

import json
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from pulposus.study.per_cell import effect_per_amount, per_cell_name
from pulposus.study.statistics import FEW, chance, enough, rank_shares, spread_of

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["COSTS", "DECIDED", "HARMS_TO_PATIENTS", "OUTCOMES", "arm_rows", "assumptions", "decisions", "first_screen", "smallest_changes"]

DECIDED = 0.95
OUTCOMES = ("height_index", "t2")
HARMS_TO_PATIENTS = ("osteophyte", "pedicle_breach", "endplate_fracture", "embolism")  # harms to a patient, by their chance
COSTS = ("lung_retention", "leak", "puncture_injury", "nucleus_extrusion",
         "track_innervation")  # told where no such harm is modelled, in this order
_TOP = 3
_TIE = 0.005  # of what an instrument detects
_NOTICED = 0.02  # share of the range of a difference that its lesser sign must reach to count as a reversal


def _attr(data: xr.Dataset, name: str) -> Any:
    return json.loads(data.attrs[name])


def _last(data: xr.Dataset, name: str, arm: str) -> Any:
    return data[name].sel(arm=arm).isel(time=-1).values


def smallest_changes(data: xr.Dataset) -> dict[str, float]:
    """Return the smallest change an instrument detects, of every outcome of the data whose repeatability is on record, in its
    unit; where that is in percent of the value, at the median start."""
    from pulposus.tissue.repeatability import instruments

    found = {}
    for name, instrument in instruments().items():
        if name in data:
            starts = data[name].isel(time=0).values
            found[name] = instrument.detects(float(np.nanmedian(starts)) if np.isfinite(starts).any() else float("nan"))
    return found


def arm_rows(data: xr.Dataset) -> list[dict[str, Any]]:
    """Return one row per arm: evidence, dose delivered and alive, differences from the named comparator, the same per
    amount that is there (per_cell.py), main harm."""
    arms = _attr(data, "arms")
    rows = []
    for name, arm in arms.items():
        row: dict[str, Any] = {"arm": name, "comparator": arm["comparator"], "evidence": arm["evidence"], "given": arm["given"],
                               "kind": arm["kind"], "route": arm["route"], "excipient": arm.get("excipient"),
                               "cautions": arm.get("cautions", []),
                               "alive_share": vars(spread_of(data["alive_share"].sel(arm=name).values)),
                               "arrived_share": vars(spread_of(data["arrived_share"].sel(arm=name).values)),
                               "stopped": int((data["stopped"].sel(arm=name).values != "").sum())}
        for outcome in OUTCOMES:
            last = _last(data, outcome, name)
            row[outcome] = vars(spread_of(last))
            if arm["comparator"]:
                row[f"{outcome}_difference"] = vars(spread_of(last - _last(data, outcome, arm["comparator"])))
        effects = {outcome: effect_per_amount(data, name, outcome) for outcome in OUTCOMES}
        row["per_cell"] = {per_cell_name(outcome, arm["kind"]): vars(spread_of(v)) for outcome, v in effects.items() if v is not None}
        row["harm"] = _main_harm(data, name)
        rows.append(row)
    return rows


def _main_harm(data: xr.Dataset, arm: str) -> dict[str, Any] | None:
    """Return the likeliest harm to a patient that the arm has, else the first of its costs, with its spread in percent."""
    found = {}
    for harm in (h for h in (*HARMS_TO_PATIENTS, *COSTS) if h in data["harm"].values):
        values = data["harm_chance"].sel(arm=arm, harm=harm).values
        if np.isfinite(values).any():
            found[harm] = {"name": harm, **vars(spread_of(100 * values))}
    events = [found[harm] for harm in HARMS_TO_PATIENTS if harm in found]
    return max(events, key=lambda harm: float(harm["median"])) if events else next(iter(found.values()), None)


def decisions(data: xr.Dataset) -> list[dict[str, Any]]:
    """Return every pair of arms and outcome: the better one, its chance under the default laws and under every rival run,
    whether it holds under all rivals asked for, and whether the draws are enough to call it decided.

    Differences below half a hundredth of what an instrument detects count as ties.
    """
    rivals = [str(r) for r in data["rival"].values] if "rival_last" in data else []
    asked = _attr(data, "rivals_asked")
    smallest = smallest_changes(data)
    out = []
    for outcome in OUTCOMES:
        tie = smallest[outcome] * _TIE
        for first, second in combinations([str(a) for a in data["arm"].values], 2):
            p = chance(_last(data, outcome, first), _last(data, outcome, second), tie)
            if p < 0.5:
                first, second, p = second, first, 1 - p
            last = {r: data["rival_last"].sel(rival=r, quantity=outcome) for r in rivals}
            under = {r: chance(ends.sel(arm=first).values, ends.sel(arm=second).values, tie) for r, ends in last.items()}
            every = [p, *under.values()]
            holds = bool(asked) and set(asked) == set(rivals) and all(each > DECIDED for each in every)
            n = int(np.isfinite(_last(data, outcome, first) - _last(data, outcome, second)).sum())
            out.append({"outcome": outcome, "better": first, "worse": second, "chance": p, "under_rivals": under, "n": n,
                        "holds": holds, "decided": holds and enough(min(every), n, DECIDED)})
    return out


def assumptions(data: xr.Dataset) -> dict[str, Any]:
    """Return which records explain the arms' differences, resolved ones only, and counts by origin weighted by share."""
    arms, records = _attr(data, "arms"), _attr(data, "records")
    names = [str(n) for n in data["parameter"].values]
    values = data["parameter_value"].values
    resolved: list[dict[str, Any]] = []
    for arm, about in arms.items():
        if not about["comparator"]:
            continue
        for outcome in OUTCOMES:
            difference = _last(data, outcome, arm) - _last(data, outcome, about["comparator"])
            r, error, clear = rank_shares(values, difference)
            for i in np.flatnonzero(clear):
                record = records.get(names[i], {})
                resolved.append({"arm": arm, "comparator": about["comparator"], "outcome": outcome, "record": names[i],
                                 "label": record.get("label", names[i]), "label_zh": record.get("label_zh", names[i]),
                                 "origin": record.get("origin", ""), "share": float(r[i] ** 2), "error": float(error[i]),
                                 "threshold": _threshold(values[i], difference, record)})
    resolved.sort(key=lambda row: -row["share"])
    return {"reversing": _reversing(data, resolved), "resolved": resolved, "counts": _counts(records, resolved)}


def _reversing(data: xr.Dataset, resolved: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the records at whose threshold an order changes sign, each once with its largest share, at most three.

    Differences that count as ties in median and interval are left out.
    """
    ties = {outcome: change * _TIE for outcome, change in smallest_changes(data).items()}
    once: dict[str, dict[str, Any]] = {}
    for row in resolved:
        by = spread_of(_last(data, row["outcome"], row["arm"]) - _last(data, row["outcome"], row["comparator"]))
        if row["threshold"] is not None and max(abs(by.low), abs(by.median), abs(by.high)) > ties[row["outcome"]]:
            once.setdefault(row["record"], row)
    return list(once.values())[:_TOP]


def _threshold(x: Any, difference: Any, record: dict[str, Any]) -> dict[str, Any] | None:
    """Return the value of a record at which the difference changes sign by a straight line, if it lies in its draws.

    A difference that has one sign in all draws, or is as good as nothing in those of the other, has no such value.
    """
    keep = np.isfinite(difference)
    if keep.sum() < 4 or np.ptp(x[keep]) == 0:
        return None
    least, most = difference[keep].min(), difference[keep].max()
    if not min(-least, most) > _NOTICED * (most - least):
        return None
    slope, start = np.polyfit(x[keep], difference[keep], 1)
    if slope == 0:
        return None
    at = -start / slope
    if not x[keep].min() <= at <= x[keep].max():
        return None
    from pulposus.core.units import convert, si_unit

    unit = record.get("unit", "1")
    return {"value": float(convert(float(at), si_unit(unit), unit)), "unit": unit}


def _counts(records: dict[str, Any], resolved: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Return origin -> number of records used, number that vary, and their mean resolved share per difference."""
    pairs = {(row["arm"], row["outcome"]) for row in resolved}
    out = {origin: {"records": 0, "varying": 0, "share": 0.0} for origin in ("measured", "fitted", "derived", "assumed")}
    for record in records.values():
        out[record["origin"]]["records"] += 1
        out[record["origin"]]["varying"] += int(record["varies"])
    for row in resolved:
        if row["origin"] in out:
            out[row["origin"]]["share"] += row["share"] / max(len(pairs), 1)
    return out


def first_screen(data: xr.Dataset, status: str) -> dict[str, Any]:
    """Return the first screen: sentence parts, rows, reversing assumptions, counts, whether it is a preview.

    Of several levels the lists hold the entries of all of them, each with its `level`; `levels` has the screen of every level, `person`
    what is told of all discs together.
    """
    from pulposus.study.level_data import at_level, names_of_levels

    screens = {level: _screen(at_level(data, level), status) for level in names_of_levels(data)}
    return _together(data, screens) if screens else _screen(data, status)


def _screen(data: xr.Dataset, status: str) -> dict[str, Any]:
    """Return the first screen of one disc."""
    pairs = decisions(data)
    return {"status": status, "draws": int(data.sizes["draw"]), "preview": bool(data.sizes["draw"] < FEW),
            "follow_up_days": float(data["time"].values[-1]), "rivals_run": [str(r) for r in data["rival"].values],
            "decided": [p for p in pairs if p["decided"]], "pairs": len(pairs),
            "too_few_draws": [p for p in pairs if p["holds"] and not p["decided"]],
            "likely": [p for p in pairs if p["chance"] > DECIDED and not p["holds"]],
            "smallest_change": smallest_changes(data), "arms": arm_rows(data), **assumptions(data)}


def _together(data: xr.Dataset, screens: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the screens of several levels as one."""
    first = next(iter(screens.values()))
    lists = {key: [{**row, "level": level} for level, screen in screens.items() for row in screen[key]]
             for key in ("decided", "too_few_draws", "likely", "arms", "resolved", "reversing")}
    for key in ("resolved", "reversing"):
        lists[key].sort(key=lambda row: -row["share"])
    counts = {origin: {**about, "share": float(np.mean([screen["counts"][origin]["share"] for screen in screens.values()]))}
              for origin, about in first["counts"].items()}
    return {**first, **lists, "reversing": lists["reversing"][:_TOP], "counts": counts, "levels": screens,
            "pairs": sum(screen["pairs"] for screen in screens.values()), "person": {"arms": _person_rows(data)}}


def _person_rows(data: xr.Dataset) -> list[dict[str, Any]]:
    """Return one row per arm of what is told of all discs together: given, alive at the end, how many disc runs stopped, each harm."""
    rows = []
    for name, arm in _attr(data, "arms").items():
        chances = {str(h): data["person_harm_chance"].sel(arm=name, harm=h).values for h in data["harm"].values}
        rows.append({"arm": name, "comparator": arm["comparator"], "kind": arm["kind"], "route": arm["route"], "given": arm["given"],
                     "cells_at_end": vars(spread_of(data["person_transplanted_cells"].sel(arm=name).isel(time=-1).values)),
                     "stopped": int((data["stopped"].sel(arm=name).values != "").any(axis=0).sum()),
                     "harms": {h: vars(spread_of(100 * values)) for h, values in chances.items() if np.isfinite(values).any()}})
    return rows
