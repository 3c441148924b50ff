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
from pulposus.study.replay.sample import NotRun, Readings, Sample
from pulposus.study.replay.studies import plan_for, series_of
from pulposus.study.run import run_draw
from pulposus.study.study_file import StudySpec, read_study

__all__ = ["InjuredDiscs"]

_ARM = "untreated"
_NODES = 160


class InjuredDiscs(Part):
    """One subject, several histories, side by side."""

    kind: Literal["injured_discs"]
    nodes: int = Field(default=_NODES, strict=True, ge=1)
    meshes: bool = Field(default=True, strict=True, description="whether numbers are also told on other meshes; false where they are dear")
    subject: dict[str, Any]
    follow_up: Label
    read: tuple[Label, ...] = Field(min_length=1, description="outcomes of the study file")
    at: tuple[Label, ...] = Field(min_length=1, description="times, such as '4 weeks'")
    histories: dict[Label, tuple[dict[str, Any], ...]] = Field(min_length=1)

    def predict(self, sample: Sample) -> Readings:
        """Return the read-outs of every disc; raises `NotRun` for an event that is not built yet."""
        out: Readings = {}
        for name, events in self.histories.items():
            plan = plan_for(self._spec(sample, events), sample.nodes(self.nodes), sample)
            arm = run_draw(plan, sample.index).arms[_ARM]
            if arm.stopped:
                raise PulposusError(arm.stopped)
            for outcome in self.read:
                series = series_of(arm, outcome)
                if series is not None:  # else its rows say so
                    out |= {f"{name}.{outcome}.{when}": float(np.interp(si(when, "s"), plan.times, series)) for when in self.at}
        return out

    def _spec(self, sample: Sample, events: tuple[dict[str, Any], ...]) -> StudySpec:
        study = {"version": 1, "observe": list(self.read), "subject": self.subject, "follow_up": self.follow_up, "history": list(events),
                 "arms": [{"name": _ARM, "doses": []}], "sampling": {"seed": sample.seed}}
        try:
            return read_study(study)
        except InputError as error:
            if not events:
                raise
            names = ", ".join(dict.fromkeys(str(event.get("event", "?")) for event in events))
            raise NotRun("replay_no_history", events=names) from error
