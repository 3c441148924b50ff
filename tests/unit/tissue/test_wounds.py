"""Wounds: four separate terms, each by itself, how they add up and heal; nothing is lost from the books."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from problems import DAY, LIMITED, nominal_draw, supply

from pulposus.core.draws import Draw
from pulposus.core.parameters import ParameterSet
from pulposus.tissue.disc import Disc, tissue_processes
from pulposus.tissue.geometry import geometry_of
from pulposus.tissue.history import run_discs
from pulposus.tissue.wound import Wound, hole, lesion, nucleotomy, opening, puncture, wound_processes

WEEK = 7 * DAY
RABBIT = Draw(ParameterSet.load(), 0, 0, "rabbit", "I", nominal=True)
SMALL = geometry_of(RABBIT, "rabbit", "lumbar")
NEEDLE = RABBIT.value("needle_diameter_18G")
POINTS = SimpleNamespace(region=np.array([0, 0, 1, 2]), volume=np.array([1.0, 1.0, 2.0, 0.5]) * 1e-8)


@pytest.fixture(scope="module")
def p():
    """Return the nominal parameters of a wound."""
    return {n: RABBIT.value(n) for n in Wound.parameters} | {"geometry": SMALL}


def state(**changes):
    """Return an intact disc at four points."""
    full = {n: np.ones(4) for n in ("native", "senescent", "aggrecan_intact", "aggrecan_fragments")}
    return full | {n: np.zeros(4) for n in ("granulation", "collagen_denatured")} | {
        "track": 0.0, "scar": 0.0, "hole": 0.0, "nucleus_volume_lost": 0.0, "confinement": 1.0, "endplate_open": 1.0, **changes}


def after(event, p, before):
    """Return the state after an event."""
    jump = event.jump(before, p, POINTS)
    return {n: value + jump.get(n, 0.0) for n, value in before.items()}


def test_the_opening_is_a_switch_at_the_critical_ratio():
    injury = np.array([opening(r, 0.4, 0.05) for r in np.linspace(0, 1, 21)])
    assert np.all(np.diff(injury) > 0) and injury[0] < 1e-3 and injury[-1] > 0.999
    assert opening(0.4, 0.4, 0.05, depth=0.3) == pytest.approx(0.15)


def test_a_puncture_is_four_separate_terms(p):
    event, plain = puncture(0.0, RABBIT, SMALL, NEEDLE), dict.fromkeys(("puncture_volume_loss", "track_kill_ratio"), 0.0)
    whole = after(event, p, state())
    injury = opening(SMALL.needle_ratio(NEEDLE), p_of("needle_critical_ratio"), p_of("needle_ratio_width"))
    assert whole["nucleus_volume_lost"] == pytest.approx(p["puncture_volume_loss"] * injury)  # 1
    np.testing.assert_allclose(whole["aggrecan_intact"], [1 - whole["nucleus_volume_lost"]] * 2 + [1, 1])
    without = after(event, {**p, "puncture_volume_loss": 0.0}, state())
    assert np.all(without["aggrecan_intact"] == 1) and without["native"][2] < 1 == without["native"][0] == without["native"][3]  # 2
    neither = after(event, {**p, **plain}, state())
    assert np.all(neither["native"] == 1) and neither["granulation"][2] > 0 == neither["granulation"][0]  # 3
    assert neither["confinement"] == pytest.approx(1 - injury) == 1 - neither["track"] - neither["scar"]  # 4


def p_of(symbol):
    """Return a nominal value."""
    return RABBIT.value(symbol)


def test_another_needle_finds_less_to_open(p):
    event = puncture(0.0, RABBIT, SMALL, NEEDLE)
    once = after(event, p, state())
    twice = after(event, p, once)
    assert 0 <= twice["confinement"] < once["confinement"] and twice["track"] + twice["scar"] <= 1
    assert 1 - twice["nucleus_volume_lost"] == pytest.approx((1 - once["nucleus_volume_lost"]) * (1 - p["puncture_volume_loss"] * (
        once["confinement"] - twice["confinement"])))
    assert np.all(twice["granulation"] <= 1) and np.all(twice["native"] >= 0)


def test_a_cut_wounds_by_its_width_and_depth(p):
    wall = SMALL.radius - SMALL.nucleus_radius
    small, deep, wide = (after(lesion(0.0, RABBIT, SMALL, w, d), p, state())
                         for w, d in ((0.5e-3, wall / 2), (0.5e-3, wall), (4e-3, wall)))
    assert small["confinement"] > deep["confinement"] > wide["confinement"] >= 0
    assert wide["granulation"][2] == pytest.approx(min(1, wall * 4e-3 * min(p_of("lesion_gap"), SMALL.height) / 2e-8))


def test_a_nucleotomy_takes_its_share_and_no_more(p):
    third = after(nucleotomy(0.0, 1 / 3), p, state())
    np.testing.assert_allclose(third["native"], [2 / 3, 2 / 3, 1, 1])
    assert third["nucleus_volume_lost"] == pytest.approx(1 / 3) and third["confinement"] == 1.0
    twice = after(nucleotomy(0.0, 1 / 3), p, third)
    assert twice["nucleus_volume_lost"] == pytest.approx(5 / 9)
    assert 0 < after(nucleotomy(0.0, 1.0), p, state())["aggrecan_intact"][0] < 0.02


def test_a_hole_is_a_matter_of_pressure_and_not_of_supply(p):
    found = after(hole(0.0, 0.5), p, state())
    assert found["endplate_open"] == 1.0 and found["confinement"] == pytest.approx(1 - 0.5 * p["hole_confinement_share"])
    assert found["granulation"][3] > 0 == found["granulation"][2] and found["nucleus_volume_lost"] == pytest.approx(0.5 * p["hole_volume_loss"])


def test_what_heals_heals_and_confinement_follows(p):
    process = Wound([])
    hurt = {"track": 0.6, "scar": 0.2, "hole": 0.6}
    rates = process.global_rate(hurt, {}, p, 0.0, np)
    assert rates["track"] == pytest.approx(-0.6 / p["track_healing_time"]) and rates["hole"] == pytest.approx(-0.6 / p["endplate_hole_healing_time"])
    assert rates["confinement"] == pytest.approx(-rates["track"] - p["hole_confinement_share"] * rates["hole"])
    factor = process.modifiers(hurt, p, 0.0, np)["degradation"]
    assert factor == pytest.approx(1 + 0.8 * p["puncture_degradation_gain"] + 0.6 * p["endplate_hole_degradation_gain"])
    assert process.modifiers(dict.fromkeys(hurt, 0.0), p, 0.0, np)["degradation"] == 1.0


@pytest.fixture(scope="module")
def course():
    """Return the history of a human disc with a wide cut, and of an intact one, by one clock."""
    draw = nominal_draw("I")
    geometry = geometry_of(draw, "human", "L4/L5")
    cut = [lesion(WEEK, draw, geometry, 20e-3, 6e-3), nucleotomy(WEEK, 0.2)]
    discs = [Disc(draw, geometry, [*tissue_processes(LIMITED, supply(), 1.0), *more], 200) for more in (wound_processes(cut), [])]
    return run_discs(discs, np.arange(0, 27, 2) * WEEK)


def test_an_injured_disc_thins_at_once_and_does_not_come_back(course):
    hurt, intact = course
    height = hurt.readings["height_index"]
    assert hurt.stopped == intact.stopped == "" and height[0] == 1.0 > height[1] and height[-1] < 0.99 * intact.readings["height_index"][-1]
    assert np.all(np.diff(hurt.readings["confinement"][1:]) > -1e-4) and hurt.readings["confinement"][-1] > hurt.readings["confinement"][1] and hurt.readings["confinement"][-1] < 1
    assert hurt.readings["collagen_denatured"][-1][1] > hurt.readings["collagen_denatured"][1][1] > 0
    assert hurt.readings["il1b"][1][1] > 0 and hurt.readings["il1b"][-1][1] < hurt.readings["il1b"][1][1]


def test_the_books_close_over_a_wound(course):
    hurt, _ = course
    assert max(hurt.ledger.gap(n) for n in hurt.ledger.start) < 1e-10
    taken = hurt.ledger.entries["native"]
    assert taken["lesion"] < 0 and taken["nucleotomy"] < 0 and hurt.ledger.entries["granulation"]["lesion"] > 0


def test_the_water_of_what_is_left_does_not_fall_with_what_was_taken(course):
    draw = nominal_draw("I")
    geometry = geometry_of(draw, "human", "L4/L5")
    taken = Disc(draw, geometry, [*tissue_processes(LIMITED, supply(), 1.0), *wound_processes([nucleotomy(DAY, 0.2)])], 200)
    t2 = run_discs([taken], [0.0, 2 * DAY])[0].readings["t2"]
    assert t2[1] == pytest.approx(t2[0], rel=1e-3)  # what is left is as wet as before
    assert course[0].readings["t2"][1] < 0.9 * t2[1]  # without a wall it swells less
