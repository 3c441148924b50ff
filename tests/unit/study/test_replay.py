"""Cases run again: set-ups shared and run once, what cannot run says why, a wrong parameter turns hits into misses."""

from __future__ import annotations

import json

import numpy as np
import pytest
from small_cases import DISHES, case, row
from small_studies import CONTROL, arm, cells, plain

from pulposus.cli.output import json_text
from pulposus.core.errors import InputError
from pulposus.study.replay.case_file import load_cases
from pulposus.study.replay.document import document_of
from pulposus.study.replay.own_study import cases_of_study
from pulposus.study.replay.replay import replay
from pulposus.study.replay.verdict import VERDICTS

KEYS = ["id", "set", "tier", "kind", "quantity", "comparator", "reported", "predicted", "lower90", "upper90", "verdict"]
DIRECTION = row(quantity="change", kind="direction", read={"difference": ["starved.living", "fed.living"]}, reported="down", smallest=5,
                better_when="up", tolerance=None)
ORDER = {"quantity": "order", "quantity_zh": "次序", "kind": "order", "reported": ["starved.living", "fed.living"]}


def verdicts(rows):
    return [each.verdict for each in rows]


def test_a_number_a_direction_and_an_order_of_one_set_up():
    rows = replay([case(row(), DIRECTION, ORDER)], draws=12)
    assert verdicts(rows) == ["hit"] * 3
    number, direction, order = (each.judgement for each in rows)
    assert number.predicted == pytest.approx(100 * np.exp(-2 * 1.1111), rel=1e-3) and number.lower90 < number.predicted < number.upper90
    assert direction.predicted == "down" and direction.upper90 < 0 and order.chance == 1.0


def test_a_wrong_parameter_turns_the_hit_into_a_miss():
    tried = case(row(hard=True))
    right, wrong = replay([tried], draws=0), replay([tried], draws=0, overrides={"glucose_death_rate": "0.2 1/day"})
    assert verdicts(right) == ["hit"] and not right[0].counts_as_failure
    assert verdicts(wrong) == ["miss"] and wrong[0].counts_as_failure
    with pytest.raises(InputError, match="nearest: glucose_death_rate"):
        replay([tried], overrides={"glucose_death_rat": "0.2 1/day"})


def test_an_expected_or_soft_miss_is_no_failure():
    rows = replay([case(row(reported=50.0), row(quantity="b", reported=50.0, hard=True, expected_miss=True)),
                   case(row(reported=50.0, hard=True), tier="seed_only")], draws=0)
    assert verdicts(rows) == ["miss", "expected_miss", "not_scored"] and not any(each.counts_as_failure for each in rows)
    assert rows[2].judgement.agrees is False


def test_what_cannot_run_says_why_and_what_breaks_is_a_failure():
    dark = {"fed": {**DISHES["fed"], "species": "unicorn"}}
    cases = [case(set_up={"kind": "not_built", "needs": "wings", "needs_zh": "翅膀"}), case(row(read="fed.colour")),
             case(set_up={"kind": "dishes", "dishes": dark}), case(set_up={"kind": "disc_file", "file": "none_such.yaml"})]
    rows = replay(cases, draws=0)
    assert verdicts(rows) == ["not_run"] * 4 and [each.counts_as_failure for each in rows] == [False, False, True, False]
    entries = document_of(rows)["cases"]
    assert [each["failed"] for each in entries] == [False, False, True, False]
    assert [each["reason"] for each in entries[:2]] == ["needs wings", "needs the read-out fed.colour, which the set-up does not tell"]
    assert "unicorn" in entries[2]["reason"] and "none_such.yaml" in entries[3]["reason"]
    assert document_of(rows, "zh")["cases"][0]["reason"] == "需要翅膀"


def test_the_document_has_the_keys_of_the_contract_and_is_json():
    told = json.loads(json_text(document_of(replay([case(row(), DIRECTION, ORDER), case(row(reported=[1, 20]), set="verification")], draws=8))))
    assert set(told["summary"]) == {"verification", "validation"}
    for each in told["cases"]:
        assert list(each)[:len(KEYS)] == KEYS and each["verdict"] in VERDICTS
    validation = told["summary"]["validation"]
    number = told["cases"][0]
    inside = number["lower90"] <= number["reported"] <= number["upper90"]
    assert (validation["n"], validation["clusters"], validation["inside90"]) == (1, 1, float(inside))
    assert validation["three_class_balanced"] == {"model": 1.0, "baseline": 0.0}
    assert told["summary"]["verification"]["inside90"] is None and told["cases"][3]["lower90"] is None
    assert told["counts"]["validation"]["ordinal"]["hit"] == 2


def test_rows_that_do_not_count_stay_out_of_the_summary():
    rows = replay([case(row(), row(quantity="b", scored=False)), case(row(quantity="c"), tier="memory")], draws=8)
    assert document_of(rows)["summary"]["validation"]["n"] == 1


def test_cases_with_one_set_up_run_it_once(monkeypatch):
    from pulposus.study.replay.dishes import Dishes

    ran = []
    monkeypatch.setattr(Dishes, "predict", lambda self, sample: ran.append(sample.index) or {"starved.living": 0.1084})
    replay([case(), case(id="X02")], draws=3)
    assert ran == [None, 0, 1, 2]


