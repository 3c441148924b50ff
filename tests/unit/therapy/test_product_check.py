"""The check of a product: each verdict by what brings it about, the dose by hand, the report in both languages."""

from __future__ import annotations

import numpy as np
import pytest

from pulposus.core.draws import Draw
from pulposus.core.parameters import ParameterSet
from pulposus.report.product import document_of, dose_rows, reason, verdict_rows
from pulposus.study.product_sheet import read_product
from pulposus.therapy.product_check import check_product
from pulposus.therapy.product_dose import DRAWS, SEED, Place
from pulposus.therapy.size_table import read_size_table
from pulposus.tissue.geometry import geometry_of

PLACE = Place("human", "L4/L5", "III")
VESICLES = {"kind": "vesicles", "source": "BM-MSC", "dose": "1e10 particles", "carrier": "saline", "volume": "0.2 mL"}
CELLS = {"kind": "cells", "source": "BM-MSC", "dose": "6e6 cells", "carrier": "saline", "volume": "2 mL"}
STROMAL = {"CD73": "present", "CD90": "present", "CD105": "present", "CD45": "absent", "CD34": "absent", "CD14": "absent",
           "CD19": "absent", "HLA-DR": "absent"}


def report(base, table=None, place=PLACE, **more):
    return check_product(read_product({"version": 1, "product": {**base, **more}}).product, place, table)


def verdicts(base, table=None, **more):
    """Return check -> (status, reason); of minimal information all reasons."""
    found = report(base, table, **more).findings
    told = {each.check: (each.status, each.reason) for each in found if each.check != "misev"}
    return {**told, "misev": {each.reason for each in found if each.check == "misev"}}


def test_the_dose_is_that_of_the_one_geometry():
    nominal = Draw(ParameterSet.load(), SEED, 0, "human", "III", nominal=True)
    volume = geometry_of(nominal, "human", "L4/L5").nucleus_volume
    resident = nominal.value("cell_density", "NP") * volume
    dose = report(CELLS, thaw_viability=0.5).dose
    assert dose.per_disc.value == dose.per_disc.low == 3e6
    assert dose.per_volume.value == pytest.approx(3e6 / volume) and dose.per_cell.value == pytest.approx(3e6 / resident)
    assert dose.per_cell.low < dose.per_cell.value < dose.per_cell.high


def test_a_smaller_disc_gets_more_of_a_dose_per_cell():
    assert report(CELLS, place=Place("rabbit", "lumbar", "III")).dose.per_cell.value > 20 * report(CELLS).dose.per_cell.value


def test_copies_per_cell_are_particles_times_uptake_times_copies():
    nominal = Draw(ParameterSet.load(), SEED, 0, "human", "III", nominal=True)
    found = report(VESICLES)
    taken = nominal.value("cell_density", "NP") * nominal.value("vesicle_uptake_rate")
    share = taken / (taken + np.log(2) / nominal.value("vesicle_half_life"))
    expected = found.dose.per_cell.value * share * nominal.value("cargo_copies_native")
    assert found.copies[0].per_cell.value == pytest.approx(expected) and found.copies[0].below == 1.0
    record = ParameterSet.load().lookup("cargo_copies_native")
    assert record.source == "CHEVILLET2014" and (record.spread.low, record.spread.high) == (1e-3, 1e-1)


def test_a_native_dose_does_not_carry_one_mirna_and_a_counted_load_may():
    few = next(each for each in report(VESICLES, cargo=[{"name": "miR-21"}]).findings if each.check == "cargo")
    assert few.status == "WARN" and "a single-miRNA mechanism is not supported at this dose" in reason(few)
    loaded = {"modification": "loaded", "cargo": [{"name": "miR-21", "copies_per_particle": 500}], "dose": "1e12 particles"}
    assert verdicts(VESICLES, **loaded)["cargo"] == ("PASS", "copies_enough") and verdicts(VESICLES, **loaded)["loading"][0] == "PASS"
    assert verdicts(VESICLES, cargo=[{"name": "MATN3"}])["cargo"] == ("WARN", "copies_unknown")


