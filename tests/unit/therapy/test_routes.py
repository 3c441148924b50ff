"""The routes: what a dose becomes before the disc does anything with it - shares, wounds, harms, one geometry."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from small_doses import (
    BESIDE,
    DAY,
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
    put_in,
    vehicle,
    vesicles,
)

from pulposus.core.errors import InputError
from pulposus.core.vocabulary import names
from pulposus.therapy import homing, presets
from pulposus.therapy.injection import inject
from pulposus.therapy.losses import LOSSES
from pulposus.therapy.product import viable_cells
from pulposus.therapy.route import is_gel
from pulposus.therapy.routes import endplate_seeding, epidural, intravenous, transannular, transpedicular
from pulposus.therapy.treatment import ROUTES, treat
from pulposus.tissue.wound import Wound, opening

VOLUMES = np.array([0.05, 0.2, 0.5, 1.0, 2.0, 4.0]) * mL
HUMAN = disc_of(draw())
MIDDLE = "disc_middle_height_L4_L5.human"


WOUND = ["wound", "granulation"]  # the processes of a wounded disc
INTACT = {"endplate_open": 1.0, "track": 0.0, "scar": 0.0, "hole": 0.0, "nucleus_volume_lost": 0.0}


def leak_share(drawn, geometry, volume, carrier, needle="22G", **how):
    """Return the leak of an injection."""
    return inject(drawn, geometry, volume, carrier, diameter=drawn.value(f"needle_diameter_{needle}"), **how).leak


def wound(delivery, name, stays=0.5):
    """Return what the wounds of a delivery add to one state of an intact disc."""
    p = {n: 0.5 for n in Wound.parameters} | {"puncture_permanent_share": stays, "geometry": HUMAN}
    state = INTACT | {n: np.ones(3) for n in ("native", "senescent")} | {n: np.zeros(3) for n in ("granulation", "collagen_denatured")}
    points = SimpleNamespace(region=np.arange(3), volume=np.ones(3))
    return sum(event.jump(state, p, points).get(name, 0.0) for event in delivery.wounds)


# ---- leak

@pytest.mark.parametrize("index", [None, 0, 5])
def test_leak_rises_with_the_injected_volume_once_the_track_opens(index):
    drawn = draw(index)
    leaks = np.array([leak_share(drawn, disc_of(drawn), v, "saline") for v in VOLUMES[:-1]])  # up to 2 mL: beyond, pressure drives seepage
    assert np.all(np.diff(leaks)[leaks[1:] > 0] > 0) and leaks[0] >= 0 and 0 < leaks[-1] < 1


@pytest.mark.parametrize("carrier", names("carrier"))
def test_leak_is_a_share_and_a_gel_leaks_less_than_saline(carrier):
    for index in range(20):
        drawn = draw(index)
        saline, other = (leak_share(drawn, disc_of(drawn), 2 * mL, c) for c in ("saline", carrier))
        assert 0 <= other <= saline <= 1
        assert not is_gel(carrier) or other < 0.95 * saline or saline == 0


def test_a_linear_disc_with_an_open_track_leaks_by_the_closed_form():
    """k = 0, P_o = 0, n = 0: x' = q - x / tau fills, exp(-dwell / tau) of it stays, a share s of that leaks."""
    drawn = draw(injection_stiffening=1e-9, track_closing_pressure="0 MPa", track_flow_exponent=0.0)
    tau, share, lasts, dwell = drawn.value("injection_seeping_time"), drawn.value("leak_share"), 120.0, 300.0
    found = inject(drawn, HUMAN, 2 * mL, "saline", diameter=1e-3, rate=2 * mL / lasts, dwell=dwell)
    filled = tau / lasts * (1 - np.exp(-lasts / tau))
    assert found.left == pytest.approx(filled * np.exp(-dwell / tau), rel=1e-6)
    assert found.leak == pytest.approx(share * found.left, rel=1e-6)
    assert found.end_pressure == pytest.approx(drawn.value("injection_stiffness") * filled * 2 * mL / HUMAN.nucleus_volume, rel=1e-6)


