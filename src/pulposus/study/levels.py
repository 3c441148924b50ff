"""Several levels of one spine: the study of each disc, and what of it is of the person.

    course of the person    every needle pass into or beside any disc counts; a dose into a vein counts once
    hazard of the person    as of several needle passes, therapy/harms.py
    pain, disability        w max + (1 - w) mean over the discs, or those of the disc that hurts

All discs of a draw share its parameters; what is on record by level (dimensions, loads) is the level's own, and so is the luck of a
needle. A dose goes into each of its levels, as large as it is written; a dose into a vein is one for all discs, of which each takes its
own share (`disc_homing_share`), so small that none is missing to the others. A range of grades has one quantile for all discs. Each
disc is solved for itself: neither load nor nutrition passes from one to the next. w is the record `worst_disc_weight`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pulposus.core.errors import nearest, shorten
from pulposus.core.joint_faults import Problem
from pulposus.core.vocabulary import names, terms
from pulposus.tissue.history_file import turnover_problems
from pulposus.tissue.person import person_problems
from pulposus.tissue.symptoms import SYMPTOMS, Course

if TYPE_CHECKING:
    from pulposus.study.arm import Arm, Dose
    from pulposus.study.study_file import StudySpec

__all__ = ["WORST", "course_of", "given_in_all", "level_problems", "levels_of", "score_of_person", "studies_of", "treated"]

WORST = "worst_disc_weight"
_OF_ALL = "intravenous"  # the route by which one dose is for all discs
_OWN = ("grade", "modic", "endplate")  # what a level may have for itself


def treated(dose: Dose, levels: Sequence[str]) -> tuple[str, ...]:
    """Return the levels that a dose is given to, in the order of the subject: all that it does not leave out."""
    return tuple(level for level in levels if dose.levels is None or level in dose.levels)


def studies_of(spec: StudySpec) -> dict[str, StudySpec]:
    """Return level -> the study of that disc alone: its grade and history, and of every arm the doses that it gets.

    >>> from pulposus.study.study_file import read_study
    >>> subject = {"species": "human", "level": ["L4/L5", "L5/S1"], "grade": {"scale": "pfirrmann", "value": 3}}
    >>> study = {"version": 1, "subject": subject, "follow_up": "1 yr", "arms": [{"name": "untreated", "doses": []}]}
    >>> [each.subject.level for each in studies_of(read_study(study)).values()]
    ['L4/L5', 'L5/S1']
    """
    out = {}
    for site in spec.subject.sites:
        own = {name: getattr(site, name) for name in _OWN if getattr(site, name) is not None}
        subject = spec.subject.model_copy(update={"sites": (site,), **own})
        arms = tuple(arm.model_copy(update={"doses": tuple(d for d in arm.doses if site.level in treated(d, spec.subject.levels))})
                     for arm in spec.arms)
        out[site.level] = spec.model_copy(update={"subject": subject, "arms": arms, "history": (*spec.history, *site.history)})
    return out


def _passes(arm: Arm, levels: Sequence[str]) -> list[Dose]:
    """Return the doses of an arm, each as often as it is given."""
    return [dose for dose in arm.doses for _ in ((0,) if dose.route.kind == _OF_ALL else treated(dose, levels))]


def course_of(arm: Arm, levels: Sequence[str]) -> Course:
    """Return what an arm does to a person with these levels."""
    given = _passes(arm, levels)
    return Course(tuple(dose.at for dose in given), any(dose.product.kind == "cells" for dose in given),
                  tuple(dose.at for dose in given if dose.route.kind == "epidural" and dose.product.kind == "cells"))


def given_in_all(arm: Arm, levels: Sequence[str]) -> float:
    """Return how many cells or particles an arm gives to a person with these levels."""
    return float(sum(getattr(dose.product, "dose", 0.0) for dose in _passes(arm, levels)))


def score_of_person(scores: Sequence[Any], weight: Any) -> Any:
    """Return the pain or disability of a person from that by each of the discs alone; weight: w, 1 where the worst disc tells all.

    >>> float(score_of_person([40.0, 60.0], 1.0)), float(score_of_person([40.0, 60.0], 0.5))
    (60.0, 55.0)
    """
    each = np.stack([np.asarray(score, dtype=float) for score in scores])
    return weight * each.max(axis=0) + (1 - weight) * each.mean(axis=0)


def levels_of(subject: Any) -> list[tuple[int, str, Mapping[str, Any]]]:
    """Return (place, level, what is its own) of the levels that plain data name as they should; a single level has place 0."""
    given = subject.get("level") if isinstance(subject, Mapping) else None
    out: list[tuple[int, str, Mapping[str, Any]]] = []
    for i, each in enumerate(given if isinstance(given, list) else [given]):
        own = each if isinstance(each, Mapping) else {"level": each}
        if isinstance(own.get("level"), str):
            out.append((i, own["level"], own))
    return out


def level_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong between the levels of a study: twice the same, of another species, doses into none of them."""
    subject = data.get("subject")
    if not isinstance(subject, Mapping):
        return
    found = levels_of(subject)
    known = [level for _, level, _ in found]
    species = subject.get("species")
    for place, (i, level, own) in enumerate(found):
        path = ("subject", "level", i)
        if level in known[:place]:
            yield path, f"{shorten(level)} again", "every level once", None
        yield from _own_problems(path, own, species, data)
    painful = subject.get("painful")
    if isinstance(painful, str) and painful in names("level") and painful not in known:
        yield ("subject", "painful"), shorten(painful), f"a level of the subject: {', '.join(known)}", nearest(painful, known)
    for i, arm in enumerate(_list(data, "arms")):
        for j, dose in enumerate(_list(arm, "doses")):
            yield from _dose_problems(("arms", i, "doses", j), dose, known)
    for i, row in enumerate(_list(data, "reported")):
        if not isinstance(row, Mapping):
            continue
        told = row.get("level")
        if told is None and len(known) > 1 and row.get("quantity") not in SYMPTOMS:
            yield ("reported", i, "level"), "nothing", f"required with several levels: one of {', '.join(known)}", None
        if isinstance(told, str) and told in names("level") and told not in known:
            yield ("reported", i, "level"), shorten(told), f"a level of the subject: {', '.join(known)}", nearest(told, known)


