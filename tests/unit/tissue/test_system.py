"""The processes of a disc as one system: block elimination, who depends on whom, modifiers, shared factors."""

from __future__ import annotations

import numpy as np
import pytest
from problems import LIMITED, Solute, ax1, build, nutrition, supply

from pulposus.core.errors import PulposusError
from pulposus.tissue import operators
from pulposus.tissue.elimination import implicit_matrix, solve_blocks
from pulposus.tissue.mesh import line
from pulposus.tissue.native_cells import NativeCells
from pulposus.tissue.process import Field, Process
from pulposus.tissue.system import System
from pulposus.tissue.transport import Transport


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("columns", [1, 3])
def test_solve_blocks_against_dense_solves(size, columns):
    """Random diagonally dominant blocks at 20 points, a third of them absent, one a scalar: equal to numpy's solve."""
    rng, n = np.random.default_rng(size * 10 + columns), 20
    names, right = [f"f{i}" for i in range(size)], [f"k{i}" for i in range(columns)]
    J = {(a, b): rng.uniform(-1, 1, n) for a in names for b in names if a == b or rng.random() > 0.33}
    for name in names:
        J[name, name] = size + 1 + rng.random(n)
    J[names[-1], names[0]] = 0.7 if size > 1 else J[names[0], names[0]]
    rhs = {(a, k): rng.standard_normal(n) for a in names for k in right if rng.random() > 0.2 or a == names[0]}
    x = solve_blocks(J, rhs, names, right)
    zero = np.zeros(n)
    A = np.array([[J.get((a, b), zero) * np.ones(n) for b in names] for a in names]).transpose(2, 0, 1)
    B = np.array([[rhs.get((a, k), zero) for k in right] for a in names]).transpose(2, 0, 1)
    X = np.array([[np.broadcast_to(x.get((a, k), 0.0), n) for k in right] for a in names]).transpose(2, 0, 1)
    np.testing.assert_allclose(X, np.linalg.solve(A, B), rtol=1e-12, atol=1e-13)


class Local(Process):
    """A local field that reads some fields and feeds others."""

    def __init__(self, name, reads=(), sources=(), modifies=(), factor=1.0):
        self.name, self.reads, self.sources, self.modifies, self.factor = name, reads, (name, *sources), modifies, factor

    def fields(self, p):
        return [Field(self.name, "1", "slow", 1.0, start=1.0)]

    def source(self, state, p, t, xp):
        return {name: 0.0 * state[self.name] for name in self.sources}

    def modifiers(self, state, p, t, xp):
        return dict.fromkeys(self.modifies, self.factor)


def system(*processes):
    """Return the system of processes with one solute on a line."""
    points = operators.volumes(line("slab", [("NP", 1.0)], 4))
    return System([Solute({"NP": 1.0}, {"outer": 1.0}), *processes], {}, points, {})


def test_what_feeds_a_solute_is_coupled_and_the_rest_is_downstream():
    """Upstream by a source, by a modifier of something upstream, and through a chain; a mere reader is downstream."""
    found = system(Local("eats", ("eats",), ("c",)), Local("feeds", ("feeds",), ("eats",)), Local("looks", ("c", "looks")),
                   Local("spurs", ("spurs",), (), ("division",)), Local("grows", ("grows", "modifier.division"), ("c",)))
    assert set(found.coupled) == {"eats", "feeds", "spurs", "grows"}
    assert found.downstream == ["looks"]


def test_modifiers_multiply():
    """Two voices on one rate are a product; a rate nobody speaks about keeps factor 1."""
    found = system(Local("a", modifies=("death",), factor=2.0), Local("b", modifies=("death",), factor=0.25))
    state = found.with_modifiers({}, 0.0)
    assert state["modifier.death"] == 0.5 and state["modifier.synthesis"] == 1.0


def test_two_owners_of_a_field_are_refused():
    """The message names both."""
    with pytest.raises(PulposusError, match=r"'c'.*solute.*solute"):
        system(Solute({"NP": 1.0}, {"outer": 1.0}))


