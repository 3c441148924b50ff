"""The triangles of a section: rings around the centre of the nucleus, aligned with its curves, then made Delaunay.

Ring i of the nucleus has 6 i nodes, so that its triangles are nearly regular; the rings of the annulus keep the number of
the nucleus' border. Edges on the curves are never flipped. In a Delaunay section with one diffusivity no off-diagonal
entry of the in-plane stiffness is positive.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pulposus.tissue.section import THETA, Section

__all__ = ["Plane", "triangulate", "count_nodes"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
_FEWEST = 2  # rings between two curves at least
_SWEEPS = 60  # of edge flips
_FLAT = 1e-9  # sum of two cotangents that counts as zero
_TOGETHER = 64  # positions that are looked for at once
_FINER = 2.5  # rings per metre of annulus, relative to those of the nucleus


@dataclass(frozen=True)
class Plane:
    """nodes: (n, 2) m; triangles: (nt, 3), counter-clockwise; zone: (nt,) 0 nucleus, 1 annulus under the endplate, 2 rim.

    theta, rho: direction and share of the disc's radius of every node; border: nodes of the outline in order.
    """

    nodes: Array
    triangles: Integers
    zone: Integers
    theta: Array
    rho: Array
    border: Integers

    @property
    def area(self) -> Array:
        """Area of every triangle (m2)."""
        a, b, c = (self.nodes[self.triangles[:, i]] for i in range(3))
        return ((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]) / 2

    def gradients(self, values: Array) -> Array:
        """Return the gradient (nt, 2) of nodal values (n,) on every triangle."""
        return np.einsum("tid,ti->td", self.slopes, values[self.triangles])

    @property
    def slopes(self) -> Array:
        """Gradients (nt, 3, 2) of the three linear shape functions of every triangle (1/m)."""
        x = self.nodes[self.triangles]
        edge = np.roll(x, -2, axis=1) - np.roll(x, -1, axis=1)  # opposite to each corner
        return np.stack([-edge[:, :, 1], edge[:, :, 0]], axis=-1) / (2 * self.area)[:, None, None]

    def locate(self, xy: Array) -> tuple[Integers, Array]:
        """Return the triangle (m,) in or nearest to which positions (m, 2) lie, and their weights (m, 3) there."""
        corner, slopes = self.nodes[self.triangles[:, 0]], self.slopes
        found, start = np.zeros(len(xy), dtype=np.int64), [np.einsum("td,td->t", slopes[:, k], corner) for k in (1, 2)]
        for first in range(0, len(xy), _TOGETHER):
            some = slice(first, first + _TOGETHER)
            second, third = (xy[some] @ slopes[:, k].T - start[k - 1] for k in (1, 2))
            found[some] = np.argmax(np.minimum(np.minimum(second, third), 1 - second - third), axis=1)
        second, third = (np.einsum("md,md->m", slopes[found, k], xy - corner[found]) for k in (1, 2))
        return found, np.stack([1 - second - third, second, third], axis=1)


def _rings(section: Section, spacing: float) -> tuple[int, int, int]:
    """Number of rings in the nucleus, under the endplate and in the rim at a node spacing (m)."""
    size, gaps = section.nucleus.mean(), (section.endplate - section.nucleus, section.outer - section.endplate)
    inner = max(_FEWEST, round(float(size / spacing)))
    under, rim = (max(_FEWEST, round(float(_FINER * gap.mean() / spacing))) for gap in gaps)
    return inner, under, rim


def count_nodes(section: Section, spacing: float) -> int:
    """Return how many nodes a section has at a spacing (m)."""
    inner, under, rim = _rings(section, spacing)
    return 1 + 3 * inner * (inner + 1) + 6 * inner * (under + rim)


def _even_directions(section: Section, count: int) -> Array:
    """Directions that divide the border of the nucleus into `count` pieces of one length, starting at the front."""
    start = np.pi / 2
    theta = start + 2 * np.pi * np.arange(len(THETA) + 1) / len(THETA)
    r = section.radius(section.nucleus, theta)
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff([r * np.cos(theta), r * np.sin(theta)], axis=1)))])
    return np.interp(length[-1] * np.arange(count) / count, length, theta)


def triangulate(section: Section, spacing: float) -> Plane:
    """Return the triangles of a section at a node spacing (m).

    >>> from pulposus.tissue.section import circle
    >>> plane = triangulate(Section((0.0, 0.0), circle(14e-3), circle(17e-3), circle(21e-3)), 2e-3)
    >>> bool(abs(plane.area.sum() / (3.1416 * 21e-3**2) - 1) < 0.01)
    True
    """
    inner, under, rim = _rings(section, spacing)
    theta, radius = [np.zeros(1)], [np.zeros(1)]
    for i in range(1, inner + 1):
        direction = _even_directions(section, 6 * i)
        theta.append(direction)
        radius.append(i / inner * section.radius(section.nucleus, direction))
    for a, b, count in ((section.nucleus, section.endplate, under), (section.endplate, section.outer, rim)):
        start, end = (section.radius(curve, direction) for curve in (a, b))
        for i in range(1, count + 1):
            theta.append(direction)
            radius.append(start + i / count * (end - start))
    t, r = np.concatenate(theta), np.concatenate(radius)
    nodes = np.asarray(section.centre) + r[:, None] * np.column_stack([np.cos(t), np.sin(t)])
    triangles, ring = _between_rings(inner, under + rim)
    zone = np.where(ring < inner, 0, np.where(ring < inner + under, 1, 2))
    triangles = _delaunay(nodes, triangles, zone)
    rho = r / section.radius(section.outer, t)
    return Plane(nodes, triangles, zone, t % (2 * np.pi), rho, np.arange(len(t) - 6 * inner, len(t)))


def _between_rings(inner: int, outer: int) -> tuple[Integers, Integers]:
    """Triangles between neighbouring rings, and the ring inside of which each lies."""
    triangles, ring = [], []
    first, before = 1, 0
    for i in range(1, inner + 1):
        q, a = (v.ravel() for v in np.meshgrid(np.arange(6), np.arange(i), indexing="ij"))
        low, low_next = (before + (q * (i - 1) + b) % max(1, 6 * (i - 1)) for b in (a, a + 1))
        up, up_next = (first + (q * i + b) % (6 * i) for b in (a, a + 1))
        wide = np.column_stack([low, up, up_next])
        narrow = np.column_stack([low, up_next, low_next])[a < i - 1]
        triangles += [wide, narrow]
        ring += [np.full(len(wide) + len(narrow), i - 1)]
        before, first = first, first + 6 * i
    turn = 6 * inner
    k = np.arange(turn)
    for i in range(inner, inner + outer):
        a, b = before + k, before + (k + 1) % turn
        triangles += [np.column_stack([a, a + turn, b + turn]), np.column_stack([a, b + turn, b])]
        ring += [np.full(2 * turn, i)]
        before += turn
    return np.concatenate(triangles).astype(np.int64), np.concatenate(ring).astype(np.int64)


def _delaunay(nodes: Array, triangles: Integers, zone: Integers) -> Integers:
    """Return the triangles after flipping every edge within a zone whose two opposite angles exceed pi together."""
    T = triangles.copy()
    for _ in range(_SWEEPS):
        start, end = np.roll(T, -1, axis=1).ravel(), np.roll(T, -2, axis=1).ravel()  # the edge opposite to each corner
        key = np.minimum(start, end) * len(nodes) + np.maximum(start, end)
        order = np.argsort(key, kind="stable")
        twin = np.flatnonzero(key[order][1:] == key[order][:-1])
        one, two = order[twin], order[twin + 1]
        one, two = (v[zone[one // 3] == zone[two // 3]] for v in (one, two))
        x = nodes[T]
        u, v = np.roll(x, -1, axis=1) - x, np.roll(x, -2, axis=1) - x
        cotangent = ((u * v).sum(-1) / (u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0])).ravel()
        excess = cotangent[one] + cotangent[two]
        bad = np.flatnonzero(excess < -_FLAT)
        if not len(bad):
            break
        worst = np.zeros(len(T))
        for side in (one, two):
            np.minimum.at(worst, side[bad] // 3, excess[bad])
        chosen = bad[(excess[bad] <= worst[one[bad] // 3]) & (excess[bad] <= worst[two[bad] // 3])]
        p, q = one[chosen], two[chosen]
        _, kept = np.unique(np.concatenate([p // 3, q // 3]), return_index=True)  # no triangle takes part in two flips
        single = np.isin(np.arange(len(p)), kept) & np.isin(np.arange(len(p)) + len(p), kept)
        p, q = p[single], q[single]
        c, a, d, b = T.ravel()[p], start[p], T.ravel()[q], end[p]
        T[p // 3], T[q // 3] = np.column_stack([c, a, d]), np.column_stack([d, b, c])
    return T