def test_the_share_below_the_line_is_that_of_the_draws():
    one = report(VESICLES, modification="loaded", cargo=[{"name": "miR-21"}], dose="1e11 particles").copies[0]
    assert 0 < one.below < 1 and one.below * DRAWS == pytest.approx(round(one.below * DRAWS), abs=1)


def test_protein_is_never_turned_into_particles_without_a_measured_ratio():
    alone = report(VESICLES, dose="10 ug")
    assert alone.failed and alone.dose is None and alone.copies == ()
    assert verdicts(VESICLES, dose="10 ug")["dose"] == ("FAIL", "dose_protein_only")
    measured = report(VESICLES, dose="10 ug", particles_per_ug="2.5e9")
    assert measured.dose.per_disc.value == pytest.approx(2.5e10) and not measured.failed


@pytest.mark.parametrize(("ratio", "status"), [("3e10", "PASS"), ("2.9e10", "WARN"), ("2e9", "WARN"), ("1.9e9", "FAIL")])
def test_purity_by_particles_per_protein(ratio, status):
    assert verdicts(VESICLES, particles_per_ug=ratio)["purity"][0] == status


def test_purity_is_also_that_of_both_doses():
    assert verdicts(VESICLES, protein_dose="0.2 ug")["purity"][0] == "PASS" and verdicts(VESICLES)["purity"] == ("WARN", "purity_missing")


@pytest.mark.parametrize(("inside", "status"), [(80, "PASS"), (79, "WARN"), (50, "WARN"), (49, "FAIL")])
def test_the_share_of_exosome_size(inside, status):
    table = read_size_table(f"size_nm,particles\n100,{inside}\n300,{100 - inside}\n")
    assert verdicts(VESICLES, table)["size"][0] == status
    assert verdicts(VESICLES, size={"share_30_150": f"{inside} %"})["size"] == (status, "size_stated")


def test_a_table_by_intensity_is_not_judged():
    assert verdicts(VESICLES, read_size_table("Sizes (d.nm),Intensity (Percent)\n100,9\n"))["size"] == ("WARN", "size_not_counted")


@pytest.mark.parametrize(("markers", "identity", "foreign"), [
    ({"CD9": "present", "CD63": "present", "TSG101": "present", "calnexin": "absent"}, "PASS", ("PASS", "foreign_none")),
    ({"CD9": "present", "CD63": "present", "CD81": "present"}, "WARN", ("WARN", "foreign_untested")),
    ({"CD9": "present", "TSG101": "present"}, "WARN", ("WARN", "foreign_untested")),
    ({"CD9": "absent", "TSG101": "absent"}, "FAIL", ("WARN", "foreign_untested")),
    ({"CD9": "present", "CD63": "present", "HSP90": "present", "calnexin": "present"}, "PASS", ("FAIL", "foreign_debris")),
    ({"CD9": "present", "CD63": "present", "HSP90": "present", "albumin": "present"}, "PASS", ("WARN", "foreign_along")),
], ids=["all", "membrane only", "two", "absent", "debris", "albumin"])
def test_markers_of_vesicles(markers, identity, foreign):
    found = verdicts(VESICLES, markers=markers)
    assert found["identity"][0] == identity and found["foreign"] == foreign


def test_dental_pulp_stands_without_evidence():
    assert verdicts(VESICLES, source="DPSC")["source"] == ("WARN", "source_without_evidence")
    assert verdicts(VESICLES)["source"] == ("PASS", "source_known")


