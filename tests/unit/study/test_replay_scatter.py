"""What lies between subjects: of one measurement, of means and differences, of changes within subjects, in the unit of the row."""

from __future__ import annotations

import pytest
from small_cases import result

from pulposus.core.draws import Draw
from pulposus.core.parameters import ParameterSet
from pulposus.study.replay.scatter import Scatter, scatter_of


def draw(species="sheep"):
    return Draw(ParameterSet.load(), 1, 0, species, "I", nominal=True)


def row(read, unit, **changes):
    return result(read=read, unit=unit, tolerance=None, kind="direction", reported="none", **changes)


def difference(outcome, first="cells", second="saline", when="8 weeks", then="8 weeks"):
    return {"difference": [f"{first}.{outcome}.{when}", f"{second}.{outcome}.{then}"]}


def test_two_groups_of_heights():
    """sqrt(8^2 + 3.25^2) = 8.635 percent; of means of 6 and 12 sqrt(1/6 + 1/12) = 0.5 of it."""
    found = scatter_of(row(difference("height_index"), "percent", n=6, n_comparator=12), draw(), 95.0)
    assert (found.sd, found.n, found.other) == (pytest.approx(8.635, abs=1e-3), 6, 12) and found.error == pytest.approx(4.317, abs=1e-3)
    assert scatter_of(row(difference("height_index"), "percent", n=6), draw(), 95.0).other == 6


def test_a_mean_by_itself_and_a_paper_with_its_own_sd():
    alone = scatter_of(row("cells.height_index.8 weeks", "percent", n=9), draw(), 90.0)
    assert (alone.other, alone.error) == (None, pytest.approx(8.635 / 3, abs=1e-3))
    assert scatter_of(row("cells.viable_cells.8 weeks", "percent", n=9, sd=6.0), draw(), 90.0) == Scatter(6.0, 9)


def test_a_scatter_in_percent_of_the_value_follows_the_value():
    """sqrt(13^2 + 7.2^2) = 14.86 percent of 80 ms; in a relative difference it is that percent itself."""
    assert scatter_of(row(difference("t2"), "ms", n=4), draw(), 80.0).sd == pytest.approx(11.89, abs=0.01)
    relative = {"relative": ["cells.t2.8 weeks", "saline.t2.8 weeks"]}
    assert scatter_of(row(relative, "percent", n=4), draw(), 3.0).sd == pytest.approx(14.86, abs=0.01)


def test_a_change_of_pain_within_persons():
    """sqrt(25^2 + 10^2) = 26.93 points; the change of a person who is half alike has sqrt(2 (1 - 0.5)) = 1 times that."""
    found = scatter_of(row(difference("vas", "cells", "cells", then="0 d"), "1", n=9), draw("human"), 55.0)
    assert (found.other, found.error) == (None, pytest.approx(8.975, abs=0.01))


@pytest.mark.parametrize("changes", [{"read": difference("height_index"), "unit": "percent"}, {"read": difference("viable_cells"), "unit": "percent", "n": 6},
                                     {"read": {"relative": ["a.vas.1 d", "b.vas.1 d"]}, "unit": "percent", "n": 6},
                                     {"read": difference("height_index"), "unit": "percent", "n": 6, "share": True}])
def test_without_a_number_of_subjects_or_a_record_there_is_none(changes):
    assert scatter_of(row(**changes), draw("human"), 50.0) is None
