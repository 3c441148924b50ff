"""The solved fields of a disc as files that ParaView and others read: VTU (one file of text) and XDMF with its HDF5 file.

Points in m, as the disc has them; a body of revolution lies in the plane y = 0 with r along x. Every field is named with
its unit; the region of a cell is its number in REGIONS (0 nucleus, 1 annulus, 2 endplate). Over time the XDMF file holds all days, the
VTU file the last one; points stay where they were at the start.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from pulposus.core.files import write_atomic

if TYPE_CHECKING:
    from pulposus.tissue.mesh import Mesh

__all__ = ["write_fields", "write_series"]

Array = NDArray[Any]
_VTK = {2: 3, 3: 5, 6: 13}  # corners of a cell -> its number in VTK: line, triangle, wedge
_ORDER = {2: [0, 1], 3: [0, 1, 2], 6: [0, 2, 1, 3, 5, 4]}  # VTK wants the first face of a wedge to look outwards
_XDMF = {2: "Polyline", 3: "Triangle", 6: "Wedge"}
_TYPES = {"f": "Float64", "i": "Int64", "u": "UInt8"}


def _points(mesh: Mesh) -> Array:
    """Return the nodes in three dimensions (n, 3)."""
    x = np.zeros((mesh.size, 3))
    x[:, {1: [0], 2: [0, 2], 3: [0, 1, 2]}[mesh.nodes.shape[1]]] = mesh.nodes
    return x


def _array(name: str, values: Array) -> str:
    """Return a data array of a VTU file: its bytes in base64 after their number."""
    data = np.ascontiguousarray(values)
    parts = f' NumberOfComponents="{data.shape[1]}"' if data.ndim > 1 else ""
    raw = data.tobytes()
    text = b64encode(np.array([len(raw)], dtype=np.uint64).tobytes() + raw).decode()
    return f'<DataArray type="{_TYPES[data.dtype.kind]}" Name={quoteattr(name)}{parts} format="binary">{text}</DataArray>'


def _vtu(points: Array, cells: Array, region: Array, fields: Mapping[str, Array]) -> str:
    """Return the text of a VTU file."""
    count, corners = cells.shape
    kinds = np.full(count, _VTK[corners], dtype=np.uint8)
    body = [f'<Piece NumberOfPoints="{len(points)}" NumberOfCells="{count}">',
            "<Points>", _array("Points", points), "</Points>", "<Cells>", _array("connectivity", cells.ravel()),
            _array("offsets", corners * np.arange(1, count + 1)), _array("types", kinds), "</Cells>",
            "<PointData>", *(_array(name, values) for name, values in fields.items()), "</PointData>",
            "<CellData>", _array("region", region), "</CellData>", "</Piece>"]
    head = '<VTKFile type="UnstructuredGrid" version="1.0" byte_order="LittleEndian" header_type="UInt64">'
    return "\n".join(['<?xml version="1.0"?>', head, "<UnstructuredGrid>", *body, "</UnstructuredGrid>", "</VTKFile>", ""])


def _xdmf(path: Path, mesh: tuple[Array, Array, Array], frames: Sequence[tuple[float | None, Mapping[str, Array]]]) -> str:
    """Write a mesh and its fields, at one time or over days, into an HDF5 file beside an XDMF file; return the text of the latter."""
    import h5py

    points, cells, region = mesh

    def item(name: str, values: Array) -> str:
        book.create_dataset(name, data=values)
        kind = "Float" if values.dtype.kind == "f" else "Int"
        shape = " ".join(str(n) for n in values.shape)
        return f'<DataItem DataType="{kind}" Precision="8" Dimensions="{shape}" Format="HDF">{path.stem}.h5:/{name}</DataItem>'

    def attribute(key: str, name: str, centre: str, values: Array) -> str:
        return f'<Attribute Name={quoteattr(name)} AttributeType="Scalar" Center="{centre}">{item(key, values)}</Attribute>'

    with h5py.File(path.with_suffix(".h5"), "w") as book:
        same = [f'<Geometry GeometryType="XYZ">{item("points", points)}</Geometry>',  # of all times: kept once
                f'<Topology TopologyType="{_XDMF[cells.shape[1]]}" NumberOfElements="{len(cells)}">{item("cells", cells)}</Topology>',
                attribute("region", "region", "Cell", region)]
        grids = ["\n".join(['<Grid Name="disc" GridType="Uniform">', *([] if day is None else [f'<Time Value="{day!r}"/>']), *same,
                            *(attribute(f"t{k}_{i}", name, "Node", values) for i, (name, values) in enumerate(fields.items())), "</Grid>"])
                 for k, (day, fields) in enumerate(frames)]
    if frames[0][0] is not None:
        grids = ['<Grid Name="days" GridType="Collection" CollectionType="Temporal">', *grids, "</Grid>"]
    return "\n".join(['<?xml version="1.0"?>', '<Xdmf Version="3.0"><Domain>', *grids, "</Domain></Xdmf>", ""])


def _of(mesh: Mesh) -> tuple[Array, Array, Array]:
    """Return points, cells in the order of VTK and their regions."""
    return _points(mesh), mesh.cells[:, _ORDER[mesh.cells.shape[1]]].astype(np.int64), mesh.region.astype(np.int64)


def write_fields(folder: Path, mesh: Mesh, fields: Mapping[str, Array]) -> list[Path]:
    """Write nodal fields (name with unit -> (n,)) as disc.vtu and disc.xdmf with disc.h5 into a folder; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    vtu, xdmf, parts = folder / "disc.vtu", folder / "disc.xdmf", _of(mesh)
    write_atomic(vtu, _vtu(*parts, fields))
    write_atomic(xdmf, _xdmf(xdmf, parts, [(None, fields)]))
    return [vtu, xdmf, xdmf.with_suffix(".h5")]


def write_series(folder: Path, mesh: Mesh, days: Sequence[float], frames: Sequence[Mapping[str, Array]]) -> list[Path]:
    """Write nodal fields over time (one mapping per day) as disc.xdmf with disc.h5, and those of the last day as disc.vtu; return the
    files.

    Raises ValueError without a day.
    """
    if not frames:
        raise ValueError("a disc that was seen on no day has no fields")
    folder.mkdir(parents=True, exist_ok=True)
    vtu, xdmf, parts = folder / "disc.vtu", folder / "disc.xdmf", _of(mesh)
    write_atomic(vtu, _vtu(*parts, frames[-1]))
    write_atomic(xdmf, _xdmf(xdmf, parts, list(zip(days, frames, strict=True))))
    return [vtu, xdmf, xdmf.with_suffix(".h5")]
