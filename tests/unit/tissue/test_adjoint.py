"""The gradient of a scalar of the steady disc equals central differences of whole solves."""

from __future__ import annotations

import numpy as np
import pytest
from problems import LIMITED

from pulposus.core.draws import Draw
from pulposus.core.errors import NotConverged
from pulposus.core.parameters import ParameterSet
from pulposus.tissue import coupled
from pulposus.tissue.adjoint import at_position, gradient, region_mean
from pulposus.tissue.answer import Given
from pulposus.tissue.disc import Disc, supply_of, tissue_processes
from pulposus.tissue.geometry import geometry_of

RECORDS = ParameterSet.load()
KEYS = [("cell_density", "NP"), ("cell_density", "AF"), ("supply_endplate_glucose", "any"), ("supply_wall_oxygen", "any"),
        ("supply_endplate_lactate", "any"), ("porosity", "NP"), ("porosity", "CEP"), ("water_diffusivity_glucose", "any"),
        ("glucose_limiter", "any"), ("endplate_thickness", "any"), ("disc_middle_height_L4_L5", "any")]
SCALARS = {"glucose at the centre": lambda disc: at_position(disc, "glucose", 0.0, 0.0),
           "lactate beside it": lambda disc: at_position(disc, "lactate", 7e-3, 2e-3),
           "mean glucose of the nucleus": lambda disc: region_mean(disc, "glucose", "NP"),
           "mean oxygen of the annulus": lambda disc: region_mean(disc, "oxygen", "AF"),
           "oxygen at the wall": lambda disc: at_position(disc, "oxygen", 21e-3, 0.0)}


def build(values):
    """Return a human disc of about 200 nodes for these values."""
    draw = Given(Draw(RECORDS, 0, 0, "human", "I", nominal=True), dict(values))
    return Disc(draw, geometry_of(draw, "human", "L4/L5"), tissue_processes(LIMITED, supply_of(draw), 1.0, matrix=False), 200)


ABOUT = {key: build({}).draw.value(*key) for key in KEYS}
STEP = 1e-4


@pytest.fixture(scope="module")
def differences():
    """Return key -> the discs a step ahead and back, solved, and twice the step."""
    found = {}
    for key, value in ABOUT.items():
        pair = [build({**ABOUT, key: value * (1 + s)}) for s in (STEP, -STEP)]
        found[key] = [(disc, disc.steady(1e-12).c) for disc in pair], 2 * STEP * value
    return found


@pytest.mark.parametrize("name", SCALARS)
def test_the_gradient_is_that_of_whole_solves(name, differences):
    weights = SCALARS[name]
    value, slopes = gradient(build, weights, ABOUT)
    for key, (pair, width) in differences.items():
        ahead, back = (float((weights(disc) * c).sum()) for disc, c in pair)
        small = 1e-7 * abs(value) / abs(ABOUT[key])  # a slope that the differences cannot see
        assert slopes[key] == pytest.approx((ahead - back) / width, rel=1e-5, abs=small), key


@pytest.mark.parametrize("factor", [1.0, 1.001])
def test_the_gradient_by_the_nucleus_radius(factor):
    """A small step must not change which mesh is built, wherever the radius lies."""
    key = ("axisymmetric_nucleus_radius", "any")
    at = factor * build({}).draw.value(*key)
    value, slopes = gradient(build, SCALARS["glucose at the centre"], {key: at})
    assert np.isfinite(slopes[key]) and abs(slopes[key]) * at < 10 * abs(value)


def test_the_scalar_itself_and_its_weights():
    disc = build(ABOUT)
    c = disc.steady(1e-12).c
    value, _ = gradient(build, SCALARS["mean glucose of the nucleus"], {("cell_density", "NP"): ABOUT["cell_density", "NP"]})
    assert value == pytest.approx(float(disc.points.mean(disc.points.at(c)[2], 0)), rel=1e-9)
    weights = at_position(disc, "lactate", 1e-4, 1e-4)
    assert weights.sum() == 1 == weights[1, disc.mesh.nearest(0.0, 0.0)]
    assert region_mean(disc, "oxygen", "CEP").sum() == pytest.approx(1.0)


def test_more_cells_cost_glucose_and_a_thicker_endplate_too():
    _, slopes = gradient(build, SCALARS["glucose at the centre"], ABOUT)
    assert slopes["cell_density", "NP"] < 0 and slopes["endplate_thickness", "any"] < 0 and slopes["supply_endplate_glucose", "any"] > 0


def test_a_disc_that_cannot_be_solved_has_no_gradient(monkeypatch):
    monkeypatch.setattr(coupled, "_NEWTON", 1)
    with pytest.raises(NotConverged) as caught:
        gradient(build, SCALARS["glucose at the centre"], {("cell_density", "NP"): 3.6e12})
    assert not caught.value.partial.converged and np.isfinite(caught.value.partial.c).all()
