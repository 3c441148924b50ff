"""Turnover of aggrecan: residence, time to 95 % of a change, homeostasis, and draws that cannot hold together."""

from __future__ import annotations

import numpy as np
import pytest
from problems import LIMITED, YEAR, Cells, Solute, build, nominal_draw, supply

from pulposus.core.draws import Draw
from pulposus.core.errors import RejectedDraw
from pulposus.core.parameters import ParameterSet
from pulposus.tissue.aggrecan import Aggrecan, starting_share
from pulposus.tissue.disc import Disc, tissue_processes
from pulposus.tissue.geometry import Geometry
from pulposus.tissue.mesh import REGIONS, line
from pulposus.tissue.stepper import Control


def test_mean_residence():
    """k_A1 0.059 and k_M 0.13 per year: intact and fragments together stay 16.95 years, k_F 0.108 per year."""
    draw = nominal_draw()
    k_M, k_F = draw.value("intact_aggrecan_loss", region="NP"), draw.value("fragment_loss", region="NP")
    assert (1 / k_M + 1 / k_F) / YEAR == pytest.approx(16.95, rel=5e-3)
    assert (1 / k_M + 1 / k_F) == pytest.approx(1 / draw.value("aggrecan_turnover", region="NP"), rel=1e-12)
    assert k_F * YEAR == pytest.approx(0.108, rel=5e-3)


@pytest.mark.parametrize(("pools", "years"), [("two_pools", 35.0), ("one_pool", 50.8)])
def test_time_to_95_percent_of_a_change(pools, years):
    """From balance, with synthesis stopped, 5 % of the aggrecan is left after 35.0 (two pools) or 50.8 years (one)."""
    draw = nominal_draw()
    p = {s: draw.value(s, region="NP") for s in Aggrecan.parameters} | {"aggrecan_synthesis": 0.0, "aggrecan_scale": 1.0}
    problem = build(line("slab", [("NP", 1.0)], 1), [Solute({"NP": 1.0}, {"outer": 1.0}, start=1.0), Cells(0.0), Aggrecan(pools)], p)
    times = np.linspace(0.9, 1.1, 9) * years * YEAR
    at, _, _ = problem.run(times, Control(tol=1e-6, first=1e6))
    left = [(s.y["aggrecan_intact"][0] + s.y["aggrecan_fragments"][0]) / p["aggrecan_content"] for s in at]
    reached = np.interp(-0.05, -np.array(left), times) / YEAR
    assert reached == pytest.approx(years, rel=5e-3)


@pytest.mark.parametrize("pools", ["two_pools", "one_pool"])
def test_a_healthy_disc_is_in_balance(pools):
    """With all cells native and alive, synthesis and loss cancel at every point of a grade I disc."""
    disc = Disc(nominal_draw(), Geometry(21e-3, 14e-3, 6.9e-3, 0.6e-3, 17e-3),
                tissue_processes({**LIMITED, "aggrecan": pools}, supply(), 1.0), 200)
    state = {**disc.initial()[1], "native": disc.p["cell_density"]}
    aggrecan = next(q for q in disc.system.processes if isinstance(q, Aggrecan))
    rates = aggrecan.source({**state, "modifier.synthesis": 1.0, "modifier.degradation": 1.0, "modifier.fragment_loss": 1.0}, disc.p, 0.0, np)
    lost = disc.p["intact_aggrecan_loss"] * state["aggrecan_intact"]
    for rate in rates.values():
        assert np.abs(rate).max() < 1e-12 * lost.max()


def test_fewer_cells_mean_proportionally_less_aggrecan():
    """At steady state aggrecan follows the cells: with 80 % of them, 80 % of each pool balances."""
    draw = nominal_draw()
    p = {s: draw.value(s, region="NP") for s in Aggrecan.parameters}
    p["aggrecan_synthesis"] = p["aggrecan_turnover"] * p["aggrecan_content"] / 3.6e12
    share = starting_share(p["intact_aggrecan_loss"], p["fragment_loss"])
    state = {"native": np.array([0.8 * 3.6e12]), "aggrecan_intact": np.array([0.8 * share * p["aggrecan_content"]]),
             "aggrecan_fragments": np.array([0.8 * (1 - share) * p["aggrecan_content"]]), "modifier.synthesis": 1.0,
             "modifier.degradation": 1.0, "modifier.fragment_loss": 1.0}
    for rate in Aggrecan("two_pools").source(state, p, 0.0, np).values():
        assert abs(rate[0]) < 1e-12 * p["aggrecan_turnover"] * p["aggrecan_content"]


def test_a_draw_without_positive_fragment_loss_is_rejected():
    """When intact aggrecan is lost no faster than all of it, the rule refuses with a reason."""
    parameters = ParameterSet.load()
    slow = next(i for i in parameters.ids() if i.startswith("intact_aggrecan_loss") and "human" in i)
    draw = Draw(parameters.override({slow: {"value": "0.05 1/yr", "spread": {"kind": "none", "why": "test"}, "why": "test"}}),
                0, 0, "human", "I", nominal=True)
    with pytest.raises(RejectedDraw, match="fragment loss"):
        draw.value("fragment_loss", region="NP")


def test_draws_are_rejected_exactly_when_they_must_be():
    """Over 256 draws, fragment loss exists where and only where intact aggrecan is lost faster than all of it."""
    parameters, rejected = ParameterSet.load(), 0
    for index in range(256):
        draw = Draw(parameters, 1, index, "human", "III")
        for region in REGIONS:
            k_A1, k_M = draw.value("aggrecan_turnover", region=region), draw.value("intact_aggrecan_loss", region=region)
            if k_M > k_A1:
                assert draw.value("fragment_loss", region=region) == pytest.approx(1 / (1 / k_A1 - 1 / k_M), rel=1e-12)
            else:
                rejected += 1
                with pytest.raises(RejectedDraw):
                    draw.value("fragment_loss", region=region)
    assert rejected > 0
