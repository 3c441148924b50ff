"""Proof of the interface: a user's own process changes the disc without a line of the tissue being touched.

And the other half of the promise: rate functions give the same numbers for one disc, for a batch of draws, and for a
reduced basis with weighted points.
"""

from __future__ import annotations

import numpy as np
import pytest
from problems import DAY, LIMITED, ax1, nominal_draw, parameters, supply

from pulposus.tissue.aggrecan import Aggrecan
from pulposus.tissue.disc import Disc, tissue_processes
from pulposus.tissue.endplate import Endplate
from pulposus.tissue.geometry import Geometry
from pulposus.tissue.history import run_discs
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.native_cells import NativeCells
from pulposus.tissue.nutrition import Nutrition
from pulposus.tissue.points import Points
from pulposus.tissue.process import MODIFIERS, Event, Field, Process
from pulposus.tissue.stepper import Control


class GrowthFactor(Process):
    """A factor that is injected, diffuses, leaves through the endplate into blood, costs glucose and makes cells build."""

    name, modifies = "growth factor", ("synthesis",)
    reads, sources = ("factor", "glucose", "factor_in_blood"), ("factor", "glucose")

    def prepare(self, draw, points):
        return {"factor_half": 0.5, "factor_cost": 2e-6, "factor_passage": 2e-9, "factor_clearance": 0.5 / DAY}

    def fields(self, p):
        return [Field("factor", "mol/m**3", "slow", 1.0, dict.fromkeys(REGIONS, 1e-10)),
                Field("factor_in_blood", "mol", "global", 1e-6)]

    def source(self, state, p, t, xp):
        glucose = state["glucose"] / (0.05 + xp.abs(state["glucose"]))
        return {"factor": 0.0 * state["factor"], "glucose": -p["factor_cost"] * state["factor"] * glucose}

    def surface(self, tag, state, p, t, xp):
        return {"factor": -p["factor_passage"] * state["factor"]} if tag == "endplate" else {}

    def global_rate(self, state, totals, p, t, xp):
        return {"factor_in_blood": -totals["source.factor"] - p["factor_clearance"] * state["factor_in_blood"]}

    def modifiers(self, state, p, t, xp):
        return {"synthesis": 1 + state["factor"] / (p["factor_half"] + state["factor"])}

    def events(self, p):
        return [Event(5 * DAY, "injection", lambda state, p, points: {"factor": np.where(points.region == 0, 1.0, 0.0)})]


def disc(*extra, nodes=300):
    """Return AX-1 of the nominal human draw with its tissue processes and more."""
    return Disc(nominal_draw(), Geometry(21e-3, 14e-3, 6.9e-3, 0.6e-3, 17e-3),
                [*tissue_processes(LIMITED, supply(), 1.0), *extra], nodes)


@pytest.fixture(scope="module")
def with_and_without():
    """Run 30 days with the growth factor and without it."""
    times = np.array([0.0, 4.0, 6.0, 15.0, 30.0]) * DAY
    mine = disc(GrowthFactor())
    return mine, run_discs([mine], times, Control(tol=1e-3))[0], run_discs([disc()], times, Control(tol=1e-3))[0]


def test_every_field_of_the_disc_is_accounted_for(with_and_without):
    """The ledger closes to 1e-10 for every field, the user's included, and names who did what."""
    _, run, _ = with_and_without
    assert run.stopped == ""
    assert {"factor", "factor_in_blood", "native", "senescent", "aggrecan_intact", "aggrecan_fragments",
            "endplate_open"} <= set(run.ledger.start)
    assert max(run.ledger.gap(name) for name in run.ledger.start) < 1e-10
    assert {"injection", "growth factor"} <= set(run.ledger.entries["factor"])


