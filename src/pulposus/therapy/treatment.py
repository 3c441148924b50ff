"""The treatment of an arm: its doses, delivered by their routes, as processes the disc can run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from importlib import import_module
from typing import Any

import numpy as np

from pulposus.core.errors import unknown
from pulposus.therapy import homing
from pulposus.therapy.harms import added_up
from pulposus.therapy.losses import Clearance, DeadCells, EarlyLoss, Starvation
from pulposus.therapy.product import CellTraits, cell_traits
from pulposus.therapy.route import Delivery, DepotDose, amount_given
from pulposus.therapy.transplant import Transplant
from pulposus.therapy.vesicle_effect import vesicle_effects
from pulposus.therapy.vesicle_pool import pools_of
from pulposus.therapy.vesicles import vesicle_processes
from pulposus.tissue.geometry import Geometry
from pulposus.tissue.process import Process
from pulposus.tissue.wound import wound_processes

__all__ = ["ROUTES", "Treatment", "treat"]

ROUTES = ("transannular", "transpedicular", "intravenous", "endplate_seeding", "epidural")


@dataclass(frozen=True)
class Treatment:
    """What the doses of an arm are in one disc.

    processes: to add to the disc; cells_given, particles_given: by count; harms: name -> chance or share, over all doses (harms.py);
    lost: cause -> cells or particles that never come near the disc; access: what the operator would note,
    the largest over the doses (route.py).
    """

    processes: list[Process] = field(default_factory=list)
    cells_given: float = 0.0
    particles_given: float = 0.0
    harms: dict[str, float] = field(default_factory=dict)
    lost: dict[str, float] = field(default_factory=dict)
    access: dict[str, float] = field(default_factory=dict)


def _deliver(dose: Any, draw: Any, geometry: Geometry) -> Delivery:
    if dose.route.kind not in ROUTES:
        raise unknown("route", dose.route.kind, ROUTES)
    delivered: Delivery = import_module(f"pulposus.therapy.routes.{dose.route.kind}").deliver(dose, draw, geometry)
    return delivered


def _depots(given: Sequence[tuple[Any, Delivery]], traits: CellTraits, homes: str) -> list[Process]:
    """Return the compartments outside the disc, one of each kind for all doses."""
    depots: dict[Callable[..., Process], list[DepotDose]] = {}
    for dose, d in given:
        for each in d.depots:
            if dose.product.kind == "cells":
                depots.setdefault(each.build, []).append(each)
    return [build([e.event for e in each], sum(e.cells for e in each), traits, homes, _entering(each)) for build, each in depots.items()]


def _entering(doses: Sequence[DepotDose]) -> float | None:
    """Return the share of a depot that enters, where a dose states it: the mean over its cells."""
    stated = [dose for dose in doses if dose.entering is not None]
    return sum(dose.cells * float(dose.entering or 0.0) for dose in stated) / sum(dose.cells for dose in doses) if stated else None


def _traits(draw: Any, products: Sequence[Any], laws: Mapping[str, Any]) -> CellTraits:
    """Return the traits of the cells of an arm: the mean over its products, weighted by their doses."""
    homes = laws["homing"]
    each = [cell_traits(draw, product) for product in products]
    each = [t if homing.receptor_counts(q.source, homes) else replace(t, migration=1.0, homing=1.0)
            for t, q in zip(each, products, strict=True)]
    weights = np.array([product.dose for product in products]) / sum(product.dose for product in products)
    mean = CellTraits(*(float(weights @ [getattr(t, f.name) for t in each]) for f in fields(CellTraits)))
    return replace(mean, paracrine=0.0) if laws.get("paracrine") == "none" else mean


def _transplant(given: Sequence[tuple[Any, Delivery]], traits: CellTraits) -> list[Process]:
    """Return the cells at work and how they are lost."""
    expected = sum(d.expected for _, d in given)
    cells = Transplant([e for _, d in given for e in d.cells], expected, traits.differentiation, traits.paracrine)
    return [cells, EarlyLoss(), Starvation(), Clearance(traits.clearance_rate), DeadCells(expected)]


def treat(doses: Sequence[Any], draw: Any, geometry: Geometry, wounded: bool = False,
          laws: Mapping[str, Any] | None = None, hypotheses: Mapping[str, str] | None = None) -> Treatment:
    """Return the treatment that these doses are in one draw of one disc, `wounded` already or not.

    An arm carries only the processes that its doses and an earlier wound need. laws: `homing` tells what draws cells; `vesicle_effect` and
    `paracrine` are `none` where they are to have no effect. hypotheses: options of the cell network that cargo acts by. Raises
    InputError for an unknown route.
    """
    given = [(dose, _deliver(dose, draw, geometry)) for dose in doses]
    wounds = [e for _, d in given for e in d.wounds]
    vesicles = [e for _, d in given for e in d.vesicles]
    processes: list[Process] = wound_processes(wounds) if wounds or wounded else []  # the needle goes before what it brings
    chosen = {"homing": homing.DEFAULT, **(laws or {})}
    products = [dose.product for dose, _ in given if dose.product.kind == "cells"]
    if products:
        traits = _traits(draw, products, chosen)
        processes += _transplant(given, traits)
    if vesicles:
        pools = pools_of(vesicles)
        processes += [*vesicle_processes(pools, bool(products)), *vesicle_effects(pools, chosen, draw, hypotheses)]
    if products:
        processes += _depots(given, traits, chosen["homing"])
    access: dict[str, float] = {}
    lost: dict[str, float] = {}
    for _, d in given:
        access |= {name: max(access.get(name, 0.0), value) for name, value in d.access.items()}
        lost |= {cause: lost.get(cause, 0.0) + amount for cause, amount in d.lost.items()}
    cells_given, particles_given = (sum(amount_given(dose.product, kind) for dose, _ in given) for kind in ("cells", "vesicles"))
    return Treatment(processes, cells_given, particles_given, added_up([d.harms for _, d in given]), lost, access)
