"""Sections, planes, faces, tracks and holes of the solid disc, and what is refused."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest

from pulposus.core.errors import InputError, PulposusError
from pulposus.tissue import extrusion
from pulposus.tissue.answer import disc_of, solve_disc
from pulposus.tissue.disc_file import load_disc, read_disc
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.places import Hole, Track, living_share, supplied
from pulposus.tissue.plane import triangulate
from pulposus.tissue.section import Section, area_within, circle, kidney, polar
from pulposus.tissue.solid import Faces, SolidGeometry, domed

mm = 1e-3
DATA = {
    "version": 1,
    "disc": {"solid": {"outline": {"lateral_width": "50 mm", "depth": "36 mm", "widest": 0.35, "concavity": "2 mm"},
                       "heights": {"middle": "12 mm", "anterior": "12 mm", "posterior": "9 mm"},
                       "nucleus": {"share": 0.4, "offset": ["0 mm", "-2 mm"]},
                       "endplate": {"thickness": "0.6 mm", "area": "900 mm**2"}},
             "porosity": {"NP": 0.8, "AF": 0.75, "CEP": 0.66}, "cells": {"NP": "3.6e6 /mL", "AF": "5.55e6 /mL", "CEP": "13.5e6 /mL"}},
    "supply": {"endplate": {"oxygen": "5.1 kPa", "lactate": "0.8 mM", "glucose": "4 mM"},
               "wall": {"oxygen": "5.8 kPa", "lactate": "0.9 mM", "glucose": "5 mM"}},
    "mesh": {"nodes": 1200}, "probes": {"left": ["-14 mm", "-2 mm", "0 mm"], "right": ["14 mm", "-2 mm", "0 mm"]}}


def spec_of(**changes):
    """Return the disc with changes by dotted path with __."""
    data = copy.deepcopy(DATA)
    for path, value in changes.items():
        *steps, last = path.split("__")
        part = data
        for step in steps:
            part = part[step]
        if value is None:
            del part[last]
        else:
            part[last] = value
    return read_disc(data)


@pytest.fixture(scope="module")
def disc():
    return disc_of(spec_of())


def test_an_outline_has_its_width_depth_and_concavity():
    shape = kidney(50 * mm, 36 * mm, 0.35, 2 * mm)
    assert np.ptp(shape[:, 0]) == pytest.approx(50 * mm) and shape[:, 1].max() == pytest.approx(18 * mm)
    middle = shape[np.abs(shape[:, 0]) < 0.1 * mm]
    assert middle[:, 1].min() == pytest.approx(-16 * mm, rel=1e-3)  # drawn in
    widest = shape[np.argmax(shape[:, 0]), 1]
    assert widest == pytest.approx(-18 * mm + 0.35 * 36 * mm)
    assert area_within(polar(kidney(50 * mm, 36 * mm), (1 * mm, -3 * mm))) == pytest.approx(np.pi * 25 * 18 * mm**2, rel=1e-5)


def test_a_centre_beside_the_outline_or_a_ray_that_meets_it_twice_is_refused():
    with pytest.raises(PulposusError, match="turns back"):
        polar(kidney(50 * mm, 36 * mm), (0.0, 30 * mm))
    bent = kidney(50 * mm, 30 * mm, 0.3, 14 * mm)
    with pytest.raises(PulposusError, match="turns back"):
        polar(bent, (12 * mm, -7 * mm))


def test_triangles_fill_the_section_keep_its_curves_and_are_delaunay(disc):
    plane, section = disc.mesh.plane, disc.geometry.section
    assert (plane.area > 0).all()
    for zone, curve in ((0, section.nucleus), (2, section.outer)):
        inside = plane.area[plane.zone <= zone].sum()
        assert inside == pytest.approx(area_within(curve), rel=0.03) and inside < area_within(curve)
    theta, rho = section.polar(plane.nodes[plane.triangles].mean(axis=1))
    outward = rho * section.radius(section.outer, theta) / section.radius(section.nucleus, theta)
    assert (outward[plane.zone == 0] < 1).all() and (outward[plane.zone > 0] > 0.99).all()
    slopes = plane.slopes
    stiff = np.zeros((len(plane.nodes),) * 2)
    for a in range(3):
        for b in range(3):
            inner = np.where(plane.zone == 0, (slopes[:, a] * slopes[:, b]).sum(axis=1) * plane.area, 0.0)
            np.add.at(stiff, (plane.triangles[:, a], plane.triangles[:, b]), inner)
    border = np.isclose(plane.rho * section.radius(section.outer, plane.theta), section.radius(section.nucleus, plane.theta))
    free = np.flatnonzero(~border & (plane.rho < border.any() * plane.rho[border].max()))
    assert (stiff[free] - np.diag(np.diag(stiff))[free]).max() < 1e-9


def test_a_probe_reads_a_linear_field_exactly(disc):
    field = 2.0 + disc.mesh.nodes @ np.array([300.0, -200.0, 700.0])
    for x, y, z in ((3.1, -5.2, 1.7), (20.3, -2.0, -2.9), (-18.0, 6.0, 0.0)):
        told = disc.mesh.interpolate(field, x * mm, y * mm, z * mm)
        assert told == pytest.approx(2.0 + 0.3 * x - 0.2 * y + 0.7 * z, abs=1e-9)
    assert disc.mesh.holds(np.array([[0, 0, 0], [0, 0, 7 * mm], [26 * mm, 0, 0]])).tolist() == [True, False, False]


def test_the_nucleus_takes_its_share_of_the_volume_and_the_endplate_its_area(disc):
    nucleus, annulus, plates = disc.geometry.volumes
    assert nucleus / (nucleus + annulus) == pytest.approx(0.4, abs=1e-6)
    assert plates == pytest.approx(2 * 900 * 0.6 * mm**3, rel=1e-3)
    assert disc.geometry.height == pytest.approx(12 * mm) and disc.geometry.endplate_area == pytest.approx(1800 * mm**2)


@pytest.mark.parametrize("nodes", [2500, 6000])
def test_a_track_kills_its_own_volume_on_any_mesh(nodes):
    mesh = disc_of(spec_of(mesh__nodes=nodes)).mesh
    points = extrusion.volumes(mesh)
    track = Track((24 * mm, -2 * mm, 0.0), (0.0, -2 * mm, 1 * mm), 1 * mm, 0.5)
    alive = living_share(mesh, points, [track])
    length = np.hypot(24 * mm, 1 * mm)
    assert ((1 - alive) * points.volume).sum() == pytest.approx(0.5 * np.pi * (0.5 * mm) ** 2 * length, rel=0.03)
    assert alive.min() >= 0.5 and set(points.region[alive < 1]) == {REGIONS.index("NP"), REGIONS.index("AF")}
    x = mesh.nodes[points.node[alive < 1]]
    assert x[:, 0].min() > -4 * mm and np.abs(x[:, 1] + 2 * mm).max() < 6 * mm


def test_a_track_feeds_its_own_side():
    track = {"start": ["24 mm", "-2 mm", "0 mm"], "end": ["4 mm", "-2 mm", "0 mm"], "diameter": "3 mm"}
    before, after = solve_disc(spec_of(mesh__nodes=1500)), solve_disc(spec_of(tracks=[track], mesh__nodes=1500))
    assert after["probes"]["right"]["glucose_mM"] > before["probes"]["right"]["glucose_mM"] + 0.01
    assert after["uptake_nmol_s"]["AF"]["glucose"] < before["uptake_nmol_s"]["AF"]["glucose"]
    assert before["probes"]["left"]["glucose_mM"] == pytest.approx(before["probes"]["right"]["glucose_mM"], rel=0.01)


def test_a_closed_hole_starves_its_side_and_an_open_one_feeds_a_closed_rim():
    holes = [{"face": face, "at": ["12 mm", "-2 mm"], "diameter": "12 mm"} for face in ("upper", "lower")]
    closed = solve_disc(spec_of(holes=holes))["probes"]
    assert closed["right"]["glucose_mM"] < closed["left"]["glucose_mM"] - 0.1
    pattern = {"pattern": "open_rim", "open": 0.5}
    rim = solve_disc(spec_of(supply__endplate_open=pattern))
    opened = solve_disc(spec_of(supply__endplate_open=pattern, holes=[{**h, "at": ["0 mm", "-2 mm"], "state": "open"} for h in holes]))
    assert opened["means"]["NP"]["glucose_mM"] > rim["means"]["NP"]["glucose_mM"] + 0.1
    for answer in (rim, opened):
        influx, used = (sum(part["glucose"] for part in answer[key].values()) for key in ("influx_nmol_s", "uptake_nmol_s"))
        assert influx == pytest.approx(used, rel=1e-6)


def test_holes_are_circles_on_their_face(disc):
    hole = Hole("upper", (5 * mm, 0.0), 8 * mm)
    gone = np.setdiff1d(np.unique(disc.mesh.boundary["endplate"]), supplied(disc.mesh, [hole]))
    x = disc.mesh.nodes[gone]
    assert len(gone) > 1 and (x[:, 2] > 0).all() and np.hypot(x[:, 0] - 5 * mm, x[:, 1]).max() <= 4 * mm
    assert len(supplied(disc.mesh, [Hole("upper", (5 * mm, 0.0), 8 * mm, open=True)])) == len(np.unique(disc.mesh.boundary["endplate"]))


def test_a_hole_that_the_mesh_cannot_show_is_refused(disc):
    for hole in (Hole("lower", (5 * mm, 0.3 * mm), 0.1 * mm), Hole("lower", (60 * mm, 0.0), 8 * mm)):
        with pytest.raises(InputError, match="without a node"):
            supplied(disc.mesh, [hole])


def test_the_answer_of_a_solid_disc_has_the_same_keys_and_three_coordinates():
    answer = solve_disc(spec_of())
    assert list(answer) == ["status", "probes", "extremes", "means", "influx_nmol_s", "uptake_nmol_s", "mesh", "iterations"]
    assert set(answer["extremes"]["glucose_mM"]["min"]) == {"value", "region", "x_mm", "y_mm", "z_mm"}
    assert answer["status"] == "converged" and set(answer["mesh"]) == {"nodes", "wedges", "planes"}


def test_cells_die_over_time_where_a_disc_starves():
    found = solve_disc(spec_of(supply__wall_level=0.2, supply__endplate_level=0.3, viability_after="6 d", mesh__nodes=1000))
    assert found["status"] in ("converged", "converged_by_continuation") and found["viability"]["NP"] < 0.95


REFUSED = {
    "inverted": ({"disc__solid__heights__posterior": "1 mm"}, "room for tissue"),
    "endplates fill the disc": ({"disc__solid__endplate__thickness": "6 mm"}, "room for tissue"),
    "nucleus larger than disc": ({"disc__solid__nucleus__share": 0.99}, "cannot take 0.99"),
    "nucleus beside the disc": ({"disc__solid__nucleus__offset": ["0 mm", "40 mm"]}, "turns back"),
    "endplate larger than disc": ({"disc__solid__endplate__area": "5000 mm**2"}, "smaller than the disc"),
    "endplate a point": ({"disc__solid__endplate__area": "0.1 mm**2"}, "cannot take 0.4"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_shape_that_does_not_hold_together_is_refused_with_one_sentence(name):
    changes, words = REFUSED[name]
    with pytest.raises(InputError) as caught:
        spec_of(**changes)
    assert len(caught.value.faults) == 1 and words in str(caught.value) and "disc.solid" in str(caught.value)


def test_probes_outside_are_refused_with_the_bounds_of_the_disc():
    with pytest.raises(InputError) as caught:
        solve_disc(spec_of(probes={"far": ["30 mm", "0 mm", "0 mm"], "in": ["0 mm", "0 mm", "0 mm"]}))
    assert [f.where for f in caught.value.faults] == ["probes.far"] and "z from -6 to 6 mm" in str(caught.value)


def test_faces_that_meet_or_are_no_numbers_are_refused():
    good = domed(*[10 * mm] * 5)
    with pytest.raises(PulposusError, match="meets or lies below"):
        Faces(good.upper, good.lower)
    with pytest.raises(PulposusError, match="meets or lies below"):
        Faces(good.lower, good.lower)
    with pytest.raises(PulposusError, match="not a number"):
        Faces(good.lower, good.upper * np.nan)
    with pytest.raises(PulposusError, match="within the disc"):
        Section((0.0, 0.0), circle(10 * mm), circle(12 * mm), circle(11 * mm))
    with pytest.raises(PulposusError, match="thickness"):
        SolidGeometry(Section((0.0, 0.0), circle(8 * mm), circle(9 * mm), circle(11 * mm)), good, 0.0, 0.0)


def test_thirtyfold_cells_are_solved_by_continuation_and_no_supply_at_once():
    cells = {"NP": "1.08e8 /mL", "AF": "1.665e8 /mL", "CEP": "4.05e8 /mL"}
    answer = solve_disc(spec_of(disc__cells=cells, mesh__nodes=1000))
    assert answer["status"] == "converged_by_continuation" and 0 <= answer["extremes"]["glucose_mM"]["min"]["value"] < 1e-3
    empty = solve_disc(spec_of(supply__endplate_level=0, supply__wall_level=0, mesh__nodes=1000))
    assert empty["status"] == "converged" and abs(empty["extremes"]["glucose_mM"]["max"]["value"]) < 1e-9


def test_the_shipped_solid_disc_reads_and_has_its_published_volumes():
    spec = load_disc(Path(__file__).parents[3] / "examples" / "discs" / "l45_solid.yaml")
    geometry = disc_of(spec.model_copy(update={"mesh": spec.mesh.model_copy(update={"nodes": 1000})})).geometry
    published = np.array([8133, 10147, 1293]) * mm**3
    assert np.array(geometry.volumes) == pytest.approx(published, rel=0.025)
    assert geometry.height == pytest.approx(14.32 * mm)


def test_a_plane_of_few_nodes_is_still_whole():
    plane = triangulate(Section((0.0, 0.0), circle(1.0), circle(1.5), circle(2.0)), 5.0)
    assert len(plane.nodes) - 3 * len(plane.triangles) / 2 - len(plane.border) / 2 + len(plane.triangles) == pytest.approx(1)  # Euler
