"""Meshes, the one geometry and the endplate."""

from __future__ import annotations

import numpy as np
import pytest
from problems import ax1, mm, nominal_draw

from pulposus.core.draws import Draw
from pulposus.core.errors import InputError, PulposusError
from pulposus.core.parameters import ParameterSet
from pulposus.tissue import operators
from pulposus.tissue.endplate import Endplate, open_nodes, open_share, pattern_rings
from pulposus.tissue.geometry import Geometry, geometry_of
from pulposus.tissue.mesh import axisymmetric, line

AX1 = Geometry(21 * mm, 14 * mm, 6.9 * mm, 0.6 * mm, 17 * mm)


@pytest.mark.parametrize("nodes", [200, 750, 5000, 20000])
def test_the_mesh_is_aligned_and_about_as_fine_as_asked(nodes):
    """Grid lines lie on every region border; the node count is within a third of what was asked."""
    mesh = ax1(nodes)
    assert 0.67 * nodes < mesh.size < 1.33 * nodes
    r, z = np.unique(mesh.nodes[:, 0]), np.unique(mesh.nodes[:, 1])
    for value, lines in ((14 * mm, r), (17 * mm, r), (21 * mm, r), (6.3 * mm, z), (6.9 * mm, z)):
        assert np.abs(lines - value).min() < 1e-12
    assert (z > 6.3 * mm + 1e-9).sum() >= 2  # layers of the endplate


def test_boundary_tags():
    """The bone side is r <= 17 mm on top, the wall is r = 21 mm; the rim above and the mid-plane are free."""
    mesh = ax1(750)
    top, side = (mesh.nodes[np.unique(mesh.boundary[tag])] for tag in ("endplate", "wall"))
    assert np.allclose(top[:, 1], 6.9 * mm) and top[:, 0].max() == pytest.approx(17 * mm) and top[:, 0].min() == 0
    assert np.allclose(side[:, 0], 21 * mm)


@pytest.mark.parametrize("lengths", [(21, 14, 0.5, 0.6, 17), (21, 18, 6.9, 0.6, 17), (17, 14, 6.9, 0.6, 17), (21, 0, 6.9, 0.6, 17)])
def test_lengths_that_do_not_nest_are_refused(lengths):
    """Endplate thicker than the disc, nucleus beyond the endplate, no rim, no nucleus."""
    with pytest.raises(PulposusError, match="nucleus radius"):
        axisymmetric(*(x * mm for x in lengths), 300)


def test_nucleus_as_wide_as_the_endplate():
    """The border case has no annulus under the endplate, and volumes still sum."""
    points = operators.volumes(axisymmetric(21 * mm, 17 * mm, 6.9 * mm, 0.6 * mm, 17 * mm, 500))
    assert points.volume.sum() == pytest.approx(np.pi * 0.021**2 * 0.0138, rel=1e-12)


@pytest.mark.parametrize(("kind", "volume", "area"), [("slab", 2.0, 1.0), ("cylinder", 4 * np.pi, 4 * np.pi),
                                                       ("sphere", 4 / 3 * np.pi * 8, 16 * np.pi)])
def test_line_measures(kind, volume, area):
    """Volume and outer area of lines of length 2, with two layers of unequal cells."""
    mesh = line(kind, [("NP", 1.3), ("CEP", 0.7)], 9)
    assert operators.volumes(mesh).volume.sum() == pytest.approx(volume, rel=1e-12)
    assert operators.areas(mesh, "outer").sum() == pytest.approx(area, rel=1e-12)


def test_canonical_geometry():
    """Nucleus 7.76 mL, height 13.8 mm, endplates 18.16 cm2, a 22-gauge needle of 0.717 mm is 5.2 % of the height."""
    assert AX1.nucleus_volume * 1e6 == pytest.approx(7.76, abs=0.005)
    assert AX1.height == pytest.approx(13.8 * mm)
    assert AX1.endplate_area * 1e4 == pytest.approx(18.16, abs=0.005)
    assert AX1.needle_ratio(0.717 * mm) == pytest.approx(0.052, abs=0.0005)


def test_extra_cells_until_glucose_runs_low():
    """The 16e6 further nucleus cells that bring glucose to 0.5 mM are (5.67 - 3.6)e6 per mL in this nucleus volume."""
    assert (5.67e12 - 3.6e12) * AX1.nucleus_volume == pytest.approx(16e6, rel=0.01)


