"""Order of accuracy against manufactured solutions of the full coupled problem."""

from __future__ import annotations

import numpy as np
import pytest
from problems import LAWS, LIMITED, Solute, bath, build, kPa, mm, nutrition, parameters
from scipy.special import j0

from pulposus.tissue import operators
from pulposus.tissue.mesh import Mesh, axisymmetric, line
from pulposus.tissue.nutrition import SOLUTES, Nutrition, diffusivity
from pulposus.tissue.process import Process

EDGE = np.array([5.1 * kPa, 0.8, 4.0])
AMPLITUDE = np.array([-3.5 * kPa, 3.0, -2.5])
DENSITY = 3.6e12  # cells/m3


class Manufactured(Process):
    """Feeds the three solutes with s = -div(D grad u) - R(u), so that u is the solution."""

    name, sources = "manufactured", SOLUTES

    def __init__(self, rates):
        self.rates = dict(zip(SOLUTES, rates, strict=True))

    def source(self, state, p, t, xp):
        return self.rates


def errors(mesh, shape, eigenvalue, laws, boundary):
    """Return the L2 errors of the three solutes, relative to their amplitude, for u = edge + amplitude * shape."""
    points = operators.volumes(mesh)
    p = parameters(points, porosity=0.8)
    exact = EDGE[:, None] + AMPLITUDE[:, None] * shape
    rates = Nutrition(laws, boundary).source({**dict(zip(SOLUTES, points.at(exact), strict=True)), "native": DENSITY,
                                              "senescent": 0.0}, p, 0.0, np)
    D = np.array([diffusivity(s, p, laws)["NP"] for s in SOLUTES])
    feed = [D[i] * eigenvalue * AMPLITUDE[i] * points.at(shape) - rates[s] for i, s in enumerate(SOLUTES)]
    problem = nutrition(mesh, boundary, laws, density=DENSITY, porosity=0.8, extra=[Manufactured(feed)])
    miss = problem.points.at(problem.steady().c - exact) / AMPLITUDE[:, None]
    return np.sqrt(problem.points.total(miss**2) / problem.points.volume.sum())


def order(found):
    """Return the observed order between each refinement by two, (refinements, solutes)."""
    return np.log2(found[:-1] / found[1:])


def test_order_on_a_line():
    """10, 20, 40, 80, 160 equal cells on 6 mm: O 5.1 - 3.5 cos kx, L 0.8 + 3 cos kx, G 4 - 2.5 cos kx, k = pi / 12."""
    L, found = 6 * mm, []
    for cells in (10, 20, 40, 80, 160):
        mesh = line("slab", [("NP", L)], cells)
        k = np.pi / (2 * L)
        found.append(errors(mesh, np.cos(k * mesh.nodes[:, 0]), k**2, LAWS, bath(*EDGE)))
    assert np.array(found)[-1].max() < 1e-4
    assert order(np.array(found)).min() >= 1.9


def cylinder(n):
    """Return a cylinder of one material, R 6 mm, half height 3 mm, n x n/2 cells, held on its top and side as ``outer``."""
    r, z = np.linspace(0, 6 * mm, n + 1), np.linspace(0, 3 * mm, n // 2 + 1)
    rr, zz = np.meshgrid(r, z, indexing="ij")
    number = np.arange(rr.size).reshape(rr.shape)
    a, b, c, d = number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]
    cells = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    rim = np.concatenate([np.column_stack([number[:-1, -1], number[1:, -1]]),
                          np.column_stack([number[-1, :-1], number[-1, 1:]])])
    return Mesh("axisymmetric", np.column_stack([rr.ravel(), zz.ravel()]), cells, np.zeros(len(cells), dtype=int), {"outer": rim})


def test_order_on_the_axisymmetric_section():
    """8 x 4 to 64 x 32 cells, limiter on: u = edge + amplitude J0(k r) cos(m z), zero of J0 at R, of cos at the half height."""
    k, m, found = 2.404825557695773 / (6 * mm), np.pi / (6 * mm), []
    for n in (8, 16, 32, 64):
        mesh = cylinder(n)
        shape = j0(k * mesh.nodes[:, 0]) * np.cos(m * mesh.nodes[:, 1])
        found.append(errors(mesh, shape, k**2 + m**2, LIMITED, bath(*EDGE)))
    assert np.array(found)[-1].max() < 1e-3
    assert order(np.array(found)).min() >= 1.9


@pytest.mark.parametrize("kind", ["slab", "cylinder", "sphere"])
def test_a_line_reproduces_what_is_linear(kind):
    """With a boundary value and no sink the field is that value to round-off, on 7 cells."""
    problem = build(line(kind, [("NP", 1.0)], 7), [Solute({"NP": 1.0}, {"outer": 3.0})])
    np.testing.assert_allclose(problem.steady(c=0.5).c[0], 3.0, rtol=1e-12)


def test_axisymmetric_mesh_volume_is_exact_at_any_size():
    """The lumped volumes of about 200 and 3000 nodes both sum to the volume of the disc and of its regions."""
    for nodes in (200, 3000):
        points = operators.volumes(axisymmetric(21 * mm, 14 * mm, 6.9 * mm, 0.6 * mm, 17 * mm, nodes))
        by_region = np.bincount(points.region, points.volume)
        nucleus, plate = np.pi * 0.014**2 * 0.0126, 2 * np.pi * 0.017**2 * 0.0006
        np.testing.assert_allclose(by_region, [nucleus, np.pi * 0.021**2 * 0.0138 - nucleus - plate, plate], rtol=1e-12)
