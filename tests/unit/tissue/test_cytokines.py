"""Cytokines, what cells answer, granulation and drivers: derivatives, rest is rest, known solutions, no silent runaway."""

from __future__ import annotations

import numpy as np
import pytest
from problems import DAY, LIMITED, nominal_draw, supply

from pulposus.tissue.collagen import Collagen
from pulposus.tissue.cytokine_response import CytokineResponse
from pulposus.tissue.cytokines import CYTOKINES, Cytokines, decay_rate
from pulposus.tissue.disc import Disc, tissue_processes
from pulposus.tissue.drivers import Drivers, biphasic, switch
from pulposus.tissue.geometry import Geometry
from pulposus.tissue.granulation import Granulation
from pulposus.tissue.history import run_discs
from pulposus.tissue.process import MODIFIERS, Field, Process, numeric_derivatives
from pulposus.tissue.stepper import Control

AX1 = Geometry(21e-3, 14e-3, 6.9e-3, 0.6e-3, 17e-3)
N = 30
RNG = np.random.default_rng(8)
NANO = 1e-6  # kg/m3 in a ng/mL


def disc(*further, nodes=200, response=None):
    """Return a human disc with further processes."""
    return Disc(nominal_draw("III"), AX1, [*tissue_processes(LIMITED, supply(), 1.0, response=response), *further], nodes)


@pytest.fixture(scope="module")
def p():
    """Return the nominal parameters of all processes here."""
    found = disc(Granulation(), Drivers(["pressure"], [])).p
    return {k: v for k, v in found.items() if np.ndim(v) == 0}


STATE = {**{c: RNG.uniform(0, 5, N) * NANO for c in CYTOKINES}, "native": RNG.uniform(1e11, 6e12, N), "senescent": RNG.uniform(0, 1e12, N),
         "granulation": RNG.uniform(0, 1, N), "collagen_denatured": RNG.uniform(0, 1, N), "oxygen": RNG.uniform(5, 5e3, N),
         "glucose": RNG.uniform(0.1, 4, N), "lactate": RNG.uniform(1, 9, N), **{f"modifier.{m}": RNG.uniform(1, 4, N) for m in MODIFIERS}}


@pytest.mark.parametrize("process", [Cytokines(), Granulation(), Collagen()], ids=lambda q: q.name)
def test_analytic_derivatives_equal_differences(process, p):
    by_hand = process.derivatives(STATE, p | {"cell_density": 3e12, "senescent_fraction": 0.1}, 0.0, np)
    told = numeric_derivatives(process, STATE, p | {"cell_density": 3e12, "senescent_fraction": 0.1}, 0.0, np)
    for key in set(by_hand) | set(told):
        expected = np.broadcast_to(told.get(key, 0.0), N)
        np.testing.assert_allclose(np.broadcast_to(by_hand.get(key, 0.0), N), expected, rtol=1e-5, atol=1e-6 * np.abs(expected).max(), err_msg=str(key))


def test_at_rest_nothing_is_above_rest(p):
    rest = {"il1b": np.zeros(3), "tnf": np.zeros(3)}
    factors = CytokineResponse().modifiers(rest, p, 0.0, np)
    assert set(factors) == set(CytokineResponse.modifies) and all((f == 1.0).all() for f in factors.values())
    still = disc()
    c, y, g = still.initial()
    rates = still.system.rates(list(CYTOKINES), still.coupled.state(c, y, g, 0.0), 0.0)
    assert all(np.all(np.abs(r) < 1e-30) for r in rates.values())


@pytest.mark.parametrize("senescent", [0.0, 1e11, 6e11])
def test_cells_that_are_stirred_up_never_secrete_less(p, senescent):
    """Also where fewer senescent cells are left than there were: the loss itself is not stirred up."""
    state = {**STATE, "senescent": np.full(N, senescent)}
    given = p | {"cell_density": 3e12, "senescent_fraction": 0.1}
    stirred = {**state, **{f"modifier.secretion_{c}": 2 * state[f"modifier.secretion_{c}"] for c in CYTOKINES}}
    less, more = (Cytokines().source(each, given, 0.0, np) for each in (state, stirred))
    assert all(np.all(more[c] > less[c]) for c in CYTOKINES)


def test_cytokines_cost_matrix_and_cells_and_saturate(p):
    doses = np.array([0.0, 0.1, 1.0, 10.0, 1e3]) * NANO
    of = CytokineResponse().modifiers({"il1b": doses, "tnf": 0 * doses}, p, 0.0, np)
    for name in ("degradation", "death", "senescence", "secretion_il1b", "secretion_tnf", "secretion_chemokine"):
        assert np.all(np.diff(of[name]) > 0), name
    assert np.all(np.diff(of["synthesis"]) < 0) and of["synthesis"][-1] > 0
    assert of["degradation"][2] == pytest.approx(1 + p["cytokine_degradation_gain"] / 2)  # K is the dose of half effect
    assert of["degradation"][-1] < 1 + p["cytokine_degradation_gain"]


def test_little_feeds_back_by_its_square(p):
    little = np.array([1e-3, 2e-3]) * p["half_effect_il1b"]
    of = CytokineResponse().modifiers({"il1b": little, "tnf": 0 * little}, p, 0.0, np)
    for name in ("secretion_il1b", "death", "senescence"):
        assert (of[name][1] - 1) / (of[name][0] - 1) == pytest.approx(4, rel=1e-2), name


