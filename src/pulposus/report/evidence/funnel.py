"""Scatter pictures of a meta-analysis: funnel with contours of p, radial (Galbraith) and Baujat plots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulposus.core.language import text
from pulposus.report.evidence.scale import scale_of
from pulposus.report.pictures import canvas, figure_language

__all__ = ["baujat", "funnel", "radial"]

Document = Mapping[str, Any]
WIDTH, HEIGHT = 6.4, 4.8  # inches
CONTOURS = ((1.645, "#cfd6dc"), (1.960, "#dfe4e8"), (2.576, "#eef1f3"))  # z of two-sided p = 0.10, 0.05, 0.01
BAND = 1.96
LABELLED = 3  # studies named in a plot, the furthest out
BLUE, RED, INK = "#0072B2", "#D55E00", "#1d2730"
ABOVE = 1.08  # of the largest standard error, where the axis ends


def funnel(document: Document, lang: str = "en") -> Any:
    """Return the funnel plot: effect by standard error, contours of p around no effect, filled studies hollow."""
    shown = figure_language(lang)
    scale = scale_of(document)
    studies = document["studies"]
    filled = (document.get("small_study") or {}).get("trim_fill", {}).get("filled") or []
    largest = max([each["sei"] for each in studies] + [each["sei"] for each in filled]) * ABOVE
    with canvas(WIDTH, HEIGHT, shown) as figure:
        axes = figure.add_subplot()
        centre = scale.nothing if scale.nothing is not None else document["estimate"]
        previous = 0.0
        for z, colour in CONTOURS:
            label = {1.645: "p > 0.10", 1.960: "0.05 < p < 0.10", 2.576: "0.01 < p < 0.05"}[z]
            for side in (1, -1):
                axes.fill(
                    [centre + side * previous * largest, centre, centre + side * z * largest],
                    [largest, 0, largest],
                    color=colour,
                    linewidth=0,
                    label=label if side == 1 else None,
                    zorder=0,
                )
            previous = z
        axes.axvline(document["estimate"], color=BLUE, linestyle=(0, (4, 3)), linewidth=1.2, label=text("funnel_pooled", shown))
        axes.scatter(
            [e["yi"] for e in studies], [e["sei"] for e in studies], s=26, color=INK, zorder=3, label=text("funnel_studies", shown)
        )
        if filled:
            axes.scatter(
                [e["yi"] for e in filled],
                [e["sei"] for e in filled],
                s=30,
                facecolors="white",
                edgecolors=RED,
                zorder=3,
                label=text("funnel_filled", shown),
            )
        axes.set_ylim(largest, 0)
        low, high = scale.limits(document)
        axes.set_xlim(low, high)
        ticks = scale.ticks(low, high)
        axes.set_xticks(ticks, [scale.label(tick) for tick in ticks])
        axes.set_xlabel(scale.title(document, shown))
        axes.set_ylabel(text("funnel_standard_error", shown))
        axes.grid(False)
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        return figure


def radial(document: Document, lang: str = "en") -> Any:
    """Return the radial (Galbraith) plot: standardised effect by precision; the slope is the pooled effect."""
    shown = figure_language(lang)
    points = document["radial"]
    with canvas(WIDTH, HEIGHT, shown) as figure:
        axes = figure.add_subplot()
        longest = max(each["x"] for each in points) * ABOVE
        slope = document["estimate"]
        axes.plot([0, longest], [0, slope * longest], color=BLUE, linewidth=1.4, label=text("funnel_pooled", shown))
        edges = ([slope * x + sign * BAND for x in (0, longest)] for sign in (-1, 1))
        low, high = edges
        axes.fill_between([0, longest], low, high, color="#0072B2", alpha=0.12, linewidth=0, label=text("radial_band", shown))
        axes.scatter(
            [each["x"] for each in points], [each["y"] for each in points], s=26, color=INK, zorder=3, label=text("funnel_studies", shown)
        )
        _name(axes, points, lambda each: abs(each["y"] - slope * each["x"]))
        axes.set_xlim(0, longest)
        axes.set_xlabel(text("radial_precision", shown))
        axes.set_ylabel(text("radial_standardised", shown))
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        return figure


def baujat(document: Document, lang: str = "en") -> Any:
    """Return the Baujat plot: what a study adds to heterogeneity by how much it moves the pooled effect."""
    shown = figure_language(lang)
    points = document["baujat"]
    with canvas(WIDTH, HEIGHT, shown) as figure:
        axes = figure.add_subplot()
        axes.scatter([each["x"] for each in points], [each["y"] for each in points], s=26, color=INK, zorder=3)
        _name(axes, points, lambda each: each["x"] * each["y"], len(points))
        axes.set_xlim(left=0)
        axes.set_ylim(bottom=0)
        axes.set_xlabel(text("baujat_heterogeneity", shown))
        axes.set_ylabel(text("baujat_influence", shown))
        return figure


def _name(axes: Any, points: Any, weight: Any, most: int = LABELLED) -> None:
    """Write the names of the points that weigh most."""
    for each in sorted(points, key=weight, reverse=True)[: min(most, 12)]:
        axes.annotate(
            str(each["slab"])[:24], (each["x"], each["y"]), xytext=(4, 3), textcoords="offset points", fontsize=7.5, color="#3c4751"
        )
