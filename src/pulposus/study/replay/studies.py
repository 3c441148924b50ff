"""Studies run again: a study file as a set-up, and a user's own study with what it `reported`.

Read-outs: <arm>.<outcome>.<time in days> of every arm, in SI (a ratio for heights and shares of cells; the nucleus where an
outcome has regions).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from pydantic import Field

from pulposus.core.errors import PulposusError
from pulposus.core.fields import Part
from pulposus.study.dataset import QUANTITIES
from pulposus.study.plan import DAY, Plan, make_plan
from pulposus.study.replay.sample import Readings, Sample
from pulposus.study.run import ArmOutcome, run_draw
from pulposus.study.study_file import StudySpec, read_study
from pulposus.tissue.disc import check_draw
from pulposus.tissue.geometry import geometry_of

__all__ = ["StudyRun", "name_of", "plan_for", "series_of"]

_NODES = 750  # as a comparison has
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
    nodes: int = Field(default=_NODES, strict=True, ge=1)

    def predict(self, sample: Sample) -> Readings:
        """Return every arm's outcomes at the times; raises PulposusError when an arm ended early."""
        spec = read_study(self.study)
        plan = plan_for(spec, sample.nodes(self.nodes), sample)
        arms = run_draw(plan, sample.index).arms
        stopped = {name: arm.stopped for name, arm in arms.items() if arm.stopped}
        if stopped:
            raise PulposusError("; ".join(f"{name}: {why}" for name, why in stopped.items()))
        return {name_of(name, outcome, time): float(np.interp(time, plan.times, series))
                for name, arm in arms.items() for outcome in QUANTITIES
                if outcome != "pfirrmann_probability" and (series := series_of(arm, outcome)) is not None
                for time in (0.0, *self.times)}
