"""A fixed point x = g(x) by repetition that learns from its last moves (Anderson 1965, type II).

    f = g(x) - x,   gamma = argmin |f_k - F gamma|,   x_{k+1} = g(x_k) - G gamma
    F, G: the differences of the last few f and g, newest last

What is learnt is tried where the moves shrink or turn round, and kept where it is nearer than what was before it. Where they grow on in
one direction, something feeds itself: repetition then goes the way that time would take, by strides that double, to the next state that
lasts, and does not jump back onto one that no disc would stay in. The same where a state that lasted has just ceased to be: moves are
small there and lead on.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["repeated"]

Array = NDArray[np.float64]
_WINDOW = 5  # moves remembered
_REPEATS = 400  # after which it is given up
_SLOW = 0.9  # of the last move, from which on a move that leads on is worth a stride
_STRIDE = 64.0  # longest stride, in moves
_SINGULAR = 1e-10  # relative size below which a direction is not told from round-off


def repeated(g: Callable[[Array], Array], x: Array, image: Array, size: Callable[[Array, Array], float], weight: Array,
             tol: float) -> Array | None:
    """Return g(x) of the first x with size(x, g(x)) < tol, None where there is none.

    image: g at the first x. weight: what one unit of each row counts, broadcast against x.

    >>> threefold = lambda x: 2.0 - 3.0 * x                          # answers threefold and turned round: diverges by itself
    >>> x = repeated(threefold, np.array([0.0]), np.array([2.0]), lambda x, y: float(abs(x - y).max()), np.array(1.0), 1e-12)
    >>> float(x.round(12)[0])
    0.5
    """
    moves: list[Array] = []
    images: list[Array] = []
    moved, stride = size(x, image), 1.0
    for _ in range(_REPEATS):
        if moved < tol:
            return image
        if not np.isfinite(moved):
            return None
        move = ((image - x) * weight).ravel()
        onward = move @ moves[-1] / (moves[-1] @ moves[-1]) if moves else 0.0
        if onward >= 1:
            moves, images = [], []
        moves, images = [*moves[-_WINDOW:], move], [*images[-_WINDOW:], image]
        tried = _learnt(moves, images) if len(moves) > 1 else image
        if tried is not image and ((tried - x) * weight).ravel() @ move > 0:
            found = g(tried)
            left = size(tried, found)
            if left < moved:
                x, image, moved, stride = tried, found, left, 1.0
                continue
            moves, images = moves[-1:], images[-1:]
        stride = min(2 * stride, _STRIDE) if onward > _SLOW else 1.0
        x = image + (stride - 1) * (image - x)
        image = g(x)
        moved = size(x, image)
    return None


def _learnt(moves: list[Array], images: list[Array]) -> Array:
    """Return where the last moves say that moves end."""
    gamma = np.linalg.lstsq(np.diff(np.array(moves), axis=0).T, moves[-1], rcond=_SINGULAR)[0]
    return np.asarray(images[-1] - np.tensordot(gamma, np.diff(np.array(images), axis=0), axes=1))
