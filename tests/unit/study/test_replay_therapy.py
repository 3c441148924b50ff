"""A published therapy end to end: one small study in a case, its arms, times, harms, responders and verdicts."""

from __future__ import annotations

import pytest
from small_cases import case
from small_studies import plain as study_of

from pulposus.study.replay.case_file import load_cases
from pulposus.study.replay.document import document_of
from pulposus.study.replay.replay import replay

ARMS = [{"name": "saline", "control": True, "doses": [{"route": {"kind": "transannular", "needle": "22G"}, "at": "0 d",
                                                      "product": {"kind": "vehicle", "carrier": "saline", "volume": "1 mL"}}]},
        {"name": "cells", "doses": [{"route": {"kind": "transpedicular", "needle": "14G"}, "at": "0 d",
                                     "product": {"kind": "cells", "source": "BM-MSC", "dose": "1e6 cells", "carrier": "saline", "volume": "1 mL"}}]}]
SET_UP = {"kind": "study", "nodes": 60, "meshes": False, "at": ["2 weeks"],
          "responders": {"half": {"at": "2 weeks", "any_of": [{"of": "vas", "share": "50 %"}]}},
          "study": {"version": 1, "subject": {"species": "human", "level": "L4/L5", "grade": {"scale": "pfirrmann", "value": 3}},
                    "follow_up": "2 weeks", "observe": ["height_index", "pfirrmann", "vas"], "arms": ARMS}}


def row(quantity, kind="number", **more):
    return {"quantity": quantity, "quantity_zh": "指标", "kind": kind, **more}


ROWS = [row("height", read="cells.height_index.2 weeks", unit="percent", reported=99.0, n=4),
        row("pain", "direction", read={"difference": ["cells.vas.2 weeks", "saline.vas.2 weeks"]}, unit="1", reported="none", n=20, better_when="down"),
        row("missed", read="cells.harm.missed_nucleus", unit="percent", reported=20.0, n=10, share=True),
        row("half the pain", read="cells.half", unit="percent", reported=90.0, n=30, share=True),
        row("living after loss", "order", reported=["saline.transplanted_cells.2 weeks", "cells.transplanted_cells.2 weeks"])]


@pytest.fixture(scope="module")
def told():
    rows = replay([case(*ROWS, layer="therapy", draws=8, set_up=SET_UP)])
    return {each["quantity"]: each for each in document_of(rows)["cases"]} | {"summary": document_of(rows)["summary"]["validation"]}


def test_a_height_has_the_interval_of_four_discs(told):
    """Parameters hardly move a height in two weeks; four discs with an SD of at least 3.25 do."""
    height = told["height"]
    assert height["verdict"] == "hit" and height["upper90"] - height["lower90"] > 2 * 1.64 * 3.25 / 2 and not height["grid"]


def test_shares_of_persons_and_needles_are_counted(told):
    missed, half = told["missed"], told["half the pain"]
    assert missed["predicted"] == pytest.approx(20, abs=10) and missed["lower90"] * 10 % 100 == 0 and missed["verdict"] == "hit"
    assert half["predicted"] < 50 < half["reported"] and half["verdict"] == "miss"


def test_pain_after_two_weeks_does_not_differ_and_cells_are_there(told):
    assert told["pain"]["predicted"] == "none" and told["pain"]["verdict"] == "hit" and told["pain"]["chances"]["none"] > 0.5
    assert told["living after loss"]["verdict"] == "hit"
    assert told["summary"]["n"] == 3 and told["summary"]["three_class_balanced"] == {"model": 1.0, "baseline": 0.0}


def test_the_studies_of_packaged_cases_can_be_read():
    """A study in a case is checked when it runs; here every one is, with the times and read-outs that its rows ask for."""
    from pulposus.study.study_file import read_study

    assert study_of()  # the studies of other tests are of the same form
    for each in load_cases():
        if each.set_up.kind == "study":
            spec = read_study(each.set_up.study)
            arms = {arm.name for arm in spec.arms}
            for result in each.results:
                read = result.read if isinstance(result.read, str) else result.read.pair[0] if result.read else str(result.reported[0])
                assert read.split(".")[0] in arms, (each.id, read)
