"""The adjoint gradient of outputs of the steady disc against central differences of whole solves."""

from __future__ import annotations

import pytest
from problems import LIMITED, mm, nominal_draw

from pulposus.core.draws import Draw
from pulposus.tissue.adjoint import at_position, gradient, region_mean
from pulposus.tissue.disc import Disc, supply_of, tissue_processes
from pulposus.tissue.geometry import Geometry

ABOUT = {("cell_density", "NP"): 3.6e12, ("cell_density", "AF"): 5.55e12, ("water_diffusivity_glucose", "any"): 9.16667e-10,
         ("porosity", "CEP"): 0.66, ("supply_endplate_glucose", "any"): 4.0, ("supply_wall_oxygen", "any"): 5800.0,
         ("lactate_rate_pH", "any"): 0.93, ("half_height", "any"): 6.9 * mm}


class Altered(Draw):
    """The nominal human draw with some values replaced, for a region or for all."""

    def __init__(self, values):
        super().__init__(nominal_draw().parameters, 0, 0, "human", "I", nominal=True)
        self.replaced = values

    def value(self, symbol, region="any", grade=None):
        own = self.replaced.get((symbol, region), self.replaced.get((symbol, "any")))
        return super().value(symbol, region, grade) if own is None else own


def built(values):
    """Return AX-1, about 300 nodes, limiter on, for these values."""
    draw = Altered(values)
    geometry = Geometry(21 * mm, 14 * mm, values["half_height", "any"], 0.6 * mm, 17 * mm)
    return Disc(draw, geometry, tissue_processes(LIMITED, supply_of(draw), 1.0, matrix=False), 300)


@pytest.mark.parametrize("weights", [lambda disc: at_position(disc, "glucose", 0.0, 0.0),
                                     lambda disc: region_mean(disc, "oxygen", "AF"),
                                     lambda disc: region_mean(disc, "lactate", "NP")],
                         ids=["glucose in the centre", "mean oxygen of the annulus", "mean lactate of the nucleus"])
def test_gradient_against_differences(weights):
    """Cells, diffusivity, porosity, both supplies, a rate constant and the height: equal to 1e-5 of the output."""
    value, slopes = gradient(built, weights, ABOUT)
    for key, at in ABOUT.items():
        step = 1e-4 * at
        ahead, back = (built({**ABOUT, key: at + s}) for s in (step, -step))
        difference = sum(s * (weights(disc) * disc.steady(1e-12).c).sum() for s, disc in ((1, ahead), (-1, back))) / (2 * step)
        assert slopes[key] == pytest.approx(difference, rel=1e-5, abs=1e-6 * abs(value / at))


def test_more_cells_cost_glucose_and_more_supply_brings_it():
    """Signs of the gradient of glucose in the centre."""
    _, slopes = gradient(built, lambda disc: at_position(disc, "glucose", 0.0, 0.0), ABOUT)
    assert slopes["cell_density", "NP"] < 0 and slopes["half_height", "any"] < 0
    assert slopes["supply_endplate_glucose", "any"] > 0 and slopes["water_diffusivity_glucose", "any"] > 0
