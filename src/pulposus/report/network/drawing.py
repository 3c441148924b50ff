"""The drawn network: the paths that carried a change, from what was done on the left to what was read on the right.

An arrow raises, a bar cuts. The thicker the line, the more of the change it carried; a dashed line rests on an assumption,
a title or a review alone. Blue nodes rose, orange nodes fell, and each says from where to where.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from unicodedata import east_asian_width

__all__ = ["drawing"]

WIDE, HIGH, GAP, ROW, EDGE = 112, 46, 38, 68, 20  # pixels
UP, DOWN, STILL, INK, PALE = "#0072B2", "#D55E00", "#8a97a3", "#1d2730", "#f4f7f9"
WEAK = ("assumed", "title", "review")
LIFT = 58  # pixels
LEAST = 0.03  # share of a path that is drawn
THIN, THICK = 1.2, 7.0
LONGEST = 13  # letters of a name in a box; a Chinese one counts twice


def drawing(
    readout: Mapping[str, Any], states: Mapping[str, tuple[float, float]], edges: Mapping[str, Mapping[str, Any]], names: Mapping[str, str]
) -> str:
    """Return the SVG of a read-out's paths, empty where nothing carried it.

    readout: as `experiment.run` tells it; states: before and after by node; edges: cards by edge id; names: by node.
    """
    paths = [each for each in readout["paths"] if abs(each["share"]) >= LEAST]
    if not paths:
        return ""
    carried: dict[str, float] = {}
    for path in paths:
        for id in path["edges"]:
            carried[id] = carried.get(id, 0.0) + abs(path["share"])
    columns = _columns(paths)
    place = _places(columns, paths)
    width = max(x for x, _ in place.values()) + WIDE + EDGE
    height = max(y for _, y in place.values()) + HIGH + EDGE
    most = max(carried.values())
    lines = [
        _edge(id, edges[id], place, THIN + (THICK - THIN) * share / most) for id, share in sorted(carried.items(), key=lambda item: item[1])
    ]
    boxes = [_box(id, place[id], states[id], names.get(id, id)) for id in place]
    heads = "".join(_head(colour, key) for colour, key in ((INK, "ink"), (STILL, "still")))
    title = escape(names.get(readout["id"], readout["id"]))
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{title}" font-family="system-ui, sans-serif">'
    return f"{head}<defs>{heads}</defs>{''.join(lines)}{''.join(boxes)}</svg>"


def _columns(paths: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return the column of every node: as far right as the longest path before it, the read-out last of all."""
    pairs = [pair for path in paths for pair in zip(path["nodes"], path["nodes"][1:], strict=False)]
    order = {id: 0 for path in paths for id in path["nodes"]}
    for _ in range(len(order)):
        moved = False
        for source, target in dict.fromkeys(pairs):
            if order[target] < order[source] + 1 and order[source] + 1 < len(order) and not _loops(pairs, target, source):
                order[target], moved = order[source] + 1, True
        if not moved:
            break
    end = paths[0]["nodes"][-1]
    order[end] = max(order.values()) if order[end] == max(order.values()) else max(order.values()) + 1
    return order


def _loops(pairs: Sequence[tuple[str, str]], start: str, goal: str) -> bool:
    """Return whether the drawn edges lead from `start` back to `goal`."""
    seen, front = {start}, [start]
    while front:
        front = [t for s, t in pairs if s in front and t not in seen and not seen.add(t)]  # type: ignore[func-returns-value]
        if goal in seen:
            return True
    return False


