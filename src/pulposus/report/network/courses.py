"""Courses of the read-outs over hours, one small panel each: stimulated cells dashed in orange, treated cells in blue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

__all__ = ["courses"]

WIDE, HIGH, LEFT, LOW, TOP, BETWEEN = 250, 130, 40, 34, 26, 26  # pixels
PER_ROW = 4
STIMULATED, TREATED, INK, LINE = "#D55E00", "#0072B2", "#1d2730", "#c8d1d9"
TICKS = 4
LEAST_SPAN = 0.1  # of a state, so that a course that stays level is not drawn as one that moves


def courses(document: Mapping[str, Any], names: Mapping[str, str], words: Mapping[str, str]) -> str:
    """Return the SVG of all courses of an experiment, empty for a steady state.

    document: as `experiment.run` tells it; names: by node; words: `hours`, `state`, `stimulated`, `treated`.
    """
    told = document.get("course")
    if not told:
        return ""
    hours, treated = told["hours"], bool(document["treatment"])
    ids = list(told["states"])
    rows = -(-len(ids) // PER_ROW)
    width = min(len(ids), PER_ROW) * (LEFT + WIDE + BETWEEN)
    height = rows * (TOP + HIGH + LOW + BETWEEN) + BETWEEN
    panels = []
    for at, id in enumerate(ids):
        x = (at % PER_ROW) * (LEFT + WIDE + BETWEEN) + LEFT
        y = (at // PER_ROW) * (TOP + HIGH + LOW + BETWEEN) + TOP
        lines = {"stimulated": told["states"][id]["stimulus"]} | ({"treated": told["states"][id]["treatment"]} if treated else {})
        panels.append(_panel(x, y, names.get(id, id), hours, lines, words))
    legend = _legend(width, height, treated, words)
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{escape(words["state"])}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="system-ui, sans-serif">'
    return f"{head}{''.join(panels)}{legend}</svg>"


def _panel(x: float, y: float, name: str, hours: Sequence[float], lines: Mapping[str, Sequence[float]], words: Mapping[str, str]) -> str:
    values = [value for each in lines.values() for value in each]
    middle, span = (max(values) + min(values)) / 2, max(LEAST_SPAN, 1.1 * (max(values) - min(values)))
    low = min(max(0.0, middle - span / 2), max(0.0, 1.0 - span))
    high = low + span

    def place(hour: float, value: float) -> str:
        return f"{x + WIDE * hour / hours[-1]:.1f},{y + HIGH * (high - value) / span:.1f}"

    parts = [f'<rect x="{x}" y="{y}" width="{WIDE}" height="{HIGH}" fill="none" stroke="{LINE}"/>']
    parts.append(f'<text x="{x}" y="{y - 8}" font-size="13" font-weight="600" fill="{INK}">{escape(name)}</text>')
    for tick in range(TICKS + 1):
        level, hour = low + span * tick / TICKS, hours[-1] * tick / TICKS
        if tick % 2 == 0:
            parts.append(_text(x - 5, y + HIGH * (high - level) / span + 4, f"{level:.2f}", "end"))
        parts.append(_text(x + WIDE * tick / TICKS, y + HIGH + 14, f"{hour:g}", "middle"))
    parts.append(_text(x + WIDE / 2, y + HIGH + 29, words["hours"], "middle"))
    for key, course in lines.items():
        points = " ".join(place(hour, value) for hour, value in zip(hours, course, strict=True))
        parts.append(f'<polyline points="{points}" fill="none" {_style(key)}/>')
    return "".join(parts)


def _style(key: str) -> str:
    colour, dash = (TREATED, "") if key == "treated" else (STIMULATED, ' stroke-dasharray="7 4"')
    return f'stroke="{colour}" stroke-width="2.2"{dash}'


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="11" fill="{INK}" text-anchor="{anchor}">{escape(words)}</text>'


def _legend(width: float, height: float, treated: bool, words: Mapping[str, str]) -> str:
    found = []
    for at, key in enumerate(("stimulated", "treated") if treated else ("stimulated",)):
        x = LEFT + at * 150
        found.append(f'<line x1="{x}" x2="{x + 34}" y1="{height - 12}" y2="{height - 12}" {_style(key)}/>')
        found.append(_text(x + 40, height - 8, words[key], "start"))
    return "".join(found)
