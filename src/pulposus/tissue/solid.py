"""The solid disc: a section drawn up between two bone faces, in layers of wedges.

    z_k(x, y) = z_low + endplate | tissue | endplate,     t(x, y) = t_centre + (t_margin - t_centre) min(1, r / R_CEP)^2

The planes k follow the faces, so height may differ front, middle, back, left and right. The three zones of the section
make the regions: within the nucleus NP, around it AF; the outer layers are CEP as far as the endplate reaches, AF beyond.
Origin in the middle of the disc; x to the right, y to the front, z up; lengths in m.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import PulposusError
from pulposus.tissue.mesh import Mesh
from pulposus.tissue.plane import Plane, count_nodes, triangulate
from pulposus.tissue.section import DIRECTIONS, THETA, Section, area_within

__all__ = ["SHELLS", "Faces", "SolidGeometry", "SolidMesh", "domed", "sized"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
LAYERS = 3  # in each endplate at least
_FLATTER = 1.5  # spacing in the plane relative to that along z: the disc is wider than high
_FEWEST = 4  # layers of tissue at least
SHELLS = 32  # from the centre of the section to its outline, where faces are kept
_EVERY = 6  # of the directions in which volumes are summed up
SOME = THETA[::_EVERY]
_LEAST = 1e-3  # size of a nucleus from which the search starts, relative to the greatest
_HALVINGS = 40  # of the search for the spacing of a mesh
_ROOM = 1e-9  # m by which a position may lie outside by round-off


@dataclass(frozen=True)
class Faces:
    """Height z (m) of the lower and the upper bone face, (directions, shells): THETA by shares 0 to 1 of the radius."""

    lower: Array
    upper: Array

    def __post_init__(self) -> None:
        """Raise PulposusError for faces that are not numbers, or meet."""
        if not (np.isfinite(self.lower).all() and np.isfinite(self.upper).all()):
            raise PulposusError("the height of the disc is not a number everywhere")
        if not (self.upper > self.lower).all():
            raise PulposusError("the disc has no height where its upper face meets or lies below its lower face")

    def at(self, theta: Array, rho: Array) -> tuple[Array, Array]:
        """Return lower and upper height (m) at directions (rad) and shares of the radius."""
        t = theta / (2 * np.pi) * DIRECTIONS
        s = np.clip(rho, 0, 1) * (self.lower.shape[1] - 1)
        i, j = np.floor(t).astype(int), np.minimum(np.floor(s).astype(int), self.lower.shape[1] - 2)
        u, v = t - i, s - j
        i, k = i % DIRECTIONS, (i + 1) % DIRECTIONS
        low, up = ((1 - v) * ((1 - u) * face[i, j] + u * face[k, j]) + v * ((1 - u) * face[i, j + 1] + u * face[k, j + 1])
                   for face in (self.lower, self.upper))
        return low, up


def domed(middle: float, front: float, back: float, left: float, right: float) -> Faces:
    """Return faces mirrored at z = 0 with these full heights (m) in the middle and at four places of the rim.

    h = h_middle + (h_rim(theta) - h_middle) rho^2, h_rim mixed from its neighbours by cos^2 and sin^2.
    """
    c, s = np.cos(THETA), np.sin(THETA)
    rim = np.where(c > 0, right, left) * c**2 + np.where(s > 0, front, back) * s**2
    rho = np.linspace(0, 1, SHELLS + 1)
    half = (middle + (rim[:, None] - middle) * rho**2) / 2
    return Faces(-half, half)


@dataclass(frozen=True)
class SolidGeometry:
    """A section, its faces, and the thickness (m) of the endplates in the middle and at their margin."""

    section: Section
    faces: Faces
    endplate_thickness: float
    margin_thickness: float
    level: str = ""

    def __post_init__(self) -> None:
        """Raise PulposusError when the endplates leave no room for tissue."""
        low, up = self.profile(*np.meshgrid(SOME, np.linspace(0, 1, SHELLS + 1), indexing="ij"))[1:3]
        if min(self.endplate_thickness, self.margin_thickness) <= 0 or not (up > low).all():
            raise PulposusError("the endplates need a thickness, and room for tissue between them everywhere")

    @property
    def height(self) -> float:
        """Full height in the middle of the nucleus with both endplates (m)."""
        low, up = self.faces.at(np.zeros(1), np.zeros(1))
        return float((up - low)[0])

    @property
    def half_height(self) -> float:
        """Half the height in the middle (m)."""
        return self.height / 2

    @property
    def radius(self) -> float:
        """Radius of the circle that has the area of the section (m)."""
        return _equal_circle(self.section.outer)

    @property
    def nucleus_radius(self) -> float:
        """Radius of the circle that has the area of the nucleus (m)."""
        return _equal_circle(self.section.nucleus)

    @property
    def endplate_radius(self) -> float:
        """Radius of the circle that has the area of one endplate (m)."""
        return _equal_circle(self.section.endplate)

    def needle_ratio(self, diameter: float) -> float:
        """Return needle diameter (m) over the height in the middle."""
        return diameter / self.height

    @cached_property
    def _volumes(self) -> tuple[float, float, float]:
        """Volumes of nucleus, annulus and endplate by the midpoint rule over directions and shells (m3)."""
        s = self.section
        bounds = [curve[::_EVERY] for curve in (0 * s.outer, s.nucleus, s.endplate, s.outer)]
        step = (np.arange(SHELLS) + 0.5) / SHELLS
        whole = np.zeros((3, 2))  # zone by (plates, tissue)
        for zone in range(3):
            inner, outer = bounds[zone][:, None], bounds[zone + 1][:, None]
            r = inner + (outer - inner) * step
            z = self.profile(np.broadcast_to(SOME[:, None], r.shape), r / bounds[-1][:, None])
            area = r * (outer - inner) / SHELLS * 2 * np.pi / len(SOME)
            whole[zone] = ((z[1] - z[0] + z[3] - z[2]) * area).sum(), ((z[2] - z[1]) * area).sum()
        return float(whole[0, 1]), float(whole[1:, 1].sum() + whole[2, 0]), float(whole[:2, 0].sum())

    @property
    def nucleus_volume(self) -> float:
        """Volume of the nucleus (m3)."""
        return self._volumes[0]

    @property
    def volumes(self) -> tuple[float, float, float]:
        """Volumes of nucleus, annulus and both endplates (m3)."""
        return self._volumes

    @property
    def endplate_area(self) -> float:
        """Area of both endplates in the plane (m2)."""
        return 2 * area_within(self.section.endplate)

    def profile(self, theta: Array, rho: Array) -> tuple[Array, Array, Array, Array]:
        """Return the heights (m) of lower bone face, lower and upper tissue border, and upper bone face."""
        low, up = self.faces.at(theta, rho)
        reach = self.section.radius(self.section.outer, theta) / self.section.radius(self.section.endplate, theta)
        t = self.endplate_thickness + (self.margin_thickness - self.endplate_thickness) * np.minimum(1, rho * reach) ** 2
        return low, low + t, up - t, up

    def mesh(self, nodes: int, rings: Sequence[float] = ()) -> SolidMesh:
        """Return the mesh of about `nodes` nodes; rings are those of a disc of revolution and mean nothing here."""
        low, high = np.log(self.height / nodes), np.log(self.height)
        for _ in range(_HALVINGS):
            step = float(np.exp((low + high) / 2))
            plates, tissue = self._layers(step)
            more = count_nodes(self.section, _FLATTER * step) * (2 * plates + tissue + 1) > nodes
            low, high = (np.log(step), high) if more else (low, np.log(step))
        return _mesh_of(self, triangulate(self.section, _FLATTER * step), plates, tissue)

    def _layers(self, step: float) -> tuple[int, int]:
        """Number of layers in one endplate and in the tissue at a vertical spacing (m)."""
        tissue = 2 * max(_FEWEST // 2, round((self.height - 2 * self.endplate_thickness) / (2 * step)))  # a plane in the middle
        return max(LAYERS, round(LAYERS * self.endplate_thickness / step)), tissue


def _equal_circle(curve: Array) -> float:
    """Return the radius (m) of the circle with the area of a closed curve."""
    return float(np.sqrt(area_within(curve) / np.pi))


def sized(section: Callable[[float], Section], faces: Faces, share: float, endplate_thickness: float,
          margin_thickness: float) -> SolidGeometry:
    """Return the solid disc whose nucleus takes a share of the volume of nucleus and annulus.

    section: the section for a size of the nucleus from 0 to 1; raises PulposusError where no size gives that share.
    """
    from scipy.optimize import brentq

    def of(size: float) -> SolidGeometry:
        return SolidGeometry(section(size), faces, endplate_thickness, margin_thickness)

    def excess(size: float) -> float:
        nucleus, annulus, _ = of(size).volumes
        return nucleus / (nucleus + annulus) - share

    if not excess(_LEAST) < 0 < excess(1.0):
        raise PulposusError(f"the nucleus cannot take {share:g} of the disc and lie within the endplate and the outline")
    return of(float(brentq(excess, _LEAST, 1.0)))


@dataclass(frozen=True)
class SolidMesh(Mesh):
    """nodes: (n, 3); cells: (ne, 6) wedges, the lower triangle first; node = plane * (nodes of the section) + its node.

    boundary: ``endplate`` (triangles of both bone faces) and ``wall`` (quadrangles); the rest is free of flux.
    """

    section: Section
    plane: Plane
    z: Array  # (planes, nodes of the section)

    def weights(self, positions: Array) -> tuple[Integers, Integers, Array]:
        """Return the cell, its six nodes and their weights at positions (m, 3); outside, those of the nearest cell."""
        triangle, flat = self.plane.locate(positions[:, :2])
        corner = self.plane.triangles[triangle]
        column = np.einsum("pmk,mk->mp", self.z[:, corner], flat)
        layer = np.clip((column <= positions[:, 2:]).sum(axis=1) - 1, 0, len(self.z) - 2)
        at = np.arange(len(positions))
        up = np.clip((positions[:, 2] - column[at, layer]) / (column[at, layer + 1] - column[at, layer]), 0, 1)[:, None]
        lower = layer[:, None] * self.z.shape[1] + corner
        share = np.clip(flat, 0, 1)
        share /= share.sum(axis=1, keepdims=True)
        return (layer * len(self.plane.triangles) + triangle, np.hstack([lower, lower + self.z.shape[1]]),
                np.hstack([(1 - up) * share, up * share]))

    def interpolate(self, field: Array, *position: float) -> float:
        """Return a nodal field at x, y, z (m)."""
        _, nodes, weights = self.weights(np.array([position]))
        return float((field[nodes] * weights).sum())

    @property
    def told(self) -> dict[str, int]:
        """What is told of the mesh beside its nodes."""
        return {"wedges": len(self.cells), "planes": len(self.z)}

    def holds(self, positions: Array) -> NDArray[np.bool_]:
        """Whether positions (m, 3) in m lie in the mesh."""
        _, nodes, weights = self.weights(positions)
        reached = np.einsum("mkd,mk->md", self.nodes[nodes], weights)
        return np.asarray((np.abs(reached - positions) <= _ROOM).all(axis=1))

    def from_axis(self, nodes: Integers) -> Array:
        """Return the share of the endplate's radius at nodes of the bone face, times that of a circle of its area (m)."""
        theta, rho = self.section.polar(self.nodes[nodes, :2])
        outer, plate = (self.section.radius(curve, theta) for curve in (self.section.outer, self.section.endplate))
        return _equal_circle(self.section.endplate) * rho * outer / plate


