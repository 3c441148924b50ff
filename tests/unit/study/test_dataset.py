"""The dataset of a comparison: fixed dimensions, a unit on every variable, what is absent is zero or NaN."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from small_studies import FIVE, NODES, coarse_tables, study

from pulposus.study.dataset import QUANTITIES, build
from pulposus.study.plan import DAY, make_plan
from pulposus.study.rivals import rival_plans
from pulposus.study.run import run_draw

ARMS = [a["name"] for a in FIVE]


def test_the_dimensions_are_the_fixed_ones(five):
    data = five.result.dataset
    sizes = {"arm": 5, "draw": 2, "time": 6, "grade": 5, "region": 3, "rival": len(rival_plans(make_plan(five.spec, NODES))), "quantity": 2, "corner": 3}
    assert {k: data.sizes[k] for k in sizes} == sizes
    for name, (_, _, extra) in QUANTITIES.items():
        assert data[name].dims == ("arm", "draw", "time", *([extra] if extra else [])), name
    for name in ("alive_share", "arrived_share", "stopped"):
        assert data[name].dims == ("arm", "draw")
    assert data["harm_chance"].dims == ("arm", "harm", "draw") and data["parameter_value"].dims == ("parameter", "draw")
    assert data["rival_last"].dims == ("rival", "arm", "quantity", "draw")
    assert {data[n].dims for n in data if n.startswith("map_")} == {("arm", "node")}


def test_every_number_has_a_unit(five):
    data = five.result.dataset
    for name in data:
        if data[name].dtype.kind == "f":
            assert data[name].attrs.get("units"), name
    for name in ("time", "node_r", "node_z"):
        assert data[name].attrs["units"] == {"time": "day"}.get(name, "mm")


def test_the_coordinates(five):
    data = five.result.dataset
    assert list(data["arm"].values) == ARMS and list(data["draw"].values) == [0, 1]
    np.testing.assert_allclose(data["time"], [0, 7, 14, 21, 28, 35])
    assert list(data["region"].values) == ["NP", "AF", "CEP"] and list(data["grade"].values) == ["I", "II", "III", "IV", "V"]
    assert data["node_r"].max() > 15 and data["triangle"].values.max() == data.sizes["node"] - 1
    assert list(data["harm"].values) == sorted(data["harm"].values)


def test_values_in_the_units_that_are_told(five):
    data = five.result.dataset
    start = data.isel(time=0)
    np.testing.assert_allclose(start["height_index"], 100.0, rtol=1e-9)
    np.testing.assert_allclose(start["viable_cells"], 100.0, rtol=1e-9)
    assert 40 < start["t2"].median() < 160 and 5 < start["gag"].sel(region="NP").median() < 100
    assert 0 < start["glucose_min"].min() < 5 and 0.05 < start["oxygen_min"].median() < 10
    np.testing.assert_allclose(data["pfirrmann_probability"].sum("grade"), 1.0, rtol=1e-9)
    assert 1 <= data["pfirrmann"].min() and data["pfirrmann"].max() <= 5
    cells = data.sel(arm="cells")
    assert 0 < cells["alive_share"].min() and cells["arrived_share"].max() < 100
    np.testing.assert_allclose(cells["alive_share"], cells["transplanted_cells"].sel(time=28) / 6e6 * 100, rtol=1e-9)


def test_what_an_arm_never_gets_is_zero_and_a_share_of_nothing_is_absent(five):
    data = five.result.dataset
    assert (data["transplanted_cells"].sel(arm=["untreated", "saline", "exosome"]) == 0).all()
    assert (data["vesicles_present"].sel(arm=["untreated", "cells"]) == 0).all()
    assert data["vesicles_present"].sel(arm="exosome").isel(time=-1).min() > 0
    assert data["alive_share"].sel(arm="saline").isnull().all()
    assert data["harm_chance"].sel(arm="untreated").isnull().all()
    assert data["harm_chance"].sel(arm="vein", harm="lung_retention").notnull().all()
    assert data["harm_chance"].sel(arm="vein", harm="leak").isnull().all()


def test_the_maps_are_of_the_nominal_disc(five):
    data = five.result.dataset
    with coarse_tables():
        nominal = run_draw(make_plan(five.spec, NODES, None), None)
    np.testing.assert_allclose(data["map_oxygen"].sel(arm="cells"), nominal.arms["cells"].maps["oxygen"] / 1e3, rtol=1e-12)
    np.testing.assert_allclose(data["map_transplanted"].sel(arm="cells"), nominal.arms["cells"].maps["transplanted"] / 1e12, rtol=1e-12)
    assert (data["map_transplanted"].sel(arm="untreated") == 0).all()


@pytest.fixture(scope="module")
def parts():
    """Return a plan, one draw of it and the nominal one."""
    plan = make_plan(study(*FIVE[:3]), NODES)
    return plan, run_draw(plan, 0), run_draw(plan, None)


def test_an_arm_that_stopped_is_not_a_number_from_then_on(parts):
    plan, outcome, nominal = parts
    cells = outcome.arms["cells"]
    short = dataclasses.replace(cells, readings={k: v[:3] for k, v in cells.readings.items()}, stopped="no step at 15.00 d")
    never = dataclasses.replace(cells, readings={}, stopped="the disc could not be solved at the start")
    for broken, reached in ((short, 3), (never, 0)):
        changed = dataclasses.replace(outcome, arms={**outcome.arms, "cells": broken})
        data = build(plan, [0], [changed], nominal, {"oxygen: michaelis_menten": [changed]})
        for name in QUANTITIES:
            values = data[name].sel(arm="cells").isel(draw=0)
            assert values.isel(time=slice(reached)).notnull().all() and values.isel(time=slice(reached, None)).isnull().all(), name
            assert data[name].sel(arm="untreated").notnull().all()
        assert data["stopped"].sel(arm="cells").item() == broken.stopped and data["stopped"].sel(arm="saline").item() == ""
        assert data["rival_last"].sel(arm="cells").isnull().all() and data["rival_last"].sel(arm="saline").notnull().all()


def test_the_last_values_under_a_rival(parts):
    plan, outcome, nominal = parts
    data = build(plan, [0], [outcome], nominal, {"a rival": [outcome]})
    for name in ("height_index", "t2"):
        np.testing.assert_array_equal(data["rival_last"].sel(rival="a rival", quantity=name).values, data[name].isel(time=-1).values)
    np.testing.assert_allclose(data["time"].values * DAY, plan.times)


def test_a_parameter_that_a_draw_did_not_use_is_absent(parts):
    plan, outcome, nominal = parts
    more = dataclasses.replace(outcome, used={**outcome.used, "only_here": 3.0})
    data = build(plan, [0, 1], [outcome, more], nominal, {})
    assert data["parameter_value"].sel(parameter="only_here").values.tolist() == [pytest.approx(np.nan, nan_ok=True), 3.0]
    assert "rival_last" not in data and data.sizes["rival"] == 0


def test_no_draw_at_all_is_a_dataset_without_draws(parts):
    plan, _, nominal = parts
    data = build(plan, [], [], nominal, {})
    assert data.sizes["draw"] == 0 and data.sizes["arm"] == 3 and data["t2"].shape == (3, 0, 6)
