"""The picture of one solved disc: its section with outlines and contours, profiles along axis and radius, means by region.

Published values that belong to this very disc (report/published.py) stand over profiles and means, with the tolerance of their case as a
bar; those that the disc misses are drawn like the others. A solid is shown in three dimensions too, and cut both ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.language import text
from pulposus.core.units import convert
from pulposus.report.cut import Cut, Line, cut_of, upright_line, values_along
from pulposus.report.cutaway import draw_cutaway
from pulposus.report.pictures import Picture, canvas, figure_language, line_style, svg_of
from pulposus.report.published import PublishedValue, published_values
from pulposus.report.slider import contour_levels
from pulposus.report.spreadsheets import PICTURE_DIGITS, table
from pulposus.report.words import said
from pulposus.tissue.mesh import REGIONS

__all__ = ["SolvedDisc", "picture_file", "read_solution", "solved_picture"]

Array = NDArray[np.float64]
TOLD = {"glucose": ("mol/m**3", "mM"), "oxygen": ("Pa", "kPa"), "lactate": ("mol/m**3", "mM")}
WIDTH, SOLID_ROW, MAP_ROW, LINE_ROW = 11.5, 2.5, 1.75, 2.2  # inches
INK, POINT = "#1d2730", "#D55E00"
BARS = (20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05)  # mm, lengths of a scale bar
UNDER, CLEAR, ABOVE = 0.09, 0.07, 1.12  # shares of height, colour bar and axis left free
NEAR = 1e-6  # m within which a published position lies on a line


@dataclass(frozen=True)
class SolvedDisc:
    """mesh; fields: solute -> (n,) in SI; means: solute -> by region in SI; title; published: values that belong to it."""

    mesh: Any
    fields: dict[str, Array]
    means: dict[str, list[float]]
    title: str
    published: list[PublishedValue]


def read_solution(spec: Any, disc: Any, solution: Any) -> SolvedDisc:
    """Return what a picture shows of a disc and its steady solution."""
    fields = {name: np.asarray(solution.c[disc.coupled.names.index(name)]) for name in TOLD}
    means = {name: [float(disc.points.mean(disc.points.at(field), i)) for i in range(len(REGIONS))] for name, field in fields.items()}
    return SolvedDisc(disc.mesh, fields, means, spec.title, published_values(spec))


def _cuts(mesh: Any) -> list[tuple[str, Cut]]:
    """Return the cuts that are drawn, with the key of what each is called."""
    if mesh.kind == "solid":
        return [("picture_sagittal", cut_of(mesh, np.pi / 2)), ("picture_frontal", cut_of(mesh))]
    return [("picture_section", cut_of(mesh))]


@contextmanager
def _drawn(solved: SolvedDisc, lang: str) -> Iterator[Any]:
    """Yield the figure of a solved disc; raises `InputError` for an unknown language."""
    shown = figure_language(lang)
    cuts = _cuts(solved.mesh)
    solid = [SOLID_ROW] if solved.mesh.kind == "solid" else []
    rows = [*solid, *[MAP_ROW] * len(cuts), *[LINE_ROW] * 3]
    lines = _lines(solved.mesh)
    with canvas(WIDTH, sum(rows), shown) as figure:
        grid = figure.add_gridspec(len(rows), len(TOLD), height_ratios=rows)
        for column, name in enumerate(TOLD):
            _column(figure, grid, column, name, solved, cuts, lines, shown)
        yield figure


def _lines(mesh: Any) -> dict[str, Line]:
    """Return the lines of the profiles by the key of what each is called."""
    return {key: upright_line(mesh, upright) for key, upright in (("picture_axis", True), ("picture_radius", False))}


def solved_picture(solved: SolvedDisc, lang: str = "en") -> Picture:
    """Return the picture of a solved disc as SVG with its profiles as CSV; raises `InputError` for an unknown language."""
    with _drawn(solved, lang) as figure:
        svg = svg_of(figure)
    return Picture("disc", solved.title or said(lang)("picture_title"), _alt(solved, lang), svg, _csv(solved, _lines(solved.mesh)))


def _column(figure: Any, grid: Any, column: int, name: str, solved: SolvedDisc, cuts: Sequence[tuple[str, Cut]], lines: dict[str, Line],
            lang: str) -> None:
    """Draw everything of one solute, from top to bottom."""
    say, told = said(lang), TOLD[name][1]
    factor = convert(1.0, *TOLD[name])
    field = solved.fields[name] * factor
    low, high = float(field.min()), float(field.max())
    high = high if high > low else low + 1.0
    heading, row = f"{say(f'film_{name}')} / {told}", 0
    if solved.mesh.kind == "solid":
        axes = figure.add_subplot(grid[0, column], projection="3d")
        draw_cutaway(axes, solved.mesh, field, low, high)
        axes.set_title(f"{heading}\n{say('picture_cutaway')}", loc="left")
        heading, row = "", 1
    maps = []
    for key, cut in cuts:
        maps.append(figure.add_subplot(grid[row, column]))
        drawn = _map(maps[-1], cut, field, (low, high))
        maps[-1].set_title("\n".join(part for part in (heading, say(key)) if part), loc="left")
        heading, row = "", row + 1
    bar = figure.colorbar(drawn, ax=maps, orientation="horizontal", fraction=0.08, aspect=30, pad=0.03)
    room = CLEAR * (high - low)
    ticks = [low, *(level for level in contour_levels(low, high) if low + room < level < high - room), high]
    bar.set_ticks(ticks, labels=[f"{tick:.3g}" for tick in ticks])
    bar.set_label(f"{say(f'film_{name}')} / {told}")
    for key, line in lines.items():
        axes = figure.add_subplot(grid[row, column])
        _profile(axes, solved, name, line, factor, say)
        axes.set(xlabel=f"{say(key)} / mm", ylabel=f"{say(f'film_{name}')} / {told}")
        row += 1
    _means(figure.add_subplot(grid[row, column]), solved, name, factor, say)


def _map(axes: Any, cut: Cut, field: Array, ends: tuple[float, float]) -> Any:
    """Draw a cut with its outlines, contours and the names of its regions; return what the colour bar needs."""
    from matplotlib.collections import LineCollection

    mm = convert(1.0, "m", "mm")
    x, z, values = cut.across * mm, cut.up * mm, cut.carry(field)
    axes.set_aspect("equal")
    axes.set_axis_off()
    drawn = axes.tripcolor(x, z, cut.triangles, values, shading="gouraud", vmin=ends[0], vmax=ends[1], rasterized=True)
    levels = [level for level in contour_levels(*ends) if values.min() < level < values.max()]
    if levels:
        lines = axes.tricontour(x, z, cut.triangles, values, levels=levels, colors="white", linewidths=0.8)
        axes.clabel(lines, fmt="%.3g", fontsize=6.5, inline_spacing=2)
    at = np.column_stack([x, z])
    axes.add_collection(LineCollection([at[list(edge)] for edge in cut.borders()], colors=INK, linewidths=0.8))
    middles = at[cut.triangles].mean(axis=1)
    half = x.min() + (x.max() - x.min()) / 2
    for i, name in enumerate(REGIONS[:2]):
        left = middles[(cut.region == i) & (middles[:, 0] < half)]
        axes.text(left[:, 0].mean(), 0, name, ha="center", va="center", fontsize=7.5, color="white", fontweight="bold")
    axes.text(half + (x.max() - half) / 2, z[x > half].max(), REGIONS[2], ha="center", va="bottom", fontsize=7, color=INK)
    length, under = next(mm for mm in BARS if mm <= (x.max() - x.min()) / 4), z.min() - UNDER * (z.max() - z.min())
    axes.plot([x.min(), x.min() + length], [under, under], color=INK, linewidth=1.6, solid_capstyle="butt")
    axes.text(x.min() + length, under, f" {length:g} mm", ha="left", va="center", fontsize=7, color=INK)
    return drawn


def _profile(axes: Any, solved: SolvedDisc, name: str, line: Line, factor: float, say: Any) -> None:
    """Draw a solute along a line, and the published values that lie on it."""
    mm = convert(1.0, "m", "mm")
    values = values_along(solved.mesh, solved.fields[name], line) * factor
    axes.plot(line.along * mm, values, color=line_style(1)["color"], label=say("picture_computed"))
    on = [(at, value) for value in solved.published if value.solute == name and (at := _on(line, value)) is not None]
    if on:
        _points(axes, [at * mm for at, _ in on], [value for _, value in on], factor, say)
    axes.set_ylim(bottom=0)
    axes.legend(loc="best")


def _on(line: Line, value: PublishedValue) -> float | None:
    """Return where along a line a published value lies; None where it does not."""
    if len(value.position) != line.positions.shape[1]:
        return None
    varies = int(np.argmax(np.ptp(line.positions, axis=0)))
    fixed = [i for i in range(line.positions.shape[1]) if i != varies]
    off = np.abs(np.asarray(value.position) - line.positions[0])[fixed]
    within = line.positions[:, varies].min() - NEAR <= value.position[varies] <= line.positions[:, varies].max() + NEAR
    return value.position[varies] if within and (off <= NEAR).all() else None


def _points(axes: Any, at: list[float], values: list[PublishedValue], factor: float, say: Any) -> None:
    """Draw published values with their tolerances."""
    y = np.array([value.value for value in values]) * factor
    off = np.abs(np.array([[value.low, value.high] for value in values]).T * factor - y)
    cases = ", ".join(dict.fromkeys(value.case for value in values))
    sources = ", ".join(dict.fromkeys(value.source for value in values))
    axes.errorbar(at, y, yerr=off, fmt="o", color=POINT, markersize=4, elinewidth=0.9, capsize=2, zorder=3,
                  label=say("picture_published", source=sources, cases=cases))


def _means(axes: Any, solved: SolvedDisc, name: str, factor: float, say: Any) -> None:
    """Draw the means by region, and the published ones."""
    axes.plot(range(len(REGIONS)), np.array(solved.means[name]) * factor, "s", color=line_style(1)["color"], markersize=6, fillstyle="none",
              label=say("picture_computed"))
    known = [value for value in solved.published if value.solute == name and value.region]
    if known:
        _points(axes, [float(REGIONS.index(value.region)) for value in known], known, factor, say)
    axes.set_xticks(range(len(REGIONS)), labels=REGIONS)
    axes.set(xlim=(-0.5, len(REGIONS) - 0.5), xlabel=say("picture_means"), ylabel=f"{say(f'film_{name}')} / {TOLD[name][1]}")
    axes.set_ylim(0, axes.get_ylim()[1] * ABOVE)
    axes.legend(loc="best")


def _alt(solved: SolvedDisc, lang: str) -> str:
    """Return the picture in words: the least and the greatest value of every solute."""
    say = said(lang)
    parts = [say("picture_range", quantity=say(f"film_{name}"), low=f"{field.min() * convert(1.0, si, told):.3g}",
                 high=f"{field.max() * convert(1.0, si, told):.3g}", unit=told)
             for (name, (si, told)), field in zip(TOLD.items(), solved.fields.values(), strict=True)]
    return say("picture_alt", ranges="; ".join(parts))


def _csv(solved: SolvedDisc, lines: dict[str, Line]) -> str:
    """Return the profiles as a table."""
    rows: list[Sequence[Any]] = []
    for key, line in lines.items():
        columns = [values_along(solved.mesh, solved.fields[name], line) * convert(1.0, *TOLD[name]) for name in TOLD]
        at = line.along * convert(1.0, "m", "mm")
        rows += [[key.removeprefix("picture_"), *values] for values in zip(at, *columns, strict=True)]
    return table(["line", "position_mm", *(f"{name}_{told}" for name, (_, told) in TOLD.items())], rows, PICTURE_DIGITS)


def picture_file(solved: SolvedDisc, kind: str, lang: str = "en") -> bytes:
    """Return the file of a solved disc by its ending: .svg, .png or .html."""
    if kind == ".png":
        buffer = BytesIO()
        with _drawn(solved, lang) as figure:
            figure.savefig(buffer, format="png", metadata={"Software": None})
        return buffer.getvalue()
    picture = solved_picture(solved, lang)
    return picture.svg if kind == ".svg" else _page(solved, picture, lang).encode("utf-8")


def _page(solved: SolvedDisc, picture: Picture, lang: str) -> str:
    """Return the page that holds the picture, its numbers, and the published values beside the computed ones."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    templates = Path(__file__).parent / "templates"
    environment = Environment(loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                              lstrip_blocks=True)
    rows = []
    for value in solved.published:
        field, own = solved.fields[value.solute], solved.means[value.solute]
        found = solved.mesh.interpolate(field, *value.position) if value.position else own[REGIONS.index(value.region)]
        factor = convert(1.0, *TOLD[value.solute])
        rows.append({"case": value.case, "source": value.source, "quantity": value.quantity_zh if lang == "zh" else value.quantity,
                     "unit": TOLD[value.solute][1], "reported": f"{value.value * factor:.3f}", "found": f"{found * factor:.3f}",
                     "off": f"{100 * (found / value.value - 1):+.1f}".replace("-", "\u2212"), "inside": value.low <= found <= value.high})
    return environment.get_template("solved_disc.html.j2").render(
        lang="zh-CN" if lang == "zh" else "en", t=said(lang), picture=picture, rows=rows, solid=solved.mesh.kind == "solid",
        figures_in_english=figure_language(lang) != lang,
        research_use=text("research_use", lang), style=Markup((templates / "slider.css").read_text("utf-8")))
