"""Scales beside Pfirrmann's, what instruments detect, T2 at other centres, pain and disability."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import yaml
from problems import nominal_draw

from pulposus.core.draws import Draw
from pulposus.core.errors import InputError
from pulposus.core.files import packaged
from pulposus.core.parameters import ParameterSet
from pulposus.tissue.grading import expected, modified_pfirrmann_table, thompson_table
from pulposus.tissue.histology import damage, histology_score
from pulposus.tissue.observed import annulus_t2, mri_index, observed
from pulposus.tissue.placebo import control_arms, placebo_course
from pulposus.tissue.repeatability import instruments, smallest_detectable
from pulposus.tissue.symptoms import Course, Symptoms, inflammation, structural_loss
from pulposus.tissue.t2_series import transfers

MONTH = 30.4375 * 86400
SALINE, CELLS, UNTREATED = Course((0.0,)), Course((0.0,), cells=True), Course()


def draws(count: int, grade: str = "III", species: str = "human"):
    """Return some draws."""
    return [Draw(ParameterSet.load(), 7, i, species, grade) for i in range(count)]


# ---- scales

@pytest.mark.parametrize("table", [modified_pfirrmann_table, thompson_table])
def test_a_map_keeps_probability_and_order(table):
    """Rows sum to 1, and a worse Pfirrmann grade is never a better grade of the other scale."""
    for draw in draws(16):
        W = table(draw)
        np.testing.assert_allclose(W.sum(axis=1), 1.0, atol=1e-14)
        assert W.min() >= 0 and np.all(np.diff(expected(W)) > 0)


def test_the_modified_scale_follows_its_recorded_table():
    """Grades 3 and 4 stand for III and share it evenly, 7 and 8 for V."""
    W = modified_pfirrmann_table(nominal_draw("III"))
    assert W.shape == (5, 8)
    assert W[2].tolist() == [0, 0, 0.5, 0.5, 0, 0, 0, 0] and W[4].tolist() == [0, 0, 0, 0, 0, 0, 0.5, 0.5]


def test_the_thompson_map_has_the_published_agreement():
    """With the published distribution of grades the map's linear kappa is the published .61."""
    share = np.array([0.058, 0.442, 0.321, 0.168, 0.011])
    joint = share[:, None] * thompson_table(nominal_draw("III"))
    off = np.abs(np.subtract.outer(np.arange(5), np.arange(5)))
    by_chance = np.outer(share, joint.sum(axis=0))
    assert 1 - (joint * off).sum() / (by_chance * off).sum() == pytest.approx(0.61, abs=0.005)


def test_histology_is_anchored_on_its_own_scale_and_refused_without_an_anchor():
    """The damage of an untreated lesion has its published score, none has 0, and no score leaves the scale."""
    draw = Draw(ParameterSet.load(), 0, 0, "sheep", "healthy", nominal=True)
    assert histology_score(draw, "shu2017", np.array([0.0, 0.5, 1.0])).tolist() == [0.0, 15.2, 24.0]
    assert damage(0.0, 0.0) == 1.0 and damage(2.0, 1.0) == 0.0
    with pytest.raises(InputError, match="histology_boos2002"):
        histology_score(draw, "boos2002", 0.5)


# ---- instruments

def test_the_smallest_detectable_change_of_every_instrument():
    """1.96 sqrt(2) SD, in percent of the value for T2, and a grade never less than one."""
    found = instruments()
    assert set(found) == {"height_index", "t2", "t2_annulus", "mri_index", "pfirrmann", "modified_pfirrmann", "thompson",
                          "histology_shu2017", "vas", "odi"}
    assert found["t2"].detects(100.0) == pytest.approx(smallest_detectable(7.2)) and found["t2"].detects(50.0) == pytest.approx(9.98, abs=0.01)
    assert found["vas"].detects(30.0) == found["vas"].detects(80.0) == pytest.approx(27.72, abs=0.01)
    assert found["pfirrmann"].detects(3.0) == 1.0 and found["modified_pfirrmann"].detects(3.0) > 1.0
    assert (found["pfirrmann"].kappa, found["vas"].important, found["odi"].important, found["t2"].kappa) == (0.67, 15.0, 10.0, None)