def _own_problems(path: tuple[str | int, ...], own: Mapping[str, Any], species: Any, data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what a level of several says for itself and cannot have."""
    allowed = terms("species")[species].more["levels"] if species in names("species") else None
    level = own["level"]
    if len(own) > 1 and allowed and level in names("level") and level not in allowed:
        yield (*path, "level"), f"{shorten(level)} of a {species}", ", ".join(allowed), nearest(level, allowed)
    if len(own) > 1:
        yield from person_problems({"species": species, **{k: own.get(k) for k in ("modic", "endplate")}}, tuple(map(str, path)))
    for (_, *rest), given, what, near in turnover_problems(own, species):
        yield (*path, "history", *rest), given, what, near
    patterns = [event for event in (*_list(data, "history"), *_list(own, "history"))
                if isinstance(event, Mapping) and isinstance(event.get("open"), Mapping)]
    if _list(own, "history") and len(patterns) > 1:
        yield (*path, "history"), "a second pattern of open endplate", "one pattern for a disc, with those of the whole study", None


def _dose_problems(path: tuple[str | int, ...], dose: Any, known: Sequence[str]) -> Iterator[Problem]:
    """Yield levels of a dose that the subject does not have, or that no dose into a vein can choose."""
    levels = dose.get("levels") if isinstance(dose, Mapping) else None
    if levels is None:
        return
    route = dose.get("route")
    if isinstance(route, Mapping) and route.get("kind") == _OF_ALL:
        yield (*path, "levels"), shorten(levels), "nothing: a dose into a vein is one for all discs", None
        return
    for i, level in enumerate(_list(dose, "levels")):
        if isinstance(level, str) and level in names("level") and level not in known:
            yield (*path, "levels", i), shorten(level), f"a level of the subject: {', '.join(known)}", nearest(level, known)
        elif level in _list(dose, "levels")[:i]:
            yield (*path, "levels", i), f"{shorten(level)} again", "every level once", None


def _list(data: Any, key: str) -> list[Any]:
    """Return the list of a key, an empty one if there is none."""
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, list) else []
