"""The tables of the page after its first screen, as plain rows of text: evidence, outcomes, grades, ceilings, rivals, reported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pulposus.core.references import load_evidence_levels
from pulposus.report.bands import difference_series, series
from pulposus.report.facts import OUTCOMES, Facts
from pulposus.report.first_rows import evidence_n
from pulposus.report.numbers import NOTHING, TINY, count, difference, interval, number, plus_minus, with_unit
from pulposus.report.words import hypothesis, law, outcome, rival, said, unit, what
from pulposus.study.statistics import spread_of

__all__ = ["ceilings", "evidence", "grades", "instrument", "laws", "outcomes", "reported", "rivals"]

_COUNTS = ("transplanted_cells",)
_SCALES = ("pfirrmann", "modified_pfirrmann", "thompson")
_PLACES = 2  # of a probability
_DIGITS = 3  # of a level that is the same in every draw
_PARTS = 20  # of an interval; the step of a level is at most one of them
_DAY = "day"


def evidence(facts: Facts, lang: str) -> list[dict[str, Any]]:
    """Return one row per arm: level, number of subjects, what was found, sources."""
    levels = load_evidence_levels()
    rows = []
    for name, row in facts.arms.items():
        found, level = row["evidence"], levels[row["evidence"]["level"]]
        rows.append({"arm": name, "what": what(row, lang), "level": level.label_zh if lang == "zh" else level.label,
                     "rank": level.rank, "n": evidence_n(found, lang), "text": found[f"text_{lang}"],
                     "sources": list(facts.about["arms"][name].get("sources", ()))})
    return rows


def outcomes(facts: Facts, name: str, lang: str) -> list[dict[str, str]]:
    """Return one row per arm of an outcome: at the start, at the end, difference from the named comparator."""
    rows = []
    widths = {i: _widest([series(facts, name, arm)[:, i] for arm in facts.arms]) for i in (0, -1)}
    for arm, row in facts.arms.items():
        values = series(facts, name, arm)
        between = difference_series(facts, name, arm)
        counts = [spread_of(v[:, -1]).n for v in (values, between) if v is not None]
        start, end = (_level(values[:, i], name, lang, widths[i]) for i in (0, -1))
        rows.append({"arm": arm, "start": start[0], "start_interval": start[1], "end": end[0], "end_interval": end[1],
                     "n": str(max(counts)), "comparator": row["comparator"] or NOTHING,
                     **_between(facts, name, between, lang)})
    return rows


def _widest(samples: list[Any]) -> float:
    """Return the width of the widest interval of some samples."""
    spreads = [spread_of(values) for values in samples]
    return max((s.high - s.low for s in spreads if s.n), default=0.0)


def _level(values: Any, name: str, lang: str, width: float) -> tuple[str, str]:
    """Return median with Monte-Carlo error, and interval, of a level; `width` of an interval says how finely it is told."""
    spread = vars(spread_of(values))
    if not spread["n"]:
        return NOTHING, ""
    if name in _COUNTS:
        low, high = count(spread["low"], lang), count(spread["high"], lang)
        if spread["low"] == spread["high"]:
            return count(spread["median"], lang), ""
        return count(spread["median"], lang), f"({said(lang)('interval', low=low, high=high)})"
    if width < TINY:
        return number(spread["median"], _DIGITS), ""
    step = min(1.0, 10.0 ** np.floor(np.log10(width / _PARTS)))
    places = round(-np.log10(step))
    low, median, high = (f"{spread[key]:.{places}f}" for key in ("low", "median", "high"))
    return median + plus_minus(spread["error"], step), f"({said(lang)('interval', low=low, high=high)})"


def _between(facts: Facts, name: str, values: Any, lang: str) -> dict[str, str]:
    """Return the difference at the end with its interval."""
    spread = vars(spread_of(values[:, -1])) if values is not None else {"n": 0}
    if not spread["n"] or name in _COUNTS:
        return {"difference": NOTHING, "difference_interval": ""}
    step = facts.step(name)
    return {"difference": difference(spread["median"], step) + plus_minus(spread["error"], step),
            "difference_interval": _brackets(facts, spread, name, lang)}


def instrument(facts: Facts, name: str, lang: str) -> str:
    """Return in a sentence what the instrument of an outcome detects, how well it repeats itself and what matters to a patient;
    nothing for an outcome without an instrument on record."""
    from pulposus.tissue.repeatability import instruments

    about, smallest = instruments().get(name), facts.screen["smallest_change"].get(name)
    if about is None or smallest is None or not np.isfinite(smallest):
        return ""
    say, told = said(lang), unit(facts.data[name].attrs["units"], lang)
    parts = [say("instrument_grade" if name in _SCALES else "instrument", smallest=with_unit(number(smallest, _DIGITS), told),
                 sd=with_unit(number(about.sd, _DIGITS), "%" if about.relative else told))]
    parts += [say("instrument_kappa", kappa=number(about.kappa))] if about.kappa is not None else []
    parts += [say("instrument_important", important=number(about.important))] if about.important is not None else []
    return " ".join(parts)


def grades(facts: Facts, lang: str) -> list[dict[str, Any]]:
    """Return a table of mean probabilities per scale that was graded: its title, its grades and its rows."""
    tables = []
    for name in _SCALES:
        variable = f"{name}_probability"
        if variable in facts.data and facts.done:
            names = [str(g) for g in facts.data[facts.data[variable].dims[-1]].values]
            tables.append({"title": outcome(name, lang), "names": names, "rows": _graded(facts, variable, lang)})
    return tables


def _graded(facts: Facts, variable: str, lang: str) -> list[dict[str, Any]]:
    """Return one row at the start when all arms share it, and one per arm at the end."""
    values = facts.data[variable].values
    rows = []
    with np.errstate(invalid="ignore"):
        means = np.array([_means(arm) for arm in values])
    same = np.allclose(means[:, 0], means[:1, 0], equal_nan=True)
    for arm, mean in list(zip(facts.arms, means, strict=True))[: 1 if same else None]:
        rows.append({"arm": said(lang)("every_arm") if same else arm, "when": said(lang)("at_start"), "cells": _shades(mean[0])})
    rows += [{"arm": arm, "when": said(lang)("at_end"), "cells": _shades(mean[-1])}
             for arm, mean in zip(facts.arms, means, strict=True)]
    return rows


def _means(values: Any) -> Any:
    """Return the mean over the finite draws (time, grade) of probabilities (draw, time, grade)."""
    there = np.isfinite(values)
    total = there.sum(axis=0)
    return np.where(total > 0, np.where(there, values, 0.0).sum(axis=0) / np.maximum(total, 1), np.nan)


def _shades(probabilities: Any) -> list[tuple[str, float]]:
    """Return probabilities as text, with the strength of their shade."""
    return [(f"{p:.{_PLACES}f}" if np.isfinite(p) else NOTHING, round(float(p), _PLACES) if np.isfinite(p) else 0.0)
            for p in probabilities]


def ceilings(facts: Facts, lang: str) -> dict[str, Any]:
    """Return the nutritional dose ceilings under the rivals of the endplate, and how the doses compare with them."""
    say = said(lang)
    limits = [{"law": law("endplate_diffusivity", row["endplate_diffusivity"], lang)[1],
               "without": with_unit(number(row["glucose_without_dose"]), "mM"),
               "threshold": with_unit(number(row["threshold"]), "mM"),
               "fresh": count(row["fresh_cells"], lang), "settled": count(row["settled_cells"], lang),
               "room": row["glucose_without_dose"] > row["threshold"]} for row in facts.about["ceilings"]]
    doses = []
    for name, row in facts.arms.items():
        if row["kind"] != "cells" or not row["given"]:
            continue
        arrived = row["given"] * row["arrived_share"]["median"] / 100
        doses.append({"arm": name, "given": count(row["given"], lang), "arrived": count(arrived, lang),
                      "against": [_against(arrived, each, say) for each in facts.about["ceilings"]]})
    return {"limits": limits, "doses": doses}


def _against(arrived: float, ceiling: Mapping[str, Any], say: Any) -> dict[str, str]:
    """Return how the cells that arrive compare with a ceiling of fresh cells."""
    if not np.isfinite(arrived):
        return {"text": NOTHING, "mark": ""}
    if not ceiling["fresh_cells"] > 0:
        return {"text": say("ceiling_no_room"), "mark": "over" if arrived >= 1 else ""}
    ratio = arrived / ceiling["fresh_cells"]
    key = "ceiling_over" if ratio > 1 else "ceiling_under"
    return {"text": say(key, ratio=number(ratio)), "mark": "over" if ratio > 1 else ""}


def laws(facts: Facts, lang: str) -> list[dict[str, Any]]:
    """Return the laws that the run used, with their rivals."""
    from pulposus.core.vocabulary import terms
    from pulposus.study.rivals import RIVALS

    rows = []
    for name, choice in facts.about["laws"].items():
        if name not in terms("law"):
            continue
        first, second = law(name, choice, lang)
        others = [t.label(lang) for key, t in terms("law")[name].choices.items() if key != str(choice).lower() and name in RIVALS]
        rows.append({"law": first, "choice": second, "rivals": others})
    return rows + _hypotheses(facts, lang)


def _hypotheses(facts: Facts, lang: str) -> list[dict[str, Any]]:
    """Return the same of the hypotheses of the cell network; nothing where the run did not read it."""
    from pulposus.mechanism.hypotheses import load_hypotheses

    chosen = facts.about.get("hypotheses", {})
    rows = []
    for each in load_hypotheses() if chosen else ():
        first, second = hypothesis(each.id, chosen[each.id], lang)
        others = [hypothesis(each.id, option.id, lang)[1] for option in each.options if option.id != chosen[each.id]]
        rows.append({"law": first, "choice": second, "rivals": others})
    return rows


def rivals(facts: Facts, lang: str) -> list[dict[str, Any]]:
    """Return the differences from the named comparators under the laws of the run and under every rival that was run."""
    compared = [name for name, row in facts.arms.items() if row["comparator"]]
    blocks = [("", said(lang)("default_laws"))] + [(name, rival(name, lang)) for name in facts.rivals]
    rows = []
    for key, label in blocks if facts.rivals else []:
        cells = []
        for arm in compared:
            for name in OUTCOMES:
                spread = vars(spread_of(_last(facts, key, name, arm) - _last(facts, key, name, facts.arms[arm]["comparator"])))
                cells.append(_told(facts, spread, name, lang))
        rows.append({"label": label, "cells": cells})
    return [{"arms": compared, "rows": rows}] if rows else []


def _last(facts: Facts, block: str, name: str, arm: str) -> Any:
    """Return the last values of an outcome under the laws of the run or under a rival."""
    if not block:
        return series(facts, name, arm)[:, -1]
    return facts.data["rival_last"].sel(rival=block, arm=arm, quantity=name).values


def _told(facts: Facts, spread: Mapping[str, Any], name: str, lang: str) -> tuple[str, str]:
    """Return a difference and its interval as text."""
    if not spread["n"]:
        return NOTHING, ""
    return difference(spread["median"], facts.step(name)), _brackets(facts, spread, name, lang)


def _brackets(facts: Facts, spread: Mapping[str, Any], name: str, lang: str) -> str:
    """Return the interval of a difference in brackets; nothing for one that is too small to be told."""
    return "" if facts.negligible(spread, name) else f"({interval(spread, lang, facts.step(name))})"


def reported(facts: Facts, lang: str) -> list[dict[str, str]]:
    """Return what a source reported, with the prediction at that time where there is one."""
    from pulposus.core.units import convert

    say = said(lang)
    rows = []
    for one in facts.about["reported"]:
        name, day = one["quantity"], convert(float(one["time"]), "s", _DAY)
        known = name in facts.data and one["arm"] in facts.arms and facts.done
        told = unit(facts.data[name].attrs["units"], lang) if known else ""
        value = one["value"]
        text = str(value)
        if isinstance(value, (int, float)):
            spread = f" ± {number(one['sd'])}" if one["sd"] is not None else ""
            text = with_unit(number(float(value), _DIGITS) + spread, told)
        text += f" (n = {one['n']})" if one["n"] is not None else ""
        predicted = say("not_predicted")
        if known:
            at = int(np.argmin(np.abs(facts.data["time"].values - day)))
            values = series(facts, name, one["arm"])[:, at]
            predicted = " ".join(_level(values, name, lang, _widest([values]))) + f" {told}"
        rows.append({"arm": one["arm"], "outcome": outcome(name, lang), "day": f"{day:g}", "reported": text,
                     "predicted": predicted, "source": one["source"], "set": say(f"set_{one['set']}"),
                     "tier": say(f"tier_{one['tier']}")})
    return rows
