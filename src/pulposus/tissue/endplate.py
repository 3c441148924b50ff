"""The endplate as a gate: how much of it is open, its slow calcification, and patterns of open area.

    d open / dt = - s r_calc m_calc open        (a compartment: one number for both endplates)

The sign s of what calcification does is contested, so it is a law: ``closes`` (1, the default), ``opens`` (-1: bony endplates
of degenerate discs are more porous, ROD12) or ``neutral`` (0). `open` multiplies the diffusivities of the endplate
(homogenised); a pattern instead closes part of its bone face.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.tissue.mesh import REGIONS, Mesh
from pulposus.tissue.process import Event, Field, Process, State

__all__ = ["CALCIFICATION", "Endplate", "calcified", "open_nodes", "open_share", "pattern_rings"]

CALCIFICATION = {"closes": 1.0, "opens": -1.0, "neutral": 0.0}
_EDGE = 1e-6  # a node on the edge of a pattern counts as open


def open_share(draw: Any, law: str) -> float:
    """Return the open share of the endplate in a draw under a law of degeneration: unchanged, falls or rises."""
    share = draw.value("endplate_open")
    return float(share if law == "unchanged" else share * draw.value(f"endplate_open_{law}"))


def pattern_rings(pattern: str, share: float, radius: float, width: float = 0.0) -> list[float]:
    """Return the radii (m) at which open area borders closed area on an endplate of a radius (m).

    >>> [round(x, 2) for x in pattern_rings("stripes", 0.5, 4.0, 1.0)]
    [1.0, 2.0, 3.0]
    """
    if pattern == "stripes":
        starts = np.arange(0, radius, 2 * width)
        return sorted(float(x) for x in (*starts, *(starts + 2 * width * share)) if 0 < x < radius)
    return [float(radius * np.sqrt(share if pattern == "open_centre" else 1 - share))]


def open_nodes(mesh: Mesh, pattern: str, share: float, width: float = 0.0) -> NDArray[np.int64]:
    """Return the nodes of the bone face that stay supplied.

    pattern: ``stripes`` (rings of `width` m of which the first `share` is open), ``open_centre`` or ``open_rim``;
    share: open part of the area.

    >>> from pulposus.tissue.mesh import axisymmetric
    >>> disc = axisymmetric(21e-3, 14e-3, 6.9e-3, 0.6e-3, 17e-3, 2000)
    >>> nodes = open_nodes(disc, "open_centre", 0.5)
    >>> bool(disc.nodes[nodes, 0].max() <= 17e-3 * 0.5**0.5)
    True
    """
    nodes = np.unique(mesh.boundary["endplate"])
    r = mesh.from_axis(nodes)
    edge = r.max()
    if pattern == "stripes":
        phase = (r / (2 * width)) % 1  # one open and one closed ring make a period
        keep = (phase <= share + _EDGE) | (phase >= 1 - _EDGE)
    elif pattern == "open_centre":
        keep = r**2 <= (share + _EDGE) * edge**2
    else:
        keep = r**2 >= (1 - share - _EDGE) * edge**2
    return nodes[keep]


def calcified(time: float, extent: float, calcification: str) -> Event:
    """Return the event of an extent (0..1) of the endplate calcifying at once, under a law of CALCIFICATION."""
    sign = CALCIFICATION[calcification]
    return Event(time, "calcification", lambda state, p, points: {"endplate_open": -sign * extent * state["endplate_open"]})


class Endplate(Process):
    """Owns the open share of the endplate, relative to its start."""

    name = "endplate"
    reads = ("endplate_open", "modifier.calcification")
    sources = ("endplate_open",)
    parameters = ("calcification_rate",)

    def __init__(self, calcification: str = "closes") -> None:
        """calcification: what it does to the endplate, one of CALCIFICATION."""
        self.sign = CALCIFICATION[calcification]

    def prepare(self, draw: Any, points: Any) -> dict[str, Any]:
        """Return the weights of the mean over the endplate's volume."""
        inside = np.where(points.region == REGIONS.index("CEP"), points.volume, 0.0)
        return {"endplate_weight": inside / inside.sum()}

    def fields(self, p: State) -> list[Field]:
        """Return the open share relative to the start of the study."""
        return [Field("endplate_open", "1", "global", 1.0, start=1.0)]

    def global_rate(self, state: State, totals: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return d open / dt (1/s)."""
        factor = state["modifier.calcification"]
        mean = (factor * p["endplate_weight"]).sum(axis=-1) if xp.ndim(factor) else factor  # one number per draw
        return {"endplate_open": -self.sign * p["calcification_rate"] * mean * state["endplate_open"]}
