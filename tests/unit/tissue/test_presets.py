"""The tables of presets: every species and level has one geometry, told in its units with its origin."""

from __future__ import annotations

import numpy as np
import pytest

from pulposus.core.draws import Draw
from pulposus.core.parameters import ParameterSet
from pulposus.core.vocabulary import names, terms
from pulposus.tissue.geometry import geometry_of
from pulposus.tissue.presets import table

PAIRS = [(name, level) for name, term in terms("species").items() for level in term.more["levels"]]


def test_species_and_levels_are_those_of_the_vocabulary():
    assert [row["species"] for row in table("species")] == list(names("species"))
    assert [(row["species"], row["level"]) for row in table("levels")] == PAIRS
    assert table("species", "zh")[0]["name"] != table("species")[0]["name"]


def test_grades_tell_what_they_set_with_its_source():
    rows = table("grades")
    assert [row["grade"] for row in rows] == ["I", "II", "III", "IV", "V"]
    values = {key: [row[key] for row in rows] for key in rows[0] if "[" in key}
    assert len(values) == 4 and all(np.all(np.diff(v) <= 0) for v in values.values())
    for row in rows:
        assert all(row[f"{symbol} origin"].split(" ")[0] in ("measured", "fitted", "derived", "assumed")
                   for symbol in ("porosity", "aggrecan_content", "t2"))


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_the_geometry_of_a_level(pair):
    row = next(r for r in table("geometry") if (r["species"], r["level"]) == pair)
    geometry = geometry_of(Draw(ParameterSet.load(), 0, 0, pair[0], "I", nominal=True), *pair)
    assert row["height [mm]"] == pytest.approx(geometry.height * 1e3)
    assert row["nucleus [mL]"] == pytest.approx(geometry.nucleus_volume * 1e6)
    assert 0 < row["endplate [mm]"] < row["height [mm]"] / 2 and 0 < row["nucleus radius [mm]"] < row["radius [mm]"]
    assert row["Thiele number"] > 0 and row["origin"]


def test_small_discs_have_a_small_thiele_number():
    thiele = {(r["species"], r["level"]): r["Thiele number"] for r in table("geometry")}
    assert 1 < thiele["human", "L4/L5"] < 3  # nutrition limits a human disc
    for species in ("mouse", "rat", "rabbit"):
        assert all(v < 0.1 * thiele["human", "L4/L5"] for (s, _), v in thiele.items() if s == species)


def test_pressures_stand_side_by_side():
    """Charge of the table at factor 1, the peer's charges and the measurement: the first two are above twice the last."""
    nucleus = {r["grade"]: r for r in table("swelling") if r["region"] == "NP"}
    assert list(nucleus) == ["I", "II", "III", "IV", "V"]
    assert (nucleus["I"]["pressure, peer model [kPa]"], nucleus["III"]["pressure, peer model [kPa]"]) == pytest.approx((302, 187), abs=1)
    assert (nucleus["I"]["measured stress [kPa]"], nucleus["IV"]["measured stress [kPa]"]) == pytest.approx((138, 37))
    for grade, row in nucleus.items():
        assert row["pressure, factor 1 [kPa]"] > 2 * row["pressure [kPa]"], grade
    assert nucleus["I"]["pressure [kPa]"] == pytest.approx(138) and nucleus["IV"]["pressure [kPa]"] == pytest.approx(37, rel=0.01)
    assert all(abs(nucleus[g]["law over table [%]"]) < 15 for g in ("I", "II", "III", "IV"))
    assert nucleus["V"]["law over table [%]"] > 15 and 0 < nucleus["V"]["damage for the table's height"] < 1


def test_charge_in_the_annulus_is_denser_outside_its_fibres():
    annulus = [r for r in table("swelling") if r["region"] == "AF"]
    assert [r["grade"] for r in annulus] == ["I", "III"]
    assert all(r["pressure, factor 1 [kPa]"] > 2 * r["pressure, peer model [kPa]"] and "osmotic factor" not in r for r in annulus)


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_the_loads_of_a_level(pair):
    row = next(r for r in table("loads") if (r["species"], r["level"]) == pair)
    assert 0 < row["rest [MPa]"] < row["upright [MPa]"] and 0 < row["height lost in a day [%]"] < row["water lost in a day [%]"] < 100
    assert (row["water, published [%]"] is None) == (pair[0] != "human") and row["origin"].split(" ")[0] in ("measured", "assumed")
