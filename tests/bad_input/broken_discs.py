"""Disc files with one thing wrong."""

from __future__ import annotations

from pathlib import Path

from broken_files import Case, disc_with, file_of

SOLID = (Path(__file__).parents[2] / "examples" / "discs" / "l45_solid.yaml").read_text(encoding="utf-8")


def solid_with(name: str, old: str, new: str, *words: str) -> Case:
    """The shipped solid disc with one thing changed."""
    assert old in SOLID
    return file_of(name, SOLID.replace(old, new, 1).replace("nodes: 10000", "nodes: 1000"), *words, kind="disc")


DISCS = [
    file_of("disc empty", "", "an empty file", kind="disc"),
    disc_with("disc unknown key", "probes:", "prbes:", "nearest: probes"),
    disc_with("radius without unit", "radius: 21 mm", "radius: 21", "disc.axisymmetric.radius", "no unit"),
    disc_with("radius negative", "radius: 21 mm", "radius: -21 mm", "more than zero"),
    disc_with("radius missing", "{radius: 21 mm, ", "{", "disc.axisymmetric.radius", "required"),
    disc_with(
        "nucleus wider than endplate",
        "nucleus_radius: 14 mm",
        "nucleus_radius: 18 mm",
        "at most the endplate radius, 17 mm",
    ),
    disc_with(
        "endplate as wide as the disc",
        "endplate_radius: 17 mm",
        "endplate_radius: 21 mm",
        "less than the radius, 21 mm",
    ),
    disc_with(
        "endplate thicker than the disc", "thickness: 0.6 mm", "thickness: 7 mm", "less than the half height, 6.9 mm"
    ),
    disc_with("porosity over 1", "NP: 0.80", "NP: 1.2", "disc.porosity.NP", "up to 1"),
    disc_with("porosity missing", "  porosity: {NP: 0.80, AF: 0.75, CEP: 0.66}\n", "", "disc.porosity", "required"),
    disc_with("porosity nan", "NP: 0.80", "NP: .nan", "disc.porosity.NP"),
    disc_with("unknown region", "CEP: 0.66", "CP: 0.66", "disc.porosity", "nearest: CEP"),
    disc_with("cells negative", "3.6e6 /mL", "-3.6e6 /mL", "disc.cells.NP", "zero or more"),
    disc_with("cells per area", "3.6e6 /mL", "3.6e6 /cm2", "disc.cells.NP", "a cell density"),
    disc_with("oxygen in mM", "oxygen: 5.1 kPa", "oxygen: 5.1 mM", "supply.endplate.oxygen", "a pressure"),
    disc_with(
        "wall missing", "  wall: {oxygen: 5.8 kPa, lactate: 0.9 mM, glucose: 5.0 mM}\n", "", "supply.wall", "required"
    ),
    disc_with("endplate closed", "endplate_open: 1.0", "endplate_open: 0", "supply.endplate_open", "above 0"),
    disc_with("endplate over open", "endplate_open: 1.0", "endplate_open: 1.5", "supply.endplate_open", "up to 1"),
    disc_with("unknown pattern", "endplate_open: 1.0", "endplate_open: {pattern: stripez, open: 0.5}", "nearest: stripes"),
    disc_with(
        "stripes without width",
        "endplate_open: 1.0",
        "endplate_open: {pattern: stripes, open: 0.5}",
        "width",
        "required for stripes",
    ),
    disc_with(
        "rim with width",
        "endplate_open: 1.0",
        "endplate_open: {pattern: open_rim, open: 0.5, width: 1 mm}",
        "stripes only",
    ),
    disc_with("pattern fully open", "endplate_open: 1.0", "endplate_open: {pattern: open_rim, open: 1}", "below 1"),
    disc_with(
        "level negative",
        "  endplate_open: 1.0",
        "  endplate_open: 1.0\n  wall_level: -1",
        "supply.wall_level",
        "zero or more",
    ),
    disc_with("unknown oxygen law", "oxygen: bibby", "oxygen: biby", "laws.oxygen", "nearest: bibby"),
    disc_with("unknown law of a disc", "oxygen: bibby,", "oxygen: bibby, agrecan: one_pool,", "the key 'agrecan'", "nearest: aggrecan"),
    disc_with("3 nodes", "nodes: 5000", "nodes: 3", "mesh.nodes", "at least 100"),
    disc_with("too many nodes", "nodes: 5000", "nodes: 200001", "mesh.nodes", "at most 200000"),
    disc_with("nodes 5000.5", "nodes: 5000", "nodes: 5000.5", "mesh.nodes", "a whole number"),
    disc_with("probe outside in r", "[0 mm, 0 mm]", "[22 mm, 0 mm]", "probes.centre.0", "r from 0 to the radius, 21 mm"),
    disc_with(
        "probe outside in z", "[0 mm, 0 mm]", "[0 mm, 1 cm]", "probes.centre.1", "z from 0 to the half height, 6.9 mm"
    ),
    disc_with("probe with one number", "[0 mm, 0 mm]", "[0 mm]", "probes.centre"),
    disc_with("probe without unit", "[0 mm, 0 mm]", "[0, 0]", "probes.centre.0", "no unit"),
    disc_with("event of a history", "mesh:", "history: [{event: lesion, width: 20 mm, at: -1 week}]\nmesh:", "history.0", "depth", "required"),
    disc_with("viability at zero", "6 d", "0 d", "viability_after", "more than zero"),
    disc_with(
        "two shapes",
        "  porosity:",
        "  preset: {species: human, level: L4/L5}\n  porosity:",
        "axisymmetric and preset",
        "either",
    ),
    file_of("no shape", "version: 1\ndisc: {}\n", "no shape", "either axisymmetric", kind="disc"),
    file_of(
        "preset of no species",
        "version: 1\ndisc: {preset: {species: cat, level: L4/L5}}\n",
        "nearest: rat",
        kind="disc",
    ),
    file_of(
        "preset grade 3",
        "version: 1\ndisc: {preset: {species: human, level: L4/L5, grade: 3}}\n",
        "disc.preset.grade",
        "III",
        kind="disc",
    ),
    solid_with("solid inverted", "posterior: 10.5 mm", "posterior: 1 mm", "disc.solid", "room for tissue"),
    solid_with("solid height zero", "middle: 14.32 mm", "middle: 0 mm", "heights.middle", "more than zero"),
    solid_with("solid height nan", "middle: 14.32 mm", "middle: .nan", "heights.middle"),
    solid_with("solid endplate zero", "{thickness: 0.545 mm", "{thickness: 0 mm", "endplate.thickness", "more than zero"),
    solid_with("solid endplates fill it", "{thickness: 0.545 mm", "{thickness: 8 mm", "room for tissue"),
    solid_with("solid nucleus too large", "share: 0.445", "share: 0.97", "cannot take 0.97"),
    solid_with("solid nucleus is all", "share: 0.445", "share: 1", "nucleus.share", "less than 1"),
    solid_with("solid nucleus beside it", "offset: [0 mm, -2.6 mm]", "offset: [0 mm, -60 mm]", "turns back on itself"),
    solid_with("solid endplate too wide", "area: 980 mm**2", "area: 9800 mm**2", "smaller than the disc"),
    solid_with("solid without shape", "    outline: {lateral_width: 50.1 mm, depth: 38.5 mm, widest: 0.33}\n", "", "one of outline, surface and labels"),
    solid_with("solid without heights", "    heights: {middle: 14.32 mm, anterior: 13.5 mm, posterior: 10.5 mm, left: 11.8 mm, right: 11.8 mm}\n", "",
               "disc.solid.heights", "required with outline"),
    solid_with("solid without nucleus", "    nucleus: {share: 0.445, width_over_depth: 1.57, offset: [0 mm, -2.6 mm]}\n", "", "disc.solid.nucleus"),
    solid_with("solid surface gone", "    outline: {lateral_width: 50.1 mm, depth: 38.5 mm, widest: 0.33}\n", "    surface: gone.stl\n", "gone.stl"),
    solid_with("solid probe with r and z", "[0 mm, -2.6 mm, 0 mm], outer", "[0 mm, 0 mm], outer", "probes.nucleus centre", "[x, y, z]"),
    solid_with("solid track without end", "probes:", "tracks: [{start: [0 mm, 0 mm, 0 mm], diameter: 1 mm}]\nprobes:", "tracks.0.end", "required"),
    solid_with("solid hole on no face", "probes:", "holes: [{face: uper, at: [0 mm, 0 mm], diameter: 1 mm}]\nprobes:", "holes.0.face"),
    disc_with("track in a body of revolution", "probes:", "tracks: [{start: [0 mm, 0 mm, 0 mm], end: [9 mm, 0 mm, 0 mm], diameter: 1 mm}]\nprobes:",
              "tracks", "disc.solid only"),
    solid_with("wound beside a solid", "probes:", "history:\n  - {event: puncture, needle: 18G, at: -1 d, where: {start: [0 mm, 90 mm, 0 mm], "
               "end: [0 mm, 40 mm, 0 mm]}}\n  - {event: lesion, width: 5 mm, depth: 5 mm, at: -1 d, where: {middle: [9 mm, 0 mm, 8 mm]}}\n"
               "  - {event: endplate_damage, hole: 2 mm, at: -1 d, where: {face: upper, at: [24 mm, 0 mm]}}\nprobes:",
               "history.0.where", "a track that crosses the annulus", "history.1.where", "has a wall", "history.2.where", "on the endplate"),
    solid_with("wound told twice", "probes:", "history: [{event: puncture, needle: 18G, depth_fraction: 0.5, at: -1 d, "
               "where: {start: [0 mm, 30 mm, 0 mm], end: [0 mm, 0 mm, 0 mm]}}]\nprobes:", "history.0.depth_fraction", "either where"),
    solid_with("place without a hole", "probes:", "history: [{event: endplate_damage, open: 0.5, at: -1 d, where: {face: upper, at: [0 mm, 0 mm]}}]\nprobes:",
               "history.0.where", "with hole"),
    solid_with("place with r and z", "probes:", "history: [{event: lesion, width: 5 mm, depth: 5 mm, at: -1 d, where: {middle: [9 mm, 0 mm]}}]\nprobes:",
               "history.0", "where.middle"),
    disc_with("wound placed in a body of revolution", "probes:", "history: [{event: lesion, width: 5 mm, depth: 5 mm, at: -1 d, "
              "where: {middle: [9 mm, 0 mm, 0 mm]}}]\nprobes:", "history.0.where", "disc.solid only"),
    disc_with("negative probe", "[0 mm, 0 mm]", "[0 mm, -1 mm]", "probes.centre.1", "z from 0"),
    disc_with("probe with three numbers", "[0 mm, 0 mm]", "[0 mm, 0 mm, 0 mm]", "probes.centre", "[r, z]"),
]
