"""The kinetics: equal to a hand computation, to finite differences, to a tight integrator, and settled from anywhere."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from pulposus.core.errors import NotAllowed
from pulposus.mechanism.conditions import Condition, states
from pulposus.mechanism.kinetics import Kinetics, Settings
from pulposus.mechanism.network import load_network
from pulposus.mechanism.squad import SquadKinetics
from pulposus.mechanism.steady import steady_state
from pulposus.mechanism.trajectory import course

NETWORK = load_network().of("NP")
KINETICS = Kinetics(NETWORK)


def hill(x, n=1.4, e=0.5):
    B = (e**n - 1) / (2 * e**n - 1)
    return B * x**n / (B - 1 + x**n)


def some_conditions(count, seed=0):
    rng = np.random.default_rng(seed)
    ids = [node.id for node in NETWORK.nodes if node.is_input or node.is_cargo]
    return [Condition(tuple((id, float(rng.random())) for id in rng.choice(ids, 3, replace=False)), (("P38", float(rng.random())),)) for _ in range(count)]


def test_the_curve_goes_through_its_three_points():
    assert hill(0.0) == 0 and hill(0.5) == pytest.approx(0.5) and hill(1.0) == pytest.approx(1.0)
    x = np.full((KINETICS.size, 1), 0.5)
    assert KINETICS.curves(x)[: KINETICS.size] == pytest.approx(0.5)


def test_a_node_with_both_signs_and_a_ceiling_is_what_the_equation_says():
    at = NETWORK.index["PTEN"]
    edges = NETWORK.edges_into("PTEN")
    x = np.random.default_rng(1).random((KINETICS.size, 1))
    ceiling = np.full_like(x, 0.7)
    free = np.prod([1 - e.weight * hill(x[NETWORK.index[e.source], 0]) for e in edges if e.sign > 0])
    left = np.prod([1 - e.weight * hill(x[NETWORK.index[e.source], 0]) for e in edges if e.sign < 0])
    wanted = 0.7 * (1 - (1 - NETWORK["PTEN"].basal) * free) * left
    assert KINETICS.target(x, ceiling)[at, 0] == pytest.approx(wanted, rel=1e-12)


def test_an_and_gate_needs_all_its_members():
    x = np.zeros((KINETICS.size, 3))
    index = NETWORK.index
    x[index["NLRP3"], 0] = x[index["ROS"], 1] = 1.0
    x[[index["NLRP3"], index["ROS"]], 2] = 1.0
    assert KINETICS.target(x)[index["INFLAMMASOME"]] == pytest.approx([0, 0, 0.95], abs=1e-12)


@pytest.mark.parametrize("kinetics", [KINETICS, SquadKinetics(NETWORK)], ids=["logic", "squad"])
def test_the_jacobian_is_that_of_finite_differences(kinetics):
    x = np.random.default_rng(2).uniform(0.05, 0.95, (kinetics.size, 2))
    ceiling = np.random.default_rng(3).uniform(0.3, 1.0, x.shape)
    h, found = 1e-6, kinetics.jacobian(x, ceiling)
    for source in range(0, kinetics.size, 5):
        up, down = x.copy(), x.copy()
        up[source] += h
        down[source] -= h
        slope = ((kinetics.target(up, ceiling) - kinetics.target(down, ceiling)) / (2 * h)).T
        slope[:, kinetics.is_input] = 0
        assert np.abs(found[:, :, source] - slope).max() < 1e-7


def test_courses_stay_within_1e_4_of_a_tight_integrator():
    conditions = some_conditions(8)
    x, held, ceiling = states(KINETICS, conditions)
    hours = np.linspace(0, 72, 13)

    def rate(t, y):
        state = y.reshape(x.shape)
        return np.where(held, 0.0, (KINETICS.target(state, ceiling) - state) / KINETICS.tau[:, None]).ravel()

    tight = solve_ivp(rate, (0, 72), x.ravel(), "DOP853", rtol=1e-9, atol=1e-11, t_eval=hours).y.reshape(*x.shape, -1)
    found = course(KINETICS, x, held, hours, ceiling)
    assert found.complete and np.abs(found.x - np.moveaxis(tight, -1, 0)).max() < 1e-4


def test_a_stopped_course_says_so_and_keeps_what_it_reached():
    x, held, ceiling = states(KINETICS, some_conditions(1))
    calls = iter(range(1000))
    found = course(KINETICS, x, held, [0.0, 1.0, 500.0], ceiling, stop=lambda: next(calls) > 20)
    assert not found.complete and np.isfinite(found.x[1]).all() and np.isnan(found.x[2]).all()


def test_sixty_starts_of_twenty_conditions_settle_and_say_how():
    conditions = some_conditions(20, seed=4)
    x, held, ceiling = states(KINETICS, conditions)
    rng = np.random.default_rng(5)
    many = np.tile(x, 60)
    loose = np.tile(held, 60)
    many = np.where(loose, many, rng.random(many.shape))
    found = steady_state(KINETICS, many, loose, np.tile(ceiling, 60))
    assert set(found.status) <= {"newton", "pseudo_transient"} and found.residual.max() < 1e-8
    by_condition = found.x.reshape(KINETICS.size, 60, 20)
    assert np.ptp(by_condition, axis=1).max() < 1e-6  # one steady state of each


def test_a_steady_state_is_where_the_course_ends():
    x, held, ceiling = states(KINETICS, some_conditions(3, seed=6))
    ends = steady_state(KINETICS, x, held, ceiling).x
    assert np.abs(course(KINETICS, x, held, [0.0, 3000.0], ceiling).x[-1] - ends).max() < 1e-4


def test_numbers_that_bend_the_curve_the_wrong_way_are_refused():
    with pytest.raises(NotAllowed):
        Kinetics(NETWORK, Settings(hill=1.4, ec50=0.7))
    with pytest.raises(NotAllowed):
        course(KINETICS, *KINETICS.start([{}]), hours=[3.0, 1.0])
