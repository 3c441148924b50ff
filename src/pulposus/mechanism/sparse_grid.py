"""Smooth functions of several variables, kept as Chebyshev polynomials on a sparse grid.

Smolyak's combination of tensor grids with nested Clenshaw-Curtis nodes: all grids with L - d < |l| <= L, each with weight
(-1)^(L - |l|) C(d - 1, L - |l|). Inputs run from 0 to 1 and are read through v = 2 sqrt(u) - 1, which takes the bend out of
x^n at nought. Source: SMOLYAK1963.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from math import comb

import numpy as np
from numpy.polynomial.chebyshev import chebvander
from numpy.typing import NDArray

__all__ = ["SparseGrid", "build"]

Array = NDArray[np.float64]

DIGITS = 12  # by which nodes of different grids are known to be the same
BLOCK = 500


@dataclass(frozen=True)
class SparseGrid:
    """A function of `degrees.shape[1]` variables: Chebyshev degrees (terms, variables) and weights (terms, values)."""

    degrees: NDArray[np.intp]
    weights: Array

    def __call__(self, u: Array) -> Array:
        """Return the values at points u (points, variables) within 0 to 1, shape (points, values)."""
        v = 2.0 * np.sqrt(np.clip(u, 0.0, 1.0)) - 1.0
        found = np.empty((len(v), self.weights.shape[1]))
        for first in range(0, len(v), BLOCK):
            part = v[first : first + BLOCK]
            terms = np.ones((len(part), len(self.degrees)))
            for axis in range(self.degrees.shape[1]):
                terms *= chebvander(part[:, axis], int(self.degrees[:, axis].max()))[:, self.degrees[:, axis]]
            found[first : first + BLOCK] = terms @ self.weights
        return found


def build(function: Callable[[Array], Array], variables: int, level: int) -> SparseGrid:
    """Return the sparse grid of a function (points, variables) -> (points, values), called once.

    >>> grid = build(lambda u: u[:, :1] * u[:, 1:] ** 2, 2, 5)
    >>> round(float(grid(np.array([[0.3, 0.7]]))[0, 0]), 6)
    0.147
    """
    grids = [l for l in product(range(level + 1), repeat=variables) if level - variables < sum(l) <= level]
    places: dict[tuple[float, ...], int] = {}
    for l in grids:
        for point in product(*(_nodes(each) for each in l)):
            places.setdefault(point, len(places))
    values = function(((np.array(list(places)) + 1.0) / 2.0) ** 2)
    found: dict[tuple[int, ...], Array] = {}
    for l in grids:
        left = level - sum(l)
        sign = (-1.0) ** left * comb(variables - 1, left)
        at = [places[point] for point in product(*(_nodes(each) for each in l))]
        block = values[at].reshape(*(len(_nodes(each)) for each in l), -1)
        for axis, each in enumerate(l):
            block = np.moveaxis(np.tensordot(_transform(each), block, (1, axis)), 0, axis)
        for degree in product(*(range(len(_nodes(each))) for each in l)):
            found[degree] = found.get(degree, 0.0) + sign * block[degree]
    return SparseGrid(np.array(list(found), dtype=np.intp), np.array(list(found.values())))


def _nodes(level: int) -> tuple[float, ...]:
    if level == 0:
        return (0.0,)
    return tuple(round(float(each), DIGITS) + 0.0 for each in np.cos(np.pi * np.arange(2**level + 1) / 2**level))


def _transform(level: int) -> Array:
    """Return the matrix from values at the nodes to Chebyshev weights."""
    nodes = np.array(_nodes(level))
    return np.linalg.inv(chebvander(nodes, len(nodes) - 1))