# ---- images

def test_annulus_t2_is_the_posters_at_the_start_and_falls_with_its_water():
    """By side and grade; within the table of grades; NaN where no annulus is on record."""
    for grade, sides in (("I", (54.8, 62.0)), ("III", (45.3, 48.2)), ("IV", (36.7, 39.5))):
        assert annulus_t2(nominal_draw(grade), [1.0]) * 1e3 == pytest.approx(np.array([sides]))
    falling = annulus_t2(nominal_draw("II"), [1.0, 0.97, 0.9, 0.3])
    assert np.all(np.diff(falling, axis=0) < 0) and np.allclose(falling[-1] * 1e3, [33.0, 35.5], atol=0.1)
    assert np.isnan(annulus_t2(Draw(ParameterSet.load(), 0, 0, "sheep", "III"), [1.0])).all()


def test_the_mri_index_of_a_rodent_follows_area_and_water_alone():
    """Where T2 is not told the signal is that of the water: half the volume at the same height leaves sqrt(1/2) of the area."""
    draw = Draw(ParameterSet.load(), 0, 0, "rat", "healthy", nominal=True)
    untold = np.full(2, np.nan)
    assert mri_index(draw, [1.0, 0.5], [1.0, 1.0], [0.8, 0.8], untold)[-1] == pytest.approx(0.5**0.5)
    assert mri_index(draw, [1.0, 1.0], [1.0, 1.0], [0.8, 0.7], untold)[-1] < 1
    shorter = mri_index(nominal_draw("III"), [1.0, 1.0], [1.0, 1.0], [0.8, 0.8], [0.1, 0.05])
    assert shorter[-1] == pytest.approx(np.exp(-100 / 50 + 100 / 100))  # echo time 100 ms


def test_one_factor_of_the_site_does_not_carry_t2_to_other_centres():
    """A miss that is kept in sight: both other series span less of T2 between their grades than the poster does, so that a factor
    set by one value is off at every other; Marinelli's grade IV misses by 0.8 ms, the cut-offs by more."""
    found = {(t.reference, t.set_by, t.at): t for t in transfers()}
    assert len(found) == 8 and not any(t.holds for t in found.values())
    nearest = found["MARINELLI2010", "II", "IV"]
    assert nearest.predicted == pytest.approx(42.87, abs=0.01) and nearest.reported - nearest.predicted - nearest.sd == pytest.approx(0.84, abs=0.01)
    up, down = found["TAKASHIMA2012", "II/III", "I/II"], found["TAKASHIMA2012", "II/III", "III/IV"]
    assert up.predicted > up.reported and down.predicted < down.reported, "the other centre's range is narrower, not shifted"


# ---- control arms

def test_the_course_of_control_arms_is_the_one_on_record():
    """The fitted records are those of the written fit, and the reported falls are inside or outside as it says."""
    kept = yaml.safe_load(packaged("symptoms/placebo_course.yaml").read_text("utf-8"))
    known = ParameterSet.load()
    for record, value, spread in (("placebo_size", kept["size"], ("sd", kept["size_sd"])), ("odi_ratio", kept["odi_ratio"], ("sd", kept["odi_ratio_sd"]))):
        assert known[record].value == value and getattr(known[record].spread, spread[0]) == spread[1]
    for record, value, sd in (("placebo_time", kept["tau"], kept["tau_sd_ln"]), ("placebo_shape", kept["shape"], kept["shape_sd_ln"])):
        assert known[record].value == value and known[record].spread.gsd == pytest.approx(np.exp(sd), abs=1e-3)
    rows = {row.id: row for row in control_arms()}
    assert {each["row"] for each in kept["left_out"] + kept["check"]} == set(rows)
    for each in kept["left_out"] + kept["check"]:
        assert each["reported"] == rows[each["row"]].fall and each["inside"] is (each["low"] <= each["reported"] <= each["high"])
    assert sum(each["inside"] for each in kept["left_out"]) == 7  # of 10; the trial without any placebo response misses, as does a mean of 3


