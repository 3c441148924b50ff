"""Draws: stratified by name, mutually decorrelated, untouched by other names; values cached and remembered."""

import numpy as np
import pytest

from pulposus.core.derived import derived
from pulposus.core.draws import STREAMS, Draw, u
from pulposus.core.errors import InputError, PulposusError, RejectedDraw
from pulposus.core.parameters import Parameter, ParameterSet, Spread

NAMES = [f"parameter_{i}.NP.human" for i in range(40)]


@pytest.mark.parametrize("k", range(9))
@pytest.mark.parametrize("stream", STREAMS)
def test_the_first_two_to_the_k_draws_fall_one_in_each_cell(k: int, stream: str) -> None:
    n = 2**k
    for name in NAMES[:5]:
        cells = sorted(int(n * value) for value in u(7, stream, name, np.arange(n)))
        assert cells == list(range(n))


def test_every_aligned_run_is_stratified() -> None:
    for start in (16, 48, 1024, 2**31):
        cells = sorted(int(16 * u(3, "parameter", "a", start + i)) for i in range(16))
        assert cells == list(range(16))


def test_names_are_decorrelated_pairwise() -> None:
    above = np.triu_indices(len(NAMES), 1)
    draws = np.array([u(0, "parameter", name, np.arange(64)) for name in NAMES])
    r = np.abs(np.corrcoef(draws)[above])
    assert r.mean() < 0.15
    assert r.max() < 0.5


def test_the_mean_correlation_is_that_of_independent_names_for_any_seed() -> None:
    above = np.triu_indices(len(NAMES), 1)
    for seed in range(20):
        draws = np.array([u(seed, "subject", name, np.arange(64)) for name in NAMES])
        r = np.corrcoef(draws)[above]
        assert np.abs(r).mean() < 0.15
        assert abs(r.mean()) < 0.02


def test_pairs_of_names_fill_the_square() -> None:
    one, two = (u(5, "parameter", name, np.arange(4096)) for name in ("a", "b"))
    counts = np.histogram2d(one, two, bins=8, range=[[0, 1], [0, 1]])[0]
    assert counts.min() > 30 and counts.max() < 100  # 64 expected in each of the 64 squares


def test_streams_seeds_and_names_differ() -> None:
    d = np.arange(32)
    found = [u(1, stream, "a", d) for stream in STREAMS] + [u(2, "parameter", "a", d), u(1, "parameter", "b", d)]
    for i, one in enumerate(found):
        for other in found[:i]:
            assert not np.any(one == other)


def test_reproducible_constants() -> None:
    pinned = [0.2673221038421616, 0.7673221038421616, 0.5173221038421616, 0.017322103842161596]
    assert [u(1, "parameter", "porosity.NP", d) for d in range(4)] == pinned


def test_an_array_gives_what_single_draws_give() -> None:
    d = np.array([[0, 1, 5], [2**32 - 1, 77, 12345678]])
    found = u(9, "measurement", "t2", d)
    assert found.shape == d.shape
    assert found.tolist() == [[u(9, "measurement", "t2", int(i)) for i in row] for row in d]
    assert u(9, "measurement", "t2", [3])[0] == u(9, "measurement", "t2", np.int64(3))
    assert u(9, "measurement", "t2", np.array([], dtype=int)).shape == (0,)


def test_draws_lie_inside_the_open_interval_and_are_distinct() -> None:
    found = u(4, "parameter", "x", np.arange(5000))
    assert 0 < found.min() and found.max() < 1
    assert len(set(found.tolist())) == 5000


@pytest.mark.parametrize("d", [-1, 2**32, [0, -1], [0.5]])
def test_an_index_outside_the_sequence_is_refused(d: object) -> None:
    with pytest.raises(ValueError, match="index of a draw"):
        u(1, "parameter", "a", d)  # type: ignore[call-overload]


def test_an_unknown_stream_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        u(1, "parameters", "a", 0)
    assert caught.value.faults[0].nearest == "parameter"


def record(
    symbol: str, grade: str = "any", value: float = 2.0, unit: str = "mm", rule: str = "", **names: str
) -> Parameter:
    """Return a record to draw from, uniform between half and one and a half times its value unless it has a rule."""
    spread = Spread("none", why="rule") if rule else Spread("uniform", low=value / 2, high=value * 3 / 2)
    region = names.get("region", "any")
    return Parameter(
        symbol, region, "any", grade, symbol, symbol, value, unit, spread, "assumed", "none", why="t", rule=rule
    )


