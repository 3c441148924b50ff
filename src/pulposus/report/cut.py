"""A plane cut through the middle of a disc: where its points lie, the triangles between them, and what every point takes from the nodes.

    value(point) = sum_k weight[point, k] field[node[point, k]]

A body of revolution is mirrored at its axis and its mid-plane. A solid is cut upright through the centre of its nucleus, in the planes
of its own mesh; the cut has a column wherever it meets a border of the section.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.report.maps import mirrored
from pulposus.tissue.mesh import Mesh

__all__ = ["Cut", "Line", "cut_of", "sheet", "stations", "upright_line", "values_along"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
COLUMNS = 14  # of a solid in each of its zones
ALONG = 81  # positions of a line
INSIDE = 1 - 1e-9  # so that the outermost column lies in the disc


@dataclass(frozen=True)
class Cut:
    """across, up: (n,) m from the middle; triangles: (nt, 3); region: (nt,); nodes, weights: (n, k)."""

    across: Array
    up: Array
    triangles: Integers
    region: Integers
    nodes: Integers
    weights: Array

    def carry(self, field: Array) -> Array:
        """Return the values (n,) of a nodal field."""
        return np.asarray((field[self.nodes] * self.weights).sum(axis=1))

    def borders(self) -> list[tuple[int, int]]:
        """Return the edges (pairs of points) between regions and around the cut."""
        sides: dict[tuple[int, int], list[int]] = {}
        for corners, region in zip(self.triangles.tolist(), self.region.tolist(), strict=True):
            for a, b in zip(corners, [*corners[1:], corners[0]], strict=True):
                sides.setdefault((min(a, b), max(a, b)), []).append(region)
        return [edge for edge, found in sides.items() if len(set(found)) > 1 or len(found) == 1]


@dataclass(frozen=True)
class Line:
    """Where along a line through the middle (m), and the positions there in the coordinates of the mesh."""

    along: Array
    positions: Array


def cut_of(mesh: Any, direction: float = 0.0) -> Cut:
    """Return the cut of a disc; direction (rad) of the cut of a solid: 0 from side to side, pi/2 from back to front.

    >>> from pulposus.tissue.mesh import axisymmetric
    >>> cut = cut_of(axisymmetric(21e-3, 14e-3, 6.9e-3, 0.6e-3, 17e-3, 200))
    >>> bool(cut.across.min() == -cut.across.max()), bool(cut.carry(np.ones(cut.nodes.max() + 1)).all())
    (True, True)
    """
    if mesh.kind == "solid":
        return _solid(mesh, direction)
    quarters = mirrored(mesh.nodes[:, 0], mesh.nodes[:, 1], mesh.cells)
    size, count = len(mesh.nodes), len(quarters.r) // len(mesh.nodes)
    at = np.column_stack([quarters.r, quarters.z])
    _, first, same = np.unique(np.round(at, 12), axis=0, return_index=True, return_inverse=True)
    triangles = np.asarray(same).ravel()[quarters.triangles]  # points on the mirrors are one, so that no border lies there
    region, source = np.tile(mesh.region, count), (first % size)[:, None]
    return Cut(quarters.r[first], quarters.z[first], triangles, region, source, np.ones(source.shape))


def sheet(mesh: Any, xy: Array, planes: Integers) -> tuple[Array, Integers, Array]:
    """Return height (m), nodes and weights where planes of a solid's mesh pass over positions (m, 2): (planes, m), (planes, m, 3) twice."""
    triangle, flat = mesh.plane.locate(xy)
    corner = mesh.plane.triangles[triangle]
    share = np.clip(flat, 0, 1)
    share /= share.sum(axis=1, keepdims=True)
    z = np.einsum("pmk,mk->pm", mesh.z[planes][:, corner], share)
    nodes = planes[:, None, None] * mesh.z.shape[1] + corner[None]
    return z, nodes, np.broadcast_to(share, nodes.shape)


def stations(mesh: Any, direction: float) -> Array:
    """Return the columns of a cut from its one end to the other (m from the centre), borders of the section among them."""
    section = mesh.section
    sides = []
    for theta in (direction + np.pi, direction):
        marks = [0.0, *(float(section.radius(curve, np.array([theta]))[0]) for curve in (section.nucleus, section.endplate, section.outer))]
        marks[-1] *= INSIDE
        sides.append(np.concatenate([np.linspace(a, b, COLUMNS + 1)[1:] for a, b in zip(marks[:-1], marks[1:], strict=True)]))
    return np.concatenate([-sides[0][::-1], [0.0], sides[1]])


def _solid(mesh: Any, direction: float) -> Cut:
    """Return an upright cut of a solid."""
    s, way = stations(mesh, direction), np.array([np.cos(direction), np.sin(direction)])
    centre, planes = np.asarray(mesh.section.centre), np.arange(len(mesh.z))
    z, nodes, weights = sheet(mesh, centre + s[:, None] * way, planes)
    number = np.arange(z.size).reshape(z.shape)
    a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1]
    triangle, _ = mesh.plane.locate(centre + ((s[1:] + s[:-1]) / 2)[:, None] * way)
    region = mesh.region[np.arange(len(planes) - 1)[:, None] * len(mesh.plane.triangles) + triangle].ravel()
    triangles = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    across = float(centre @ way) + np.tile(s, len(planes))
    return Cut(across, z.ravel(), triangles, np.tile(region, 2), nodes.reshape(z.size, -1), weights.reshape(z.size, -1))


def upright_line(mesh: Any, upright: bool) -> Line:
    """Return the line through the middle of a disc, upright along its axis or across it towards its side.

    >>> from pulposus.tissue.mesh import axisymmetric
    >>> line = upright_line(axisymmetric(21e-3, 14e-3, 6.9e-3, 0.6e-3, 17e-3, 200), True)
    >>> round(float(line.along[0]), 4), round(float(line.along[-1]), 4)
    (-0.0069, 0.0069)
    """
    if mesh.kind != "solid":
        edge, half = mesh.nodes.max(axis=0)
        along = np.linspace(-half, half, ALONG) if upright else np.linspace(0, edge, ALONG)
        return Line(along, np.column_stack([0 * along, np.abs(along)] if upright else [along, 0 * along]))
    x, y = mesh.section.centre
    if not upright:
        along = np.linspace(0, float(mesh.section.radius(mesh.section.outer, np.zeros(1))[0]) * INSIDE, ALONG)
        return Line(x + along, np.column_stack([x + along, np.full(ALONG, y), np.zeros(ALONG)]))
    ends, _, _ = sheet(mesh, np.array([[x, y]]), np.array([0, len(mesh.z) - 1]))
    along = np.linspace(float(ends[0, 0]), float(ends[1, 0]), ALONG)
    return Line(along, np.column_stack([np.full(ALONG, x), np.full(ALONG, y), along]))


def values_along(mesh: Mesh, field: Array, line: Line) -> Array:
    """Return a nodal field (n,) along a line."""
    return np.array([mesh.interpolate(field, *position) for position in line.positions])
