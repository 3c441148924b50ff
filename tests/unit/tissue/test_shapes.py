"""Shapes from files of the user: a closed surface and a label image become the disc they were made of, and broken ones are refused."""

from __future__ import annotations

import copy

import meshio
import nibabel
import numpy as np
import pytest

from pulposus.core.errors import InputError
from pulposus.tissue.answer import disc_of, solve_disc
from pulposus.tissue.disc_file import load_disc, read_disc
from pulposus.tissue.section import Section, circle
from pulposus.tissue.solid import SolidGeometry, domed

mm = 1e-3
ROUND = SolidGeometry(Section((0.0, 0.0), circle(12 * mm), circle(15 * mm), circle(20 * mm)), domed(*[10 * mm] * 5), 0.6 * mm, 0.6 * mm)
DATA = {"version": 1, "disc": {"solid": {"endplate": {"thickness": "0.6 mm", "area": "707 mm**2"}},
                               "porosity": {"NP": 0.8, "AF": 0.75, "CEP": 0.66},
                               "cells": {"NP": "3.6e6 /mL", "AF": "5.55e6 /mL", "CEP": "13.5e6 /mL"}},
        "supply": {"endplate": {"oxygen": "5.1 kPa", "lactate": "0.8 mM", "glucose": "4 mM"},
                   "wall": {"oxygen": "5.8 kPa", "lactate": "0.9 mM", "glucose": "5 mM"}},
        "mesh": {"nodes": 1500}}
NUCLEUS = {"share": 0.32}


def spec_of(**solid):
    data = copy.deepcopy(DATA)
    data["disc"]["solid"].update(solid)
    return read_disc(data)


def surface(shift=(100.0, -40.0, 700.0)):
    """Return points (mm) and outward triangles of the round disc, somewhere in space."""
    mesh = ROUND.mesh(1500)
    width, T = mesh.z.shape[1], mesh.plane.triangles
    wall = mesh.boundary["wall"]
    triangles = np.concatenate([T[:, ::-1], T + (len(mesh.z) - 1) * width, wall[:, [0, 1, 2]], wall[:, [0, 2, 3]]])
    used, numbers = np.unique(triangles, return_inverse=True)
    return mesh.nodes[used] / mm + shift, numbers.reshape(triangles.shape)


def written(folder, points, triangles, name="disc.stl"):
    path = folder / name
    meshio.Mesh(points, [("triangle", triangles)]).write(path)
    return str(path)


@pytest.mark.parametrize("name", ["disc.stl", "disc.vtu"])
def test_a_closed_surface_becomes_the_disc_it_surrounds(tmp_path, name):
    geometry = disc_of(spec_of(surface=written(tmp_path, *surface(), name), nucleus=NUCLEUS)).geometry
    assert geometry.height == pytest.approx(10 * mm, rel=1e-4)
    assert geometry.section.outer == pytest.approx(20 * mm, rel=0.02)
    assert sum(geometry.volumes) == pytest.approx(np.pi * 20**2 * 10 * mm**3, rel=0.02)
    nucleus, annulus, _ = geometry.volumes
    assert nucleus / (nucleus + annulus) == pytest.approx(0.32, abs=1e-6)


def test_a_file_named_in_a_disc_file_lies_beside_it(tmp_path):
    written(tmp_path, *surface())
    text = """\
version: 1
disc:
  solid: {surface: disc.stl, nucleus: {share: 0.32}, endplate: {thickness: 0.6 mm, area: 707 mm**2}}
  porosity: {NP: 0.80, AF: 0.75, CEP: 0.66}
  cells: {NP: 3.6e6 /mL, AF: 5.55e6 /mL, CEP: 13.5e6 /mL}
supply:
  endplate: {oxygen: 5.1 kPa, lactate: 0.8 mM, glucose: 4.0 mM}
  wall: {oxygen: 5.8 kPa, lactate: 0.9 mM, glucose: 5.0 mM}
mesh: {nodes: 1000}
"""
    (tmp_path / "disc.yaml").write_text(text)
    assert solve_disc(load_disc(tmp_path / "disc.yaml"))["status"] == "converged"


