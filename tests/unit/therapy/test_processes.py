"""The processes of the therapy by themselves: analytic derivatives, the balance of cells and solutes, cement."""

from __future__ import annotations

import numpy as np
import pytest
from small_doses import cells, disc_of, dose, draw, vesicles

from pulposus.therapy.losses import Clearance, DeadCells, EarlyLoss, Starvation
from pulposus.therapy.transplant import Transplant
from pulposus.therapy.vesicle_pool import pools_of, vesicle_dose
from pulposus.therapy.vesicles import BystanderUptake, GelRelease, Vesicles, VesicleUptake
from pulposus.tissue.process import MODIFIERS, numeric_derivatives
from pulposus.tissue.wound import cement

N = 40
RNG = np.random.default_rng(5)
STATE = {"transplanted": RNG.uniform(1e11, 5e12, N), "fresh": RNG.uniform(1e10, 1e12, N), "differentiated": RNG.uniform(1e10, 1e12, N),
         "dead_transplanted": RNG.uniform(0, 1e12, N), "il1b": RNG.uniform(0, 1e-5, N), "tnf": RNG.uniform(0, 1e-5, N),
         "native": RNG.uniform(1e11, 6e12, N), "senescent": RNG.uniform(1e10, 1e12, N), "cargo": RNG.uniform(0, 1e4, N),
         "oxygen": RNG.uniform(5, 5e3, N), "glucose": RNG.uniform(0.02, 4, N),
         "lactate": RNG.uniform(0.8, 9, N), "vesicles": RNG.uniform(0, 1e15, N), "gel_depot": 3e9,
         "vesicles_2": RNG.uniform(0, 1e14, N), "cargo_2": RNG.uniform(0, 1e3, N), "gel_depot_2": 2e9,
         **{f"modifier.{m}": np.ones(N) for m in MODIFIERS}}


DEATHS = (EarlyLoss, Starvation, Clearance)
POOLS = pools_of([vesicle_dose(0.0, vesicles(source=source, carrier="thermogel"), 1e10) for source in ("BM-MSC", "ADSC")])


@pytest.fixture(scope="module")
def p():
    """Return the parameters of the nominal draw, and a typical synthesis."""
    drawn = draw()
    names = {n for q in (Transplant, *DEATHS, DeadCells, Vesicles, GelRelease, VesicleUptake, BystanderUptake) for n in q.parameters} - {"cell_density"}
    return {**{n: drawn.value(n) for n in names}, "geometry": disc_of(drawn), "aggrecan_synthesis": 3e-24, "gel_place": np.full(N, 1e5), "gel_place_2": np.full(N, 2e5),
            "reached_share": np.where(np.arange(N) % 3, 0.4, 0.0), "reached_share_2": np.where(np.arange(N) % 2, 0.7, 0.0)}


@pytest.mark.parametrize("build", [lambda: Transplant([], 1e6, 0.7, 1.3), EarlyLoss, Starvation, lambda: Clearance(1e-7),
                                   lambda: DeadCells(1e6), lambda: Vesicles(POOLS), lambda: GelRelease(POOLS),
                                   lambda: VesicleUptake(POOLS), lambda: BystanderUptake(POOLS)])
def test_analytic_derivatives_equal_differences(build, p):
    process = build()
    analytic, differenced = process.derivatives(STATE, p, 0.0, np), numeric_derivatives(process, STATE, p, 0.0, np)
    for key in set(analytic) | set(differenced):
        by_hand = np.broadcast_to(np.asarray(analytic.get(key, 0.0), dtype=float), N)
        told = np.broadcast_to(np.asarray(differenced.get(key, 0.0), dtype=float), N)
        if key[1].startswith("gel_depot"):
            continue  # a compartment is held while the disc is solved
        rate, size = process.source(STATE, p, 0.0, np)[key[0]], np.abs(STATE[key[1]]).max()
        noise = 1e-8 * np.abs(rate).max() / size  # differences cannot see a slope below the round-off of the rate
        np.testing.assert_allclose(by_hand, told, rtol=1e-6, atol=max(1e-6 * np.abs(told).max(), noise), err_msg=str(key))


def test_without_a_matrix_no_aggrecan_is_made(p):
    process = Transplant([], 1e6)
    bare = {k: v for k, v in p.items() if k != "aggrecan_synthesis"}
    assert "aggrecan_intact" not in process.source(STATE, bare, 0.0, np)
    assert not {k for k in process.derivatives(STATE, bare, 0.0, np) if k[0] == "aggrecan_intact"}


def test_lactate_is_the_yield_times_glucose(p):
    rates = Transplant([], 1e6).source(STATE, p, 0.0, np)
    np.testing.assert_allclose(rates["lactate"], -p["msc_lactate_yield"] * rates["glucose"], rtol=1e-12)
    assert np.all(rates["oxygen"] < 0) and np.all(rates["glucose"] < 0)


