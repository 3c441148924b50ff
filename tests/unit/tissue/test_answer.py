"""The answer to a disc file: its keys, its balance, its status words, and the shipped examples against published values."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import numpy as np
import pytest

from pulposus.core.errors import InputError
from pulposus.tissue import answer as answer_module
from pulposus.tissue import coupled
from pulposus.tissue.answer import disc_of, solve_disc
from pulposus.tissue.disc_file import load_disc, read_disc
from pulposus.tissue.stepper import Control
from pulposus.tissue.viability import death_rate

EXAMPLES = Path(__file__).parents[3] / "examples" / "discs"
DATA = {
    "version": 1,
    "disc": {"axisymmetric": {"radius": "21 mm", "nucleus_radius": "14 mm", "half_height": "6.9 mm", "endplate_thickness": "0.6 mm",
                              "endplate_radius": "17 mm"},
             "porosity": {"NP": 0.8, "AF": 0.75, "CEP": 0.66}, "cells": {"NP": "3.6e6 /mL", "AF": "5.55e6 /mL", "CEP": "13.5e6 /mL"}},
    "supply": {"endplate": {"oxygen": "5.1 kPa", "lactate": "0.8 mM", "glucose": "4 mM"},
               "wall": {"oxygen": "5.8 kPa", "lactate": "0.9 mM", "glucose": "5 mM"}},
    "laws": {"glucose_limiter": "none"}, "mesh": {"nodes": 200}, "probes": {"centre": ["0 mm", "0 mm"], "edge": ["21 mm", "0 mm"]}}
REGIONS = ("NP", "AF", "CEP")


def spec_of(cells=1.0, **changes):
    """Return AX-1 on 200 nodes with cells times a factor, limiter on when asked; changes by dotted path with __."""
    data = copy.deepcopy(DATA)
    data["disc"]["cells"] = {r: f"{cells * v}e6 /mL" for r, v in zip(REGIONS, (3.6, 5.55, 13.5), strict=True)}
    for path, value in changes.items():
        *steps, last = path.split("__")
        place = data
        for step in steps:
            place = place[step]
        place[last] = value
    return read_disc(data)


@pytest.fixture(scope="module")
def ax1():
    """Return the answer on 200 nodes, with viability."""
    return solve_disc(spec_of(viability_after="6 d"))


# ---- the contract

def test_the_keys_are_those_of_the_contract(ax1):
    assert list(ax1) == ["status", "probes", "extremes", "means", "influx_nmol_s", "uptake_nmol_s", "viability", "mesh", "iterations"]
    solutes = ["oxygen_kPa", "lactate_mM", "glucose_mM"]
    assert list(ax1["probes"]) == ["centre", "edge"] and list(ax1["probes"]["centre"]) == [*solutes, "pH"]
    assert list(ax1["extremes"]) == solutes
    for ends in ax1["extremes"].values():
        assert list(ends) == ["min", "max"] and all(list(end) == ["value", "region", "r_mm", "z_mm"] for end in ends.values())
    assert list(ax1["means"]) == list(ax1["uptake_nmol_s"]) == list(ax1["viability"]) == list(REGIONS)
    assert list(ax1["influx_nmol_s"]) == ["endplate", "wall"]
    assert all(list(mean) == solutes for mean in ax1["means"].values())
    assert set(ax1["iterations"]) == {"newton", "krylov"} and 150 < ax1["mesh"]["nodes"] < 250
    assert json.loads(json.dumps(ax1)) == ax1


def test_viability_is_told_only_when_asked_for():
    assert "viability" not in solve_disc(spec_of())


def test_what_comes_in_is_what_is_used(ax1):
    for limiter in ("none", "0.05 mM"):
        for found in (ax1, solve_disc(spec_of(laws__glucose_limiter=limiter, supply__endplate_open=0.7))):
            total = {}
            for solute in ("oxygen", "lactate", "glucose"):
                came = sum(found["influx_nmol_s"][tag][solute] for tag in ("endplate", "wall"))
                total[solute] = sum(found["uptake_nmol_s"][region][solute] for region in REGIONS)
                assert came == pytest.approx(total[solute], rel=1e-9)
            assert total["lactate"] == pytest.approx(-2 * total["glucose"], rel=1e-12) and total["glucose"] > 0


def test_probes_read_the_solution_where_they_are(ax1):
    assert ax1["probes"]["edge"]["oxygen_kPa"] == pytest.approx(5.8) and ax1["probes"]["edge"]["glucose_mM"] == pytest.approx(5.0)
    disc = disc_of(spec_of())
    solution = disc.steady()
    for r, z in ((3.3e-3, 1.7e-3), (16e-3, 5e-3)):
        node = disc.mesh.nodes[disc.mesh.nearest(r, z)]
        told = solve_disc(spec_of(probes={"at": [f"{node[0]} m", f"{node[1]} m"]}))["probes"]["at"]
        assert told["glucose_mM"] == pytest.approx(solution.c[2, disc.mesh.nearest(r, z)], rel=1e-9)
    acid = disc.p["pH_at_zero_lactate"] + disc.p["pH_per_lactate"] * ax1["probes"]["centre"]["lactate_mM"]
    assert ax1["probes"]["centre"]["pH"] == pytest.approx(acid, rel=1e-12) and 6.9 < acid < 7.1


def test_a_probe_between_nodes_reads_a_linear_field_exactly():
    mesh = disc_of(spec_of()).mesh
    field = 2.0 + 300 * mesh.nodes[:, 0] - 700 * mesh.nodes[:, 1]
    for r, z in ((1.234e-3, 2.345e-3), (19.9e-3, 6.5e-3), (0.0, 6.9e-3)):
        assert mesh.interpolate(field, r, z) == pytest.approx(2.0 + 300 * r - 700 * z, rel=1e-12)


def test_extremes_bound_means_and_probes(ax1):
    for solute, ends in ax1["extremes"].items():
        low, high = ends["min"]["value"], ends["max"]["value"]
        values = [ax1["means"][r][solute] for r in REGIONS] + [p[solute] for p in ax1["probes"].values()]
        assert low - 1e-12 <= min(values) and max(values) <= high + 1e-12
    assert ax1["extremes"]["glucose_mM"]["max"] == {"value": pytest.approx(5.0), "region": "AF", "r_mm": pytest.approx(21.0),
                                                    "z_mm": ax1["extremes"]["glucose_mM"]["max"]["z_mm"]}
    assert ax1["extremes"]["lactate_mM"]["min"]["region"] == "CEP" and ax1["extremes"]["lactate_mM"]["min"]["z_mm"] == pytest.approx(6.9)
    assert ax1["extremes"]["glucose_mM"]["min"]["region"] == "NP"


# ---- status

def test_an_easy_disc_converges_and_a_crowded_one_by_continuation(ax1):
    assert ax1["status"] == "converged"
    assert solve_disc(spec_of(20.0, laws__glucose_limiter="0.05 mM"))["status"] == "converged_by_continuation"


def test_a_disc_that_cannot_be_solved_says_so(monkeypatch):
    monkeypatch.setattr(coupled, "_NEWTON", 1)
    found = solve_disc(spec_of(viability_after="6 d"))
    assert found["status"] == "not_converged" and "viability" not in found
    assert {"probes", "means", "iterations"} <= set(found)


def test_a_viability_run_that_stops_early_is_partial(monkeypatch):
    monkeypatch.setattr(answer_module, "_VIABILITY", Control(tol=1e-12, transient=True, first=600.0, least=600.0))
    found = solve_disc(spec_of(8.0, viability_after="6 d"))
    assert found["status"] == "partial" and "no step longer than 600 s was accepted" in found["note"]
    assert all(0 < v <= 1 for v in found["viability"].values())


def test_a_viability_run_that_cannot_start_is_partial(monkeypatch):
    monkeypatch.setattr(answer_module.Stepper, "start", lambda *given: None)
    found = solve_disc(spec_of(viability_after="6 d"))
    assert found["status"] == "partial" and found["note"] == "the transient run could not start"


# ---- viability

def test_in_the_canonical_disc_everybody_lives(ax1):
    assert ax1["viability"] == pytest.approx(dict.fromkeys(REGIONS, 1.0), abs=1e-6)


def test_in_a_starved_disc_the_nucleus_dies_first_and_more_with_time():
    found = {days: solve_disc(spec_of(3.0, laws__glucose_limiter="0.05 mM", viability_after=f"{days} d"))["viability"] for days in (2, 6)}
    for early, late in zip(found[2].values(), found[6].values(), strict=True):
        assert late <= early <= 1
    assert found[6]["NP"] < found[2]["NP"] < 0.9 and found[6]["NP"] < found[6]["AF"] < found[6]["CEP"] + 1e-9


def test_death_feeds_back_on_nutrition():
    """Coupled, survivors are fed better: more live than the death rate of the first field would leave."""
    living = solve_disc(spec_of(3.0, laws__glucose_limiter="0.05 mM", viability_after="6 d"))["viability"]["NP"]
    assert living > 0.3
    frozen = disc_of(spec_of(3.0, laws__glucose_limiter="0.05 mM"))
    at = frozen.points.at(frozen.steady().c)
    rate = death_rate(at[2], at[1], frozen.p, np)[0]
    assert frozen.points.mean(np.exp(-rate * 6 * 86400), 0) < 0.8 * living


@pytest.mark.parametrize("empty", [REGIONS, ("NP",), ("CEP",)], ids="+".join)
def test_a_region_without_cells_has_an_answer(empty):
    """The file allows no cells; nobody is there to die."""
    cells = {r: "0 /mL" if r in empty else DATA["disc"]["cells"][r] for r in REGIONS}
    found = solve_disc(spec_of(disc__cells=cells, viability_after="2 d"))
    assert found["status"] == "converged"
    for region in set(REGIONS) - set(empty):
        assert found["viability"][region] == pytest.approx(1.0, abs=1e-6)
    for region in empty:
        assert found["uptake_nmol_s"][region]["glucose"] == 0
    json.dumps(found, allow_nan=False)


# ---- the shipped examples

SHIPPED = {"ax1": ((1.2766, 4.4480, 1.3191), 5e-3), "ax1_degenerate_grade3": ((1.084, 4.998, 0.905), 2e-2),
           "ax1_endplate_60_open": ((1.063, 4.863, 1.033), 2e-2)}


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_examples_give_the_published_values(name):
    values, rtol = SHIPPED[name]
    found = solve_disc(load_disc(EXAMPLES / f"{name}.yaml"))
    centre = found["probes"]["centre"]
    assert found["status"] == "converged" and found["mesh"]["nodes"] == pytest.approx(5000, rel=0.03)
    assert [centre[s] for s in ("oxygen_kPa", "lactate_mM", "glucose_mM")] == pytest.approx(values, rel=rtol)
    assert found["viability"] == pytest.approx(dict.fromkeys(REGIONS, 1.0), abs=1e-6)
    if name == "ax1":
        used = {s: sum(found["uptake_nmol_s"][r][s] for r in REGIONS) for s in ("glucose", "lactate", "oxygen")}
        assert used == pytest.approx({"glucose": 1.3966, "lactate": -2.7933, "oxygen": 0.0724}, rel=5e-3)
        assert found["extremes"]["oxygen_kPa"]["min"]["value"] == pytest.approx(1.2748, rel=5e-3)
        assert found["means"]["NP"]["glucose_mM"] == pytest.approx(1.9534, rel=5e-3)
        shares = [found["uptake_nmol_s"][r]["glucose"] / used["glucose"] for r in REGIONS]
        assert shares == pytest.approx([0.229, 0.578, 0.193], abs=2e-3)


def test_all_shipped_discs_are_tested():
    assert {p.stem for p in EXAMPLES.glob("*.yaml")} == {*SHIPPED, "l45_solid"}  # the solid one: tests/verification


# ---- what a file states and what it leaves to the records

def test_a_preset_takes_from_the_records_what_the_file_does_not_state():
    body = {"preset": {"species": "human", "level": "L4/L5", "grade": "III"}}
    data = {"version": 1, "disc": body, "mesh": {"nodes": 200}, "probes": {"centre": ["0 mm", "0 mm"]}}
    disc = disc_of(read_disc(data))
    assert disc.p["cell_density"][disc.points.region == 0][0] == disc.draw.parameters.lookup("cell_density", "NP", "human", "III").si
    dense = disc_of(read_disc({**data, "disc": {**body, "cells": DATA["disc"]["cells"]}}))
    assert dense.p["cell_density"][dense.points.region == 1][0] == 5.55e12 and dense.geometry == disc.geometry
    plain, fed = (solve_disc(read_disc({**data, "supply": s}))["probes"]["centre"]["glucose_mM"] for s in ({}, {"endplate_level": 1.2}))
    assert fed > plain


def test_levels_scale_oxygen_and_glucose_and_not_lactate():
    probes = {"top": ["0 mm", "6.9 mm"], "edge": ["21 mm", "0 mm"]}
    low = solve_disc(spec_of(supply__endplate_level=0.5, supply__wall_level=0.8, probes=probes))
    assert low["probes"]["top"]["oxygen_kPa"] == pytest.approx(2.55) and low["probes"]["top"]["glucose_mM"] == pytest.approx(2.0)
    assert low["probes"]["top"]["lactate_mM"] == pytest.approx(0.8)
    assert low["probes"]["edge"]["glucose_mM"] == pytest.approx(4.0) and low["probes"]["edge"]["lactate_mM"] == pytest.approx(0.9)


@pytest.mark.parametrize("pattern", [{"pattern": "open_centre", "open": 0.5}, {"pattern": "open_rim", "open": 0.5},
                                     {"pattern": "stripes", "open": 0.5, "width": "2 mm"}])
def test_a_pattern_feeds_less_than_an_open_endplate(ax1, pattern):
    found = solve_disc(spec_of(supply__endplate_open=pattern))
    assert found["status"] == "converged"
    assert found["means"]["NP"]["glucose_mM"] < ax1["means"]["NP"]["glucose_mM"]
    assert found["influx_nmol_s"]["wall"]["glucose"] > ax1["influx_nmol_s"]["wall"]["glucose"]


def test_a_probe_outside_a_preset_is_refused_with_its_bounds():
    body = {"preset": {"species": "rat", "level": "tail"}}
    probes = {"far": ["15 mm", "0 mm"], "high": ["0 mm", "9 mm"], "centre": ["0 mm", "0 mm"]}
    with pytest.raises(InputError) as caught:
        solve_disc(read_disc({"version": 1, "disc": body, "mesh": {"nodes": 200}, "probes": probes}))
    assert [f.where for f in caught.value.faults] == ["probes.far", "probes.high"]
    assert "15 mm" in caught.value.faults[0].given and "r from 0 to" in caught.value.faults[0].allowed
