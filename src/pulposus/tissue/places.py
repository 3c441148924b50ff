"""What is placed in a solid disc: tracks of needles, slits of blades, and holes that open or close the endplate.

    share[point] = min(1, (volume of the track or slit at the point) / (volume of the point)),   alive = 1 - killed share

Tracks and slits are sampled by pieces of equal volume; each gives its volume to the nodes of its wedge by their weights, so what is
killed does not depend on the mesh. A slit follows the outline of the disc and goes from it towards the centre of the nucleus. A hole
is a circle, seen along z, on one bone face.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import Fault, InputError
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.points import Points
from pulposus.tissue.section import Section
from pulposus.tissue.solid import SolidGeometry, SolidMesh

__all__ = ["Hole", "Slit", "Track", "crossed", "drilled", "living_share", "misplaced", "share_within", "supplied"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
_ALONG, _ACROSS = 8, 19  # pieces along a diameter, and in every cross-section
_GOLDEN = np.pi * (3 - 5**0.5)  # turn from one piece of a cross-section to the next, which spreads them evenly
_FINE = 200  # positions along a track at which it is asked whether it runs through the annulus
_SIDES = 32, 16, 8  # pieces of a slit along its width, its depth and its gap


@dataclass(frozen=True)
class Track:
    """A straight channel from start to end (m), its diameter (m) and the share of its cells that dies."""

    start: tuple[float, float, float]
    end: tuple[float, float, float]
    diameter: float
    killed: float = 1.0

    def widened(self, ratio: float) -> Track:
        """Return the channel of `ratio` times the volume around the same axis."""
        return replace(self, diameter=self.diameter * ratio**0.5)

    def pieces(self) -> tuple[Array, float]:
        """Return the middles (m, 3) of pieces of one volume that fill the channel, and that volume (m3)."""
        a, b = np.array(self.start), np.array(self.end)
        length = float(np.linalg.norm(b - a))
        axis = (b - a) / length
        side = np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))])
        side /= np.linalg.norm(side)
        along = (np.arange(n := max(2, round(_ALONG * length / self.diameter))) + 0.5) / n
        turns, reach = _GOLDEN * np.arange(_ACROSS), self.diameter / 2 * np.sqrt((np.arange(_ACROSS) + 0.5) / _ACROSS)
        off = reach[:, None] * (np.cos(turns)[:, None] * side + np.sin(turns)[:, None] * np.cross(axis, side))
        middles = (a + along[:, None] * (b - a))[:, None] + off
        return middles.reshape(-1, 3), np.pi * self.diameter**2 / 4 * length / (_ACROSS * n)


@dataclass(frozen=True)
class Slit:
    """A cut from the outline of a section inwards: the (x, y, z) in whose direction its middle lies, its width around the disc at half
    its depth, depth and gap (m)."""

    section: Section
    middle: tuple[float, float, float]
    width: float
    depth: float
    gap: float

    def widened(self, ratio: float) -> Slit:
        """Return the cut with `ratio` times the gap."""
        return replace(self, gap=self.gap * ratio)

    def pieces(self) -> tuple[Array, float]:
        """Return the middles (m, 3) of pieces of one volume that fill the cut, and that volume (m3)."""
        section, (along, inwards, over) = self.section, (((np.arange(n) + 0.5) / n) for n in _SIDES)
        ray, _ = section.polar(np.array(self.middle[:2]))
        reach = section.radius(section.outer, np.atleast_1d(ray))[0]
        theta = ray + (along - 0.5) * self.width / (reach - self.depth / 2)
        theta, share, z = (v.ravel() for v in np.meshgrid(theta, inwards, (over - 0.5) * self.gap, indexing="ij"))
        outer = section.radius(section.outer, theta)
        r = np.sqrt(outer**2 - share * (outer**2 - (outer - self.depth) ** 2))  # of one volume each
        middles = np.column_stack([section.centre[0] + r * np.cos(theta), section.centre[1] + r * np.sin(theta), self.middle[2] + z])
        return middles, self.width * self.depth * self.gap / len(middles)


@dataclass(frozen=True)
class Hole:
    """A circle at (x, y) of a diameter (m) on the upper or lower bone face, open to its supply or closed."""

    face: str
    at: tuple[float, float]
    diameter: float
    open: bool = False


def share_within(mesh: SolidMesh, points: Points, what: Track | Slit) -> Array:
    """Return the share (points,) of every point's volume that lies within a track or a slit."""
    assert points.node is not None
    key = points.node * len(REGIONS) + points.region
    middles, volume = what.pieces()
    middles = middles[mesh.holds(middles)]
    cell, nodes, weights = mesh.weights(middles)
    at = np.searchsorted(key, nodes * len(REGIONS) + mesh.region[cell][:, None])
    inside = np.bincount(at.ravel(), volume * weights.ravel(), len(key))
    return np.asarray(np.minimum(1, inside / points.volume))


