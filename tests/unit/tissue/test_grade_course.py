"""A healthy disc run forward through degeneration, its states beside the tables of grades."""

from __future__ import annotations

import numpy as np
import pytest

from pulposus.core.parameters import ParameterSet
from pulposus.tissue.grade_course import GradeCourse, comparison, grade_course, grades_of, schedules, thresholds

NUMERALS = ("I", "II", "III", "IV", "V")


@pytest.fixture(scope="module")
def rows():
    return {(row["latent"], row["quantity"], row["grade"]): row for row in comparison()}


def test_thresholds_lie_between_the_tabulated_means():
    contents = [ParameterSet.load().lookup("aggrecan_content", "NP", "human", grade).si for grade in NUMERALS]
    cuts = thresholds("aggrecan")
    assert all(high > cut > low for high, cut, low in zip(contents, cuts, contents[1:], strict=False))
    assert cuts**2 == pytest.approx(np.array(contents[:-1]) * contents[1:])


def test_a_grade_is_never_given_back_and_one_that_is_passed_over_is_none():
    cuts = thresholds("t2")
    course = GradeCourse("made up", np.arange(6.0), {"t2": np.array([2 * cuts[0], cuts[0] * 0.99, 2 * cuts[0], cuts[2] * 0.99, cuts[2], cuts[2]])})
    found = grades_of(course, "t2")
    assert found["I"] == (0.0, 0.0, 0) and found["II"][:2] == (1.0, 2.0) and found["III"] is None and found["IV"][:2] == (3.0, 5.0)
    assert found["V"] is None


def test_the_course_falls_through_the_grades_with_one_disc():
    course = grade_course()
    assert not course.stopped and course.years[-1] == pytest.approx(80, rel=1e-3)
    for name in ("t2", "aggrecan", "water", "height", "cells", "endplate_open"):
        assert course.values[name][-1] < course.values[name][0]
    assert np.all(np.diff(course.values["senescent"]) > 0) and np.all(np.diff(course.values["annulus_damage"]) >= 0)
    starts = [state[0] for state in grades_of(course, "t2").values() if state]
    assert starts == sorted(starts) and len(starts) >= 3


def test_fragments_lost_as_in_degenerate_tissue_leave_the_measured_share_of_aggrecan():
    """Before cells age, aggrecan goes to s N (1/k_M + 1/k_F'), with both rates of Sivan: 70 % of the healthy content."""
    of = ParameterSet.load()
    k_M, healthy, degenerate = (of[n].si for n in ("intact_aggrecan_loss.human", "aggrecan_turnover.NP.human.healthy",
                                                    "fragment_loss.NP.human.degenerate"))
    course, alone = grade_course(), grade_course("ageing_alone")
    at = int(np.argmin(np.abs(course.years - 20)))
    amount = [c.values["aggrecan"][at] / (1 - c.values["porosity"][at]) for c in (course, alone)]  # per volume of the healthy nucleus
    assert amount[0] / amount[1] == pytest.approx(healthy * (1 / k_M + 1 / degenerate), rel=0.03)


def test_a_table_that_the_course_cannot_meet_is_told_as_a_miss(rows):
    """Grade V is lower than the law lets a disc be, and T2 of grade IV is shorter than its aggrecan lets it be."""
    assert rows["aggrecan", "height to grade I", "V"]["verdict"] == "miss" and rows["aggrecan", "t2", "IV"]["verdict"] == "miss"
    assert rows["t2", "t2", "V"]["verdict"] == "not reached" and rows["t2", "t2", "V"]["forward"] is None


def test_heights_of_grades_one_to_four_lie_within_the_soft_target(rows):
    for latent in ("t2", "aggrecan"):
        for grade in NUMERALS[:4]:
            row = rows[latent, "height to grade I", grade]
            assert row["ratio"] == pytest.approx(row["forward"] / row["table"]) and abs(row["ratio"] - 1) <= 0.15


def test_only_the_latent_sets_thresholds(rows):
    setters = {(latent, quantity) for (latent, quantity, _), row in rows.items() if row["verdict"] == "sets the thresholds"}
    assert setters == {("t2", "t2"), ("aggrecan", "aggrecan")}


def test_a_schedule_has_no_number_of_a_grade():
    for plan in schedules():
        assert plan["why"] and not any("grade" in event for event in plan["history"])