def test_what_left_the_disc_arrived_in_blood(with_and_without):
    """Injected = still in the disc + in blood + cleared from it, to 1e-8 of the dose."""
    mine, run, _ = with_and_without
    dose = 1.0 * mine.points.volume[mine.points.region == 0].sum()
    assert run.ledger.entries["factor"]["injection"] == pytest.approx(dose, rel=1e-12)
    lost = -run.ledger.entries["factor"]["growth factor"]
    assert 0.01 * dose < lost < dose
    assert run.ledger.end["factor"] == pytest.approx(dose - lost, rel=1e-8)
    assert 0 < run.ledger.end["factor_in_blood"] < lost


def test_glucose_falls_where_the_factor_draws_on_it(with_and_without):
    """The least glucose is untouched before the injection and lower after it."""
    _, run, plain = with_and_without
    with_factor, without = run.readings["glucose_min"], plain.readings["glucose_min"]
    np.testing.assert_allclose(with_factor[:2], without[:2], rtol=1e-4)
    assert np.all(with_factor[2:] < without[2:] - 0.01)


def test_the_modifier_raises_aggrecan(with_and_without):
    """Nucleus aggrecan is the same before the injection and rises above the untreated disc after it."""
    _, run, plain = with_and_without
    gain = run.readings["gag"][:, 0] / plain.readings["gag"][:, 0] - 1
    np.testing.assert_allclose(gain[:2], 0.0, atol=1e-9)
    assert np.all(np.diff(gain[1:]) > 5e-5) and gain[-1] > 5e-4
    annulus = run.readings["gag"][:, 1] / plain.readings["gag"][:, 1] - 1
    assert annulus[-1] < gain[-1]


def test_a_slow_field_counts_from_the_start():
    """A slow field that is there at t = 0 stays as it is at the start and is seen by nutrition there."""
    class Full(GrowthFactor):
        def fields(self, p):
            factor, blood = super().fields(p)
            return [Field(factor.name, factor.unit, "slow", 1.0, factor.diffusivity, start=1.0), blood]

    full, plain = disc(Full()), disc()
    steady = full.steady()
    np.testing.assert_allclose(steady.c[full.coupled.names.index("factor")], 1.0)
    assert steady.c[2].min() < plain.steady().c[2].min() - 0.05


def test_totals_hold_every_slow_field():
    """`global_rate` sees the volume integral of slow fields, local and diffusing."""
    seen = {}

    class Curious(GrowthFactor):
        def global_rate(self, state, totals, p, t, xp):
            seen.update({name: totals[name] for name in ("native", "factor", "source.factor")})
            return super().global_rate(state, totals, p, t, xp)

    mine = disc(Curious())
    c, y, g = mine.initial()
    c[mine.coupled.names.index("factor")] = 2.0
    mine.system.global_rates(mine.coupled.state(c, y, g, 0.0), 0.0)
    volume = mine.points.volume.sum()
    assert seen["factor"] == pytest.approx(2.0 * volume, rel=1e-12)
    assert seen["native"] == pytest.approx(mine.points.total(y["native"]), rel=1e-12)
    passage = 2.0 * 2e-9 * 2 * np.pi * 17e-3**2  # concentration x permeability x area of both endplates
    assert seen["source.factor"] == pytest.approx(-passage, rel=1e-12)


# ---- the same rate functions at the points of one disc, of a batch of draws, of a reduced basis

def processes():
    """Return every process of the tissue, in all its laws, and the user's."""
    return [Nutrition({**LIMITED, "oxygen": oxygen, "glucose_limiter": limiter, "formulation": form}, supply())
            for oxygen in ("bibby", "michaelis_menten") for limiter in (None, 0.05)
            for form in ("upf", "conservative")] + [NativeCells(), Aggrecan("two_pools"), Aggrecan("one_pool"), GrowthFactor()]


