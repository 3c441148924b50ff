"""The history of a disc: read-outs at the user's output times, the ledger, and how the run ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.threads import one_blas_thread
from pulposus.tissue.clock import BREAKS, Course, advance
from pulposus.tissue.ledger import Ledger
from pulposus.tissue.process import View
from pulposus.tissue.stepper import Control, Snapshot, Stepper

if TYPE_CHECKING:
    from pulposus.tissue.disc import Disc

__all__ = ["History", "run_discs"]

Array = NDArray[np.float64]


@dataclass
class History:
    """Read-outs at the output times (quantity -> (time, ...)), the ledger, and how the run ended ("" when complete).

    times: those that were reached (s); fields: nodal maps at the last state; early: those at the time asked for, if any;
    last: the last state itself, from which another disc may begin.
    """

    times: Array
    readings: dict[str, Array]
    ledger: Ledger
    stopped: str = ""
    steps: int = 0
    fields: dict[str, Array] = field(default_factory=dict)
    early: dict[str, Array] = field(default_factory=dict)
    last: Snapshot | None = None


class _Recorder:
    """Reads a disc out at the output times as its steps go by, all those of a step at once, and maps it once at `map_time`."""

    def __init__(self, disc: Disc, times: Array, first: Snapshot, map_time: float | None) -> None:
        self.disc, self.times, self.map_time = disc, times, map_time
        self.told: list[dict[str, Array]] = []
        self.early: dict[str, Array] = {}
        self.reached = int(times[0] <= first.t)
        if self.reached:
            self.told.append(disc.read([disc.view(first.t, first.c, first.y, first.g)]))

    def __call__(self, before: Snapshot, after: Snapshot) -> None:
        inside = self.times[self.reached:int(np.searchsorted(self.times, after.t, side="right"))]
        if len(inside) and before.t < inside[0]:
            self.told.append(self.disc.read(self._between(before, after, inside)))
            self.reached += len(inside)
        if self.map_time is not None and before.t < self.map_time <= after.t:
            view, = self._between(before, after, np.array([self.map_time]))
            self.early = {n: self.disc.points.to_nodes(view.state[n]) for n in (*self.disc.coupled.names, *self.disc.system.local)}

    def _between(self, a: Snapshot, b: Snapshot, times: Array) -> list[View]:
        """Return the states inside a step: cubic Hermite for local fields and compartments, kept between its ends."""
        h, at = b.t - a.t, (times - a.t) / (b.t - a.t)

        def cubic(y0: Any, y1: Any, f0: Any, f1: Any, s: Array) -> Any:
            value = (1 + 2 * s) * (1 - s) ** 2 * y0 + s * (1 - s) ** 2 * h * f0 + s * s * (3 - 2 * s) * y1 + s * s * (s - 1) * h * f1
            return np.minimum(np.maximum(value, np.minimum(y0, y1)), np.maximum(y0, y1))

        y = {n: cubic(a.y[n], b.y[n], a.dy[n], b.dy[n], at[:, None]) for n in a.y}
        g = {n: cubic(a.g[n], b.g[n], a.dg[n], b.dg[n], at).tolist() for n in a.g}
        return [self.disc.view(t, (1 - s) * a.c + s * b.c, {n: v[i] for n, v in y.items()}, {n: v[i] for n, v in g.items()})
                for i, (t, s) in enumerate(zip(times.tolist(), at.tolist(), strict=True))]

    def history(self, course: Course) -> History:
        """Return what was read of a course that has ended."""
        series = {k: np.concatenate([told[k] for told in self.told]) for k in self.told[0]} if self.told else {}
        now, disc = course.now, self.disc
        maps = {**dict(zip(disc.coupled.names, now.c, strict=True)),
                **{n: disc.points.to_nodes(now.y[n]) for n in disc.system.local}}
        return History(self.times[:self.reached], series, course.ledger, course.stopped, course.stepper.steps, maps, self.early, now)


@one_blas_thread
@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def run_discs(discs: Sequence[Disc], times: Sequence[float], control: Control | None = None,
              map_time: float | None = None, start: float = 0.0) -> list[History]:
    """Run discs from `start` to the last of `times` (s) by one clock and return their histories, mapped at `map_time` if given.

    What a disc reached is kept when a step of it fails; its history says why and the others go on.
    """
    control, out_times = control or Control(), np.asarray(times, dtype=float)
    guess: Array | None = None  # what the first disc found, from which all start alike
    histories: list[History | None] = [None] * len(discs)
    courses: dict[int, tuple[Course, _Recorder]] = {}
    for i, disc in enumerate(discs):
        stepper = Stepper(disc.coupled, control, disc.restretch if disc.has_matrix else None)
        disc.unstretch()
        first, why = None, "the disc could not be solved at the start"
        try:
            if disc.begun is not None and disc.has_matrix:
                disc.restretch(disc.begun)
            c, y, g = disc.initial()
            if guess is None and not control.transient:
                found = stepper.start(start, c, y, g)
                guess = None if found is None else found.c
            first = stepper.start(start, c if guess is None or guess.shape != c.shape else guess, y, g)
        except BREAKS as error:
            why = f"{type(error).__name__}: {error}"
        if first is None:
            histories[i] = History(out_times[:0], {}, Ledger(), why)
            continue
        recorder = _Recorder(disc, out_times, first, map_time)
        events = [e for q in disc.system.processes for e in q.events(disc.p)]
        courses[i] = Course(stepper, first, events, recorder), recorder
    if courses:
        advance([course for course, _ in courses.values()], float(out_times[-1]), control)
    for i, (course, recorder) in courses.items():
        histories[i] = recorder.history(course)
    return [h for h in histories if h is not None]