def living_share(mesh: SolidMesh, points: Points, tracks: Sequence[Track]) -> Array:
    """Return the share of cells (points,) that is alive after needles have made their tracks."""
    alive = np.ones_like(points.volume)
    for track in tracks:
        alive *= 1 - track.killed * share_within(mesh, points, track)
    return alive


def crossed(geometry: SolidGeometry, track: Track) -> float:
    """Return the share of the annulus that a track crosses: its length there over the width of the wall where it enters, at most 1."""
    section, ends = geometry.section, np.array([track.start, track.end])
    at = ends[0] + (np.arange(_FINE) + 0.5)[:, None] / _FINE * (ends[1] - ends[0])
    theta, rho = section.polar(at[:, :2])
    low, up = geometry.faces.at(theta, rho)
    within = (rho < 1) & (at[:, 2] > low) & (at[:, 2] < up)
    outside = rho * section.radius(section.outer, theta) > section.radius(section.nucleus, theta)
    inside = np.flatnonzero(within & outside)
    if not len(inside):
        return 0.0
    wall = np.diff([section.radius(curve, theta[inside[:1]])[0] for curve in (section.nucleus, section.outer)])[0]
    return float(min(1.0, len(inside) / _FINE * np.linalg.norm(ends[1] - ends[0]) / wall))


def drilled(geometry: SolidGeometry, face: str, at: tuple[float, float], diameter: float) -> Track:
    """Return the track of a drill (m) through the endplate of a face at (x, y)."""
    z = [float(v[0]) for v in geometry.profile(*(np.atleast_1d(v) for v in geometry.section.polar(np.array(at))))]
    start, end = (z[3], z[2]) if face == "upper" else (z[0], z[1])
    return Track((*at, start), (*at, end), diameter)


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


def _on_wall(geometry: SolidGeometry, middle: tuple[float, float, float]) -> bool:
    """Return whether the outline, in the direction of a position (x, y, z), reaches its height."""
    theta, _ = geometry.section.polar(np.array(middle[:2]))
    low, up = geometry.faces.at(np.atleast_1d(theta), np.ones(1))
    return bool(low[0] < middle[2] < up[0])


def _on_endplate(geometry: SolidGeometry, at: tuple[float, float]) -> bool:
    """Return whether an endplate lies at a position (x, y)."""
    section = geometry.section
    theta, rho = section.polar(np.array(at))
    return bool(rho * section.radius(section.outer, theta) < section.radius(section.endplate, theta))


def misplaced(history: Sequence[Any], geometry: SolidGeometry) -> list[tuple[int, str]]:
    """Return the events of a history (history_file.py) that are placed beside a disc, by number, and where they may be."""
    found = []
    for i, h in enumerate(history):
        place = getattr(h, "where", None)
        if place is None:
            continue
        if h.event == "lesion":
            lies, allowed = _on_wall(geometry, place.middle), "a height at which the disc has a wall in that direction"
        elif h.event == "endplate_damage":
            lies, allowed = _on_endplate(geometry, place.at), "a position on the endplate"
        else:
            lies, allowed = crossed(geometry, Track(place.start, place.end, 0.0)) > 0, "a track that crosses the annulus"
        if not lies:
            found.append((i, allowed))
    return found
