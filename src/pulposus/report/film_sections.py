"""What of a film is drawn: the section of a body of revolution, or of a solid those at mid-height and from back to front.

    value(point) = sum_k weight[point, k] frame[source[point, k]],      up(day) = up + (l - 1) core,   l of tissue/shape.py

A point belongs to one region, so that borders stay sharp. `core` is the part of `up` that is tissue: endplates stay as thick as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.report.cut import sheet, stations
from pulposus.tissue.film import Film
from pulposus.tissue.mesh import REGIONS

__all__ = ["FilmSection", "film_sections"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
_CEP = REGIONS.index("CEP")


@dataclass(frozen=True)
class FilmSection:
    """name: of the section, none where there is one only; across, up, core: (n,) m; source, weights: (n, k); corners: (nt, 3);
    inner, outer: borders between regions and around it, lines of (across, up, core) in m; names: region -> (across, up), where it
    is written; mirrored: a quarter that stands for the whole."""

    name: str
    across: Array
    up: Array
    core: Array
    source: Integers
    weights: Array
    corners: Integers
    inner: list[Array]
    outer: list[Array]
    names: dict[str, tuple[float, float]]
    mirrored: bool = False

    def carry(self, frame: Array) -> Array:
        """Return the values (n,) of a frame (points,)."""
        return np.asarray((frame[self.source] * self.weights).sum(axis=1))


def film_sections(film: Film) -> list[FilmSection]:
    """Return the sections of a film that are drawn; raises ValueError before a run."""
    if film.mesh is None:
        raise ValueError("no disc has run before this film")
    return [_mid_height(film), _mid_sagittal(film)] if film.mesh.kind == "solid" else [_quarter(film)]


def _quarter(film: Film) -> FilmSection:
    mesh, borders = film.mesh, film.borders()
    assert mesh is not None
    place = mesh.nodes[film.points.node]
    plate = float(mesh.nodes[mesh.cells[mesh.region == _CEP]].reshape(-1, 2)[:, 1].min())
    lines = {kind: [np.column_stack([p.reshape(2, 2), np.minimum(p[[1, 3]], plate)]) for p in pieces] for kind, pieces in borders.items()}
    names = {n: (-r, {"NP": 0.0, "AF": 0.0}.get(n, z)) for n, (r, z) in film.regions.items()}
    own = np.arange(len(place))[:, None]
    return FilmSection("", place[:, 0], place[:, 1], np.minimum(place[:, 1], plate), own, np.ones(own.shape), film.corners(),
                       lines["inner"], lines["outer"], names, mirrored=True)


def _numbers(film: Film) -> Integers:
    """Return which point of a film every node is in every region (nodes, regions), -1 where there is none."""
    found = np.full((film.mesh.size if film.mesh else 0, len(REGIONS)), -1, dtype=np.int64)
    found[film.points.node, film.points.region] = np.arange(len(film.points.volume))
    return found


def _mid_height(film: Film) -> FilmSection:
    mesh: Any = film.mesh
    middle, triangles = (len(mesh.z) - 1) // 2, mesh.plane.triangles
    region = mesh.region.reshape(-1, len(triangles))[middle]
    key, corners = np.unique(triangles * len(REGIONS) + region[:, None], return_inverse=True)
    node, of = key // len(REGIONS), key % len(REGIONS)
    xy = mesh.plane.nodes[node]
    source = _numbers(film)[middle * mesh.z.shape[1] + node, of][:, None]
    corners = corners.reshape(triangles.shape)
    inner, outer = _borders(triangles, region, mesh.plane.nodes)
    x, y = mesh.section.centre
    names = {"NP": (x, y), "AF": (float(xy[:, 0].min() + x - _reach(mesh, "nucleus", np.pi)) / 2, y)}
    flat = 0 * xy[:, 1]
    return FilmSection("mid_height", xy[:, 0], xy[:, 1], flat, source, np.ones(source.shape), corners, inner, outer, names)


def _reach(mesh: Any, curve: str, theta: float) -> float:
    """Return the radius (m) of a curve of a solid's section in a direction (rad)."""
    return float(mesh.section.radius(getattr(mesh.section, curve), np.array([theta]))[0])