def test_slow_injection_and_long_dwell_leak_less_and_a_fast_one_builds_more_pressure():
    for drawn in (draw(), draw(3), draw(8)):
        geometry = disc_of(drawn)
        fast, slow = (inject(drawn, geometry, 2 * mL, "saline", rate=r * mL, dwell=30.0) for r in (1.0, 0.005))
        held = inject(drawn, geometry, 2 * mL, "saline", rate=1.0 * mL, dwell=1200.0)
        assert slow.leak < fast.leak and held.leak < fast.leak
        assert slow.end_pressure < fast.end_pressure == held.end_pressure


def test_a_thicker_needle_leaks_no_less():
    for index in range(20):
        drawn = draw(index)
        leaks = [leak_share(drawn, disc_of(drawn), 2 * mL, "saline", needle) for needle in ("27G", "22G", "18G")]
        assert leaks == sorted(leaks)


def test_leak_hangs_on_the_volume_relative_to_the_nucleus_alone():
    drawn = draw(2)
    human, double = disc_of(drawn), replace(disc_of(drawn), nucleus_radius=disc_of(drawn).nucleus_radius * 2**0.5)
    assert double.nucleus_volume == pytest.approx(2 * human.nucleus_volume)
    assert leak_share(drawn, double, 2 * mL, "saline") == pytest.approx(leak_share(drawn, human, 1 * mL, "saline"), rel=1e-12)
    small = disc_of(draw(2, "rat"), "lumbar")
    assert leak_share(drawn, small, 2e-3 * mL, "saline") > leak_share(drawn, human, 2e-3 * mL, "saline")


# ---- needle

def test_the_needle_ratio_uses_the_one_geometry():
    for drawn in (draw(), draw(1), draw(**{MIDDLE: "6 mm"})):
        geometry = disc_of(drawn)
        ratio = drawn.value("needle_diameter_22G") / (2 * geometry.half_height)
        expected = opening(ratio, drawn.value("needle_critical_ratio"), drawn.value("needle_ratio_width"))
        assert transannular.deliver(dose(NOTHING), drawn, geometry).harms["puncture_injury"] == expected
    flat, tall = (disc_of(draw(**{MIDDLE: h})) for h in ("6 mm", "12 mm"))
    assert flat.needle_ratio(1e-3) == pytest.approx(2 * tall.needle_ratio(1e-3))


def test_18G_wounds_a_rat_and_22G_hardly_a_man():
    rat = draw(species="rat")
    found = transannular.deliver(dose(NOTHING, by("transannular", needle="18G")), rat, disc_of(rat, "tail"))
    assert found.harms["puncture_injury"] > 0.99
    man = transannular.deliver(dose(NOTHING), draw(), HUMAN)
    assert 0 < man.harms["puncture_injury"] < 0.01


def test_a_thicker_needle_wounds_more_and_a_shallow_one_less():
    drawn = draw(species="rabbit")
    geometry = disc_of(drawn, "lumbar")
    injuries = [transannular.deliver(dose(NOTHING, by("transannular", needle=g)), drawn, geometry).harms["puncture_injury"]
                for g in ("30G", "27G", "25G", "22G", "18G", "14G")]
    assert np.all(np.diff(injuries) > 0)
    half = transannular.deliver(dose(NOTHING, by("transannular", needle="22G", depth_fraction=0.5)), drawn, geometry)
    assert half.harms["puncture_injury"] == pytest.approx(injuries[3] / 2, rel=1e-12)


def test_part_of_a_puncture_stays():
    for index in range(4):
        drawn = draw(index)
        found = transannular.deliver(dose(NOTHING), drawn, disc_of(drawn))
        injury, stays = found.harms["puncture_injury"], drawn.value("puncture_permanent_share")
        assert wound(found, "track", stays) == pytest.approx(injury * (1 - stays), rel=1e-12)
        assert wound(found, "scar", stays) == pytest.approx(injury * stays, rel=1e-12)
        assert wound(found, "confinement", stays) == pytest.approx(-injury, rel=1e-12)


