"""Discs with a history, untreated: one study per disc, read out at the times of the experiment.

Read-outs: <disc>.<outcome>.<time as written>, in SI (a ratio for heights), of the arm without a dose.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import Field

from pulposus.core.errors import InputError, PulposusError
from pulposus.core.fields import Label, Part
from pulposus.core.units import si
from pulposus.study.plan import Plan, make_plan
from pulposus.study.replay.sample import NotRun, Readings, Sample
from pulposus.study.run import run_draw
from pulposus.study.study_file import read_study

__all__ = ["InjuredDiscs"]

_ARM = "untreated"


class InjuredDiscs(Part):
    """One subject, several histories, side by side."""

    kind: Literal["injured_discs"]
    nodes: int = Field(default=160, strict=True, ge=1)
    subject: dict[str, Any]
    follow_up: Label
    read: tuple[Label, ...] = Field(min_length=1, description="outcomes of the study file")
    at: tuple[Label, ...] = Field(min_length=1, description="times, such as '4 weeks'")
    histories: dict[Label, tuple[dict[str, Any], ...]] = Field(min_length=1)

    def predict(self, sample: Sample) -> Readings:
        """Return the read-outs of every disc; raises `NotRun` for an event that is not built yet."""
        out: Readings = {}
        for name, events in self.histories.items():
            plan = self._plan(sample, events)
            arm = run_draw(plan, sample.index).arms[_ARM]
            if arm.stopped:
                raise PulposusError(arm.stopped)
            for outcome in self.read:
                if outcome not in arm.readings:  # its rows say so
                    continue
                series = np.asarray(arm.readings[outcome], dtype=float)
                series = series[:, 0] if series.ndim > 1 else series
                for when in self.at:
                    out[f"{name}.{outcome}.{when}"] = float(np.interp(si(when, "s"), plan.times, series))
        return out

    def _plan(self, sample: Sample, events: tuple[dict[str, Any], ...]) -> Plan:
        study = {"version": 1, "subject": self.subject, "follow_up": self.follow_up, "history": list(events),
                 "arms": [{"name": _ARM, "doses": []}], "sampling": {"seed": sample.seed}}
        try:
            plan = make_plan(read_study(study), sample.nodes(self.nodes), sample.seed)
        except InputError as error:
            if not events:
                raise
            names = ", ".join(dict.fromkeys(str(event.get("event", "?")) for event in events))
            raise NotRun("replay_no_history", events=names) from error
        return Plan(plan.spec, plan.laws, sample.parameters, plan.times, plan.seed, plan.nodes, plan.landmark)
