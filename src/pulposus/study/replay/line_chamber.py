"""The diffusion chamber: cells in gel between two supplies, one half of it as a line from the closed middle to the bath.

Read-outs per chamber at its time: <solute>_centre, living_centre, living_mean, and living_depth, how deep from the bath more
than half of the cells live.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from pulposus.core.errors import PulposusError
from pulposus.core.fields import Label, Length, Part, Quantity, Share, Time
from pulposus.study.replay.sample import STILL, Readings, Sample
from pulposus.tissue import operators
from pulposus.tissue.clock import Course, advance
from pulposus.tissue.coupled import Coupled
from pulposus.tissue.disc_file import Supply
from pulposus.tissue.laws import CourseLaws
from pulposus.tissue.mesh import REGIONS, line
from pulposus.tissue.native_cells import NativeCells
from pulposus.tissue.nutrition import SOLUTES, Nutrition
from pulposus.tissue.stepper import Control, Stepper
from pulposus.tissue.system import System
from pulposus.tissue.transport import Transport

__all__ = ["Chamber", "LineChambers"]

_RUN = Control(tol=1e-4, transient=True, first=600.0)
_CELLS = 130
_ALIVE = 0.5  # of the cells of a place, to count it as living
_BATH = "outer"


class Chamber(Part):
    """One chamber: how dense its cells are and when it is opened."""

    density: Annotated[float, Quantity("cell/mL")]
    after: Time


class LineChambers(Part):
    """Chambers side by side, all of one width, gel and bath."""

    kind: Literal["line_chambers"]
    half_width: Length
    porosity: Share
    bath: Supply
    cells: int = Field(default=_CELLS, strict=True, ge=1, description="of the line mesh")
    laws: CourseLaws = Field(default_factory=CourseLaws)
    chambers: dict[Label, Chamber] = Field(min_length=1)

    def predict(self, sample: Sample) -> Readings:
        """Return <chamber>.<read-out> of every chamber."""
        return {f"{name}.{read}": value for name, chamber in self.chambers.items()
                for read, value in self._opened(chamber, sample).items()}

    def _opened(self, chamber: Chamber, sample: Sample) -> Readings:
        """Return what is found in a chamber at its time."""
        mesh = line("slab", [("NP", self.half_width)], sample.nodes(self.cells))
        points = operators.volumes(mesh)
        fixed = {**STILL, ("porosity", "any"): self.porosity, ("cell_density", "any"): chamber.density}
        draw = sample.draw("human", "I", fixed)
        processes = [Nutrition(self.laws.model_dump(), {s: {_BATH: getattr(self.bath, s)} for s in SOLUTES}), NativeCells()]
        p: dict[str, Any] = {symbol: draw.value(symbol, region=REGIONS[0]) for q in processes for symbol in q.parameters}
        for process in processes:
            p |= process.prepare(draw, points)
        system = System(processes, p, points, {})
        fields = [system.fields[name] for name in system.diffusing]
        held = np.unique(mesh.boundary[_BATH])
        coupled = Coupled(system, Transport(fields, operators.stiffness(mesh), points, {f.name: {_BATH: held} for f in fields}))
        start = {name: system.fields[name].start * np.ones_like(points.volume) for name in system.local}
        stepper = Stepper(coupled, _RUN)
        first = stepper.start(0.0, np.array([np.full(mesh.size, f.start) for f in fields]), start, {})
        if first is None:
            raise PulposusError("the chamber could not start")
        course = Course(stepper, first, [], lambda before, after: None)
        advance([course], chamber.after, _RUN)
        if course.stopped:
            raise PulposusError(course.stopped)
        return self._told(course.now, mesh.nodes[:, 0], points, chamber.density)

    def _told(self, now: Any, x: Any, points: Any, density: float) -> Readings:
        share = now.y["native"] / density
        deep = self.half_width - float(np.interp(_ALIVE, share, x)) if share[0] < _ALIVE else self.half_width
        return {**{f"{s}_centre": float(now.c[i, 0]) for i, s in enumerate(SOLUTES)}, "living_centre": float(share[0]),
                "living_mean": float(points.total(share)) / self.half_width, "living_depth": deep}
