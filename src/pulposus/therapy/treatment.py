"""The treatment of an arm: its doses, delivered by their routes, as processes the disc can run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from pulposus.core.errors import unknown
from pulposus.therapy.route import Delivery, amount_given
from pulposus.therapy.transplant import Transplant
from pulposus.therapy.vesicle_effect import vesicle_effects
from pulposus.therapy.vesicles import vesicle_processes
from pulposus.tissue.geometry import Geometry
from pulposus.tissue.process import Event, Process
from pulposus.tissue.wound import wound_processes

__all__ = ["ROUTES", "Treatment", "treat"]

ROUTES = ("transannular", "transpedicular", "intravenous", "endplate_seeding", "epidural")


@dataclass(frozen=True)
class Treatment:
    """processes to add to the disc; cells given; harms: name -> chance or share, the worst over the doses."""

    processes: list[Process] = field(default_factory=list)
    cells_given: float = 0.0
    particles_given: float = 0.0
    harms: dict[str, float] = field(default_factory=dict)


def _deliver(dose: Any, draw: Any, geometry: Geometry) -> Delivery:
    if dose.route.kind not in ROUTES:
        raise unknown("route", dose.route.kind, ROUTES)
    delivered: Delivery = import_module(f"pulposus.therapy.routes.{dose.route.kind}").deliver(dose, draw, geometry)
    return delivered


def treat(doses: Sequence[Any], draw: Any, geometry: Geometry, wounded: bool = False,
          laws: Mapping[str, Any] | None = None) -> Treatment:
    """Return the treatment that these doses are in one draw of one disc, `wounded` already or not.

    An arm carries only the processes that its doses and an earlier wound need. laws: `vesicle_effect: none` leaves vesicles without
    effect. Raises InputError for an unknown route.
    """
    given = [(dose, _deliver(dose, draw, geometry)) for dose in doses]
    cells = [e for _, d in given for e in d.cells]
    wounds = [e for _, d in given for e in d.wounds]
    vesicles = [e for _, d in given for e in d.vesicles]
    processes: list[Process] = wound_processes(wounds) if wounds or wounded else []  # the needle goes before what it brings
    expected = sum(d.expected for _, d in given)
    with_cells = any(dose.product.kind == "cells" for dose, _ in given)
    if with_cells:
        processes.append(Transplant(cells, expected))
    if vesicles:
        processes += [*vesicle_processes(vesicles, with_cells), *vesicle_effects(vesicles, laws or {})]
    depots: dict[Callable[..., Process], list[tuple[Event, float]]] = {}
    for dose, d in given:
        for build, event, amount in d.depots:
            if dose.product.kind == "cells":
                depots.setdefault(build, []).append((event, amount))
    processes += [build([e for e, _ in items], sum(a for _, a in items)) for build, items in depots.items()]
    harms: dict[str, float] = {}
    for _, d in given:
        for name, value in d.harms.items():
            harms[name] = max(harms.get(name, 0.0), value)
    cells_given, particles_given = (sum(amount_given(dose.product, kind) for dose, _ in given) for kind in ("cells", "vesicles"))
    return Treatment(processes, cells_given, particles_given, harms)