def packaged(id, kind):
    return [each for each in load_cases() if each.id == id and each.set_up.kind == kind]


NOT_YET = {"not_built", "disc_file", "injured_discs"}
SET_UPS = {each.set_up.model_dump_json(): each for each in load_cases() if each.set_up.kind not in NOT_YET}


@pytest.mark.parametrize("first", SET_UPS.values(), ids=lambda each: f"{each.id}-{each.set_up.kind}-{each.source}")
def test_every_read_out_that_a_packaged_case_names_is_told(first):
    """At the central values, without draws: what is built runs, and every row has a prediction."""
    cases = [each for each in load_cases() if each.set_up == first.set_up]
    rows = replay(cases, draws=0, meshes=False)
    assert not [(each.result.quantity, each.failed, each.reason) for each in rows if each.judgement.predicted is None]


def test_the_verifications_that_need_no_disc_hit_on_a_mesh_fine_enough():
    cases = [each for each in load_cases() if each.set == "verification" and each.set_up.kind == "tracers"]
    assert verdicts(replay(cases)) == ["hit"] * 3
    discs = case(row(read="a.glucose_centre", unit="mM", reported=1.379, tolerance={"relative": 0.05}), set="verification", set_up={
        "kind": "steady_discs", "nodes": 400, "discs": {"a": {"grade": "I"}}})
    found = replay([discs])[0]
    assert found.verdict == "hit" and 0 < found.grid["of_tolerance"] < 0.2
    assert found.grid["error"] == pytest.approx(4 / 3 * abs(found.grid["medium"] - found.grid["fine"]))


REPORTED = [
    {"arm": "cells", "quantity": "height_index", "time": "5 weeks", "value": 100, "sd": 4, "n": 10, "kind": "number"},
    {"arm": "cells", "quantity": "t2", "time": "5 weeks", "value": "none", "kind": "direction"},
    {"arm": "cells", "quantity": "transplanted_cells", "time": "2 weeks", "value": "saline < cells", "kind": "order"},
    {"arm": "cells", "quantity": "vas", "time": "5 weeks", "value": 30, "kind": "number"}]


def own_study(tmp_path, *reported, **changes):
    rows = [{"tier": "primary", "set": "validation", "source": "mine", **each} for each in reported]
    data = plain(CONTROL, arm("cells", (cells(),)), reported=rows, sampling={"draws": 2, "seed": 1}, **changes)
    path = tmp_path / "own.yaml"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def test_a_users_own_study_is_held_against_what_it_reported(tmp_path):
    found = cases_of_study(own_study(tmp_path, *REPORTED))
    assert [len(each.results) for each in found] == [4] and found[0].draws == 2
    small = [each.model_copy(update={"set_up": each.set_up.model_copy(update={"nodes": 120})}) for each in found]
    rows = replay(small, meshes=False)
    assert verdicts(rows) == ["not_scored", "hit", "hit", "not_run"]  # two draws make no interval; there is no pain model yet
    assert rows[0].judgement.predicted == pytest.approx(100, abs=5) and rows[1].result.comparator == "saline"


@pytest.mark.parametrize(("change", "told"), [
    ({"value": "saline < cels", "kind": "order"}, "nearest: cells"), ({"value": "cells", "kind": "order"}, "from the lowest to the highest"),
    ({"time": "6 weeks"}, "up to the end of the follow-up, 5 weeks"), ({"set": "validtion"}, "nearest: validation"),
    ({"value": "81 ms"}, "a number"), ({"quantity": "t3"}, "reported.0.quantity")])
def test_a_broken_report_is_refused_at_its_line(tmp_path, change, told):
    with pytest.raises(InputError) as caught:
        cases_of_study(own_study(tmp_path, {**REPORTED[0], **change}))
    assert told in str(caught.value) and "line 1" in str(caught.value)


def test_a_study_without_reports_or_with_a_paper_in_two_sets_is_refused(tmp_path):
    with pytest.raises(InputError, match="at least one reported result"):
        cases_of_study(own_study(tmp_path))
    with pytest.raises(InputError, match="one paper in one set"):
        cases_of_study(own_study(tmp_path, REPORTED[0], {**REPORTED[1], "set": "calibration"}))


def test_a_disc_file_is_solved_at_the_probes_of_the_case_and_on_three_meshes():
    """The canonical disc of the examples: 1.319 mM in the centre, read by name; overrides do not reach it, so it is not run under them."""
    read = row(read="probes.middle.glucose", unit="mM", reported=1.319, tolerance={"relative": 0.03})
    mean = row(quantity="mean", read="means.NP.oxygen", unit="kPa", reported=2.0365, tolerance={"relative": 0.03})
    set_up = {"kind": "disc_file", "file": "ax1.yaml", "nodes": 1300, "probes": {"middle": ["0 mm", "0 mm"]}}
    tried = case(read, mean, set="verification", set_up=set_up)
    rows = replay([tried])
    assert verdicts(rows) == ["hit", "hit"] and all(0 < each.grid["of_tolerance"] < 0.2 for each in rows)
    changed = replay([tried], overrides={"oxygen_solubility": "0.011 mM/kPa"})
    assert verdicts(changed) == ["not_run"] * 2 and changed[0].reason.key == "replay_no_override"
