"""The approximate inverse of a large diffusion matrix: one V-cycle of smoothed-aggregation multigrid for several fields at once.

    smoother: x <- x + p(D^-1 A) D^-1 (b - A x),  p the Chebyshev polynomial of degree 2 on the upper part of the spectrum

The hierarchy comes from pyamg; the cycle runs on all right-hand sides together. Its cost is proportional to the mesh.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Multigrid"]

Array = NDArray[np.float64]
_LOWEST = 0.25  # of the spectrum on which the smoother acts, relative to its upper end
_SAFE = 1.1  # over the estimate of the upper end
_COARSEST = 200  # unknowns that are solved at once
_ESTIMATE = 12  # power iterations


class _Level:
    """A matrix, its smoother, and the transfer to the next coarser level."""

    def __init__(self, level: Any) -> None:
        self.A = level.A.tocsr()
        self.over = 1.0 / self.A.diagonal()[:, None]
        self.P, self.R = level.P.tocsr(), level.R.tocsr()
        v = np.random.default_rng(0).standard_normal((len(self.over), 1))
        for _ in range(_ESTIMATE):
            v = self.over * (self.A @ v)
            top = float(np.linalg.norm(v))
            v /= top
        high, low = _SAFE * top, _SAFE * top * _LOWEST
        self.centre, self.half = (high + low) / 2, (high - low) / 2

    def smooth(self, x: Array | None, b: Array) -> Array:
        """Return x after one polynomial step towards A^-1 b, from zero when x is None."""
        r = self.over * (b if x is None else b - self.A @ x)
        first = r / self.centre
        r = r - self.over * (self.A @ first)
        # second term of the Chebyshev recurrence
        rho = 1.0 / (2 * self.centre / self.half - self.half / self.centre)
        second = rho * (self.half / self.centre) * first + 2 * rho / self.half * r
        return first + second if x is None else x + first + second


class Multigrid:
    """The V-cycle of a symmetric positive definite matrix; `solve` has the face of a sparse factor."""

    def __init__(self, A: csr_array) -> None:
        from pyamg import smoothed_aggregation_solver
        from scipy.sparse import csr_matrix

        hierarchy = smoothed_aggregation_solver(csr_matrix(A), max_coarse=_COARSEST, coarse_solver="pinv")
        self.levels = [_Level(level) for level in hierarchy.levels[:-1]]
        self.coarse = np.linalg.inv(hierarchy.levels[-1].A.toarray())

    def solve(self, b: Array) -> Array:
        """Return one V-cycle applied to right-hand sides (n, k)."""
        return self._cycle(0, np.ascontiguousarray(b))

    def _cycle(self, depth: int, b: Array) -> Array:
        if depth == len(self.levels):
            coarse: Array = self.coarse @ b
            return coarse
        level = self.levels[depth]
        x = level.smooth(None, b)
        x = x + level.P @ self._cycle(depth + 1, level.R @ (b - level.A @ x))
        return level.smooth(x, b)
