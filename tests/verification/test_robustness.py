"""The solver where it is hard: many cells, no oxygen, fine meshes, poor starts."""

from __future__ import annotations

import numpy as np
import pytest
from problems import LIMITED, ax1, nutrition, supply

CELLS = {"NP": 3.6e12, "AF": 5.55e12, "CEP": 13.5e12}


def crowded(factor, nodes=1300, boundary=None, tol=1e-9):
    """Solve AX-1, limiter on, with `factor` times its cells, from the supply values."""
    problem = nutrition(ax1(nodes), boundary or supply(), LIMITED, density={r: factor * n for r, n in CELLS.items()})
    return problem, problem.coupled.continued(*problem.initial(), 0.0, tol)


def test_krylov_count_does_not_depend_on_the_mesh():
    """A cold solve takes about 20 linear iterations on 305, 1305, 4959 and 20068 nodes."""
    counts = [crowded(1.0, nodes)[1].krylov for nodes in (300, 1300, 5000, 20000)]
    assert max(counts) <= 30 and max(counts) - min(counts) <= 2


@pytest.mark.parametrize("factor", [3, 10, 50])
def test_crowded_discs_converge_and_stay_positive(factor):
    """Up to fifty times the cells: converged, nothing below -1e-9, and nothing above its supply."""
    problem, solution = crowded(factor)
    assert solution.converged
    assert solution.c.min() >= -1e-9
    assert solution.c[2].max() <= 5.0 + 1e-9 and solution.c[0].max() <= 5800.0 + 1e-6
    assert np.all(solution.c[1] >= 0.8 - 1e-9)


def test_density_continuation_takes_over_where_newton_fails():
    """At fifty times the cells a cold Newton fails; continuation in density reaches the solution."""
    problem = nutrition(ax1(1300), supply(), LIMITED, density={r: 50 * n for r, n in CELLS.items()})
    assert not problem.coupled.solve(*problem.initial(), 0.0, tol=1e-9).converged
    solution = problem.coupled.continued(*problem.initial(), 0.0, 1e-9)
    assert solution.converged and solution.continued


def test_corner_without_oxygen_and_glucose():
    """0.05 kPa oxygen, 0.1 mM glucose, three times the cells: solved, positive, glucose nearly gone."""
    boundary = {"oxygen": {"endplate": 50.0, "wall": 50.0}, "lactate": {"endplate": 0.8, "wall": 0.8},
                "glucose": {"endplate": 0.1, "wall": 0.1}}
    problem, solution = crowded(3.0, boundary=boundary)
    assert solution.converged and not solution.continued
    assert solution.c[0].min() > 0 and 0 <= solution.c[2].min() < 1e-6
    influx = problem.influx(solution)
    assert influx["lactate"] == pytest.approx(-2 * influx["glucose"], rel=1e-8)


def test_the_solution_does_not_depend_on_the_start():
    """From a full and from an empty disc the same fields are reached, to 1e-8 of the supply."""
    problem, solution = crowded(2.0, 300, tol=1e-11)
    empty = problem.steady(1e-11, oxygen=0.0, lactate=10.0, glucose=0.0)
    assert np.abs((empty.c - solution.c) / problem.coupled.scale).max() < 1e-8


def test_a_failed_solve_says_so():
    """A source that is not a number ends in converged = False, never in a field that looks solved."""
    problem = nutrition(ax1(300), supply(), LIMITED, density=float("nan"))
    assert not problem.coupled.continued(*problem.initial(), 0.0, 1e-9).converged
