"""Figures of the outcomes over time: every arm's median and interval, and its difference from its comparator."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from pulposus.core.units import convert
from pulposus.report.bands import Band, band, difference_series, series
from pulposus.report.facts import Facts
from pulposus.report.numbers import count, number, with_unit
from pulposus.report.pictures import Picture, canvas, drawable, figure_language, line_style, svg_of
from pulposus.report.spreadsheets import PICTURE_DIGITS, table
from pulposus.report.words import joined, outcome, said, unit

__all__ = ["curve_pictures"]

_WIDTH, _HEIGHT, _LEGEND_ROW = 11.0, 3.7, 0.22  # inches
_PER_ROW = 3  # arms in a row of the legend
_SHADES, _LEAST_SHADE, _FAINT = 0.35, 0.04, 0.5  # opacity of all bands together, of one, of its edge
_COUNTS = ("transplanted_cells",)  # on a scale of powers of ten, without a difference: comparators hold none
_LONG = 90.0  # days; a longer follow-up is told in months
_WIDEST = 2.0  # what the instrument detects is drawn if it is at most so many times the largest difference
_DIGITS = 3
_STEPS = 5.0  # a difference axis spans at least so many steps each way


def curve_pictures(facts: Facts, lang: str) -> list[Picture]:
    """Return one picture per outcome of a disc, or of the person with several, in the study's order; none when no draw was finished."""
    if not facts.done:
        return []
    return [_picture(facts, name, lang) for name in facts.about["observe"] if name in facts.data and "level" not in facts.data[name].dims]


