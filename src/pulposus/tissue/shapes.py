"""A disc from a file of the user: its closed surface, or an image in which nucleus, annulus and endplate carry labels.

A shape is read into an outline seen along z, and the height of the two bone faces over it. What a section drawn up along z
cannot show is left out: a wall that bulges is straight, and faces are read no farther out than a share of the radius.
Surfaces are in mm, z along the spine, y to the front; images carry their own directions (x to the right, y to the front).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import PulposusError
from pulposus.core.units import convert
from pulposus.tissue.section import THETA
from pulposus.tissue.solid import SHELLS, Faces

__all__ = ["Shape", "faces_over", "read_labels", "read_surface"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
_OUTERMOST = 0.9  # share of the radius beyond which faces go on as they are there: edges of surfaces are round
_FLAT = 1e-12  # double area (mm2) of a triangle seen along z that is on its edge
_NUCLEUS, _ANNULUS, _ENDPLATE = 1, 2, 3
_DIGITS = 6  # of a coordinate in mm that tell two points apart
_EDGE = 1e-9  # share of a triangle by which a ray may miss it
_EVERY = 8  # of the directions in which faces are sought
_STEPS = 400  # along a ray through an image


@dataclass(frozen=True)
class Shape:
    """outline: (points, 2) m; ends: positions (m, 2) -> lower and upper height (m), NaN beside the disc; nucleus: its
    outline where the file has one; both centred on the middle of the outline."""

    outline: Array
    ends: Callable[[Array], tuple[Array, Array]]
    nucleus: Array | None = None


def faces_over(shape: Shape, centre: tuple[float, float], outer: Array) -> Faces:
    """Return the bone faces of a shape over the disc of radii `outer` around a centre (m)."""
    theta, rho = THETA[::_EVERY], np.minimum(np.linspace(0, 1, SHELLS + 1), _OUTERMOST)
    r = outer[::_EVERY, None] * rho
    at = np.stack([centre[0] + r * np.cos(theta)[:, None], centre[1] + r * np.sin(theta)[:, None]], axis=-1)
    low, up = (np.stack([np.interp(THETA, theta, column, period=2 * np.pi) for column in face.reshape(r.shape).T], axis=1)
               for face in shape.ends(at.reshape(-1, 2)))
    return Faces(low, up)


def _meshio() -> Any:
    try:
        import meshio
    except ImportError:
        raise PulposusError("surfaces are read with meshio: install pulposus[shapes]") from None
    return meshio


def read_surface(path: str) -> Shape:
    """Return the shape of a closed surface of triangles; raises PulposusError for one that is open, inside out or empty."""
    try:
        with np.errstate(over="ignore"):  # text read as a number of triangles, by which meshio tells STL files apart
            mesh = _meshio().read(path)
    except (Exception, SystemExit) as error:  # meshio raises its own classes by format, and leaves on an unknown one
        raise PulposusError(f"{path} cannot be read as a surface: {error}") from None
    points = np.asarray(mesh.points, dtype=float)
    triangles = np.concatenate([np.zeros((0, 3), dtype=np.int64), *(b.data for b in mesh.cells if b.type == "triangle")])
    if not len(triangles) or not np.isfinite(points).all():
        raise PulposusError("the surface has no triangles" if not len(triangles) else "the surface has points that are not numbers")
    unique, inverse = np.unique(points.round(_DIGITS), axis=0, return_inverse=True)  # STL repeats its points
    triangles = inverse.ravel()[triangles]
    _check_closed(unique, triangles)
    x = unique * convert(1.0, "mm", "m")
    middle = (x.min(axis=0) + x.max(axis=0)) / 2
    return Shape(_cut(x - middle, triangles), _ray_ends((x - middle)[triangles]))


def _check_closed(points: Array, triangles: Integers) -> None:
    """Raise PulposusError unless every edge belongs to two triangles, once in each direction, and the volume is above zero."""
    start, end = triangles.ravel(), np.roll(triangles, -1, axis=1).ravel()
    forth, back = start * len(points) + end, end * len(points) + start
    single = ~np.isin(forth, back)
    if single.any():
        raise PulposusError(f"the surface is open, or its triangles turn both ways: {int(single.sum())} edges have no partner")
    x = points[triangles]
    if np.einsum("ti,ti->", x[:, 0], np.cross(x[:, 1], x[:, 2])) <= 0:
        raise PulposusError("the surface is inside out: its triangles face inwards")


def _cut(x: Array, triangles: Integers) -> Array:
    """Return the outline (points, 2) where the surface is cut at z = 0, sorted by direction."""
    T = x[triangles]
    ends = []
    for a, b in ((0, 1), (1, 2), (2, 0)):
        za, zb = T[:, a, 2], T[:, b, 2]
        meets = (za < 0) != (zb < 0)
        share = za[meets] / (za - zb)[meets]
        ends.append(T[meets, a, :2] + share[:, None] * (T[meets, b, :2] - T[meets, a, :2]))
    cut = np.concatenate(ends)
    if len(cut) < 3:
        raise PulposusError("the surface does not surround its own middle")
    middle = (cut.min(axis=0) + cut.max(axis=0)) / 2
    return cut[np.argsort(np.arctan2(*(cut - middle).T[::-1]))]


def _ray_ends(T: Array) -> Callable[[Array], tuple[Array, Array]]:
    """Return the function that finds the lowest and highest z of triangles (nt, 3, 3) at positions seen along z."""
    a, u, v = T[:, 0], T[:, 1] - T[:, 0], T[:, 2] - T[:, 0]
    twice = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    kept = np.abs(twice) > _FLAT * convert(1.0, "mm**2", "m**2")
    a, u, v, twice = a[kept], u[kept], v[kept], twice[kept]

    def ends(xy: Array) -> tuple[Array, Array]:
        low, up = np.full(len(xy), np.nan), np.full(len(xy), np.nan)
        for i, position in enumerate(xy):
            d = position - a[:, :2]
            s, t = (d[:, 0] * v[:, 1] - d[:, 1] * v[:, 0]) / twice, (u[:, 0] * d[:, 1] - u[:, 1] * d[:, 0]) / twice
            hit = (s >= -_EDGE) & (t >= -_EDGE) & (s + t <= 1 + _EDGE)
            if hit.any():
                z = (a[:, 2] + s * u[:, 2] + t * v[:, 2])[hit]
                low[i], up[i] = z.min(), z.max()
        return low, up

    return ends


def read_labels(path: str) -> Shape:
    """Return the shape of a label image: 1 nucleus, 2 annulus, 3 endplate; raises PulposusError for one it cannot read."""
    try:
        import nibabel
    except ImportError:
        raise PulposusError("label images are read with nibabel: install pulposus[shapes]") from None
    try:
        image = nibabel.as_closest_canonical(nibabel.load(path))
        values, step = np.asarray(image.dataobj, dtype=float), np.asarray(image.header.get_zooms()[:3], dtype=float)
    except Exception as error:  # nibabel raises its own classes by format
        raise PulposusError(f"{path} cannot be read as an image: {error}") from None
    if values.ndim != 3 or not np.isfinite(values).all():
        raise PulposusError("the image has values that are not numbers, or not three dimensions")
    size = step * convert(1.0, "mm", "m")
    disc = np.isin(values, (_NUCLEUS, _ANNULUS, _ENDPLATE))
    if not disc.any() or not (values == _NUCLEUS).any():
        raise PulposusError("the image has no voxel of label 1, the nucleus")
    low, high = (f(np.argwhere(disc), axis=0) for f in (np.min, np.max))
    middle = (low + high) / 2
    outline, nucleus = (_seen(np.asarray(mask.any(axis=2)), size, middle) for mask in (disc, values == _NUCLEUS))
    return Shape(outline, _column_ends(disc, size, middle), nucleus)


def _seen(mask: NDArray[np.bool_], size: Array, middle: Array) -> Array:
    """Return the outline (points, 2) of a mask seen along z: the last voxel on every ray from its own middle (m)."""
    centre = np.argwhere(mask).mean(axis=0)
    reach = np.hypot(*mask.shape)
    steps = np.linspace(0, reach, _STEPS * 2)
    out = []
    for c, s in zip(np.cos(THETA), np.sin(THETA), strict=True):
        ij = np.rint(centre + steps[:, None] * np.array([c / size[0], s / size[1]]) * min(size[:2])).astype(int)
        inside = ((ij >= 0) & (ij < mask.shape)).all(axis=1)
        filled = np.zeros(len(steps), dtype=bool)
        filled[inside] = mask[ij[inside, 0], ij[inside, 1]]
        last = steps[np.flatnonzero(filled)[-1]] * min(size[:2])
        out.append((centre - middle[:2]) * size[:2] + last * np.array([c, s]))
    return np.array(out)


def _column_ends(mask: NDArray[np.bool_], size: Array, middle: Array) -> Callable[[Array], tuple[Array, Array]]:
    """Return the function that finds the lower and upper end of the mask in the column of voxels at a position (m)."""
    filled = mask.any(axis=2)
    low = np.where(filled, mask.argmax(axis=2) - 0.5, np.nan)
    up = np.where(filled, mask.shape[2] - mask[:, :, ::-1].argmax(axis=2) - 0.5, np.nan)

    def ends(xy: Array) -> tuple[Array, Array]:
        ij = np.clip(np.rint(xy / size[:2] + middle[:2]).astype(int), 0, np.array(mask.shape[:2]) - 1)
        below, above = ((face[ij[:, 0], ij[:, 1]] - middle[2]) * size[2] for face in (low, up))
        return below, above

    return ends
