"""Maps of the disc at the central values of all parameters: an r-z section per arm, one picture per quantity and time.

Only a quarter of the section is computed; it is mirrored at the axis and at the mid-plane. All arms of a picture share
one colour scale. Outlines follow the regions of its triangles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.report.facts import Facts
from pulposus.report.numbers import TINY, number, with_unit
from pulposus.report.pictures import Picture, canvas, drawable, figure_language, svg_of
from pulposus.report.spreadsheets import PICTURE_DIGITS, table
from pulposus.report.words import joined, moment, outcome, said, unit

__all__ = ["EARLY", "MAPS", "empty_maps", "map_pictures", "mirrored"]

Array = NDArray[np.float64]
MAPS = ("transplanted", "glucose", "oxygen", "native")
EARLY = ("transplanted", "glucose")  # told at the landmark too, where it was kept
_PER_ROW = 4
_WIDTH, _ROW, _FOOT = 11.0, 1.28, 0.75  # inches
_EDGE, _INK = "#1d2730", "white"
_COUNTED = ("native", "transplanted")  # where a scale begins at zero


@dataclass(frozen=True)
class _Section:
    """The full section (mm), its triangles, and what every node of it takes from the quarter."""

    r: Array
    z: Array
    triangles: NDArray[np.int64]
    source: NDArray[np.int64]


def mirrored(r: Array, z: Array, triangles: NDArray[np.int64]) -> _Section:
    """Return the full section of a quarter.

    >>> found = mirrored(np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0]), np.array([[0, 1, 2]]))
    >>> len(found.triangles), float(found.r.min()), float(found.z.min())
    (4, -1.0, -1.0)
    """
    size = len(r)
    signs = [(1.0, 1.0), (-1.0, 1.0), (1.0, -1.0), (-1.0, -1.0)]
    return _Section(np.concatenate([a * r for a, _ in signs]), np.concatenate([b * z for _, b in signs]),
                    np.concatenate([triangles + size * i for i in range(len(signs))]), np.tile(np.arange(size), len(signs)))


def map_pictures(facts: Facts, lang: str) -> list[Picture]:
    """Return one picture per mapped quantity and time, all arms in it; none when the nominal disc was not run."""
    if not facts.data.sizes.get("node", 0):
        return []
    return [_picture(facts, name, early, lang) for name, early in _kept(facts) if _shows(facts, name, early)]


def empty_maps(facts: Facts, lang: str) -> str:
    """Return the maps that hold nothing to see in any arm, as a list in words."""
    say = said(lang)
    empty = [(name, early) for name, early in _kept(facts) if not _shows(facts, name, early)]
    return joined([say("map_title", quantity=outcome(n, lang), when=moment(_day(facts, early), lang)) for n, early in empty], lang)


def _kept(facts: Facts) -> list[tuple[str, bool]]:
    """Return the maps to draw in their order: (quantity, whether at the landmark or at the end)."""
    early = facts.landmark < float(facts.screen["follow_up_days"])
    return [(name, when) for name in MAPS for when in (True, False)
            if not when or (early and name in EARLY and f"early_map_{name}" in facts.data)]


def _day(facts: Facts, early: bool) -> float:
    """Return the day of a map."""
    return facts.landmark if early else float(facts.screen["follow_up_days"])


def _shows(facts: Facts, name: str, early: bool) -> bool:
    """Return whether there is anything to see in a map."""
    values = _values(facts, name, early)
    return bool((values[np.isfinite(values)] >= TINY).any())


def _values(facts: Facts, name: str, early: bool) -> Array:
    """Return a map (arm, node), without the small negative values of a solver; an arm that was not run is NaN."""
    kind = "early_map" if early else "map"
    return np.maximum(facts.data[f"{kind}_{name}"].values, 0.0)


def _picture(facts: Facts, name: str, early: bool, lang: str) -> Picture:
    """Return the picture of one quantity."""
    data, shown = facts.data, figure_language(lang)
    values = _values(facts, name, early)
    told = unit(data[f"map_{name}"].attrs["units"], shown)
    finite = values[np.isfinite(values)]
    top = float(finite.max()) if len(finite) else 0.0
    low = 0.0 if name in _COUNTED or not len(finite) else float(finite.min())
    section = mirrored(data["node_r"].values, data["node_z"].values, data["triangle"].values)
    arms = list(facts.arms)
    rows = -(-len(arms) // _PER_ROW)
    with canvas(_WIDTH, rows * _ROW + _FOOT, shown) as figure:
        grid = np.ravel(figure.subplots(rows, min(_PER_ROW, len(arms)), squeeze=False))
        drawn = None
        for place, (axes, arm, field) in enumerate(zip(grid, arms, values, strict=False)):
            drawn = _disc(axes, section, field, (low, max(top, TINY))) or drawn
            _remark(axes, field, said(shown))
            _outline(axes, facts)
            axes.set_title(drawable(arm, place, shown), loc="center")
        for axes in grid[len(arms):]:
            axes.set_axis_off()
        if drawn is not None:
            bar = figure.colorbar(drawn, ax=list(grid), orientation="horizontal", shrink=0.45, aspect=40, pad=0.03)
            bar.set_label(f"{outcome(name, shown)} / {told}")
        svg = svg_of(figure)
    at = _day(facts, early)
    title = said(lang)("map_title", quantity=outcome(name, lang), when=moment(at, lang))
    return Picture(f"map_{name}_day_{at:g}", title, _alt(facts, name, values, lang), svg, _csv(facts, values))


def _disc(axes: Any, section: _Section, field: Array, limits: tuple[float, float]) -> Any:
    """Draw one disc; None when there is nothing to draw."""
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set_xlim(section.r.min() * 1.02, section.r.max() * 1.02)
    axes.set_ylim(section.z.min() * 1.06, section.z.max() * 1.06)
    if not np.isfinite(field).all():
        return None
    return axes.tripcolor(section.r, section.z, section.triangles, field[section.source], shading="gouraud",
                          vmin=limits[0], vmax=limits[1], rasterized=True)


def _remark(axes: Any, field: Array, say: Any) -> None:
    """Say what a map that holds nothing to see means."""
    if not np.isfinite(field).all():
        axes.text(0, 0, say("not_finished"), ha="center", va="center", color=_EDGE)
    elif field.max() < TINY:
        axes.text(0, 0, say("map_none"), ha="center", va="center", color=_INK, fontsize=8)


def _outline(axes: Any, facts: Facts) -> None:
    """Draw the borders of the regions and name them; only the edge of the disc where the regions are not on record."""
    from matplotlib.patches import Rectangle

    def frame(r: float, low: float, high: float, dash: str, colour: str = _INK) -> None:
        axes.add_patch(Rectangle((-r, low), 2 * r, high - low, fill=False, edgecolor=colour, linewidth=0.9, linestyle=dash))

    data = facts.data
    edge, height = float(data["node_r"].max()), float(data["node_z"].max())
    frame(edge, -height, height, "-", _EDGE)
    corners = {name: data["triangle"].values[data["triangle_region"].values == name].ravel() for name in ("NP", "CEP")}
    nucleus, inner = (float(data[axis].values[corners["NP"]].max()) for axis in ("node_r", "node_z"))
    plate = float(data["node_r"].values[corners["CEP"]].max())
    for low, high in ((inner, height), (-height, -inner)):
        frame(plate, low, high, "-")
    frame(nucleus, -inner, inner, "--")
    style = {"ha": "center", "color": _INK, "fontsize": 7}
    axes.text(-nucleus * 0.82, 0, "NP", va="center", **style)
    axes.text(-(nucleus + edge) / 2, 0, "AF", va="center", **style)
    axes.annotate("CEP", (-(plate * 0.5), height), xytext=(-(plate + edge) / 2, height * 1.0), va="bottom", ha="center",
                  fontsize=6.5, color=_EDGE, annotation_clip=False)


def _alt(facts: Facts, name: str, values: Array, lang: str) -> str:
    """Return the maps in words: the least and the greatest value of every arm."""
    told = unit(facts.data[f"map_{name}"].attrs["units"], lang)
    say = said(lang)
    parts = []
    for arm, field in zip(facts.arms, values, strict=True):
        ends = say("interval", low=number(float(field.min())), high=with_unit(number(float(field.max())), told))
        parts.append(f"{arm} {ends}")
    return say("alt_map", quantity=outcome(name, lang), arms=joined(parts, lang))


def _csv(facts: Facts, values: Array) -> str:
    """Return the numbers of a picture, one row per node of the quarter."""
    rows: list[Sequence[Any]] = [[r, z, *column] for r, z, column in zip(
        facts.data["node_r"].values, facts.data["node_z"].values, values.T, strict=True)]
    return table(["r_mm", "z_mm", *facts.arms], rows, PICTURE_DIGITS)
