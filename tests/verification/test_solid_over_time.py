"""The solid disc over time: the round one beside the body of revolution, wounds in their place, ledgers, heights, mirror images."""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from pulposus.core.files import parse_yaml
from pulposus.tissue import disc as disc_module
from pulposus.tissue import extrusion
from pulposus.tissue.answer import begin_disc
from pulposus.tissue.course import run_course
from pulposus.tissue.disc_file import read_disc
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.past import live, past_of
from pulposus.tissue.places import Slit, Track, crossed, drilled, share_within

mm, DAY = 1e-3, 86400.0
SHIPPED = parse_yaml((Path(__file__).parents[2] / "examples" / "injuries" / "human_solid_lesion.yaml").read_text(encoding="utf-8"))[0]
RADIUS, NUCLEUS, HEIGHT, PLATE, REACH = 21.0, 14.0, 13.8, 0.6, 17.0  # mm
WHOLE = np.pi * (RADIUS**2 * HEIGHT - 2 * REACH**2 * PLATE)  # nucleus and annulus
AXISYMMETRIC = {"axisymmetric": {"radius": "21 mm", "nucleus_radius": "14 mm", "half_height": "6.9 mm", "endplate_thickness": "0.6 mm",
                                 "endplate_radius": "17 mm"}}
SOLID = {"solid": {"outline": {"lateral_width": "42 mm", "depth": "42 mm"},
                   "heights": dict.fromkeys(("middle", "anterior", "posterior"), "13.8 mm"),
                   "nucleus": {"share": np.pi * NUCLEUS**2 * (HEIGHT - 2 * PLATE) / WHOLE},
                   "endplate": {"thickness": "0.6 mm", "area": f"{np.pi * REACH**2} mm**2"}}}
HARMED = [{"event": "nucleotomy", "removed": "33 %", "at": "-4 weeks"}, {"event": "endplate_nutrition", "level": "60 %", "at": "-2 weeks"},
          {"event": "puncture", "needle": "14G", "at": "-4 weeks"}]
QUANTITIES = ("height_index", "t2", "gag", "viable_cells", "glucose_min", "oxygen_min", "lactate_max", "il1b", "pfirrmann", "collagen_denatured")
TISSUE = [q for q in QUANTITIES if q not in ("glucose_min", "oxygen_min", "lactate_max")]


def told(body, nodes, history=HARMED, follow_up="12 months"):
    """Return the course of the shipped tissue in another body."""
    data = deepcopy({k: v for k, v in SHIPPED.items() if k != "title"})
    tissue = {k: data["disc"][k] for k in ("porosity", "cells")}
    return run_course(read_disc({**data, "disc": {**tissue, **body}, "history": history, "mesh": {"nodes": nodes}, "follow_up": follow_up}))


@lru_cache
def ends(kind, nodes):
    """Return quantity -> its last value for the round disc, solid or of revolution."""
    answer = told(SOLID if kind == "solid" else AXISYMMETRIC, nodes)
    assert answer["status"] == "complete" and answer["ledger_gap"] < 1e-8
    found = {}
    for name in QUANTITIES:
        values = answer["course"][name]
        for region, series in values.items() if isinstance(values, dict) else [("", values)]:
            found[f"{name} {region}".strip()] = series[-1]
    return found


def test_a_round_disc_lives_like_the_body_of_revolution_within_mesh_error():
    """The two differ by no more than what their meshes still leave at first order, and come nearer to each other by refinement."""
    coarse, fine, thin, dense = 3000, 13_000, 900, 3600
    left = 1 / ((fine / coarse) ** (1 / 3) - 1), 1 / ((dense / thin) ** (1 / 2) - 1)  # of the last change, at first order
    rough, better, flat, flatter = ends("solid", coarse), ends("solid", fine), ends("axisymmetric", thin), ends("axisymmetric", dense)
    for name in better:
        error = left[0] * abs(better[name] - rough[name]) + left[1] * abs(flatter[name] - flat[name])
        assert abs(better[name] - flatter[name]) <= error + 1e-9 * abs(flatter[name]), name
    off = {n: max(abs(a[q] / b[q] - 1) for q in a if q.split()[0] in TISSUE)
           for n, a, b in (("rough", rough, flatter), ("better", better, flatter))}
    assert off["better"] < off["rough"] / 1.5 and off["better"] < 0.02
    assert better["height_index"] < 97 and better["viable_cells NP"] < 70  # the disc did change


@pytest.fixture(scope="module")
def shipped():
    """Return (disc, history) of the shipped file: three wounds in their places."""
    spec = read_disc(SHIPPED)
    laws, draw, geometry, build = begin_disc(spec)
    past = past_of(spec.history, draw, geometry, laws)
    return live(past, build, geometry, np.array([-42.0, -41.9, 0.0, 365.0]) * DAY)


def test_cells_and_aggrecan_of_a_wounded_solid_are_accounted_for(shipped):
    _, history = shipped
    book = history.ledger
    assert history.stopped == "" and {"native", "senescent", "aggrecan_intact", "aggrecan_fragments"} <= set(book.start)
    for name in book.start:
        assert book.gap(name) < 1e-8, name
    for wound in ("lesion", "puncture", "endplate hole"):
        assert book.entries["native"][wound] < 0 < book.entries["granulation"][wound]
    assert book.entries["native"]["native cells"] != 0


