"""Verdicts: numbers by tolerance, range or interval, directions by the paper's own test, orders by their chance."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_1samp, ttest_ind
from small_cases import result

from pulposus.study.replay.scatter import Scatter
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
    """One value in every draw and 16 subjects with an SD of 8: 10 -+ 1.645 x 2."""
    same = np.full(8, 10.0)
    found = judge(result(reported=13.0, tolerance=None), 10.0, same, [Scatter(8.0, 16)] * 8)
    assert (found.lower90, found.upper90) == (pytest.approx(6.71, abs=0.08), pytest.approx(13.29, abs=0.08))
    assert found.agrees and not judge(result(reported=13.0, tolerance=None), 10.0, same).agrees
    assert not judge(result(reported=13.0, tolerance=None), 10.0, same, [Scatter(8.0, 16), *[None] * 7]).agrees  # not known of all draws


def test_a_share_of_subjects_has_the_interval_of_its_count():
    """Of 10 subjects at a chance of 30 %: 5 % and 95 % of the binomial are 1 and 5."""
    found = judge(result(reported=50.0, tolerance=None, n=10, share=True), 30.0, np.full(8, 30.0))
    assert (found.lower90, found.upper90, found.predicted, found.agrees) == (10.0, 50.0, 30.0, True)


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
    """The chance that the t test tells groups of 8 and 12 apart, against 4000 simulated experiments."""
    rng, n, m, sd, gap = np.random.default_rng(1), 8, 12, 2.0, 2.5
    found = ttest_ind(rng.normal(gap, sd, (4000, n)), rng.normal(0, sd, (4000, m)), axis=1)
    simulated = np.mean((found.pvalue < 0.05) & (found.statistic > 0))
    chances = class_chances([gap], 0.0, sd, n, m)
    assert chances["up"] == pytest.approx(simulated, abs=0.025)
    assert sum(chances.values()) == pytest.approx(1.0) and chances["down"] < 1e-3
    assert class_chances([gap], 3.0, sd, n, m)["none"] == 1.0  # significant, and too small to matter
    assert class_chances([-gap], 0.0, [sd], n, m)["down"] == pytest.approx(chances["up"])


def test_a_change_within_subjects_meets_the_one_sample_test():
    rng, n, sd, change = np.random.default_rng(2), 6, 3.0, -4.0
    found = ttest_1samp(rng.normal(change, sd, (4000, n)), 0.0, axis=1)
    simulated = np.mean((found.pvalue < 0.05) & (found.statistic < 0))
    assert class_chances([change], 0.0, sd, n)["down"] == pytest.approx(simulated, abs=0.025)
    assert class_chances([change], 0.0, sd, 1)["down"] == 1.0  # one subject has no test: the change itself counts


def test_few_subjects_make_a_true_difference_none():
    """A difference of one SD: five a group hardly see it, fifty do."""
    few, many = (judge(direction(reported="up", n=n), 1.0, [1.0] * 8, [Scatter(1.0, n, n)] * 8) for n in (5, 50))
    alone = judge(direction(reported="up", n=5), 1.0, [], [Scatter(1.0, 5, 5)])
    assert (few.predicted, many.predicted) == ("none", "up") and few.chances["up"] < 0.35 < 0.95 < many.chances["up"]
    assert alone.predicted == "none" and alone.chances == pytest.approx(few.chances)  # the central value alone meets the same test


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