def _places(columns: Mapping[str, int], paths: Sequence[Mapping[str, Any]]) -> dict[str, tuple[float, float]]:
    """Return the corner of every box: within a column by the mean height of what comes before."""
    by_column: dict[int, list[str]] = {}
    for id, column in columns.items():
        by_column.setdefault(column, []).append(id)
    tallest = max(len(ids) for ids in by_column.values())
    before: dict[str, list[str]] = {}
    for path in paths:
        for source, target in zip(path["nodes"], path["nodes"][1:], strict=False):
            before.setdefault(target, []).append(source)
    place: dict[str, tuple[float, float]] = {}
    for at, column in enumerate(sorted(by_column)):
        ids = by_column[column]
        wanted = {id: _mean([place[each][1] for each in before.get(id, ()) if each in place], tallest * ROW / 2) for id in ids}
        top = EDGE + (tallest - len(ids)) * ROW / 2
        for row, id in enumerate(sorted(ids, key=lambda each: wanted[each])):
            place[id] = (EDGE + at * (WIDE + GAP), top + row * ROW)
    return place


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _box(id: str, at: tuple[float, float], state: tuple[float, float], name: str) -> str:
    (x, y), (before, after) = at, state
    colour = STILL if abs(after - before) < 0.0005 else UP if after > before else DOWN
    sign = "" if colour == STILL else " ▲" if colour == UP else " ▼"
    short = id if sum(2 if east_asian_width(letter) in "WF" else 1 for letter in name) > LONGEST else name
    middle = f'x="{x + WIDE / 2:.1f}" text-anchor="middle"'
    box = f'<rect x="{x:.1f}" y="{y:.1f}" width="{WIDE}" height="{HIGH}" rx="8" fill="{PALE}" stroke="{colour}" stroke-width="2"/>'
    title = f'<text {middle} y="{y + 18:.1f}" font-size="15" font-weight="600" fill="{INK}">{escape(short)}</text>'
    told = f'<text {middle} y="{y + 35:.1f}" font-size="13" fill="{colour}">{before:.2f} → {after:.2f}{sign}</text>'
    return f'<g class="node" data-node="{escape(id)}" tabindex="0"><title>{escape(name)}</title>{box}{title}{told}</g>'


def _edge(id: str, card: Mapping[str, Any], place: Mapping[str, tuple[float, float]], thick: float) -> str:
    (x, y), (u, v) = place[card["source"]], place[card["target"]]
    start, end = (x + WIDE, y + HIGH / 2), (u - 3, v + HIGH / 2)
    weak = card["basis"] in WEAK
    colour, key = (STILL, "still") if weak else (INK, "ink")
    if end[0] > start[0]:
        bend = max(24.0, (end[0] - start[0]) / 2)
        lift = LIFT if end[0] - start[0] > WIDE + GAP and abs(end[1] - start[1]) < ROW / 2 else 0.0  # over what stands between
        first, last = f"{start[0] + bend:.1f},{start[1] - lift:.1f}", f"{end[0] - bend:.1f},{end[1] - lift:.1f}"
        line = f"M{start[0]:.1f},{start[1]:.1f} C{first} {last} {end[0]:.1f},{end[1]:.1f}"
    else:
        low, out, into = max(y, v) + HIGH + 14, x + WIDE / 2, u + WIDE / 2
        line = f"M{out:.1f},{y + HIGH:.1f} C{out:.1f},{low:.1f} {into:.1f},{low:.1f} {into:.1f},{v + HIGH + 3:.1f}"
    dash = ' stroke-dasharray="6 4"' if weak else ""
    head = f"{'arrow' if card['sign'] == '+' else 'bar'}-{key}"
    said = escape(f"{card['source']} {'raises' if card['sign'] == '+' else 'cuts'} {card['target']}")
    wide = f'<path d="{line}" fill="none" stroke="transparent" stroke-width="14"/>'  # so that a pointer finds it
    shown = f'<path d="{line}" fill="none" stroke="{colour}" stroke-width="{thick:.1f}"{dash} marker-end="url(#{head})"/>'
    return f'<g class="edge" data-edge="{escape(id)}" tabindex="0"><title>{said}</title>{wide}{shown}</g>'


def _head(colour: str, key: str) -> str:
    size = 'markerUnits="userSpaceOnUse" orient="auto"'
    arrow = f'<marker id="arrow-{key}" viewBox="0 0 12 12" refX="10" refY="6" markerWidth="13" markerHeight="13" {size}>'
    bar = f'<marker id="bar-{key}" viewBox="0 0 6 16" refX="3" refY="8" markerWidth="6" markerHeight="16" {size}>'
    tip, stop = f'<path d="M0,0 L12,6 L0,12 z" fill="{colour}"/>', f'<rect x="1.5" width="3" height="16" fill="{colour}"/>'
    return f"{arrow}{tip}</marker>{bar}{stop}</marker>"
