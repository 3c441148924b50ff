"""The course of one disc: its history and its follow-up, read out week by week, as plain data.

Times are in days from day 0, negative in the history; the first one is the intact disc, to which heights and cells refer. This is
the injury-only course: what untreated arms of a study do, and what a treatment is told as a difference from.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import Fault, InputError
from pulposus.core.units import convert
from pulposus.tissue.answer import begin_disc
from pulposus.tissue.disc_file import DiscSpec
from pulposus.tissue.film import Film
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.past import live, past_of
from pulposus.tissue.process import Process
from pulposus.tissue.sides import HEIGHTS, SIDES, Sides, heights
from pulposus.tissue.solid import SolidGeometry

__all__ = ["READINGS", "SOLID", "course_times", "rows_of", "run_course"]

_DAY, _WEEK = 86400.0, 604800.0
_MOST_TIMES = 157  # weekly for three years; a longer course is told this often
# what is told -> (SI unit, unit told, the parts of the disc by which it is told)
READINGS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "height_index": ("1", "percent", ()), "t2": ("s", "ms", ()), "pfirrmann": ("1", "1", ()), "gag": ("kg/m**3", "mg/mL", REGIONS),
    "viable_cells": ("1", "percent", REGIONS), "glucose_min": ("mol/m**3", "mM", ()), "oxygen_min": ("Pa", "kPa", ()),
    "lactate_max": ("mol/m**3", "mM", ()), "il1b": ("kg/m**3", "ng/mL", REGIONS), "tnf": ("kg/m**3", "ng/mL", REGIONS),
    "chemokine": ("kg/m**3", "ng/mL", REGIONS), "granulation": ("1", "percent", REGIONS), "nerve_term": ("1", "percent", ()),
    "degradation_activity": ("1", "1", REGIONS), "collagen_denatured": ("1", "percent", REGIONS), "confinement": ("1", "percent", ()),
    "nucleus_volume_lost": ("1", "percent", ())}
# what is told of a solid disc beside that
SOLID: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "height": ("m", "mm", HEIGHTS), "cells_by_side": ("1", "percent", SIDES), "gag_by_side": ("kg/m**3", "mg/mL", SIDES),
    "glucose_by_side": ("mol/m**3", "mM", SIDES), "cells_asymmetry": ("1", "percent", ()), "gag_asymmetry": ("1", "percent", ())}


def course_times(start: float, follow_up: float) -> NDArray[np.float64]:
    """Return the output times (s): the start, every week from it or coarser, day 0 and the end.

    >>> (course_times(-2 * 604800.0, 10 * 86400.0) / 86400).tolist()
    [-14.0, -7.0, 0.0, 7.0, 10.0]
    """
    count = int((follow_up - start) // _WEEK)
    grid = start + (np.arange(count + 1) * _WEEK if count < _MOST_TIMES else np.linspace(0, follow_up - start, _MOST_TIMES))
    return np.unique(np.concatenate([grid, [0.0, follow_up]]))


def run_course(spec: DiscSpec, response: Process | None = None, film: Film | None = None) -> dict[str, Any]:
    """Return the course of a disc file: status, species, days, readings with their units, what it stopped at.

    response: what stands in for the simple law of how cells answer cytokines; film: looks on at every output time and changes nothing.
    Raises InputError without a follow-up.
    """
    if spec.follow_up is None:
        raise InputError([Fault("", "follow_up", "nothing", "required by disc run: how long the disc is followed, such as '24 months'")])
    laws, draw, geometry, build = begin_disc(spec, response)
    past = past_of(spec.history, draw, geometry, laws)
    times = course_times(past.start, spec.follow_up)
    solid = isinstance(geometry, SolidGeometry)
    watching: list[Process] = [*([film] if film else []), *([Sides()] if solid else [])]
    disc, history = live(past, lambda further, options: build([*further, *watching], options), geometry, times.tolist())
    if film:
        film.mesh, film.geometry = disc.mesh, geometry
    if isinstance(geometry, SolidGeometry) and "height_index" in history.readings:
        history.readings["height"] = heights(geometry, history.readings["height_index"])
    answer: dict[str, Any] = {"status": "partial" if history.stopped else "complete"}
    if history.stopped:
        answer["note"] = f"the disc was followed to day {history.times[-1] / _DAY:.4g} of {spec.follow_up / _DAY:.4g}; {history.stopped}" \
            if len(history.times) else history.stopped
    answer |= {"species": draw.species, "laws": dict(laws), "history": [event.event for event in spec.history]}
    answer |= {"days": (history.times / _DAY).tolist(), "units": {}, "course": {}}
    for name, (si, told, parts) in {**READINGS, **(SOLID if solid else {})}.items():
        if name not in history.readings:
            continue
        values = np.asarray(history.readings[name]) * convert(1.0, si, told)
        answer["units"][name] = told
        answer["course"][name] = {part: values[:, i].tolist() for i, part in enumerate(parts)} if parts else values.tolist()
    answer["ledger_gap"] = max((history.ledger.gap(n) for n in history.ledger.start if n in history.ledger.end), default=0.0)
    answer["steps"] = history.steps
    return answer


def rows_of(answer: dict[str, Any]) -> tuple[list[str], list[list[float]]]:
    """Return the header and the rows, one per time, of an answer as a table."""
    columns: dict[str, list[float]] = {"day": answer["days"]}
    for name, values in answer["course"].items():
        unit = answer["units"][name]
        for region, series in values.items() if isinstance(values, dict) else [("", values)]:
            columns[f"{name}{' ' + region if region else ''}{'' if unit == '1' else f' [{unit}]'}"] = series
    return list(columns), [list(row) for row in zip(*columns.values(), strict=True)]