def test_a_stage_solves_the_local_equations():
    """y = y^ + tau f(y, c) holds to round-off with the rates told, to the tolerance at y itself, and dy/dc is its slope."""
    problem = nutrition(ax1(200), supply(0.5, 0.5), LIMITED, cells=NativeCells())
    names, tau = problem.system.local, 5 * 86400.0
    c, y, _ = problem.initial(glucose=0.3, lactate=6.0, oxygen=500.0)
    found = problem.coupled.solve(c, y, {}, 0.0, tau=tau, y_hat=y, tol=1e-9)
    assert found.converged and found.y["native"].min() < 0.5 * y["native"].max()
    booked = problem.system.summed(names, found.rates)
    again = problem.system.rates(names, problem.coupled.state(found.c, found.y, {}, 0.0), 0.0)
    for name in names:
        np.testing.assert_allclose(found.y[name], y[name] + tau * booked[name], rtol=1e-13)
        np.testing.assert_allclose(found.y[name], y[name] + tau * again[name], rtol=1e-7)

    def glucose_rate(c):
        """Return the rate of glucose at c with the cells that 40 fixed-point Newton rounds find there."""
        cells = dict(found.y)
        for _ in range(40):
            blocks = problem.system.jacobian(names, names, problem.coupled.state(c, cells, {}, 0.0), 0.0)
            r = problem.system.rates(names, problem.coupled.state(c, cells, {}, 0.0), 0.0)
            off = {(n, "x"): cells[n] - y[n] - tau * r[n] for n in names}
            step = solve_blocks(implicit_matrix(blocks, names, tau), off, names, ["x"])
            cells = {n: cells[n] - step[n, "x"] for n in names}
        return problem.system.rates(["glucose"], problem.coupled.state(c, cells, {}, 0.0), 0.0)["glucose"], cells

    blocks = problem.coupled.sensitivities(problem.coupled.state(found.c, glucose_rate(found.c)[1], {}, 0.0), tau, 0.0)
    step = np.zeros_like(found.c)
    step[2] = 1e-6
    slope = (glucose_rate(found.c + step)[0] - glucose_rate(found.c - step)[0]) / 2e-6
    np.testing.assert_allclose(blocks["glucose", "glucose"], slope, rtol=1e-5, atol=1e-5 * np.abs(slope).max())


def test_proportional_fields_share_one_factor_and_solve_the_same():
    """Three solutes on one mesh: one factor at rest, three in time, and both answers solve A x = b."""
    problem = nutrition(ax1(300), supply())
    transport, rng = problem.transport, np.random.default_rng(2)
    rhs = rng.standard_normal((3, problem.mesh.size)) * 1e-15
    for rates, factors in (((0.0, 0.0, 0.0), 1), ((1e-5, 1e-5, 1e-5), 3)):
        x = transport.solve(rhs, rates)
        assert len(transport._factors[rates]) == factors
        for i in range(3):
            free = transport.free[i]
            miss = (transport.matrix(i, rates[i]) @ x[i] - rhs[i])[free]
            assert np.abs(miss).max() < 1e-10 * np.abs(rhs).max() and np.all(x[i][~free] == 0)


def test_a_factor_outlives_a_change_of_another_fields_rate_but_not_of_the_stiffness():
    """Only what has a new rate is factored anew, and everything is when the disc changes its shape."""
    problem = nutrition(ax1(300), supply())
    made = []
    transport, invert = problem.transport, problem.transport.invert
    transport.invert = lambda A: made.append(A) or invert(A)
    rhs = np.random.default_rng(4).standard_normal((3, problem.mesh.size)) * 1e-15
    for rates, new in (((1e-5, 2e-5, 3e-5), 3), ((1e-5, 2e-5, 4e-5), 1), ((1e-5, 2e-5, 4e-5), 0)):
        made.clear()
        transport.solve(rhs, rates)
        assert len(made) == new
    transport.set_stretch({("NP", 1): 2.0})
    transport.solve(rhs, rates)
    assert len(made) == 3


def test_stretch_scales_the_terms():
    """A disc of half the height has twice the axial and half the radial conductance in these coordinates, and back again."""
    problem = nutrition(ax1(300), supply())
    before = problem.transport.K[0].copy()
    problem.transport.set_stretch({(r, d): (0.5, 2.0)[d] for r in ("NP", "AF", "CEP") for d in (0, 1)})
    x = problem.mesh.nodes[:, 1]
    assert x @ (problem.transport.K[0] @ x) == pytest.approx(2 * (x @ (before @ x)), rel=1e-12)
    problem.transport.set_stretch({})
    np.testing.assert_array_equal(problem.transport.K[0].toarray(), before.toarray())


def test_field_without_boundary_is_insulated():
    """A tag that a field does not name is free of flux: the total is kept in time."""
    problem = build(line("slab", [("NP", 1.0)], 20), [Solute({"NP": 1.0}, {"outer": 1.0})])
    field = Field("c", "1", "slow", 1.0, {"NP": 1.0})
    alone = Transport([field], operators.stiffness(problem.mesh), problem.points, {"c": {}})
    c = problem.mesh.nodes[:, 0][None] ** 2
    after = alone.solve(alone.mass / 0.1 * c, (1 / 0.1,))
    assert (alone.mass * after).sum() == pytest.approx((alone.mass * c).sum(), rel=1e-12)
    assert np.ptp(after) < np.ptp(c)
