"""One draw of a study: every arm on the same disc, shares of the dose, harms, and arms that fail alone."""

from __future__ import annotations

import numpy as np
import pytest
from small_studies import BESIDE, FIVE, NEEDLE, NODES, PEDICLE, SALINE, UNTREATED, VEIN, arm, cells, study, vesicles

from pulposus.study.plan import make_plan
from pulposus.study.run import run_draw
from pulposus.therapy.injection import inject
from pulposus.therapy.product import viable_cells
from pulposus.tissue.geometry import geometry_of
from pulposus.tissue.stepper import Control


def plan_of(*arms, **changes):
    """Return the plan of a small study."""
    return make_plan(study(*arms, **changes), NODES)


def leak_share(drawn, geometry, volume, carrier):
    """Return the leak of an injection through the needle of these studies."""
    return inject(drawn, geometry, volume, carrier).leak


MANY = (*FIVE, arm("late", (cells(), NEEDLE, "30 d")),
        arm("two", (cells(),), (cells(), NEEDLE, "14 d")))


@pytest.fixture(scope="module")
def ran():
    """Return the plan and the outcome of draw 1."""
    plan = plan_of(*MANY)
    return plan, run_draw(plan, 1)


def test_every_arm_starts_from_the_same_disc(ran):
    plan, outcome = ran
    assert list(outcome.arms) == [a["name"] for a in MANY]
    for name, quantity in ((n, q) for n in outcome.arms for q in ("height_index", "t2", "gag", "glucose_min", "viable_cells")):
        values = outcome.arms[name].readings[quantity]
        assert len(values) == len(plan.times)
        np.testing.assert_array_equal(values[0], outcome.arms["untreated"].readings[quantity][0])
    assert {a.stopped for a in outcome.arms.values()} == {""} and max(a.gap for a in outcome.arms.values()) < 1e-10


def test_a_draw_is_the_same_when_run_again(ran):
    plan, outcome = ran
    again = run_draw(plan, 1)
    assert again.used == outcome.used
    for name, arm_ in outcome.arms.items():
        for quantity, values in arm_.readings.items():
            np.testing.assert_array_equal(values, again.arms[name].readings[quantity])


def test_other_arms_change_an_arm_by_less_than_the_tolerance(ran):
    plan, outcome = ran
    alone = run_draw(plan_of(UNTREATED, FIVE[2]), 1)
    assert alone.used.keys() <= outcome.used.keys()
    assert all(outcome.used[k] == v for k, v in alone.used.items())
    for quantity, rtol in (("height_index", 1e-5), ("gag", 1e-5), ("glucose_min", 2e-2)):
        np.testing.assert_allclose(alone.arms["cells"].readings[quantity], outcome.arms["cells"].readings[quantity], rtol=rtol)


def test_shares_of_the_dose(ran):
    plan, outcome = ran
    drawn = plan.draw(1)
    geometry = geometry_of(drawn, "human", "L4/L5")
    product = plan.spec.arm("cells").doses[0].product
    kept = viable_cells(drawn, product) * (1 - leak_share(drawn, geometry, product.volume, "saline"))
    found = outcome.arms["cells"]
    assert found.arrived_share == pytest.approx(kept / 6e6, rel=1e-9)
    assert found.alive_share == pytest.approx(found.readings["transplanted_cells"][list(plan.times).index(plan.landmark)] / 6e6)
    assert 0 < found.alive_share < found.arrived_share < 1
    gel = outcome.arms["exosome"]
    assert gel.arrived_share == pytest.approx(1 - leak_share(drawn, geometry, 0.2e-6, "thermogel"), rel=1e-9)
    assert 0 < gel.alive_share < gel.arrived_share
    vein = outcome.arms["vein"]
    assert vein.arrived_share == pytest.approx(drawn.value("disc_homing_share") * drawn.value("thaw_viability"), rel=1e-2)
    for name in ("untreated", "saline"):
        assert np.isnan(outcome.arms[name].arrived_share) and np.isnan(outcome.arms[name].alive_share)


