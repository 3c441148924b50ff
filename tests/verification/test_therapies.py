"""What any honest therapy must obey: slow human matrix, monotone delivery, a nutritional ceiling, and cells that are all accounted for."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "therapy"))
from small_doses import DAY, LAWS, by, cells, disc_of, dose, draw, mL, run

from pulposus.core.vocabulary import names
from pulposus.therapy.fates import fates_of
from pulposus.therapy.injection import inject
from pulposus.therapy.routes import transannular
from pulposus.tissue.disc import Disc, supply_of, tissue_processes
from pulposus.tissue.history import run_discs
from pulposus.tissue.process import Process
from pulposus.tissue.stepper import Control

YEAR = 365.25 * DAY
NEEDLES = ("30G", "27G", "25G", "22G", "21G", "18G", "16G", "14G")


class Raised(Process):
    """Multiplies matrix synthesis from the start and does nothing else."""

    name = "raised synthesis"
    modifies = ("synthesis",)

    def __init__(self, factor):
        self.factor = factor

    def modifiers(self, state, p, t, xp):
        """Return the factor."""
        return {"synthesis": self.factor}


def gains(drawn, factors):
    """Return the nucleus's aggrecan after 12 months less that of the untreated disc, over its start, for each factor."""
    geometry = disc_of(drawn)
    discs = [Disc(drawn, geometry, [*tissue_processes(LAWS, supply_of(drawn), 1.0), *more], 150)
             for more in ([], *([Raised(f)] for f in factors))]
    gag = [h.readings["gag"][:, 0] for h in run_discs(discs, [0.0, YEAR], Control(tol=1e-4))]
    return [(g[-1] - gag[0][-1]) / gag[0][0] for g in gag[1:]]


def two_pools(drawn):
    """Return the closed form of the gain in 12 months per unit of relative synthesis, and its bound.

    dM/dt = S - k_M M, dF/dt = k_M M - k_F F of the subject's grade; S makes the healthy disc of the draw stand still, so a degenerate one
    starts with r = S / (G_0 / mean residence), not 1; senescent cells make nothing. Bound: r 12 months / mean residence.
    """
    def value(symbol, grade=None):
        return drawn.value(symbol, region="NP", grade=grade)

    total, k_M = value("aggrecan_turnover"), value("intact_aggrecan_loss")
    k_F = 1 / (1 / total - 1 / k_M)
    M = (1 - np.exp(-k_M * YEAR)) / k_M
    F = (1 - np.exp(-k_F * YEAR)) / k_F - (np.exp(-k_M * YEAR) - np.exp(-k_F * YEAR)) / (k_F - k_M)
    per_cell = value("aggrecan_turnover", "I") * value("aggrecan_content", "I") / value("cell_density", "I")
    made = per_cell * value("cell_density") * (1 - value("senescent_fraction")) / value("aggrecan_content")
    return made * (M + F), made * YEAR


@pytest.mark.parametrize("grade", ["I", "III"])
@pytest.mark.parametrize("index", [None, 0, 3])
def test_a_human_disc_gains_no_faster_than_its_matrix_turns_over(index, grade):
    drawn = draw(index, grade=grade)
    closed, bound = two_pools(drawn)
    found = gains(drawn, [1.5])[0]
    assert 0 < found <= 0.5 * bound and found / 0.5 == pytest.approx(closed, rel=0.01)


def test_nothing_clips_a_tenfold_synthesis():
    some, ten = gains(draw(), [2.0, 11.0])
    assert ten / some == pytest.approx(10.0, rel=0.01)


def test_two_hundred_random_injections_are_monotone():
    """More leak leaves less, a thicker needle wounds no less and leaks no less, whatever is drawn and injected."""
    rng = np.random.default_rng(2)
    carriers = names("carrier")
    for index in range(200):
        drawn = draw(index)
        geometry = disc_of(drawn)
        product = cells(10 ** rng.uniform(4, 8), carriers[rng.integers(len(carriers))], rng.uniform(0.1, 4.0) * mL)
        found = [transannular.deliver(dose(product, by("transannular", needle=n)), drawn, geometry) for n in NEEDLES]
        for name in ("puncture_injury", "nucleus_extrusion", "leak", "osteophyte"):
            assert np.all(np.diff([d.harms[name] for d in found]) >= -1e-12), (index, name)
        assert np.all(np.diff([d.expected for d in found]) <= 1e-9 * product.dose), index
        leaks = [inject(drawn, geometry, product.volume, c) for c in carriers]
        assert all(0 <= each.leak <= each.left <= 1 for each in leaks), index


@pytest.mark.parametrize(("index", "grade"), [(None, "III"), (None, "IV"), (0, "III"), (3, "III"), (5, "IV")])
def test_a_dose_beyond_the_nutrition_ceiling_adds_no_living_cells(index, grade):
    """Of native and transplanted cells together: what more of the dose lives has taken the place of others."""
    drawn = draw(index, grade=grade)
    doses = (1e8, 2e8, 1e9)  # all beyond the ceiling of these draws
    _, found = run({f"{n:g}": [dose(cells(n, alive=1.0))] for n in doses}, drawn, [0.0, 28.0, 90.0], nodes=120)
    ends = [found[f"{n:g}"].ledger.end for n in doses]
    living = [end["native"] + end["transplanted"] + end["differentiated"] for end in ends]
    assert [h.stopped for h in found.values()] == [""] * len(doses)
    assert living[1] <= 1.01 * living[0] and living[2] <= 1.01 * living[1]
    assert ends[-1]["transplanted"] < 0.02 * doses[-1]


def test_every_cell_is_found_again_to_a_hundred_millionth():
    drawn = draw(4)
    arms = {"needle": [dose(cells())], "two": [dose(cells()), dose(cells(2e6), day=10)],
            "vein": [dose(cells(1e8), by("intravenous"))], "plate": [dose(cells(1e6), by("endplate_seeding", needle=None))]}
    treatments, found = run(arms, drawn, [0.0, 30.0], nodes=120)
    for name, history in found.items():
        assert sum(fates_of(treatments[name], history.ledger).values()) == pytest.approx(1.0, abs=1e-8), name
        assert max(history.ledger.gap(field) for field in history.ledger.start) < 1e-8, name


def test_the_dead_of_an_overdose_inflame_where_their_gain_says_so():
    """With the gain at nought the same dose leaves no more IL-1b than it would by hunger; with it the disc inflames."""
    quiet, loud = (run({"cells": [dose(cells(3e8))]}, draw(dead_cell_secretion=gain), [0.0, 14.0], nodes=120)[1]["cells"]
                   for gain in (0.0, 20.0))
    assert loud.readings["il1b"][-1, 0] > quiet.readings["il1b"][-1, 0] + 1e-12