def opened(points, triangles):
    return points, triangles[1:]


def inside_out(points, triangles):
    return points, triangles[:, ::-1]


def without_a_number(points, triangles):
    spoilt = points.copy()
    spoilt[5] = np.nan
    return spoilt, triangles


def flat(points, triangles):
    return points * [1, 1, 0], triangles


BROKEN = {"open": (opened, "open"), "inside out": (inside_out, "inside out"), "nan": (without_a_number, "not numbers"),
          "flat": (flat, "surface")}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_surface_is_refused_with_one_sentence(tmp_path, name):
    spoil, words = BROKEN[name]
    with pytest.raises(InputError) as caught:
        spec_of(surface=written(tmp_path, *spoil(*surface()), "disc.vtu"), nucleus=NUCLEUS)
    assert len(caught.value.faults) == 1 and words in str(caught.value)


def test_a_file_that_is_no_surface_or_not_there_is_refused(tmp_path):
    (tmp_path / "disc.stl").write_text("no surface")
    for name in ("disc.stl", "gone.stl", "disc.xyzzy"):
        with pytest.raises(InputError, match="cannot be read as a surface"):
            spec_of(surface=str(tmp_path / name), nucleus=NUCLEUS)


def image(folder, change=lambda values: values, size=(0.8, 0.7, 0.5)):
    """Write the labels of a round disc with an eccentric nucleus, lying on its side in the file: axes z, x, y."""
    x, y, z = np.meshgrid(*(np.arange(-n, n + 1) * s for n, s in zip((28, 32, 12), size, strict=True)), indexing="ij")
    disc = (np.hypot(x, y) <= 20) & (np.abs(z) <= 5)
    labels = np.where(disc, 2, 0)
    labels[disc & (np.hypot(x, y + 3) <= 11)] = 1
    labels[disc & (np.hypot(x, y) <= 15) & (np.abs(z) > 4.4)] = 3
    values = change(labels.astype(np.float32)).transpose(2, 0, 1)
    affine = np.zeros((4, 4))
    affine[2, 0], affine[0, 1], affine[1, 2], affine[3, 3] = size[2], size[0], size[1], 1
    path = folder / "labels.nii.gz"
    nibabel.save(nibabel.Nifti1Image(values, affine), path)
    return str(path)


def test_a_label_image_becomes_the_disc_that_was_drawn_in_any_orientation(tmp_path):
    disc = disc_of(spec_of(labels=image(tmp_path)))
    section = disc.geometry.section
    assert section.centre == pytest.approx((0.0, -3 * mm), abs=0.4 * mm)
    assert section.nucleus == pytest.approx(11 * mm, abs=0.7 * mm)
    assert section.outer[[180, 540]] == pytest.approx([23 * mm, 17 * mm], abs=0.9 * mm)  # to the front and to the back
    assert disc.geometry.height == pytest.approx(10.5 * mm, abs=0.5 * mm)
    assert disc.steady().converged


SPOILT = {"no nucleus": (lambda v: np.where(v == 1, 2, v), "no voxel of label 1"), "nan": (lambda v: np.where(v == 2, np.nan, v), "not numbers"),
          "empty": (lambda v: 0 * v, "no voxel of label 1"), "one slice": (lambda v: v[:, :, 12:13], None)}


@pytest.mark.parametrize("name", SPOILT)
def test_a_broken_label_image_is_refused_or_too_thin(tmp_path, name):
    change, words = SPOILT[name]
    with pytest.raises(InputError) as caught:
        spec_of(labels=image(tmp_path, change))
    assert (words or "room for tissue") in str(caught.value)


def test_a_file_that_is_no_image_is_refused(tmp_path):
    (tmp_path / "labels.nii.gz").write_bytes(b"no image")
    with pytest.raises(InputError, match="cannot be read as an image"):
        spec_of(labels=str(tmp_path / "labels.nii.gz"))
