"""Forest plot: every study with its interval and weight, the pooled effect, the prediction interval, the risk of bias."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pulposus.core.language import text
from pulposus.report.evidence.scale import Scale, scale_of
from pulposus.report.pictures import canvas, figure_language

__all__ = ["forest"]

Document = Mapping[str, Any]
ROW = 0.27  # inches of a study
HEAD, FOOT = 0.9, 1.25  # inches
NAME, NUMBERS, BIAS = 2.6, 2.3, 0.24  # inches of the columns beside the plot; BIAS of one item
PLOT = 4.6  # inches
LONGEST_NAME = 38
SQUARE = 0.36  # half the side of the square of the heaviest study, of a row
JUDGED = {"low": ("#009E73", "+"), "some concerns": ("#E69F00", "~"), "high": ("#D55E00", "–"), "unclear": ("#999999", "?")}
INK, POOLED, PREDICTION = "#1d2730", "#0072B2", "#D55E00"


def forest(document: Document, lang: str = "en") -> Any:
    """Return the forest plot of the document of a meta-analysis as a figure.

    Studies of a subgroup stand together with their own diamond; effects on a log scale are shown back-transformed on a
    log axis. The whiskers of an interval that leaves the plot end in an arrow.
    """
    shown = figure_language(lang)
    scale = scale_of(document)
    rows = _rows(document, shown)
    items = sorted({name for study in document["studies"] for name in study.get("rob", {})})
    height = HEAD + ROW * len(rows) + FOOT
    width = NAME + PLOT + NUMBERS + BIAS * len(items)
    with canvas(width, height, shown) as figure:
        figure.set_layout_engine("none")
        left, right = NAME / width, (NAME + PLOT) / width
        axes = figure.add_axes((left, FOOT / height, right - left, ROW * len(rows) / height))
        _axis(axes, document, scale, shown, len(rows))
        heaviest = max((study["weight"] or 0.0 for study in document["studies"]), default=1.0) or 1.0
        for at, row in enumerate(rows):
            _row(axes, row, len(rows) - 1 - at, scale, heaviest)
            _beside(figure, axes, row, len(rows) - 1 - at, scale, items, width)
        _heads(figure, axes, document, scale, items, shown, width, height)
        figure.text(0.01, 0.012, _foot(document, shown), fontsize=7.5, color="#3c4751", va="bottom", linespacing=1.5)
        return figure


def _rows(document: Document, lang: str) -> list[dict[str, Any]]:
    """Return what stands in the rows from above: studies by subgroup with their diamonds, the pooled effect, prediction."""
    groups = document.get("subgroups") or []
    rows: list[dict[str, Any]] = []
    for group in groups:
        rows.append({"kind": "head", "name": f"{group['name']}"})
        rows += [{"kind": "study", **study} for study in document["studies"] if study.get("subgroup") == group["name"]]
        name = text("forest_subgroup", lang, k=group["k"], i2=_percent(group.get("i2")))
        rows.append({"kind": "group", "name": name, **{key: group[key] for key in ("estimate", "ci_lower", "ci_upper")}})
    if not groups:
        rows += [{"kind": "study", **study} for study in document["studies"]]
    rows.append({"kind": "gap"})
    pooled = {key: document[key] for key in ("estimate", "ci_lower", "ci_upper")}
    rows.append({"kind": "pooled", "name": text("forest_pooled", lang, method=document["method"], k=document["k"]), **pooled})
    if document.get("pi_lower") is not None:
        limits = {"ci_lower": document["pi_lower"], "ci_upper": document["pi_upper"], "estimate": document["estimate"]}
        rows.append({"kind": "prediction", "name": text("forest_prediction", lang), **limits})
    return rows


def _axis(axes: Any, document: Document, scale: Scale, lang: str, rows: int) -> None:
    """Set up the axis: its range from the middle of what is shown, its ticks, the line of no effect."""
    low, high = scale.limits(document)
    axes.set_xlim(low, high)
    axes.set_ylim(-0.6, rows - 0.4)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    ticks = scale.ticks(low, high)
    axes.set_xticks(ticks, [scale.label(tick) for tick in ticks])
    axes.set_xlabel(scale.title(document, lang))
    if scale.nothing is not None and low <= scale.nothing <= high:
        axes.axvline(scale.nothing, color=INK, linewidth=0.9, zorder=1)
    if document.get("estimate") is not None:
        axes.axvline(document["estimate"], color=POOLED, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)


def _row(axes: Any, row: Mapping[str, Any], y: int, scale: Scale, heaviest: float) -> None:
    """Draw one row: an interval with its square, or a diamond."""
    if row["kind"] in ("head", "gap"):
        return
    if row["kind"] == "study":
        low, high, middle = row["ci_lower"], row["ci_upper"], row["yi"]
    else:
        low, high, middle = row["ci_lower"], row["ci_upper"], row["estimate"]
    if row["kind"] in ("pooled", "group"):
        size = 0.34 if row["kind"] == "pooled" else 0.26
        colour = POOLED if row["kind"] == "pooled" else "#56B4E9"
        axes.fill([low, middle, high, middle], [y, y + size, y, y - size], color=colour, zorder=3, linewidth=0)
        return
    colour = PREDICTION if row["kind"] == "prediction" else INK
    _interval(axes, low, high, y, colour, row["kind"] == "prediction")
    if row["kind"] == "study":
        share = math.sqrt(max(row["weight"] or 0.0, 0.0) / heaviest)
        axes.plot([middle], [y], marker="s", markersize=2.5 + share * SQUARE * 22, color=INK, zorder=3, gid=f"study:{row['slab']}")


def _interval(axes: Any, low: float, high: float, y: int, colour: str, thick: bool) -> None:
    """Draw an interval, with an arrow where it leaves the plot."""
    left, right = axes.get_xlim()
    inside = [max(low, left), min(high, right)]
    axes.plot(inside, [y, y], color=colour, linewidth=3.2 if thick else 1.2, solid_capstyle="butt", zorder=2, clip_on=False)
    for end, edge, marker in ((low, left, "<"), (high, right, ">")):
        if (end < left and marker == "<") or (end > right and marker == ">"):
            axes.plot([edge], [y], marker=marker, markersize=5, color=colour, clip_on=False, zorder=3)


def _beside(figure: Any, axes: Any, row: Mapping[str, Any], y: int, scale: Scale, items: Sequence[str], width: float) -> None:
    """Write the name of a row to its left, its numbers and judgements to its right."""
    if row["kind"] == "gap":
        return
    bold = row["kind"] in ("head", "pooled", "group")
    name = str(row.get("slab") or row.get("name"))
    name = name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
    place = axes.get_yaxis_transform()
    axes.text(-NAME / PLOT + 0.02, y, name, transform=place, va="center", fontsize=8.5, weight="bold" if bold else "normal")
    if row["kind"] == "head":
        return
    middle = row["yi"] if row["kind"] == "study" else row["estimate"]
    said = f"[{scale.number(row['ci_lower'])}, {scale.number(row['ci_upper'])}]"
    if row["kind"] != "prediction":
        said = f"{scale.number(middle)} {said}"
    axes.text(1.02, y, said, transform=place, va="center", fontsize=8.2, weight="bold" if bold else "normal")
    if row["kind"] == "study" and row["weight"] is not None:
        axes.text(1 + (NUMBERS - 0.1) / PLOT, y, f"{row['weight']:.1f} %", transform=place, va="center", ha="right", fontsize=8.2)
    for at, item in enumerate(items):
        judged = row.get("rob", {}).get(item) if row["kind"] == "study" else None
        if judged in JUDGED:
            colour, sign = JUDGED[judged]
            x = 1 + (NUMBERS + BIAS * (at + 0.5)) / PLOT
            axes.plot([x], [y], marker="o", markersize=11, color=colour, transform=place, clip_on=False)
            axes.text(x, y - 0.02, sign, transform=place, ha="center", va="center", fontsize=8, color="white", weight="bold")


def _heads(figure: Any, axes: Any, document: Document, scale: Scale, items: Sequence[str], lang: str, width: float, height: float) -> None:
    """Write the title and the heads of the columns."""
    title = document.get("title") or text("forest_title", lang, measure=document["measure"], method=document["method"])
    figure.text(0.01, 1 - 0.12 / height, title, fontsize=11, weight="bold", va="top")
    y = 1.0
    place = axes.transAxes
    offset = 0.12 / (axes.get_position().height * height)
    axes.text(-NAME / PLOT + 0.02, y + offset, text("forest_study", lang), transform=place, fontsize=8.5, weight="bold")
    axes.text(1.02, y + offset, f"{scale.short(document)} [{document['level'] * 100:g} %]", transform=place, fontsize=8.5, weight="bold")
    head = text("forest_weight", lang)
    axes.text(1 + (NUMBERS - 0.1) / PLOT, y + offset, head, transform=place, fontsize=8.5, weight="bold", ha="right")
    for at, item in enumerate(items):
        axes.text(1 + (NUMBERS + BIAS * (at + 0.5)) / PLOT, y + offset, item[:12], transform=place, fontsize=6.5, rotation=60, ha="left")


def _foot(document: Document, lang: str) -> str:
    """Return the lines below the plot: heterogeneity, the interval used, the first warnings."""
    p = document.get("q_p")
    told = text(
        "forest_heterogeneity",
        lang,
        tau2=_short(document.get("tau2")),
        i2=_percent(document.get("i2")),
        q=_short(document.get("q")),
        df=document.get("q_df"),
        p="–" if p is None else f"{p:.3g}",
    )
    lines = [told, text("research_use", lang)]
    return "\n".join(lines)


def _short(value: float | None) -> str:
    """Return a number of three digits, a dash for none."""
    return "–" if value is None else f"{value:.3g}"


def _percent(value: float | None) -> str:
    """Return a share in percent, a dash for none."""
    return "–" if value is None else f"{value:.0f} %"
