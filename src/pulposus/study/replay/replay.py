"""Cases run again: every set-up once at the central values, on three meshes, and over the draws; every row judged.

A set-up that several cases share runs once. A set-up that cannot run leaves its rows `not_run` with a reason; one that breaks
leaves them `not_run` and failed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pulposus.core.parameters import ParameterSet
from pulposus.core.progress import NoProgress, Progress
from pulposus.core.units import convert, si_unit
from pulposus.study.replay.case_file import Case, Change, Result
from pulposus.study.replay.runs import Run, Wanted, run_set_ups
from pulposus.study.replay.sample import NotRun, Readings, Sample
from pulposus.study.replay.scatter import Scatter, scatter_of
from pulposus.study.replay.set_ups import NotBuilt
from pulposus.study.replay.verdict import Judgement, judge, verdict_of

__all__ = ["DRAWS", "Row", "replay"]

DRAWS = 60  # unless told otherwise
_ORDER = 2  # of the discretisation in space
_SOUND = "I"  # grade under which what lies between subjects is looked up; it has no grade of its own


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
           meshes: bool = True, workers: int = 1, progress: Progress | None = None) -> list[Row]:
    """Return the judged rows of cases; `overrides` are parameter values in place of the records'.

    meshes: whether numbers are also worked out on a coarse and a fine mesh; workers: processes.
    """
    parameters = ParameterSet.load().override(overrides or {})
    shared: dict[str, list[Case]] = {}
    for case in cases:
        shared.setdefault(case.set_up.model_dump_json(), []).append(case)
    groups = list(shared.values())
    wanted = [Wanted(group[0].set_up, _draws(group, draws), meshes and _has_numbers(group)) for group in groups]
    runs = run_set_ups(wanted, parameters, seed, workers, progress or NoProgress())
    rows = {id(case): [_row(case, result, run, Sample(parameters, seed)) for result in case.results]
            for group, run in zip(groups, runs, strict=True) for case in group}
    return [row for case in cases for row in rows[id(case)]]


def _draws(group: Sequence[Case], draws: int) -> int:
    """Return how many draws a set-up gets: none where it only verifies or cannot run."""
    if isinstance(group[0].set_up, NotBuilt):
        return 0
    return max((draws if case.draws is None else min(draws, case.draws) for case in group if case.set != "verification"), default=0)


def _has_numbers(group: Sequence[Case]) -> bool:
    return any(row.kind == "number" and not row.share for case in group for row in case.results)


def _parts(result: Result, read: Readings) -> list[float]:
    """Return the read-outs that a row is made of, those of an order as they are, others in its unit where that can be told."""
    names = (result.reported if result.kind == "order" else result.read.pair if isinstance(result.read, Change) else (result.read,))
    missing = next((str(name) for name in names if name not in read), None)  # type: ignore[union-attr]
    if missing is not None:
        raise NotRun("replay_no_readout", what=missing)
    return [read[str(name)] for name in names]  # type: ignore[union-attr]


def _value(result: Result, read: Readings) -> Any:
    """Return the value of a row in its unit, for an order the values of its read-outs."""
    parts = _parts(result, read)
    if result.kind == "order":
        return np.array(parts)
    found = result.read.of(*parts) if isinstance(result.read, Change) else parts[0]
    return found * convert(1.0, si_unit(result.unit), result.unit)


def _scatters(case: Case, result: Result, draws: Mapping[Any, Readings], sample: Sample) -> list[Scatter | None]:
    """Return the scatter of the subjects in every draw (None: at the central values), at the level of the comparator or of the value."""
    def level(read: Readings) -> float:
        return float(_parts(result, read)[-1] * convert(1.0, si_unit(result.unit), result.unit))

    if result.kind == "order":
        return []
    return [scatter_of(result, replace(sample, index=index).draw(case.species, _SOUND), level(read)) for index, read in draws.items()]


def _row(case: Case, result: Result, run: Run, sample: Sample) -> Row:
    """Return one row judged."""
    nothing = Judgement()
    if run.reason is not None or run.failed:
        return Row(case, result, nothing, "not_run", run.reason, run.failed)
    try:
        central = _value(result, run.central)
        draws = {} if case.set == "verification" else run.by_draw
        values = np.array([_value(result, read) for read in draws.values()])
        scatters = _scatters(case, result, draws or {None: run.central}, sample)
        grid = _grid(result, [_value(result, read) for read in run.meshes], central, run.refined)
    except NotRun as reason:
        return Row(case, result, nothing, "not_run", reason)
    judgement = judge(result, central, values, scatters)
    if judgement.predicted is None:
        return Row(case, result, nothing, "not_run", NotRun("replay_no_value"))
    return Row(case, result, judgement, verdict_of(result, case.tier, judgement), grid=_against(grid, result, judgement))


def _grid(result: Result, others: Sequence[Any], central: Any, refined: float) -> dict[str, float] | None:
    """Return a number on the coarse, medium and fine mesh, and the error of the medium one, |medium - fine| / (1 - refined^-2)."""
    if not others or result.kind != "number" or result.share:
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
