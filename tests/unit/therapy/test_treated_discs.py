"""Treated discs in time: what reaches them, what it does there, and that every cell and particle is accounted for."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from small_doses import (
    BESIDE,
    DAY,
    LAWS,
    NEEDLE,
    NOTHING,
    PEDICLE,
    PLATE,
    SHAM,
    VEIN,
    by,
    cells,
    disc_of,
    dose,
    draw,
    mL,
    run,
    vehicle,
    vesicles,
)

from pulposus.therapy.transplant import bolus
from pulposus.therapy.treatment import treat
from pulposus.tissue.disc import Disc, supply_of, tissue_processes
from pulposus.tissue.history import run_discs

DAYS = np.array([0.0, 0.5, 1.0, 3.0, 7.0, 14.0, 28.0, 29.0, 42.0, 56.0])
SEALED = {r: by("transpedicular", needle="14G", repair=r) for r in ("none", "scaffold", "cement")}
ARMS = {
    "untreated": [], "sham": [dose(SHAM, BESIDE)], "needle only": [dose(NOTHING)], "saline": [dose(vehicle())],
    "carrier": [dose(vehicle("hyaluronic acid"))], "cells": [dose(cells())], "many cells": [dose(cells(6e7))],
    "two doses": [dose(cells()), dose(cells(3e6), day=28)], "late dose": [dose(cells(3e6), day=28)],
    "transpedicular": [dose(cells(), PEDICLE)], **{f"hole, {r}": [dose(vehicle(), route)] for r, route in SEALED.items()},
    "vein": [dose(cells(1e9), VEIN)], "endplate": [dose(cells(1e6), PLATE)], "epidural": [dose(cells(1e7), BESIDE)],
    "vesicles": [dose(vesicles())], "vesicles in gel": [dose(vesicles(carrier="thermogel"))],
    "their vehicle": [dose(vehicle(volume=0.2 * mL))],
}


@pytest.fixture(scope="module")
def arms():
    """Return treatments and histories of all arms in the nominal disc, and that draw."""
    drawn = draw(disc_homing_share=1e-5)
    return *run(ARMS, drawn, DAYS), drawn


def same(a, b, names=None):
    """Return whether the shared readings of two histories are equal bit for bit."""
    return all(np.array_equal(a.readings[n], b.readings[n]) for n in names or set(a.readings) & set(b.readings))


def test_no_arm_stopped_and_every_ledger_closes(arms):
    _, found, _ = arms
    for name, history in found.items():
        assert history.stopped == "" and len(history.times) == len(DAYS), name
        gaps = {field: history.ledger.gap(field) for field in history.ledger.start}
        assert max(gaps.values()) < 1e-10, (name, gaps)


# ---- comparators

@pytest.mark.parametrize("name", ["sham", "epidural"])
def test_what_stays_outside_leaves_the_disc_exactly_as_untreated(arms, name):
    _, found, _ = arms
    assert set(found["untreated"].readings) <= set(found[name].readings)
    assert same(found[name], found["untreated"], ("height_index", "t2", "pfirrmann_probability", "pfirrmann", "viable_cells", "gag"))
    for field in ("native", "aggrecan_intact", "endplate_open"):
        assert found[name].ledger.end[field] == found["untreated"].ledger.end[field]


@pytest.mark.parametrize("name", ["sham", "epidural"])
def test_what_stays_outside_leaves_the_solutes_exactly_as_untreated(arms, name):
    _, found, _ = arms
    assert same(found[name], found["untreated"], ("glucose_min", "oxygen_min", "lactate_max"))


def test_a_needle_wounds_and_injects_nothing(arms):
    _, found, drawn = arms
    needle = found["needle only"]
    assert not {"transplanted", "vesicles"} & set(needle.ledger.start)
    assert needle.ledger.end["scar"] > 0
    assert np.all(needle.readings["gag"][1:, 0] < found["untreated"].readings["gag"][1:, 0])
    assert needle.readings["gag"][0, 0] == found["untreated"].readings["gag"][0, 0]
    healed = needle.ledger.entries["track"]["puncture"] * np.exp(-56 * DAY / drawn.value("track_healing_time"))
    assert needle.ledger.end["track"] == pytest.approx(healed, rel=0.03)


def test_a_vehicle_does_what_its_needle_does(arms):
    treatments, found, _ = arms
    assert same(found["saline"], found["needle only"]) and same(found["carrier"], found["saline"])
    assert treatments["carrier"].harms["leak"] < treatments["saline"].harms["leak"]


# ---- through the pedicle

def test_a_hole_costs_matrix_a_scaffold_saves_part_and_cement_starves(arms):
    _, found, drawn = arms
    end = {name: found[name].readings["gag"][-1, 0] for name in ("untreated", "hole, none", "hole, scaffold", "hole, cement")}
    assert end["untreated"] > end["hole, scaffold"] > end["hole, none"]
    loss = {name: end["untreated"] - value for name, value in end.items()}
    assert loss["hole, scaffold"] / loss["hole, none"] == pytest.approx(1 - drawn.value("scaffold_repair_share"), rel=1e-2)
    opened = {r: found[f"hole, {r}"].ledger.end["endplate_open"] for r in SEALED}
    assert opened["none"] == opened["scaffold"]
    assert opened["cement"] == pytest.approx((1 - drawn.value("cement_closed_share")) * opened["none"], rel=1e-6)
    glucose = {r: found[f"hole, {r}"].readings["glucose_min"] for r in SEALED}
    assert np.all(glucose["cement"][1:] < glucose["none"][1:] - 0.05)
    assert glucose["cement"][0] == glucose["none"][0]


def test_through_the_pedicle_the_annulus_is_not_wounded(arms):
    _, found, _ = arms
    history = found["transpedicular"]
    assert history.ledger.end["track"] == history.ledger.end["scar"] == 0.0 < history.ledger.end["hole"]
    assert history.ledger.entries["transplanted"]["transpedicular dose"] == pytest.approx(
        found["cells"].ledger.entries["transplanted"]["transannular dose"], rel=1e-12)


# ---- from outside

def test_by_vein_the_homing_share_arrives_and_the_rest_is_gone(arms):
    treatments, found, drawn = arms
    book = found["vein"].ledger
    viable = 1e9 * drawn.value("thaw_viability")
    assert book.entries["lungs"]["intravenous dose"] + book.entries["blood"]["intravenous dose"] == pytest.approx(viable, rel=1e-12)
    assert book.end["lungs"] < 1e-5 * viable and book.end["blood"] < 1e-5 * viable
    assert book.entries["transplanted"]["bloodstream"] == pytest.approx(drawn.value("disc_homing_share") * viable, rel=1e-3)
    assert book.entries["fresh"]["bloodstream"] == pytest.approx(book.entries["transplanted"]["bloodstream"], rel=1e-12)
    for name in ("lungs", "blood", "transplanted", "fresh"):
        assert book.gap(name) < 1e-10
    assert not {"track", "hole"} & set(book.start)


def test_by_vein_cells_come_while_lungs_and_blood_empty(arms):
    _, found, _ = arms
    here = found["vein"].readings["transplanted_cells"]
    assert here[0] == 0 and 0 < here[1] < here[3]


def test_of_cells_on_the_endplate_the_share_on_record_enters(arms):
    _, found, drawn = arms
    book = found["endplate"].ledger
    viable = 1e6 * drawn.value("thaw_viability")
    assert book.entries["endplate_pool"]["endplate dose"] == pytest.approx(viable, rel=1e-12)
    assert book.entries["transplanted"]["endplate pool"] == pytest.approx(drawn.value("endplate_invasion_share") * viable, rel=1e-3)
    assert book.end["endplate_pool"] < 1e-3 * viable


def test_beside_the_disc_exactly_nothing_is_delivered(arms):
    _, found, drawn = arms
    history = found["epidural"]
    assert np.all(history.readings["transplanted_cells"] == 0.0)
    assert all(amount == 0.0 for amount in history.ledger.entries["transplanted"].values())
    left = 1e7 * drawn.value("thaw_viability") * np.exp(-56 * DAY / drawn.value("epidural_clearance_time"))
    assert history.ledger.end["epidural_depot"] == pytest.approx(left, abs=1e-4 * 1e7)


def test_through_a_stated_fissure_its_share_enters_by_the_wall():
    drawn = draw(annular_fissure_share=0.02, epidural_clearance_time="2 d")
    _, found = run({"fissure": [dose(cells(1e7), BESIDE)]}, drawn, [0.0, 1.0, 40.0])
    book = found["fissure"].ledger
    assert book.entries["transplanted"]["epidural depot"] == pytest.approx(0.02 * 1e7 * drawn.value("thaw_viability"), rel=1e-3)
    assert book.gap("transplanted") < 1e-10 and found["fissure"].stopped == ""


def test_by_vein_and_by_endplate_cells_sit_at_the_endplate_and_injected_ones_in_the_nucleus():
    drawn = draw()
    for product, route, inside in ((cells(), NEEDLE, "nucleus"), (cells(1e9), VEIN, "endplate")):
        given = treat([dose(product, route)], drawn, disc_of(drawn))
        disc = Disc(drawn, disc_of(drawn), [*tissue_processes(LAWS, supply_of(drawn), 1.0), *given.processes], 200)
        map_ = run_discs([disc], [0.0, DAY])[0].fields["transplanted"]
        z, r = disc.mesh.nodes[:, 1], disc.mesh.nodes[:, 0]
        seen = map_ > 1e-6 * map_.max()
        if inside == "nucleus":
            assert z[seen].max() <= disc.geometry.half_height - 0.5 * disc.geometry.endplate_thickness
            assert r[seen].max() <= disc.geometry.nucleus_radius + 1e-9
        else:
            assert np.allclose(z[seen], disc.geometry.half_height) and seen.sum() > 3


# ---- in the disc

def test_two_doses_add_up(arms):
    _, found, _ = arms
    both, first, late = (found[n].ledger.entries["transplanted"]["transannular dose"] for n in ("two doses", "cells", "late dose"))
    assert both == pytest.approx(first + late, rel=1e-12)
    here = {n: found[n].readings["transplanted_cells"] for n in ("two doses", "cells", "late dose")}
    before, after = DAYS <= 28, DAYS > 28
    np.testing.assert_allclose(here["two doses"][before], here["cells"][before], rtol=2e-3)
    np.testing.assert_allclose(here["two doses"][after], (here["cells"] + here["late dose"])[after], rtol=4e-2)  # they share the glucose
    assert np.all(here["late dose"][before] == 0) and here["late dose"][7] > 0


def test_injected_cells_arrive_at_once_and_then_grow_fewer(arms):
    _, found, _ = arms
    here, book = found["cells"].readings["transplanted_cells"], found["cells"].ledger
    assert here[0] == 0 and np.all(np.diff(here[1:]) < 0)
    assert 0.3 < here[1] / book.entries["transplanted"]["transannular dose"] < 1


def test_more_cells_leave_less_glucose(arms):
    _, found, _ = arms
    none, some, many = (found[n].readings["glucose_min"] for n in ("saline", "cells", "many cells"))
    first, early = 1, (DAYS > 0) & (DAYS <= 3)  # later fewer native cells are left to feed
    assert many[first] < some[first] < none[first] and np.all(some[early] < none[early])
    assert none[0] == some[0] == many[0]
    lactate = {n: found[n].readings["lactate_max"][first] for n in ("saline", "cells", "many cells")}
    assert lactate["many cells"] > lactate["cells"] > lactate["saline"]


def test_cells_make_matrix_and_without_their_gains_none(arms):
    _, found, drawn = arms
    assert found["cells"].readings["gag"][-1, 0] > found["saline"].readings["gag"][-1, 0]
    idle = draw(paracrine_synthesis_gain=0, differentiated_synthesis_share=0)
    _, again = run({"saline": [dose(vehicle())], "cells": [dose(cells())]}, idle, DAYS)
    change = again["cells"].readings["gag"][-1, 0] - again["saline"].readings["gag"][-1, 0]
    assert change <= 0  # what is left is their cost in glucose


def test_a_share_of_fresh_cells_is_lost_while_settling():
    """With no other fate the loss on record is what is missing at the end."""
    fates = dict.fromkeys(("transplant_late_death_rate", "transplant_division_rate", "differentiation_rate"), 0)
    drawn = draw(**{n: f"{v} 1/day" for n, v in fates.items()}, msc_glucose_death_threshold="0 mM", acid_death_rate="0 1/day",
                 clearance_rate_not_stated="0 1/day", death_switch_glucose="0.001 mM")
    _, found = run({"cells": [dose(cells(alive=1.0))]}, drawn, [0.0, 60.0], tol=1e-4)
    entries = found["cells"].ledger.entries["transplanted"]
    assert -entries["early loss"] / entries["transannular dose"] == pytest.approx(drawn.value("transplant_early_loss"), rel=2e-3)


# ---- vesicles (how they work is in test_vesicles.py)

def test_a_missed_dose_of_vesicles_leaves_a_disc_with_a_hole():
    index = next(i for i in range(64) if not draw(i).u("pedicle_reach") < draw(i).value("pedicle_reach"))
    for carrier in ("saline", "thermogel"):
        _, found = run({"missed": [dose(vesicles(carrier=carrier), PEDICLE)], "hole": [dose(NOTHING, PEDICLE)]}, draw(index), [0, 7, 28])
        assert found["missed"].stopped == "" and np.all(found["missed"].readings["vesicles_present"] == 0)
        assert same(found["missed"], found["hole"], ("gag", "height_index", "t2"))


def test_a_bolus_is_spread_evenly_over_its_region():
    points = SimpleNamespace(region=np.array([0, 0, 1, 2]), volume=np.array([1.0, 3.0, 2.0, 5.0]))
    jump = bolus(0.0, "dose", 8.0).jump({}, {}, points)
    assert jump["transplanted"].tolist() == jump["fresh"].tolist() == [2.0, 2.0, 0.0, 0.0]
    assert bolus(0.0, "dose", 8.0, region=1).jump({}, {}, points)["fresh"].tolist() == [0.0, 0.0, 4.0, 0.0]
