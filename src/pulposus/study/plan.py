"""The plan of a run: the study with its laws, parameters, output times, and which draws it uses.

A draw whose values cannot hold together (no positive fragment loss, for one) is rejected and counted; the next index
takes its place, so that every arm and every rival uses the same accepted draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.draws import Draw
from pulposus.core.errors import PulposusError, RejectedDraw
from pulposus.core.parameters import ParameterSet
from pulposus.mechanism.hypotheses import choose
from pulposus.study.levels import studies_of
from pulposus.study.study_file import StudySpec
from pulposus.tissue.disc import check_draw, culture_supply, supply_of
from pulposus.tissue.endplate import open_share
from pulposus.tissue.geometry import geometry_of
from pulposus.tissue.person import endplate_opening, marrow_supply

__all__ = ["DAY", "WEEK", "Plan", "accepted_draws", "fed", "make_plan", "output_times"]

DAY, WEEK = 86400.0, 7 * 86400.0
_LANDMARK = 28 * DAY  # the day at which the surviving share of a dose is told
_MOST_TIMES = 157  # weekly for three years; longer studies are told this often
_MOST_TRIES = 20  # draws tried for one accepted
_NUMERALS = ("I", "II", "III", "IV", "V")


@dataclass(frozen=True)
class Plan:
    """What every draw needs: study, laws (name -> choice), parameters with overrides, output times (s), seed, hypotheses of the cell
    network (name -> option).

    study: the study of all levels, where `spec` is that of one of several.
    """

    spec: StudySpec
    laws: Mapping[str, Any]
    parameters: ParameterSet
    times: NDArray[np.float64]
    seed: int
    nodes: int
    landmark: float = field(default=_LANDMARK)
    hypotheses: Mapping[str, str] = field(default_factory=choose)
    study: StudySpec | None = None

    @property
    def whole(self) -> StudySpec:
        """The study of all levels."""
        return self.study or self.spec

    def of_levels(self) -> dict[str, Plan]:
        """Return level -> the plan of that disc."""
        several = self.spec if len(self.spec.subject.sites) > 1 else None
        return {level: replace(self, spec=spec, study=several) for level, spec in studies_of(self.spec).items()}

    def draw(self, index: int | None) -> Draw:
        """Return draw `index`, or the nominal one (all parameters at their central value) for None."""
        subject, nominal = self.spec.subject, index is None
        low, high = subject.grade.bounds
        u = 0.5 if nominal else Draw(self.parameters, self.seed, index or 0, subject.species, "I").u("grade")
        value = low + int(u * (high - low + 1))
        numeral = _NUMERALS[value - 1] if subject.grade.scale == "pfirrmann" else _NUMERALS[
            round(self.parameters[f"modified_pfirrmann_{value}"].value) - 1]
        return Draw(self.parameters, self.seed, index or 0, subject.species, numeral, nominal=nominal, site=self._site)

    @property
    def _site(self) -> str:
        """The level of this plan; nothing for the first, whose draws are those of a study of it alone."""
        return "" if self.spec.subject.level == self.whole.subject.level else self.spec.subject.level


def fed(draw: Draw, plan: Plan) -> tuple[dict[str, dict[str, float]], float]:
    """Return what the disc of a draw is fed with (solute -> boundary -> value) and the open share of its endplate."""
    person, laws = plan.spec.subject, plan.laws
    if person.medium == "culture":
        return culture_supply(draw), open_share(draw, laws["endplate_degeneration"])
    share = open_share(draw, laws["endplate_degeneration"]) * endplate_opening(draw, person, laws["marrow_supply"])
    return supply_of(draw, marrow_supply(draw, person, laws["marrow_supply"])), share


def output_times(follow_up: float) -> NDArray[np.float64]:
    """Return the output times (s): 0, every week (or coarser for long studies), day 28 and the end.

    >>> (output_times(3 * WEEK) / DAY).tolist()
    [0.0, 7.0, 14.0, 21.0]
    """
    count = int(follow_up // WEEK)
    grid = np.arange(count + 1) * WEEK if count < _MOST_TIMES else np.linspace(0, follow_up, _MOST_TIMES)
    return np.unique(np.concatenate([grid, [min(_LANDMARK, follow_up), follow_up]]))


def make_plan(spec: StudySpec, nodes: int, seed: int | None = None, laws: Mapping[str, Any] | None = None,
              hypotheses: Mapping[str, str] | None = None) -> Plan:
    """Return the plan of a study; `laws` and `hypotheses` replace single ones of the study (a rival)."""
    chosen = {**spec.model.laws.model_dump(), **(laws or {})}
    overrides = dict(spec.model.overrides)
    parameters = ParameterSet.load()
    if chosen["glucose_limiter"] is not None and "glucose_limiter" in spec.model.laws.model_fields_set:
        overrides.setdefault("glucose_limiter", f"{chosen['glucose_limiter']!r} mM")  # stated, so no longer drawn
    return Plan(spec, chosen, parameters.override(overrides) if overrides else parameters, output_times(spec.follow_up),
                spec.sampling.seed if seed is None else seed, nodes,
                hypotheses=choose({**spec.model.hypotheses, **(hypotheses or {})}))


def accepted_draws(plan: Plan, count: int) -> tuple[list[int], dict[int, str]]:
    """Return the first `count` draws that hold for every disc, and why each rejected one does not.

    Raises PulposusError when hardly any draw holds, as a wrong override can bring about.
    """
    accepted: list[int] = []
    rejected: dict[int, str] = {}
    discs, index = list(plan.of_levels().values()), 0
    while len(accepted) < count:
        if index >= _MOST_TRIES * count + _MOST_TRIES:
            raise PulposusError(f"only {len(accepted)} of {index} draws hold together: {next(iter(rejected.values()))}")
        try:
            for each in discs:
                draw, subject = each.draw(index), each.spec.subject
                check_draw(draw, geometry_of(draw, subject.species, subject.level, subject))
            accepted.append(index)
        except RejectedDraw as why:
            rejected[index] = str(why)
        index += 1
    return accepted, rejected
