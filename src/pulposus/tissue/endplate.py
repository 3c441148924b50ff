"""The endplate as a gate: how much of it is open, its slow calcification, and patterns of open area.

    d open / dt = - r_calc m_calc open          (a compartment: one number for both endplates)

`open` multiplies the diffusivities of the endplate (homogenised); a pattern instead closes part of its bone face.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.tissue.mesh import Mesh
from pulposus.tissue.process import Field, Process, State

__all__ = ["Endplate", "open_nodes", "open_share"]


def open_share(draw: Any, law: str) -> float:
    """Return the open share of the endplate in a draw under a law of degeneration: unchanged, falls or rises."""
    share = draw.value("endplate_open")
    return float(share if law == "unchanged" else share * draw.value(f"endplate_open_{law}"))


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
    r = mesh.nodes[nodes, 0]
    edge = r.max()
    if pattern == "stripes":
        keep = (r / (2 * width)) % 1 < share
    elif pattern == "open_centre":
        keep = r**2 <= share * edge**2
    else:
        keep = r**2 >= (1 - share) * edge**2
    return nodes[keep]


class Endplate(Process):
    """Owns the open share of the endplate, relative to its start."""

    name = "endplate"
    reads = ("endplate_open", "modifier.calcification")
    sources = ("endplate_open",)
    parameters = ("calcification_rate",)

    def fields(self, p: State) -> list[Field]:
        """Return the open share relative to the start of the study."""
        return [Field("endplate_open", "1", "global", 1.0, start=1.0)]

    def global_rate(self, state: State, totals: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return d open / dt (1/s)."""
        factor = state["modifier.calcification"]
        return {"endplate_open": -p["calcification_rate"] * xp.mean(factor) * state["endplate_open"]}