# ---- comparators

COMPARATORS = {"untreated": [], "extradiscal sham": [dose(SHAM, BESIDE)], "needle only": [dose(NOTHING)],
               "saline": [dose(vehicle())], "cryomedium": [dose(vehicle("cryomedium"))], "carrier": [dose(vehicle("hyaluronic acid"))]}


def test_the_comparators_do_what_they_say():
    found = {name: treat(doses, draw(1), disc_of(draw(1))) for name, doses in COMPARATORS.items()}
    for name in ("untreated", "extradiscal sham"):
        assert found[name].processes == [] and found[name].harms == {}
    assert set(found["needle only"].harms) == {"puncture_injury", "nucleus_extrusion", "track_innervation"}
    for name in ("needle only", "saline", "cryomedium", "carrier"):
        assert [q.name for q in found[name].processes] == WOUND
        assert found[name].cells_given == found[name].particles_given == 0
    leaks = [found[name].harms["leak"] for name in ("saline", "cryomedium", "carrier")]
    assert leaks[0] > leaks[1] > leaks[2] > 0
    assert len({found[name].harms["puncture_injury"] for name in ("needle only", "saline", "cryomedium", "carrier")}) == 1


def test_a_vehicle_puts_no_cells_and_no_particles_anywhere():
    for route in (NEEDLE, PEDICLE, VEIN, PLATE, BESIDE):
        given = treat([dose(vehicle(), route)], draw(), HUMAN)
        assert given.cells_given == given.particles_given == 0
        assert not {q.name for q in given.processes} - set(WOUND)
        assert not {"osteophyte", "lung_retention"} & set(given.harms)


# ---- transannular cells

def test_cells_that_arrive_and_cells_that_leak_are_all_viable_cells():
    drawn = draw(3)
    geometry = disc_of(drawn)
    found = transannular.deliver(dose(cells()), drawn, geometry)
    viable = 6e6 * drawn.value("thaw_viability")
    leak = leak_share(drawn, geometry, 2 * mL, "saline")
    assert put_in(found, geometry) == pytest.approx(viable * (1 - leak), rel=1e-12)
    assert found.expected == pytest.approx(viable * (1 - leak), rel=1e-12)
    hazard = drawn.value("osteophyte_per_leaked_cell") * viable * leak
    assert found.harms["osteophyte"] == pytest.approx(-np.expm1(-hazard), rel=1e-9)


@pytest.mark.parametrize("module", [transannular, transpedicular, intravenous, endplate_seeding, epidural])
def test_the_thaw_viability_multiplies_the_dose(module):
    route = PEDICLE if module is transpedicular else NEEDLE
    drawn = draw(annular_fissure_share=0.1)

    def expected(alive):
        return module.deliver(dose(cells(alive=alive), route), drawn, HUMAN).expected

    assert expected(0.5) == pytest.approx(0.5 * expected(1.0), rel=1e-12) and expected(1.0) > 0
    assert expected(None) == pytest.approx(drawn.value("thaw_viability") * expected(1.0), rel=1e-12)


def test_viable_cells_of_other_products_are_none():
    assert viable_cells(draw(), vesicles()) == 0.0 and viable_cells(draw(), vehicle()) == 0.0


# ---- transpedicular

@pytest.fixture(scope="module")
def pedicle():
    """Return, for 512 draws, the chance on record, whether the needle reached the nucleus, and what was delivered."""
    rows = []
    for index in range(512):
        drawn = draw(index)
        geometry = disc_of(drawn)
        found = transpedicular.deliver(dose(cells(), PEDICLE), drawn, geometry)
        rows.append((drawn.value("pedicle_reach"), put_in(found, geometry), found.expected, found.harms["missed_nucleus"],
                     viable_cells(drawn, cells()) * (1 - leak_share(drawn, geometry, 2 * mL, "saline"))))
    return np.array(rows).T


