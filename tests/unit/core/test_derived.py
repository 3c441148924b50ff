"""The registry of rules."""

import pytest

from pulposus.core.derived import derived, rule, rules
from pulposus.core.errors import InputError, PulposusError


def test_a_rule_is_found_by_name_and_misspelling_is_told() -> None:
    @derived("test_derived_volume_of_hole")
    def volume_of_hole(draw: object, region: str, grade: str) -> float:
        return 1.0

    assert rule("test_derived_volume_of_hole") is volume_of_hole
    assert "test_derived_volume_of_hole" in rules()
    with pytest.raises(InputError) as caught:
        rule("test_derived_volume_of_whole")
    assert caught.value.faults[0].nearest == "test_derived_volume_of_hole"


def test_one_name_has_one_function() -> None:
    @derived("test_derived_once")
    def first(draw: object, region: str, grade: str) -> float:
        return 1.0

    derived("test_derived_once")(first)  # the same again, as after a reload
    with pytest.raises(PulposusError, match="two functions claim"):

        @derived("test_derived_once")
        def second(draw: object, region: str, grade: str) -> float:
            return 2.0

    assert rule("test_derived_once") is first
