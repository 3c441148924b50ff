"""A history in a study: lived once before day 0, the same for all arms; what failed there is told by every arm."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from small_studies import NEEDLE, NODES, SALINE, UNTREATED, arm, cells, study

from pulposus.core.parameters import ParameterSet
from pulposus.mechanism.calibration import calibrated
from pulposus.mechanism.phenotypes import direct
from pulposus.mechanism.state_table import cache_folder
from pulposus.study import run as study_run
from pulposus.study.network_response import NetworkResponse, cargo_read, ready_tables, response_of
from pulposus.study.plan import make_plan
from pulposus.study.rivals import rival_laws
from pulposus.study.run import run_draw
from pulposus.tissue.past import live

HURT = [{"event": "lesion", "width": "20 mm", "depth": "6 mm", "at": "-8 weeks"}, {"event": "wall_nutrition", "level": "60 %", "at": "-4 weeks"}]
ARMS = (UNTREATED, arm("saline", (SALINE,), control=True), arm("cells", (cells(),)))


def run(history, *arms, index=None, **changes):
    """Return the outcome of a draw of a small study with a history."""
    return run_draw(make_plan(study(*(arms or ARMS), history=history, **changes), NODES), index)


@pytest.fixture(scope="module")
def hurt():
    """Return the outcomes of the study with and without its history."""
    return run(HURT), run([])


def test_every_arm_begins_from_the_same_hurt_disc(hurt):
    after, intact = hurt
    assert {a.stopped for a in after.arms.values()} == {""} and max(a.gap for a in after.arms.values()) < 1e-10
    for name in ("gag", "viable_cells", "glucose_min", "collagen_denatured"):
        starts = [a.readings[name][0] for a in after.arms.values()]
        np.testing.assert_allclose(starts[1], starts[0], rtol=2e-2, atol=2e-2 * np.max(starts[0]), err_msg=name)
    assert after.arms["untreated"].readings["height_index"][0] < 0.99 < intact.arms["untreated"].readings["height_index"][0] == 1.0
    assert after.arms["untreated"].readings["glucose_min"][0] < 0.95 * intact.arms["untreated"].readings["glucose_min"][0]


def test_what_was_given_up_to_day_0_goes_on(hurt):
    readings = hurt[0].arms["untreated"].readings
    assert np.all(np.diff(readings["granulation"][:, 1]) < 0) and readings["granulation"][0, 1] > 0
    assert readings["confinement"][0] < readings["confinement"][-1] < 1


def test_the_past_is_lived_once(monkeypatch):
    lived = []
    monkeypatch.setattr(study_run, "live", lambda *a, **k: lived.append(1) or live(*a, **k))
    run(HURT)
    run([])
    assert lived == [1]


def test_untreated_is_the_injury_only_course():
    """Adding arms changes the untreated arm by no more than the tolerance of the clock."""
    alone, among = (run(HURT, *arms).arms["untreated"].readings for arms in ((UNTREATED,), ARMS))
    for name in ("height_index", "gag", "confinement"):
        np.testing.assert_allclose(alone[name], among[name], rtol=1e-3, err_msg=name)


def test_a_past_that_fails_is_told_by_every_arm(monkeypatch):
    from pulposus.tissue.stepper import Stepper

    step = Stepper.step
    monkeypatch.setattr(Stepper, "step", lambda self, s, h: None if -30 * 86400.0 < s.t < 0 else step(self, s, h))
    found = run(HURT)
    assert all("the history before day 0 stopped" in a.stopped and "-" in a.stopped and a.readings == {} for a in found.arms.values())


def test_rivals_of_events_run_where_there_are_such_events():
    extra = [set(rival_laws(make_plan(study(UNTREATED, history=h), NODES))) for h in (
        [], [{"event": "load", "pressure": "1 MPa", "at": "-1 d"}], [{"event": "calcification", "extent": "20 %", "at": "-1 d"}])]
    assert extra[1] - extra[0] == {"load: none"} and extra[2] - extra[0] == {"calcification: neutral", "calcification: opens"}


def test_a_second_needle_finds_the_first_wound():
    hurt = run([{"event": "puncture", "needle": "14G", "at": "-1 d"}], UNTREATED, arm("saline", ({**SALINE}, NEEDLE), control=True))
    untreated, saline = (hurt.arms[n].readings["confinement"][0] for n in ("untreated", "saline"))
    assert untreated < 1 and saline <= untreated


def test_the_network_can_take_the_place_of_the_simple_law():
    assert response_of({"response": "simple"}).name == "cytokine response" and isinstance(response_of({"response": "network"}), NetworkResponse)
    state = {"il1b": np.array([0.0, 1e-5]), "tnf": np.zeros(2), "oxygen": np.full(2, 3e3)}
    process = response_of({"response": "network"})
    p = {symbol: ParameterSet.load().lookup(symbol).si for symbol in NetworkResponse.parameters}
    of = process.modifiers(state, p, 0.0, np)
    assert process.modifiers(dict(state), p, 0.0, np) is of
    assert set(of) == set(NetworkResponse.modifies) and of["degradation"][1] > 1.2 * of["degradation"][0]
    solved = direct({"il1b": [0.0, 10.0], "tnf": 0.0, "oxygen": 3.0, "load": 0.0}, settings=calibrated())
    for name, exact in (("degradation", solved.degradation), ("synthesis", solved.synthesis), ("division", solved.division)):
        np.testing.assert_allclose(of[name], exact, rtol=0.02)


def test_the_tables_of_a_study_are_made_before_it_runs():
    exosome = SimpleNamespace(kind="vesicles", source="BM-MSC")
    assert cargo_read({"response": "simple", "vesicle_effect": "none"}, [[exosome]]) == [] == cargo_read({"vesicle_effect": "network"}, [[], []])
    read = cargo_read({"response": "simple", "vesicle_effect": "network"}, [[exosome, exosome], [exosome]])
    assert read == [{"EV_BMSC": 1.0}] and ready_tables(read) >= 0.0 == ready_tables([])
    assert list(cache_folder().glob("states-*.npz"))
