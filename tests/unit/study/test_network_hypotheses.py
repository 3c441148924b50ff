"""Hypotheses of the cell network in a study: chosen by name, run as rivals where they change something."""

from __future__ import annotations

import json

import numpy as np
import pytest
from small_studies import CONTROL, UNTREATED, arm, cells, compare_small, plain, study, vesicles

from pulposus.core.errors import InputError
from pulposus.mechanism.hypotheses import choose, load_hypotheses
from pulposus.mechanism.rivals_read import rivals_read
from pulposus.report.words import rival
from pulposus.study.plan import make_plan
from pulposus.study.rivals import rival_hypotheses, rival_plans
from pulposus.study.study_file import read_study

LOADED = vesicles(dose="1e13 particles", volume="2 mL", modification="loaded", cargo=[{"name": "miR-21", "copies_per_particle": 10}])
MIR21 = arm("miR-21", (LOADED,))
INFLAMED = [{"event": "cytokine_load", "at": "-1 d", "tnf": "10 ng/mL"}]
SURE = {"cargo_full_share": 0.9, "cargo_half_life": "400 hour", "vesicle_uptake_rate": "1e-8 mL/cell/hour"}


def test_what_lies_on_a_path_is_found_and_what_does_not_is_left_out():
    of_mir21, of_fat, alone = rivals_read({"miR21": 0.9}), rivals_read({"EV_ADSC": 1.0}), rivals_read({})
    assert ("mir_21", "harmful") in of_mir21 and ("hif_1a", "loss_harms") in rivals_read({"miR145a": 0.9})
    assert {name for name, _ in of_mir21 + of_fat + alone} <= {each.id for each in load_hypotheses()}
    # in cells of the nucleus autophagy protects in either reading, and TGF-b is raised by nothing that fat cells' vesicles bring
    assert ("akt_autophagy", "protects_everywhere") not in of_mir21 + of_fat + alone
    assert ("mir_21", "protective") in rivals_read({"miR21": 0.9}, {"mir_21": "harmful"}) and ("mir_21", "harmful") not in rivals_read({"miR21": 0.9}, {"mir_21": "harmful"})


def test_a_study_that_does_not_read_the_network_has_none_of_its_rivals():
    none = {"laws": {"vesicle_effect": "none"}}
    assert rival_hypotheses(make_plan(study(UNTREATED, MIR21, model=none), 100)) == {}
    assert rival_hypotheses(make_plan(study(UNTREATED, arm("cells", (cells(),))), 100)) == {}
    assert rival_hypotheses(make_plan(study(UNTREATED, model={"laws": {"response": "network"}}), 100))
    assert "mir_21: harmful" in rival_hypotheses(make_plan(study(UNTREATED, MIR21), 100))


@pytest.fixture(scope="module")
def both():
    """Return a comparison of vesicles with miR-21 in an inflamed disc with all rivals, and the same with the other reading stated."""
    def of(chosen, **options):
        spec = study(CONTROL, MIR21, history=INFLAMED, sampling={"draws": 2, "seed": 4},
                     model={"hypotheses": chosen, "overrides": SURE})
        return compare_small(spec, **options).result.dataset
    return of({}, hypotheses="all"), of({"mir_21": "harmful"})


def test_a_rival_with_an_effect_changes_the_result_and_is_the_study_with_it_stated(both):
    every, stated = both
    harmful = every["rival_last"].sel(rival="mir_21: harmful", arm="miR-21", quantity="t2").values
    default = every["t2"].sel(arm="miR-21").isel(time=-1).values
    assert np.array_equal(harmful, stated["t2"].sel(arm="miR-21").isel(time=-1).values)
    saline = every["t2"].sel(arm="saline").isel(time=-1).values
    assert np.all(np.abs(harmful - default) > 0.01 * np.abs(default - saline)) and np.all(default != saline)
    # what is given no cargo does not answer to it, but for the steps that all arms take by one clock
    np.testing.assert_allclose(every["rival_last"].sel(rival="mir_21: harmful", arm="saline", quantity="t2").values, saline, rtol=1e-8)


def test_a_run_names_what_it_used(both):
    every, stated = (json.loads(each.attrs["hypotheses"]) for each in both)
    assert every == choose() and stated == {**choose(), "mir_21": "harmful"}
    assert rival("mir_21: harmful", "en").startswith("miR-21: miR-21 is raised in degeneration") and "miR-21" in rival("mir_21: harmful", "zh")


def test_rivals_are_those_against_what_the_study_chose():
    plan = make_plan(study(UNTREATED, MIR21, model={"hypotheses": {"mir_21": "harmful"}}), 100)
    plans = rival_plans(plan)
    assert "mir_21: protective" in plans and "mir_21: harmful" not in plans
    assert plans["mir_21: protective"].hypotheses == choose() and plans["mir_21: protective"].laws == plan.laws
    assert plans["vesicle_effect: none"].hypotheses["mir_21"] == "harmful"


def test_every_fault_of_hypotheses_is_told_at_once():
    with pytest.raises(InputError) as told:
        read_study(plain(UNTREATED, MIR21, model={"hypotheses": {"mir_21": "harmfull", "traf": "under_tnf"}}))
    assert {fault.nearest for fault in told.value.faults} == {"harmful", "traf6"}
