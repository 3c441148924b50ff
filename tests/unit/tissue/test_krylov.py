"""GMRES against dense solves, its stopping rule, and what it does with nought."""

from __future__ import annotations

import numpy as np
import pytest

from pulposus.tissue.krylov import gmres


@pytest.mark.parametrize("size", [1, 5, 40])
def test_gmres_against_dense_solves(size):
    """Random matrices near the identity: x as a dense solve has it, to 1e-9, in at most `size` iterations."""
    rng = np.random.default_rng(size)
    A, b = np.eye(size) + 0.3 * rng.standard_normal((size, size)) / np.sqrt(size), rng.standard_normal(size)
    x, iterations = gmres(lambda v: A @ v, b, 1e-12, size)
    np.testing.assert_allclose(x, np.linalg.solve(A, b), rtol=1e-9, atol=1e-11)
    assert iterations <= size


def test_it_stops_at_the_tolerance_and_no_later():
    """The residual is below rtol |b|, and one iteration fewer would not have been enough."""
    rng = np.random.default_rng(1)
    A, b = np.eye(60) + rng.standard_normal((60, 60)) / 16, rng.standard_normal(60)
    x, iterations = gmres(lambda v: A @ v, b, 1e-4, 60)
    assert np.linalg.norm(b - A @ x) <= 1e-4 * np.linalg.norm(b)
    fewer, _ = gmres(lambda v: A @ v, b, 1e-4, iterations - 1)
    assert np.linalg.norm(b - A @ fewer) > 1e-4 * np.linalg.norm(b)


def test_nothing_to_solve_takes_no_iteration():
    """b = 0 gives x = 0 without asking for a product; an exact first direction ends at once."""
    assert gmres(lambda v: 1 / 0, np.zeros(3), 1e-6, 10)[1] == 0
    x, iterations = gmres(lambda v: 2 * v, np.array([1.0, 2.0]), 1e-12, 10)
    assert iterations == 1 and x.tolist() == [0.5, 1.0]
