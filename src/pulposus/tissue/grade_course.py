"""The course of grades: a healthy human disc runs forward through degeneration, and its states are held against the tables.

    grade(t) = 1 + number of thresholds c_k that the latent has fallen below,   c_k = sqrt(x_k x_k+1),   x_k the table of the latent

One schedule of drivers runs from grade I on (`data/grade_courses.yaml`); no constant belongs to a grade. The latent is T2 or the
aggrecan of the nucleus; its four thresholds are fitted to its own table, and nothing else is. The state of a grade is the one in
the middle of the time that the disc spends in it: cells, matrix, water, height and endplate of one disc at one time, so that they
belong together, which the tables of grades, each from other discs, need not. Height and cells within 15 % of the (assumed) tables
are a soft target and no validation: no law of the disc ever saw a grade.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.files import packaged, read_yaml
from pulposus.core.parameters import Parameter, ParameterSet
from pulposus.core.units import convert, si
from pulposus.tissue.answer import begin_disc
from pulposus.tissue.disc_file import read_disc
from pulposus.tissue.imaging import GRADES, water_mass_fraction
from pulposus.tissue.past import live, past_of
from pulposus.tissue.process import Process, View

__all__ = ["LATENTS", "GradeCourse", "comparison", "grade_course", "grades_of", "schedules", "table", "tempo", "thresholds"]

Array = NDArray[np.float64]
FILE = "grade_courses.yaml"
LATENTS = {"t2": "t2", "aggrecan": "aggrecan_content"}  # latent -> the symbol of its table
_NODES, _OUTPUTS = 300, 321  # of the mesh; output times
_REACHED = "not reached"
# told quantity -> (symbol of its table, SI unit, unit told, whether both sides are told relative to grade I)
_TOLD = {"t2": ("t2", "s", "ms", False), "aggrecan": ("aggrecan_content", "kg/m**3", "mg/mL", False),
         "porosity": ("porosity", "1", "1", False), "water": ("water_fraction", "1", "1", True), "height": ("grade_height", "1", "1", True),
         "cells": ("cell_density", "1", "1", True), "senescent": ("senescent_fraction", "1", "1", False)}


@dataclass(frozen=True)
class GradeCourse:
    """A disc on its way: years (time,) and quantity -> (time,) in SI, as they are named in `comparison`; stopped: why early."""

    id: str
    years: Array
    values: Mapping[str, Array]
    stopped: str = ""


class _Watched(Process):
    """Owns and changes nothing; tells the senescent share of the nucleus and how far the endplate is open."""

    name = "watched"

    def observe(self, view: View) -> dict[str, Any]:
        """Return both."""
        old, young = (view.points.mean(view.state[n], 0) for n in ("senescent", "native"))
        return {"senescent": float(old / (old + young)), "endplate_open": float(view.state["endplate_open"])}


@cache
def _file() -> dict[str, Any]:
    return dict(read_yaml(packaged(FILE))[0])


def schedules() -> list[dict[str, Any]]:
    """Return the schedules with id, names, history, laws and the reason; the first is held against the tables.

    >>> [each["id"] for each in schedules()][:2]
    ['degenerate_tissue', 'ageing_alone']
    """
    return list(_file()["schedules"])


@cache
def grade_course(schedule: str = "") -> GradeCourse:
    """Return the course of a healthy disc by a schedule, the first when none is named; raises KeyError for an unknown one."""
    plan = {each["id"]: each for each in schedules()}[schedule or schedules()[0]["id"]]
    disc = {"preset": {"species": _file()["species"], "level": _file()["level"], "grade": GRADES[0]}}
    spec = read_disc({"version": 1, "disc": disc, "laws": plan.get("laws", {}), "mesh": {"nodes": _NODES}, "history": plan["history"]})
    laws, draw, geometry, build = begin_disc(spec)
    past = past_of(spec.history, draw, geometry, laws)
    times = np.linspace(0.0, si(f"{_file()['years']} yr", "s"), _OUTPUTS)
    _, history = live(past, lambda further, options: build([*further, _Watched()], options), geometry, times.tolist())
    r = history.readings
    solid = draw.value("solid_density") / draw.value("water_density")
    values = {"t2": r["t2"], "aggrecan": r["gag"][:, 0] / r["nucleus_volume"], "porosity": r["nucleus_porosity"],
              "water": water_mass_fraction(r["nucleus_porosity"], solid), "height": r["height_index"], "cells": r["viable_cells"][:, 0],
              "senescent": r["senescent"], "endplate_open": r["endplate_open"], "annulus_damage": r["annulus_damage"]}
    return GradeCourse(plan["id"], convert(1.0, "s", "yr") * history.times, values, history.stopped)


def _table(symbol: str, grade: str) -> Parameter:
    region = "any" if symbol in ("grade_height", "senescent_fraction") else "NP"
    return ParameterSet.load().lookup(symbol, region, _file()["species"], grade)


def thresholds(latent: str) -> Array:
    """Return the four values (SI) of a latent between the grades, falling.

    >>> [round(1e3 * float(c), 1) for c in thresholds("t2")]
    [164.6, 104.2, 65.6, 45.3]
    """
    x = np.array([_table(LATENTS[latent], grade).si for grade in GRADES])
    return np.sqrt(x[:-1] * x[1:])


def grades_of(course: GradeCourse, latent: str) -> dict[str, tuple[float, float, int] | None]:
    """Return grade -> (first year, last year, index of the state in the middle), None for a grade that is not reached."""
    below = (course.values[latent][:, None] < thresholds(latent)).sum(axis=1)
    reached = np.maximum.accumulate(below)
    out: dict[str, tuple[float, float, int] | None] = {}
    for k, grade in enumerate(GRADES):
        inside = np.flatnonzero(reached == k)
        if inside.size:
            first, last = (float(course.years[i]) for i in (inside[0], inside[-1]))
            out[grade] = first, last, int(inside[np.argmin(np.abs(course.years[inside] - (first + last) / 2))])
        else:
            out[grade] = None
    return out


def comparison(schedule: str = "") -> list[dict[str, Any]]:
    """Return the states of a course beside the tables of grades: a row for every latent, quantity and grade, with a verdict."""
    course = grade_course(schedule)
    rows = []
    for latent in LATENTS:
        found = grades_of(course, latent)
        for name in _TOLD:
            rows += [_row(course, latent, name, grade, found[grade]) for grade in GRADES]
    return rows


def _row(course: GradeCourse, latent: str, name: str, grade: str, state: tuple[float, float, int] | None) -> dict[str, Any]:
    symbol, unit, told, relative = _TOLD[name]
    record, first = _table(symbol, grade), _table(symbol, GRADES[0]).si
    scale = 1 / first if relative else convert(1.0, unit, told)
    value, (low, high) = record.si * scale, (end * record.factor * scale for end in _ends(record))
    row = {"latent": latent, "quantity": name + (" to grade I" if relative else ""), "unit": told, "grade": grade, "table": value,
           "table low": low, "table high": high, "table origin": f"{record.origin} ({record.source})"}
    if state is None:
        return {**row, "years": None, "forward": None, "ratio": None, "verdict": _REACHED}
    forward = float(course.values[name][state[2]]) * (1 / float(course.values[name][0]) if relative else scale)
    return {**row, "years": f"{state[0]:.3g}-{state[1]:.3g}", "forward": forward, "ratio": forward / value,
            "verdict": _verdict(latent, name, forward, value, (low, high))}


def _ends(record: Parameter) -> tuple[float, float]:
    """Return the ends of a record's spread, the value itself where it has none."""
    low, high = record.spread.low, record.spread.high
    return record.value if low is None else low, record.value if high is None else high


