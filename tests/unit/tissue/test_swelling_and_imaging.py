"""From water and height to T2 and grades."""

from __future__ import annotations

import numpy as np
import pytest
from problems import nominal_draw

from pulposus.core.draws import Draw
from pulposus.core.errors import RejectedDraw
from pulposus.core.parameters import ParameterSet
from pulposus.tissue.imaging import GRADES, Imaging
from pulposus.tissue.swelling import Swelling


def imaging(grade, draw=None):
    """Return the imaging law of a grade and its swelling law."""
    draw = draw or nominal_draw(grade)
    swelling = Swelling.of(draw)
    return Imaging.of(draw, swelling.phi), swelling


def test_grade_probabilities():
    """They sum to 1 and none is negative, for any T2 and height."""
    law, _ = imaging("III")
    t2, height = np.meshgrid(np.geomspace(0.01, 0.5, 40), np.linspace(0.3, 1.1, 20))
    chances = law.grades(t2, height)
    assert chances.shape == (20, 40, 5)
    np.testing.assert_allclose(chances.sum(axis=-1), 1.0, atol=1e-14)
    assert chances.min() >= 0


def test_grades_are_ordinal():
    """More T2 or more height never makes a worse grade likelier: every P(grade > k) falls with both."""
    law, _ = imaging("III")
    worse = np.cumsum(law.grades(np.geomspace(0.01, 0.5, 60), np.full(60, 0.8))[..., ::-1], axis=-1)[..., ::-1][..., 1:]
    assert np.all(np.diff(worse, axis=0) <= 1e-15)
    worse = np.cumsum(law.grades(np.full(60, 0.05), np.linspace(0.3, 1.1, 60))[..., ::-1], axis=-1)[..., ::-1][..., 1:]
    assert np.all(np.diff(worse, axis=0) <= 1e-15)


@pytest.mark.parametrize("grade", GRADES[:4])
def test_the_table_value_of_a_grade_is_most_likely_that_grade(grade):
    """A disc with the mean T2 and height of its grade gets that grade as the likeliest one."""
    law, _ = imaging(grade)
    draw = nominal_draw(grade)
    height = draw.value("grade_height") / draw.value("grade_height", grade="I")
    assert GRADES[int(np.argmax(law.grades(law.site * law.t2, height)))] == grade


def test_grade_v_is_told_from_iv_by_height():
    """At the T2 of grade V, a tall disc is grade IV and a collapsed one grade V."""
    law, _ = imaging("V")
    tall, low = law.grades(np.full(2, law.site * law.t2), np.array([0.9, 0.5]))
    assert np.argmax(tall) == 3 and np.argmax(low) == 4


def test_t2_follows_water():
    """T2 is the table's at the start, falls with aggrecan, and falls by the fitted slope."""
    law, swelling = imaging("II")
    draw = nominal_draw("II")
    assert law.t2_of(swelling.phi) == pytest.approx(draw.value("t2", region="NP") * law.site, rel=1e-12)
    t2 = law.t2_of(swelling.porosity(swelling.start * np.array([1.0, 0.8, 0.5])))
    assert np.all(np.diff(t2) < 0)
    assert 5 < draw.value("t2_water_slope") < 25


def test_draws_whose_t2_falls_with_water_are_rejected_and_no_other():
    """Over 64 draws every law exists with a positive slope, or the draw is refused with a reason."""
    parameters = ParameterSet.load()
    for index in range(64):
        draw = Draw(parameters, 5, index, "human", "III")
        try:
            assert draw.value("t2_water_slope") > 0
        except RejectedDraw as refusal:
            assert "T2" in refusal.reason


@pytest.mark.parametrize(("symbol", "region", "grades"), [
    ("fragment_loss", "NP", "I III"), ("fragment_loss", "AF", "I III"), ("fragment_loss", "CEP", "I III"),
    ("osmotic_factor", "any", "I IV"), ("height_volume_coupling", "any", "I III"), ("annulus_bulge", "any", "I III"),
    ("annulus_stiffness", "any", "I III"),
    ("t2_water_slope", "any", "I III")])
def test_recorded_values_of_derived_parameters_are_those_of_their_rules(symbol, region, grades):
    """A record that names a rule shows the nominal value of that rule for the grade it was worked out at."""
    for grade in grades.split():
        shown = ParameterSet.load().lookup(symbol, region, "human", grade).si
        assert shown == pytest.approx(nominal_draw(grade).value(symbol, region=region), rel=1e-3)


def test_t2_does_not_leave_the_table_of_grades():
    draw = nominal_draw("III")
    image = Imaging.of(draw, Swelling.of(draw).phi)
    table = [draw.value("t2", region="NP", grade=g) for g in ("I", "V")]
    assert image.t2_of(np.array([0.99, 0.3])) == pytest.approx(table)


def test_a_rodent_has_no_t2_and_no_grade():
    """The mean T2 of a rodent nucleus does not follow degeneration, so none is told."""
    for species in ("rat", "mouse"):
        draw = Draw(ParameterSet.load(), 0, 0, species, "III", nominal=True)
        image = Imaging.of(draw, 0.76)
        t2 = image.t2_of(0.76)
        assert np.isnan(t2) and np.isnan(image.grades(t2, 0.9)).any()
