"""Cells out of the disc: in a stirred dish, where nothing diffuses and nothing runs out, and one cell by itself.

    living share after t:   exp(-a(G, pH) t)                    the viability law alone, the surroundings held
    share of glucose oxidised:  qO / (6 qG)                     six oxygen to a glucose
    oxygen at half uptake:  O with qO(O) = qO(O -> infinity) / 2

Read-outs: living per dish; oxygen_uptake, glucose_uptake, glucose_oxidised, oxygen_half per cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field
from scipy.optimize import brentq

from pulposus.core.fields import Concentration, Label, Part, Quantity, Time
from pulposus.study.replay.sample import Readings, Sample
from pulposus.tissue import viability
from pulposus.tissue.laws import CourseLaws
from pulposus.tissue.metabolism import LACTATE, OXYGEN, lactate_release, oxygen_uptake

__all__ = ["Dish", "Dishes", "SingleCells"]

_OXYGEN_PER_GLUCOSE = 6
_ENDLESS = 1e9  # Pa, where every uptake law has levelled off
_LEAST = 1e-3  # Pa
_EXACT = 1e-6
Tension = Annotated[float, Quantity("kPa", above_zero=False)]


class Dish(Part):
    """Cells of a kind in held surroundings; acidity is given as the lactate that makes it."""

    cells: Literal["native", "transplanted"] = "native"
    species: str = "human"
    oxygen: Tension = Field(description="oxygen tension, such as '0 kPa'; no law lets cells die of it")
    glucose: Concentration
    pH: float | None = Field(default=None, description="the neutral pH of the law where none is given")
    after: Time


def _symbols(draw: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: draw.value(name, region="NP") for name in names}


class Dishes(Part):
    """Dishes side by side."""

    kind: Literal["dishes"]
    dishes: dict[Label, Dish] = Field(min_length=1)

    def predict(self, sample: Sample) -> Readings:
        """Return <dish>.living of every dish."""
        out: Readings = {}
        for name, dish in self.dishes.items():
            draw = sample.draw(dish.species, "healthy")
            p = _symbols(draw, viability.PARAMETERS)
            neutral = p["pH_at_zero_lactate"]
            lactate = ((neutral if dish.pH is None else dish.pH) - neutral) / p["pH_per_lactate"]
            own = draw.value("msc_glucose_death_threshold") if dish.cells == "transplanted" else None
            rate = viability.death_rate(np.array(dish.glucose), np.array(lactate), p, np, own)[0]
            out[f"{name}.living"] = float(np.exp(-rate * dish.after))
        return out


class OneCell(Part):
    """One native cell and what surrounds it."""

    species: str = "human"
    oxygen: Tension = Field(description="oxygen tension, such as '20 kPa'")
    pH: float
    glucose: Concentration


class SingleCells(Part):
    """Single cells side by side."""

    kind: Literal["single_cells"]
    laws: CourseLaws = Field(default_factory=CourseLaws)
    cells: dict[Label, OneCell] = Field(min_length=1)

    def predict(self, sample: Sample) -> Readings:
        """Return <cell>.<read-out> of every cell."""
        out: Readings = {}
        law, limited = self.laws.oxygen, self.laws.glucose_limiter is not None
        for name, cell in self.cells.items():
            draw = sample.draw(cell.species, "healthy")
            p = _symbols(draw, (*OXYGEN[law], *LACTATE, *(("glucose_limiter",) if limited else ())))
            L = np.array((cell.pH - p["pH_at_zero_lactate"]) / p["pH_per_lactate"])
            G = np.array(cell.glucose)

            def uptake(O: float, L: Any = L, p: Any = p) -> float:
                return float(oxygen_uptake(np.array(O), L, p, law, np)[0])

            qG = float(p["glucose_per_lactate"] * lactate_release(np.array(cell.oxygen), L, G, p, limited, np)[0])
            most = uptake(_ENDLESS)
            half = brentq(lambda O, u=uptake, m=most: u(O) - m / 2, _LEAST, _ENDLESS, rtol=_EXACT)
            found = {"oxygen_uptake": uptake(cell.oxygen), "glucose_uptake": qG, "oxygen_half": float(half),
                     "glucose_oxidised": uptake(cell.oxygen) / _OXYGEN_PER_GLUCOSE / qG}
            out |= {f"{name}.{read}": value for read, value in found.items()}
        return out
