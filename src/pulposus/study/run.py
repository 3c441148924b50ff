"""One draw of a study: one history before day 0, every arm on the disc that it left, read out at the same times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.study.arm import Arm
from pulposus.study.levels import course_of
from pulposus.study.network_response import response_of
from pulposus.study.plan import Plan, fed
from pulposus.therapy.fates import fates_of
from pulposus.therapy.losses import LOSSES
from pulposus.therapy.route import amount_given
from pulposus.therapy.treatment import Treatment, treat
from pulposus.tissue.clock import BREAKS
from pulposus.tissue.disc import Disc, tissue_processes
from pulposus.tissue.geometry import geometry_of
from pulposus.tissue.history import History, run_discs
from pulposus.tissue.observed import observed
from pulposus.tissue.past import Past, live, past_of
from pulposus.tissue.person import marrow_processes
from pulposus.tissue.process import Process
from pulposus.tissue.stepper import Control, Snapshot

__all__ = ["ArmOutcome", "DrawOutcome", "run_draw"]

Array = NDArray[np.float64]
_OWN = ("transplant", *LOSSES)  # processes whose ledger entries are fates, not arrivals
_DOSE, _LOST = "vesicle dose", "vesicles_lost"  # the ledger entry of vesicles that arrive, but for those in the compartment of the lost


@dataclass(frozen=True)
class ArmOutcome:
    """readings: quantity -> (time, ...), shorter when the run stopped; shares of the dose; harms; "" or why it stopped.

    fates: fate -> share of the cells given at the end, 1 in all (therapy/fates.py); access: of the injections (therapy/route.py).
    """

    readings: dict[str, Array]
    alive_share: float
    arrived_share: float
    harms: dict[str, float]
    stopped: str
    gap: float
    maps: dict[str, Array] = field(default_factory=dict)
    early_maps: dict[str, Array] = field(default_factory=dict)
    fates: dict[str, float] = field(default_factory=dict)
    access: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class DrawOutcome:
    """The arms of one draw by name, the parameter values it used, and the mesh when maps are kept."""

    arms: dict[str, ArmOutcome]
    used: dict[str, float]
    mesh: tuple[Array, NDArray[np.int64], NDArray[np.int64]] | None = None  # nodes, triangles, region of each


def _builder(plan: Plan, draw: Any, geometry: Any) -> Callable[[list[Process], dict[str, Any]], Disc]:
    """Return what builds the disc of a draw from the processes beyond those that every disc has."""
    supply, share = fed(draw, plan)

    def build(further: list[Process], options: dict[str, Any]) -> Disc:
        base = tissue_processes(plan.laws, supply, share, response=response_of(plan.laws, plan.hypotheses))
        return Disc(draw, geometry, [*base, *marrow_processes(plan.spec.subject), *further], plan.nodes, **options)

    return build


def _shares(plan: Plan, arm: Arm, treatment: Treatment, history: History) -> tuple[float, float]:
    """Return the share of the dose alive (vesicles: present) 28 days after the first dose, and the share that arrived."""
    given = treatment.cells_given or treatment.particles_given
    if not given or not len(history.times):
        return float("nan"), float("nan")
    name = "transplanted_cells" if treatment.cells_given else "vesicles_present"
    kind = "cells" if treatment.cells_given else "vesicles"
    at = min(min(dose.at for dose in arm.doses) + plan.landmark, float(plan.times[-1]))
    by_then = sum(amount_given(dose.product, kind) for dose in arm.doses if dose.at <= at)
    living = history.readings.get(name, np.zeros(len(history.times)))
    alive = float(np.interp(at, history.times, living)) / by_then if history.times[-1] >= at and by_then else float("nan")
    entries = history.ledger.entries
    if treatment.cells_given:  # what a later needle takes out again has arrived before
        arrived = sum(max(v, 0.0) for k, v in entries.get("transplanted", {}).items() if k not in _OWN)
    else:
        arrived = sum(book.get(_DOSE, 0.0) for place, book in entries.items() if place != _LOST)
    return alive, float(arrived) / given


def _outcome(plan: Plan, draw: Any, arm: Arm, treatment: Treatment, history: History, maps: bool) -> ArmOutcome:
    """Return what one arm's history amounts to, with the outcomes that the study asks for."""
    course = course_of(plan.whole.arm(arm.name), plan.whole.subject.levels)
    asked = observed(draw, plan.spec.observe, history.readings, plan.times, course)
    gap = max((history.ledger.gap(n) for n in history.ledger.start if n in history.ledger.end), default=0.0)
    return ArmOutcome(history.readings | asked, *_shares(plan, arm, treatment, history), treatment.harms, history.stopped, gap,
                      history.fields if maps else {}, history.early, fates_of(treatment, history.ledger), treatment.access)


def _not_run(why: str) -> ArmOutcome:
    return ArmOutcome({}, float("nan"), float("nan"), {}, why, float("nan"))


def _day_zero(plan: Plan, past: Past, build: Callable[[list[Process], dict[str, Any]], Disc], geometry: Any,
              control: Control | None) -> tuple[Snapshot | None, str]:
    """Return the disc as its history left it at day 0, None without one, and "" or why the history could not be run."""
    if not plan.spec.history:
        return None, ""
    try:
        _, history = live(past, build, geometry, [past.start, 0.0] if past.start < 0 else [0.0], control)
    except BREAKS as error:
        return None, f"the history could not be run: {type(error).__name__}: {error}"
    return history.last, f"the history before day 0 stopped: {history.stopped}" if history.stopped else ""


def run_draw(plan: Plan, index: int | None, control: Control | None = None) -> DrawOutcome:
    """Run the history once and then all arms of draw `index` (None: nominal values, with maps) by one clock. An arm that fails
    keeps what it reached and says why; the others go on. Where the history itself fails, no arm can begin."""
    draw = plan.draw(index)
    geometry = geometry_of(draw, plan.spec.subject.species, plan.spec.subject.level, plan.spec.subject)
    past, build = past_of(plan.spec.history, draw, geometry, plan.laws), _builder(plan, draw, geometry)
    reached, why = _day_zero(plan, past, build, geometry, control)
    if why:
        return DrawOutcome({arm.name: _not_run(why) for arm in plan.spec.arms}, dict(draw.used))
    arms: dict[str, ArmOutcome] = {}
    treatments: dict[str, Treatment] = {}
    discs: dict[str, Disc] = {}
    for arm in plan.spec.arms:
        try:
            treatments[arm.name] = treat(arm.doses, draw, geometry, past.wounded, plan.laws, plan.hypotheses)
            further = [*treatments[arm.name].processes, *past.processes(0.0, inf)]
            discs[arm.name] = build(further, past.disc_options(geometry))
            if reached is not None:
                discs[arm.name].begin(reached)
        except BREAKS as error:
            arms[arm.name] = _not_run(f"{type(error).__name__}: {error}")
    landmark = min(plan.landmark, float(plan.times[-1])) if index is None else None
    histories = dict(zip(discs, run_discs(list(discs.values()), plan.times.tolist(), control, landmark), strict=True))
    arms |= {name: _outcome(plan, draw, plan.spec.arm(name), treatments[name], histories[name], index is None) for name in discs}
    mesh = next((disc.mesh for disc in discs.values()), None) if index is None else None
    return DrawOutcome({arm.name: arms[arm.name] for arm in plan.spec.arms}, dict(draw.used),
                       None if mesh is None else (mesh.nodes, mesh.cells, mesh.region))
