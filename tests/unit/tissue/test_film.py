"""A film of a disc looks on, keeps what the read-outs were taken from, and changes nothing."""

import numpy as np
import pytest

from pulposus.core.units import convert
from pulposus.tissue.course import run_course
from pulposus.tissue.disc_file import read_disc
from pulposus.tissue.film import FILMED, Film
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.stepper import Stepper

SPEC = {"version": 1, "disc": {"preset": {"species": "rabbit", "level": "lumbar"}}, "mesh": {"nodes": 200},
        "history": [{"event": "puncture", "needle": "18G", "at": "-1 week"}], "follow_up": "2 weeks"}


@pytest.fixture(scope="module")
def filmed():
    film = Film()
    return film, run_course(read_disc(SPEC), film=film)


def test_a_filmed_course_is_the_course(filmed):
    assert run_course(read_disc(SPEC)) == filmed[1]


def test_there_is_a_frame_at_every_output_time_with_every_quantity(filmed):
    film, answer = filmed
    assert film.days == pytest.approx(answer["days"], abs=1e-9) and len(film.frames) == len(answer["days"]) == 4
    assert all(frame.keys() == FILMED.keys() and all(v.shape == film.points.volume.shape for v in frame.values()) for frame in film.frames)


def test_frames_hold_what_was_read_out(filmed):
    film, answer = filmed
    nucleus = film.points.region == REGIONS.index("NP")
    for name, reading, pick in (("glucose", "glucose_min", np.min), ("oxygen", "oxygen_min", np.min), ("lactate", "lactate_max", np.max)):
        assert [pick(frame[name][nucleus]) for frame in film.frames] == pytest.approx(answer["course"][reading], rel=1e-9)
    for i, region in enumerate(REGIONS):
        assert [film.points.mean(frame["aggrecan"], i) for frame in film.frames] == pytest.approx(answer["course"]["gag"][region], rel=1e-9)
        living = np.array([film.points.mean(frame["living"], i) for frame in film.frames])
        assert living / living[0] * 100 == pytest.approx(answer["course"]["viable_cells"][region], rel=1e-9)


def test_corners_are_points_of_the_triangle_and_of_its_region(filmed):
    film, _ = filmed
    corners = film.corners()
    assert (film.points.node[corners] == film.mesh.cells).all()
    assert (film.points.region[corners] == film.mesh.region[:, None]).all()


def test_borders_are_the_lengths_of_the_section(filmed):
    film, _ = filmed
    pieces = film.borders()
    radius, half = film.mesh.nodes.max(axis=0)
    nucleus, plate = (film.mesh.nodes[film.mesh.cells[film.mesh.region == i]].reshape(-1, 2) for i in (0, 2))
    length = {name: np.hypot(p[:, 2] - p[:, 0], p[:, 3] - p[:, 1]).sum() for name, p in pieces.items()}
    assert length["outer"] == pytest.approx(radius + half)
    thickness, reach = half - plate[:, 1].min(), plate[:, 0].max()
    assert length["inner"] == pytest.approx(nucleus[:, 1].max() + reach + thickness)  # side of the nucleus; foot and side of the endplate
    assert len(pieces["outer"]) == 2 and nucleus[:, 0].max() in pieces["inner"]


def test_a_frame_is_told_in_its_unit(filmed):
    film, _ = filmed
    cells = film.frames[0]["living"].max() * convert(1.0, "million_cell/mL", "cell/m**3")
    assert 1e11 < cells < 1e15  # per m3, not per mL


def test_a_film_without_a_disc_says_so():
    with pytest.raises(ValueError, match="no disc has run"):
        Film().corners()


def test_a_course_that_stops_early_keeps_the_frames_it_reached(monkeypatch):
    step = Stepper.step
    monkeypatch.setattr(Stepper, "step", lambda self, s, h: None if s.t + h > 8 * 86400.0 else step(self, s, h))
    film = Film()
    answer = run_course(read_disc(SPEC), film=film)
    assert answer["status"] == "partial" and film.days == pytest.approx(answer["days"], abs=1e-9) and film.days[-1] == pytest.approx(7.0)
    assert len(film.corners()) == len(film.mesh.cells)
