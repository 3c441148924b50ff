"""What of a film is drawn: a solid at mid-height and through its middle, with sharp borders and the values that the disc has there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from pulposus.core.files import parse_yaml
from pulposus.report.film_sections import film_sections
from pulposus.report.slider import slider_page
from pulposus.tissue.course import run_course
from pulposus.tissue.disc_file import read_disc
from pulposus.tissue.film import FILMED, Film
from pulposus.tissue.mesh import REGIONS

mm = 1e-3
SHIPPED = parse_yaml((Path(__file__).parents[3] / "examples" / "injuries" / "human_solid_lesion.yaml").read_text(encoding="utf-8"))[0]


@pytest.fixture(scope="module")
def filmed():
    film = Film()
    return film, run_course(read_disc({**SHIPPED, "mesh": {"nodes": 900}, "follow_up": "1 week"}), film=film)


@pytest.fixture(scope="module")
def sections(filmed):
    return {section.name: section for section in film_sections(filmed[0])}


def triangles(section):
    """Return the areas of the triangles of a section."""
    x, y = (v[section.corners] for v in (section.across, section.up))
    return ((x[:, 1] - x[:, 0]) * (y[:, 2] - y[:, 0]) - (x[:, 2] - x[:, 0]) * (y[:, 1] - y[:, 0])) / 2


def test_linear_fields_are_carried_to_where_the_points_are(filmed, sections):
    film, _ = filmed
    place = film.mesh.nodes[film.points.node]
    flat, upright = sections["mid_height"], sections["mid_sagittal"]
    assert flat.carry(place[:, 0]) == pytest.approx(flat.across) and flat.carry(place[:, 1]) == pytest.approx(flat.up)
    assert flat.carry(place[:, 2]) == pytest.approx(0, abs=1e-12)
    for axis, told in ((1, upright.across), (2, upright.up)):
        off = np.abs(upright.carry(place[:, axis]) - told)
        assert off.max() < 0.4 * mm and (off < 1e-9).mean() > 0.8  # on a border the coarse mesh is a chord of its curve
    assert upright.carry(place[:, 0]) == pytest.approx(0, abs=1e-9)


def test_a_point_takes_its_values_from_one_region(filmed, sections):
    film, _ = filmed
    for section in sections.values():
        region = film.points.region[section.source]
        assert (region == region[:, :1]).all()
        assert all(len(set(region[corner, 0])) == 1 for corner in section.corners)
        cells = section.carry(film.frames[0]["living"])  # uniform in every region before anything happened
        for i, _ in enumerate(REGIONS):
            mine = region[:, 0] == i
            assert not mine.any() or np.ptp(cells[mine]) < 1e-9 * cells.max()


def test_sections_have_their_areas(filmed, sections):
    film, _ = filmed
    flat, upright = sections["mid_height"], sections["mid_sagittal"]
    assert (triangles(flat) > 0).all() and triangles(flat).sum() == pytest.approx(film.mesh.plane.area.sum())
    z, tall = film.mesh.z, film.geometry.height
    assert (triangles(upright) > 0).all() and 0.8 * 38.5 * mm * tall < triangles(upright).sum() < 38.5 * mm * tall
    assert upright.up.max() == pytest.approx(z.max(), rel=1e-3)
    assert 0 < (upright.up - upright.core).max() == pytest.approx(0.775 * mm, rel=0.05)  # the endplates are no thicker than at their margin


def test_borders_are_closed_around_and_run_between_regions(sections):
    for section in sections.values():
        around = section.outer
        assert len(around) == 1 and np.array_equal(around[0][0], around[0][-1])
        assert section.inner
    nucleus = sections["mid_height"].inner[0]
    assert np.array_equal(nucleus[0], nucleus[-1]) and np.ptp(nucleus[:, 0]) < np.ptp(sections["mid_height"].outer[0][:, 0])


@pytest.mark.parametrize(("lang", "label"), [("en", "Mid-height, from above"), ("zh", "半高平面")])
def test_the_page_of_a_solid_draws_both(filmed, sections, lang, label):
    film, answer = filmed
    page = slider_page(film, answer, [(-42.0, "lesion")], "solid", lang)
    data = json.loads(re.search(r'<script type="application/json" id="disc">(.*?)</script>', page, re.S)[1])
    assert [part["label"].startswith(label) for part in data["sections"]] == [True, False] and not any(p["mirrored"] for p in data["sections"])
    count = sum(len(section.across) for section in sections.values())
    assert sum(len(part["x"]) for part in data["sections"]) == count and len(data["maps"]) == len(FILMED)
    assert all(len(data["thin"]) == len(each["frames"]) for each in data["maps"])
    assert data["thin"][0] == 1 and data["thin"][-1] < data["height"][-1] < 1  # tissue thins, endplates do not


def test_a_film_without_a_disc_has_no_sections():
    with pytest.raises(ValueError, match="no disc has run"):
        film_sections(Film())
