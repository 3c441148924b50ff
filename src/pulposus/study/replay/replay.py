"""Cases run again: every set-up once at the central values, on three meshes, and over the draws; every row judged.

A set-up that several cases share runs once. A set-up that cannot run leaves its rows `not_run` with a reason; one that breaks
leaves them `not_run` and failed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.special import ndtri

from pulposus.core.errors import RejectedDraw
from pulposus.core.parameters import ParameterSet
from pulposus.core.progress import NoProgress, Progress
from pulposus.core.units import convert, si_unit
from pulposus.study.replay.case_file import Case, Change, Result
from pulposus.study.replay.sample import NotRun, Readings, Sample, noise
from pulposus.study.replay.set_ups import refinement
from pulposus.study.replay.verdict import Judgement, judge, verdict_of
from pulposus.tissue.clock import BREAKS

__all__ = ["DRAWS", "Row", "Run", "replay"]

DRAWS = 60  # unless told otherwise
_ORDER = 2  # of the discretisation in space
_TRIES = 3  # draws tried for one that holds


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
class Row:
    """One result of one case, judged."""

    case: Case
    result: Result
    judgement: Judgement
    verdict: str
    reason: NotRun | None = None
    failed: str = ""
    grid: Mapping[str, float] | None = None

    @property
    def counts_as_failure(self) -> bool:
        """Whether the replay as a whole reports a problem: a hard miss that was not expected, or a set-up that broke."""
        return bool(self.failed) or (self.verdict == "miss" and self.result.hard)


def replay(cases: Sequence[Case], *, draws: int = DRAWS, seed: int = 1, overrides: Mapping[str, Any] | None = None,
           meshes: bool = True, progress: Progress | None = None) -> list[Row]:
    """Return the judged rows of cases; `overrides` are parameter values in place of the records'.

    meshes: whether numbers are also worked out on a coarse and a fine mesh.
    """
    parameters, meter = ParameterSet.load().override(overrides or {}), progress or NoProgress()
    shared: dict[str, list[Case]] = {}
    for case in cases:
        shared.setdefault(case.set_up.model_dump_json(), []).append(case)
    counts = [_draws(group, draws) for group in shared.values()]
    meter.start(sum(1 + count for count in counts), "replay")
    rows: dict[int, list[Row]] = {}
    try:
        for group, count in zip(shared.values(), counts, strict=True):
            numbers = any(row.kind == "number" for case in group for row in case.results)
            run = _run(group[0].set_up, Sample(parameters, seed), count, meshes and numbers, meter)
            rows |= {id(case): [_row(case, result, run, seed) for result in case.results] for case in group}
    finally:
        meter.stop()
    return [row for case in cases for row in rows[id(case)]]


def _draws(group: Sequence[Case], draws: int) -> int:
    """Return how many draws a set-up gets: none where it only verifies."""
    return max((draws if case.draws is None else min(draws, case.draws) for case in group if case.set != "verification"), default=0)


def _run(set_up: Any, sample: Sample, draws: int, meshes: bool, meter: Progress) -> Run:
    """Return what a set-up gives, on a coarse and a fine mesh as well if `meshes`."""
    run = Run()
    try:
        run.central = set_up.predict(sample)
        times, dimensions = refinement(set_up) if meshes else (0, 0)
        run.refined = times ** (1 / dimensions) if dimensions else 0.0
        run.meshes = tuple(set_up.predict(Sample(sample.parameters, sample.seed, None, x)) for x in ((1 / times, times) if times else ()))
        meter.advance()
        index = 0
        while len(run.by_draw) < draws and index < _TRIES * draws:
            try:
                run.by_draw[index] = set_up.predict(Sample(sample.parameters, sample.seed, index))
                meter.advance()
            except RejectedDraw:
                run.rejected += 1
            index += 1
    except NotRun as reason:
        meter.advance(1 + draws)
        return Run(reason=reason)
    except BREAKS as error:
        meter.advance(1 + draws)
        return Run(failed=f"{type(error).__name__}: {error}")
    return run


def _value(result: Result, read: Readings) -> Any:
    """Return the value of a row in its unit, for an order the values of its read-outs."""
    def one(name: str) -> float:
        if name not in read:
            raise NotRun("replay_no_readout", what=name)
        return read[name]

    if result.kind == "order":
        return np.array([one(str(name)) for name in result.reported]) if isinstance(result.reported, tuple) else np.array([])
    if isinstance(result.read, Change):
        found = result.read.of(*(one(name) for name in result.read.pair))
    else:
        found = one(str(result.read))
    return found * convert(1.0, si_unit(result.unit), result.unit)


def _row(case: Case, result: Result, run: Run, seed: int) -> Row:
    """Return one row judged."""
    nothing = Judgement()
    if run.reason is not None or run.failed:
        return Row(case, result, nothing, "not_run", run.reason, run.failed)
    try:
        central = _value(result, run.central)
        draws = {} if case.set == "verification" else run.by_draw
        values = np.array([_value(result, read) for read in draws.values()])
        grid = _grid(result, [_value(result, read) for read in run.meshes], central, run.refined)
    except NotRun as reason:
        return Row(case, result, nothing, "not_run", reason)
    z = ndtri([noise(seed, f"{case.id} {result.quantity}", index) for index in draws])
    judgement = judge(result, central, values, z)
    if judgement.predicted is None:
        return Row(case, result, nothing, "not_run", NotRun("replay_no_value"))
    return Row(case, result, judgement, verdict_of(result, case.tier, judgement), grid=_against(grid, result, judgement))


def _grid(result: Result, others: Sequence[Any], central: Any, refined: float) -> dict[str, float] | None:
    """Return a number on the coarse, medium and fine mesh, and the error of the medium one, |medium - fine| / (1 - refined^-2)."""
    if not others or result.kind != "number":
        return None
    coarse, fine = (float(x) for x in others)
    return {"coarse": coarse, "medium": float(central), "fine": fine, "error": abs(float(central) - fine) / (1 - refined**-_ORDER)}


def _against(grid: dict[str, float] | None, result: Result, judgement: Judgement) -> dict[str, float] | None:
    """Return the mesh error with its share of what the prediction may be off: tolerance, range, or half the interval."""
    if grid is None:
        return None
    if isinstance(result.reported, tuple):
        low, high = (float(x) for x in result.reported)
    elif result.tolerance is not None and not isinstance(result.reported, str):
        low, high = result.tolerance.reach(result.reported)
    elif judgement.lower90 is not None and judgement.upper90 is not None:
        low, high = judgement.lower90, judgement.upper90
    else:
        return grid
    half = (high - low) / 2
    return {**grid, "of_tolerance": grid["error"] / half} if half > 0 else grid
