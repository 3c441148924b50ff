"""Faults are readable lines, errors survive a trip between processes, nearest names are found."""

import pickle

import pytest

from pulposus.core.errors import (
    Fault,
    InputError,
    NotAllowed,
    NotConverged,
    PulposusError,
    RejectedDraw,
    nearest,
    shorten,
    unknown,
)


def test_a_fault_is_one_line_even_if_what_was_given_is_not() -> None:
    fault = Fault("study.yaml", "line 3: arms.0.name", "'a\nb'", "text\nof one line", "ab")
    assert str(fault) == "study.yaml, line 3: arms.0.name: given 'a b'; allowed: text of one line; nearest: ab"


def test_a_fault_leaves_out_what_it_does_not_know() -> None:
    assert str(Fault("", "", "5", "")) == "given 5"
    assert str(Fault("a.yaml", "", "5", "6")) == "a.yaml: given 5; allowed: 6"


def test_an_input_error_shows_all_faults_and_ends_with_two() -> None:
    error = InputError(iter([Fault("a", "x", "1", "2"), Fault("a", "y", "3", "4")]))
    assert len(error.faults) == 2
    assert str(error).splitlines() == ["a, x: given 1; allowed: 2", "a, y: given 3; allowed: 4"]
    assert (error.exit_code, PulposusError.exit_code) == (2, 1)


@pytest.mark.parametrize(
    "error",
    [
        InputError([Fault("a", "x", "1", "2", "b")]),
        NotConverged("stopped at step 3", {"step": 3}),
        RejectedDraw("k_M below k_A1"),
        NotAllowed("'5 ml'", "a volume", "5 mL"),
    ],
)
def test_errors_survive_pickling(error: Exception) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_not_converged_says_its_message_and_keeps_the_partial_result() -> None:
    error = NotConverged("stopped", partial=[1, 2])
    assert str(error) == "stopped"
    assert error.partial == [1, 2]
    assert error.exit_code == 1


def test_nearest_ignores_case_and_refuses_what_is_far() -> None:
    assert nearest("TRANSANULAR", ["epidural", "transannular"]) == "transannular"
    assert nearest("HUMAN", ["Human", "human"]) == "Human"
    assert nearest("qqq", ["epidural"]) is None
    assert nearest("x", []) is None


def test_unknown_lists_choices_but_not_without_end() -> None:
    fault = unknown("route", "epidrual", ["epidural"], "s.yaml", "arms.0").faults[0]
    assert (fault.file, fault.where, fault.nearest) == ("s.yaml", "arms.0", "epidural")
    assert "epidural" in fault.allowed
    many = unknown("name", "zz", [f"n{i}" for i in range(500)]).faults[0]
    assert "500 in all" in many.allowed
    assert len(many.allowed) < 200


def test_shorten_keeps_one_line_of_at_most_eighty_characters() -> None:
    assert len(shorten("x" * 500)) == 80
    assert shorten("x" * 500).endswith("...")
    assert "\n" not in shorten({"a": "b\nc"})
