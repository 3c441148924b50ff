"""Benchmarks in time: a filling slab, an oxygen front through the endplate, the diffusion chamber.

The chamber is the set-up of a published experiment; its numbers are those of an independent code, as are the times of the front.
"""

from __future__ import annotations

import numpy as np
import pytest
from problems import DAY, LIMITED, Solute, bath, build, kPa, mm, nutrition, per_mL
from scipy.interpolate import CubicHermiteSpline

from pulposus.tissue.mesh import line
from pulposus.tissue.native_cells import NativeCells
from pulposus.tissue.stepper import Control


def when(every, weights, value):
    """Return the last time at which the weighted nodal value of the first field passes `value`."""
    times = np.array([s.t for s in every])
    path = CubicHermiteSpline(times, [weights @ s.c[0] for s in every], [weights @ s.dc[0] for s in every])
    return float(path.solve(value, extrapolate=False)[-1])


def test_filling_slab():
    """400 equal cells: c = 0 inside, 1 at the edge from t = 0; centre, half and mean at tau = D t / L^2."""
    table = {0.05: (0.003131, 0.113848, 0.252313), 0.1: (0.050695, 0.264349, 0.356823), 0.2: (0.227688, 0.446824, 0.504088),
             0.5: (0.629223, 0.737812, 0.763950), 1.0: (0.892023, 0.923649, 0.931260)}
    problem = build(line("slab", [("NP", 1.0)], 400), [Solute({"NP": 1.0}, {"outer": 1.0})])
    control = Control(tol=2e-7, newton=1e-10, first=1e-8, least=1e-14, transient=True)
    at, every, _ = problem.run([*table, 1.5], control, c=0.0)
    for snapshot, wanted in zip(at, table.values(), strict=False):
        c = snapshot.c[0]
        got = (c[0], c[problem.mesh.nearest(0.5)], problem.points.total(problem.points.at(c)))
        np.testing.assert_allclose(got, wanted, rtol=1e-3)
    centre = np.eye(problem.mesh.size)[0]
    assert when(every, centre, 0.5) == pytest.approx(0.378748, rel=1e-3)
    assert when(every, centre, 0.95) == pytest.approx(1.312027, rel=1e-3)


def front(t, depth, tissue, plate, D_tissue, D_plate, terms=24):
    """Return c(t) at a depth below the endplate by Talbot's inversion of the Laplace transform, apart from any mesh."""
    theta = (2 * np.arange(terms) + 1) * np.pi / terms - np.pi
    s = terms / t * (0.5017 * theta / np.tan(0.6407 * theta) - 0.6122 + 0.2645j * theta)
    weight = terms / t * (0.5017 / np.tan(0.6407 * theta) - 0.5017 * 0.6407 * theta / np.sin(0.6407 * theta) ** 2 + 0.2645j)
    a, b = np.sqrt(s / D_tissue), np.sqrt(s / D_plate)
    ratio = D_tissue * a * np.tanh(a * tissue) / (D_plate * b)
    shape = np.cosh(a * (tissue - depth)) / np.cosh(a * tissue) / (np.cosh(b * plate) + ratio * np.sinh(b * plate))
    return float((np.exp(s * t) * shape / s * weight).sum().imag / terms)


FINITE_VOLUME = {0.5: (182, 266, 1904), 1.0: (348, 506, 3430), 2.0: (832, 1204, 7276)}  # s, to 5, 10 and 50 %


def test_oxygen_front_through_the_endplate():
    """660 equal cells, 6 mm nucleus + 0.6 mm endplate, no sink: time to 5, 10, 50 % below the endplate.

    1e-3 against the inverted Laplace transform; finite volumes carry up to 0.9 % of their own discretisation.
    """
    plate, tissue = 0.6 * mm, 6.0 * mm
    D = {region: 3e-9 * (nf / (2 - nf)) ** 2 for region, nf in (("NP", 0.80), ("CEP", 0.66))}
    problem = build(line("slab", [("NP", tissue), ("CEP", plate)], 660), [Solute(D, {"outer": 1.0})])
    _, every, _ = problem.run([8000.0], Control(tol=1e-5, newton=1e-10, first=1e-3, least=1e-9, transient=True), c=0.0)
    for depth, reference in FINITE_VOLUME.items():
        node = np.eye(problem.mesh.size)[problem.mesh.nearest(tissue - depth * mm)]
        for share, time in zip((0.05, 0.1, 0.5), reference, strict=True):
            got = when(every, node, share)
            assert front(got, depth * mm, tissue, plate, D["NP"], D["CEP"]) == pytest.approx(share, rel=2e-3)
            slope = (front(got * 1.01, depth * mm, tissue, plate, D["NP"], D["CEP"]) - share) / (0.01 * got)
            error = (front(got, depth * mm, tissue, plate, D["NP"], D["CEP"]) - share) / slope
            assert abs(error) < 1e-3 * got
            assert got == pytest.approx(time, rel=1e-2)


def chamber(density, days, tol=1e-4, **options):
    """Run the diffusion chamber, 13 mm half width on 260 equal cells; density in 1e6 cells/mL."""
    still = {"senescent_fraction": 0.0, "native_division_rate": 0.0, "native_death_rate": 0.0, "senescence_rate": 0.0}
    rho = density * 1e6 * per_mL
    problem = nutrition(line("slab", [("NP", 13 * mm)], 260), bath(20 * kPa, 0.0, 5.0), LIMITED, density=rho, porosity=0.95,
                        cells=NativeCells(), **{**still, **options})
    at, _, book = problem.run([d * DAY for d in days], Control(tol=tol, transient=True, first=600.0))
    alive = [s.y["native"] / rho for s in at]
    x = problem.mesh.nodes[:, 0] / mm
    return problem, at, [(v[0], problem.points.total(v) / (13 * mm), 13 - np.interp(0.5, v, x)) for v in alive], book


def test_chamber_where_all_live():
    """2e6 cells/mL: day 6, nobody has died."""
    _, at, cells, _ = chamber(2, [6])
    np.testing.assert_allclose(at[0].c[:, 0], [7.347 * kPa, 5.707, 0.681], rtol=1e-2)
    assert cells[0][0] == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(("density", "table", "depth"), [
    (4, {2: (0.3256, 0.8442), 6: (0.0609, 0.7374)}, 9.25), (8, {1: (0.2591, 0.7166), 6: (0.0050, 0.5190)}, 6.50)])
def test_chamber_where_cells_die(density, table, depth):
    """Viable fraction in the centre and on average, and the depth of the living layer at day 6 (0.1 mm).

    1 % of the value, 0.0002 where the digits of the reference end; glucose recovers once its consumers are dead.
    """
    _, at, cells, book = chamber(density, list(table))
    for got, wanted in zip(cells, table.values(), strict=True):
        np.testing.assert_allclose(got[:2], wanted, rtol=1e-2, atol=2e-4)
    assert cells[-1][2] == pytest.approx(depth, abs=0.1)
    assert at[-1].c[2, 0] > at[0].c[2, 0] + 0.2
    assert max(book.gap(name) for name in book.start) < 1e-10


def test_smoothing_of_the_death_switches_moves_the_chamber_little():
    """The packaged widths of the two switches move the chamber by less than 0.2 % of the cells, against half of them."""
    packaged = chamber(4, [6])[2][0][1]
    sharper = chamber(4, [6], death_switch_glucose=5e-4, death_switch_pH=5e-4)[2][0][1]
    assert packaged == pytest.approx(sharper, rel=2e-3)
