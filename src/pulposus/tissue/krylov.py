"""GMRES for operators that cost little and need few iterations: no restart, the residual followed by rotations.

    min | b - A x |  over the span of b, A b, A^2 b, ...
"""

from __future__ import annotations

from collections.abc import Callable
from math import hypot

import numpy as np
from numpy.typing import NDArray

__all__ = ["gmres"]

Array = NDArray[np.float64]


def gmres(product: Callable[[Array], Array], b: Array, rtol: float, most: int) -> tuple[Array, int]:
    """Return x with |b - A x| <= rtol |b|, or the best of `most` iterations, and how many were taken; product: v -> A v.

    >>> A = np.array([[2.0, 1.0], [0.0, 4.0]])
    >>> x, iterations = gmres(lambda v: A @ v, np.array([3.0, 4.0]), 1e-12, 10)
    >>> x.round(9).tolist(), iterations
    ([1.0, 1.0], 2)
    """
    size = float(np.sqrt(b @ b))
    if not size > 0:
        return np.zeros_like(b), 0
    basis = np.empty((most + 1, len(b)))
    basis[0] = b / size
    R, right = np.zeros((most, most)), [size]
    turns: list[tuple[float, float]] = []
    for k in range(most):
        w, so_far = product(basis[k]), basis[:k + 1]
        h = so_far @ w
        w = w - h @ so_far
        more = so_far @ w  # once more, against round-off
        w -= more @ so_far
        below, column = float(np.sqrt(w @ w)), (h + more).tolist()
        for i, (c, s) in enumerate(turns):
            column[i], column[i + 1] = c * column[i] + s * column[i + 1], c * column[i + 1] - s * column[i]
        length = hypot(column[k], below)
        c, s = column[k] / length, below / length
        column[k] = length
        R[:k + 1, k] = column
        turns.append((c, s))
        right[k:] = [c * right[k], -s * right[k]]
        if not abs(right[-1]) > rtol * size:
            break
        basis[k + 1] = w / below
    count = len(turns)
    return np.linalg.solve(R[:count, :count], right[:count]) @ basis[:count], count
