"""The main job: bit-equal for any number of workers and when repeated, honest when interrupted, rivals on the same draws."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr
from small_studies import (
    CONTROL,
    FIVE,
    NODES,
    PEDICLE,
    UNTREATED,
    StopAfter,
    arm,
    cells,
    compare_module,
    compare_small,
    plain,
    study,
)

from pulposus.core.errors import PulposusError
from pulposus.core.result import Result
from pulposus.core.vocabulary import terms
from pulposus.study.compare import difference, repeat
from pulposus.study.plan import make_plan
from pulposus.study.rivals import rival_hypotheses, rival_laws, rival_plans
from pulposus.study.study_file import read_study

DATA = plain(UNTREATED, CONTROL, FIVE[2], sampling={"draws": 3, "seed": 2})
TEXT = json.dumps(DATA)


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    """Return a comparison of three arms, and the folder it is saved in."""
    found = compare_small(read_study(DATA), TEXT, ceilings=True, name="small.yaml")
    return found, found.result.save(tmp_path_factory.mktemp("usual"))


@pytest.fixture
def coarse(monkeypatch):
    """Hold the mesh of comparisons to the small one."""
    monkeypatch.setattr(compare_module, "NODES", NODES)


# ---- the same numbers

def test_two_workers_give_the_bytes_of_one(usual, tmp_path):
    found, folder = usual
    other = compare_small(read_study(DATA), TEXT, ceilings=True, name="small.yaml", workers=2)
    assert other.result.dataset.identical(found.result.dataset)
    assert (other.result.save(tmp_path) / "results.nc").read_bytes() == (folder / "results.nc").read_bytes()


def test_a_run_is_repeated_from_its_record(usual, tmp_path, coarse):
    found, folder = usual
    again = repeat(folder / "run.json", workers=1)
    assert again.result.dataset.identical(found.result.dataset) and again.result.status == found.result.status
    assert (again.result.save(tmp_path) / "results.nc").read_bytes() == (folder / "results.nc").read_bytes()
    assert again.result.record.timeless() == found.result.record.timeless()


def test_a_run_with_other_draws_and_seed_is_repeated_as_it_was_run(tmp_path, coarse):
    found = compare_small(read_study(DATA), TEXT, draws=2, seed=9, ceilings=True)
    assert found.result.dataset.sizes["draw"] == 2 and found.result.record.seed == 9
    again = repeat(found.result.save(tmp_path) / "run.json", workers=1)
    assert again.result.dataset.identical(found.result.dataset)


def test_a_repeat_with_other_versions_or_data_says_so(usual, tmp_path, coarse):
    _, folder = usual
    record = json.loads((folder / "run.json").read_text("utf-8"))
    record["versions"]["numpy"] = "0.1"
    record["data_files"] = {"references.yaml": "0"}
    del record["data_sha256"]
    changed = tmp_path / "run.json"
    changed.write_text(json.dumps(record), "utf-8")
    assert repeat(changed, workers=1).result.status.endswith("Repeated with other numpy, data than recorded: the numbers may differ.")


def test_a_result_is_read_as_it_was_saved(usual):
    found, folder = usual
    xr.testing.assert_identical(Result.load(folder).dataset.drop_vars("stopped"), found.result.dataset.drop_vars("stopped"))
    assert Result.load(folder).dataset["stopped"].values.tolist() == found.result.dataset["stopped"].values.tolist()


def test_draws_are_those_of_the_seed(usual):
    found, _ = usual
    fewer, other = compare_small(read_study(DATA), draws=2), compare_small(read_study(DATA), draws=2, seed=5)
    np.testing.assert_array_equal(fewer.result.dataset["t2"].values, found.result.dataset["t2"].isel(draw=slice(2)).values)
    assert (fewer.result.dataset["t2"].values != other.result.dataset["t2"].values).all()


def test_a_new_arm_leaves_the_draws_of_the_others(usual, five):
    found, _ = usual
    narrow, wide = found.result.dataset, five.result.dataset
    shared = list(narrow["parameter"].values)
    assert set(shared) <= set(wide["parameter"].values)
    np.testing.assert_array_equal(wide["parameter_value"].sel(parameter=shared), narrow["parameter_value"].isel(draw=slice(2)))


# ---- what the run says

def test_a_finished_run(usual):
    found, _ = usual
    assert found.exit_code == 0 and not found.interrupted and found.result.status == "3 of 3 draws finished."
    attrs = {k: json.loads(v) for k, v in found.result.dataset.attrs.items()}
    assert attrs["arms"]["cells"]["comparator"] == "saline" and attrs["arms"]["cells"]["given"] == 6e6
    assert attrs["arms"]["untreated"]["comparator"] is None and attrs["arms"]["untreated"]["kind"] == "untreated"
    assert attrs["arms"]["cells"]["evidence"]["level"] == "human_rct" and attrs["rejected"] == {}
    assert attrs["laws"]["oxygen"] == "bibby" and [row["endplate_diffusivity"] for row in attrs["ceilings"]] == ["porosity", "measured_low"]
    assert set(attrs["records"]) == set(attrs["used_parameters"]) and attrs["records"]["leak_share"]["origin"] == "assumed"
    assert found.document()["status"] == found.result.status


def test_every_record_that_a_draw_used_is_told(usual):
    for found in (usual[0], compare_small(study(UNTREATED, FIVE[2], grade=[2, 5], sampling={"draws": 4, "seed": 1}))):
        data = found.result.dataset
        assert set(data["parameter"].values) <= set(json.loads(data.attrs["records"])), "a record that no source is named for"


def test_rejected_draws_are_counted_and_told():
    wide = {"intact_aggrecan_loss.human": {"value": "0.13 1/yr", "spread": {"kind": "uniform", "low": 0.03, "high": 0.2}}}
    found = compare_small(study(UNTREATED, model={"overrides": wide}, sampling={"draws": 4, "seed": 1}))
    rejected = json.loads(found.result.dataset.attrs["rejected"])
    assert rejected and not set(map(int, rejected)) & set(found.result.dataset["draw"].values.tolist())
    assert found.result.status.startswith(f"4 of 4 draws finished; {len(rejected)} draws were rejected because intact aggrecan")
    with pytest.raises(PulposusError, match="draws hold together"):
        compare_small(study(UNTREATED, model={"overrides": {"intact_aggrecan_loss.human": "0.001 1/yr"}}))


# ---- interrupted

def test_an_interrupted_run_keeps_finished_draws_and_says_so(usual, tmp_path):
    found, _ = usual
    meter = StopAfter(left=2)
    part = compare_small(read_study(DATA), TEXT, progress=meter)
    assert part.interrupted and part.exit_code == 130 and meter.stopped and meter.total == 3
    assert part.result.status == "2 of 3 draws finished before the run was stopped."
    for name in ("t2", "height_index", "gag", "alive_share"):
        np.testing.assert_array_equal(part.result.dataset[name], found.result.dataset[name].isel(draw=slice(2)))
    assert Result.load(part.result.save(tmp_path)).status == part.result.status
    assert part.document()["draws"] == 2


@pytest.mark.parametrize("hypotheses", ["default", "all"])
def test_a_run_stopped_before_its_first_draw_says_so(monkeypatch, hypotheses, tmp_path):
    real = compare_module.run_draw

    def stopped(plan, index, control=None):
        if index is not None:
            raise KeyboardInterrupt
        return real(plan, index, control)

    monkeypatch.setattr(compare_module, "run_draw", stopped)
    part = compare_small(read_study(DATA), TEXT, hypotheses=hypotheses)
    assert part.exit_code == 130 and part.result.status == "0 of 3 draws finished before the run was stopped."
    assert part.result.dataset.sizes["draw"] == 0 and part.result.dataset["t2"].shape == (3, 0, 6)
    assert part.document()["decided"] == [] and part.document()["likely"] == []
    assert Result.load(part.result.save(tmp_path)).dataset.sizes["draw"] == 0


def test_a_rival_that_was_cut_short_is_not_counted_as_run():
    spec = study(UNTREATED, FIVE[2], sampling={"draws": 2, "seed": 2})
    part = compare_small(spec, hypotheses="all", progress=StopAfter(left=5))  # both draws, one rival, half of the next
    assert part.result.dataset.sizes["draw"] == 2 and part.result.dataset.sizes["rival"] == 1
    assert part.result.status.startswith("2 of 2 draws finished before the run was stopped")


def test_with_a_rival_missing_nothing_is_decided():
    """Decided means under all rivals; a run that was stopped after the first rival has not tried them."""
    spec = study(UNTREATED, arm("hole", ({"kind": "needle_only"}, PEDICLE)), sampling={"draws": 3, "seed": 2},
                 model={"overrides": {"endplate_hole_degradation_gain": 400}})  # so large that weeks suffice
    cut, whole = (compare_small(spec, hypotheses="all", progress=meter).document() for meter in (StopAfter(left=6), None))
    assert len(cut["rivals_run"]) == 1 and len(whole["rivals_run"]) == 6
    assert whole["too_few_draws"] and not cut["too_few_draws"], "three draws can hold under every rival but decide nothing"
    assert not whole["decided"] and not cut["decided"]


def test_a_preview_is_shown_once(monkeypatch):
    monkeypatch.setattr(compare_module, "_PREVIEW", 2)
    seen = []
    found = compare_small(read_study(DATA), preview=seen.append)
    assert len(seen) == 1 and seen[0].result.dataset.sizes["draw"] == 2 and found.result.dataset.sizes["draw"] == 3
    assert seen[0].result.status.startswith("2 of 3 draws finished so far") and not found.interrupted


def test_progress_is_told():
    class Meter(StopAfter):
        def start(self, total, label=""):
            super().start(total, label)
            self.label = label

    meter = Meter(left=99)
    compare_small(study(UNTREATED, sampling={"draws": 2, "seed": 1}), hypotheses="all", progress=meter)
    assert meter.total == meter.done == 14 and meter.stopped and "14 draws x 1 arms, about" in meter.label


# ---- rivals

def test_every_built_rival_runs_on_the_same_draws(five):
    plan = make_plan(five.spec, NODES)
    built = {f"{law}: {choice}" for law in ("formulation", "oxygen", "endplate_diffusivity", "endplate_degeneration", "aggrecan", "vesicle_effect", "paracrine")
             for choice in terms("law")[law].choices if choice != plan.laws[law]} | {"homing: none"}
    assert set(rival_laws(plan)) == built and len(built) == 9
    assert set(five.result.dataset["rival"].values) == built | set(rival_hypotheses(plan)) == set(rival_plans(plan))
    assert five.result.dataset["rival_last"].notnull().all()


@pytest.mark.parametrize("rival", ["formulation: conservative", "aggrecan: one_pool"])
def test_a_rival_is_the_study_with_that_law_stated(five, rival):
    law, choice = rival.split(": ")
    alone = compare_small(study(*FIVE, sampling={"draws": 2, "seed": 2}, model={"laws": {law: choice}})).result.dataset
    for quantity in ("height_index", "t2"):
        told = five.result.dataset["rival_last"].sel(rival=rival, quantity=quantity)
        np.testing.assert_array_equal(told, alone[quantity].isel(time=-1))
    assert (told.values != five.result.dataset["t2"].isel(time=-1).values).any() or law == "formulation", "nutrition alone need not reach T2"


def test_the_default_block_is_the_run_without_rivals(five):
    alone = compare_small(study(*FIVE, sampling={"draws": 2, "seed": 2})).result.dataset
    xr.testing.assert_equal(alone["t2"], five.result.dataset["t2"])
    assert alone.sizes["rival"] == 0 and "rival_last" not in alone


# ---- failing arms

def test_an_arm_that_cannot_be_delivered_does_not_take_the_others_with_it(monkeypatch):
    import pulposus.study.run as run_module

    real = run_module.treat

    def failing(doses, draw, *more):
        if doses and draw.index == 1 and not draw.nominal:
            raise np.linalg.LinAlgError("Singular matrix")
        return real(doses, draw, *more)

    monkeypatch.setattr(run_module, "treat", failing)
    found = compare_small(study(UNTREATED, FIVE[2], sampling={"draws": 3, "seed": 2}))
    stopped = found.result.dataset["stopped"]
    assert found.exit_code == 1 and "1 arm runs ended early" in found.result.status
    assert (stopped.sel(arm="untreated") == "").all() and stopped.sel(arm="cells").values.tolist()[1] != ""
    assert found.result.dataset["t2"].sel(arm="untreated").notnull().all()


def test_an_arm_whose_numbers_break_does_not_take_the_others_with_it(monkeypatch):
    """An error of the arithmetic inside one disc ends that arm alone."""
    from pulposus.therapy.transplant import Transplant

    source = Transplant.source

    def failing(self, state, p, t, xp):
        if np.max(state["transplanted"]) > 0:
            raise FloatingPointError("overflow")
        return source(self, state, p, t, xp)

    monkeypatch.setattr(Transplant, "source", failing)
    found = compare_small(study(UNTREATED, FIVE[2], sampling={"draws": 2, "seed": 2}))
    assert found.exit_code == 1 and found.result.dataset["t2"].sel(arm="untreated").notnull().all()
    assert (found.result.dataset["stopped"].sel(arm="cells") != "").all()


def test_an_unsolvable_arm_keeps_the_others(monkeypatch):
    from pulposus.tissue.stepper import Stepper

    start = Stepper.start
    monkeypatch.setattr(Stepper, "start", lambda self, t, c, y, g: None if "transplanted" in y and t == 0 and np.max(y["transplanted"]) > 0
                        else start(self, t, c, y, g))
    found = compare_small(study(UNTREATED, FIVE[2], sampling={"draws": 2, "seed": 2}))
    assert found.exit_code == 1 and found.result.status == "2 of 2 draws finished; 2 arm runs ended early."
    assert set(found.result.dataset["stopped"].sel(arm="cells").values) == {"the disc could not be solved after an event at 0.00 d"}
    assert found.result.dataset["t2"].sel(arm="untreated").notnull().all()
    row = next(r for r in found.document()["arms"] if r["arm"] == "cells")
    assert row["stopped"] == 2 and row["t2"]["n"] == 0


# ---- two runs

def test_the_difference_of_two_runs(usual, tmp_path):
    found, folder = usual
    spec = study(UNTREATED, arm("cells", (cells(dose="6e7 cells"),)), sampling={"draws": 3, "seed": 2})
    other = compare_small(spec).result.save(tmp_path / "other")
    told = difference(folder, other)
    assert not told["identical"] and {row["arm"] for row in told["rows"]} == {"untreated", "cells"}
    row = next(r for r in told["rows"] if r["arm"] == "cells" and r["quantity"] == "transplanted_cells")
    assert row["unit"] == "cell" and row["second"] > row["first"] > 0
    assert row["second - first"] == row["second"] - row["first"]
    assert row["first"] == np.median(found.result.dataset["transplanted_cells"].sel(arm="cells").isel(time=-1))


def test_a_run_differs_from_itself_by_nothing(usual):
    _, folder = usual
    told = difference(folder, folder)
    assert told["identical"] and told["notes"] == ["the two runs are identical"] and {row["second - first"] for row in told["rows"]} == {0.0} and len(told["rows"]) == 12


def test_finished_draws_are_kept_for_a_study_that_can_be_told_from_another(tmp_path):
    """A stopped run goes on where it was and ends with the same numbers; a study without its text keeps nothing."""
    spec, text = study(UNTREATED, FIVE[2], sampling={"draws": 3, "seed": 2}), "the text of this study"
    stopped = compare_small(spec, text=text, keep=tmp_path / "parts", progress=StopAfter(left=2))
    kept = list((tmp_path / "parts").rglob("*.npz"))
    assert stopped.interrupted and len(kept) == 2

    class Meter(StopAfter):
        def start(self, total, label=""):
            super().start(total, label)
            self.label = label

    meter = Meter(left=99)
    whole = compare_small(spec, text=text, keep=tmp_path / "parts", progress=meter)
    assert meter.total == 1 and "2 draws kept from before" in meter.label
    xr.testing.assert_identical(whole.result.dataset, compare_small(spec, text=text).result.dataset)
    compare_small(spec, keep=tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()
