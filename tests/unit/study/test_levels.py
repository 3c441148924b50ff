"""Several levels in one study: every disc as in a study of it alone, the person from all of them, one file for all."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO

import numpy as np
import pytest
from small_studies import CONTROL, PEDICLE, UNTREATED, VEIN, arm, cells, compare_small, plain, study

from pulposus.core.errors import InputError
from pulposus.core.result import Result
from pulposus.report.facts import read
from pulposus.report.html import page
from pulposus.report.spreadsheets import summary, trajectories
from pulposus.study.level_data import at_level
from pulposus.study.levels import WORST, course_of, given_in_all, studies_of
from pulposus.study.replay.own_study import cases_of_study
from pulposus.study.study_file import read_study

UPPER, LOWER = "L4/L5", "L5/S1"
GRADE = {"scale": "pfirrmann", "value": 3}
SAMPLING = {"draws": 2, "seed": 2}
OBSERVE = ["height_index", "t2", "transplanted_cells", "vas"]
WORSE = {"level": LOWER, "grade": {"scale": "pfirrmann", "value": 4}}
ONE_DISC = arm("one disc", (cells(), PEDICLE))
ONE_DISC["doses"][0]["levels"] = [LOWER]
ARMS = (UNTREATED, CONTROL, arm("cells", (cells(),)), ONE_DISC, arm("vein", (cells(dose="1e8 cells"), VEIN)))


def spine(*levels, arms=ARMS, **subject):
    """Return the plain data of a study of several levels over three weeks."""
    who = {"species": "human", "level": list(levels), "grade": GRADE, **subject}
    return plain(*arms, subject=who, follow_up="3 weeks", sampling=SAMPLING, observe=OBSERVE)


@pytest.fixture(scope="module")
def two():
    """Return the comparison of two levels, the lower one of a worse grade."""
    return compare_small(read_study(spine(UPPER, WORSE)))


@pytest.fixture(scope="module")
def alone():
    """Return the comparison of the upper level alone, with what its arms get there."""
    arms = (*ARMS[:3], arm("one disc", comparator="saline"), ARMS[4])
    return compare_small(study(*arms, follow_up="3 weeks", sampling=SAMPLING, observe=OBSERVE))


def test_a_level_is_as_in_a_study_of_it_alone(two, alone):
    upper, single = at_level(two.result.dataset, UPPER), alone.result.dataset
    shared = [i for i in upper["draw"].values if i in single["draw"].values]
    assert shared
    for name in ("height_index", "t2", "gag", "transplanted_cells", "harm_chance", "alive_share"):
        ours, theirs = (d[name].sel(draw=shared, arm=["untreated", "saline", "cells", "vein"]) for d in (upper, single))
        if "harm" in ours.dims:
            ours = ours.sel(harm=theirs["harm"])
        np.testing.assert_array_equal(ours.values, theirs.values)


def test_a_dose_goes_into_the_levels_it_names_and_each_gets_the_whole_of_it(two):
    data = two.result.dataset
    given = {level: read(two.result).levels[level].arms for level in (UPPER, LOWER)}
    assert [given[level]["cells"]["given"] for level in given] == [6e6, 6e6]
    assert [given[level]["one disc"]["given"] for level in given] == [0, 6e6]
    assert read(two.result).arms["cells"]["given"] == 12e6
    assert read(two.result).arms["vein"]["given"] == 1e8
    cells_of = data["transplanted_cells"].sel(arm="one disc")
    assert float(cells_of.sel(level=UPPER).max()) == 0
    np.testing.assert_array_equal(data["person_transplanted_cells"].values, data["transplanted_cells"].sum("level").values)
    assert float(data["transplanted_cells"].sel(arm="cells").min("level").isel(time=-1).min()) > 0


def test_the_levels_share_their_draws_and_keep_their_own_grade_and_size(two):
    data = two.result.dataset
    assert list(data["level"].values) == [UPPER, LOWER]
    start = data["pfirrmann"].isel(time=0, arm=0)
    assert (start.sel(level=LOWER) > start.sel(level=UPPER)).all()
    ids = {str(name) for name in data["parameter"].values}
    assert {"disc_middle_height_L4_L5.human", "disc_middle_height_L5_S1.human"} <= ids
    assert data["parameter_value"].notnull().all()


def test_hazards_add_up_over_the_discs_and_shares_do_not(two):
    data = two.result.dataset
    each, person = data["harm_chance"].sel(arm="cells"), data["person_harm_chance"].sel(arm="cells")
    p = each.sel(harm="osteophyte").values
    np.testing.assert_allclose(person.sel(harm="osteophyte").values, 1 - (1 - p[0]) * (1 - p[1]), rtol=1e-12)
    assert (person.sel(harm="osteophyte").values > p.max(axis=0)).all()
    np.testing.assert_array_equal(person.sel(harm="leak").values, each.sel(harm="leak").values.max(axis=0))
    lungs = data["person_harm_chance"].sel(arm="vein", harm="lung_retention").values
    np.testing.assert_array_equal(lungs, data["harm_chance"].sel(arm="vein", harm="lung_retention").values[0])


def test_pain_is_of_the_person_and_lies_between_the_worst_disc_and_the_mean():
    runs = [compare_small(read_study(spine(UPPER, WORSE, arms=ARMS[:2], **more))).result.dataset
            for more in ({}, {"painful": UPPER}, {"painful": LOWER})]
    assert [each["vas"].dims for each in runs] == [("arm", "draw", "time")] * 3
    assert [WORST in each["parameter"].values for each in runs] == [True, False, False]
    person, *by_disc = (each["vas"].sel(arm="untreated").values for each in runs)
    assert not np.allclose(*by_disc)
    weight = runs[0]["parameter_value"].sel(parameter=WORST).values[:, None]
    expected = weight * np.max(by_disc, axis=0) + (1 - weight) * np.mean(by_disc, axis=0)
    np.testing.assert_allclose(person, expected, rtol=1e-12)


def test_every_needle_pass_counts_for_the_person_and_a_vein_once():
    spec = read_study(spine(UPPER, LOWER))
    levels = spec.subject.levels
    assert len(course_of(spec.arm("saline"), levels).injections) == 2
    assert len(course_of(spec.arm("one disc"), levels).injections) == 1
    assert len(course_of(spec.arm("vein"), levels).injections) == 1
    assert given_in_all(spec.arm("vein"), levels) == 1e8


def test_a_level_has_the_history_of_the_study_and_its_own():
    shared = {"event": "ageing", "factor": 2, "at": "-1 yr"}
    own = {"event": "puncture", "needle": "18G", "at": "-4 weeks"}
    discs = studies_of(read_study({**spine(UPPER, {"level": LOWER, "history": [own], "modic": 1}), "history": [shared]}))
    assert [[event.event for event in disc.history] for disc in discs.values()] == [["ageing"], ["ageing", "puncture"]]
    assert [disc.subject.modic for disc in discs.values()] == ["none", "1"]


def test_the_dimension_is_there_only_with_several_levels_and_survives_the_file(two, alone, tmp_path):
    assert "level" not in alone.result.dataset.dims
    assert "levels" not in alone.document()
    again = Result.load(two.result.save(tmp_path))
    assert again.dataset.identical(two.result.dataset)
    facts = read(again)
    assert list(facts.levels) == [UPPER, LOWER]
    lower = facts.levels[LOWER].data
    assert np.isfinite(lower["node_r"].values).all()
    assert lower["triangle"].values.min() == 0
    assert lower["triangle"].values.max() == lower.sizes["node"] - 1


def test_the_document_names_the_level_of_every_entry(two):
    told = two.document()
    assert {row["level"] for row in told["arms"]} == {UPPER, LOWER}
    assert len(told["arms"]) == 2 * len(ARMS)
    assert set(told["levels"]) == {UPPER, LOWER}
    assert [row["arm"] for row in told["person"]["arms"]] == [a["name"] for a in ARMS]


def test_the_tables_have_a_column_for_the_level_and_rows_of_the_person(two, alone):
    facts = read(two.result)
    assert "level" not in summary(read(alone.result)).split("\n")[0].split(",")
    for make, of_person in ((summary, {"vas", "person_transplanted_cells"}), (trajectories, {"vas", "vas_difference"})):
        rows = list(csv.DictReader(StringIO(make(facts))))
        assert {row["level"] for row in rows} == {UPPER, LOWER, ""}
        name = "outcome" if make is summary else "quantity"
        assert of_person <= {row[name] for row in rows if not row["level"]}
        assert "vas" not in {row[name] for row in rows if row["level"]}


def test_the_page_shows_every_level_and_the_person(two):
    text = page(two.result, "zh")
    assert "患者整体" in text
    for level, grade in ((UPPER, 3), (LOWER, 4)):  # each with its own grade
        assert re.search(rf"<h2>{level} · [^<]*{grade}[^<]*</h2>", text)
    assert 'id="level-1-evidence"' in text and 'id="level-2-evidence"' in text and 'id="person"' in text
    assert f'id="rec-{WORST}"' in text
    anchors = [part.split('"')[0] for part in text.split(' id="')[1:]]
    assert len(anchors) == len(set(anchors))


def test_a_result_of_a_disc_says_of_which_level():
    row = {"arm": "cells", "quantity": "t2", "time": "2 weeks", "value": 80, "kind": "number", "tier": "memory", "set": "verification",
           "source": "VAST2021"}
    with pytest.raises(InputError, match="required with several levels"):
        read_study({**spine(UPPER, LOWER), "reported": [row]})
    assert read_study({**spine(UPPER, LOWER), "reported": [{**row, "level": LOWER}, {**row, "quantity": "vas"}]}).reported[0].level == LOWER


def test_a_study_of_several_levels_is_not_replayed(tmp_path):
    row = {"arm": "cells", "quantity": "vas", "time": "2 weeks", "value": 40, "kind": "number", "tier": "memory", "set": "verification",
           "source": "VAST2021"}
    path = tmp_path / "study.yaml"
    path.write_text(json.dumps({**spine(UPPER, LOWER), "reported": [row]}))
    with pytest.raises(InputError, match="not replayed yet"):
        cases_of_study(path)


def test_rivals_are_run_at_every_level():
    found = compare_small(read_study({**spine(UPPER, LOWER, arms=ARMS[:2]), "sampling": {"draws": 1, "seed": 2}}), hypotheses="all")
    ends = found.result.dataset["rival_last"]
    assert ends.sizes["level"] == 2 and ends.sizes["rival"] == len(json.loads(found.result.dataset.attrs["rivals_asked"])) > 4
    assert ends.notnull().all()
    assert {pair["level"] for pair in found.document()["likely"] + found.document()["decided"] + found.document()["too_few_draws"]} <= {UPPER, LOWER}
    assert found.document()["pairs"] == 2 * 2