def test_the_written_fit_is_the_best_one():
    """No step of a tenth away from the written parameters explains the control arms better."""
    path = Path(__file__).parents[3] / "tools" / "calibrate_placebo.py"
    spec = importlib.util.spec_from_file_location("calibrate_placebo", path)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    kept = yaml.safe_load(packaged("symptoms/placebo_course.yaml").read_text("utf-8"))
    best = [kept["size"], np.log(kept["size_sd"]), np.log(kept["tau"]), np.log(kept["shape"]), kept["odi_ratio"]]
    rows = [row for row in control_arms() if row.use == "fit"]
    at = tool.loss(best, rows)
    for i, step in enumerate((3.0, 0.2, 0.2, 0.2, 0.2)):
        for sign in (-1, 1):
            moved = [x + sign * step * (j == i) for j, x in enumerate(best)]
            assert tool.loss(moved, rows) > at, (i, sign)


def test_the_course_can_start_slowly():
    """With a shape above 1 less than half of the fall of a year is there by month 6, as in the first VAST cohort (40 %)."""
    assert placebo_course(6, 1.0, 10.0, 2.5) / placebo_course(12, 1.0, 10.0, 2.5) < 0.4
    assert placebo_course(6, 1.0, 4.0, 1.0) / placebo_course(12, 1.0, 4.0, 1.0) > 0.8


# ---- pain and disability

def at(draw, course, inflamed=(0.0, 0.0), lost=(0.5, 0.5), months=(0.0, 12.0), symptom="vas"):
    """Return the scores of a law at two times."""
    return Symptoms.of(draw, symptom).at(np.array(months) * MONTH, course, np.array(inflamed), np.array(lost))


def test_treated_arms_share_one_course_per_draw_and_differ_by_what_they_do():
    """Saline and cells that do nothing end alike in every draw, after a flare that is likelier after cells."""
    for draw in draws(16):
        for symptom in ("vas", "odi"):
            saline, cells = at(draw, SALINE, symptom=symptom), at(draw, CELLS, symptom=symptom)
            assert abs(cells[1] - saline[1]) < 1e-3 and cells[0] >= saline[0]
    assert at(nominal_draw("III"), UNTREATED)[1] > at(nominal_draw("III"), SALINE)[1] + 10


def test_inflammation_and_structure_hurt_and_what_is_not_of_the_disc_stays():
    """More of either, more pain; a disc made new takes away no more than the disc's share."""
    draw = nominal_draw("III")
    calm, inflamed, worse = at(draw, SALINE), at(draw, SALINE, inflamed=(0.0, 0.5)), at(draw, SALINE, lost=(0.5, 1.0))
    assert inflamed[1] - calm[1] == pytest.approx(7.5) and worse[1] - calm[1] == pytest.approx(17.28 / 2, abs=0.01)
    law = Symptoms.of(draw, "vas")
    all_gone = law.at(np.array([0.0, 12 * MONTH]), SALINE, np.array([1e6, 0.0]), np.array([0.5, 0.5]))
    left = law.start - law.control_course(12 * MONTH, SALINE)
    assert all_gone[1] == pytest.approx(max(0.4 * left, 5.0), abs=0.01)


def test_scores_stay_between_floor_and_100():
    """In every draw, whatever happens to the disc."""
    for draw in draws(32):
        for change in (-50.0, 50.0):
            scores = at(draw, CELLS, inflamed=(0.0, change), lost=(0.5, 0.5 + change))
            assert draw.value("symptom_floor") <= scores.min() and scores.max() <= 100.0


def test_a_flare_fades_and_comes_with_every_injection():
    """The first week is worse than the month after; a second injection brings it back; the untreated have none."""
    law = Symptoms.of(nominal_draw("III"), "vas")
    t = np.array([0.0, 7.0, 60.0, 90.0]) * 86400
    twice = law.harm(t, Course((0.0, 90.0 * 86400)))
    assert twice[0] == pytest.approx(0.0909 * 20, rel=1e-6) and twice[1] == pytest.approx(twice[0] / np.e) and twice[2] < 0.01
    assert twice[3] == pytest.approx(twice[0], abs=1e-4) and not law.harm(t, UNTREATED).any()