def test_small_discs_are_never_short_of_glucose():
    """Phi^2 of a 1.5 mm disc is over fifty times smaller than that of AX-1 at the same cells, as height squared."""
    small = Geometry(6.5 * mm, 3 * mm, 0.75 * mm, 0.2 * mm, 5 * mm)
    numbers = (3.6e12, 36e-9 / 3600 * 1e-6, 4.07e-10, 4.0)
    assert AX1.thiele(*numbers) / small.thiele(*numbers) == pytest.approx((13.8 / 1.5) ** 2)


def test_presets_of_all_human_levels():
    """L4/L5 is the canonical plan at its sourced height; heights follow the levels; an unknown level is refused."""
    draw = nominal_draw()
    found = {level: geometry_of(draw, "human", level) for level in ("L1/L2", "L2/L3", "L3/L4", "L4/L5", "L5/S1")}
    l45 = found["L4/L5"]
    assert l45.radius == pytest.approx(21 * mm) and l45.nucleus_radius == pytest.approx(14 * mm)
    assert [round(g.height / mm, 2) for g in found.values()] == [10.0, 11.59, 12.45, 13.82, 12.99]
    assert found["L5/S1"].nucleus_radius / found["L5/S1"].radius > l45.nucleus_radius / l45.radius
    with pytest.raises(InputError):
        geometry_of(draw, "human", "L9/L10")


@pytest.mark.parametrize(("species", "level"), [("sheep", "lumbar"), ("goat", "lumbar"), ("pig", "lumbar"), ("dog", "lumbar"),
                                                ("rabbit", "lumbar"), ("rat", "lumbar"), ("rat", "tail"), ("mouse", "tail"),
                                                ("bovine", "Cd1-4"), ("bovine", "Cd6-8")])
def test_presets_of_animals_can_be_meshed(species, level):
    """Every animal preset nests and meshes, and is smaller than the human disc."""
    draw = Draw(ParameterSet.load(), 0, 0, species, "I", nominal=True)
    g = geometry_of(draw, species, level)
    mesh = axisymmetric(g.radius, g.nucleus_radius, g.half_height, g.endplate_thickness, g.endplate_radius, 300)
    operators.assert_m_matrix(operators.stiffness(mesh).combine({(r, d): 1.0 for r in ("NP", "AF", "CEP") for d in (0, 1)}))
    assert operators.volumes(mesh).volume.sum() == pytest.approx(np.pi * g.radius**2 * g.height, rel=1e-12)
    assert g.height < 13.8 * mm and g.nucleus_volume < AX1.nucleus_volume


@pytest.mark.parametrize(("pattern", "share"), [("open_centre", 0.5), ("open_rim", 0.5), ("open_centre", 0.25), ("stripes", 0.5)])
def test_open_patterns_open_about_the_share(pattern, share):
    """On a mesh with grid lines on its edges a pattern opens its share of the bone face and half a cell beyond every edge."""
    rings = pattern_rings(pattern, share, AX1.endplate_radius, 1 * mm)
    mesh = axisymmetric(AX1.radius, AX1.nucleus_radius, AX1.half_height, AX1.endplate_thickness, AX1.endplate_radius, 20000, rings)
    area = operators.areas(mesh, "endplate")
    kept = open_nodes(mesh, pattern, share, 1 * mm)
    r = np.unique(mesh.nodes[:, 0])
    h = np.diff(r[r <= AX1.endplate_radius * 1.001]).max()
    beyond = sum(x * h + h**2 / 3 for x in rings) / AX1.endplate_radius**2
    if pattern == "stripes":  # half of every period of rings, which is not half of the area: (1 + 5 + 9 + ... + 33) of 289 mm2
        share = sum(4 * k + 1 for k in range(9)) / 17**2
    assert share <= area[kept].sum() / area.sum() <= (share + beyond) * (1 + 1e-9)
    assert all(np.abs(r - x).min() < 1e-9 for x in rings)


def test_open_share_under_three_laws_of_degeneration():
    """A degenerate disc keeps, loses or gains open endplate; a healthy one keeps it."""
    healthy, degenerate = nominal_draw("I"), nominal_draw("IV")
    assert [open_share(healthy, law) for law in ("unchanged", "falls", "rises")] == [1.0, 1.0, 1.0]
    kept, falls, rises = (open_share(degenerate, law) for law in ("unchanged", "falls", "rises"))
    assert falls < kept < rises


def test_calcification_closes_the_endplate_at_its_rate():
    """d open / dt = -rate x modifier x open."""
    rate = Endplate().global_rate({"endplate_open": 0.9, "modifier.calcification": 2.0}, {}, {"calcification_rate": 0.01}, 0.0, np)
    assert rate["endplate_open"] == pytest.approx(-0.018)
