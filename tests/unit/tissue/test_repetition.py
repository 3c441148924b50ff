"""Fixed points by repetition: they are found where plain repetition fails, and are those that last."""

import numpy as np
import pytest

from pulposus.tissue.repetition import repeated

TOL = 1e-10


def size(x, image):
    return float(np.abs(x - image).max())


def found(g, x):
    x = np.asarray(x, dtype=float)
    return repeated(g, x, g(x), size, np.ones_like(x), TOL)


@pytest.mark.parametrize("answer", [-4.0, -1.0, -0.6, 0.5, 0.99])
def test_a_linear_answer_ends_where_it_answers_itself(answer):
    x = found(lambda x: 1.0 + answer * x, [0.0, 3.0])
    assert x == pytest.approx(np.full(2, 1 / (1 - answer)), rel=1e-7)


def feeding_itself(start):
    """x = start + 4 x^2 / (1 + x^2): one state where it rests, or three of which the middle one does not last."""
    return lambda x: start + 4 * x**2 / (1 + x**2)


def rests(start):
    roots = np.roots([1.0, -4.0 - start, 1.0, -start])
    return np.sort(roots[np.abs(roots.imag) < TOL].real)


def test_what_feeds_itself_runs_to_the_state_that_lasts():
    (only,) = rests(0.3)
    assert found(feeding_itself(0.3), [0.31]) == pytest.approx(only, rel=1e-8)


@pytest.mark.parametrize(("x", "which"), [(0.0, 0), (0.18, 0), (0.2, 2), (3.0, 2)])
def test_the_state_between_two_that_last_is_not_taken(x, which):
    states = rests(0.05)
    assert len(states) == 3 and 0.18 < states[1] < 0.2
    assert found(feeding_itself(0.05), [x]) == pytest.approx(states[which], rel=1e-7)


@pytest.mark.parametrize("gain", [1.99, 1.9999, 1.999999])
def test_where_a_state_has_just_ceased_to_be_the_way_leads_on(gain):
    """x = gain x^2 / (1 + x^2) rests at 1 for a gain of 2; below it, plain repetition takes thousands of rounds to get past."""
    x = found(lambda x: gain * x**2 / (1 + x**2), [1.5])
    assert x == pytest.approx([0.0], abs=1e-6)


def test_points_that_feed_themselves_each_find_their_own():
    low, _, high = rests(0.05)
    assert found(feeding_itself(0.05), [0.0, 0.2]) == pytest.approx([low, high], rel=1e-7)


def test_nothing_is_found_where_nothing_rests():
    assert found(lambda x: x + 1.0, [0.0]) is None
    assert found(lambda x: np.full(1, np.inf), [0.0]) is None