def _picture(facts: Facts, name: str, lang: str) -> Picture:
    """Return the picture of one outcome."""
    levels = {arm: band(series(facts, name, arm)) for arm in facts.arms}
    found = {} if name in _COUNTS else {arm: difference_series(facts, name, arm) for arm in facts.arms}
    differences = {arm: band(values) for arm, values in found.items() if values is not None}
    shown = figure_language(lang)
    rows = -(-len(levels) // _PER_ROW)
    with canvas(_WIDTH, _HEIGHT + rows * _LEGEND_ROW, shown) as figure:
        left, right = figure.subplots(1, 2) if differences else (figure.subplots(1, 1), None)
        _draw(left, facts, levels)
        _labels(left, facts, name, shown, "level")
        _scale(left, name)
        if right is not None:
            _draw(right, facts, differences)
            _labels(right, facts, name, shown, "difference")
            _detectable(right, facts, name, differences, shown)
        handles, _ = left.get_legend_handles_labels()
        labels = [_legend(facts, arm, shown, bool(differences)) for arm in levels]
        figure.legend(handles, labels, loc="outside lower center", ncols=_PER_ROW)
        svg = svg_of(figure)
    return Picture(name, outcome(name, lang), _alt(facts, name, levels, lang), svg, _csv(facts, levels, differences))


def _draw(axes: Any, facts: Facts, bands: dict[str, Band]) -> None:
    """Draw medians and intervals; an arm has the same line in every figure."""
    factor = _time(facts)[0]
    time = facts.data["time"].values * factor
    shade = max(_LEAST_SHADE, _SHADES / len(facts.arms))
    for index, arm in enumerate(facts.arms):
        if arm in bands:
            style = line_style(index)
            axes.plot(time, bands[arm].median, label=arm, zorder=3, **style)
            colour = style["color"]
            axes.fill_between(time, bands[arm].low, bands[arm].high, facecolor=(colour, shade), edgecolor=(colour, _FAINT),
                              linestyle=style["linestyle"], linewidth=0.6, zorder=2)
    axes.set_xlim(time[0], time[-1])


def _time(facts: Facts) -> tuple[float, str]:
    """Return by what days are multiplied and the name of the unit that this gives."""
    long = float(facts.data["time"].values[-1]) > _LONG
    return (convert(1.0, "day", "month"), "months") if long else (1.0, "days")


def _labels(axes: Any, facts: Facts, name: str, lang: str, panel: str) -> None:
    """Name the axes of a panel with their units."""
    say = said(lang)
    told = unit(facts.data[name].attrs["units"], lang)
    axes.set_title(say(f"panel_{panel}", percent=facts.percent), loc="left")
    axes.set_xlabel(say(f"time_{_time(facts)[1]}"))
    axes.set_ylabel(f"{outcome(name, lang)} / {told}" if told else outcome(name, lang))


def _scale(axes: Any, name: str) -> None:
    """Count cells on a scale of powers of ten that has a zero, since arms differ by orders of magnitude."""
    if name in _COUNTS:
        axes.set_yscale("symlog", linthresh=1.0)
        axes.set_ylim(bottom=0)


def _detectable(axes: Any, facts: Facts, name: str, bands: dict[str, Band], lang: str) -> None:
    """Show zero and the smallest change that the instrument detects, or say that it lies beyond the axis."""
    axes.axhline(0.0, color="#5a6672", linewidth=0.8, zorder=1)
    smallest = facts.screen["smallest_change"].get(name)
    if smallest is None or not np.isfinite(smallest):
        return
    ends = [np.abs(edge) for b in bands.values() for edge in (b.low, b.high)]
    finite = np.concatenate([e[np.isfinite(e)] for e in ends])
    reach = max(float(finite.max()) if len(finite) else 0.0, _STEPS * facts.step(name))
    told = with_unit(number(smallest), unit(facts.data[name].attrs["units"], lang))
    if smallest <= _WIDEST * reach:
        reach = max(reach, smallest)
        axes.axhspan(-smallest, smallest, color="#5a6672", alpha=0.08, linewidth=0, zorder=0)
        key = "detectable_inside"
    else:
        key = "detectable_outside"
    axes.set_ylim(-1.15 * reach, 1.35 * reach)
    axes.text(0.02, 0.97, said(lang)(key, smallest=told), transform=axes.transAxes, va="top", fontsize=8, color="#3c4751")


def _legend(facts: Facts, arm: str, lang: str, compared: bool) -> str:
    """Return the name of an arm, with that of its comparator where differences are shown."""
    names = {name: drawable(name, place, lang) for place, name in enumerate(facts.arms)}
    comparator = facts.arms[arm]["comparator"] if compared else None
    return f"{names[arm]} ({said(lang)('versus', comparator=names[comparator])})" if comparator else names[arm]


def _alt(facts: Facts, name: str, levels: dict[str, Band], lang: str) -> str:
    """Return the figure in words: the last medians."""
    told = unit(facts.data[name].attrs["units"], lang)
    tell = partial(count, lang=lang) if name in _COUNTS else partial(number, digits=_DIGITS)
    last = [f"{arm} {with_unit(tell(float(b.median[-1])), told)}" for arm, b in levels.items()]
    return said(lang)("alt_curves", outcome=outcome(name, lang), arms=joined(last, lang))


def _csv(facts: Facts, levels: dict[str, Band], differences: dict[str, Band]) -> str:
    """Return the numbers of a picture."""
    heads = ["arm", "time_days", *_fields("level"), "comparator", *_fields("difference")]
    rows: list[Sequence[Any]] = []
    for arm, found in levels.items():
        for i, time in enumerate(facts.data["time"].values):
            more = _at(differences[arm], i) if arm in differences else ["", "", ""]
            rows.append([arm, time, *_at(found, i), facts.arms[arm]["comparator"] or "", *more])
    return table(heads, rows, PICTURE_DIGITS)


def _at(found: Band, i: int) -> list[Any]:
    """Return a band at one time."""
    return [found.median[i], found.low[i], found.high[i]]


def _fields(what: str) -> list[str]:
    """Return the names of the columns of a band."""
    return [f"{what}_{part}" for part in ("median", "low", "high")]