def _mid_sagittal(film: Film) -> FilmSection:
    mesh: Any = film.mesh
    s, centre, width = stations(mesh, np.pi / 2), np.asarray(mesh.section.centre), mesh.z.shape[1]
    xy = centre + np.column_stack([0 * s, s])
    z = sheet(mesh, xy, np.arange(len(mesh.z)))[0]
    triangle, _ = mesh.plane.locate((xy[1:] + xy[:-1]) / 2)
    corner = mesh.plane.triangles[triangle]
    region = mesh.region.reshape(len(mesh.z) - 1, -1)[:, triangle]  # (layers, pieces)
    layer, piece = (v.ravel() for v in np.indices(region.shape))
    plane, column = np.stack([layer, layer, layer + 1, layer + 1], axis=1), np.stack([piece, piece + 1, piece + 1, piece], axis=1)
    own, place = np.repeat(region.ravel()[:, None], 4, axis=1), plane * len(s) + column
    _, first, same = np.unique(place * len(REGIONS) + own, return_index=True, return_inverse=True)
    plane, column, of, at = plane.ravel()[first], column.ravel()[first], own.ravel()[first], np.repeat(piece, 4)[first]
    source = _numbers(film)[plane[:, None] * width + corner[at], of[:, None]]
    quads = np.asarray(same).reshape(-1, 4)
    plates = int((mesh.region.reshape(len(mesh.z) - 1, -1) == _CEP).any(axis=1).sum()) // 2
    core = np.clip(z, z[plates], z[-1 - plates])
    spot = np.stack([np.broadcast_to(xy[:, 1], z.shape), z, core], axis=-1).reshape(-1, 3)
    inner, outer = _borders(place, region.ravel(), spot)
    back, front = -_reach(mesh, "nucleus", -np.pi / 2), _reach(mesh, "nucleus", np.pi / 2)
    names = {"NP": (float(centre[1]), 0.0), "AF": (float(centre[1] + (front + s[-1]) / 2), 0.0),
             "CEP": (float(centre[1] + (back + front) / 2), float(z[-1].max()))}
    weights = _weights(mesh, xy[column], triangle[at])
    return FilmSection("mid_sagittal", xy[column, 1], z[plane, column], core[plane, column], source, weights,
                       np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]), inner, outer, names)


def _weights(mesh: Any, xy: Array, triangle: Integers) -> Array:
    """Return the weights (n, 3) of the corners of given triangles at positions (n, 2), those outside drawn in."""
    slopes, first = mesh.plane.slopes[triangle], mesh.plane.nodes[mesh.plane.triangles[triangle, 0]]
    second, third = (np.einsum("nd,nd->n", slopes[:, k], xy - first) for k in (1, 2))
    share = np.clip(np.stack([1 - second - third, second, third], axis=1), 0, None)
    return np.asarray(share / share.sum(axis=1, keepdims=True))


def _borders(cells: Integers, region: Integers, nodes: Array) -> tuple[list[Array], list[Array]]:
    """Return the lines between regions and around a section (k, 3), from cells of node numbers and their regions."""
    sides: dict[tuple[int, int], list[int]] = {}
    for corners, of in zip(cells.tolist(), region.tolist(), strict=True):
        for a, b in zip(corners, [*corners[1:], corners[0]], strict=True):
            sides.setdefault((min(a, b), max(a, b)), []).append(of)
    place = np.column_stack([nodes[:, :2], nodes[:, 2] if nodes.shape[1] > 2 else 0 * nodes[:, 0]])
    found = ([edge for edge, of in sides.items() if len(set(of)) > 1], [edge for edge, of in sides.items() if len(of) == 1])
    inner, outer = ([place[line] for line in _lines(edges)] for edges in found)
    return inner, outer


def _lines(edges: list[tuple[int, int]]) -> list[list[int]]:
    """Return edges (pairs of nodes) joined to lines of nodes.

    >>> _lines([(1, 2), (0, 1), (5, 6)])
    [[0, 1, 2], [5, 6]]
    """
    links: dict[int, set[int]] = {}
    for a, b in edges:
        links.setdefault(a, set()).add(b)
        links.setdefault(b, set()).add(a)
    lines: list[list[int]] = []
    for start in sorted(links, key=lambda node: (len(links[node]) == 2, node)):  # ends and branches first, then rings
        while links[start]:
            line = [start]
            while links[line[-1]]:
                onward = min(links[line[-1]])
                links[line[-1]].discard(onward)
                links[onward].discard(line[-1])
                line.append(onward)
            lines.append(line)
    return lines