def test_the_fates_of_every_cell_given_add_up_to_one(ran):
    _, outcome = ran
    for name in ("cells", "pedicle", "vein", "endplate", "epidural", "late", "two"):
        if name not in outcome.arms:
            continue
        fates = outcome.arms[name].fates
        assert sum(fates.values()) == pytest.approx(1.0, abs=1e-8), name
        assert all(share >= -1e-9 for fate, share in fates.items() if fate != "divided") and fates["divided"] <= 1e-9, name
    assert outcome.arms["untreated"].fates == outcome.arms["exosome"].fates == {}
    cells_in, vein = outcome.arms["cells"].fates, outcome.arms["vein"].fates
    assert cells_in["leak"] > 0 and cells_in["early loss"] > 0 and cells_in["elsewhere"] == pytest.approx(0, abs=1e-12)
    assert vein["elsewhere"] > 0.3 and vein["leak"] == 0


def test_two_doses_share_one_denominator(ran):
    _, outcome = ran
    assert outcome.arms["two"].arrived_share == pytest.approx(outcome.arms["cells"].arrived_share, rel=1e-9)
    assert outcome.arms["two"].readings["transplanted_cells"][-1] > outcome.arms["cells"].readings["transplanted_cells"][-1]


def test_the_nominal_draw_carries_maps_and_mesh():
    plan = plan_of(UNTREATED, FIVE[2])
    outcome = run_draw(plan, None)
    nodes, triangles, regions = outcome.mesh
    assert len(regions) == len(triangles) and set(regions) == {0, 1, 2}
    assert nodes.shape[1] == 2 and triangles.shape[1] == 3 and triangles.max() == len(nodes) - 1
    maps = outcome.arms["cells"].maps
    assert {"oxygen", "lactate", "glucose", "native", "transplanted", "aggrecan_intact"} <= set(maps)
    assert all(m.shape == (len(nodes),) for m in maps.values())
    assert maps["transplanted"].max() > 0 and "transplanted" not in outcome.arms["untreated"].maps
    assert run_draw(plan, 0).mesh is None and run_draw(plan, 0).arms["cells"].maps == {}


def test_an_arm_that_cannot_go_on_keeps_what_it_reached_and_the_others_go_on(monkeypatch):
    """A disc whose step never succeeds after day 14 stops with a sentence; its companions reach the end."""
    from pulposus.tissue.stepper import Stepper

    step = Stepper.step

    def failing(self, s, h):
        broken = "transplanted" in s.y and s.t + h > 14.5 * 86400
        return None if broken else step(self, s, h)

    monkeypatch.setattr(Stepper, "step", failing)
    plan = plan_of(UNTREATED, FIVE[2])
    outcome = run_draw(plan, 0, Control(least=3600.0))
    assert "no step longer than 3600 s was accepted at 14" in outcome.arms["cells"].stopped
    assert outcome.arms["untreated"].stopped == "" and len(outcome.arms["untreated"].readings["t2"]) == len(plan.times)
    assert len(outcome.arms["cells"].readings["t2"]) == 3 and np.isnan(outcome.arms["cells"].alive_share)


def test_an_arm_that_cannot_start_says_so(monkeypatch):
    from pulposus.tissue.stepper import Stepper

    start = Stepper.start
    monkeypatch.setattr(Stepper, "start", lambda self, t, c, y, g: None if "transplanted" in y else start(self, t, c, y, g))
    outcome = run_draw(plan_of(UNTREATED, FIVE[2]), 0)
    assert outcome.arms["cells"].stopped == "the disc could not be solved at the start" and outcome.arms["cells"].readings == {}
    assert outcome.arms["untreated"].stopped == ""


def test_a_draw_in_which_vesicles_miss_the_nucleus_is_run():
    plan = plan_of(UNTREATED, arm("missed", (vesicles(), PEDICLE)))
    index = next(i for i in range(64) if not plan.draw(i).u("pedicle_reach") < plan.draw(i).value("pedicle_reach"))
    found = run_draw(plan, index).arms["missed"]
    assert found.stopped == "" and found.arrived_share == 0.0 and found.alive_share == 0.0


def test_an_untreated_arm_and_a_sham_have_no_harms_and_saline_by_vein_holds_no_cells():
    outcome = run_draw(plan_of(UNTREATED, arm("sham", ({"kind": "extradiscal_sham"}, BESIDE)), arm("drip", (SALINE, VEIN))), 0)
    assert outcome.arms["untreated"].harms == outcome.arms["sham"].harms == {}
    assert "lung_retention" not in outcome.arms["drip"].harms