def test_what_minimal_information_asks_goes_away_piece_by_piece():
    full = {"donor": "D1", "passage": 3, "medium": "serum-free", "isolation": ["size exclusion"], "yield_per_million_cells": 1e9,
            "particles_per_ug": "1e10", "seen_by": ["electron microscopy", "particle tracking"], "batch": "B1"}
    table = read_size_table("size_nm,particles\n100,1\n")
    assert verdicts(VESICLES, table, **full)["misev"] == {"asks_nothing"}
    lacking = {key: verdicts(VESICLES, table, **{k: v for k, v in full.items() if k != key})["misev"] for key in full}
    assert lacking == {"donor": {"asks_donor"}, "passage": {"asks_passage"}, "medium": {"asks_medium"}, "isolation": {"asks_isolation"},
                       "yield_per_million_cells": {"asks_yield"}, "particles_per_ug": {"asks_both_amounts"},
                       "seen_by": {"asks_single_vesicles"}, "batch": {"asks_batch"}}
    assert verdicts(VESICLES, None, **full)["misev"] == {"asks_table"}
    assert verdicts(VESICLES, table, **{**full, "seen_by": ["particle tracking", "resistive pulse sensing"]})["misev"] == {"asks_single_vesicles"}


def test_storage_is_told_and_lowers_the_dose():
    stored = {"temperature": "-80 C", "time": "30 d", "freeze_thaw_cycles": 3}
    assert verdicts(VESICLES)["storage"] == ("WARN", "storage_missing")
    assert verdicts(VESICLES, storage=stored)["storage"] == ("WARN", "storage_estimated")
    assert verdicts(VESICLES, storage={**stored, "counted": "after storage"})["storage"] == ("PASS", "storage_counted_after")
    assert report(VESICLES, storage=stored).dose.per_disc.value < 1e10


def test_cells_in_order_pass_every_line():
    found = report(CELLS, thaw_viability="82 %", donor_relation="allogeneic", donor="D1", batch="B1", passage=4, markers=STROMAL)
    assert {each.status for each in found.findings} == {"PASS"} and len(found.findings) == 8


@pytest.mark.parametrize(("more", "check", "verdict"), [
    ({"thaw_viability": "60 %"}, "viability", ("WARN", "viability_low")),
    ({}, "viability", ("WARN", "viability_missing")),
    ({"donor_relation": "xenogeneic"}, "donor", ("WARN", "relation_xenogeneic")),
    ({"markers": {**STROMAL, "CD45": "present"}}, "identity", ("FAIL", "cell_markers_wrong")),
    ({"markers": {**STROMAL, "CD90": "absent"}}, "identity", ("FAIL", "cell_markers_wrong")),
    ({"markers": {"CD73": "present"}}, "identity", ("WARN", "cell_markers_gap")),
    ({"passage": 9}, "passage", ("WARN", "passage_high")),
    ({"batch": "B1"}, "batch", ("WARN", "batch_missing")),
    ({"dose": "1e9 cells"}, "room", ("WARN", "room_crowded")),
    ({"source": "fibroblast"}, "source", ("WARN", "negative_control")),
    ({"volume": "9 mL"}, "volume", ("WARN", "volume_large")),
    ({"volume": "30 mL"}, "volume", ("FAIL", "volume_too_large")),
], ids=lambda x: str(x)[:40])
def test_cells_out_of_order(more, check, verdict):
    assert verdicts(CELLS, **more)[check] == verdict


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_verdict_can_be_told_in_both_languages(lang):
    from pulposus.core.language import catalogue

    for base, more in ((VESICLES, {"modification": "antagomir", "storage": {"temperature": "4 C", "time": "2 d"}, "particles_per_ug": "1e10"}),
                       (CELLS, {"thaw_viability": "82 %", "donor_relation": "allogeneic"}), (VESICLES, {"dose": "10 ug"})):
        found = report(base, **more)
        rows = verdict_rows(found, lang)
        assert len(rows) == len(found.findings) and all(all(row.values()) for row in rows)
        assert not any("{" in cell for row in rows for cell in row.values())
        assert bool(dose_rows(found, base["kind"], lang)) == (found.dose is not None)
    assert [key for key in catalogue().keys() if key.startswith("product_")]


def test_the_document_holds_plain_data():
    import json

    document = document_of(report(VESICLES))
    assert json.loads(json.dumps(document))["findings"][0]["sources"] == ["CHENG2018", "LIAO2019", "ZHUGD2020"]
    assert document["for"] == {"species": "human", "level": "L4/L5", "grade": "III"}
    assert np.isfinite(document["dose"]["per_cell"]["high"])
