"""Outcomes that a study gets only when it asks: in the dataset, the tables and the report; pain only beside its comparator."""

from __future__ import annotations

import csv
import io
import json
import re

import numpy as np
import pytest
from small_studies import CONTROL, UNTREATED, arm, cells, compare_small, plain, study, vesicles

from pulposus.core.errors import InputError
from pulposus.core.result import Result
from pulposus.core.vocabulary import names
from pulposus.report.facts import read
from pulposus.report.html import page
from pulposus.report.spreadsheets import summary, trajectories
from pulposus.study.dataset import ASKED
from pulposus.study.study_file import read_study
from pulposus.tissue.repeatability import instruments

OF_VESICLES = ["cargo_per_cell", "target_cells_reached", "target_share_reached", "penetration_length", "damkoehler"]
ALL = ["t2_annulus", "mri_index", "modified_pfirrmann", "thompson", "vas", "odi"]
CELLS = arm("cells", (cells(),))
SHEEP = {"species": "sheep", "level": "lumbar", "grade": {"scale": "pfirrmann", "value": 3}}
RAT = {**SHEEP, "species": "rat", "level": "tail"}


@pytest.fixture(scope="module")
def asked():
    """Return the result of a study that asks for everything of a human disc."""
    return compare_small(study(UNTREATED, CONTROL, CELLS, observe=["t2", *ALL], sampling={"draws": 2, "seed": 4})).result


def rows(text: str) -> list[dict[str, str]]:
    """Return the rows of a table."""
    return list(csv.DictReader(io.StringIO(text)))


def test_what_is_asked_for_is_there_and_nothing_else(asked, five):
    data = asked.dataset
    assert {n for n in ASKED if n in data} == set(ASKED) - {"histology_shu2017", *OF_VESICLES}
    assert not set(ASKED) & set(five.result.dataset) and "side" not in five.result.dataset.coords
    assert not any(n.startswith(("placebo", "vas_", "echo")) for n in json.loads(five.result.dataset.attrs["records"]))
    assert {"placebo_size", "echo_time", "thompson_disagreement"} <= set(json.loads(data.attrs["records"]))
    assert data["t2_annulus"].dims[-1] == "side" and data.sizes["modified_grade"] == 8
    np.testing.assert_allclose(data["mri_index"].isel(time=0), 100.0)
    for scale in ("modified_pfirrmann", "thompson"):
        np.testing.assert_allclose(data[f"{scale}_probability"].sum(data[f"{scale}_probability"].dims[-1]), 1.0)


def test_where_vesicles_come_is_told_when_a_study_asks():
    data = compare_small(study(UNTREATED, CONTROL, arm("exosome", (vesicles(),)), observe=["t2", *OF_VESICLES],
                               sampling={"draws": 2, "seed": 4})).result.dataset
    told = {name: data[name].sel(arm="exosome").isel(time=-1).values for name in OF_VESICLES}
    assert all(np.all(values > 0) for values in told.values()) and np.all(told["target_share_reached"] <= 100)
    assert data["penetration_length"].attrs["units"] == "um" and np.all(told["penetration_length"] < 1e4)
    assert np.all(data["cargo_per_cell"].sel(arm="untreated") == 0) and np.all(np.isnan(data["damkoehler"].sel(arm="untreated")))


def test_a_study_that_does_not_say_gets_what_it_always_got():
    assert read_study(plain(UNTREATED)).observe == ("height_index", "t2", "pfirrmann", "viable_cells", "transplanted_cells", "gag")
    assert set(ALL) < set(names("observe"))


def test_no_arm_has_a_level_of_pain_unless_it_is_a_comparator(asked):
    data = asked.dataset
    for name in ("vas", "odi"):
        assert data[name].sel(arm=["untreated", "saline"]).notnull().all() and data[name].sel(arm="cells").isnull().all()
        between = data[f"{name}_difference"]
        assert between.sel(arm="untreated").isnull().all() and between.sel(arm=["saline", "cells"]).notnull().all()
        levels = data[name].sel(arm="saline") - data[name].sel(arm="untreated")
        np.testing.assert_allclose(between.sel(arm="saline"), levels)