def test_a_depot_beside_the_disc_relieves_only_what_is_not_the_disc_and_only_while_it_lasts():
    law = Symptoms.of(nominal_draw("III"), "vas")
    t = np.array([0.0, 7.0, 365.0]) * 86400
    sham, cells = (Course((0.0,), beside=beside) for beside in ((), (0.0,)))
    gain = law.at(t, sham, 0 * t, 0 * t) - law.at(t, cells, 0 * t, 0 * t)
    left = law.start - law.control_course(t, sham)
    share, tau = law.depot
    np.testing.assert_allclose(gain, law.not_disc * share * left * np.exp(-t / tau), rtol=1e-9, atol=1e-12)
    assert gain[0] > 0.5 and gain[-1] < 1e-6 and share > 0


def test_cytokines_that_are_not_there_add_nothing():
    """Without cytokines among the read-outs the term is 0; with them pain follows those of the nucleus."""
    draw = nominal_draw("III")
    chances = np.tile([0.0, 0.0, 1.0, 0.0, 0.0], (2, 1))
    readings = {"gag": np.ones((2, 3)), "pfirrmann_probability": chances, "pfirrmann": np.array([3.0, 3.0])}
    times = np.array([0.0, 12 * MONTH])
    without = observed(draw, ["vas"], readings, times, SALINE)["vas"]
    with_them = observed(draw, ["vas"], {**readings, "il1b": np.array([[0.0, 0.0, 0.0], [1e-6, 0.0, 0.0]])}, times, SALINE)["vas"]
    assert without.tolist() == at(draw, SALINE).tolist() and with_them[1] - without[1] == pytest.approx(7.5)
    assert float(inflammation(0.0, 0.0, (1.0, 1.0))) == 0.0


def test_structure_explains_of_pain_what_cohorts_showed():
    """Cohorts simulated draw by draw: persons' structure with the SD on record, pain with b2 and the SD on record. The correlation
    has a mean of about .15 and stays below the .36 that was read, but for the scatter of 4000 persons."""
    rng = np.random.default_rng(1)
    found = []
    for draw in draws(200):
        sd_L, sd_P, b2 = draw.value("structure_sd"), draw.value("pain_sd"), Symptoms.of(draw, "vas").per_structure
        L = structural_loss(3.0) + sd_L * rng.standard_normal(4000)
        rest = np.sqrt(sd_P**2 - (b2 * sd_L) ** 2) * rng.standard_normal(4000)
        found.append(np.corrcoef(L, b2 * L + rest)[0, 1])
    assert np.mean(found) == pytest.approx(0.15, abs=0.01) and np.max(found) < 0.36 + 2 / np.sqrt(4000)
    assert np.quantile(found, 0.05) < 0.06  # hardly any is among what is allowed


def test_asking_for_nothing_works_nothing_out_and_an_unread_disc_has_nothing():
    """No value is drawn for an outcome that no study asked for."""
    draw = Draw(ParameterSet.load(), 0, 0, "human", "III")
    assert observed(draw, ["t2"], {"gag": np.ones((1, 3)), "pfirrmann_probability": np.eye(5)[:1]}, np.zeros(1), SALINE) == {}
    assert observed(draw, ["vas"], {}, np.zeros(0), SALINE) == {} and not draw.used


@pytest.mark.parametrize("symbol", ["t2_anterior_annulus_slope", "t2_posterior_annulus_slope", "pain_per_structure", "odi_per_structure"])
def test_recorded_values_are_those_of_their_rules(symbol):
    """A record that names a rule shows the nominal value of that rule."""
    shown = ParameterSet.load().lookup(symbol, "any", "human", "III").si
    assert shown == pytest.approx(Draw(ParameterSet.load(), 0, 0, "human", "III", nominal=True).value(symbol), rel=1e-3) and shown > 0