@pytest.fixture(scope="module")
def sample():
    """Return a disc, with the parameters of every law, and a state with some life in it at its points."""
    mine = disc(GrowthFactor())
    mine.p = {**parameters(mine.points), **mine.p}
    n, rng = len(mine.points.volume), np.random.default_rng(7)
    state = {"oxygen": rng.uniform(10, 5800, n), "lactate": rng.uniform(0.8, 7, n), "glucose": rng.uniform(0.01, 5, n),
             "native": rng.uniform(1e12, 9e12, n), "senescent": rng.uniform(0, 1e12, n), "factor": rng.uniform(0, 1, n),
             "aggrecan_intact": rng.uniform(10, 40, n), "aggrecan_fragments": rng.uniform(10, 40, n),
             **{f"modifier.{m}": rng.uniform(0.5, 2, n) for m in MODIFIERS}}
    return mine, state


@pytest.mark.parametrize("process", processes(), ids=lambda q: q.name)
def test_a_batch_of_draws_gives_what_single_discs_give(process, sample):
    """Rates and derivatives over (draw, points) equal those of each draw alone, to 1e-14, parameters (draw, 1) or (points,)."""
    mine, state = sample
    factors = np.array([0.7, 1.0, 1.3])[:, None]
    batch_state = {name: value * factors for name, value in state.items()}
    batch_p = {s: v * factors if isinstance(v, float) and s.startswith(("oxygen_rate", "native", "aggrecan", "intact", "factor"))
               else v for s, v in mine.p.items()}
    batch = process.source(batch_state, batch_p, 0.0, np)
    slopes = process.derivatives(batch_state, batch_p, 0.0, np) if not isinstance(process, GrowthFactor) else {}
    for i in range(3):
        one_state = {name: value[i] for name, value in batch_state.items()}
        one_p = {s: v[i, 0] if isinstance(v, np.ndarray) and v.shape == (3, 1) else v for s, v in batch_p.items()}
        for field, rate in process.source(one_state, one_p, 0.0, np).items():
            np.testing.assert_allclose(batch[field][i], rate, rtol=1e-14)
        for key, slope in (process.derivatives(one_state, one_p, 0.0, np) if slopes else {}).items():
            np.testing.assert_allclose(np.broadcast_to(slopes[key], factors.shape[:1] + state["native"].shape)[i],
                                       np.broadcast_to(slope, state["native"].shape), rtol=1e-14)


def test_a_batch_of_endplates_gives_what_single_ones_give():
    """Calcification of each draw follows its own modifier."""
    process, factor = Endplate(), np.array([[1.0, 3.0], [2.0, 2.0], [0.5, 0.7]])
    state = {"endplate_open": np.array([1.0, 0.9, 0.8]), "modifier.calcification": factor}
    p = {"calcification_rate": 0.1, "endplate_weight": np.array([0.25, 0.75])}
    rates = process.global_rate(state, {}, p, 0.0, np)["endplate_open"]
    assert rates[0] == pytest.approx(-0.1 * (0.25 * 1.0 + 0.75 * 3.0)), "the mean over the endplate goes by volume"
    for i in range(3):
        one = {"endplate_open": state["endplate_open"][i], "modifier.calcification": factor[i]}
        alone = process.global_rate(one, {}, p, 0.0, np)["endplate_open"]
        assert np.broadcast_to(rates, 3)[i] == pytest.approx(alone, rel=1e-14)


@pytest.mark.parametrize("process", processes(), ids=lambda q: q.name)
def test_a_reduced_basis_gives_what_the_full_disc_gives(process, sample):
    """With a dense basis on some of the points, rates there, loads and totals equal the full ones, to 1e-14."""
    mine, state = sample
    rng = np.random.default_rng(11)
    chosen = np.sort(rng.choice(len(mine.points.volume), 60, replace=False))
    modes = rng.standard_normal((mine.mesh.size, 5))
    dense = Points(modes[mine.points.node[chosen]], mine.points.volume[chosen], mine.points.region[chosen], None)
    reduced_p = {s: v[chosen] if isinstance(v, np.ndarray) and v.shape == mine.points.volume.shape else v
                 for s, v in mine.p.items()}
    full = process.source(state, mine.p, 0.0, np)
    part = process.source({k: v[chosen] for k, v in state.items()}, reduced_p, 0.0, np)
    for field, rate in part.items():
        np.testing.assert_allclose(rate, full[field][chosen], rtol=1e-14)
        rest = np.zeros_like(mine.points.volume)
        rest[chosen] = full[field][chosen]
        size = np.abs(modes).T @ mine.points.load(np.abs(rest))
        np.testing.assert_array_less(np.abs(dense.load(rate) - modes.T @ mine.points.load(rest)), 1e-14 * size + 1e-300)
        assert dense.total(rate) == pytest.approx(mine.points.total(rest), rel=1e-13, abs=1e-14 * mine.points.total(abs(rest)))


