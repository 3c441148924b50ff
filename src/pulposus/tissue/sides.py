"""The sides of a solid disc: its heights in the middle and at the rim, and how left and right, front and back fare.

    height(t) = endplates + l (height at the start - endplates),   l of shape.py, one for the whole disc
    asymmetry = (right - left) / ((right + left) / 2)

The rim has no endplates, so its four heights keep their ratios. A side is a half of nucleus and annulus, seen from the middle of the
outline; endplates are left out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.tissue.extrusion import corners
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.process import Process, View
from pulposus.tissue.shape import thinning
from pulposus.tissue.solid import SolidGeometry

__all__ = ["HEIGHTS", "SIDES", "Sides", "heights"]

Array = NDArray[np.float64]
SIDES = ("left", "right", "front", "back")
HEIGHTS = ("middle", *SIDES)
_DIRECTION = {"left": np.pi, "right": 0.0, "front": np.pi / 2, "back": -np.pi / 2}


def heights(geometry: SolidGeometry, ratio: Any) -> Array:
    """Return the heights (..., 5) in m in the middle and at the left, right, front and back rim, at height ratios (...) of the disc.

    >>> from pulposus.tissue.section import Section, circle
    >>> from pulposus.tissue.solid import domed
    >>> faces = domed(12e-3, 10e-3, 8e-3, 9e-3, 9e-3)
    >>> disc = SolidGeometry(Section((0.0, 0.0), circle(14e-3), circle(17e-3), circle(21e-3)), faces, 0.6e-3, 0.6e-3)
    >>> [round(float(h) * 1e3, 2) for h in heights(disc, 1.0)]
    [12.0, 9.0, 9.0, 10.0, 8.0]
    """
    theta = np.array([_DIRECTION[side] for side in SIDES]) % (2 * np.pi)
    low, up = geometry.faces.at(theta, np.ones(len(SIDES)))
    ratios = np.asarray(ratio, dtype=float)[..., None]
    return np.concatenate([ratios * geometry.height, thinning(geometry, ratios) * (up - low)], axis=-1)


class Sides(Process):
    """Reads the sides of a solid disc out; owns no field and changes nothing."""

    name = "sides"

    def __init__(self) -> None:
        self._shares: Array | None = None

    def shares(self, mesh: Any, points: Any) -> Array:
        """Return which part (sides, points) of a side every point is; a wedge belongs to the sides on which its middle lies."""
        if self._shares is None:
            outline = mesh.nodes[mesh.plane.border, :2]
            across, along = (mesh.nodes[mesh.cells][:, :, :2].mean(axis=1) - (outline.min(axis=0) + outline.max(axis=0)) / 2).T
            key = points.node * len(REGIONS) + points.region
            at = np.searchsorted(key, mesh.cells * len(REGIONS) + mesh.region[:, None])
            volume = np.where(mesh.region == REGIONS.index("CEP"), 0.0, 1.0)[:, None] * corners(mesh)
            within = np.array([across < 0, across > 0, along > 0, along < 0])
            found = np.array([np.bincount(at.ravel(), (volume * side[:, None]).ravel(), len(key)) for side in within])
            self._shares = found / found.sum(axis=1, keepdims=True)
        return self._shares

    def observe(self, view: View) -> dict[str, Any]:
        """Return cells (share of the start), aggrecan (kg/m3) and glucose (mol/m3) by side, and the asymmetry of the first two."""
        state, shape = view.state, np.ones_like(view.points.volume)
        living, content = state["native"] + state["senescent"], state["aggrecan_intact"] + state["aggrecan_fragments"]
        of = self.shares(view.p["mesh"], view.points)
        cells, gag, glucose = (of @ (value * shape) for value in (living, content, state["glucose"]))
        start = of @ (view.p["cell_density"] * shape)
        return {"cells_by_side": cells / start, "gag_by_side": gag, "glucose_by_side": glucose,
                "cells_asymmetry": _asymmetry(cells), "gag_asymmetry": _asymmetry(gag)}


def _asymmetry(by_side: Array) -> float:
    left, right = by_side[:2]
    return float((right - left) / ((right + left) / 2)) if right + left else 0.0