def test_fresh_cells_feed_faster_than_settled_ones(p):
    process = Transplant([], 1e6)
    alone = {**STATE, "transplanted": np.full(N, 1e12), "differentiated": np.zeros(N)}
    for solute, rate in (("glucose", "msc_glucose_rate"), ("oxygen", "msc_oxygen_rate")):
        settled = process.source({**alone, "fresh": np.zeros(N)}, p, 0.0, np)[solute]
        fresh = process.source({**alone, "fresh": np.full(N, 1e12)}, p, 0.0, np)[solute]
        np.testing.assert_allclose(fresh / settled, p[f"{rate}_fresh"] / p[f"{rate}_settled"], rtol=1e-12)


def test_hunger_and_acid_kill_and_a_fed_cell_lives(p):
    fed, hungry, sour = (Starvation().source({**STATE, "glucose": np.full(N, g), "lactate": np.full(N, lactate)}, p, 0.0, np)
                         for g, lactate in ((4.0, 1.0), (0.0, 1.0), (4.0, 20.0)))
    per_day = {name: -found["transplanted"] / STATE["transplanted"] * 86400 for name, found in
               (("fed", fed), ("hungry", hungry), ("sour", sour))}
    assert np.all(per_day["fed"] < 1e-3) and np.all(per_day["hungry"] > 0.1) and np.all(per_day["sour"] > 0.1)


def test_who_dies_is_found_again_among_the_dead(p):
    """Every loss of transplanted or differentiated cells is a gain of dead ones, of fresh ones too as they are counted in both."""
    for process in (q() for q in DEATHS):
        rates = process.source(STATE, p, 0.0, np)
        np.testing.assert_allclose(rates["dead_transplanted"], -rates["transplanted"] - rates.get("differentiated", 0.0), rtol=1e-12)


def test_a_share_is_lost_before_it_settles(p):
    """With e = f / ((1 - f) tau) and settling at 1 / tau the loss is the share f of all that leave the fresh ones."""
    lost, tau = p["transplant_early_loss"], p["msc_settling_time"]
    gone = -EarlyLoss().source(STATE, p, 0.0, np)["fresh"] / STATE["fresh"]
    np.testing.assert_allclose(gone / (gone + 1 / tau), lost, rtol=1e-12)


def test_dead_cells_inflame_by_their_gain_and_not_without_it(p):
    silent = DeadCells(1e6).source(STATE, {**p, "dead_cell_secretion": 0.0}, 0.0, np)
    loud = DeadCells(1e6).source(STATE, {**p, "dead_cell_secretion": 5.0}, 0.0, np)
    assert np.all(silent["il1b"] == 0) and np.all(silent["dead_transplanted"] < 0)
    np.testing.assert_allclose(loud["tnf"], 5 * p["secretion_tnf"] * STATE["dead_transplanted"], rtol=1e-12)


def test_what_leaves_as_transplanted_comes_back_as_differentiated(p):
    """Differentiation changes the sum of both by nothing but divisions."""
    process = Transplant([], 1e6)
    rates = process.source({**STATE, "fresh": np.zeros(N)}, p, 0.0, np)
    size = p["differentiation_rate"] * STATE["transplanted"]
    np.testing.assert_allclose((rates["transplanted"] + rates["differentiated"]) / size, 0.0, atol=1e-12)


def test_the_host_clears_what_is_foreign_faster(p):
    own, foreign = (Clearance(rate).source(STATE, p, 0.0, np)["transplanted"] for rate in (0.0, 1e-6))
    np.testing.assert_allclose(own - foreign, 1e-6 * STATE["transplanted"], rtol=1e-9)


def test_the_paracrine_factor_grows_to_its_gain(p):
    process, gain = Transplant([], 1e6), p["paracrine_synthesis_gain"]

    def factor(transplanted, native):
        state = {"transplanted": np.array([transplanted]), "native": np.array([native])}
        return float(process.modifiers(state, p, 0.0, np)["synthesis"][0])

    assert factor(0.0, 0.0) == factor(0.0, 1e12) == factor(-1.0, 1e12) == 1.0
    assert factor(1e12, 1e12) == pytest.approx(1 + gain / 2) and factor(1e12, 0.0) == pytest.approx(1 + gain)


def test_tolerances_refer_to_what_may_arrive(p):
    assert {f.scale for f in Transplant([], 2e6).fields(p)} == {2e6 / disc_of(draw()).nucleus_volume}
    assert min(f.scale for f in Transplant([], 0.0).fields(p)) > 0


# ---- cement

def test_cement_closes_a_share_of_what_is_open():
    assert cement(5.0, 0.3).jump({"endplate_open": 0.5}, {}, None) == {"endplate_open": pytest.approx(-0.15)}
    assert cement(5.0, 0.3).time == 5.0 == dose(cells(), day=5 / 86400).at
