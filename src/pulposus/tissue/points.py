"""Where rates are evaluated: points with a volume and a region, and the basis that carries nodal fields to them.

    value(point) = sum_k B[point, k] c[k],      load[k] = sum_point B[point, k] w[point] rate[point]

The full solver has one point per (node, region) pair and an identity-like B (lumped P1); a reduced solver hands in a
dense B and few weighted points. Rate functions never see which.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.tissue.mesh import REGIONS, Mesh

__all__ = ["Points", "lumped", "regional"]

Array = NDArray[np.float64]


def regional(draw: Any, symbol: str, regions: tuple[str, ...], grade: str | None = None) -> Array:
    """Return the values of a parameter in each region of a draw, (regions,), in SI."""
    return np.array([draw.value(symbol, region=r, grade=grade) for r in regions])


@dataclass(frozen=True)
class Points:
    """basis: (points, dof) sparse or dense; volume: (points,) m3; region: (points,) index into REGIONS.

    node: the node of each point where B is a plain gather; place: (points, axes) where each point lies (m), from the middle of the disc.
    """

    basis: Any
    volume: Array
    region: NDArray[np.int64]
    node: NDArray[np.int64] | None = None
    place: Array | None = None

    def at(self, coefficients: Array) -> Array:
        """Return the values at the points, (..., points), of coefficients (..., dof)."""
        if self.node is not None:
            return coefficients.take(self.node, axis=-1)
        return coefficients @ self.basis.T

    def load(self, rate: Array) -> Array:
        """Return B^T (w rate), (..., dof), of a rate per volume (..., points)."""
        return self.gather(rate * self.volume)

    def gather(self, amount: Array) -> Array:
        """Return B^T amount, (..., dof), of amounts at the points (..., points)."""
        flat = amount.reshape(-1, amount.shape[-1])
        loaded: Array = (self._transposed @ flat.T).T.reshape(*amount.shape[:-1], -1)
        return loaded

    @cached_property
    def _transposed(self) -> Any:
        return self.basis.T if self.node is None else self.basis.T.tocsr()

    def total(self, density: Array) -> Array:
        """Return the volume integral of a density (..., points)."""
        return (density * self.volume).sum(axis=-1)

    def mean(self, density: Array, region: int) -> Array:
        """Return the volume mean of a density (..., points) over one region."""
        mean: Array = density @ self._shares[region]
        return mean

    def means(self, density: Array) -> Array:
        """Return the volume means (..., regions) of a density (..., points) over every region, NaN where there is none."""
        return density @ self._shares.T

    @cached_property
    def _shares(self) -> Array:
        share = np.where(np.arange(len(REGIONS))[:, None] == self.region, self.volume, 0.0)
        with np.errstate(invalid="ignore"):
            return np.asarray(share / share.sum(axis=1, keepdims=True))

    def to_nodes(self, density: Array) -> Array:
        """Return the volume-weighted nodal mean (..., dof) of a density (..., points), for maps."""
        return self.load(density) / self.load(np.ones_like(self.volume))


def lumped(mesh: Mesh, share: Array) -> Points:
    """Return one point per (node, region) of a mesh, with the volume that its cells have there.

    share: (cells, corners) m3, the volume of each cell that goes to each of its corners.

    >>> from pulposus.tissue.mesh import line
    >>> slab = line("slab", [("NP", 1.0), ("AF", 1.0)], 8)
    >>> points = lumped(slab, np.full((8, 2), 0.125))
    >>> points.node[3:6].tolist(), points.region[3:6].tolist(), points.volume[3:6].tolist()
    ([3, 4, 4], [0, 0, 1], [0.25, 0.125, 0.125])
    """
    from scipy.sparse import csr_array

    key = (mesh.cells * len(REGIONS) + mesh.region[:, None]).ravel()
    there = np.zeros(mesh.size * len(REGIONS), dtype=bool)
    there[key] = True
    unique, number = np.flatnonzero(there), np.cumsum(there) - 1
    volume = np.bincount(number[key], share.ravel()).astype(np.float64)
    node, region = unique // len(REGIONS), unique % len(REGIONS)
    basis = csr_array((np.ones(len(node)), (np.arange(len(node)), node)), shape=(len(node), mesh.size))
    return Points(basis, volume, region, node, mesh.nodes[node])
