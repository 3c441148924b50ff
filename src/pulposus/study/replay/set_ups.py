"""The set-ups a case may have: one file per family, each with `predict(sample) -> {read-out: value}`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pulposus.core.fields import Part
from pulposus.study.replay.disc_files import DiscFile
from pulposus.study.replay.dishes import Dishes, SingleCells
from pulposus.study.replay.injured_discs import InjuredDiscs
from pulposus.study.replay.line_chamber import LineChambers
from pulposus.study.replay.sample import NotRun, Readings, Sample
from pulposus.study.replay.scans import Scans
from pulposus.study.replay.steady_discs import Onset, SteadyDiscs
from pulposus.study.replay.studies import StudyRun
from pulposus.study.replay.tissue_samples import Plugs, Tracers
from pulposus.study.replay.years import AgeingDiscs, SupplyCuts

__all__ = ["NotBuilt", "SetUp", "refinement"]

_FINER = 4


class NotBuilt(Part):
    """An experiment that no part of the program can set up yet, and what it needs, in words."""

    kind: Literal["not_built"]
    needs: str
    needs_zh: str

    def predict(self, sample: Sample) -> Readings:
        """Raise `NotRun` with what is needed."""
        raise NotRun("replay_needs", needs=self.needs, needs_zh=self.needs_zh)


SetUp = Annotated[
    DiscFile | Dishes | SingleCells | InjuredDiscs | LineChambers | Scans | SteadyDiscs | Onset | Plugs | Tracers | AgeingDiscs
    | StudyRun | SupplyCuts | NotBuilt, Field(discriminator="kind")]
"""One of the families."""


def refinement(set_up: object) -> tuple[int, int]:
    """Return how many times the nodes are for the finer mesh, and in how many dimensions they lie; (0, 0) without a mesh."""
    if not getattr(set_up, "meshes", True):
        return 0, 0
    if isinstance(set_up, LineChambers):
        return 2, 1
    if isinstance(set_up, DiscFile):
        return _FINER, 3 if any(len(at) == 3 for at in set_up.probes.values()) else 2
    return (_FINER, 2) if isinstance(set_up, (InjuredDiscs, StudyRun, SteadyDiscs, Onset, AgeingDiscs, SupplyCuts)) else (0, 0)