def test_the_needle_reaches_the_nucleus_as_often_as_on_record(pedicle):
    chance, cells_in, *_ = pedicle
    reached = cells_in > 0
    error = (chance * (1 - chance)).sum() ** 0.5 / len(chance)
    assert abs(reached.mean() - chance.mean()) < 4 * error
    assert chance.mean() == pytest.approx(0.8, abs=0.01)
    low, high = chance < np.median(chance), chance >= np.median(chance)  # the chance of a draw counts, not only its mean
    assert reached[high].mean() > reached[low].mean()


def test_a_missed_draw_delivers_nothing_and_a_hit_all_that_did_not_leak(pedicle):
    _, cells_in, expected, _, kept = pedicle
    missed = cells_in == 0
    assert 40 < missed.sum() < 180
    assert np.all(expected[missed] == 0)
    np.testing.assert_allclose(cells_in[~missed], kept[~missed], rtol=1e-12)
    np.testing.assert_allclose(expected[~missed], kept[~missed], rtol=1e-12)


def test_the_chance_of_a_miss_is_told(pedicle):
    chance, _, _, missed, _ = pedicle
    np.testing.assert_allclose(missed, 1 - chance, rtol=1e-12)


def test_a_scaffold_prevents_part_of_the_hole_and_cement_closes_the_endplate():
    drawn = draw(6)
    geometry = disc_of(drawn)
    none, scaffold, cement = (transpedicular.deliver(dose(cells(), by("transpedicular", needle="14G", repair=r)), drawn, geometry)
                              for r in ("none", "scaffold", "cement"))
    width = min(1.0, (drawn.value("needle_diameter_14G") / drawn.value("endplate_hole_reference_diameter")) ** 2)
    assert wound(none, "hole") == pytest.approx(width, rel=1e-12)
    assert wound(scaffold, "hole") == pytest.approx((1 - drawn.value("scaffold_repair_share")) * width, rel=1e-12)
    thin = transpedicular.deliver(dose(cells(), by("transpedicular", needle="22G", repair="none")), drawn, geometry)
    assert 0 < wound(thin, "hole") < wound(scaffold, "hole") < width
    assert wound(none, "endplate_open") == wound(scaffold, "endplate_open") == 0.0
    assert wound(cement, "endplate_open") == pytest.approx(-drawn.value("cement_closed_share"), rel=1e-12)
    assert scaffold.expected >= none.expected
    closing = next(e for e in cement.wounds if e.what == "cement")
    assert closing.jump({"endplate_open": 0.4}, {}, None)["endplate_open"] == pytest.approx(0.4 * wound(cement, "endplate_open"))


def test_the_annulus_stays_whole_and_its_harms_are_other_ones():
    found = transpedicular.deliver(dose(vehicle(), PEDICLE), draw(), HUMAN)
    assert wound(found, "track") == wound(found, "scar") == 0.0
    assert set(found.harms) == {"endplate_fracture", "pedicle_breach", "embolism", "missed_nucleus", "leak"}


def test_a_missed_dose_of_vesicles_makes_no_disc_unsolvable():
    """Tolerances refer to what may arrive; nothing arriving must not make them zero."""
    index = next(i for i in range(64) if not draw(i).u("pedicle_reach") < draw(i).value("pedicle_reach"))
    for carrier in ("saline", "thermogel"):
        missed = treat([dose(vesicles(carrier=carrier), PEDICLE)], draw(index), disc_of(draw(index)))
        for process in missed.processes:
            for field in process.fields({"geometry": HUMAN, "cell_density": 4e12}):
                assert field.scale > 0, field.name


def test_guidance_and_operator_move_the_chance_of_a_miss_and_the_tip():
    drawn = draw(9)
    plain, ct, learning = (transpedicular.deliver(dose(cells(), by("transpedicular", needle="14G", repair="none", **care)), drawn, HUMAN)
                           for care in ({}, {"guidance": "CT"}, {"operator": "learning"}))
    factor = drawn.value("guidance_factor_CT")
    assert ct.harms["missed_nucleus"] == pytest.approx(factor * plain.harms["missed_nucleus"], rel=1e-12)
    assert learning.harms["missed_nucleus"] >= plain.harms["missed_nucleus"]
    assert 0 < ct.access["tip_offset"] < plain.access["tip_offset"] <= learning.access["tip_offset"]