def test_the_tables_give_the_difference_its_comparator_and_what_the_instrument_detects(asked):
    found = {(r["arm"], r["outcome"], r["region"]): r for r in rows(summary(read(asked)))}
    row = found["cells", "vas", ""]
    assert row["median"] == row["low"] == "" and row["comparator"] == "saline" and float(row["difference_median"]) == pytest.approx(
        float(asked.dataset["vas_difference"].sel(arm="cells").isel(time=-1).median()))
    assert float(row["smallest_detectable_change"]) == pytest.approx(instruments()["vas"].detects(50.0))
    assert float(found["saline", "vas", ""]["median"]) > 0 and ("cells", "t2_annulus", "posterior") in found
    for (_, outcome, _), each in found.items():
        assert outcome not in instruments() or bool(each["smallest_detectable_change"]) is bool(each["comparator"]), outcome
    courses = {(r["arm"], r["quantity"]): r["comparator"] for r in rows(trajectories(read(asked)))}
    assert courses["cells", "vas_difference"] == "saline" and courses["saline", "odi"] == "" and ("cells", "vas") not in courses
    assert ("untreated", "vas_difference") not in courses


@pytest.mark.parametrize(("lang", "words"), [
    ("en", ("only as differences from the named comparator", "Smallest detectable change", "matters to a patient: 15",
            "kappa 0.67", "modified Pfirrmann grade", "Thompson grade")),
    ("zh", ("仅以相对指定对照的差异给出", "最小可检测变化", "对患者有意义的最小变化：15", "kappa 0.67", "改良Pfirrmann分级", "Thompson分级"))])
def test_the_report_says_what_pain_is_and_is_not(asked, lang, words):
    data = asked.dataset.isel(node=slice(0)).assign_attrs(observe=json.dumps(["pfirrmann", "vas"]))  # few figures, no maps
    html = page(Result(data, asked.status, asked.record), lang)
    assert [w for w in words if w not in html] == []
    assert ("not modelled: nothing here" in html) is False and 'id="rec-vas_repeatability"' in html and 'id="ref-OSTELO2008"' in html
    table = html[html.index('id="out-vas"'):]
    cells_row = next(r for r in re.findall(r"<tr>.*?</tr>", table[:table.index("</table>")]) if "<td>cells</td>" in r)
    start, end = re.findall(r'<td class="num">(?:<b>)?([^<]*)', cells_row)[:2]
    assert (start.strip(), end.strip()) == ("–", "–") and "<td>saline</td>" in cells_row


def test_pain_without_a_comparator_is_refused_by_arm():
    therapies = [arm("a", (cells(),)), arm("b", (cells(dose="1e6 cells"),))]
    with pytest.raises(InputError, match="'vas' of a, b, compared with no arm"):
        study(*therapies, observe=["vas"])
    study(therapies[0], {**therapies[1], "comparator": "a"}, observe=["vas"])
    with pytest.raises(InputError, match="'odi' of a sheep disc"):
        study(UNTREATED, CONTROL, subject=SHEEP, observe=["odi"])


def test_a_rat_has_an_mri_index_and_no_t2_and_a_sheep_a_histology_score():
    rat = compare_small(study(UNTREATED, subject=RAT, observe=["mri_index", "t2_annulus"], sampling={"draws": 1, "seed": 1})).result.dataset
    assert rat["mri_index"].notnull().all() and rat["t2"].isnull().all() and rat["t2_annulus"].isnull().all()
    sheep = compare_small(study(UNTREATED, subject=SHEEP, observe=["histology_shu2017"], sampling={"draws": 1, "seed": 1})).result.dataset
    assert ((sheep["histology_shu2017"] >= 0) & (sheep["histology_shu2017"] <= 24)).all()
    assert sheep["histology_shu2017"].max() > 0, "a degenerate disc is not a healthy one"
