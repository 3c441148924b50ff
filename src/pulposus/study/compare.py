"""The main job: the arms of a study side by side on one disc, with honest doubt.

    compare(spec)          all arms in every accepted draw, the nominal disc for the maps, rivals when asked
    repeat(run.json)       the same run again, bit for bit
    difference(a, b)       two finished runs against each other
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pulposus.core.errors import Fault, InputError
from pulposus.core.files import parse_yaml, read_text
from pulposus.core.progress import NoProgress, Progress
from pulposus.core.result import Result
from pulposus.core.run_record import RunRecord, begin, data_files, versions
from pulposus.study.attributes import attributes
from pulposus.study.ceiling import dose_ceilings
from pulposus.study.dataset import build
from pulposus.study.execute import cores, run_tasks
from pulposus.study.level_data import joined, levels_in
from pulposus.study.network_response import ready_tables
from pulposus.study.parts import Parts
from pulposus.study.plan import Plan, accepted_draws, make_plan
from pulposus.study.rivals import network_cargo, rival_plans
from pulposus.study.run import DrawOutcome, run_draw
from pulposus.study.study_file import StudySpec, read_study
from pulposus.tissue.symptoms import CYTOKINES

__all__ = ["Comparison", "compare", "difference", "repeat"]

NODES = 750  # of the mesh: 0.6 % of the supply from the converged solution
_PREVIEW = 8  # finished draws after which a first table can be shown
_DEFAULT = "default"
Task = tuple[str, int]  # a block (the default laws or a rival, and which of several levels) and a draw
_AT = " @ "  # between law and level in the name of a block
INTERRUPTED = 130  # the exit code of a run that the user stopped


@dataclass(frozen=True)
class Comparison:
    """A finished or interrupted comparison: the study, its result, and how many draws were rejected and why."""

    spec: StudySpec
    result: Result
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """0 when all arms finished, 1 when an arm failed in some draw, 130 when the user stopped the run."""
        return INTERRUPTED if self.interrupted else int(bool((self.result.dataset["stopped"].values != "").any()))

    def document(self) -> dict[str, Any]:
        """Return what the first screen tells, as plain data."""
        from pulposus.study.summary import first_screen

        return first_screen(self.result.dataset, self.result.status)


def _work(plans: Mapping[str, Plan], task: Task) -> DrawOutcome:
    """Run one draw of one block (the default laws, or a rival)."""
    return run_draw(plans[task[0]], task[1])


class _Run:
    """A comparison under way: its plans by block, its draws, and the outcomes found so far."""

    def __init__(self, spec: StudySpec, record: RunRecord, count: int) -> None:
        self.spec, self.record, self.count, self.started = spec, record, count, time.monotonic()
        self.plan = plan = make_plan(spec, NODES, record.seed)
        of_rivals = rival_plans(plan) if record.options["hypotheses"] == "all" else {}
        self.rivals, self.levels = list(of_rivals), plan.of_levels()
        self.plans = {self._block(rival, level): each for rival, whole in {_DEFAULT: plan, **of_rivals}.items()
                      for level, each in whole.of_levels().items()}
        self.indices, self.rejected = accepted_draws(plan, count)
        self.seconds_of_tables = sum(ready_tables(network_cargo(each), each.hypotheses) for each in self.plans.values())
        begun = time.monotonic()
        self.nominal = {level: run_draw(plan, None) for level, plan in self.levels.items()}
        self.seconds_per_draw = (time.monotonic() - begun) / len(self.levels)
        self.ceilings = {level: dose_ceilings(plan) for level, plan in self.levels.items()}
        self.found: dict[Task, DrawOutcome] = {}
        self.shown = False

    def _block(self, law: str, level: str) -> str:
        """Return the name of a block: the law alone in a study of one level."""
        return law if len(self.levels) == 1 else f"{law}{_AT}{level}"

    @property
    def tasks(self) -> list[Task]:
        """All (block, draw) of the run, the default laws first, the levels of a draw together."""
        return [(self._block(law, level), index) for law in (_DEFAULT, *self.rivals) for index in self.indices for level in self.levels]

    def _whole(self, law: str, index: int) -> bool:
        """Return whether a draw is there at every level."""
        return all((self._block(law, level), index) in self.found for level in self.levels)

    def first_done(self) -> bool:
        """Return, once, that enough draws are there for a first table."""
        first = sum(self._whole(_DEFAULT, i) for i in self.indices)
        due = not self.shown and _PREVIEW <= first < self.count
        self.shown = self.shown or due
        return due

    def _dataset(self, level: str, kept: list[int]) -> Any:
        """Return the numbers of a level."""
        def block(law: str) -> list[DrawOutcome]:
            return [self.found[self._block(law, level), i] for i in kept]

        finals = {law: block(law) for law in self.rivals if all(self._whole(law, i) for i in kept)}
        return build(self.levels[level], kept, block(_DEFAULT), self.nominal[level], finals)

    def comparison(self, complete: bool, ending: str = " before the run was stopped") -> Comparison:
        """Return the comparison of the draws that are there; `ending` says of an incomplete one why it is."""
        kept = [i for i in self.indices if self._whole(_DEFAULT, i)]
        discs = {level: self._dataset(level, kept) for level in self.levels}
        dataset = joined(self.plan, kept, discs) if len(discs) > 1 else discs[self.spec.subject.level]
        used = {str(name) for name in dataset["parameter"].values}
        used |= {name for nominal in self.nominal.values() for name in nominal.used}
        used |= {name for outcome in self.found.values() for name in outcome.used}
        cytokines = any(_has_cytokines(nominal) for nominal in self.nominal.values())
        dataset.attrs = attributes(self.levels, self.rejected, self.ceilings, sorted(used), self.rivals, cytokines)
        status = _status(len(kept), self.count, self.rejected, dataset, "" if complete else ending)
        return Comparison(self.spec, Result(dataset, status, self.record.finished(time.monotonic() - self.started)), not complete)


def compare(spec: StudySpec, text: str = "", *, draws: int | None = None, seed: int | None = None,
            hypotheses: str = "default", workers: int | None = None, progress: Progress | None = None,
            preview: Callable[[Comparison], None] | None = None, name: str = "", keep: Path | None = None) -> Comparison:
    """Compare the arms of a study.

    text: the study file, kept in the record; draws, seed: instead of the study's; hypotheses: ``default`` or ``all``
    (each rival law or hypothesis against the default, one at a time, on the same draws); workers: processes (all cores when None);
    preview: called once with a first comparison; keep: a folder for finished draws, from which a stopped run goes on.
    Raises PulposusError when no draw holds together.
    """
    meter, count, workers = progress or NoProgress(), draws or spec.sampling.draws, workers or cores()
    options = {"draws": count, "hypotheses": hypotheses, "nodes": NODES}
    run = _Run(spec, begin(text, spec.sampling.seed if seed is None else seed, options, name), count)
    parts = Parts(keep if text else None, run.record)  # without its text a study cannot be told from another
    run.found = {task: outcome for task in run.tasks if (outcome := parts.load(task)) is not None}
    left = [task for task in run.tasks if task not in run.found]
    of_discs = " of a disc" if len(run.levels) > 1 else ""
    meter.start(len(left), f"{len(left)} draws{of_discs} x {len(spec.arms)} arms, "
                           f"about {run.seconds_per_draw * len(left) / workers:.0f} s on {workers} processes"
                           + (f", {len(run.found)} draws kept from before" if run.found else "")
                           + (f"; tables of the cell network ready in {run.seconds_of_tables:.1f} s" if run.seconds_of_tables else ""))

    def done(task: Task, outcome: DrawOutcome) -> None:
        run.found[task] = outcome
        parts.save(task, outcome)
        meter.advance()
        if preview and run.first_done():
            preview(run.comparison(False, " so far"))

    complete = not left
    try:
        complete = complete or run_tasks(_work, run.plans, left, workers, done)
    finally:
        meter.stop()
    return run.comparison(complete)


def _status(done: int, asked: int, rejected: Mapping[int, str], dataset: Any, ending: str) -> str:
    """Return one sentence on how the run ended."""
    failed = int((dataset["stopped"].values != "").sum())
    parts = [f"{done} of {asked} draws finished{ending}"]
    parts += [f"{len(rejected)} draws were rejected because {next(iter(rejected.values()))}"] if rejected else []
    parts += [f"{failed} arm runs ended early"] if failed else []
    return "; ".join(parts) + "."


def _has_cytokines(outcome: DrawOutcome) -> bool:
    """Return whether the discs of a draw carried cytokines."""
    return any(name in arm.readings for arm in outcome.arms.values() for name in CYTOKINES)


def repeat(path: str | Path, *, workers: int | None = None, progress: Progress | None = None) -> Comparison:
    """Run again what a run.json records; equal bit for bit with the same versions and data, which the status tells."""
    record = RunRecord.from_json(read_text(path), str(path))
    data, line_of = parse_yaml(record.input_text, str(path))
    spec = read_study(data, str(path), line_of)
    options = {"draws": spec.sampling.draws, "hypotheses": "default", **record.options}
    again = compare(spec, record.input_text, draws=options["draws"], seed=record.seed, hypotheses=options["hypotheses"],
                    workers=workers, progress=progress, name=record.input_name)
    changed = [k for k, v in versions().items() if record.versions.get(k) != v]
    changed += ["mesh"] if options.get("nodes", NODES) != NODES else []
    changed += ["data"] if dict(record.data_files) != dict(data_files()) else []
    if not changed:
        return again
    status = f"{again.result.status} Repeated with other {', '.join(changed)} than recorded: the numbers may differ."
    return Comparison(spec, Result(again.result.dataset, status, again.result.record), again.interrupted)


def difference(first: str | Path, second: str | Path) -> dict[str, Any]:
    """Return the last medians of two finished runs side by side, per arm and quantity they share, and in what they differ.

    Raises InputError when they have no arm in common.
    """
    a, b = Result.load(first), Result.load(second)
    names = [[str(x) for x in r.dataset["arm"].values] for r in (a, b)]
    shared = [arm for arm in names[0] if arm in names[1]]
    if not shared:
        raise InputError([Fault(str(second), "arms", ", ".join(names[1]), f"an arm of {first}: {', '.join(names[0])}")])
    about = [{"subject": json.loads(r.dataset.attrs["subject"]), "laws": json.loads(r.dataset.attrs["laws"]),
              "hypotheses": json.loads(r.dataset.attrs.get("hypotheses", "{}")), "seed": r.record.seed,
              "draws": int(r.dataset.sizes["draw"]), "days": float(r.dataset["time"].values[-1])} for r in (a, b)]
    notes = [f"{key} differ: {about[0][key]} and {about[1][key]}" for key in about[0] if about[0][key] != about[1][key]]
    notes += [f"only in the {side}: {', '.join(rest)}" for side, rest in
              (("first", [x for x in names[0] if x not in shared]), ("second", [x for x in names[1] if x not in shared])) if rest]
    notes += _sizes([each["subject"] for each in about])
    same = bool(a.dataset.identical(b.dataset))
    rows = []
    for level, arm, *discs in ((level, arm, *pair) for level, pair in _alike(a, b).items() for arm in shared):
        for name in ("height_index", "t2", "pfirrmann", "transplanted_cells"):
            x, y = (float(np.nanmedian(disc[name].sel(arm=arm).isel(time=-1))) for disc in discs)
            rows.append({"arm": arm, **({"level": level} if level else {}), "quantity": name, "unit": a.dataset[name].attrs["units"],
                         "first": x, "second": y, "second - first": y - x})
    return {"rows": rows, "identical": same, "notes": notes or (["the two runs are identical"] if same else []),
            "first": a.status, "second": b.status}


def _alike(a: Result, b: Result) -> dict[str, tuple[Any, Any]]:
    """Return level -> the discs of two results to set side by side: those of a level that both have; of one level each, whatever it is.

    Raises InputError when several levels have none in common with the other's.
    """
    first, second = ({level or str(json.loads(r.dataset.attrs["subject"])["level"]): disc for level, disc in
                      levels_in(r.dataset).items()} for r in (a, b))
    if len(first) == len(second) == 1:
        return {"": (next(iter(first.values())), next(iter(second.values())))}
    found = {level: (disc, second[level]) for level, disc in first.items() if level in second}
    if not found:
        raise InputError([Fault("", "level", ", ".join(second), f"a level of the first result: {', '.join(first)}")])
    return found


def _sizes(subjects: list[Mapping[str, Any]]) -> list[str]:
    """Return the Thiele numbers of two subjects of different species or level, nothing for alike ones."""
    from pulposus.tissue.presets import thiele_number

    discs = [(s["species"], s["level"]) for s in subjects]
    if any(isinstance(level, list) for _, level in discs) or discs[0] == discs[1]:
        return []
    told = " and ".join(f"{thiele_number(*disc):.3g} ({disc[0]} {disc[1]})" for disc in discs)
    return [f"Thiele number of glucose {told}: nutrition limits cells from about 2 on, which a disc far below it cannot show"]
