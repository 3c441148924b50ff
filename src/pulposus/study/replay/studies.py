"""Studies run again: a study file as a set-up, and a user's own study with what it `reported`.

Read-outs, in SI (a ratio for heights and shares of cells; the nucleus where an outcome has regions), of every arm:
<arm>.<outcome>.<time in days>, or <time as written>; <arm>.arrived and .alive, shares of the dose, the latter on day 28;
<arm>.harm.<name>, a chance or share; <arm>.<name> of a rule of response.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from pydantic import Field

from pulposus.core.errors import PulposusError
from pulposus.core.fields import Label, Part
from pulposus.core.units import si
from pulposus.study.dataset import quantities
from pulposus.study.plan import DAY, Plan, make_plan
from pulposus.study.replay.responders import Responders
from pulposus.study.replay.sample import Readings, Sample
from pulposus.study.run import ArmOutcome, run_draw
from pulposus.study.study_file import StudySpec, read_study
from pulposus.therapy.route import amount_given
from pulposus.tissue.disc import check_draw
from pulposus.tissue.geometry import geometry_of
from pulposus.tissue.symptoms import SYMPTOMS

__all__ = ["StudyRun", "name_of", "plan_for", "series_of"]

_NODES = 750  # as a comparison has
_START = "0 d"
_COUNTED = ("transplanted_cells", "vesicles_present")  # none of them where none were given


def plan_for(spec: StudySpec, nodes: int, sample: Sample) -> Plan:
    """Return the plan of a study with the sample's parameters; raises `RejectedDraw` where this draw does not hold together."""
    plan = make_plan(spec, nodes, sample.seed)
    plan = replace(plan, parameters=sample.parameters.override(dict(spec.model.overrides)))
    draw = plan.draw(sample.index)
    check_draw(draw, geometry_of(draw, spec.subject.species, spec.subject.level, spec.subject))
    return plan


def series_of(arm: ArmOutcome, outcome: str) -> Any:
    """Return an outcome over the times of a run, of the nucleus where it has regions; None where the disc does not tell it."""
    values = arm.readings.get(outcome)
    if values is None:
        return np.zeros(len(next(iter(arm.readings.values())))) if outcome in _COUNTED and arm.readings else None
    series = np.asarray(values, dtype=float)
    return series[:, 0] if series.ndim > 1 else series


def name_of(arm: str, outcome: str, time: float) -> str:
    """Return the name of a read-out at a time (s).

    >>> name_of("saline", "t2", 86400.0)
    'saline.t2.1 d'
    """
    return f"{arm}.{outcome}.{time / DAY:g} d"


class StudyRun(Part):
    """A study as it stands in a study file."""

    kind: Literal["study"]
    study: dict[str, Any]
    times: tuple[float, ...] = Field(default=(), description="when to read (s), beside the start")
    at: tuple[Label, ...] = Field(default=(), description="when to read, as written, such as '24 weeks'")
    responders: dict[Label, Responders] = Field(default_factory=dict, description="rules of response by name")
    nodes: int = Field(default=_NODES, strict=True, ge=1)
    meshes: bool = Field(default=True, strict=True, description="whether numbers are also told on other meshes; false where they are dear")

    def predict(self, sample: Sample) -> Readings:
        """Return every arm's outcomes at the times; raises PulposusError when an arm ended early."""
        spec = read_study(self.study)
        plan = plan_for(spec, sample.nodes(self.nodes), sample)
        arms = run_draw(plan, sample.index).arms
        stopped = {name: arm.stopped for name, arm in arms.items() if arm.stopped}
        if stopped:
            raise PulposusError("; ".join(f"{name}: {why}" for name, why in stopped.items()))
        draw = plan.draw(sample.index)
        area = geometry_of(draw, spec.subject.species, spec.subject.level).endplate_area
        out: Readings = {}
        for name, arm in arms.items():
            given = sum(amount_given(dose.product, "cells") for dose in spec.arm(name).doses)
            out |= {f"{name}.arrived": arm.arrived_share, f"{name}.alive": arm.alive_share,
                    f"{name}.arrived_per_area": arm.arrived_share * given / area}
            out |= {f"{name}.harm.{harm}": chance for harm, chance in arm.harms.items()}
            for outcome in quantities(spec.observe):
                if not outcome.endswith("_probability") and (series := series_of(arm, outcome)) is not None:
                    out |= {name_of(name, outcome, time): float(np.interp(time, plan.times, series)) for time in (0.0, *self.times)}
                    out |= {f"{name}.{outcome}.{text}": float(np.interp(si(text, "d"), plan.times, series)) for text in (_START, *self.at)}
            out |= self._responding(name, out, draw)
        return out

    def _responding(self, arm: str, read: Readings, draw: Any) -> Readings:
        """Return the share of responders of an arm by every rule."""
        scores = [s for s in SYMPTOMS if f"{arm}.{s}.{_START}" in read]
        return {f"{arm}.{name}": rule.share(draw, {s: (read[f"{arm}.{s}.{_START}"], read[f"{arm}.{s}.{rule.at}"]) for s in scores})
                for name, rule in self.responders.items()}
