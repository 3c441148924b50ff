"""A solid disc in three dimensions with its front right quarter taken away, so that both cut faces show the inside.

Bone face, wall and cut faces are sheets of four-cornered pieces, each in the colour of the mean of its corners.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.units import convert
from pulposus.report.cut import cut_of, sheet

__all__ = ["draw_cutaway", "sheets"]

Array = NDArray[np.float64]
AROUND, OUTWARDS, BETWEEN = 96, 30, 3  # pieces of three quarters of a turn, and from the centre outwards, and between two planes
VIEW = (27.0, 45.0)  # height and direction (degrees) from which it is seen: the missing quarter is in front
EDGE = "#1d2730"
RIM = 1 - 1e-9
ROOM = 1.8  # enlargement of the drawing in its frame


def sheets(mesh: Any) -> list[tuple[Array, NDArray[np.int64], Array]]:
    """Return upper bone face, wall and the two cut faces of a solid: positions (a, b, 3) in m, and nodes and weights (a, b, 3) there."""
    section, planes = mesh.section, np.arange(len(mesh.z))
    theta = np.linspace(np.pi / 2, 2 * np.pi, AROUND + 1)
    reach = section.radius(section.outer, theta) * RIM
    share = np.linspace(0, 1, OUTWARDS + 1)

    def along(angles: Array, radii: Array) -> Array:
        return np.asarray(section.centre + radii[..., None] * np.stack([np.cos(angles), np.sin(angles)], axis=-1))

    top = along(theta[:, None] + 0 * share, reach[:, None] * share)
    z, nodes, weights = sheet(mesh, top.reshape(-1, 2), planes[-1:])
    found = [(np.dstack([top, z.reshape(top.shape[:2])]), nodes[0].reshape(*top.shape[:2], 3), weights[0].reshape(*top.shape[:2], 3))]
    cuts = [along(np.full(len(share), angle), section.radius(section.outer, np.array([angle])) * RIM * share) for angle in (np.pi / 2, 0.0)]
    for xy in (along(theta, reach), *cuts):
        z, nodes, weights = sheet(mesh, xy, planes)
        found.append((np.dstack([np.broadcast_to(xy, (*z.shape, 2)), z]), nodes, weights))
    return found


def draw_cutaway(axes: Any, mesh: Any, field: Array, low: float, high: float) -> None:
    """Draw a solid cut open on a three-dimensional axes, coloured by a nodal field (n,) between two values.

    field, low and high have one unit; the outlines of the regions are drawn on the cut faces.
    """
    from matplotlib import colormaps
    from mpl_toolkits.mplot3d.art3d import Line3DCollection, Poly3DCollection

    mm, shades = convert(1.0, "m", "mm"), colormaps["viridis"]
    pieces, colours = [], []
    for place, nodes, weights in sheets(mesh):
        corners = [(slice(None, -1), slice(None, -1)), (slice(1, None), slice(None, -1)), (slice(1, None), slice(1, None)),
                   (slice(None, -1), slice(1, None))]
        place, values = _finer(place), _finer((field[nodes] * weights).sum(axis=-1))
        pieces.append(np.stack([place[at] for at in corners], axis=2).reshape(-1, 4, 3) * mm)
        colours.append(shades((np.mean([values[at] for at in corners], axis=0).ravel() - low) / (high - low)))
    shaded = np.concatenate(colours)
    axes.computed_zorder = False
    axes.add_collection3d(Poly3DCollection(np.concatenate(pieces), facecolors=shaded, edgecolors=shaded, linewidths=0.3,
                                           zorder=1, rasterized=True, clip_on=False))
    axes.add_collection3d(Line3DCollection(_outlines(mesh) * mm, colors=EDGE, linewidths=0.7, zorder=2, clip_on=False))
    low_end, high_end = mesh.nodes.min(axis=0) * mm, mesh.nodes.max(axis=0) * mm
    for name, a, b in zip("xyz", low_end, high_end, strict=True):
        getattr(axes, f"set_{name}lim")(a, b)
    axes.set_box_aspect(high_end - low_end, zoom=ROOM)
    axes.view_init(*VIEW)
    axes.set_axis_off()


def _finer(grid: Array) -> Array:
    """Return a grid (a, b, ...) with further rows laid evenly between its own."""
    share = (np.arange(BETWEEN) / BETWEEN).reshape(1, -1, *[1] * (grid.ndim - 1))
    rows = (grid[:-1, None] * (1 - share) + grid[1:, None] * share).reshape(-1, *grid.shape[1:])
    return np.concatenate([rows, grid[-1:]])


def _outlines(mesh: Any) -> Array:
    """Return the borders of regions on the two cut faces as pieces (n, 2, 3) in m."""
    found = []
    for direction in (0.0, np.pi / 2):
        cut, way = cut_of(mesh, direction), np.array([np.cos(direction), np.sin(direction)])
        off = np.asarray(mesh.section.centre) @ way
        for a, b in cut.borders():
            if min(cut.across[a], cut.across[b]) >= off:
                found.append([[*(np.asarray(mesh.section.centre) + (cut.across[i] - off) * way), cut.up[i]] for i in (a, b)])
    return np.array(found)
