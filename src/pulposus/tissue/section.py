"""The plane section of a solid disc: three closed curves around the centre of the nucleus, each a radius by direction.

    x(s, theta) = centre + s R(theta) (cos theta, sin theta),   R_NP < R_CEP < R
    R_CEP = R_NP + b (R - R_NP)                    the endplate ends at a constant share b of the annulus

theta = 0 points to the right of the body, pi/2 to its front; lengths in m. An outline is two half ellipses that meet at
its widest line, its back edge drawn in where it is concave.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import PulposusError

__all__ = ["DIRECTIONS", "Section", "area_within", "circle", "kidney", "polar"]

Array = NDArray[np.float64]
DIRECTIONS = 720  # in which the curves are kept
THETA = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
_FINE = 8  # points of an outline per direction kept
_HALVINGS = 60  # of the search for the share of the annulus


@dataclass(frozen=True)
class Section:
    """Centre (x, y) and the radii of nucleus, endplate and disc in every direction of THETA (m)."""

    centre: tuple[float, float]
    nucleus: Array
    endplate: Array
    outer: Array

    def __post_init__(self) -> None:
        """Raise PulposusError for curves that touch or cross."""
        if not ((self.nucleus > 0).all() and (self.nucleus < self.endplate).all() and (self.endplate < self.outer).all()):
            raise PulposusError("the nucleus must lie within the endplate, and the endplate within the disc")

    def radius(self, curve: Array, theta: Array) -> Array:
        """Return the radius (m) of one of the curves in any direction (rad)."""
        return np.interp(theta, THETA, curve, period=2 * np.pi)

    def polar(self, xy: Array) -> tuple[Array, Array]:
        """Return direction (rad) and share of the disc's radius (1 on the outline) of positions (..., 2) in m."""
        offset = np.asarray(xy, dtype=float) - self.centre
        theta = np.arctan2(offset[..., 1], offset[..., 0]) % (2 * np.pi)
        return theta, np.hypot(offset[..., 0], offset[..., 1]) / self.radius(self.outer, theta)

    def with_endplate(self, area: float) -> Section:
        """Return the section whose endplate has an area (m2); raises PulposusError where it does not fit."""
        if not area_within(self.nucleus) < area < area_within(self.outer):
            raise PulposusError("the endplate must be larger than the nucleus and smaller than the disc")
        low, high = 0.0, 1.0
        for _ in range(_HALVINGS):
            share = (low + high) / 2
            smaller = area_within(self.nucleus + share * (self.outer - self.nucleus)) < area
            low, high = (share, high) if smaller else (low, share)
        return replace(self, endplate=self.nucleus + share * (self.outer - self.nucleus))


def area_within(radii: Array) -> float:
    """Return the area (m2) within a closed curve of radii by direction.

    >>> round(area_within(circle(1.0)), 4)
    3.1416
    """
    return float((radii**2).mean() * np.pi)


def circle(radius: float, shift: float = 0.0) -> Array:
    """Return the radii of a circle (m) around a centre that lies `shift` (m) behind the circle's own."""
    side = shift * np.sin(THETA)
    return side + np.sqrt(radius**2 - shift**2 + side**2)


def kidney(width: float, depth: float, widest: float = 0.5, concavity: float = 0.0) -> Array:
    """Return the outline (points, 2) of a disc around the middle of its width and depth, in m.

    width: from side to side; depth: from back to front; widest: how far in front of the back the disc is widest, as a
    share of the depth; concavity: how far the middle of the back edge is drawn in (m).

    >>> shape = kidney(50.1e-3, 38.5e-3)
    >>> [round(float(v) * 1e3, 2) for v in shape.max(axis=0)]
    [25.05, 19.25]
    """
    t = 2 * np.pi * np.arange(DIRECTIONS * _FINE) / (DIRECTIONS * _FINE)
    x, across = width / 2 * np.cos(t), np.sin(t)
    line = (widest - 0.5) * depth
    y = line + np.where(across > 0, (1 - widest) * depth, widest * depth) * across
    dent = concavity * (1 - (x / (width / 2)) ** 2) ** 2 * np.maximum(-across, 0.0)
    return np.column_stack([x, y + dent])


def polar(outline: Array, centre: tuple[float, float]) -> Array:
    """Return the radii, in the directions of THETA, of a closed outline (points, 2) around a centre (m).

    Raises PulposusError when the centre lies outside or a ray from it meets the outline more than once.
    """
    ends = np.vstack([outline, outline[:1]])
    share = np.arange(_FINE) / _FINE
    dense = (ends[:-1, None] + share[None, :, None] * np.diff(ends, axis=0)[:, None]).reshape(-1, 2) - centre
    theta = np.unwrap(np.arctan2(dense[:, 1], dense[:, 0]))
    turn = np.angle(np.exp(1j * (theta[0] - theta[-1])))  # from the last point back to the first
    sense = 1.0 if theta[-1] + turn > theta[0] else -1.0
    if not np.isclose(abs(theta[-1] + turn - theta[0]), 2 * np.pi) or (np.diff(theta) * sense < 0).any():
        raise PulposusError("seen from the middle of the nucleus, the outline turns back on itself")
    return np.interp(THETA, theta % (2 * np.pi), np.hypot(*dense.T), period=2 * np.pi)