def test_a_placed_wound_kills_what_one_without_a_place_kills_but_there(shipped):
    disc, _ = shipped
    events = {e.what: e for q in disc.system.processes for e in q.events(disc.p)}
    c, y, g = disc.initial()
    state = disc.coupled.state(c, y, g, 0.0)
    killed = -events["lesion"].jump(state, disc.p, disc.points)["native"]
    spec = read_disc({**SHIPPED, "history": [{k: v for k, v in SHIPPED["history"][0].items() if k != "where"}]})
    laws, draw, geometry, _ = begin_disc(spec)
    spread = -past_of(spec.history, draw, geometry, laws).wounds[0].jump(state, disc.p, disc.points)["native"]
    annulus = disc.points.region == REGIONS.index("AF")
    assert disc.points.total(killed * annulus) == pytest.approx(disc.points.total(spread * annulus), rel=0.1)  # to the mesh
    assert (killed >= 0).all() and np.count_nonzero(killed[annulus]) < 0.2 * np.count_nonzero(spread[annulus])
    at = np.average(disc.points.place, axis=0, weights=killed * annulus * disc.points.volume)
    assert at[0] < -18 * mm and abs(at[1] + 2.6 * mm) < 2 * mm and abs(at[2]) < 1 * mm


def test_the_volume_of_a_wound_does_not_depend_on_the_mesh():
    geometry = begin_disc(read_disc(SHIPPED))[2]
    track, slit = Track((-30 * mm, 0.0, 0.0), (-5 * mm, 0.0, 0.0), 1.3 * mm), Slit(geometry.section, (-1.0, 0.0, 0.0), 10 * mm, 6 * mm, 1 * mm)
    hole = drilled(geometry, "lower", (5 * mm, 0.0), 2 * mm)
    inside = np.ptp(np.array([-5 * mm, -geometry.section.radius(geometry.section.outer, np.array([np.pi]))[0]]))
    exact = {"track": np.pi / 4 * track.diameter**2 * inside, "slit": 60e-9, "hole": np.pi / 4 * hole.diameter**2 * abs(hole.end[2] - hole.start[2])}
    for nodes in (1500, 6000, 20_000):
        mesh = geometry.mesh(nodes)
        points = extrusion.volumes(mesh)
        for name, what in (("track", track), ("slit", slit), ("hole", hole)):
            for wider in (1.0, 4.0):
                found = points.total(share_within(mesh, points, what.widened(wider))) / wider
                assert found == pytest.approx(exact[name], rel=0.06), (name, nodes, wider)
    assert crossed(geometry, track) == 1.0
    half = Track((-30 * mm, 0.0, 0.0), (-21 * mm, 0.0, 0.0), 1 * mm)
    assert 0.2 < crossed(geometry, half) < 0.8 and crossed(geometry, Track((30 * mm, 0.0, 0.0), (26 * mm, 0.0, 0.0), 1 * mm)) == 0


def mirrored(event):
    """Return an event of the shipped file on the other side of the disc."""
    flipped = deepcopy(event)
    for name in ("middle", "start", "end", "at"):
        if name in flipped["where"]:
            x, *others = flipped["where"][name]
            flipped["where"][name] = [x[1:] if x.startswith("-") else f"-{x}", *others]
    return flipped


def test_left_and_right_change_places_in_the_mirror():
    left, right = (told({"solid": SHIPPED["disc"]["solid"]}, 1200, history, "3 months")["course"]
                   for history in (SHIPPED["history"], [mirrored(e) for e in SHIPPED["history"]]))
    for name in ("cells_by_side", "gag_by_side"):
        for side, other in (("left", "right"), ("front", "front"), ("back", "back")):
            assert left[name][side] == pytest.approx(right[name][other], rel=2e-3)
    assert left["cells_asymmetry"][0] == pytest.approx(0, abs=1e-6)
    assert left["cells_asymmetry"][-1] > 1 and left["cells_asymmetry"][-1] == pytest.approx(-right["cells_asymmetry"][-1], rel=0.02)
    assert left["viable_cells"]["AF"][-1] == pytest.approx(right["viable_cells"]["AF"][-1], rel=1e-3)


def test_tissue_thins_by_one_ratio_and_so_do_the_four_heights_of_the_rim():
    course = told({"solid": SHIPPED["disc"]["solid"]}, 1200, HARMED, "3 months")["course"]
    index, heights = np.array(course["height_index"]) / 100, {k: np.array(v) for k, v in course["height"].items()}
    plates = 2 * 0.545
    assert heights["middle"] == pytest.approx(14.32 * index) and index[-1] < 0.98
    for side, first in (("front", 13.5), ("back", 10.5), ("left", 11.8), ("right", 11.8)):
        assert heights[side] / first == pytest.approx((heights["middle"] - plates) / (14.32 - plates))


def test_multigrid_and_the_sparse_factor_give_one_course(monkeypatch):
    body, found = {"solid": SHIPPED["disc"]["solid"]}, []
    for most in (10_000, 10):
        monkeypatch.setattr(disc_module, "_FACTORED", most)
        found.append(told(body, 1000, HARMED, "3 months")["course"])
    for name in ("height_index", "glucose_min", "pfirrmann"):
        assert found[0][name] == pytest.approx(found[1][name], rel=1e-4)
    for region in REGIONS:
        assert found[0]["viable_cells"][region] == pytest.approx(found[1]["viable_cells"][region], rel=1e-4)
