"""A user's own study as cases: every row of `reported` held against what the study predicts.

    number      the level of the arm at that time
    direction   the difference from the arm's named comparator, from its own start where it stands alone
    order       the arms from the lowest to the highest, written "saline < cells"
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from pulposus.core.errors import Fault, InputError
from pulposus.core.files import parse_yaml
from pulposus.core.vocabulary import term
from pulposus.study.comparator import named_comparator
from pulposus.study.dataset import QUANTITIES
from pulposus.study.plan import DAY
from pulposus.study.replay.case_file import Case, Change, Result, Tier, one_paper_one_set
from pulposus.study.replay.studies import StudyRun, name_of
from pulposus.study.study_checks import ORDER_MARK
from pulposus.study.study_file import Reported, StudySpec, load_study
from pulposus.tissue.repeatability import instruments, smallest_detectable

__all__ = ["cases_of_study"]

_IN_PERCENT = ("height_index", "t2")  # of which the instrument's noise is known in percent
_LONGEST = 40  # letters of an id
_BETTER = {"height_index": "up", "t2": "up", "gag": "up", "viable_cells": "up", "pfirrmann": "down"}
_MEANS = ("The study as it is modelled does not give what was reported.", "所建模的研究未得出报道的结果。")


def cases_of_study(path: str | Path, draws: int | None = None) -> tuple[Case, ...]:
    """Return the reported results of a study file as cases, one per source and set; raises `InputError` with every fault.

    draws: in place of the study's own number.
    """
    spec, text = load_study(path)
    data, _ = parse_yaml(text, str(path))
    if not spec.reported:
        raise InputError([Fault(str(path), "reported", "nothing", "at least one reported result to set beside the prediction")])
    if len(spec.subject.sites) > 1:
        allowed = "one level: results of several levels in one study are not replayed yet"
        raise InputError([Fault(str(path), "subject.level", ", ".join(spec.subject.levels), allowed)])
    times = tuple(sorted({row.time for row in spec.reported}))
    set_up = StudyRun(kind="study", study=data, times=times)
    groups: dict[tuple[str, str, Tier], list[Reported]] = {}
    for row in spec.reported:
        groups.setdefault((row.source, row.set, row.tier), []).append(row)
    cases = tuple(
        Case(id=Path(path).stem[:_LONGEST], layer="therapy", title=spec.title or Path(path).stem, title_zh=spec.title or Path(path).stem,
             set=which, tier=tier, against="experiment", species=spec.subject.species, source=source, locator="study file",
             draws=draws or spec.sampling.draws, set_up=set_up, means=_MEANS[0], means_zh=_MEANS[1],
             results=tuple(_result(spec, row) for row in rows))
        for (source, which, tier), rows in groups.items())
    if faults := one_paper_one_set(cases):
        raise InputError([replace(fault, file=str(path)) for fault in faults])
    return cases



def _result(spec: StudySpec, row: Reported) -> Result:
    """Return one reported result as a row."""
    unit = QUANTITIES.get(row.quantity, ("1", "1", None))[1]
    name = name_of(row.arm, row.quantity, row.time)
    entry = term("observe", row.quantity)
    when = f"{row.time / DAY:.4g} d"
    told: dict[str, Any] = {"kind": row.kind, "sd": row.sd, "n": row.n, "expected_miss": row.expected_miss,
                            "quantity": f"{entry.en}, {row.arm}, {when}", "quantity_zh": f"{entry.zh}，{row.arm}，{when}",
                            "better_when": _BETTER.get(row.quantity)}
    if row.kind == "number":
        return Result(**told, unit=unit, read=name, reported=row.value)
    if row.kind == "order":
        arms = [part.strip() for part in str(row.value).split(ORDER_MARK)]
        return Result(**told, reported=tuple(name_of(arm, row.quantity, row.time) for arm in arms))
    other = named_comparator(spec, spec.arm(row.arm))
    before = name_of(other, row.quantity, row.time) if other else name_of(row.arm, row.quantity, 0.0)
    comparator = other or "start"
    if row.quantity in _IN_PERCENT and row.sd is None:  # what the instrument detects, in percent of the comparator
        smallest = smallest_detectable(instruments()[row.quantity].sd)
        return Result(**told, unit="percent", read=Change(relative=(name, before)), reported=row.value, smallest=smallest,
                      comparator=comparator, comparator_zh=comparator)
    return Result(**told, unit=unit, read=Change(difference=(name, before)), reported=row.value, comparator=comparator,
                  comparator_zh=comparator)
