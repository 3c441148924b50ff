"""The picture of a solved disc: cuts that carry fields, published values only where they belong, three kinds of file."""

import re
from pathlib import Path

import numpy as np
import pytest

from pulposus.core.files import read_yaml
from pulposus.report.cut import cut_of, upright_line, values_along
from pulposus.report.cutaway import sheets
from pulposus.report.published import published_values
from pulposus.report.solved_disc import picture_file, read_solution, solved_picture
from pulposus.tissue.answer import solved
from pulposus.tissue.disc_file import read_disc
from pulposus.tissue.mesh import axisymmetric

L45 = Path(__file__).parents[3] / "examples" / "discs" / "l45_solid.yaml"


def spec_of(**changes):
    return read_disc({**read_yaml(L45)[0], "probes": {}, "mesh": {"nodes": 1500}, **changes})


@pytest.fixture(scope="module")
def solid():
    spec = spec_of(title="<b>L4/5</b>")
    return read_solution(spec, *solved(spec))


def test_a_cut_of_a_body_of_revolution_is_the_whole_section():
    mesh = axisymmetric(21e-3, 14e-3, 6.9e-3, 0.6e-3, 17e-3, 300)
    cut = cut_of(mesh)
    r, z = mesh.nodes.T
    assert cut.carry(r) == pytest.approx(np.abs(cut.across)) and cut.carry(z) == pytest.approx(np.abs(cut.up))
    a, b, c = (np.column_stack([cut.across, cut.up])[cut.triangles[:, i]] for i in range(3))
    areas = np.abs((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]) / 2
    assert areas.sum() == pytest.approx(4 * 21e-3 * 6.9e-3) and areas[cut.region == 2].sum() == pytest.approx(4 * 17e-3 * 0.6e-3)
    edges = np.array([(cut.across[list(e)], cut.up[list(e)]) for e in cut.borders()])
    assert not (edges[:, 1] == 0).all(axis=1).any()  # the mirror is no border


@pytest.mark.parametrize("direction", [0.0, np.pi / 2])
def test_a_cut_of_a_solid_carries_its_coordinates(solid, direction):
    mesh, cut = solid.mesh, cut_of(solid.mesh, direction)
    along = mesh.nodes[:, 0] * np.cos(direction) + mesh.nodes[:, 1] * np.sin(direction)
    inside = np.abs(cut.across - cut.across.mean()) < 0.8 * np.abs(cut.across - cut.across.mean()).max()
    assert cut.carry(along)[inside] == pytest.approx(cut.across[inside], abs=1e-9)
    assert cut.carry(mesh.nodes[:, 2]) == pytest.approx(cut.up, abs=1e-9)
    assert {*np.unique(cut.region)} == {0, 1, 2}


def test_the_cut_away_has_two_cut_faces_that_meet_in_the_middle(solid):
    mesh = solid.mesh
    x, y = mesh.section.centre
    _, _, front, side = (place for place, _, _ in sheets(mesh))
    assert np.ptp(front[..., 0]) < 1e-9 and front[..., 1].min() == pytest.approx(y) and front[..., 1].max() > y + 0.01
    assert np.ptp(side[..., 1]) < 1e-9 and side[..., 0].min() == pytest.approx(x) and side[..., 0].max() > x + 0.01
    top, nodes, weights = sheets(mesh)[0]
    assert (mesh.nodes[:, 2][nodes] * weights).sum(axis=-1) == pytest.approx(top[..., 2], abs=1e-9)
    assert not ((top[..., 0] > x + 1e-6) & (top[..., 1] > y + 1e-6)).any()  # the front right quarter is gone


def test_profiles_go_through_the_middle(solid):
    mesh = solid.mesh
    for upright, axis in ((True, 2), (False, 0)):
        line = upright_line(mesh, upright)
        assert values_along(mesh, mesh.nodes[:, axis], line)[5:-5] == pytest.approx(line.along[5:-5], abs=1e-6)
    assert line.positions[0] == pytest.approx([*mesh.section.centre, 0.0])


def test_published_values_belong_to_the_same_disc_alone():
    found = published_values(spec_of())
    assert {value.case for value in found} >= {"T01", "T02", "T03"} and {value.source for value in found} == {"UPF"}
    centre = next(v for v in found if v.case == "T01" and v.solute == "glucose")
    assert centre.position == pytest.approx((0, -2.6e-3, 0)) and centre.low < centre.value < centre.high
    supply = read_yaml(L45)[0]["supply"]
    assert published_values(spec_of(supply={**supply, "endplate_level": 0.9})) == []
    assert published_values(spec_of(laws={"oxygen": "michaelis_menten"})) == []


def test_the_page_shows_every_published_value_with_its_misses(solid):
    page = picture_file(solid, ".html").decode()
    rows = re.findall(r"<tr( class=\"miss\")?><td>(\w+) · UPF</td>", page)
    assert len(rows) == len(solid.published) and {case for _, case in rows} >= {"T01", "T02", "T03"}
    off = [value for value in solid.published
           if not value.low <= (solid.mesh.interpolate(solid.fields[value.solute], *value.position) if value.position
                                else solid.means[value.solute][("NP", "AF", "CEP").index(value.region)]) <= value.high]
    assert len([1 for miss, _ in rows if miss]) == len(off) == page.count("<td>no</td>")
    assert "<b>L4/5" not in page and "&lt;b&gt;L4/5" in page
    assert not re.search(r"(src|href)=\"(?!data:)", page)


def test_the_numbers_of_a_picture_are_the_profiles(solid):
    picture = solved_picture(solid, "zh")
    lines = picture.csv.splitlines()
    assert lines[0] == "line,position_mm,glucose_mM,oxygen_kPa,lactate_mM" and {line.split(",")[0] for line in lines[1:]} == {"axis", "radius"}
    middle = next(line.split(",") for line in lines if line.startswith("radius,0,") or line.startswith("radius,0.0,"))
    assert float(middle[2]) == pytest.approx(solid.mesh.interpolate(solid.fields["glucose"], *solid.mesh.section.centre, 0.0), rel=1e-3)
    assert "静息椎间盘" in picture.alt and "mM" in picture.alt and picture.svg.startswith(b"<?xml")
