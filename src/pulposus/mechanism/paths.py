"""Why a read-out changed: the paths from what was done to what was read, with what each carried.

Between two steady states, x' = x + d, the change of node i is split over the edges into it by their gain on the straight way
from one to the other, c_is = d_s * integral of dF_i/dx_s (x + t d) dt from 0 to 1, which adds up to d_i (Aumann and Shapley's
shares). The share of a path is the product of the shares of its edges. Paths through cycles are followed once round; what the
listed paths leave over is told. A knocked-down node starts paths of its own, with what its edges do not explain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pulposus.mechanism.edges import Edge
from pulposus.mechanism.kinetics import Kinetics
from pulposus.mechanism.network import Network

__all__ = ["Path", "carried"]

Array = NDArray[np.float64]

LEAST = 0.01  # share below which a path is not followed on
LONGEST = 14
POINTS = 6  # of the integral on the way
MOST = 4000  # open paths kept while searching


@dataclass(frozen=True)
class Path:
    """A path from a node that was set to the read-out; `share` of the read-out's change, negative where it pulled back."""

    nodes: tuple[str, ...]
    edges: tuple[Edge, ...]
    share: float


def carried(
    kinetics: Kinetics, before: Array, after: Array, held: NDArray[np.bool_], readout: str, ceiling: Array | None = None
) -> tuple[Path, ...]:
    """Return the paths that carried the change of a read-out, the largest first.

    before, after: states (nodes,); held: nodes that the treatment sets; ceiling: (nodes,) of the treatment.
    """
    network = kinetics.network
    change = after - before
    end = network.index[readout]
    if abs(change[end]) < 1e-12:
        return ()
    gains = _gains(kinetics, before, change, ceiling)
    open_: list[tuple[tuple[int, ...], float]] = [((end,), 1.0)]
    found: list[tuple[tuple[int, ...], float]] = []
    into: dict[int, list[int]] = {}
    for target, source in gains:
        into.setdefault(target, []).append(source)
    while open_:
        path, share = open_.pop()
        node = path[-1]
        if held[node]:
            if len(path) > 1:
                found.append((path, share))
            continue
        if len(path) > LONGEST:
            continue
        parts = {source: gains[node, source] * change[source] for source in into.get(node, ())}
        for source, part in parts.items():
            onward = share * part / change[node] if change[node] else 0.0
            if source not in path and abs(onward) >= LEAST and len(open_) < MOST:
                open_.append(((*path, source), onward))
        own = 1.0 - sum(parts.values()) / change[node] if change[node] else 0.0
        if ceiling is not None and ceiling[node] < 1.0 and abs(share * own) >= LEAST:
            found.append((path, share * own))
    found.sort(key=lambda each: -abs(each[1]))
    return tuple(_path(network, each, share) for each, share in found)


def _gains(kinetics: Kinetics, before: Array, change: Array, ceiling: Array | None) -> dict[tuple[int, int], float]:
    """Return the mean of dF_target/dx_source on the way, for every edge that acts."""
    t, weight = np.polynomial.legendre.leggauss(POINTS)
    way = before[:, None] + change[:, None] * (t + 1.0) / 2.0
    top = None if ceiling is None else np.repeat(ceiling[:, None], POINTS, axis=1)
    matrix = np.tensordot(weight / 2.0, kinetics.jacobian(way, top), (0, 0))
    targets, sources = np.nonzero(matrix)
    return {(int(t), int(s)): float(matrix[t, s]) for t, s in zip(targets, sources, strict=True)}


def _path(network: Network, places: tuple[int, ...], share: float) -> Path:
    ids = tuple(network.nodes[place].id for place in reversed(places))
    pairs = zip(ids, ids[1:], strict=False)
    edges = tuple(next(edge for edge in network.edges if (edge.source, edge.target) == pair) for pair in pairs)
    return Path(ids, edges, share)
