"""The first screen as plain data, on datasets whose answer is known."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr

from pulposus.core.parameters import ParameterSet
from pulposus.study.compare import NODES
from pulposus.study.plan import make_plan
from pulposus.study.rivals import rival_plans
from pulposus.study.summary import DECIDED, arm_rows, assumptions, decisions, first_screen, smallest_changes

RNG = np.random.default_rng(2)
ABOUT = {"evidence": {}, "given": 0.0, "kind": "cells", "route": "transannular"}


def made(n=80, gap=1.0, rivals=None, harms=None, drive=None, unit="1", **values):
    """Return a comparison of control, "better" by `gap` and "equal"; rivals: name -> gap under it; drive: (record, slope, zero)."""
    arms = ["control", "better", "equal"]
    base = RNG.normal(100, 5, n)
    x = RNG.random((6, n))
    ahead = np.full(n, float(gap)) if drive is None else drive[1] * (x[0] - drive[2])
    last = np.stack([base, base + ahead, base + np.where(np.arange(n) % 2, 1e-3, -1e-3)])
    series = np.stack([np.broadcast_to(base, (3, n)), last], axis=-1)
    names = [drive[0] if drive else "a", *"bcdef"]
    harms = harms or {}
    chances = np.array([[np.full(n, harms.get((a, h), np.nan)) for h in sorted({k[1] for k in harms})] for a in arms])
    data = {"height_index": (("arm", "draw", "time"), series), "t2": (("arm", "draw", "time"), series.copy()),
            "alive_share": (("arm", "draw"), np.full((3, n), 10.0)), "arrived_share": (("arm", "draw"), np.full((3, n), 60.0)),
            "stopped": (("arm", "draw"), np.full((3, n), "", dtype=object)),
            "transplanted_cells": (("arm", "draw", "time"), np.full((3, n, 2), 2e6)),
            "harm_chance": (("arm", "harm", "draw"), chances.reshape(3, -1, n)), "parameter_value": (("parameter", "draw"), x)}
    if rivals:
        under = np.stack([np.stack([base, base + g, base]) for g in rivals.values()])
        data["rival_last"] = (("rival", "arm", "quantity", "draw"), np.stack([under, under], axis=2))
    records = {name: {"label": name, "label_zh": name, "origin": "assumed" if i < 4 else "measured", "unit": unit, "varies": i != 5}
               for i, name in enumerate(names)}
    attrs = {"arms": json.dumps({a: {**ABOUT, "comparator": None if a == "control" else "control"} for a in arms}),
             "records": json.dumps(records), "rivals_asked": json.dumps(list(rivals or {}))}
    coords = {"arm": arms, "draw": range(n), "time": [0.0, 365.0], "harm": sorted({k[1] for k in harms}), "parameter": names,
              "rival": list(rivals or {}), "quantity": ["height_index", "t2"]}
    return xr.Dataset(data, coords, attrs).assign(values)


def pair(data, first="better", second="control", outcome="t2"):
    """Return the decision on a pair of arms."""
    return next(p for p in decisions(data) if {p["better"], p["worse"]} == {first, second} and p["outcome"] == outcome)


# ---- what is decided

def test_a_pair_is_decided_when_every_rival_agrees():
    found = pair(made(rivals={"one": 1.0, "two": 0.5}))
    assert found["decided"] and (found["better"], found["worse"]) == ("better", "control")
    assert found["chance"] == 1.0 and found["under_rivals"] == {"one": 1.0, "two": 1.0}


def test_one_rival_that_disagrees_leaves_it_open():
    found = pair(made(rivals={"one": 1.0, "two": -1.0}))
    assert not found["decided"] and found["chance"] == 1.0 and found["under_rivals"] == {"one": 1.0, "two": 0.0}


def test_without_rivals_nothing_is_decided():
    data = made()
    assert not any(p["decided"] for p in decisions(data))
    screen = first_screen(data, "done")
    assert screen["decided"] == [] and {(p["better"], p["worse"]) for p in screen["likely"]} == {("better", "control"), ("better", "equal")}


def test_a_rival_without_a_finished_draw_decides_nothing():
    """No number is no agreement, wherever it stands among the rivals."""
    for rivals in ({"one": 1.0, "lost": np.nan}, {"lost": np.nan, "one": 1.0}, {"lost": np.nan}):
        assert not pair(made(rivals=rivals))["decided"], rivals


def test_the_chance_must_exceed_the_threshold():
    n = 100
    for wins, decided in ((96, True), (95, False)):
        data = made(n=n, rivals={"one": 1.0})
        level = data["t2"].values.copy()
        level[1, :, -1] = level[0, :, -1] + np.where(np.arange(n) < wins, 1.0, -1.0)
        found = pair(data.assign(t2=(data["t2"].dims, level)))
        assert found["chance"] == wins / n and found["holds"] is decided
    assert DECIDED == 0.95


def test_few_draws_that_all_agree_decide_nothing():
    few, enough = (pair(made(n=n, rivals={"one": 1.0})) for n in (58, 59))
    assert few["holds"] and not few["decided"] and enough["holds"] and enough["decided"]


def test_a_difference_far_below_what_an_instrument_detects_is_a_tie():
    found = pair(made(gap=1e-4, rivals={"one": 1e-4}))
    assert found["chance"] == 0.5 and not found["holds"]


def test_the_better_arm_is_named_first_whatever_the_order_of_the_arms():
    found = pair(made(gap=-1.0, rivals={"one": -1.0}))
    assert (found["better"], found["worse"], found["chance"], found["decided"]) == ("control", "better", 1.0, True)
    assert found["under_rivals"] == {"one": 1.0}


def test_a_tie_is_a_half_and_open():
    found = pair(made(rivals={"one": 1.0}), "equal", "control")
    assert found["chance"] == 0.5 and not found["decided"]


def test_every_pair_and_outcome_is_told_once():
    pairs = decisions(made())
    assert len(pairs) == 6 == first_screen(made(), "")["pairs"]
    assert len({(p["outcome"], frozenset((p["better"], p["worse"]))) for p in pairs}) == 6


# ---- rows

def test_a_row_per_arm_with_its_difference_from_its_comparator():
    rows = {row["arm"]: row for row in arm_rows(made(gap=2.0))}
    assert list(rows) == ["control", "better", "equal"]
    assert rows["better"]["t2_difference"]["median"] == pytest.approx(2.0) == rows["better"]["height_index_difference"]["median"]
    assert rows["better"]["t2_difference"]["low"] == pytest.approx(2.0)  # paired: the spread of the discs drops out
    assert rows["better"]["t2"]["high"] - rows["better"]["t2"]["low"] > 5
    assert "t2_difference" not in rows["control"] and rows["control"]["comparator"] is None
    assert rows["equal"]["alive_share"]["median"] == 10.0 and rows["equal"]["arrived_share"]["median"] == 60.0
    assert {row["stopped"] for row in rows.values()} == {0}


def test_an_effect_per_million_cells_is_that_of_the_cells_alive_at_the_end():
    rows = {row["arm"]: row for row in first_screen(made(gap=1.0), "done")["arms"]}
    assert rows["control"]["per_cell"] == {}
    assert rows["better"]["per_cell"]["t2_per_million_cells"]["median"] == pytest.approx(1.0 / 2)


def test_the_main_harm_is_the_likeliest_to_the_patient_before_any_cost():
    chances = {"osteophyte": 0.01, "pedicle_breach": 0.3, "endplate_fracture": 0.1, "lung_retention": 0.9, "leak": 0.5, "puncture_injury": 0.2}

    def main(*names):
        rows = {row["arm"]: row["harm"] for row in arm_rows(made(harms={("better", n): chances[n] for n in names}))}
        assert rows["control"] is None
        return rows["better"]

    assert main(*chances)["name"] == "pedicle_breach" and main(*chances)["median"] == pytest.approx(30.0)
    assert main("osteophyte", "leak")["name"] == "osteophyte", "a rare harm comes before a common cost"
    assert main("puncture_injury", "leak")["name"] == "leak" and main("puncture_injury")["name"] == "puncture_injury"


def test_every_harm_of_the_routes_has_a_place_in_the_order():
    from small_studies import CONTROL, FIVE, NODES, PEDICLE, UNTREATED, arm, cells, study

    from pulposus.study import summary
    from pulposus.study.plan import make_plan
    from pulposus.therapy.treatment import treat
    from pulposus.tissue.geometry import geometry_of

    plan = make_plan(study(UNTREATED, CONTROL, *FIVE[2:], arm("pedicle", (cells(), PEDICLE))), NODES)
    drawn = plan.draw(None)
    told = {h for a in plan.spec.arms for h in treat(a.doses, drawn, geometry_of(drawn, "human", "L4/L5")).harms}
    assert told - {"missed_nucleus"} <= {*summary.HARMS_TO_PATIENTS, *summary.COSTS}  # a miss is no harm to the disc, it is told by the dose delivered


# ---- what it rests on

def test_a_driving_record_is_told_with_the_value_that_reverses_the_order():
    found = assumptions(made(n=200, drive=("a", 4.0, 0.3)))
    first = found["reversing"][0]
    assert (first["record"], first["arm"], first["origin"]) == ("a", "better", "assumed")
    assert first["share"] == pytest.approx(1.0) and first["threshold"] == {"value": pytest.approx(0.3, rel=1e-6), "unit": "1"}
    assert {row["record"] for row in found["resolved"] if row["arm"] == "better"} == {"a"}


def test_the_threshold_is_told_in_the_unit_of_the_record():
    first = assumptions(made(n=200, drive=("a", 4.0, 0.3), unit="mm"))["reversing"][0]
    assert first["threshold"] == {"value": pytest.approx(300.0, rel=1e-6), "unit": "mm"}


def test_no_value_within_its_draws_reverses_the_order():
    found = assumptions(made(n=200, drive=("a", 4.0, -2.0)))
    assert found["reversing"] == [] and found["resolved"][0]["record"] == "a" and found["resolved"][0]["threshold"] is None


def test_at_most_three_that_reverse_and_the_largest_shares_first():
    found = assumptions(made(n=200, drive=("a", 4.0, 0.5)))
    assert len(found["reversing"]) <= 3
    shares = [row["share"] for row in found["resolved"]]
    assert shares == sorted(shares, reverse=True)


def test_counts_by_origin_are_of_records_and_of_what_they_explain():
    counts = assumptions(made(n=200, drive=("a", 4.0, 0.5)))["counts"]
    assert counts["assumed"]["records"] == 4 and counts["assumed"]["varying"] == 4
    assert counts["measured"]["records"] == 2 and counts["measured"]["varying"] == 1
    assert counts["assumed"]["share"] == pytest.approx(1.0) and counts["measured"]["share"] == 0.0
    assert counts["fitted"] == counts["derived"] == {"records": 0, "varying": 0, "share": 0.0}


def test_nothing_resolved_is_nothing_claimed():
    found = assumptions(made(n=6))
    assert found["resolved"] == found["reversing"] == [] and {c["share"] for c in found["counts"].values()} == {0.0}


# ---- the screen

@pytest.mark.parametrize(("n", "preview", "level"), [(199, True, 0.8), (200, False, 0.95)])
def test_fewer_than_200_draws_are_a_preview(n, preview, level):
    screen = first_screen(made(n=n), "as it ended")
    assert screen["preview"] is preview and screen["draws"] == n and screen["status"] == "as it ended"
    assert screen["arms"][1]["t2_difference"]["level"] == level and screen["follow_up_days"] == 365.0


def test_the_smallest_change_is_that_of_the_instrument():
    records, data = ParameterSet.load(), made()
    found = smallest_changes(data)
    assert found["height_index"] == pytest.approx(1.96 * 2**0.5 * records["height_index_repeatability"].value)
    start = float(np.median(data["t2"].isel(time=0)))
    assert found["t2"] == pytest.approx(1.96 * 2**0.5 * records["t2_repeatability"].value / 100 * start)


def test_the_screen_of_a_real_run(five):
    screen = json.loads(json.dumps(five.document()))
    assert [row["arm"] for row in screen["arms"]] == ["untreated", "saline", "cells", "exosome", "vein"]
    assert screen["rivals_run"] == list(rival_plans(make_plan(five.spec, NODES))) and screen["pairs"] == 20 and screen["preview"]
    rows = {row["arm"]: row for row in screen["arms"]}
    assert rows["cells"]["harm"]["name"] == "osteophyte" and rows["vein"]["harm"]["name"] == "lung_retention"
    assert rows["saline"]["harm"]["name"] == "leak" and rows["untreated"]["harm"] is None
    assert rows["cells"]["comparator"] == "saline" and rows["saline"]["comparator"] == "untreated"
    used = sum(c["records"] for c in screen["counts"].values())
    assert used == len(json.loads(five.result.dataset.attrs["records"])) > 100


def test_a_run_without_draws_has_a_screen():
    screen = first_screen(made(n=4).isel(draw=slice(0)), "0 of 4 draws finished before the run was stopped.")
    assert screen["draws"] == 0 and screen["preview"] and screen["decided"] == screen["likely"] == []
    assert all(row["t2"]["n"] == 0 for row in screen["arms"])
