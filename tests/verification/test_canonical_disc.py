"""The canonical disc AX-1: centre values, means, totals, scenarios and endplate patterns.

The reference numbers are those of an independent cell-centred finite-volume code on a 224 x 136 grid (scenarios: 112 x 68).

Meshes are named by the `nodes` of `ax1`: 1300 -> 1305, 5000 -> 4959, 20000 -> 20068 nodes.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from problems import LAWS, LIMITED, ax1, kPa, mm, nutrition, supply

from pulposus.tissue.answer import solve_disc
from pulposus.tissue.disc_file import Pattern, load_disc
from pulposus.tissue.mesh import Mesh

EXAMPLES = Path(__file__).parents[2] / "examples" / "discs"

CELLS = {"NP": 3.6e12, "AF": 5.55e12, "CEP": 13.5e12}  # 1/m3
GRADE_III = {"porosity": {"NP": 0.76, "AF": 0.70, "CEP": 0.60}}
UNIT = np.array([kPa, 1.0, 1.0])


def times(factor):
    """Return the healthy densities times a factor."""
    return {region: factor * density for region, density in CELLS.items()}


def solved(nodes=5000, boundary=None, laws=LAWS, lengths=None, **options):
    """Return (problem, solution) of AX-1 with changes."""
    problem = nutrition(ax1(nodes, **(lengths or {})), boundary or supply(), laws, **options)
    return problem, problem.steady(1e-9)


def centre(problem, solution):
    """Return oxygen (kPa), lactate and glucose (mM) in the centre."""
    return solution.c[:, problem.mesh.nearest(0.0, 0.0)] / UNIT


def lowest(problem, solution):
    """Return the least glucose (mM) and its radius (mm)."""
    node = int(np.argmin(solution.c[2]))
    return solution.c[2, node], problem.mesh.nodes[node, 0] / mm


@lru_cache
def canonical(nodes):
    """Return AX-1 as it is."""
    return solved(nodes)


def summary(nodes):
    """Return centre (3), means of nucleus (3) and annulus (3), uptake of glucose and oxygen, release of lactate (nmol/s)."""
    problem, solution = canonical(nodes)
    at, rates, points = problem.points.at(solution.c) / UNIT[:, None], problem.rates(solution), problem.points
    oxygen = points.total(rates["oxygen"]) * problem.system.p["oxygen_solubility"]
    totals = np.array([-points.total(rates["glucose"]), points.total(rates["lactate"]), -oxygen]) * 1e9
    return np.concatenate([centre(problem, solution), points.mean(at, 0), points.mean(at, 1), totals])


REFERENCE = np.array([1.2766, 4.4480, 1.3191, 2.0365, 3.7117, 1.9534, 3.1369, 2.9582, 3.0451, 1.3966, 2.7933, 0.0724])


def test_canonical_values():
    """4959 nodes: centre and totals within 0.5 %, nucleus means 0.2 %, annulus means 0.6 %."""
    miss = np.abs(summary(5000) / REFERENCE - 1)
    assert miss[:3].max() < 5e-3 and miss[9:].max() < 5e-3
    assert miss[3:6].max() < 2e-3 and miss[6:9].max() < 6e-3


def test_canonical_grid_change():
    """On 1305, 4959 and 20068 nodes: the change shrinks at every refinement, and its limit is closer than the mesh."""
    coarse, middle, fine = summary(1300), summary(5000), summary(20000)
    assert np.all(np.abs(fine - middle) < 0.75 * np.abs(middle - coarse))
    assert np.abs(fine / middle - 1)[:6].max() < 1e-3
    rate = (middle - coarse) / (fine - middle)
    limit = fine + (fine - middle) / (rate - 1)
    assert np.abs(limit / REFERENCE - 1).max() < 3e-3
    assert np.abs(limit / REFERENCE - 1)[:3].max() < 1e-3


def test_canonical_extremes_and_shares():
    """4959 nodes: least oxygen and glucose, most lactate, where glucose enters and who uses it."""
    problem, solution = canonical(5000)
    assert solution.c[0].min() / kPa == pytest.approx(1.2748, rel=5e-3)
    assert solution.c[1].max() == pytest.approx(4.5722, rel=5e-3)
    assert lowest(problem, solution)[0] == pytest.approx(1.3191, rel=5e-3)
    used = -problem.rates(solution)["glucose"] * problem.points.volume
    share = np.bincount(problem.points.region, used) / used.sum()
    np.testing.assert_allclose(share, [0.229, 0.578, 0.193], atol=2e-3)
    r, shape = problem.rates(solution)["glucose"], np.ones_like(problem.points.volume)
    flow = problem.transport.apply(solution.c)[2] - problem.points.load(r * shape)
    plate = np.setdiff1d(problem.mesh.boundary["endplate"], problem.mesh.boundary["wall"])
    assert flow[plate].sum() * 1e9 == pytest.approx(0.7305, rel=2e-2)
    assert flow[np.unique(problem.mesh.boundary["wall"])].sum() * 1e9 == pytest.approx(0.6662, rel=2e-2)


HALF = 4.8 * mm  # tissue half height 4.2 mm + endplate
SCENARIOS = {
    "height x 2/3": ({"lengths": {"half_height": HALF}}, (2.271, 3.152, 2.236)),
    "grade III porosity": (GRADE_III, (1.084, 4.998, 0.905)),
    "grade III porosity from the records": ({"grade": "III"}, (1.084, 4.998, 0.905)),
    "grade III porosity, height x 2/3": ({"lengths": {"half_height": HALF}, **GRADE_III}, (2.024, 3.556, 1.931)),
    "height x 4/3": ({"lengths": {"half_height": 9 * mm}}, (0.703, 5.696, 0.479)),
    "cells x 0.5": ({"density": times(0.5)}, (2.357, 3.076, 2.360)),
    "cells x 1.5": ({"density": times(1.5)}, (0.777, 5.546, 0.487)),
    "cells x 2": ({"density": times(2)}, (0.510, 6.493, -0.231)),
    "4000, 9000, 15000 cells": ({"density": {"NP": 4e12, "AF": 9e12, "CEP": 15e12}}, (1.121, 4.803, 1.050)),
    "endplate x 0.6": ({"open_share": 0.6}, (1.063, 4.863, 1.033)),
    "endplate x 0.4": ({"open_share": 0.4}, (0.874, 5.313, 0.727)),
    "nutrients x 0.9": ({"boundary": supply(0.9, 0.9)}, (1.127, 4.362, 0.977)),
    "nutrients x 0.8": ({"boundary": supply(0.8, 0.8)}, (0.983, 4.278, 0.633)),
    "nutrients x 0.75": ({"boundary": supply(0.75, 0.75)}, (0.913, 4.236, 0.460)),
    "nutrients of the wall x 0.5": ({"boundary": supply(1.0, 0.5)}, (1.261, 4.405, 1.154)),
    "endplate 0.3 mm": ({"lengths": {"half_height": 6.6 * mm, "endplate_thickness": 0.3 * mm}}, (1.517, 4.055, 1.597)),
    "endplate 0.8 mm": ({"lengths": {"half_height": 7.1 * mm, "endplate_thickness": 0.8 * mm}}, (1.131, 4.720, 1.128)),
    "endplate 1.0 mm": ({"lengths": {"half_height": 7.3 * mm, "endplate_thickness": 1.0 * mm}}, (1.000, 4.994, 0.934)),
    "+1e6 cells/mL in the nucleus": ({"density": {**CELLS, "NP": 4.6e12}}, (0.981, 4.993, 0.906)),
    "porosity off the oxygen sink": ({"porosity": 1.0, "porosity_by_region": [0.8, 0.75, 0.66]}, (0.959, None, 1.417)),
    "limiter": ({"laws": LIMITED}, (1.275, 4.370, 1.379)),
    "limiter, height x 4/3": ({"laws": LIMITED, "lengths": {"half_height": 9 * mm}}, (None, None, 0.601)),
    "limiter, cells x 1.5": ({"laws": LIMITED, "density": times(1.5)}, (None, None, 0.614)),
    "limiter, cells x 2": ({"laws": LIMITED, "density": times(2)}, (None, None, 0.132)),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name):
    """On about 5000 nodes: centre within 2 % or 0.02 (kPa, mM)."""
    options, wanted = SCENARIOS[name]
    got = centre(*solved(**options))
    for value, reference in zip(got, wanted, strict=True):
        assert reference is None or abs(value - reference) <= max(0.02, 0.02 * abs(reference))


@pytest.mark.parametrize(("options", "least", "radius"), [
    ({"lengths": {"half_height": HALF}}, 2.175, 14.3), ({"density": {"NP": 4e12, "AF": 9e12, "CEP": 15e12}}, 0.856, 14.3),
    ({"boundary": supply(1.0, 0.5)}, 0.710, 15.2)])
def test_where_glucose_is_least(options, least, radius):
    """4959 nodes: where it is the inner annulus that starves, how much is left and at which radius (0.3 mm)."""
    value, at = lowest(*solved(**options))
    assert value == pytest.approx(least, abs=0.02) and at == pytest.approx(radius, abs=0.3)


def test_when_glucose_reaches_half_a_millimolar():
    """4959 nodes: at a height of x 1.325, and at the nucleus densities given for three discs (0.02 mM)."""
    cases = [{"lengths": {"half_height": 6.3 * 1.325 * mm + 0.6 * mm}}, {"density": {**CELLS, "NP": 5.67e12}},
             {"density": {**CELLS, "NP": 4.47e12}, **GRADE_III},
             {"density": {**CELLS, "NP": 8.69e12}, "lengths": {"half_height": HALF}, **GRADE_III}]
    for options in cases:
        assert lowest(*solved(**options))[0] == pytest.approx(0.5, abs=0.02)


def test_composition_matters_less_than_height():
    """A degenerate disc that is also thinner is better fed than the healthy one; a naive grade table has it reversed."""
    thin = centre(*solved(1300, lengths={"half_height": HALF}, **GRADE_III))[2]
    assert thin > centre(*canonical(1300))[2] > centre(*solved(1300, **GRADE_III))[2]


def test_conservative_formulation_starves_the_disc_more():
    """Conserving d(nf c)/dt thins the paths and the store alike: less oxygen and glucose at the same cells."""
    conserved = centre(*solved(1300, laws={**LAWS, "formulation": "conservative"}))
    assert conserved[0] == pytest.approx(0.6545, abs=0.01) and conserved[2] == pytest.approx(0.866, abs=0.01)


def test_rival_endplate_makes_the_disc_unviable():
    """4959 nodes: with the measured endplate diffusivities 82 % of the nucleus is below 0.5 mM glucose."""
    problem, solution = solved(laws={**LAWS, "endplate_diffusivity": "measured_low"})
    glucose, nucleus = problem.points.at(solution.c[2]), problem.points.region == 0
    dark = problem.points.volume[nucleus & (glucose < 0.5)].sum() / problem.points.volume[nucleus].sum()
    assert dark == pytest.approx(0.82, abs=0.01)
    assert solved(laws={**LIMITED, "endplate_diffusivity": "measured_low"})[1].c[2].min() > 0


def striped(per_mm):
    """Return AX-1 with grid lines on every millimetre, `per_mm` cells per mm along r, twice that in the endplate."""
    r = np.linspace(0, 21 * mm, 21 * per_mm + 1)
    z = np.concatenate([np.linspace(0, 6.3 * mm, 5 * per_mm + 1)[:-1], np.linspace(6.3 * mm, 6.9 * mm, per_mm + 1)])
    rr, zz = np.meshgrid(r, z, indexing="ij")
    n = np.arange(rr.size).reshape(rr.shape)
    a, b, c, d = n[:-1, :-1], n[1:, :-1], n[1:, 1:], n[:-1, 1:]
    cells = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    nodes = np.column_stack([rr.ravel(), zz.ravel()])
    x, y = nodes[cells].mean(axis=1).T
    region = np.where((y > 6.3 * mm) & (x < 17 * mm), 2, np.where((x < 14 * mm) & (y < 6.3 * mm), 0, 1))
    top, side = n[:17 * per_mm + 1, -1], n[-1]
    return Mesh("axisymmetric", nodes, cells, region, {"endplate": np.column_stack([top[:-1], top[1:]]),
                                                       "wall": np.column_stack([side[:-1], side[1:]])})


def test_striped_endplate_on_an_aligned_mesh():
    """Rings of 1 mm, half of the face open, grid lines on their edges, 8 and 16 cells per mm.

    Counting edge nodes as open or as closed brackets the answer; both limits agree on 1.13 mM, 3 % below the
    1.16 of the finite-volume grid.
    """
    limits = []
    for edge in (1, -1):
        found = []
        for per_mm in (8, 16):
            mesh = striped(per_mm)
            top = np.unique(mesh.boundary["endplate"])
            phase = (mesh.nodes[top, 0] / mm) % 2
            to_edge = np.minimum(np.minimum(phase, 2 - phase), np.abs(phase - 1))
            keep = np.where(to_edge < 1e-6, edge > 0, phase < 1)
            problem = nutrition(mesh, supply(), held={"endplate": top[keep]})
            found.append(lowest(problem, problem.steady(1e-8))[0])
        limits.append(2 * found[1] - found[0])  # first order, as at any edge between open and closed
        assert edge * (found[0] - found[1]) > 0
    assert limits[0] == pytest.approx(limits[1], abs=0.01)
    assert np.mean(limits) == pytest.approx(1.13, abs=0.01) and np.mean(limits) == pytest.approx(1.16, rel=0.03)


def test_patterns_of_open_endplate():
    """20060 nodes aligned with the pattern, half of the bone face open: the pattern matters more than the share.

    Finite volumes leave a least glucose of 1.16 (1-mm stripes), 0.97 (open centre), 0.90 (homogenised), below 0 (rim). Refined to
    60 000 nodes ours are 1.145 and 0.990, so the coarse references are met within 3 %, not better.
    """
    spec = load_disc(EXAMPLES / "ax1.yaml")

    def least(gate):
        supply = spec.supply.model_copy(update={"endplate_open": gate})
        mesh = spec.mesh.model_copy(update={"nodes": 20000})
        answer = solve_disc(spec.model_copy(update={"supply": supply, "mesh": mesh, "viability_after": None}))
        return answer["extremes"]["glucose_mM"]["min"]["value"]

    stripes, middle = least(Pattern(pattern="stripes", open=0.5, width="1 mm")), least(Pattern(pattern="open_centre", open=0.5))
    even, rim = least(0.5), least(Pattern(pattern="open_rim", open=0.5))
    assert stripes == pytest.approx(1.16, rel=0.01)
    assert middle == pytest.approx(0.97, rel=0.03) and even == pytest.approx(0.90, rel=0.02)
    assert stripes > middle > even > 0 > rim

