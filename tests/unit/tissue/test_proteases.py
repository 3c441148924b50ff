"""Proteases and inhibitors as a pair: their balance, their derivatives, what they leave of the lumped law, and that they are off by default."""

from __future__ import annotations

import numpy as np
import pytest

from pulposus.core.draws import Draw
from pulposus.core.parameters import ParameterSet
from pulposus.tissue.aggrecan import Aggrecan
from pulposus.tissue.answer import begin_disc
from pulposus.tissue.collagen import Collagen
from pulposus.tissue.course import run_course
from pulposus.tissue.disc_file import read_disc
from pulposus.tissue.process import numeric_derivatives
from pulposus.tissue.proteases import Proteases, activity, degradation_of

DAY, YEAR = 86400.0, 365.25 * 86400.0
RECORDS = ("protease_half_life", "inhibitor_half_life", "protease_inhibitor_ratio", "protease_inhibition_constant")
INFLAMED = [{"event": "cytokine_load", "il1b": "10 ng/mL", "tnf": "5 ng/mL", "at": "-26 weeks"}]


def course(laws=None, history=INFLAMED, build=None):
    """Return the course of a small human disc under laws."""
    return run_course(read_disc({"version": 1, "disc": {"preset": {"species": "human", "level": "L4/L5", "grade": "II"}}, "mesh": {"nodes": 150},
                                 "laws": laws or {}, "history": history, "follow_up": "6 months"}))


@pytest.mark.parametrize(("P", "T", "theta", "k"), [(1.0, 1.0, 1.0, 1.0), (3.0, 0.5, 0.1, 0.01), (0.2, 1.0, 10.0, 0.01), (5.0, 2.0, 10.0, 100.0)])
def test_free_proteases_solve_the_equilibrium_of_binding(P, T, theta, k):
    free, by_P, by_T = (float(v) for v in activity(np.array(P), T, theta, k, np))
    bound = P - free
    assert 0 < free <= P and free * (theta * T - bound) == pytest.approx(k * bound, rel=1e-9)
    h = 1e-6
    assert by_P == pytest.approx((activity(P + h, T, theta, k, np)[0] - activity(P - h, T, theta, k, np)[0]) / (2 * h), rel=1e-5)
    assert by_T == pytest.approx((activity(P, T + h, theta, k, np)[0] - activity(P, T - h, theta, k, np)[0]) / (2 * h), rel=1e-5)


@pytest.mark.parametrize("process", [Proteases(), Aggrecan("two_pools", "pair"), Aggrecan("one_pool", "pair"), Collagen("pair")], ids=lambda p: p.name)
def test_derivatives_are_those_of_the_rates(process):
    rng, n = np.random.default_rng(2), 40
    state = {"native": rng.uniform(1e11, 9e12, n), "protease": rng.uniform(0.1, 5, n), "inhibitor": rng.uniform(0.1, 2, n),
             "aggrecan_intact": rng.uniform(1, 40, n), "aggrecan_fragments": rng.uniform(1, 40, n), "collagen_denatured": rng.uniform(0, 0.9, n),
             **{f"modifier.{m}": rng.uniform(0.5, 3, n) for m in ("degradation", "synthesis", "fragment_loss")}}
    p = {"protease_half_life": DAY, "inhibitor_half_life": 3 * DAY, "protease_inhibitor_ratio": 2.0, "protease_inhibition_constant": 0.3,
         "cell_density": np.where(np.arange(n) % 5, 4e12, 0.0), "senescent_fraction": 0.1, "aggrecan_turnover": 0.06 / YEAR,
         "intact_aggrecan_loss": 0.13 / YEAR, "fragment_loss": 0.11 / YEAR, "aggrecan_synthesis": 1e-19, "collagen_denaturation_rate": 1 / YEAR}
    analytic, numeric = process.derivatives(state, p, 0.0, np), numeric_derivatives(process, state, p, 0.0, np)
    for key, block in numeric.items():
        size = np.abs(process.source(state, p, 0.0, np)[key[0]]).max() / np.abs(state[key[1]]).max()
        np.testing.assert_allclose(analytic.get(key, 0.0) * np.ones(n), block, rtol=1e-6, atol=1e-6 * max(size, np.abs(block).max()), err_msg=str(key))


