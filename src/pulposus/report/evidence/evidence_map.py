"""The map of the evidence as a picture: a disc per pair, its area the number of papers, its colour the strongest level."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulposus.core.errors import Fault, InputError
from pulposus.core.files import write_atomic
from pulposus.core.language import text
from pulposus.core.references import load_evidence_levels
from pulposus.core.vocabulary import kinds, terms
from pulposus.report.evidence.export import ENDINGS, save
from pulposus.report.pictures import canvas, figure_language

if TYPE_CHECKING:
    from pulposus.evidence.tally import EvidenceMap

__all__ = ["draw_map", "write_map"]

COLOURS = {
    "none": "#bbbbbb",
    "in_vitro": "#56B4E9",
    "cadaver": "#7A5C00",
    "animal": "#E69F00",
    "human_uncontrolled": "#CC79A7",
    "human_rct": "#0072B2",
}
CELL = 0.52  # inches
LEFT, TOP, RIGHT, BOTTOM = 2.6, 2.7, 3.0, 0.6  # inches
LARGEST, SMALLEST = 560.0, 150.0  # points squared
WORDS = {
    "route": ("route", "route_other"),
    "outcome": ("instrument",),
    "species": ("species", "species_other"),
    "cells": ("cell_source", "vesicle_source", "source_other"),
    "source": ("cell_source", "vesicle_source", "source_other"),
    "mechanism": ("phenotype", "phenotype_other"),
    "cell_type": ("cell_type",),
}


def draw_map(found: EvidenceMap, lang: str = "en") -> Any:
    """Return a map as a figure; an empty cell was not studied in any paper recorded."""
    shown = figure_language(lang)
    width = LEFT + CELL * max(len(found.columns), 1) + RIGHT
    height = TOP + CELL * max(len(found.rows), 1) + BOTTOM
    most = max((len(cell.papers) for cell in found.cells.values()), default=1)
    with canvas(width, height, shown) as figure:
        figure.set_layout_engine("none")
        axes = figure.add_axes((LEFT / width, BOTTOM / height, CELL * len(found.columns) / width, CELL * len(found.rows) / height))
        axes.set_xlim(-0.5, len(found.columns) - 0.5)
        axes.set_ylim(len(found.rows) - 0.5, -0.5)
        for (row, column), cell in found.cells.items():
            x, y = found.columns.index(column), found.rows.index(row)
            size = max(LARGEST * len(cell.papers) / most, SMALLEST)
            axes.scatter([x], [y], s=size, color=COLOURS[cell.level], zorder=2)
            light = cell.level in ("human_rct", "cadaver")
            axes.text(x, y, str(len(cell.papers)), ha="center", va="center", fontsize=8.5, color="white" if light else "#1d2730", zorder=3)
        axes.set_xticks(
            range(len(found.columns)),
            [_word(found.column_axis, name, shown) for name in found.columns],
            rotation=55,
            ha="left",
            rotation_mode="anchor",
        )
        axes.xaxis.tick_top()
        axes.set_yticks(range(len(found.rows)), [_word(found.row_axis, name, shown) for name in found.rows])
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        levels = load_evidence_levels()
        used = {cell.level for cell in found.cells.values()}
        for name, level in levels.items():
            if name in used:
                axes.scatter([], [], s=80, color=COLOURS[name], label=level.label_zh if shown == "zh" else level.label)
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), title=text("map_level", shown))
        figure.text(0.01, 0.01, text("map_foot", shown), fontsize=7.5, color="#3c4751")
        return figure


def _word(axis: str, name: str, lang: str) -> str:
    """Return the text of a name of an axis."""
    for kind in WORDS.get(axis, ()):
        for known, entry in terms(kind).items() if kind in kinds() else ():
            if known.casefold() == name:
                return entry.label(lang, short=len(entry.label(lang)) > 24)
    return name


def write_map(found: EvidenceMap, path: Path, lang: str = "en") -> Path:
    """Write a map as .svg, .png or .csv and return its path; raises `InputError` for another ending."""
    if path.suffix.lower() == ".csv":
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow((found.row_axis, found.column_axis, "papers", "records", "strongest level", "ids"))
        for cell in found.cells.values():
            writer.writerow((cell.row, cell.column, len(cell.papers), cell.records, cell.level, "; ".join(cell.papers)))
        return write_atomic(path, out.getvalue())
    if path.suffix.lower() not in ENDINGS:
        raise InputError([Fault(str(path), "--out", path.suffix or "no ending", ", ".join((*ENDINGS, ".csv")))])
    return save(draw_map(found, lang), path)