def _mesh_of(geometry: SolidGeometry, plane: Plane, plates: int, tissue: int) -> SolidMesh:
    """Return the wedges over a plane with `plates` layers in each endplate and `tissue` layers between them."""
    borders = geometry.profile(plane.theta, plane.rho)
    counts = (plates, tissue, plates)
    z = np.vstack([*(a + (b - a) * np.arange(n)[:, None] / n for a, b, n in zip(borders[:-1], borders[1:], counts, strict=True)),
                   borders[-1]])
    width, layers = z.shape[1], len(z) - 1
    nodes = np.column_stack([np.tile(plane.nodes, (len(z), 1)), z.ravel()])
    lower = np.arange(layers)[:, None, None] * width + plane.triangles
    cells = np.concatenate([lower, lower + width], axis=2).reshape(-1, 6)
    middle = (np.arange(layers) >= plates) & (np.arange(layers) < plates + tissue)
    region = np.where(middle[:, None], np.where(plane.zone == 0, 0, 1), np.where(plane.zone < 2, 2, 1)).ravel()
    faces = plane.triangles[plane.zone < 2]
    ring = np.arange(layers)[:, None] * width + plane.border
    onward = np.roll(ring, -1, axis=1)
    wall = np.stack([ring, onward, onward + width, ring + width], axis=-1).reshape(-1, 4)
    return SolidMesh("solid", nodes, cells, region, {"endplate": np.concatenate([faces, faces + layers * width]), "wall": wall},
                     geometry.section, plane, z)
