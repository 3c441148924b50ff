"""Set-ups run: once at the central values, on a coarse and a fine mesh, and over the draws, spread over processes.

The answers are the same for any number of processes: a draw that does not hold together is replaced by the next index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pulposus.core.errors import RejectedDraw
from pulposus.core.parameters import ParameterSet
from pulposus.core.progress import Progress
from pulposus.study.execute import run_tasks
from pulposus.study.replay.sample import NotRun, Readings, Sample
from pulposus.study.replay.set_ups import refinement
from pulposus.tissue.clock import BREAKS

__all__ = ["Run", "Wanted", "run_set_ups"]

_TRIES = 3  # draws tried for one that holds
_WORTH = 8  # tasks for which a further process is worth its start
Task = tuple[int, int | None, float]  # which set-up, which draw (None: central values), how fine


@dataclass
class Run:
    """What one set-up gave: read-outs at the central values, on the coarse and fine mesh, and by draw; or why it did not run."""

    central: Readings = field(default_factory=dict)
    meshes: tuple[Readings, ...] = ()
    refined: float = 0.0  # spacing of the medium mesh over that of the fine one
    by_draw: dict[int, Readings] = field(default_factory=dict)
    reason: NotRun | None = None
    failed: str = ""
    rejected: int = 0


@dataclass(frozen=True)
class Wanted:
    """A set-up, how many draws it is to have, and whether it is to be run on other meshes as well."""

    set_up: Any
    draws: int
    meshes: bool = False

    @property
    def finenesses(self) -> tuple[float, ...]:
        """The finenesses of the coarse and the fine mesh, none where there is no mesh or none is asked for."""
        times, _ = refinement(self.set_up) if self.meshes else (0, 0)
        return (1 / times, float(times)) if times else ()


@dataclass(frozen=True)
class _Context:
    parameters: ParameterSet
    seed: int
    set_ups: tuple[Any, ...]


def _work(context: _Context, task: Task) -> Any:
    """Return the readings of a task, or what was raised: `NotRun`, `RejectedDraw`, or the text of what broke."""
    which, index, fineness = task
    try:
        return context.set_ups[which].predict(Sample(context.parameters, context.seed, index, fineness))
    except NotRun as reason:
        return reason
    except RejectedDraw as why:
        return f"{type(why).__name__}: {why}" if index is None else None
    except BREAKS as error:
        return f"{type(error).__name__}: {error}"


def run_set_ups(wanted: Sequence[Wanted], parameters: ParameterSet, seed: int, workers: int, meter: Progress) -> list[Run]:
    """Return what every set-up gave, in the order asked for; raises KeyboardInterrupt when the user stopped it."""
    context = _Context(parameters, seed, tuple(each.set_up for each in wanted))
    found: dict[Task, Any] = {}
    tasks: list[Task] = [(i, index, 1.0) for i, each in enumerate(wanted) for index in (None, *range(each.draws))]
    tasks += [(i, None, fineness) for i, each in enumerate(wanted) for fineness in each.finenesses]

    def done(task: Task, result: Any) -> None:
        found[task] = result
        meter.advance()

    try:
        while tasks:
            meter.start(len(tasks), "replay")
            if not run_tasks(_work, context, tasks, max(1, min(workers, len(tasks) // _WORTH)), done):
                raise KeyboardInterrupt
            tasks = [task for i, each in enumerate(wanted) for task in _further(i, each, found)]
    finally:
        meter.stop()
    return [_run(i, each, found) for i, each in enumerate(wanted)]


def _draws(which: int, found: dict[Task, Any]) -> dict[int, Any]:
    return {index: result for (i, index, _), result in sorted(found.items(), key=lambda item: item[0][1] or 0)
            if i == which and index is not None}


def _further(which: int, wanted: Wanted, found: dict[Task, Any]) -> list[Task]:
    """Return the draws that take the place of rejected ones, none once so many were tried that the rest is given up."""
    tried = _draws(which, found)
    missing = wanted.draws - sum(result is not None for result in tried.values())
    first, last = len(tried), _TRIES * wanted.draws
    return [(which, index, 1.0) for index in range(first, min(first + missing, last))]


def _run(which: int, wanted: Wanted, found: dict[Task, Any]) -> Run:
    central, draws = found[which, None, 1.0], _draws(which, found)
    meshes = tuple(found[which, None, fineness] for fineness in wanted.finenesses)
    for result in (central, *meshes, *draws.values()):
        if isinstance(result, NotRun):
            return Run(reason=result)
        if isinstance(result, str):
            return Run(failed=result)
    times, dimensions = refinement(wanted.set_up) if meshes else (0, 0)
    kept = {index: result for index, result in draws.items() if result is not None}
    return Run(central, meshes, times ** (1 / dimensions) if dimensions else 0.0, kept, rejected=len(draws) - len(kept))
