"""Tables for spreadsheets: `summary.csv`, one row per arm and outcome, and `trajectories.csv`, one row per arm,
quantity, place and time. Numbers are whole (not rounded), units stand beside them, what is missing is empty."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import StringIO
from typing import Any

import numpy as np

from pulposus.report.bands import ALL, all_series, band, difference_series, series
from pulposus.report.facts import OUTCOMES, Facts
from pulposus.study.per_cell import PER, effect_per_amount, per_cell_name
from pulposus.study.statistics import spread_of
from pulposus.tissue.symptoms import SYMPTOMS

__all__ = ["PICTURE_DIGITS", "SUMMARY", "TRAJECTORIES", "summary", "table", "trajectories"]

SUMMARY = ("arm", "outcome", "region", "time_days", "unit", "median", "low", "high", "mc_error", "n_draws", "interval_level",
           "comparator", "difference_median", "difference_low", "difference_high", "difference_mc_error", "difference_n_draws",
           "smallest_detectable_change")
TRAJECTORIES = ("arm", "quantity", "region", "time_days", "median", "low", "high", "unit", "n", "comparator")
PICTURE_DIGITS = 6  # of the numbers kept with a picture
_SHARES = ("alive_share", "arrived_share")


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]], digits: int | None = None) -> str:
    """Return rows as CSV, numbers whole or with so many significant digits; a number that is not finite is empty.

    >>> table(["a", "b"], [[1.5, float("nan")]])
    'a,b\\n1.5,\\n'
    """
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heads)
    for row in rows:
        writer.writerow([_plain(value, digits) for value in row])
    return out.getvalue()


def _plain(value: Any, digits: int | None) -> Any:
    """Return a value as it stands in a file."""
    if isinstance(value, (float, np.floating)):
        said = repr(float(value)) if digits is None else f"{value:.{digits}g}"
        return said if math.isfinite(value) else ""
    return value


def summary(facts: Facts) -> str:
    """Return the summary: the last value of every outcome of the study, and the shares of the dose at the landmark.

    Of several levels a first column names the level; it is empty for what is told of the person.
    """
    return _by_level(facts, SUMMARY, _summary_rows, _person_rows)


def _by_level(facts: Facts, heads: Sequence[str], rows: Callable[[Facts], list[list[Any]]],
              person: Callable[[Facts], list[list[Any]]]) -> str:
    """Return a table of all levels, with a column for the level where there are several, and what is told of the person after them."""
    if len(facts.levels) == 1:
        return table(heads, rows(facts))
    discs = [[level, *row] for level, each in facts.levels.items() for row in rows(each)]
    return table(["level", *heads], [*discs, *(["", *row] for row in person(facts))])


def _summary_rows(facts: Facts) -> list[list[Any]]:
    """Return the rows of one disc."""
    end = float(facts.screen["follow_up_days"])
    rows: list[list[Any]] = []
    for arm, about in facts.arms.items():
        for name in _SHARES:
            values = facts.data[name].sel(arm=arm).values
            at = facts.landmark if name == "alive_share" else end
            rows.append([arm, name, "", at, facts.data[name].attrs["units"], *_spread(values), "", *[""] * 6])
        for name in facts.about["observe"]:
            if name in facts.data:
                rows += [_outcome(facts, arm, name, place, end, about["comparator"]) for place in _places(facts, name)]
        rows += [_per_cell(facts, arm, name, end, about) for name in OUTCOMES if about["kind"] in PER and about["comparator"]]
    return rows


def _per_cell(facts: Facts, arm: str, outcome: str, end: float, about: Mapping[str, Any]) -> list[Any]:
    """Return the row of an effect per million living cells or per 1e9 particles delivered."""
    values = effect_per_amount(facts.data, arm, outcome)
    unit = f"{facts.data[outcome].attrs['units']} per {PER[about['kind']]:.0e} {'cells' if about['kind'] == 'cells' else 'particles'}"
    blank = [""] * len(SUMMARY[SUMMARY.index("difference_median"):])
    return [arm, per_cell_name(outcome, about["kind"]), "", end, unit, *_spread(values), about["comparator"], *blank]


def _person_rows(facts: Facts) -> list[list[Any]]:
    """Return the rows of the person with several discs: cells in all discs, pain and disability, harms."""
    end = float(facts.screen["follow_up_days"])
    rows: list[list[Any]] = []
    for arm, about in facts.arms.items():
        cells = facts.data["person_transplanted_cells"].sel(arm=arm).isel(time=-1).values
        rows.append([arm, "person_transplanted_cells", "", end, "cell", *_spread(cells), "", *[""] * 6])
        rows += [_outcome(facts, arm, name, "", end, about["comparator"]) for name in facts.about["observe"] if name in SYMPTOMS]
        for harm in about["harms"]:
            values = 100 * facts.data["person_harm_chance"].sel(arm=arm, harm=harm).values
            rows.append([arm, f"person_harm_{harm}", "", end, "percent", *_spread(values), "", *[""] * 6])
    return rows


def _places(facts: Facts, name: str) -> list[str]:
    """Return the regions or grades of a quantity, one empty place if it has none."""
    further = ALL[name][2]
    return [str(place) for place in facts.data[further].values] if further else [""]


def _outcome(facts: Facts, arm: str, name: str, place: str, end: float, comparator: str | None) -> list[Any]:
    """Return the row of an outcome: level and difference from the named comparator at the end."""
    last = series(facts, name, arm, place or None)[:, -1]
    row = [arm, name, place, end, facts.data[name].attrs["units"], *_spread(last), comparator or ""]
    if not comparator:
        return [*row, *[""] * 6]
    between = difference_series(facts, name, arm, place or None)
    found = spread_of(between[:, -1] if between is not None else [])
    smallest = facts.screen["smallest_change"].get(name, "")
    return [*row, found.median, found.low, found.high, found.error, found.n, smallest]


def _spread(values: Any) -> list[Any]:
    """Return median, low, high, Monte-Carlo error, number of draws and level of a sample."""
    found = spread_of(values)
    return [found.median, found.low, found.high, found.error, found.n, found.level]


def trajectories(facts: Facts) -> str:
    """Return every quantity of every arm over time, with its median, interval and number of draws; a difference names its
    comparator. Of several levels a first column names the level; it is empty for what is told of the person."""
    return _by_level(facts, TRAJECTORIES, _trajectory_rows, _trajectory_rows)


def _trajectory_rows(facts: Facts) -> list[list[Any]]:
    """Return the rows of one disc, or of the person with several."""
    times = facts.data["time"].values
    rows: list[list[Any]] = []
    for arm, name, place, values in all_series(facts):
        found, unit = band(values), facts.data[name].attrs["units"]
        comparator = "" if name in ALL else facts.arms[arm]["comparator"]
        rows += [[arm, name, place, float(t), found.median[i], found.low[i], found.high[i], unit, int(found.n[i]), comparator]
                 for i, t in enumerate(times)]
    return rows
