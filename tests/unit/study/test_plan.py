"""The plan of a run: output times, grades of draws, overrides, the glucose limiter, accepted and rejected draws."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from small_studies import UNTREATED, study

from pulposus.core.errors import PulposusError
from pulposus.core.parameters import ParameterSet
from pulposus.study.plan import DAY, WEEK, accepted_draws, make_plan, output_times

YEAR = 365.25 * DAY
RATE = "intact_aggrecan_loss.human"


def plan_of(*arms, nodes=160, seed=None, laws=None, **changes):
    """Return the plan of a small study."""
    return make_plan(study(*arms, **changes), nodes, seed, laws)


# ---- output times

@pytest.mark.parametrize("follow_up", [0.2 * DAY, 3 * DAY, 20 * DAY, 28 * DAY, 29 * DAY, 35 * DAY, YEAR, 2 * YEAR, 3 * YEAR, 50 * YEAR])
def test_output_times_hold_the_start_day_28_and_the_end(follow_up):
    times = output_times(follow_up)
    assert times[0] == 0 and times[-1] == follow_up and np.all(np.diff(times) > 0)
    assert min(28 * DAY, follow_up) in times
    assert len(times) <= 158


def test_output_is_weekly_up_to_three_years_and_coarser_after():
    weekly = output_times(3 * YEAR)
    assert {k * WEEK for k in range(157)} <= set(weekly)
    long = output_times(30 * YEAR)
    assert len(long) == 158 and np.diff(long).max() == pytest.approx(30 * YEAR / 156)


# ---- grades

@pytest.mark.parametrize(("value", "numeral"), [(1, "I"), (2, "II"), (3, "III"), (4, "IV"), (5, "V")])
def test_a_grade_is_that_of_every_draw(value, numeral):
    plan = plan_of(grade=value)
    assert {plan.draw(i).grade for i in (None, 0, 1, 2)} == {numeral}


@pytest.mark.parametrize("value", range(1, 9))
def test_modified_grades_map_by_the_records(value):
    numeral = ("I", "II", "III", "IV", "V")[int(ParameterSet.load()[f"modified_pfirrmann_{value}"].value) - 1]
    assert plan_of(grade=value, scale="modified_pfirrmann").draw(0).grade == numeral


def test_the_map_of_modified_grades_can_be_overridden():
    changed = plan_of(grade=6, scale="modified_pfirrmann", model={"overrides": {"modified_pfirrmann_6": 5}})
    assert changed.draw(0).grade == "V" and plan_of(grade=6, scale="modified_pfirrmann").draw(0).grade == "IV"


def test_a_range_gives_one_grade_per_draw_and_each_as_often():
    plan = plan_of(grade=[2, 5])
    grades = [plan.draw(i).grade for i in range(64)]
    assert {g: grades.count(g) for g in set(grades)} == {"II": 16, "III": 16, "IV": 16, "V": 16}
    assert grades == [plan.draw(i).grade for i in range(64)]
    assert plan.draw(None).grade in ("III", "IV")
    modified = plan_of(grade=[3, 6], scale="modified_pfirrmann")
    assert {modified.draw(i).grade for i in range(32)} == {"III", "IV"}


# ---- laws, overrides, seed

def test_a_rival_replaces_one_law():
    usual, rival = plan_of(), plan_of(laws={"oxygen": "michaelis_menten"})
    assert {k for k in usual.laws if usual.laws[k] != rival.laws[k]} == {"oxygen"}


def test_an_override_changes_its_value_and_nothing_else():
    plain, changed = plan_of(), plan_of(model={"overrides": {"paracrine_synthesis_gain": 0.5, "cell_density.NP.human": "2e6 cell/mL"}})
    a, b = plain.draw(3), changed.draw(3)
    assert b.value("paracrine_synthesis_gain") == 0.5 != a.value("paracrine_synthesis_gain")
    assert b.value("cell_density", "NP") == 2e12
    assert all(a.value(s) == b.value(s) for s in ("leak_share", "thaw_viability", "endplate_open", "glucose_limiter"))
    assert set(plain.parameters.diff(changed.parameters)) == {"paracrine_synthesis_gain", "cell_density.NP.human"}


def test_a_stated_glucose_limiter_is_fixed_and_one_left_out_is_drawn():
    left_out, stated = plan_of(), plan_of(model={"laws": {"glucose_limiter": "0.2 mM"}})
    assert len({left_out.draw(i).value("glucose_limiter") for i in range(8)}) == 8
    assert {stated.draw(i).value("glucose_limiter") for i in (None, *range(8))} == {0.2}
    usual = plan_of(model={"laws": {"glucose_limiter": "0.05 mM"}})  # the default, but stated
    assert [usual.draw(i).value("glucose_limiter") for i in range(8)] == pytest.approx([0.05] * 8, rel=1e-12)
    override = {"glucose_limiter": {"value": "0.1 mM", "spread": {"kind": "uniform", "low": 0.05, "high": 0.2}}}
    both = plan_of(model={"laws": {"glucose_limiter": "0.2 mM"}, "overrides": override})
    assert len({both.draw(i).value("glucose_limiter") for i in range(8)}) == 8  # what names the record wins
    assert plan_of(model={"laws": {"glucose_limiter": "none"}}).laws["glucose_limiter"] is None


def test_the_seed_of_the_study_or_another():
    spec = {"sampling": {"draws": 2, "seed": 5}}
    assert plan_of(**spec).seed == 5 and plan_of(seed=0, **spec).seed == 0
    values = {seed: plan_of(seed=seed).draw(0).value("leak_share") for seed in (1, 2)}
    assert values[1] != values[2] == plan_of(seed=2).draw(0).value("leak_share")


def test_a_plan_goes_to_another_process_whole():
    plan = plan_of(model={"overrides": {"leak_share": 0.1}})
    again = pickle.loads(pickle.dumps(plan))
    assert again.draw(4).value("injection_stiffness") == plan.draw(4).value("injection_stiffness")
    assert again.draw(4).value("leak_share") == 0.1 and again.spec == plan.spec


# ---- accepted and rejected

def test_draws_that_hold_are_the_first_ones():
    assert accepted_draws(plan_of(), 4) == ([0, 1, 2, 3], {})


def test_a_draw_that_cannot_hold_is_rejected_counted_and_replaced():
    wide = {"value": "0.13 1/yr", "spread": {"kind": "uniform", "low": 0.03, "high": 0.2}}
    plan = plan_of(UNTREATED, model={"overrides": {RATE: wide}})
    accepted, rejected = accepted_draws(plan, 12)
    assert len(accepted) == 12 and 1 <= len(rejected) <= 40
    assert sorted([*accepted, *rejected]) == list(range(accepted[-1] + 1))
    for index in accepted:
        drawn = plan.draw(index)
        for region in ("NP", "AF", "CEP"):
            assert drawn.value("intact_aggrecan_loss", region) > drawn.value("aggrecan_turnover", region)
    assert all("fragment loss" in why or why for why in rejected.values())
    more, _ = accepted_draws(plan, 16)
    assert more[:12] == accepted


def test_when_hardly_any_draw_holds_the_reason_is_told():
    plan = plan_of(model={"overrides": {RATE: "0.001 1/yr"}})
    with pytest.raises(PulposusError, match=r"only 0 of 40 draws hold together: .*fragment loss"):
        accepted_draws(plan, 1)
