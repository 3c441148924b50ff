"""Meshes of the disc: lines (slab, cylinder, sphere) and the axisymmetric r-z half section, aligned with the tissue regions.

A mesh carries its measure: slab dV = dx (per m2), cylinder dV = 2 pi x dx (per m), sphere dV = 4 pi x^2 dx,
axisymmetric dV = 2 pi r dr dz, counted twice because the section is mirrored at the mid-plane z = 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import PulposusError

__all__ = ["REGIONS", "Mesh", "axisymmetric", "line"]

Array = NDArray[np.float64]
REGIONS = ("NP", "AF", "CEP")
_RADIAL_SHARE = 0.6  # share of the grid's resolution along r; the section is wider than high
_ENDPLATE_WEIGHT = 3.0  # cells per metre in the thin endplate, relative to the tissue below it
_ROUND = 1e-9  # so that an exact share is not rounded up
_SAME = 1e-6  # radii closer than this share of the disc are one
_FEWEST = 5  # cells along z at least
_RIM_WEIGHT = 2.0  # cells per metre between nucleus border and wall, relative to the nucleus


@dataclass(frozen=True)
class Mesh:
    """Nodes, cells, the region of each cell and the tagged boundary facets.

    nodes: (n, dim) m; cells: (ne, dim + 1); region: (ne,) index into REGIONS; boundary: tag -> (nf, dim) node numbers;
    kind: slab, cylinder, sphere or axisymmetric.
    """

    kind: str
    nodes: Array
    cells: NDArray[np.int64]
    region: NDArray[np.int64]
    boundary: dict[str, NDArray[np.int64]]

    @property
    def size(self) -> int:
        """Number of nodes."""
        return int(self.nodes.shape[0])

    @property
    def axes(self) -> str:
        """Names of the coordinates."""
        return {"axisymmetric": "rz", "solid": "xyz"}.get(self.kind, "x")

    def interpolate(self, field: Array, *position: float) -> float:
        """Return a nodal field at r, z (m) by the linear function of the triangle it lies in."""
        r, z = position
        a, b, c = (self.nodes[self.cells[:, i]] for i in range(3))
        area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
        second = ((r - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (z - a[:, 1])) / area
        third = ((b[:, 0] - a[:, 0]) * (z - a[:, 1]) - (r - a[:, 0]) * (b[:, 1] - a[:, 1])) / area
        weights = np.column_stack([1 - second - third, second, third])
        best = int(np.argmax(weights.min(axis=1)))
        return float(weights[best] @ field[self.cells[best]])

    def holds(self, positions: Array) -> NDArray[np.bool_]:
        """Whether positions r, z (m, 2) in m lie in an axisymmetric disc."""
        return np.asarray(((positions >= 0) & (positions <= self.nodes.max(axis=0))).all(axis=1))

    @property
    def told(self) -> dict[str, int]:
        """What is told of the mesh beside its nodes."""
        return {"triangles": len(self.cells)}

    def from_axis(self, nodes: NDArray[np.int64]) -> Array:
        """Return the distance (m) of nodes of the bone face from the axis."""
        return self.nodes[nodes, 0]

    def nearest(self, *position: float) -> int:
        """Return the node nearest to a position (m).

        >>> line("slab", [("NP", 6e-3)], 6).nearest(2.1e-3)
        2
        """
        return int(np.argmin(((self.nodes - np.asarray(position)) ** 2).sum(axis=1)))


def line(kind: str, layers: list[tuple[str, float]], cells: int) -> Mesh:
    """Return a line mesh from the centre (x = 0) outwards, its outer end tagged ``outer``.

    kind: slab, cylinder or sphere; layers: (region, thickness in m) from the centre; cells: at least this many in all,
    shared out by thickness with at least four per layer when there are several.

    >>> line("slab", [("NP", 6e-3), ("CEP", 0.6e-3)], 40).size
    42
    """
    total = sum(thickness for _, thickness in layers)
    least = 4 if len(layers) > 1 else 1
    edges, tags, start = [np.zeros(1)], [], 0.0
    for name, thickness in layers:
        count = max(least, int(np.ceil(cells * thickness / total - _ROUND)))
        edges.append(start + thickness * np.arange(1, count + 1) / count)
        tags += [REGIONS.index(name)] * count
        start += thickness
    x = np.concatenate(edges)
    numbers = np.arange(len(x) - 1)
    return Mesh(kind, x[:, None], np.column_stack([numbers, numbers + 1]), np.array(tags),
                {"outer": np.array([[len(x) - 1]])})


def _breaks(marks: list[float], weights: list[float], cells: int, least: int) -> Array:
    """Grid lines through all marks, with cells shared out by length x weight, at least `least` per interval."""
    lengths = np.diff(marks)
    shares = lengths * np.asarray(weights)
    counts = np.maximum(least, np.rint(cells * shares / shares.sum()).astype(int))
    parts = [lo + (hi - lo) * np.arange(n) / n for (lo, hi), n in zip(pairwise(marks), counts, strict=True)]
    return np.concatenate([*parts, [marks[-1]]])


def axisymmetric(radius: float, nucleus_radius: float, half_height: float, endplate_thickness: float,
                 endplate_radius: float, nodes: int, rings: Sequence[float] = ()) -> Mesh:
    """Return the mirrored r-z section with grid lines on every region border, of about `nodes` nodes.

    All lengths in m; half_height includes the endplate; rings: further radii that need a grid line. Boundary tags:
    ``endplate`` (bone side, r <= endplate_radius), ``wall`` (outer annulus). The rim above the
    endplate radius and the mid-plane are free of flux. Raises PulposusError when the lengths do not nest.

    >>> mesh = axisymmetric(21e-3, 14e-3, 6.9e-3, 0.6e-3, 17e-3, 750)
    >>> 600 < mesh.size < 900, sorted(mesh.boundary)
    (True, ['endplate', 'wall'])
    """
    if not 0 < nucleus_radius <= endplate_radius < radius or not 0 < endplate_thickness < half_height:
        raise PulposusError("a disc needs 0 < nucleus radius <= endplate radius < radius and endplate < half height")
    across = max(8.0, np.sqrt(nodes * _RADIAL_SHARE / (1 - _RADIAL_SHARE)))
    borders = [0.0, nucleus_radius, endplate_radius, radius]
    inner = [x for x in rings if 0 < x < radius and min(abs(x - b) for b in borders) > _SAME * radius]
    marks = sorted({*borders, *inner})
    weights = [1.0 if start < nucleus_radius else _RIM_WEIGHT for start in marks[:-1]]
    r = _breaks(marks, weights, int(across), 2)
    z = _breaks([0.0, half_height - endplate_thickness, half_height], [1.0, _ENDPLATE_WEIGHT],
                max(_FEWEST, round(nodes / len(r)) - 1), 2)
    nr, nz = len(r), len(z)
    rr, zz = np.meshgrid(r, z, indexing="ij")
    number = np.arange(nr * nz).reshape(nr, nz)
    a, b, c, d = (number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:])
    cells = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    nodes_rz = np.column_stack([rr.ravel(), zz.ravel()])
    centre = nodes_rz[cells].mean(axis=1)
    in_plate = (centre[:, 1] > half_height - endplate_thickness) & (centre[:, 0] < endplate_radius)
    region = np.where(in_plate, 2, np.where((centre[:, 0] < nucleus_radius)
                                            & (centre[:, 1] < half_height - endplate_thickness), 0, 1))
    top, side = number[r <= endplate_radius * (1 + _SAME), -1], number[-1, :]
    return Mesh("axisymmetric", nodes_rz, cells.astype(np.int64), region.astype(np.int64),
                {"endplate": np.column_stack([top[:-1], top[1:]]), "wall": np.column_stack([side[:-1], side[1:]])})
