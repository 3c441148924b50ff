"""A film of one disc: what its section held at every output time, kept as the course goes by.

A process that owns no field and changes no rate; it looks on wherever the disc is read out. Cells and aggrecan are per volume of the
disc at the start, as the disc carries them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.units import convert
from pulposus.tissue.mesh import REGIONS, Mesh
from pulposus.tissue.process import Process, View
from pulposus.tissue.shape import Shape

__all__ = ["FILMED", "Film"]

Array = NDArray[np.float64]
# what is filmed -> (fields added up, SI unit, unit told)
FILMED: dict[str, tuple[tuple[str, ...], str, str]] = {
    "glucose": (("glucose",), "mol/m**3", "mM"), "oxygen": (("oxygen",), "Pa", "kPa"), "lactate": (("lactate",), "mol/m**3", "mM"),
    "living": (("native", "senescent"), "cell/m**3", "million_cell/mL"),
    "aggrecan": (("aggrecan_intact", "aggrecan_fragments"), "kg/m**3", "mg/mL")}


class Film(Process):
    """days: when it looked; frames: quantity -> (points,) in the unit told, one mapping per time; mesh, geometry: of the disc, once it
    has run.

    >>> Film().days
    []
    """

    name = "film"

    def __init__(self) -> None:
        self.days: list[float] = []
        self.frames: list[dict[str, Array]] = []
        self.points: Any = None
        self.mesh: Mesh | None = None
        self.geometry: Shape | None = None

    def prepare(self, draw: Any, points: Any) -> dict[str, Any]:
        """Keep where the values of a frame belong."""
        self.points = points
        return {}

    def observe(self, view: View) -> dict[str, Any]:
        """Keep a frame; nothing is read out by it."""
        self.days.append(convert(view.t, "s", "day"))
        self.frames.append({name: sum(np.asarray(view.state[field]) for field in fields) * convert(1.0, si, told)
                            * np.ones_like(view.points.volume) for name, (fields, si, told) in FILMED.items()})
        return {}

    def maps(self) -> list[dict[str, Array]]:
        """Return the nodal fields of every frame by name and unit: volume-weighted means where regions meet."""
        names = {name: f"{name}_{told.replace('/', '_per_')}" for name, (_, _, told) in FILMED.items()}
        return [{names[name]: self.points.to_nodes(values) for name, values in frame.items()} for frame in self.frames]

    def corners(self) -> NDArray[np.int64]:
        """Return the points at the corners of every triangle (nt, 3): borders of regions stay sharp; raises ValueError before a run."""
        if self.mesh is None:
            raise ValueError("no disc has run before this film")
        place = {pair: i for i, pair in enumerate(zip(self.points.node.tolist(), self.points.region.tolist(), strict=True))}
        return np.array([[place[node, region] for node in cell]
                         for cell, region in zip(self.mesh.cells.tolist(), self.mesh.region.tolist(), strict=True)])

    def borders(self) -> dict[str, Array]:
        """Return the borders between regions and the edge of the section as straight pieces (n, 4): r, z, r, z in m."""
        assert self.mesh is not None
        nodes, sides = self.mesh.nodes, dict[tuple[int, int], list[int]]()
        for cell, region in zip(self.mesh.cells.tolist(), self.mesh.region.tolist(), strict=True):
            for a, b in ((cell[0], cell[1]), (cell[1], cell[2]), (cell[2], cell[0])):
                sides.setdefault((min(a, b), max(a, b)), []).append(region)
        held = nodes.max(axis=0)
        inner = [nodes[list(edge)] for edge, found in sides.items() if len(set(found)) > 1]
        outer = [nodes[list(edge)] for edge, found in sides.items() if len(found) == 1 and (nodes[list(edge)] == held).all(axis=0).any()]
        return {"inner": _joined(inner), "outer": _joined(outer)}

    @property
    def regions(self) -> dict[str, tuple[float, float]]:
        """The middle (r, z) in m of every region, where its name stands."""
        assert self.mesh is not None
        middles = self.mesh.nodes[self.mesh.cells].mean(axis=1)
        return {name: (float(at[0]), float(at[1])) for i, name in enumerate(REGIONS)
                for at in [middles[self.mesh.region == i].mean(axis=0)]}


def _joined(edges: list[Array]) -> Array:
    """Return edges (2, 2) that run along r or z, joined to pieces as long as they go on."""
    runs: dict[tuple[int, float], list[tuple[float, float]]] = {}
    for edge in edges:
        axis = int(edge[0, 0] == edge[1, 0])  # 0 along r, 1 along z
        low, high = sorted((float(edge[0, axis]), float(edge[1, axis])))
        runs.setdefault((axis, float(edge[0, 1 - axis])), []).append((low, high))
    pieces: list[list[float]] = []
    for (axis, at), parts in runs.items():
        ends: list[list[float]] = []
        for low, high in sorted(parts):
            if ends and ends[-1][1] == low:
                ends[-1][1] = high
            else:
                ends.append([low, high])
        pieces += [[low, at, high, at] if axis == 0 else [at, low, at, high] for low, high in ends]
    return np.array(pieces)
