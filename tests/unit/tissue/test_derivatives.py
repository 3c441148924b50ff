"""Analytic derivatives of every tissue process equal central differences of its rates."""

from __future__ import annotations

import numpy as np
import pytest
from problems import LIMITED, ax1, parameters, supply

from pulposus.tissue import operators, viability
from pulposus.tissue.aggrecan import Aggrecan
from pulposus.tissue.native_cells import NativeCells
from pulposus.tissue.nutrition import Nutrition
from pulposus.tissue.process import MODIFIERS, numeric_derivatives

YEAR = 365.25 * 86400.0


@pytest.fixture(scope="module")
def where():
    """Return parameters at the points of a small disc and a state that visits both sides of every switch."""
    points = operators.volumes(ax1(300))
    n, rng = len(points.volume), np.random.default_rng(1)
    state = {"oxygen": rng.uniform(10, 20e3, n), "lactate": rng.uniform(0.1, 20, n), "glucose": rng.uniform(0.02, 5, n),
             "native": rng.uniform(1e11, 9e12, n), "senescent": rng.uniform(1e10, 1e12, n),
             "aggrecan_intact": rng.uniform(1, 40, n), "aggrecan_fragments": rng.uniform(1, 40, n),
             **{f"modifier.{m}": rng.uniform(0.5, 2, n) for m in MODIFIERS}}
    p = parameters(points) | {"aggrecan_turnover": 0.06 / YEAR, "intact_aggrecan_loss": 0.13 / YEAR,
                              "fragment_loss": 0.11 / YEAR, "aggrecan_synthesis": rng.uniform(1e-20, 1e-19, n)}
    return state, p


def assert_same(process, state, p):
    """Compare block by block, relative to the largest entry of the block; a block left out must be zero."""
    analytic, numeric = process.derivatives(state, p, 0.0, np), numeric_derivatives(process, state, p, 0.0, np)
    assert set(analytic) <= set(numeric)
    for (field, read), block in numeric.items():
        size = np.abs(process.source(state, p, 0.0, np)[field]).max() / np.abs(state[read]).max()
        np.testing.assert_allclose(analytic.get((field, read), 0.0) * np.ones_like(block), block, rtol=1e-6,
                                   atol=1e-6 * max(size, np.abs(block).max()), err_msg=f"d {field} / d {read}")


@pytest.mark.parametrize("oxygen", ["bibby", "michaelis_menten"])
@pytest.mark.parametrize("limiter", [None, 0.05])
@pytest.mark.parametrize("formulation", ["upf", "conservative"])
def test_nutrition(where, oxygen, limiter, formulation):
    """Oxygen, lactate and glucose by all three and by both kinds of cells."""
    laws = {**LIMITED, "oxygen": oxygen, "glucose_limiter": limiter, "formulation": formulation}
    assert_same(Nutrition(laws, supply()), *where)


def test_nutrition_with_negative_iterates(where):
    """A solver may pass through values below zero: the derivatives must still be those of the rates."""
    state, p = where
    wandering = {**state, "glucose": -state["glucose"], "oxygen": -state["oxygen"]}
    assert_same(Nutrition(LIMITED, supply()), wandering, p)


def test_native_cells(where):
    """Native and senescent cells by themselves, glucose and lactate; a wide switch, so that differences resolve it."""
    state, p = where
    assert_same(NativeCells(), state, p | {"death_switch_glucose": 0.05, "death_switch_pH": 0.05})


def test_death_rate_across_its_switches(where):
    """With the packaged widths, on a fine row of values through both thresholds."""
    p = where[1]
    for G, L in ((np.linspace(0.49, 0.51, 201), np.full(201, 1.0)), (np.full(201, 4.0), np.linspace(6.8, 6.95, 201))):
        _, by_G, by_L = viability.death_rate(G, L, p, np)
        for slope, (dG, dL) in ((by_G, (1e-7, 0.0)), (by_L, (0.0, 1e-7))):
            ahead, back = (viability.death_rate(G + s * dG, L + s * dL, p, np)[0] for s in (1, -1))
            np.testing.assert_allclose(slope, (ahead - back) / 2e-7, rtol=1e-5, atol=1e-6 * np.abs(slope).max() + 1e-15)


@pytest.mark.parametrize("pools", ["two_pools", "one_pool"])
def test_aggrecan(where, pools):
    """Both pools by themselves and by native cells."""
    assert_same(Aggrecan(pools), *where)
