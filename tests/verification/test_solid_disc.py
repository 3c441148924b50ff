"""The solid disc: its operator, its balances, the round disc beside the body of revolution, and the generic L4/L5 (T01 to T04)."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from problems import ENDPLATE_BATH, Cells, ax1, nominal_draw, nutrition, supply
from solid_cases import CENTRE, STORED, TOLERANCE, UNIT, cases, generic, mm

from pulposus.tissue import extrusion
from pulposus.tissue.disc import Disc, supply_of
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.multigrid import Multigrid
from pulposus.tissue.nutrition import SOLUTES, Nutrition
from pulposus.tissue.operators import assert_m_matrix
from pulposus.tissue.section import Section, circle
from pulposus.tissue.solid import SolidGeometry, domed
from pulposus.tissue.transport import factor

LAWS = {"formulation": "upf", "oxygen": "bibby", "glucose_limiter": None, "endplate_diffusivity": "porosity"}
LIMITED = {**LAWS, "glucose_limiter": 0.05}
ROUND = Section((0.0, 0.0), circle(14 * mm), circle(17 * mm), circle(21 * mm))
LEVEL = SolidGeometry(ROUND, domed(*[13.8 * mm] * 5), 0.6 * mm, 0.6 * mm)
SLOPED = SolidGeometry(Section((0.0, -1 * mm), circle(10 * mm, -1 * mm), circle(14 * mm, -1 * mm), circle(18 * mm, -1 * mm)),
                       domed(12 * mm, 11 * mm, 7 * mm, 9 * mm, 10 * mm), 0.5 * mm, 0.8 * mm)


def rested(geometry, nodes, boundary=None, laws=LAWS, density=1.0):
    """Return (disc, solution) of a solid disc with the usual cells times a factor."""
    draw = nominal_draw()
    disc = Disc(draw, geometry, [Nutrition(laws, boundary or supply_of(draw)), Cells(0.0)], nodes)
    cells_per_region = np.array([draw.value("cell_density", region=r) for r in REGIONS])
    y = {"native": density * cells_per_region[disc.points.region], "senescent": 0.0 * disc.points.volume}
    c, _, g = disc.initial()
    solution = disc.coupled.continued(c, y, g, 0.0, 1e-10)
    assert solution.converged
    return disc, solution


@pytest.fixture(scope="module")
def sloped():
    return SLOPED.mesh(2500)


def test_linear_fields_have_their_exact_energy_on_sloping_planes(sloped):
    K = extrusion.stiffness(sloped).combine(dict.fromkeys([(r, d) for r in REGIONS for d in (0, 1)], 1.0))
    volume = extrusion.volumes(sloped).volume.sum()
    for direction in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (0.3, -0.5, 0.8)):
        field = sloped.nodes @ np.array(direction)
        assert field @ (K @ field) == pytest.approx(volume * np.dot(direction, direction), rel=1e-11)
    largest = K.diagonal().max()
    assert np.abs(K - K.T).max() < 1e-14 * largest and np.abs(K @ np.ones(sloped.size)).max() < 1e-13 * largest
    assert np.ptp(sloped.z[0]) > 1 * mm  # the planes do slope


def test_the_mesh_has_the_volumes_and_areas_of_the_shape(sloped):
    points = extrusion.volumes(sloped)
    by_region = [points.volume[points.region == i].sum() for i in range(3)]
    assert by_region == pytest.approx(SLOPED.volumes, rel=0.03)
    fine = extrusion.volumes(SLOPED.mesh(40_000))
    nearer = [fine.volume[fine.region == i].sum() for i in range(3)]
    for coarse, better, exact in zip(by_region, nearer, SLOPED.volumes, strict=True):
        assert abs(better / exact - 1) < abs(coarse / exact - 1)
    assert extrusion.areas(sloped, "endplate").sum() == pytest.approx(SLOPED.endplate_area, rel=0.05)
    assert extrusion.areas(LEVEL.mesh(3000), "wall").sum() == pytest.approx(2 * np.pi * 21 * mm * 13.8 * mm, rel=0.01)


def test_on_level_planes_the_stiffness_is_an_m_matrix():
    for nodes in (1500, 9000):
        K = extrusion.stiffness(LEVEL.mesh(nodes)).combine(dict.fromkeys([(r, d) for r in REGIONS for d in (0, 1)], 1.0))
        assert_m_matrix(K)
        assert extrusion.positive_share(K)[0] == 0
    sloping = extrusion.stiffness(SLOPED.mesh(1500)).combine(dict.fromkeys([(r, d) for r in REGIONS for d in (0, 1)], 1.0))
    assert extrusion.positive_share(sloping)[0] > 0  # which is why level planes are a case of their own


def test_balances_and_two_lactate_for_a_glucose():
    disc, solution = rested(SLOPED, 2500)
    state = disc.coupled.state(solution.used, solution.y, {}, 0.0)
    rates = disc.system.rates(list(SOLUTES), state, 0.0)
    flow = disc.transport.apply(solution.c) - np.array([disc.points.load(rates[s]) for s in SOLUTES])
    influx = {s: flow[i][~disc.transport.free[i]].sum() for i, s in enumerate(SOLUTES)}
    for s in SOLUTES:
        assert influx[s] == pytest.approx(-disc.points.total(rates[s]), rel=1e-9)
    assert influx["lactate"] == pytest.approx(-2 * influx["glucose"], rel=1e-9)


def test_invariant_of_equal_boundary_values():
    disc, solution = rested(SLOPED, 2500, {s: {"endplate": v["outer"], "wall": v["outer"]} for s, v in ENDPLATE_BATH.items()})
    _, lactate, glucose = solution.c
    p = disc.system.p
    whole = 2 * p["water_diffusivity_glucose"] * glucose + p["water_diffusivity_lactate"] * lactate
    assert np.ptp(whole) <= 1e-9 * whole.max() and np.ptp(glucose) > 0.5


def test_multigrid_and_the_sparse_factor_give_one_solution():
    disc, solution = rested(SLOPED, 2000)
    assert disc.transport.invert is factor
    disc.transport.invert = Multigrid
    disc.transport.set_stretch({})
    c, _, g = disc.initial()
    other = disc.coupled.continued(c, solution.y, g, 0.0, 1e-10)
    assert other.converged and other.krylov > solution.krylov
    assert np.abs((other.c - solution.c) / disc.coupled.scale).max() < 1e-8


def test_many_cells_starve_but_glucose_stays_above_zero():
    _, solution = rested(LEVEL, 2500, laws=LIMITED, density=10.0)
    assert 0 <= solution.c[2].min() < 0.01


@lru_cache
def round_means(nodes):
    """Return centre (3) and means of nucleus and annulus (6) of the round disc in three dimensions."""
    disc, solution = rested(LEVEL, nodes)
    at = disc.points.at(solution.c)
    return np.array([*(disc.mesh.interpolate(c, 0.0, 0.0, 0.0) for c in solution.c),
                     *(disc.points.mean(at[i], r) for r in (0, 1) for i in range(3))])


def axisymmetric_means(nodes):
    """Return the same of the body of revolution."""
    problem = nutrition(ax1(nodes), supply(), LAWS)
    solution = problem.steady(1e-10)
    at = problem.points.at(solution.c)
    return np.array([*solution.c[:, problem.mesh.nearest(0.0, 0.0)],
                     *(problem.points.mean(at[i], r) for r in (0, 1) for i in range(3))])


def test_a_round_disc_agrees_with_the_body_of_revolution_within_mesh_error():
    """The two may differ by what a refinement moves them, and come nearer to each other by it."""
    solid = {n: round_means(n) for n in (4500, 20_000)}
    flat = {n: axisymmetric_means(n) for n in (1300, 5000)}
    mesh_error = np.abs(solid[20_000] - solid[4500]) + np.abs(flat[5000] - flat[1300])
    gap = np.abs(solid[20_000] - flat[5000])
    assert (gap <= mesh_error).all() and (gap <= 0.02 * flat[5000]).all()
    assert np.abs(solid[20_000] / flat[5000] - 1).max() < np.abs(solid[4500] / flat[1300] - 1).max()


MEDIUM = 30_000  # nodes: what a finer mesh still changes is below a fifth of the tolerance (benchmarks/solid.py)
MISSED = {"oxygen at z -3.27", "oxygen at z -0.82"}


@pytest.mark.parametrize("case", STORED)
def test_the_generic_l45_beside_the_stored_state_of_the_peer_model(case):
    """T01 to T04: all within the tolerance but two oxygen values, which no disc with alike halves can meet with their mirror images."""
    found = cases(MEDIUM)[case]
    missed = {q for q, stored in STORED[case].items() if abs(found[q] / stored - 1) > TOLERANCE[case]}
    assert missed == (MISSED if case == "T03" else set())
    below, above = STORED["T03"]["oxygen at z -3.27"], STORED["T03"]["oxygen at z 3.28"]
    assert (below - above) / (below + above) > TOLERANCE["T03"]


@pytest.mark.parametrize("case", STORED)
def test_the_mesh_error_of_the_generic_l45_is_small_beside_the_tolerance(case):
    coarse, medium = cases(10_000)[case], cases(MEDIUM)[case]
    moved = max(abs(coarse[q] / medium[q] - 1) for q in medium)
    # from 10k to 30k nodes spacing falls by 1.44; at second order the error left is 1 / (1.44^2 - 1) of the change
    assert moved / (3 ** (2 / 3) - 1) < TOLERANCE[case] / 5


def test_the_nucleus_is_nearer_to_the_back_and_so_is_the_plateau_of_glucose():
    disc, solution = generic(10_000)
    front, back = (disc.mesh.interpolate(solution.c[2], 0.0, y * mm, 0.0) for y in (14.0, -14.0))
    assert disc.geometry.section.centre == pytest.approx(CENTRE)
    assert front < back  # the annulus is thicker at the front
    left, right = (disc.mesh.interpolate(solution.c[2], x * mm, CENTRE[1], 0.0) for x in (-20.0, 20.0))
    assert left == pytest.approx(right, rel=5e-3)


def test_a_lower_left_side_is_better_fed():
    one_side = replace(SLOPED, faces=domed(12 * mm, 9 * mm, 9 * mm, 6 * mm, 11 * mm))
    disc, solution = rested(one_side, 2500)
    left, right = (disc.mesh.interpolate(solution.c[2], x * mm, 0.0, 0.0) for x in (-9.0, 9.0))
    assert left > 1.05 * right and (solution.c * UNIT[:, None]).min() > 0
