"""The living disc as one page that stands alone: maps of its section with a slider over time, nothing loaded from elsewhere.

Every map keeps one colour scale and one set of contours over all times, so that a colour means the same on every day. Values travel as
whole numbers q from 0 to 65535 of that scale:

    value = low + (high - low) q / 65535

The quarter that was computed of a body of revolution is mirrored; of a solid two sections are drawn (film_sections.py). Each is as thick
as the disc is at that time (its endplates stay, tissue/shape.py).
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.language import text
from pulposus.core.units import convert
from pulposus.core.vocabulary import label
from pulposus.report.film_sections import FilmSection, film_sections
from pulposus.report.pictures import line_style
from pulposus.report.words import said, unit
from pulposus.tissue.film import FILMED, Film
from pulposus.tissue.shape import thinning

__all__ = ["contour_levels", "frames_kept", "slider_page", "told_film"]

Array = NDArray[np.float64]
TEMPLATES = Path(__file__).parent / "templates"
STEPS = 65535  # of a scale; one value takes two bytes
MOST = 1_500_000  # values on a page, about 4 MB
LEVELS = 6  # contours of a map at most
COUNTED = ("living", "aggrecan")  # scales that begin at zero
FLAT = 1e-3  # a scale is at least this share of its greatest value wide
PARTS = ("slider_play", "slider_pause", "slider_time", "slider_events", "slider_course", "slider_day", "slider_percent", "slider_now")
MINUS = "\u2212"
_COLOURS = 64  # of the colour map that travel
CHART = {"height_index": ("height_index", None), "viable_cells": ("viable_cells", "NP"), "gag": ("gag", "NP")}


def frames_kept(days: list[float], values: int) -> list[int]:
    """Return which frames a page shows: all of them, or evenly chosen ones with the first, day 0 and the last, to keep it light.

    values: numbers in one frame.

    >>> frames_kept([-7.0, 0.0, 7.0], 100)
    [0, 1, 2]
    >>> frames_kept([float(day) for day in range(-1, 99)], 500_000)
    [0, 1, 50, 99]
    """
    most = max(2, MOST // max(1, values))
    chosen = set(np.unique(np.round(np.linspace(0, len(days) - 1, min(most, len(days)))).astype(int)).tolist())
    return sorted(chosen | {i for i, day in enumerate(days) if day == 0})


def contour_levels(low: float, high: float) -> list[float]:
    """Return round values strictly between two ends, at which contours are drawn and the colour bar is marked.

    >>> contour_levels(1.2, 5.0)
    [2.0, 3.0, 4.0]
    >>> contour_levels(2.0, 2.0)
    []
    """
    from matplotlib.ticker import MaxNLocator

    ticks = MaxNLocator(LEVELS, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return [round(float(tick), 12) for tick in ticks if low < tick < high]


def told_film(frames: list[dict[str, Array]], lang: str) -> list[dict[str, Any]]:
    """Return the maps of frames (quantity -> values): name, unit, the scale that all times share, contours and the values."""
    say, maps = said(lang), []
    for name, (_, _, told) in FILMED.items():
        values = np.array([frame[name] for frame in frames])
        low, high = (0.0 if name in COUNTED else float(max(values.min(), 0.0))), float(max(values.max(), 0.0))
        high = max(high, low + FLAT * max(abs(high), FLAT))
        steps = np.rint(np.clip((values - low) / (high - low), 0, 1) * STEPS).astype("<u2")
        maps.append({"name": name, "label": say(f"film_{name}"), "unit": unit(told, lang), "low": low, "high": high,
                     "levels": contour_levels(low, high), "frames": [b64encode(frame.tobytes()).decode("ascii") for frame in steps]})
    return maps


def slider_page(film: Film, answer: Mapping[str, Any], events: list[tuple[float, str]], title: str, lang: str = "en") -> str:
    """Return the page of a disc's course as HTML in a language.

    film, answer: of one `run_course`; events: (day, kind) of its history. Raises `InputError` for an unknown language.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                              lstrip_blocks=True)
    named = [(day, label("event", kind, lang, short=True)) for day, kind in events]
    happened = [f"{name} · {text('report_day', lang, n=f'{day:.4g}'.replace('-', MINUS))}" for day, name in named]
    sections = film_sections(film)
    kept = frames_kept(film.days, len(FILMED) * sum(len(section.across) for section in sections))
    content = _content(film, sections, answer, kept, named, lang)
    return environment.get_template("slider.html.j2").render(
        lang="zh-CN" if lang == "zh" else "en", t=said(lang), title=title or text("report_slider_title", lang), maps=content["maps"],
        note=answer.get("note", ""), events=happened, frames=len(kept), times=len(film.days), last=len(kept) - 1,
        data=Markup(json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")), research_use=text("research_use", lang),
        style=Markup((TEMPLATES / "slider.css").read_text("utf-8")), script=Markup((TEMPLATES / "slider.js").read_text("utf-8")))


def _content(film: Film, sections: list[FilmSection], answer: Mapping[str, Any], kept: list[int], events: list[tuple[float, str]],
             lang: str) -> dict[str, Any]:
    """Return what the script of the page draws from: the sections (mm), the maps, the course and the words."""
    from matplotlib import colormaps

    assert film.geometry is not None
    colours = [[round(255 * part) for part in colormaps["viridis"](i / (_COLOURS - 1))[:3]] for i in range(_COLOURS)]
    words = {key.removeprefix("slider_"): said(lang)(key) for key in PARTS}
    heights = [_heights(answer)[i] for i in kept]
    frames = [{name: np.concatenate([s.carry(film.frames[i][name]) for s in sections]) for name in FILMED} for i in kept]
    return {"sections": [_drawn(section, lang) for section in sections], "colours": colours, "maps": told_film(frames, lang),
            "days": [film.days[i] for i in kept], "kept": kept, "height": heights, "thin": [thinning(film.geometry, h) for h in heights],
            "course": _course(answer, lang), "events": events, "words": words}


def _drawn(section: FilmSection, lang: str) -> dict[str, Any]:
    """Return a section as the script draws it, in mm."""
    def told(values: Any) -> Any:
        return np.round(np.asarray(values) * convert(1.0, "m", "mm"), 4).tolist()

    return {"label": text(f"report_slider_{section.name}", lang) if section.name else "", "mirrored": section.mirrored,
            "x": told(section.across), "y": told(section.up), "core": told(section.core), "corners": section.corners.tolist(),
            "lines": {"inner": [told(line) for line in section.inner], "outer": [told(line) for line in section.outer]},
            "names": {name: told(at) for name, at in section.names.items()}}


def _heights(answer: Mapping[str, Any]) -> list[float]:
    """Return the height of the disc over time as a share of that at the start; all 1 where it was not read."""
    found = answer["course"].get("height_index")
    return [value / 100 for value in found] if found else [1.0] * len(answer["days"])


def _course(answer: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """Return the lines of the chart, percent of the start: height, living cells and aggrecan of the nucleus."""
    lines: list[dict[str, Any]] = []
    for name, (reading, region) in CHART.items():
        series = answer["course"].get(reading)
        if series is None:
            continue
        values = np.asarray(series[region] if region else series, dtype=float)
        style = line_style(len(lines))
        dashes = style["linestyle"][1] if not isinstance(style["linestyle"], str) else []
        lines.append({"label": label("observe", name, lang, short=True), "colour": style["color"],
                      "dash": " ".join(f"{d:g}" for d in dashes), "values": (values / values[0] * 100).round(3).tolist()})
    return {"days": answer["days"], "lines": lines}
