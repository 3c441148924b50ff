"""Steady benchmarks on line meshes: exact solutions and numbers of independent codes."""

from __future__ import annotations

import numpy as np
import pytest
from problems import (
    ENDPLATE_BATH,
    LIMITED,
    Solute,
    build,
    first_order,
    kPa,
    michaelis_menten,
    mm,
    nutrition,
    per_mL,
    zero_order,
)

from pulposus.tissue.mesh import line

D_NUCLEUS, D_PLATE = 4.074076e-10, 2.223770e-10  # glucose, porosity 0.80 and 0.66, m2/s


@pytest.mark.parametrize("phi2", [0.5, 1.0, 2.0])
def test_zero_order_slab(phi2):
    """On 40 equal cells: P1 is exact at the nodes for a constant sink, c(0) = 1 - phi2 / 2."""
    L, c0 = 6 * mm, 4.0
    rate = zero_order(phi2 * D_NUCLEUS * c0 / L**2)
    problem = build(line("slab", [("NP", L)], 40), [Solute({"NP": D_NUCLEUS}, {"outer": c0}, *rate)])
    x = problem.mesh.nodes[:, 0]
    exact = c0 * (1 - phi2 * (1 - (x / L) ** 2) / 2)
    np.testing.assert_allclose(problem.steady(c=c0).c[0], exact, atol=1e-9 * c0)


@pytest.mark.parametrize(("phi2", "edge"), [(3, 0.183503), (4, 0.292893), (8, 0.5)])
def test_zero_order_dead_core(phi2, edge):
    """Beyond phi2 = 2, 200 equal cells: the limiter leaves a core without substrate, xi* = 1 - sqrt(2 / phi2).

    The border is read from the living side, where c = phi2 (x - xi*)^2 / 2.
    """
    problem = build(line("slab", [("NP", 1.0)], 200), [Solute({"NP": 1.0}, {"outer": 1.0}, *michaelis_menten(phi2, 1e-4))])
    c, k = problem.steady(c=1.0, tol=1e-9).c[0], problem.mesh.nearest(0.8)
    assert problem.mesh.nodes[k, 0] - np.sqrt(2 * c[k] / phi2) == pytest.approx(edge, rel=1e-3)
    assert abs(c[problem.mesh.nearest(edge / 2)]) < 1e-4 and c.min() > -1e-9


@pytest.mark.parametrize(("kind", "values"), [
    ("slab", [0.648054, 0.265802, 0.099328, 0.0134753]),
    ("cylinder", [0.789848, 0.438676, 0.204885, 0.0367109]),
    ("sphere", [0.850918, 0.551441, 0.299465, 0.0673825])])
def test_first_order(kind, values):
    """200 equal cells: c(0)/c0 for phi = 1, 2, 3, 5 in the slab, the cylinder and the sphere."""
    for phi, value in zip((1, 2, 3, 5), values, strict=True):
        problem = build(line(kind, [("NP", 1.0)], 200), [Solute({"NP": 1.0}, {"outer": 1.0}, *first_order(phi**2))])
        assert problem.steady(c=1.0).c[0, 0] == pytest.approx(value, rel=1e-3)


@pytest.mark.parametrize(("beta", "phi2", "centre", "half", "flux"), [
    (0.01, 1, 0.50851131, 0.631188, 0.984704), (0.1, 1, 0.56836837, 0.675134, 0.873852),
    (0.1, 2, 0.23583216, 0.416863, 1.606888), (0.1, 4, 0.03134144, 0.198532, 2.459483),
    (0.5, 2, 0.47568680, 0.600134, 1.112248), (0.5, 4, 0.22281493, 0.388602, 1.815823),
    (1, 4, 0.37097515, 0.512140, 1.418168)])
def test_michaelis_menten_slab(beta, phi2, centre, half, flux):
    """200 equal cells: u'' = phi2 u / (beta + u), u(1) = 1; u(0), u(1/2) and the flux u'(1)."""
    problem = build(line("slab", [("NP", 1.0)], 200), [Solute({"NP": 1.0}, {"outer": 1.0}, *michaelis_menten(phi2, beta))])
    solution = problem.steady(c=1.0)
    assert solution.c[0, 0] == pytest.approx(centre, rel=1e-3)
    assert solution.c[0, problem.mesh.nearest(0.5)] == pytest.approx(half, rel=1e-3)
    assert problem.influx(solution)["c"] == pytest.approx(flux, rel=1e-3)


@pytest.mark.parametrize(("q2", "interface", "centre"), [(0.0, 3.028677, 0.377768), (2.25e-4, 2.846553, 0.195645)])
def test_two_layers(q2, interface, centre):
    """66 equal cells in 6 mm tissue + 0.6 mm endplate: value at the border and in the centre."""
    mesh = line("slab", [("NP", 6 * mm), ("CEP", 0.6 * mm)], 66)
    still = build(mesh, [Solute({"NP": D_NUCLEUS, "CEP": D_PLATE}, {"outer": 4.0})])
    q = np.where(still.points.region == 2, q2, 6e-5)
    problem = build(mesh, [Solute({"NP": D_NUCLEUS, "CEP": D_PLATE}, {"outer": 4.0}, *zero_order(q))])
    c = problem.steady(c=4.0).c[0]
    assert c[mesh.nearest(6 * mm)] == pytest.approx(interface, rel=1e-4)
    assert c[0] == pytest.approx(centre, rel=1e-3)


def slab(half_mm, density=3.6, **options):
    """Return the centre (kPa, mM, mM) of a nucleus slab on 200 equal cells, density in 1e6 cells/mL."""
    problem = nutrition(line("slab", [("NP", half_mm * mm)], 200), ENDPLATE_BATH, density=density * 1e6 * per_mL, **options)
    return problem.steady().c[:, 0] / [kPa, 1, 1]


@pytest.mark.parametrize(("half_mm", "centre"), [
    (2, (4.507900, 1.246997, 3.661095)), (4, (3.189424, 2.269533, 2.885827)), (5, (2.520437, 2.856180, 2.441042)),
    (6, (1.939490, 3.461761, 1.981902)), (7, (1.468064, 4.082114, 1.511562))])
def test_coupled_slab(half_mm, centre):
    """200 equal cells: oxygen, lactate and glucose in the centre against the half height."""
    np.testing.assert_allclose(slab(half_mm), centre, rtol=1e-3)


def test_coupled_slab_variants():
    """6 mm on 200 equal cells: no porosity on the oxygen sink; 8e6 cells/mL without and with the limiter."""
    regions = [0.8, 0.75, 0.66]
    np.testing.assert_allclose(slab(6, porosity=1.0, porosity_by_region=regions), (1.586325, 3.369516, 2.051840), rtol=1e-3)
    np.testing.assert_allclose(slab(6, 8), (0.83622, 5.3275, 0.56733), rtol=1e-3)
    np.testing.assert_allclose(slab(6, 8, laws=LIMITED), (0.8347, 5.16707, 0.68896), rtol=1e-3)


def test_conservative_slab_is_the_upf_form_with_crowded_cells():
    """In one material d(nf c)/dt = div(nf D grad c) - rho q is the ``upf`` form, porosity off, with rho / nf cells."""
    nf = 0.8
    plain = slab(5, 3.6 / nf, porosity=1.0, porosity_by_region=[nf] * 3)
    conserved = slab(5, laws={**LIMITED, "glucose_limiter": None, "formulation": "conservative"})
    np.testing.assert_allclose(conserved, plain, rtol=1e-9)
    assert conserved[2] < slab(5)[2] - 0.2  # it is the less forgiving reading of the same numbers