def _verdict(latent: str, name: str, forward: float, value: float, ends: tuple[float, float]) -> str:
    if name == latent:
        return "sets the thresholds"
    if name in ("height", "cells"):
        soft = float(_file()["soft_target"])
        return f"within {soft:.0%}".replace("%", " %") if abs(forward / value - 1) <= soft else "miss"
    return "in the table's range" if ends[0] <= forward <= ends[1] else "miss"


def tempo(lang: str = "en") -> list[dict[str, Any]]:
    """Return what each schedule comes to: when every grade begins on T2, and height, cells, endplate and annulus at the end."""
    rows = []
    for plan in schedules():
        course = grade_course(plan["id"])
        found = grades_of(course, "t2")
        row: dict[str, Any] = {"schedule": plan[lang], "stopped": course.stopped or None}
        for grade in GRADES[1:]:
            state = found[grade]
            row[f"{grade} from year"] = None if state is None else state[0]
        for name in ("t2", "aggrecan", "height", "cells", "senescent", "endplate_open", "annulus_damage"):
            unit, told = _TOLD[name][1:3] if name in _TOLD else ("1", "1")
            row[f"{name} at the end" + (f" [{told}]" if told != "1" else "")] = float(course.values[name][-1]) * convert(1.0, unit, told)
        rows.append(row)
    return rows


def table(kind: str, lang: str = "en") -> list[dict[str, Any]]:
    """Return the rows of `grade_states` (comparison) or `grade_courses` (tempo)."""
    return comparison() if kind == "grade_states" else tempo(lang)