def test_at_rest_the_pair_changes_nothing():
    plain, pair = course(history=[]), course({"proteases": "pair"}, history=[])
    assert "degradation_activity" not in plain["course"]
    for region in ("NP", "AF", "CEP"):
        assert pair["course"]["degradation_activity"][region] == pytest.approx([1.0] * len(pair["days"]), abs=0.02)  # cells age a little
        assert pair["course"]["gag"][region] == pytest.approx(plain["course"]["gag"][region], rel=1e-3)


def test_without_binding_and_without_delay_the_pair_is_the_lump(monkeypatch):
    """k far above what is there: A(P) / A(1) = P, and P = m at once, where cells that die go on to count."""
    lumped = course()
    value = Draw.value

    def unbound(self, symbol, *args, **kwargs):
        return {"protease_inhibition_constant": 1e6, "protease_half_life": 60.0}.get(symbol) or value(self, symbol, *args, **kwargs)

    monkeypatch.setattr(Draw, "value", unbound)
    counted = course({"proteases": "pair"})
    monkeypatch.setattr(Proteases, "_cells", staticmethod(lambda state, p, xp: (xp.ones_like(state["native"]), 0.0 * state["native"])))
    pair = course({"proteases": "pair"})
    for region in ("NP", "AF", "CEP"):
        for name in ("gag", "viable_cells"):
            assert pair["course"][name][region] == pytest.approx(lumped["course"][name][region], rel=2e-3)
        assert pair["course"]["degradation_activity"][region][-1] > 1.1
        assert counted["course"]["degradation_activity"][region][-1] < pair["course"]["degradation_activity"][region][-1]  # dead cells make none
        assert counted["course"]["gag"][region][-1] >= pair["course"]["gag"][region][-1]


def test_inflammation_is_answered_more_than_in_proportion_where_inhibitors_bind():
    state = {"protease": np.array([1.0, 2.0, 4.0]), "inhibitor": np.ones(3)}
    found = {k: degradation_of(state, {"protease_inhibitor_ratio": 2.0, "protease_inhibition_constant": k}, True, np)[0] for k in (0.05, 1.0, 1e6)}
    assert all(v[0] == pytest.approx(1) for v in found.values())
    assert (found[0.05][1:] > found[1.0][1:]).all() and (found[1.0][1:] > found[1e6][1:]).all()
    assert found[1e6] == pytest.approx([1, 2, 4], rel=1e-5)


def test_the_ledger_closes_and_the_run_ends():
    answer = course({"proteases": "pair", "aggrecan": "one_pool"})
    assert answer["status"] == "complete" and answer["ledger_gap"] < 1e-8 and answer["laws"]["proteases"] == "pair"
    assert answer["course"]["degradation_activity"]["NP"][5] > 1.1


def test_all_its_records_are_assumed_wide_and_used_by_it_alone():
    records = {r.symbol: r for r in ParameterSet.load() if r.symbol in RECORDS}
    assert set(records) == set(RECORDS) and all(r.origin == "assumed" and r.source == "none" for r in records.values())
    used = {}
    for law in ("lumped", "pair"):
        _, draw, _, build = begin_disc(read_disc({"version": 1, "disc": {"preset": {"species": "human", "level": "L4/L5"}}, "mesh": {"nodes": 100},
                                                  "laws": {"proteases": law}, "follow_up": "1 week"}))
        build([], {})
        used[law] = {key.split(".")[0] for key in draw.used}
    assert not set(RECORDS) & used["lumped"] and set(RECORDS) <= used["pair"]
