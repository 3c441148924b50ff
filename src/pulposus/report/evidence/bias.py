"""Risk of bias as a traffic light: one row a study, one column an item; sign and colour say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pulposus.core.language import text
from pulposus.core.vocabulary import label, terms
from pulposus.report.evidence.forest import JUDGED
from pulposus.report.pictures import canvas, figure_language

__all__ = ["traffic_light"]

CELL, LEFT, TOP, BOTTOM, RIGHT = 0.36, 2.2, 1.7, 0.5, 0.6  # inches


def traffic_light(rows: Sequence[tuple[str, Mapping[str, str]]], tool: str, lang: str = "en") -> Any:
    """Return the traffic light of studies: pairs of a name and its judgements by item of SYRCLE or RoB 2."""
    shown = figure_language(lang)
    kind = "syrcle_item" if tool == "SYRCLE" else "rob2_item"
    items = list(terms(kind))
    width, height = LEFT + CELL * len(items) + RIGHT + 1.2, TOP + CELL * len(rows) + BOTTOM
    with canvas(width, height, shown) as figure:
        figure.set_layout_engine("none")
        axes = figure.add_axes((LEFT / width, BOTTOM / height, CELL * len(items) / width, CELL * len(rows) / height))
        axes.set_xlim(-0.5, len(items) - 0.5)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        for y, (_, judged) in enumerate(rows):
            for x, item in enumerate(items):
                colour, sign = JUDGED.get(judged.get(item, "unclear"), JUDGED["unclear"])
                axes.plot([x], [y], marker="o", markersize=15, color=colour)
                axes.text(x, y, sign, ha="center", va="center", fontsize=9, color="white", weight="bold")
        axes.set_xticks(
            range(len(items)), [label(kind, item, shown) for item in items], rotation=50, ha="left", rotation_mode="anchor", fontsize=8
        )
        axes.xaxis.tick_top()
        axes.set_yticks(range(len(rows)), [name for name, _ in rows], fontsize=8.5)
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        for name, (colour, _) in JUDGED.items():
            axes.scatter([], [], s=90, color=colour, label=text(f"bias_{name.replace(' ', '_')}", shown))
        axes.legend(loc="lower left", bbox_to_anchor=(0, -0.5 / (CELL * len(rows)) - 0.08), ncol=4, fontsize=7.5, handletextpad=0.2)
        figure.text(0.01, 1 - 0.1 / height, text("bias_title", shown, tool=tool), fontsize=10.5, weight="bold", va="top")
        return figure