def test_aimed_onto_the_endplate_cells_wander_in_and_no_hole_is_left():
    onto = dose(cells(1e6), by("transpedicular", needle="14G", repair="none", target="endplate"))
    index = next(i for i in range(64) if draw(i).u("pedicle_reach") < draw(i).value("pedicle_reach"))
    found = transpedicular.deliver(onto, draw(index), disc_of(draw(index)))
    assert found.wounds == [] and found.cells == []
    seeded = endplate_seeding.deliver(dose(cells(1e6), PLATE), draw(index), disc_of(draw(index)))
    assert found.expected == seeded.expected > 0 and "pedicle_breach" in found.harms


def test_no_cell_is_lost_twice():
    """Thawing, leak, a miss and what may arrive add up to the dose, by every route and in draws that miss."""
    for index in range(40):
        drawn = draw(index)
        for route in (NEEDLE, PEDICLE, VEIN, PLATE, BESIDE):
            found = treat([dose(cells(), route)], drawn, disc_of(drawn))
            near = put_in(SimpleNamespace(cells=[e for q in found.processes if q.name == "transplant" for e in q.doses], vesicles=[]),
                          disc_of(drawn)) + sum(getattr(q, "cells", 0.0) for q in found.processes)
            assert near + sum(found.lost.values()) == pytest.approx(6e6, rel=1e-12)


# ---- outside the disc

def test_by_vein_the_dose_is_in_lungs_and_blood():
    drawn = draw(5)
    found = intravenous.deliver(dose(cells(1e8), VEIN, 3.0), drawn, disc_of(drawn))
    event, amount = found.depots[0].event, found.depots[0].cells
    jump = event.jump({}, {}, None)
    held = drawn.value("lung_first_pass_share")
    assert jump["lungs"] + jump["blood"] == pytest.approx(1e8 * drawn.value("thaw_viability"), rel=1e-12)
    assert jump["lungs"] / amount == pytest.approx(held, rel=1e-12) and found.harms["lung_retention"] == held
    assert event.time == 3 * DAY and found.cells == [] and found.wounds == []
    assert found.expected == pytest.approx(amount * drawn.value("disc_homing_share"), rel=1e-12)


def test_a_stated_fissure_lets_its_share_in():
    opened = dose(cells(), by("epidural", fissure=0.02))
    found = treat([opened, dose(cells(), BESIDE, day=1)], draw(7), HUMAN)
    depot = next(q for q in found.processes if q.name == "epidural depot")
    assert depot.entering == pytest.approx(0.01)  # the mean over both doses
    assert epidural.deliver(opened, draw(7), HUMAN).expected == pytest.approx(0.02 * 6e6 * draw(7).value("thaw_viability"))


def test_an_engineered_receptor_counts_under_its_own_ligand_alone():
    assert homing.receptor_counts("CXCR4-MSC", "cxcl12") and not homing.receptor_counts("CXCR4-MSC", "ccl22")
    p = {"homing_gain": 4.0, "homing_half": 1e-5}
    some = {"chemokine": np.array([0.0, 1e-5, 1.0])}
    share = homing.entering_share(1e-3, some, p, np)
    np.testing.assert_allclose(share / 1e-3, [1.0, 3.0, 5.0], rtol=5e-3)
    assert homing.entering_share(1e-3, some, p, np, "none") == 1e-3 and np.all(homing.entering_share(0.9, some, p, np) < 1)


def test_beside_the_disc_nothing_enters_unless_a_fissure_is_stated():
    assert epidural.deliver(dose(cells(), BESIDE), draw(7), HUMAN).expected == 0.0
    stated = draw(annular_fissure_share=0.02)
    assert epidural.deliver(dose(cells(alive=1.0), BESIDE), stated, HUMAN).expected == pytest.approx(0.02 * 6e6)


