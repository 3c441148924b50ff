"""Verdicts: numbers by tolerance, range or interval, directions by the paper's own test, orders by their chance."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_ind
from small_cases import result

from pulposus.study.replay.verdict import class_chances, judge, verdict_of

DRAWS = np.linspace(8.0, 12.0, 41)


@pytest.mark.parametrize(("tolerance", "central", "agrees"), [
    ({"relative": 0.1}, 10.9, True), ({"relative": 0.1}, 11.1, False), ({"absolute": 0.5}, 9.5, True), ({"absolute": 0.5}, 9.4, False),
    ({"factor": 2}, 19.9, True), ({"factor": 2}, 4.9, False)])
def test_a_number_with_a_tolerance_is_judged_at_the_central_values(tolerance, central, agrees):
    found = judge(result(reported=10.0, tolerance=tolerance), central, DRAWS)
    assert found.predicted == central and found.agrees is agrees
    assert judge(result(reported=10.0, tolerance=tolerance), central, []).agrees is agrees


def test_a_number_without_one_is_judged_by_its_interval():
    row = result(reported=11.7, tolerance=None)
    found = judge(row, 3.0, DRAWS)
    assert (found.predicted, found.lower90, found.upper90) == (10.0, pytest.approx(8.2), pytest.approx(11.8))
    assert found.agrees and found.central == 3.0
    assert not judge(result(reported=11.9, tolerance=None), 3.0, DRAWS).agrees
    alone = judge(row, 11.7, [])
    assert alone.agrees is None and verdict_of(row, "primary", alone) == "not_scored"


def test_the_sampling_error_of_the_reported_mean_widens_the_interval():
    z = np.tile([-1.0, 1.0], 21)[:41]
    narrow, wide = (judge(result(reported=12.5, tolerance=None, sd=sd, n=4), 10.0, DRAWS, z) for sd in (0.0, 4.0))
    assert not narrow.agrees and wide.agrees
    assert wide.upper90 - wide.lower90 > narrow.upper90 - narrow.lower90


def test_a_range_holds_the_central_value_or_not():
    assert judge(result(reported=[9, 11], tolerance=None), 10.5, DRAWS).agrees
    assert not judge(result(reported=[9, 11], tolerance=None), 11.5, DRAWS).agrees


def test_draws_without_a_value_are_left_out_and_none_is_no_prediction():
    found = judge(result(reported=10.0, tolerance=None), 10.0, [*DRAWS, np.nan])
    assert found.draws == 41 and found.predicted == 10.0
    assert judge(result(reported=10.0, tolerance=None), np.nan, [np.nan]).predicted is None


def direction(**changes):
    return result(kind="direction", tolerance=None, **changes)


def test_a_direction_is_the_most_probable_class():
    down = judge(direction(reported="down", smallest=0.5), -1.0, [-2.0, -1.0, -1.0, 0.0])
    assert (down.predicted, down.agrees, down.chance) == ("down", True, 0.75)
    same = judge(direction(reported="none", smallest=5), -1.0, [-2.0, -1.0, 6.0])
    assert (same.predicted, same.agrees) == ("none", True)
    assert not judge(direction(reported="up", smallest=0.5), -1.0, []).agrees


def test_a_direction_with_sd_and_n_meets_the_papers_own_test():
    """The chance that the t test tells two groups of 8 apart, against 4000 simulated experiments."""
    rng, n, sd, gap = np.random.default_rng(1), 8, 2.0, 2.5
    first, second = rng.normal(gap, sd, (4000, n)), rng.normal(0, sd, (4000, n))
    found = ttest_ind(first, second, axis=1)
    simulated = np.mean((found.pvalue < 0.05) & (found.statistic > 0))
    chances = class_chances([gap], 0.0, sd, n)
    assert chances["up"] == pytest.approx(simulated, abs=0.025)
    assert sum(chances.values()) == pytest.approx(1.0) and chances["down"] < 1e-3
    assert class_chances([gap], 3.0, sd, n)["none"] == 1.0  # significant, and too small to matter


def order(**changes):
    return result(kind="order", reported=["low", "middle", "high"], tolerance=None, unit=None, read=None, **changes)


def test_an_order_holds_in_more_than_half_of_the_draws():
    draws = np.array([[1, 2, 3], [1, 2, 4], [2, 1, 3]], dtype=float)
    found = judge(order(), np.array([1, 2, 3.0]), draws)
    assert found.agrees and found.chance == pytest.approx(2 / 3) and found.predicted == "low < middle < high"
    upside = judge(order(), np.array([3, 2, 1.0]), np.empty((0, 3)))
    assert not upside.agrees and upside.predicted == "high < middle < low"
    level = np.array([[1, 1, 2.0]])
    assert not judge(order(), level[0], level).agrees and judge(order(ties=True), level[0], level).agrees


def test_only_a_primary_tier_is_scored_and_an_expected_miss_is_told_as_such():
    wrong = judge(result(), 99.0, [])
    assert verdict_of(result(), "primary", wrong) == "miss"
    assert verdict_of(result(expected_miss=True), "primary", wrong) == "expected_miss"
    assert verdict_of(result(expected_miss=True), "primary", judge(result(), 10.84, [])) == "hit"
    assert [verdict_of(result(), tier, wrong) for tier in ("seed_only", "memory")] == ["not_scored"] * 2
