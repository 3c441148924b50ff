"""The evidence network: treatments as discs by how many have them, comparisons as lines by how many studies made them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from pulposus.core.language import text
from pulposus.report.pictures import canvas, figure_language

__all__ = ["graph"]

SIZE = 5.6  # inches
BLUE, INK = "#0072B2", "#1d2730"
LARGEST, SMALLEST = 900.0, 140.0  # points squared of a disc
THICKEST = 9.0  # points


def graph(document: Mapping[str, Any], lang: str = "en") -> Any:
    """Return the graph of a network meta-analysis as a figure; every line carries its number of studies."""
    shown = figure_language(lang)
    names = document["treatments"]
    most = max(document["sizes"].values()) or 1.0
    widest = max(edge["studies"] for edge in document["edges"])
    place = {
        name: (math.cos(2 * math.pi * at / len(names) + math.pi / 2), math.sin(2 * math.pi * at / len(names) + math.pi / 2))
        for at, name in enumerate(names)
    }
    with canvas(SIZE, SIZE, shown) as figure:
        axes = figure.add_subplot()
        axes.set_axis_off()
        axes.set_aspect("equal")
        axes.set_xlim(-1.55, 1.55)
        axes.set_ylim(-1.45, 1.45)
        for edge in document["edges"]:
            (x, y), (u, v) = place[edge["a"]], place[edge["b"]]
            axes.plot(
                [x, u], [y, v], color="#9fb4c4", linewidth=max(1.0, THICKEST * edge["studies"] / widest), solid_capstyle="round", zorder=1
            )
            axes.text(
                (x + u) / 2,
                (y + v) / 2,
                str(edge["studies"]),
                fontsize=9,
                ha="center",
                va="center",
                zorder=3,
                bbox={"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": "none"},
            )
        for name, (x, y) in place.items():
            share = document["sizes"][name] / most
            axes.scatter([x], [y], s=SMALLEST + (LARGEST - SMALLEST) * share, color=BLUE, zorder=2)
            axes.annotate(name, (x * 1.18, y * 1.18), ha="center", va="center", fontsize=9.5, color=INK, weight="bold")
        axes.set_title(text("graph_title", shown, k=document["k"]))
        return figure
