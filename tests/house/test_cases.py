"""Published cases: calibration and validation are disjoint, and what validates has not fed the model."""

from __future__ import annotations

from collections import Counter

import pytest

from pulposus.core.parameters import ParameterSet
from pulposus.core.references import load_references
from pulposus.study.replay.case_file import load_cases, one_paper_one_set

PLANNED = {f"T{n:02}" for n in range(1, 18)} | {f"M{n:02}" for n in range(1, 11)} | {"M21"}
NOT_PRIMARY = ("not_read", "secondary")


def test_every_planned_case_of_the_tissue_is_there():
    assert {case.id for case in load_cases() if case.layer == "tissue"} >= PLANNED


def test_a_paper_is_in_one_set():
    assert one_paper_one_set(load_cases()) == []
    sets = {case.set: {c.source for c in load_cases() if c.set == case.set} - {"none"} for case in load_cases()}
    assert not sets["calibration"] & sets["validation"]


def test_a_paper_that_validates_is_the_source_of_no_number_of_the_model():
    """Assumed numbers may quote a paper for the width of their range; measured, fitted and derived ones come from it."""
    fed = {record.source for record in ParameterSet.load() if record.origin in ("measured", "fitted", "derived")}
    validating = {case.source for case in load_cases() if case.set == "validation"}
    assert not fed & validating


def test_a_primary_case_was_read_in_its_source():
    known = load_references()
    claimed = [case for case in load_cases() if case.tier == "primary" and case.source != "none"]
    assert not [(case.id, case.source) for case in claimed if known[case.source].read in NOT_PRIMARY]


@pytest.mark.parametrize("case", load_cases(), ids=lambda case: f"{case.id}-{case.source}-{case.title[:20]}")
def test_a_case_says_what_a_miss_means_and_explains_what_it_expects_to_miss(case):
    assert case.means and case.means_zh and case.locator
    assert all(row.explanation and row.explanation_zh for row in case.results if row.expected_miss)


def test_no_row_is_told_twice():
    rows = Counter((case.id, row.quantity) for case in load_cases() for row in case.results)
    assert [row for row, count in rows.items() if count > 1] == []