def test_doses_by_the_same_route_share_one_depot():
    found = treat([dose(cells(1e8), VEIN), dose(cells(2e8), VEIN, 7.0)], draw(), HUMAN)
    blood = [q for q in found.processes if q.name == "bloodstream"]
    assert len(blood) == 1 and blood[0].cells == pytest.approx(3e8 * draw().value("thaw_viability"))
    assert [e.time for e in blood[0].events({})] == [0.0, 7 * DAY]
    assert found.cells_given == 3e8


# ---- treatments

def test_two_doses_and_the_hazards_of_both_needles_add_up():
    one, other, both = (treat(doses, draw(), HUMAN) for doses in
                        ([dose(cells())], [dose(cells(2e6, "thermogel", 0.5 * mL), day=30)],
                         [dose(cells()), dose(cells(2e6, "thermogel", 0.5 * mL), day=30)]))
    assert both.cells_given == 8e6

    def transplant(treatment):
        return next(q for q in treatment.processes if q.name == "transplant")

    assert transplant(both).expected == pytest.approx(transplant(one).expected + transplant(other).expected, rel=1e-12)
    assert [e.time for e in transplant(both).events({})] == [0.0, 30 * DAY]
    for name in ("osteophyte", "nucleus_extrusion"):
        assert both.harms[name] == pytest.approx(1 - (1 - one.harms[name]) * (1 - other.harms[name]), rel=1e-12)
        assert both.harms[name] > max(one.harms[name], other.harms[name])
    for name in ("leak", "puncture_injury", "track_innervation"):
        assert both.harms[name] == max(one.harms[name], other.harms[name])


def test_cells_and_vesicles_in_one_arm_are_told_apart():
    both = treat([dose(cells()), dose(vesicles(), day=7)], draw(), HUMAN)
    assert {q.name for q in both.processes} == {"transplant", *LOSSES, "dead cells", "vesicle decay", "vesicle uptake",
                                                "uptake by transplanted cells", "vesicle effect", *WOUND}
    assert both.cells_given == 6e6 and both.particles_given == 1e10


@pytest.mark.parametrize("route", [NEEDLE, PEDICLE, VEIN, PLATE, BESIDE], ids=lambda r: r.kind)
@pytest.mark.parametrize("product", [cells(), vesicles()], ids=lambda p: p.kind)
def test_what_was_given_is_told_for_every_route(route, product):
    given = treat([dose(product, route)], draw(), HUMAN)
    assert (given.cells_given, given.particles_given) == ((6e6, 0.0) if product.kind == "cells" else (0.0, 1e10))


def test_an_unknown_route_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="transannular"):
        treat([dose(cells(), SimpleNamespace(kind="transanular"))], draw(), HUMAN)
    assert set(ROUTES) == set(names("route"))


# ---- what can be given

def test_the_table_of_routes_names_the_evidence():
    rows = {row["route"]: row for row in presets.table("routes")}
    assert set(rows) == set(ROUTES)
    assert rows["transannular"]["evidence for cells"] == "human_rct" and rows["epidural"]["n"] == 1
    assert rows["epidural"]["in words"] != next(r for r in presets.table("routes", "zh") if r["route"] == "epidural")["in words"]


def test_the_tables_of_carriers_and_products():
    carriers = {row["carrier"]: row for row in presets.table("carriers")}
    assert set(carriers) == set(names("carrier")) and carriers["saline"]["leak, relative to saline"] == 1.0
    assert carriers["saline"]["range"] == "fixed" and carriers["thermogel"]["range"] == "0.1 to 0.9"
    assert [name for name, row in carriers.items() if row["gel"]] == [name for name in carriers if is_gel(name)] != []
    products = presets.table("products")
    assert {row["kind"] for row in products} == {"cells", "vesicles"}
    assert {row["source"] for row in products if row["kind"] == "cells"} == set(names("cell_source", built=False))
