"""What must hold on any mesh: stoichiometry, balances, the pointwise invariant, and the operators themselves."""

from __future__ import annotations

import numpy as np
import pytest
from problems import ENDPLATE_BATH, LAWS, LIMITED, ax1, mm, nutrition, supply

from pulposus.core.errors import PulposusError
from pulposus.tissue import operators
from pulposus.tissue.mesh import REGIONS, Mesh, line
from pulposus.tissue.nutrition import SOLUTES, diffusivity

EQUAL = {s: {"endplate": v["outer"], "wall": v["outer"]} for s, v in ENDPLATE_BATH.items()}


@pytest.mark.parametrize("laws", [LAWS, LIMITED, {**LIMITED, "oxygen": "michaelis_menten"},
                                  {**LIMITED, "formulation": "conservative"}])
@pytest.mark.parametrize("nodes", [300, 1300])
def test_balances(laws, nodes):
    """What enters through the boundary is what cells use, and two lactate leave for every glucose, to 1e-10."""
    problem = nutrition(ax1(nodes), supply(), laws)
    solution = problem.steady(1e-9)
    used = {name: -problem.points.total(rate) for name, rate in problem.rates(solution).items()}
    influx = problem.influx(solution)
    for name in SOLUTES:
        assert influx[name] == pytest.approx(used[name], rel=1e-10)
    assert influx["lactate"] == pytest.approx(-2 * influx["glucose"], rel=1e-10)


@pytest.mark.parametrize("laws", [LAWS, LIMITED])
def test_invariant_of_equal_boundary_values(laws):
    """2 D_G G + D_L L is the same everywhere, with three regions, when endplate and wall hold the same values (1e-10)."""
    problem = nutrition(ax1(700), EQUAL, laws)
    _, lactate, glucose = problem.steady(1e-11).c
    p = problem.system.p
    sum_of = 2 * p["water_diffusivity_glucose"] * glucose + p["water_diffusivity_lactate"] * lactate
    assert np.ptp(sum_of) <= 1e-10 * sum_of.max()
    assert np.ptp(glucose) > 1.0  # the fields themselves are far from flat


def test_invariant_on_a_line():
    """D_G (G0 - G) = D_L (L - L0) / 2 at every node of a slab; the slope is 0.758 mM per mM."""
    problem = nutrition(line("slab", [("NP", 6 * mm)], 60), ENDPLATE_BATH)
    _, L, G = problem.steady(1e-12).c
    np.testing.assert_allclose(4.0 - G, 0.758181 * (L - 0.8), rtol=1e-5, atol=1e-10)
    D = [diffusivity(s, problem.system.p, LAWS)["NP"] for s in ("glucose", "lactate")]
    np.testing.assert_allclose(D[0] * (4.0 - G), 0.5 * D[1] * (L - 0.8), rtol=1e-9, atol=1e-18)


def test_source_free_combination_with_unequal_boundary_values():
    """2 D_G G + D_L L needs no cells: halving them leaves that field as it is."""
    fields = []
    for factor in (1.0, 0.5):
        problem = nutrition(ax1(700), supply(), density={"NP": factor * 3.6e12, "AF": factor * 5.55e12, "CEP": factor * 13.5e12})
        _, L, G = problem.steady(1e-12).c
        p = problem.system.p
        fields.append(2 * p["water_diffusivity_glucose"] * G + p["water_diffusivity_lactate"] * L)
    np.testing.assert_allclose(fields[0], fields[1], rtol=1e-10)


def test_lumped_loads_lose_nothing_at_held_nodes():
    """Cells on held nodes count: total uptake at 300 nodes is within 2 % of that at 5000."""
    totals = []
    for nodes in (300, 5000):
        problem = nutrition(ax1(nodes), supply())
        totals.append(problem.influx(problem.steady(1e-9))["glucose"])
    assert totals[0] == pytest.approx(totals[1], rel=0.02)


@pytest.mark.parametrize("nodes", [200, 1300, 5000])
@pytest.mark.parametrize("laws", [LAWS, {**LAWS, "endplate_diffusivity": "measured_low"}])
def test_disc_stiffness_is_an_m_matrix(nodes, laws):
    """No off-diagonal entry is positive, and rows sum to zero."""
    for K in nutrition(ax1(nodes), supply(), laws).transport.K:
        operators.assert_m_matrix(K)
        assert np.abs(K.sum(axis=1)).max() <= 1e-12 * np.abs(K.diagonal()).max()


def test_an_obtuse_mesh_is_refused():
    """One flat triangle makes an off-diagonal entry positive, which the check must find."""
    nodes = np.array([[1.0, 0.0], [3.0, 0.0], [2.0, 0.3]])
    flat = Mesh("axisymmetric", nodes, np.array([[0, 1, 2]]), np.array([0]), {})
    K = operators.stiffness(flat).combine({("NP", 0): 1.0, ("NP", 1): 1.0})
    assert K.toarray()[0, 1] > 0
    with pytest.raises(PulposusError, match="M-matrix"):
        operators.assert_m_matrix(K)


def test_stiffness_and_volumes_equal_those_of_scikit_fem():
    """The axisymmetric matrix (weight r, both halves) and lumped volumes equal an independent assembler's, to 1e-12."""
    from skfem import Basis, BilinearForm, ElementTriP0, ElementTriP1, LinearForm, MeshTri
    from skfem.helpers import dot, grad

    mesh = ax1(700)
    D = np.array([4.07e-10, 3.30e-10, 2.22e-10])
    K = operators.stiffness(mesh).combine({(r, d): D[i] for i, r in enumerate(REGIONS) for d in (0, 1)})
    outside = MeshTri(mesh.nodes.T.copy(), mesh.cells.T.copy())
    basis = Basis(outside, ElementTriP1(), intorder=4)
    by_cell = basis.with_element(ElementTriP0()).interpolate(D[mesh.region])
    full_turn = 2 * 2 * np.pi
    oracle = BilinearForm(lambda u, v, w: w.D * w.x[0] * dot(grad(u), grad(v))).assemble(basis, D=by_cell) * full_turn
    np.testing.assert_allclose(K.toarray(), oracle.toarray(), rtol=0, atol=1e-12 * np.abs(oracle.data).max())
    weight = LinearForm(lambda v, w: w.x[0] * v).assemble(basis) * full_turn
    points = operators.volumes(mesh)
    np.testing.assert_allclose(points.load(np.ones_like(points.volume)), weight, rtol=1e-12)


def test_boundary_areas():
    """The lumped areas of endplate and wall sum to theirs: 2 pi r^2 and 2 pi R h."""
    mesh = ax1(700)
    assert operators.areas(mesh, "endplate").sum() == pytest.approx(2 * np.pi * (17 * mm) ** 2, rel=1e-12)
    assert operators.areas(mesh, "wall").sum() == pytest.approx(2 * np.pi * 21 * mm * 13.8 * mm, rel=1e-12)
