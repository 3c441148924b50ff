"""Fields of a disc as files: what is written is what another reader finds, in the plane and in space."""

from __future__ import annotations

from pathlib import Path

import meshio
import numpy as np
import pytest

from pulposus.cli.main import run
from pulposus.exchange.fields import write_fields, write_series
from pulposus.tissue.mesh import axisymmetric, line
from pulposus.tissue.section import Section, circle
from pulposus.tissue.solid import SolidGeometry, domed

mm = 1e-3
DISCS = Path(__file__).parents[3] / "examples" / "discs"
SOLID = SolidGeometry(Section((0.0, 0.0), circle(12 * mm), circle(15 * mm), circle(20 * mm)),
                      domed(10 * mm, 9 * mm, 7 * mm, 8 * mm, 8 * mm), 0.6 * mm, 0.6 * mm)
MESHES = {"wedge": SOLID.mesh(800), "triangle": axisymmetric(21 * mm, 14 * mm, 6.9 * mm, 0.6 * mm, 17 * mm, 300),
          "line": line("slab", [("NP", 6 * mm), ("CEP", 0.6 * mm)], 20)}


@pytest.mark.parametrize("kind", MESHES)
@pytest.mark.parametrize("name", ["disc.vtu", "disc.xdmf"])
def test_a_written_field_is_read_back(tmp_path, kind, name):
    mesh = MESHES[kind]
    fields = {"glucose_mM": np.sin(np.arange(mesh.size)), "pH <of> tissue": np.arange(mesh.size) / 7}
    assert [p.name for p in write_fields(tmp_path, mesh, fields)] == ["disc.vtu", "disc.xdmf", "disc.h5"]
    read = meshio.read(tmp_path / name)
    assert [(c.type, len(c.data)) for c in read.cells] == [(kind, len(mesh.cells))]
    assert {tuple(sorted(c)) for c in read.cells[0].data} == {tuple(sorted(c)) for c in mesh.cells}
    for key, values in fields.items():
        assert np.array_equal(read.point_data[key], values)
    assert np.array_equal(np.ravel(read.cell_data["region"][0]), mesh.region)
    own = {1: [0], 2: [0, 2], 3: [0, 1, 2]}[mesh.nodes.shape[1]]
    assert np.array_equal(read.points[:, own], mesh.nodes)


def test_the_first_face_of_a_wedge_looks_outwards(tmp_path):
    """VTK's order; meshio turns it back into that of the mesh, in which the face looks inwards."""
    write_fields(tmp_path, MESHES["wedge"], {})
    read = meshio.read(tmp_path / "disc.vtu")
    assert np.array_equal(read.cells[0].data, MESHES["wedge"].cells)
    a, b, c, d = (read.points[read.cells[0].data[:, i]] for i in (0, 1, 2, 3))
    assert (np.einsum("ij,ij->i", np.cross(b - a, c - a), d - a) > 0).all()


@pytest.mark.parametrize("kind", MESHES)
def test_fields_over_time_are_read_back_day_by_day(tmp_path, kind):
    mesh, days = MESHES[kind], [-7.0, 0.0, 365.25]
    frames = [{"glucose_mM": np.arange(mesh.size) * (k + 1.0), "living": np.cos(np.arange(mesh.size) + k)} for k in range(3)]
    assert [p.name for p in write_series(tmp_path, mesh, days, frames)] == ["disc.vtu", "disc.xdmf", "disc.h5"]
    with meshio.xdmf.TimeSeriesReader(tmp_path / "disc.xdmf") as reader:
        points, cells = reader.read_points_cells()
        assert len(points) == mesh.size and cells[0].type == kind and reader.num_steps == 3
        for k, (day, frame) in enumerate(zip(days, frames, strict=True)):
            found, fields, regions = reader.read_data(k)
            assert found == day and all(np.array_equal(fields[name], frame[name]) for name in frame)
            assert np.array_equal(np.ravel(regions["region"][0]), mesh.region)
    assert np.array_equal(meshio.read(tmp_path / "disc.vtu").point_data["living"], frames[-1]["living"])
    with pytest.raises(ValueError, match="no day"):
        write_series(tmp_path, mesh, [], [])


def test_the_command_writes_the_fields_of_a_disc_once(tmp_path, capsys):
    text = (DISCS / "l45_solid.yaml").read_text().replace("nodes: 10000", "nodes: 1500")
    (tmp_path / "disc.yaml").write_text(text)
    command = ["disc", "solve", str(tmp_path / "disc.yaml"), "--json", "--fields", str(tmp_path / "fields")]
    assert run(command) == 0
    read = meshio.read(tmp_path / "fields" / "disc.vtu")
    assert {"oxygen_kPa", "lactate_mM", "glucose_mM", "pH", "cells_per_mL"} <= set(read.point_data)
    assert read.point_data["glucose_mM"].max() == pytest.approx(5.0) and np.ptp(read.points[:, 0]) == pytest.approx(50.1 * mm, rel=0.01)
    capsys.readouterr()
    assert run(command) == 2 and "--fields" in capsys.readouterr().err
    assert run([*command, "--force"]) == 0
