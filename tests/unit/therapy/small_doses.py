"""Small doses for the therapy tests: what is given by which route, as plain objects in SI, and discs that receive them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from pulposus.core.draws import Draw
from pulposus.core.parameters import ParameterSet
from pulposus.therapy.treatment import treat
from pulposus.tissue.disc import Disc, supply_of, tissue_processes
from pulposus.tissue.geometry import geometry_of
from pulposus.tissue.history import run_discs
from pulposus.tissue.points import Points
from pulposus.tissue.stepper import Control

DAY, mL = 86400.0, 1e-6
LAWS = {"formulation": "upf", "oxygen": "bibby", "glucose_limiter": 0.05, "endplate_diffusivity": "porosity", "aggrecan": "two_pools"}
RECORDS = ParameterSet.load()


def draw(index: int | None = None, species: str = "human", grade: str = "III", **overrides: Any) -> Draw:
    """Return draw `index` (None: the nominal one); overrides: symbol -> text or value."""
    records = RECORDS.override(overrides) if overrides else RECORDS
    return Draw(records, 3, index or 0, species, grade, nominal=index is None)


def disc_of(drawn: Draw, level: str = "L4/L5"):
    """Return the geometry of a draw."""
    return geometry_of(drawn, drawn.species, level)


def by(kind: str, **more: Any) -> SimpleNamespace:
    """Return a route."""
    return SimpleNamespace(kind=kind, **more)


NEEDLE, PEDICLE = by("transannular", needle="22G", depth_fraction=None), by("transpedicular", needle="14G", repair="none")
VEIN, PLATE, BESIDE = by("intravenous"), by("endplate_seeding", needle=None), by("epidural")
NOTHING, SHAM = SimpleNamespace(kind="needle_only"), SimpleNamespace(kind="extradiscal_sham")


def cells(dose: float = 6e6, carrier: str = "saline", volume: float = 2 * mL, alive: float | None = None) -> SimpleNamespace:
    """Return a product of cells."""
    return SimpleNamespace(kind="cells", source="BM-MSC", dose=dose, carrier=carrier, volume=volume, thaw_viability=alive)


def vesicles(dose: float = 1e10, carrier: str = "saline", volume: float = 0.2 * mL, source: str = "BM-MSC", **more: Any) -> SimpleNamespace:
    """Return a product of vesicles."""
    return SimpleNamespace(kind="vesicles", source=source, dose=dose, carrier=carrier, volume=volume, **more)


def holding(name: str, copies: float | None = None) -> tuple[SimpleNamespace]:
    """Return the cargo of a product that names one."""
    return (SimpleNamespace(name=name, copies_per_particle=copies),)


def vehicle(carrier: str = "saline", volume: float = 2 * mL) -> SimpleNamespace:
    """Return a carrier without anything in it."""
    return SimpleNamespace(kind="vehicle", carrier=carrier, volume=volume)


def dose(product: Any, route: Any = NEEDLE, day: float = 0.0) -> SimpleNamespace:
    """Return one dose on a day."""
    return SimpleNamespace(route=route, product=product, at=day * DAY)


def put_in(delivery: Any, geometry: Any) -> float:
    """Return the cells or particles that the events of a delivery put into the disc (of its first event)."""
    volume = 0.5 * geometry.nucleus_volume
    points = Points(np.eye(3), np.array([volume, volume, 1.0]), np.array([0, 0, 1]), place=np.zeros((3, 2)))
    p = {"penetration_length": 1e-5, "injectate_soaked_share": 0.5}
    for event, name in [(e, "transplanted") for e in delivery.cells] + [(e, "vesicles") for e in delivery.vesicles]:
        jump = event.jump({}, p, points)
        return float((jump[name] * points.volume).sum()) if name in jump else float(jump["gel_depot"])
    return 0.0


def run(arms: Mapping[str, Sequence[Any]], drawn: Draw, days: Sequence[float], nodes: int = 200, tol: float = 4e-3, **laws: str):
    """Return arm -> treatment, arm -> history, by one clock."""
    geometry = disc_of(drawn)
    treatments = {name: treat(doses, drawn, geometry, laws=laws) for name, doses in arms.items()}
    discs = [Disc(drawn, geometry, [*tissue_processes(LAWS, supply_of(drawn), 1.0), *t.processes], nodes) for t in treatments.values()]
    histories = run_discs(discs, [day * DAY for day in days], Control(tol=tol))
    return treatments, dict(zip(arms, histories, strict=True))