@derived("twice_the_height")
def twice_the_height(draw: Draw, region: str, grade: str) -> float:
    return 2 * draw.value("height", region, grade)


@derived("never")
def never(draw: Draw, region: str, grade: str) -> float:
    raise RejectedDraw("k_M is below k_A1")


@derived("endless")
def endless(draw: Draw, region: str, grade: str) -> float:
    return draw.value("endless", region)


@derived("half_of_the_healthy")
def half_of_the_healthy(draw: Draw, region: str, grade: str) -> float:
    return draw.value("height") if grade == "I" else draw.value("worn", region, grade="I") / 2


SET = ParameterSet(
    [
        record("height"),
        record("porosity", "healthy", 0.8, "1", region="NP"),
        record("porosity", "degenerate", 0.7, "1", region="NP"),
        record("double", rule="twice_the_height"),
        record("broken", rule="never"),
        record("worn", rule="half_of_the_healthy"),
        record("endless", rule="endless"),
        record("orphan", rule="nobody_has_this_rule"),
    ]
)


def test_a_value_is_the_quantile_of_its_spread_in_si() -> None:
    for index in range(8):
        at = u(3, "parameter", "height", index)
        assert Draw(SET, 3, index, "human", "III").value("height") == pytest.approx((1.0 + 2.0 * at) * 1e-3, rel=1e-14)


def test_the_nominal_draw_gives_nominal_values_through_rules_too() -> None:
    draw = Draw(SET, 3, 5, "human", "III", nominal=True)
    assert draw.value("height") == 2e-3
    assert draw.value("double") == 4e-3
    assert draw.u("placebo") == 0.5


def test_the_grade_is_the_subjects_unless_another_is_asked_for() -> None:
    draw = Draw(SET, 3, 0, "human", "III")
    ill, well = draw.value("porosity", "NP"), draw.value("porosity", "NP", grade="I")
    assert set(draw.used) == {"porosity.NP.degenerate", "porosity.NP.healthy"}
    assert draw.used == {"porosity.NP.degenerate": ill, "porosity.NP.healthy": well}
    assert draw.value("porosity", "NP", grade="II") == well
    assert Draw(SET, 3, 0, "human", "I").value("porosity", "NP") == well


def test_a_rule_is_worked_out_from_the_same_draw_and_remembered() -> None:
    draw = Draw(SET, 3, 4, "human", "III")
    assert draw.value("double") == 2 * draw.value("height")
    assert draw.used == {"height": draw.value("height"), "double": draw.value("double")}


def test_an_overridden_rule_is_used_as_given() -> None:
    draw = Draw(SET.override({"double": "7 mm"}), 3, 4, "human", "III")
    assert draw.value("double") == 7e-3
    assert "height" not in draw.used


def test_an_added_record_changes_no_other_draw() -> None:
    more = ParameterSet([record("aaa"), *SET, record("zzz")])
    for index in range(16):
        assert Draw(more, 1, index, "rat", "I").value("height") == Draw(SET, 1, index, "rat", "I").value("height")


def test_rules_that_cannot_hold_or_end_or_be_found() -> None:
    draw = Draw(SET, 1, 0, "human", "I")
    with pytest.raises(RejectedDraw, match="k_M is below k_A1"):
        draw.value("broken")
    with pytest.raises(PulposusError, match=r"endless \(any, I\) -> endless \(any, I\)"):
        draw.value("endless")
    with pytest.raises(InputError, match="nobody_has_this_rule"):
        draw.value("orphan")
    assert draw.used == {}


def test_a_rule_may_ask_for_itself_at_another_grade() -> None:
    draw = Draw(SET, 1, 0, "human", "IV")
    assert draw.value("worn") == draw.value("worn", grade="I") / 2 == draw.value("height") / 2


def test_a_value_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = Draw(SET, 1, 0, "human", "I")
    first = draw.value("height")
    monkeypatch.setattr(ParameterSet, "lookup", lambda *_: pytest.fail("asked again"))
    assert draw.value("height") == first


def test_draws_of_a_subject_differ_from_those_of_a_parameter() -> None:
    draw = Draw(SET, 1, 0, "human", "I")
    assert draw.u("height") == u(1, "subject", "height", 0)
    assert draw.u("height") != u(1, "parameter", "height", 0)
    assert "index=0" in repr(draw)
