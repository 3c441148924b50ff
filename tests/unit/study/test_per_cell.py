"""The effect per million living cells or per billion particles, and the factors of donors among what explains a difference."""

from __future__ import annotations

import csv
import json
from io import StringIO

import numpy as np
import pytest
from small_studies import CONTROL, UNTREATED, arm, cells, compare_small, study, vesicles

from pulposus.report.deliveries import amounts
from pulposus.report.facts import read
from pulposus.report.numbers import NOTHING
from pulposus.report.spreadsheets import summary
from pulposus.study.per_cell import effect_per_amount

ARMS = (UNTREATED, CONTROL, arm("cells", (cells(donor="D 1", batch="7"),)), arm("dead", (cells(thaw_viability="0.0000001 %"),)),
        arm("exosome", (vesicles(),)))
DONOR, BATCH = "donor_effect[BM-MSC/D\u00a01]", "batch_effect[BM-MSC/D\u00a01/7]"


@pytest.fixture(scope="module")
def run():
    """Return a comparison of live cells, dead cells and vesicles."""
    return compare_small(study(*ARMS, sampling={"draws": 2, "seed": 2}, follow_up="3 weeks"))


def last(run, name, which):
    return run.result.dataset[name].sel(arm=which).isel(time=-1).values


@pytest.mark.parametrize("outcome", ["height_index", "t2"])
def test_an_effect_per_cell_is_the_difference_over_the_cells_alive(run, outcome):
    difference = last(run, outcome, "cells") - last(run, outcome, "saline")
    alive = last(run, "transplanted_cells", "cells")
    assert (alive > 1).all()
    np.testing.assert_allclose(effect_per_amount(run.result.dataset, "cells", outcome) * alive, 1e6 * difference, rtol=1e-12)


def test_vesicles_are_told_per_particle_that_arrived(run):
    data = run.result.dataset
    arrived = 1e10 * data["arrived_share"].sel(arm="exosome").values / 100
    difference = last(run, "t2", "exosome") - last(run, "t2", "saline")
    assert (arrived > 0).all() and 0 < arrived.min() < 1e10 >= arrived.max()
    np.testing.assert_allclose(effect_per_amount(data, "exosome", "t2") * arrived, 1e9 * difference, rtol=1e-12)


def test_there_is_none_where_no_cell_lives_and_where_none_was_given(run):
    data = run.result.dataset
    assert np.isnan(effect_per_amount(data, "dead", "t2")).all()
    assert effect_per_amount(data, "saline", "t2") is None
    assert effect_per_amount(data, "untreated", "t2") is None
    row = next(r for r in amounts(read(run.result), "en")["rows"] if r["arm"] == "dead")
    assert [cell["main"] for cell in row["cells"][-2:]] == [NOTHING, NOTHING]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_table_has_a_row_for_every_arm_with_cells_or_vesicles(run, lang):
    table = amounts(read(run.result), lang)
    assert [row["arm"] for row in table["rows"]] == ["cells", "dead", "exosome"]
    assert {len(row["cells"]) for row in table["rows"]} == {len(table["heads"])}


def test_the_summary_tells_it_with_its_interval_and_comparator(run):
    rows = [row for row in csv.DictReader(StringIO(summary(read(run.result)))) if row["outcome"] == "t2_per_million_cells"]
    assert [(row["arm"], row["comparator"], row["n_draws"]) for row in rows] == [("cells", "saline", "2"), ("dead", "saline", "0")]
    assert float(rows[0]["low"]) <= float(rows[0]["median"]) <= float(rows[0]["high"])
    told = next(row for row in run.document()["arms"] if row["arm"] == "exosome")["per_cell"]
    assert set(told) == {"height_index_per_billion_particles", "t2_per_billion_particles"}


def test_a_named_donor_and_batch_have_a_row_among_the_parameters(run):
    data = run.result.dataset
    records = json.loads(data.attrs["records"])
    for name, label in ((DONOR, "D\u00a01"), (BATCH, "D\u00a01/7")):
        assert name in data["parameter"].values
        assert records[name]["label"].endswith(label) and records[name]["origin"] == "assumed" and records[name]["varies"]
        values = data["parameter_value"].sel(parameter=name).values
        assert np.isfinite(values).all() and len(set(values)) == 2
