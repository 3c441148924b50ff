"""Cases read from a file: every fault at once, with the nearest name."""

from __future__ import annotations

import json

import pytest
from small_cases import plain, row

from pulposus.core.errors import InputError
from pulposus.study.replay.case_file import one_paper_one_set, read_cases


def written(tmp_path, *cases):
    path = tmp_path / "cases.yaml"
    path.write_text(json.dumps({"schema": "cases/1", "cases": list(cases)}, ensure_ascii=False), encoding="utf-8")
    return path


def faults(tmp_path, *cases):
    with pytest.raises(InputError) as caught:
        read_cases(written(tmp_path, *cases))
    return "\n".join(str(fault) for fault in caught.value.faults)


def left_alone(**changes):
    """Return what a case says of discs that were injured and left alone."""
    return {"level": "tail", "events": ["puncture"], "quantity": "height_index", "unit": "percent", **changes}


def without(data, *keys):
    return {key: value for key, value in data.items() if key not in keys}


@pytest.mark.parametrize(("case", "told"), [
    (plain(without(row(), "unit")), "results.0.unit: given nothing; allowed: required: the unit"),
    (plain(row(unit="mq")), "results.0.unit: given 'mq'"),
    (plain(set="validatoin"), "nearest: validation"),
    (plain(tier="first"), "primary"),
    (plain(layer="tisue"), "nearest: tissue"),
    (plain(source="BIB40"), "cases.0.source: given 'BIB40'"),
    (plain(source="none"), "none for a verification alone"),
    (plain(without(row(), "read")), "results.0.read: given nothing"),
    (plain(row(reported="up")), "results.0.reported: given 'up'; allowed: a value of kind number"),
    (plain(row(kind="direction", reported="upp")), "nearest: up"),
    (plain(untreated=left_alone(row="heigt")), "untreated.row: given 'heigt'; allowed: the quantity of a result of kind number"),
    (plain(untreated=left_alone(events=["punctur"])), "nearest: puncture"),
    (plain(untreated=left_alone(band=[2, 1])), "untreated.band: given [2, 1]; allowed: lowest value first"),
    (plain(untreated=left_alone(row=row()["quantity"], band=[1, 2])), "the row holds the number"),
    (plain(untreated=left_alone(unit="percnt")), "percnt"),
    (plain(row(reported=[3, 1])), "a range [least, most]"),
    (plain(row(reported=float("nan"))), "results.0.reported"),
    (plain(row(tolerance={"relative": 0.1, "absolute": 2})), "one of relative, absolute and factor"),
    (plain(row(read={"ratio": ["a", "b"], "difference": ["a", "b"]})), "one of relative, difference and ratio"),
    (plain(row(hard="yes")), "results.0.hard"),
    (plain(set_up={"kind": "dishis", "dishes": {}}), "set_up"),
    (plain(set_up={"kind": "dishes", "dishes": {"a": {"oxygen": "5 kPa", "glucose": "5", "after": "2 d"}}}), "glucose"),
    (plain(draws=-1), "draws"),
    (plain(colour="red"), "colour")])
def test_a_broken_case_is_refused_where_it_is_broken(tmp_path, case, told):
    assert told in faults(tmp_path, case)


def test_all_faults_of_all_cases_are_told_at_once(tmp_path):
    said = faults(tmp_path, plain(set="validatoin"), plain(without(row(), "unit")))
    assert "cases.0.set" in said and "cases.1.results.0.unit" in said and "line 1" in said


def test_a_case_may_have_the_set_up_of_an_earlier_one(tmp_path):
    first, second = read_cases(written(tmp_path, plain(), plain(id="X02", set_up={"as": "X01"})))
    assert second.set_up == first.set_up
    assert "set_up" in faults(tmp_path, plain(set_up={"as": "X02"}))


def test_a_paper_that_calibrates_and_validates_is_a_fault(tmp_path):
    both = read_cases(written(tmp_path, plain(), plain(set="calibration")))
    assert [(fault.where, fault.given) for fault in one_paper_one_set(both)] == [("BIB04", "calibration and validation")]
    assert one_paper_one_set(both[:1]) == []
