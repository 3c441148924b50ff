"""Published untreated courses: found by species and injury, their numbers those of the cases, and held against the end of a course."""

from __future__ import annotations

import pytest

from pulposus.core.vocabulary import names
from pulposus.study.replay.case_file import load_cases
from pulposus.study.replay.untreated import beside_course, published_courses


def course(species, event, **readings):
    """Return the parts of a course's answer that are looked at."""
    return {"species": species, "history": [event], "course": readings}


def test_published_courses_are_those_of_their_species_and_injury_alone():
    assert published_courses("sheep", ["load"]) == []
    assert [row["id"] for row in published_courses("rat", ["puncture"])] == ["M05", "M06", "M09"]
    assert {row["id"] for row in published_courses("sheep", ["nucleotomy"])} == {"M10", "M11"}
    assert beside_course(course("human", "nucleotomy")).startswith("none")


def test_every_untreated_course_of_the_cases_is_found():
    cases = [case for case in load_cases() if case.untreated]
    assert len(cases) == 11
    for case in cases:
        rows = published_courses(case.species, case.untreated.events)
        assert case.locator in {row["told"] for row in rows} and set(case.untreated.events) <= set(names("event"))


@pytest.mark.parametrize(("end", "inside"), [(74.9, False), (75.0, True), (85.0, True), (85.1, False)])
def test_the_end_of_a_course_is_held_against_the_row_of_the_case(end, inside):
    reported = next(row.reported for case in load_cases() if case.id == "M12" for row in case.results if row.quantity == "height, saline")
    row = beside_course(course("sheep", "lesion", height_index=[100.0, end]))[0]
    assert row["id"] == "M12" and tuple(row["band"]) == reported == (75.0, 85.0)
    assert row["predicted_at_end"] == end and row["inside"] is inside


def test_one_number_is_a_band_of_its_own_and_a_direction_is_none():
    by = {row["id"]: row for row in beside_course(course("rat", "puncture", height_index=[100.0, 90.0], t2=[60.0, 63.6]))}
    assert by["M09"]["band"] == [-20.0, -20.0] and by["M09"]["predicted_at_end"] is None
    assert by["M06"]["band"] is None and by["M06"]["predicted_at_end"] == 90.0 and by["M06"]["inside"] is None
    assert by["M05"]["inside"] is True and by["M05"]["band"] == [pytest.approx(63.6 - 5.9), pytest.approx(63.6 + 5.9)]
