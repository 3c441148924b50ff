"""One draw of a study: every arm on the same disc, read out at the same times."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.study.plan import Plan
from pulposus.therapy.treatment import Treatment, treat
from pulposus.tissue.disc import Disc, supply_of, tissue_processes
from pulposus.tissue.endplate import open_share
from pulposus.tissue.geometry import geometry_of
from pulposus.tissue.history import History, run_discs
from pulposus.tissue.stepper import Control

__all__ = ["ArmOutcome", "DrawOutcome", "run_draw"]

Array = NDArray[np.float64]
_OWN = "transplant"  # the process whose ledger entries are fates, not arrivals


@dataclass(frozen=True)
class ArmOutcome:
    """readings: quantity -> (time, ...), shorter when the run stopped; shares of the dose; harms; "" or why it stopped."""

    readings: dict[str, Array]
    alive_share: float
    arrived_share: float
    harms: dict[str, float]
    stopped: str
    gap: float
    maps: dict[str, Array] = field(default_factory=dict)
    early_maps: dict[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class DrawOutcome:
    """The arms of one draw by name, the parameter values it used, and the mesh when maps are kept."""

    arms: dict[str, ArmOutcome]
    used: dict[str, float]
    mesh: tuple[Array, NDArray[np.int64]] | None = None


def _disc(plan: Plan, draw: Any, treatment: Treatment, geometry: Any) -> Disc:
    base = tissue_processes(plan.laws, supply_of(draw), open_share(draw, plan.laws["endplate_degeneration"]))
    return Disc(draw, geometry, [*base, *treatment.processes], plan.nodes)


def _outcome(plan: Plan, treatment: Treatment, history: History, maps: bool) -> ArmOutcome:
    """Return what one arm's history amounts to."""
    alive = arrived = float("nan")
    given = treatment.cells_given or treatment.particles_given
    name, field_name = (("transplanted_cells", "transplanted") if treatment.cells_given
                        else ("vesicles_present", "vesicles"))
    if given and name in history.readings:
        at = int(np.searchsorted(history.times, min(plan.landmark, plan.times[-1])))
        if at < len(history.times):
            alive = float(history.readings[name][at]) / given
        entries = history.ledger.entries.get(field_name, {})
        depot = history.ledger.entries.get("gel_depot", {})
        arrived = (sum(v for k, v in entries.items() if k not in (_OWN, "vesicles"))
                   + sum(v for k, v in depot.items() if k == "vesicle dose")) / given
    gap = max((history.ledger.gap(n) for n in history.ledger.start if n in history.ledger.end), default=0.0)
    return ArmOutcome(history.readings, alive, arrived, treatment.harms, history.stopped, gap,
                      history.fields if maps else {}, history.early)


def run_draw(plan: Plan, index: int | None, control: Control | None = None) -> DrawOutcome:
    """Run all arms of draw `index` (None: nominal values, with maps) by one clock. An arm that fails keeps what it reached
    and says why; the others go on."""
    draw = plan.draw(index)
    geometry = geometry_of(draw, plan.spec.subject.species, plan.spec.subject.level)
    treatments = {arm.name: treat(arm.doses, draw, geometry) for arm in plan.spec.arms}
    landmark = min(plan.landmark, float(plan.times[-1])) if index is None else None
    discs = {name: _disc(plan, draw, treatment, geometry) for name, treatment in treatments.items()}
    histories = dict(zip(discs, run_discs(list(discs.values()), plan.times.tolist(), control, landmark), strict=True))
    arms = {name: _outcome(plan, treatments[name], histories[name], index is None) for name in discs}
    mesh = next(iter(discs.values())).mesh
    return DrawOutcome(arms, dict(draw.used), (mesh.nodes, mesh.cells) if index is None else None)
