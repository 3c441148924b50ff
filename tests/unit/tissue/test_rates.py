"""Rates per cell and the viability law against their tables."""

from __future__ import annotations

import numpy as np
import pytest
from problems import DAY, kPa, nominal_draw, nutrition_symbols

from pulposus.tissue import metabolism, viability

RATE = 1e-9 / (1e6 * 3600)  # nmol/(1e6 cells h) in mol/(cell s)


@pytest.fixture(scope="module")
def p():
    """Return the nominal parameters of both laws."""
    draw = nominal_draw()
    return {s: draw.value(s, region="NP") for s in {*nutrition_symbols(), *viability.PARAMETERS}}


def lactate_at(pH, p):
    """Return the lactate (mM) at which the pH is this."""
    return (pH - p["pH_at_zero_lactate"]) / p["pH_per_lactate"]


@pytest.mark.parametrize(("pH", "oxygen", "qO", "qL", "qG"), [
    (7.4, 5, 5.4599, 158.6975, 79.3488), (7.1, 1, 1.4070, 72.7624, 36.3812), (6.8, 2, 2.4677, 63.4848, 31.7424),
    (6.5, 0.5, 0.6875, 38.6115, 19.3057), (7.4, 20, 11.3846, 198.7405, 99.3703)])
def test_table_of_the_bibby_laws(p, pH, oxygen, qO, qL, qG):
    """Oxygen uptake, lactate release and glucose uptake in nmol/(1e6 cells h)."""
    L, O = lactate_at(pH, p), np.float64(oxygen * kPa)
    assert metabolism.oxygen_uptake(O, L, p, "bibby", np)[0] / RATE == pytest.approx(qO, abs=5.1e-5)
    release = metabolism.lactate_release(O, L, np.float64(4.0), p, False, np)[0] / RATE
    assert release == pytest.approx(qL, abs=5.1e-5)
    assert release * p["glucose_per_lactate"] == pytest.approx(qG, abs=5.1e-5)


def test_lactate_release_peaks_at_13_79_kPa(p):
    """The vertex of the lactate law: rising below, falling above."""
    O = np.linspace(0, 25 * kPa, 25001)
    rate = metabolism.lactate_release(O, 0.0, 4.0 + 0 * O, p, False, np)[0]
    assert O[np.argmax(rate)] / kPa == pytest.approx(13.79, abs=0.01)


def test_rates_are_odd_where_a_solver_may_wander(p):
    """Below zero, oxygen and glucose turn their sinks into sources; above 27 mM lactate oxygen uptake is zero."""
    G, O, L = np.array([0.3]), np.array([700.0]), np.array([2.0])
    forth, back = (metabolism.lactate_release(O, L, s * G, p, True, np)[0] for s in (1, -1))
    assert back == pytest.approx(-forth)
    for law in ("bibby", "michaelis_menten"):
        forth, back = (metabolism.oxygen_uptake(s * O, L, p, law, np)[0] for s in (1, -1))
        assert back == pytest.approx(-forth) and forth > 0
    assert metabolism.oxygen_uptake(O, np.array([30.0]), p, "bibby", np)[0] == 0.0


def test_half_limit_of_glucose(p):
    """At the limiter's concentration release is half of the unlimited one; at 4 mM it is 1.2 % below it."""
    G = np.array([p["glucose_limiter"], 4.0])
    free, limited = (metabolism.lactate_release(np.full(2, 1e3), 3.0, G, p, on, np)[0] for on in (False, True))
    np.testing.assert_allclose(limited / free, [0.5, 4 / 4.05], rtol=1e-12)


def test_michaelis_menten_rival(p):
    """The rival oxygen law is half its maximum at Km and agrees with the first one at 5 kPa within 10 %."""
    half = metabolism.oxygen_uptake(np.array([p["oxygen_michaelis"]]), 0.0, p, "michaelis_menten", np)[0]
    assert half == pytest.approx(p["oxygen_rate_max"] / 2)
    assert p["oxygen_rate_max"] / RATE == pytest.approx(5.4599, rel=0.1)


@pytest.mark.parametrize(("glucose", "per_day"), [(0.25, 1.111), (0.0, 5.0), (0.49, 0.0290), (0.6, 0.0)])
def test_table_of_starvation(p, glucose, per_day):
    """Death rate by glucose alone, at neutral pH."""
    rate = viability.death_rate(np.array([glucose]), np.array([0.0]), p, np)[0] * DAY
    assert rate[0] == pytest.approx(per_day, rel=2e-3, abs=1e-9)


def test_half_life_in_acid(p):
    """Below the pH threshold half of the cells are gone after 2.34 d; above it nobody dies."""
    acid, mild = (viability.death_rate(np.array([4.0]), np.array([lactate_at(pH, p)]), p, np)[0] for pH in (6.7, 6.85))
    assert np.log(2) / acid[0] / DAY == pytest.approx(2.34, rel=1e-3)
    assert mild[0] < 1e-15


def test_own_threshold(p):
    """Cells with a higher threshold die where native ones live."""
    G, L = np.array([0.7]), np.array([1.0])
    assert viability.death_rate(G, L, p, np)[0] < 1e-12
    rate = viability.death_rate(G, L, p, np, threshold=1.0)[0] * DAY
    assert rate == pytest.approx(2 * 0.3 / (0.7 + 0.2), rel=1e-6)
