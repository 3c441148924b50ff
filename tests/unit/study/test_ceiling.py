"""The nutritional dose ceiling: monotone, rivals told apart, and where it says it is."""

from __future__ import annotations

import numpy as np
import pytest
from small_studies import UNTREATED, study

from pulposus.study.ceiling import dose_ceilings
from pulposus.study.plan import make_plan
from pulposus.therapy.transplant import Transplant
from pulposus.tissue.disc import Disc, supply_of, tissue_processes
from pulposus.tissue.geometry import geometry_of


def plan_of(grade=3, laws=None, **overrides):
    """Return the plan of an untreated disc."""
    return make_plan(study(UNTREATED, grade=grade, model={"overrides": overrides, "laws": laws or {}}), 200)


def rows_of(plan):
    """Return endplate law -> its row."""
    return {row["endplate_diffusivity"]: row for row in dose_ceilings(plan)}


@pytest.fixture(scope="module")
def by_opening():
    """Return open share of the endplate -> endplate law -> row."""
    return {share: rows_of(plan_of(endplate_open=share)) for share in (1.0, 0.8, 0.6)}


def test_a_less_open_endplate_has_a_lower_ceiling(by_opening):
    for name in ("fresh_cells", "settled_cells", "glucose_without_dose"):
        assert by_opening[1.0]["porosity"][name] > by_opening[0.8]["porosity"][name] > by_opening[0.6]["porosity"][name] >= 0


def test_low_measured_diffusivities_have_a_lower_ceiling(by_opening):
    for rows in by_opening.values():
        assert rows["measured_low"]["fresh_cells"] <= rows["porosity"]["fresh_cells"]
        assert rows["measured_low"]["glucose_without_dose"] < rows["porosity"]["glucose_without_dose"]
    assert by_opening[1.0]["measured_low"]["fresh_cells"] < by_opening[1.0]["porosity"]["fresh_cells"]


def test_fresh_cells_need_more_than_settled_ones(by_opening):
    row = by_opening[1.0]["porosity"]
    assert 1e5 < row["fresh_cells"] < row["settled_cells"] < 1e9


def test_a_disc_that_starves_without_a_dose_has_no_room():
    row = rows_of(plan_of(endplate_open=0.1))["porosity"]
    assert row["glucose_without_dose"] < row["threshold"] and row["fresh_cells"] == row["settled_cells"] == 0.0


@pytest.mark.parametrize(("name", "fresh"), [("fresh_cells", 1.0), ("settled_cells", 0.0)])
def test_at_the_ceiling_the_least_glucose_is_the_threshold(by_opening, name, fresh):
    plan, row = plan_of(endplate_open=1.0), by_opening[1.0]["porosity"]
    drawn = plan.draw(None)
    geometry = geometry_of(drawn, "human", "L4/L5")
    processes = [*tissue_processes(plan.laws, supply_of(drawn), 1.0, matrix=False), Transplant([], 1.0)]
    disc = Disc(drawn, geometry, processes, plan.nodes)
    c, y, g = disc.initial()
    inside = disc.points.region == 0
    volume = disc.points.volume[inside].sum()
    assert volume == pytest.approx(geometry.nucleus_volume, rel=1e-9)
    density = np.where(inside, row[name] / volume, 0.0)
    found = disc.coupled.continued(c, {**y, "transplanted": density, "fresh": fresh * density}, g, 0.0, 1e-9)
    least = disc.points.at(found.c)[2][inside].min()
    assert found.converged and least == pytest.approx(row["threshold"], rel=1e-2)


def test_the_row_tells_the_glucose_of_the_disc_as_it_is(by_opening):
    plan = plan_of(endplate_open=1.0)
    drawn = plan.draw(None)
    disc = Disc(drawn, geometry_of(drawn, "human", "L4/L5"), tissue_processes(plan.laws, supply_of(drawn), 1.0, matrix=False), plan.nodes)
    least = disc.points.at(disc.steady().c)[2][disc.points.region == 0].min()
    row = by_opening[1.0]["porosity"]
    assert row["glucose_without_dose"] == pytest.approx(least, rel=1e-4) and row["threshold"] == drawn.value("glucose_death_threshold")


def test_both_rivals_are_told_whatever_the_study_uses():
    usual, stated = (rows_of(plan_of(laws=laws)) for laws in ({}, {"endplate_diffusivity": "measured_low"}))
    assert list(usual) == list(stated) == ["porosity", "measured_low"]
    assert usual["porosity"]["fresh_cells"] == stated["porosity"]["fresh_cells"]


def test_hungrier_cells_have_a_lower_ceiling():
    usual, hungry = (rows_of(plan_of(**changes))["porosity"]["settled_cells"] for changes in
                     ({}, {"msc_glucose_rate_settled": f"{2 * plan_of().parameters['msc_glucose_rate_settled'].value} "
                                                       f"{plan_of().parameters['msc_glucose_rate_settled'].unit}"}))
    assert 0.4 * usual < hungry < 0.6 * usual
