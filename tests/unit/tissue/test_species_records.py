"""What is told of a species: its Thiele numbers, its nucleus cells and how much of it is assumed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from pulposus.core.parameters import ParameterSet
from pulposus.core.result import Result
from pulposus.core.run_record import begin
from pulposus.core.vocabulary import terms
from pulposus.study.compare import difference
from pulposus.tissue.presets import table, thiele_number
from pulposus.tissue.species_records import assumed_by_species, assumed_records, records_of


def test_the_thiele_number_is_that_of_the_geometry_table_and_grows_with_height_squared():
    rows = {(row["species"], row["level"]): row for row in table("geometry")}
    assert thiele_number("sheep", "lumbar") == pytest.approx(rows["sheep", "lumbar"]["Thiele number"])
    ratio = rows["human", "L4/L5"]["height [mm]"] / rows["human", "L1/L2"]["height [mm]"]
    assert thiele_number("human", "L4/L5") / thiele_number("human", "L1/L2") == pytest.approx(ratio**2)
    assert all(thiele_number(s, t) < 0.1 for s, t in (("rabbit", "lumbar"), ("rat", "tail"), ("mouse", "tail"))) and thiele_number("human", "L4/L5") > 1


def test_every_species_tells_its_thiele_numbers_and_nucleus_cells():
    for row in table("species", "zh"):
        term = terms("species")[row["species"]]
        assert all(level in row["Thiele number"] for level in term.more["levels"])
        assert row["nucleus cells"] == terms("nucleus_cells")[term.more["nucleus_cells"]].short_zh


def test_nucleus_cells_go_with_their_share():
    known = ParameterSet.load()
    for name, term in terms("species").items():
        share = known[f"notochordal_share.NP.{name}"].value
        kind = term.more["nucleus_cells"]
        assert (share < 0.2) == (kind == "mature") and (kind != "notochordal" or share > 0.5)


def test_assumed_records_are_counted_and_listed_by_species():
    counts = {row["species"]: row for row in assumed_by_species()}
    for species, row in counts.items():
        listed = assumed_records(species)
        assert len(listed) == row["assumed"] <= row["records"] == len(records_of(species))
        assert all(each["why"] for each in listed)
    dog = {each["record"] for each in assumed_records("dog")}
    assert "disc_height.dog" not in dog and "disc_lateral_width.dog" in dog and "disc_lateral_width.rat" not in dog
    assert counts["dog"]["size assumed"] == counts["goat"]["size assumed"] - 1


def test_the_page_tells_how_much_of_each_size_is_assumed():
    page = (Path(__file__).parents[3] / "docs" / "subjects.md").read_text("utf-8").splitlines()
    told = next(line for line in page if line.startswith("| of its size, assumed |"))
    heads = next(line for line in page if line.startswith("| | human |"))
    by = {row["species"]: f"{row['size assumed']} of {row['of its size']}" for row in assumed_by_species()}
    cells = [[cell.strip() for cell in line.strip("|").split("|")][1:] for line in (heads, told)]
    assert dict(zip(*cells, strict=True)) == by


def test_two_runs_of_different_species_tell_their_thiele_numbers(tmp_path):
    folders = []
    for species, level in (("human", "L4/L5"), ("rat", "tail"), ("rat", "tail")):
        values = {name: (("arm", "draw", "time"), np.ones((1, 2, 2))) for name in ("height_index", "t2", "pfirrmann", "transplanted_cells")}
        data = xr.Dataset(values, {"arm": ["untreated"], "time": [0.0, 1.0]})
        for name in values:
            data[name].attrs["units"] = "1"
        data.attrs = {"subject": json.dumps({"species": species, "level": level}), "laws": "{}"}
        folders.append(tmp_path / f"{len(folders)}")
        Result(data, "done", begin("version: 1", 1)).save(folders[-1])
    notes = difference(folders[0], folders[1])["notes"]
    assert any(f"{thiele_number('human', 'L4/L5'):.3g} (human L4/L5)" in n and f"{thiele_number('rat', 'tail'):.3g} (rat tail)" in n for n in notes)
    assert not any("Thiele" in n for n in difference(folders[1], folders[2])["notes"])
