"""What the numbers of a set amount to: exact intervals, papers counted once, scores beside their baseline, balanced recall."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from pulposus.study.replay.coverage import Scored, clopper_pearson, coverage_power, interval_score, summary_of

KEYS = ["n", "clusters", "inside90", "inside90_ci", "three_class_balanced", "interval_score", "interval_score_baseline",
        "width_over_sd", "scored", "power"]


@pytest.mark.parametrize(("inside", "n"), [(0, 5), (3, 7), (9, 10), (6, 6)])
def test_the_interval_of_coverage_is_the_exact_binomial_one(inside, n):
    exact = binomtest(inside, n).proportion_ci(0.95, "exact")
    np.testing.assert_allclose(clopper_pearson(inside, n), (exact.low, exact.high), atol=1e-9)


def number(paper, y, low=0.0, high=2.0, measure="", species="human"):
    return Scored(paper, measure, species, y, low, high)


def test_a_paper_counts_once():
    found = summary_of([number("A", 1), number("A", 1), number("A", 9), number("A", 9), number("B", 1)], [])
    assert list(found) == KEYS
    assert (found["n"], found["clusters"], found["inside90"]) == (5, 2, 0.75)
    low, high = found["inside90_ci"]
    assert low < binomtest(2, 2).proportion_ci(0.95, "exact").low and low > binomtest(1, 2).proportion_ci(0.95, "exact").low
    assert high == pytest.approx(1.0, abs=0.01)


def test_scores_are_over_the_sd_of_the_calibration_and_beside_its_baseline():
    """Calibration 8 and 12: SD 2.83. The prediction [9, 11] for 10 scores 2 / 2.83, mean +- 1.645 SD scores 3.29."""
    calibration = [number("C", 8, measure="t2"), number("D", 12, measure="t2")]
    found = summary_of([number("A", 10, 9, 11, "t2"), number("B", 10, 9, 11, "other")], calibration)
    assert found["interval_score"] == pytest.approx(2 / np.sqrt(8))
    assert found["interval_score_baseline"] == pytest.approx(2 * 1.6449, rel=1e-3)
    assert (found["width_over_sd"], found["scored"]) == (pytest.approx(2 / np.sqrt(8)), 1)
    once = summary_of([number("A", 10, 9, 11, "t2")], calibration[:1])
    assert (once["width_over_sd"], once["scored"]) == (None, 0)
    assert once["interval_score"] is None and once["interval_score_baseline"] is None
    assert summary_of([number("A", 10, 9, 11, "t2", "rat")], calibration)["interval_score"] is None
    assert interval_score(0, 1, 1.5) == pytest.approx(1 + 20 * 0.5)


def test_three_classes_are_balanced_over_those_reported():
    said = [("worse", "worse"), ("worse", "none"), ("none", "none"), ("better", "none")]
    rows = [Scored("A", reported_class=r, predicted_class=p) for r, p in said]
    assert summary_of(rows, [])["three_class_balanced"] == {"model": pytest.approx((0.5 + 1 + 0) / 3), "baseline": pytest.approx(1 / 3)}


def test_the_power_of_coverage_is_that_of_the_exact_interval():
    """Six papers reject 0.90 with three or fewer inside (exact upper end 0.882); of ten, with six or fewer (0.878)."""
    assert coverage_power(0.5, 6) == pytest.approx(binom.cdf(3, 6, 0.5)) and coverage_power(0.7, 10) == pytest.approx(binom.cdf(6, 10, 0.7))
    assert summary_of([number(str(i), 1) for i in range(6)], [])["power"] == {"0.7": pytest.approx(binom.cdf(3, 6, 0.7)),
                                                                              "0.5": pytest.approx(binom.cdf(3, 6, 0.5))}


def test_what_does_not_apply_is_none():
    empty = summary_of([], [])
    assert (empty["n"], empty["clusters"], empty["inside90"], empty["inside90_ci"], empty["interval_score"]) == (0, 0, None, None, None)
    assert empty["three_class_balanced"] == {"model": None, "baseline": None}
    assert summary_of([Scored("A", reported=1.0)], [])["inside90"] is None  # a number that was only verified
