"""The dose of a product in the terms of a disc: per disc, per mL of nucleus, per resident cell; copies of a cargo per cell.

    per mL = n / V_NP,   per cell = n / (rho_NP V_NP)
    copies per cell = n u c / (rho_NP V_NP),   u = k rho_NP / (k rho_NP + ln 2 / t_half)

n viable cells, or particles after storage; V_NP nucleus volume of the one geometry of the disc; rho_NP density of its cells;
u share of the particles that cells take up before they decay, by the rates of the disc model (vesicles.yaml; nothing leaks); c copies
per particle: counted, or a record (CHEVILLET2014 for native miRNA).
Every number is told for the nominal records and as the middle 95 % of draws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np

from pulposus.core.draws import Draw
from pulposus.core.errors import RejectedDraw
from pulposus.core.parameters import ParameterSet
from pulposus.core.vocabulary import term
from pulposus.therapy.product import stored_share, vesicle_dose_particles, viable_cells
from pulposus.tissue.geometry import geometry_of

__all__ = ["Copies", "Estimate", "Place", "ProductDose", "copies_of", "product_dose", "storage_estimate"]

DRAWS, SEED = 256, 1
_MIDDLE = (2.5, 97.5)  # percent: the ends of the middle 95 %


@dataclass(frozen=True)
class Place:
    """The disc that a dose is told for."""

    species: str
    level: str
    grade: str


@dataclass(frozen=True)
class Estimate:
    """A number for the nominal records, and the middle 95 % of draws."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ProductDose:
    """The dose per disc, per m3 of nucleus and per resident cell of it, and the nucleus (m3, cells)."""

    per_disc: Estimate
    per_volume: Estimate
    per_cell: Estimate
    nucleus_volume: Estimate
    resident_cells: Estimate


@dataclass(frozen=True)
class Copies:
    """Copies of a cargo per resident cell, None where no number is known; below: share of draws with fewer than needed."""

    cargo: str
    counted: bool
    per_cell: Estimate | None
    below: float | None


def product_dose(product: Any, place: Place) -> ProductDose | None:
    """Return the dose of cells or vesicles in a disc; None for another product, or vesicles without a number of particles.

    >>> from types import SimpleNamespace
    >>> cells = SimpleNamespace(kind="cells", dose=6e6, thaw_viability=1.0)
    >>> dose = product_dose(cells, Place("human", "L4/L5", "III"))
    >>> dose.per_disc.value, round(dose.per_cell.value * dose.resident_cells.value)
    (6000000.0, 6000000)
    """
    if product.kind not in ("cells", "vesicles") or product.dose is None:
        return None
    amount = viable_cells if product.kind == "cells" else vesicle_dose_particles

    def numbers(draw: Draw) -> tuple[float, ...]:
        volume = _nucleus(draw, place)
        cells = draw.value("cell_density", "NP") * volume
        given = amount(draw, product)
        return given, given / volume, given / cells, volume, cells

    return ProductDose(*_estimates(numbers, place))


def copies_of(product: Any, place: Place) -> list[Copies]:
    """Return the copies per resident cell of every cargo of vesicles, of one unnamed miRNA where none is named.

    Empty without a number of particles. `below` refers to the record cargo_copies_needed.
    """
    if product.kind != "vesicles" or product.dose is None:
        return []
    named = [(cargo.name, cargo.copies_per_particle) for cargo in product.cargo] or [("", None)]
    return [_copies(product, place, name, counted) for name, counted in named]


def storage_estimate(product: Any, place: Place) -> Estimate:
    """Return the share of the counted particles that storage leaves."""
    return _estimates(lambda draw: (stored_share(draw, product.storage),), place)[0]


def _copies(product: Any, place: Place, cargo: str, counted: float | None) -> Copies:
    """Return the copies per cell of one cargo; without a count only a miRNA has a record."""
    if counted is None and cargo and term("cargo", cargo).more.get("mirna") is False:
        return Copies(cargo, False, None, None)
    record = "cargo_copies_native" if product.modification == "native" else "cargo_copies_loaded"

    def numbers(draw: Draw) -> tuple[float, ...]:
        density = draw.value("cell_density", "NP")
        taken = density * draw.value("vesicle_uptake_rate")
        share = taken / (taken + log(2) / draw.value("vesicle_half_life"))
        copies = draw.value(record) if counted is None else counted
        return (vesicle_dose_particles(draw, product) * share * copies / (density * _nucleus(draw, place)),)

    drawn = _drawn(numbers, place)[:, 0]
    needed = ParameterSet.load().lookup("cargo_copies_needed").si
    return Copies(cargo, counted is not None, _estimates(numbers, place)[0], float(np.mean(drawn < needed)))


def _nucleus(draw: Draw, place: Place) -> float:
    """Return the volume of the nucleus (m3) in a draw."""
    return geometry_of(draw, place.species, place.level).nucleus_volume


def _estimates(numbers: Callable[[Draw], tuple[float, ...]], place: Place) -> list[Estimate]:
    """Return an estimate of every number."""
    middle = numbers(Draw(ParameterSet.load(), SEED, 0, place.species, place.grade, nominal=True))
    low, high = np.percentile(_drawn(numbers, place), _MIDDLE, axis=0)
    return [Estimate(float(m), float(a), float(b)) for m, a, b in zip(middle, low, high, strict=True)]


def _drawn(numbers: Callable[[Draw], tuple[float, ...]], place: Place) -> Any:
    """Return the numbers of all draws that hold together: (draw, number)."""
    found = []
    for index in range(DRAWS):
        try:
            found.append(numbers(Draw(ParameterSet.load(), SEED, index, place.species, place.grade)))
        except RejectedDraw:
            continue
    return np.array(found)