def test_a_cytokine_given_everywhere_decays_into_its_boundary():
    """Source k c0 in the nucleus: below c0 everywhere, above nothing, and more where it is given; the balance closes."""
    load = Drivers(["given_il1b"], [switch(0.0, "given_il1b", 10 * NANO, "load")])
    one = disc(load, nodes=400)
    history = run_discs([one], [0.0, DAY, 3 * DAY])[0]
    level = history.readings["il1b"]
    assert history.stopped == "" and np.all(level[0] == 0.0)
    assert 0 < max(level[-1][1:]) < level[-1][0] < 20 * NANO  # annulus and endplate, nucleus
    s = history.last
    state = one.coupled.state(s.c, s.y, s.g, s.t)
    rates = one.system.rates(["il1b"], state, s.t)["il1b"]
    i = one.coupled.names.index("il1b")
    flow = one.points.load(rates) - one.transport.apply(s.c)[i]
    free = one.transport.free[i]
    made = one.points.total(np.abs(rates))
    assert np.abs(flow[free]).sum() < 1e-4 * made and flow[~free].sum() > 0  # what is left over leaves through the boundary


def test_a_follower_is_solved_with_its_feedback():
    """Secretion that answers its own cytokine: the fixed point holds to the tolerance of the solve."""
    load = Drivers(["given_il1b", "given_tnf"], [switch(0.0, n, 5 * NANO, "load") for n in ("given_il1b", "given_tnf")])
    one = disc(load)
    history = run_discs([one], [0.0, DAY])[0]
    s = history.last
    again = one.coupled.solve(s.c, s.y, s.g, s.t, tol=1e-9)
    assert again.converged and np.max(np.abs(again.c - s.c) / one.coupled.scale) < 1e-4


class Runaway(Process):
    """An answer without end: secretion grows faster than the cytokine."""

    name, reads, modifies = "runaway", ("il1b",), ("secretion_il1b",)

    def modifiers(self, state, p, t, xp):
        return {"secretion_il1b": 1 + xp.maximum(state["il1b"] / NANO, 0.0) ** 2 * 1e6}


def test_an_answer_without_end_stops_with_a_sentence():
    load = Drivers(["given_il1b"], [switch(2 * DAY, "given_il1b", 10 * NANO, "load")])
    history = run_discs([disc(load, response=Runaway())], np.arange(5) * DAY, Control(least=600.0))[0]
    assert "2.00 d" in history.stopped and len(history.times) == 3 and np.isfinite(history.readings["height_index"]).all()


def test_granulation_secretes_feeds_and_goes():
    class Fresh(Granulation):
        def fields(self, p):
            return [Field("granulation", "1", "slow", 1.0, start=0.2)]

    one = disc(Fresh())
    tau = one.p["track_healing_time"]
    history = run_discs([one], [0.0, tau, 2 * tau], Control(tol=1e-4))[0]
    still = run_discs([disc()], [0.0, tau])[0]
    np.testing.assert_allclose(history.readings["granulation"], 0.2 * np.exp([[0], [-1], [-2]]) * np.ones(3), rtol=1e-2)
    assert np.all(np.diff(history.readings["il1b"][:, 0]) < 0) and history.readings["nerve_term"][0] == pytest.approx(0.2)
    assert history.readings["glucose_min"][0] > 1.1 * still.readings["glucose_min"][0]


def test_a_half_life_is_a_half_life():
    assert np.exp(-decay_rate(3600.0) * 3600.0) == pytest.approx(0.5)


# ---- drivers

def test_load_is_biphasic_and_a_law(p):
    pressures = np.array([0.01, 0.1, 0.3, 1.0, 5.0]) * 1e6
    f = biphasic(pressures, 0.3e6, 1.0, 0.4, np)
    assert f.argmax() == 2 and f[2] == 1.0 and np.all(f >= 0.4)
    assert Drivers(["pressure"], []).modifiers({"pressure": p["load_habitual"]}, p, 0.0, np) == {"synthesis": 1.0}
    heavy = {"pressure": 10 * p["load_habitual"]}
    assert 0 < Drivers(["pressure"], []).modifiers(heavy, p, 0.0, np)["synthesis"] < 1
    assert Drivers(["pressure"], [], biphasic_load=False).modifiers(heavy, p, 0.0, np) == {}


def test_ageing_and_growth_are_factors():
    state = {"ageing": 3.0, "growth_division": 2.0, "growth_synthesis": 1.5}
    of = Drivers(list(state), []).modifiers(state, {}, 0.0, np)
    assert of == {"death": 3.0, "senescence": 3.0, "calcification": 3.0, "division": 2.0, "synthesis": 1.5}


def test_a_driver_that_ends_leaves_the_disc_at_rest():
    on_and_off = Drivers(["ageing"], [switch(0.0, "ageing", 500.0, "ageing"), switch(30 * DAY, "ageing", 1.0, "end of ageing")])
    history = run_discs([disc(on_and_off)], [0.0, 30 * DAY, 60 * DAY])[0]
    first, then = -np.diff(history.readings["viable_cells"][:, 0])
    assert first > 50 * abs(then) and history.ledger.entries["ageing"]["end of ageing"] == pytest.approx(-499.0)
