"""What is placed in a solid disc: the track of a needle along which cells die, and holes that open or close the endplate.

    alive[point] = 1 - killed (volume of the track at the point) / (volume of the point)

The track is sampled by pieces of equal volume; each gives its volume to the nodes of its wedge by their weights, so what is
killed does not depend on the mesh. A hole is a circle, seen along z, on one bone face.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import Fault, InputError
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.points import Points
from pulposus.tissue.solid import SolidMesh

__all__ = ["Hole", "Track", "living_share", "supplied"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
_PIECES = 4  # along a diameter
_OFF_AXIS = 0.75  # middle of the outer pieces, share of the radius


@dataclass(frozen=True)
class Track:
    """A straight channel from start to end (m), its diameter (m) and the share of its cells that dies."""

    start: tuple[float, float, float]
    end: tuple[float, float, float]
    diameter: float
    killed: float = 1.0

    def pieces(self) -> tuple[Array, float]:
        """Return the middles (m, 3) of pieces of one volume that fill the channel, and that volume (m3)."""
        a, b = np.array(self.start), np.array(self.end)
        length = float(np.linalg.norm(b - a))
        axis = (b - a) / length
        side = np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))])
        side /= np.linalg.norm(side)
        along = (np.arange(n := max(1, round(_PIECES * length / self.diameter))) + 0.5) / n
        turns = 2 * np.pi * np.arange(3) / 3
        third = self.diameter / 2 * _OFF_AXIS * (np.cos(turns)[:, None] * side + np.sin(turns)[:, None] * np.cross(axis, side))
        middles = (a + along[:, None] * (b - a))[:, None] + np.vstack([np.zeros(3), third])  # the core and three of its size
        return middles.reshape(-1, 3), np.pi * self.diameter**2 / 4 * length / (4 * n)


@dataclass(frozen=True)
class Hole:
    """A circle at (x, y) of a diameter (m) on the upper or lower bone face, open to its supply or closed."""

    face: str
    at: tuple[float, float]
    diameter: float
    open: bool = False


def living_share(mesh: SolidMesh, points: Points, tracks: Sequence[Track]) -> Array:
    """Return the share of cells (points,) that is alive after needles have made their tracks."""
    alive = np.ones_like(points.volume)
    assert points.node is not None
    key = points.node * len(REGIONS) + points.region
    for track in tracks:
        middles, volume = track.pieces()
        middles = middles[mesh.holds(middles)]
        cell, nodes, weights = mesh.weights(middles)
        at = np.searchsorted(key, nodes * len(REGIONS) + mesh.region[cell][:, None])
        inside = np.bincount(at.ravel(), volume * weights.ravel(), len(key))
        alive *= 1 - track.killed * np.minimum(1, inside / points.volume)
    return alive


def supplied(mesh: SolidMesh, holes: Sequence[Hole], first: Callable[[SolidMesh], Integers] | None = None) -> Integers:
    """Return the nodes of the bone faces that are supplied, from those that are before (`first`, else the whole endplate).

    Raises InputError for a hole that lies beside the disc or between the nodes of the mesh.
    """
    width = mesh.z.shape[1]
    planes = {"lower": np.arange(width), "upper": (len(mesh.z) - 1) * width + np.arange(width)}
    held = np.unique(mesh.boundary["endplate"]) if first is None else first(mesh)
    for hole in holes:
        nodes = planes[hole.face]
        near = nodes[np.hypot(*(mesh.nodes[nodes, :2] - hole.at).T) <= hole.diameter / 2]
        if not len(near):
            raise InputError([Fault("", "holes", f"a hole {hole.diameter * 1e3:g} mm wide without a node of the mesh",
                                    "a hole on the bone face, wider than the mesh is coarse, or more nodes")])
        held = np.union1d(held, near) if hole.open else np.setdiff1d(held, near)
    return held
