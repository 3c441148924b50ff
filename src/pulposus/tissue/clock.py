"""One clock for several discs: all take the same steps, the shortest that any of them needs.

Discs that differ by their treatment alone then carry the same numerical error, and an arm that changes nothing in the
disc differs from its comparator by nothing. A disc whose step fails at the least length stops there with a sentence;
the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from pulposus.core.errors import PulposusError
from pulposus.tissue.ledger import Ledger
from pulposus.tissue.process import Event
from pulposus.tissue.stepper import Control, Snapshot, Stepper

__all__ = ["BREAKS", "Course", "advance"]

BREAKS = (PulposusError, ArithmeticError, ValueError)  # what may go wrong inside one disc and must not reach the others

_SAFE, _SHRINK, _GROW = 0.85, 0.2, 4.0
_SMALLEST_ERROR = 1e-6  # below it the step grows by the most it may
_DAY = 86400.0


@dataclass
class Course:
    """One disc under way: where it is, what is still to happen to it, its ledger, and why it stopped ("" while it runs).

    accept(before, after) sees every step and event.
    """

    stepper: Stepper
    now: Snapshot
    events: Sequence[Event]
    accept: Callable[[Snapshot, Snapshot], None]
    ledger: Ledger = field(default_factory=Ledger)
    stopped: str = ""

    def __post_init__(self) -> None:
        self.queue = sorted(self.events, key=lambda e: e.time)
        self.ledger.start = self.stepper.totals(self.now)

    def move(self, after: Snapshot | None, why: str) -> None:
        """Go on to the next snapshot, or stop with a sentence when there is none."""
        if after is None:
            self.stopped = f"{why} at {self.now.t / _DAY:.2f} d"
        else:
            self.accept(self.now, after)
            self.now = after

    def happen(self) -> bool:
        """Let all events that are due happen; True when there were any."""
        due = [e for e in self.queue if e.time <= self.now.t]
        if due:
            self.queue = self.queue[len(due):]
            try:
                self.move(self.stepper.jump(self.now, due, self.ledger), "the disc could not be solved after an event")
                self._reshape()
            except BREAKS as error:
                self.fail(error)
        return bool(due)

    def fail(self, error: BaseException) -> None:
        """Stop with what went wrong inside this disc."""
        self.stopped = f"{type(error).__name__}: {error} at {self.now.t / _DAY:.2f} d"

    def attempt(self, h: float) -> tuple[Snapshot, float, dict[str, dict[str, float]]] | None:
        """Return a step of length h, None when it does not converge; an error inside the disc stops this course."""
        try:
            return self.stepper.step(self.now, h)
        except BREAKS as error:
            self.fail(error)
            return None

    def _reshape(self) -> None:
        """Re-solve when the disc's height or endplate has changed enough to matter."""
        if not self.stopped and self.stepper.between(self.now):
            fresh = self.stepper.start(self.now.t, self.now.c, self.now.y, self.now.g)
            if fresh is None:
                self.move(None, "the disc could not be solved after its shape changed")
            else:
                self.now = fresh

    def take(self, step: tuple[Snapshot, float, dict[str, dict[str, float]]], time: float) -> None:
        """Accept a step that ends at `time` and enter what it moved; re-solve when the disc's shape has changed."""
        after, _, moved = step
        after.t = time
        for process, book in moved.items():
            for name, amount in book.items():
                self.ledger.add(name, process, amount)
        self.stepper.steps += 1
        try:
            self.move(after, "")
            self._reshape()
        except BREAKS as error:
            self.fail(error)


def advance(courses: Sequence[Course], until: float, control: Control) -> None:
    """Advance all courses to `until` (s) in common steps."""
    running, h, t = list(courses), control.first, min(course.now.t for course in courses)
    while running:
        if any([course.happen() for course in running]):
            h = min(h, control.first)
        running = [c for c in running if not c.stopped]
        if not running or t >= until:
            break
        stop = min([until, *(c.queue[0].time for c in running if c.queue)])
        t, h = _common_step(running, t, stop, h, control)
        running = [c for c in running if not c.stopped]
    for course in courses:
        course.ledger.end = course.stepper.totals(course.now)


def _common_step(running: Sequence[Course], t: float, stop: float, h: float, control: Control) -> tuple[float, float]:
    """Take one step of all courses towards `stop`; returns the new time and the next step length."""
    while True:
        left = stop - t
        cut = left if h >= left else left / 2 if 2 * h > left else h
        steps = []
        worst = 0.0
        for course in (c for c in running if not c.stopped):
            step = course.attempt(cut)
            if course.stopped:
                continue
            error = float("inf") if step is None or np.isnan(step[1]) else step[1]
            if not error <= 1.0 and cut <= control.least:
                course.move(None, f"no step longer than {control.least:g} s was accepted")
                continue
            steps.append((course, step))
            worst = max(worst, error)
            if not worst <= 1.0:
                break
        if worst <= 1.0:
            end = stop if cut == left else t + cut
            for course, step in steps:
                if step is not None:
                    course.take(step, end)
            grown = cut * min(_GROW, _SAFE * max(worst, _SMALLEST_ERROR) ** (-1 / 3))
            return end, grown if cut == h else max(grown, h)
        failed = worst == float("inf")
        h = max(control.least, cut * (_SHRINK if failed else max(_SHRINK, _SAFE * worst ** (-1 / 3))))