def test_points_carry_fields_alike_for_one_disc_a_batch_and_a_dense_basis():
    """Points.at and Points.load: gather, sparse and dense forms of one basis agree, and `load` is the adjoint of `at`."""
    points = disc().points
    dense = Points(points.basis.toarray(), points.volume, points.region, None)
    rng = np.random.default_rng(3)
    c, rate = rng.standard_normal((4, points.basis.shape[1])), rng.standard_normal((4, len(points.volume)))
    np.testing.assert_allclose(points.at(c), dense.at(c), rtol=1e-14)
    np.testing.assert_allclose(points.load(rate), dense.load(rate), rtol=1e-12, atol=1e-24)
    for i in range(4):
        np.testing.assert_array_equal(points.at(c)[i], points.at(c[i]))
        np.testing.assert_allclose(points.load(rate)[i], points.load(rate[i]), rtol=1e-14)
        assert points.load(rate[i]) @ c[i] == pytest.approx(points.total(rate[i] * points.at(c[i])), rel=1e-11)
    np.testing.assert_allclose(points.total(rate), [points.total(r) for r in rate], rtol=1e-14)


def test_mean_and_map_of_a_density():
    """A mean over a region sees only that region; a nodal map of a constant is the constant."""
    points = disc().points
    density = np.where(points.region == 1, 2.0, 5.0)
    assert points.mean(density, 1) == pytest.approx(2.0) and points.mean(density, 0) == pytest.approx(5.0)
    np.testing.assert_allclose(points.to_nodes(np.full(len(points.volume), 3.0)), 3.0, rtol=1e-14)
    assert ax1(300).size == points.basis.shape[1]


def test_slopes_carry_fields_alike_for_a_gather_and_a_dense_basis():
    """Points.coupling is load(sum slope at(v)), on the nodes at once where the basis gathers."""
    points = disc().points
    dense = Points(points.basis.toarray(), points.volume, points.region, None)
    rng = np.random.default_rng(5)
    slope, v = rng.standard_normal((2, 2, len(points.volume))), rng.standard_normal((2, points.basis.shape[1]))
    plain = points.load((slope * points.at(v)).sum(axis=1))
    for each in (points, dense):
        np.testing.assert_allclose(each.coupling(slope)(v), plain, rtol=1e-11, atol=1e-14 * np.abs(plain).max())


def test_what_is_told_of_several_states_is_told_of_each_alone():
    """Disc.read: one row per state, whatever stands beside it."""
    mine = disc()
    c, y, g = mine.initial()
    poorer = {**y, "aggrecan_intact": 0.7 * y["aggrecan_intact"], "collagen_denatured": y["collagen_denatured"] + 0.1}
    views = [mine.view(0.0, c, y, g), mine.view(1.0, 0.5 * c, poorer, {**g, "annulus_settled": 0.2})]
    both, alone = mine.read(views), [mine.read([view]) for view in views]
    assert both["height_index"][1] < both["height_index"][0] and both["gag"].shape == (2, len(REGIONS))
    for name, rows in both.items():
        assert len(rows) == 2, name
        for i in range(2):
            np.testing.assert_allclose(rows[i], alone[i][name][0], rtol=1e-12, err_msg=name)
