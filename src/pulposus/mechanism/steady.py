"""Steady states of the cell network, many conditions at once.

The network is swept a few times towards x = F(x); damped Newton steps on F(x) - x finish what sweeping began. A condition
that Newton cannot settle is followed in pseudo-time with growing implicit steps (x' - x)/dt = F(x') - x'; one that does
not settle then either keeps its last state and says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pulposus.mechanism.kinetics import Kinetics

__all__ = ["STATUS", "SteadyState", "steady_state"]

Array = NDArray[np.float64]

STATUS = ("newton", "pseudo_transient", "not_converged")
TOLERANCE = 1e-9
SWEEPS, NEWTON, PSEUDO = 25, 25, 200
HALVINGS = 6
CHUNK = 64  # conditions that fit the cache together
FULL = 400  # nodes up to which full matrices are faster
FORCING, RESTART = 1e-4, 60  # of GMRES; Newton forgives a step that is not exact


@dataclass(frozen=True)
class SteadyState:
    """States (nodes, conditions), how each condition was settled, and the largest |F(x) - x| left."""

    x: Array
    status: tuple[str, ...]
    residual: Array


def steady_state(kinetics: Kinetics, x: Array, held: NDArray[np.bool_], ceiling: Array | None = None,
                 brought: Array | None = None) -> SteadyState:
    """Return the steady states that conditions reach from `x`, with the held entries kept: x = y A R + z.

    x, held, ceiling y, brought z (what comes from outside the cell): shape (nodes, conditions).

    >>> from pulposus.mechanism.network import load_network
    >>> network = load_network().of("NP"); kinetics = Kinetics(network)
    >>> found = steady_state(kinetics, *kinetics.start([{}, {"TNF_ext": 1.0}]))
    >>> found.status, bool(np.diff(found.x[network.index["APOPTOSIS"]])[0] > 0)
    (('newton', 'newton'), True)
    """
    parts = []
    for first in range(0, x.shape[1], CHUNK):
        cut = slice(first, first + CHUNK)
        more = (None if each is None else each[:, cut] for each in (ceiling, brought))
        parts.append(_settle(kinetics, x[:, cut].copy(), held[:, cut], *more))
    status = tuple(word for _, words, _ in parts for word in words)
    return SteadyState(np.hstack([each for each, _, _ in parts]), status, np.concatenate([left for _, _, left in parts]))


def _settle(kinetics: Kinetics, x: Array, held: NDArray[np.bool_], ceiling: Array | None,
            brought: Array | None) -> tuple[Array, list[str], Array]:
    kept, more = x[held], np.zeros_like(x) if brought is None else brought

    def residual(y: Array, which: NDArray[np.intp]) -> Array:
        at = held[:, which]
        return np.where(at, 0.0, kinetics.target(y, None if ceiling is None else ceiling[:, which]) + more[:, which] - y)

    for _ in range(SWEEPS):
        x = kinetics.target(x, ceiling) + more
        x[held] = kept
    every = np.arange(x.shape[1])
    gap = residual(x, every)
    size = np.abs(gap).max(axis=0)
    status = np.where(size <= TOLERANCE, 0, 2)
    x, gap, size = _newton(kinetics, x, held, ceiling, residual, gap, size)
    status = np.where(size <= TOLERANCE, 0, 2)
    for column in np.flatnonzero(status == 2):
        one = np.array([column])
        y, left = _pseudo(kinetics, x[:, one], held[:, one], None if ceiling is None else ceiling[:, one], residual, one)
        x[:, one], size[column] = y, left
        status[column] = 1 if left <= TOLERANCE else 2
    return x, [STATUS[each] for each in status], size


def _newton(kinetics: Kinetics, x, held, ceiling, residual, gap, size):  # type: ignore[no-untyped-def]
    """Return the states after damped Newton steps of the conditions that are not settled yet."""
    for _ in range(NEWTON):
        open_ = np.flatnonzero(size > TOLERANCE)
        if not open_.size:
            break
        step = _solve(kinetics, x[:, open_], held[:, open_], None if ceiling is None else ceiling[:, open_], gap[:, open_], np.inf)
        left, damp = open_.copy(), np.ones(open_.size)
        for _ in range(HALVINGS):
            here = np.searchsorted(open_, left)
            trial = np.clip(x[:, left] + damp[here] * step[:, here], 0.0, 1.0)
            after = residual(trial, left)
            reached = np.abs(after).max(axis=0)
            good = reached < size[left]
            done = left[good]
            x[:, done], gap[:, done], size[done] = trial[:, good], after[:, good], reached[good]
            left = left[~good]
            if not left.size:
                break
            damp[np.searchsorted(open_, left)] /= 2
        if left.size == open_.size:
            break
    return x, gap, size


def _pseudo(kinetics: Kinetics, x, held, ceiling, residual, which):  # type: ignore[no-untyped-def]
    """Return one state after implicit pseudo-time steps that grow as the residual falls, and the residual left."""
    dt = 1.0
    gap = residual(x, which)
    size = float(np.abs(gap).max())
    for _ in range(PSEUDO):
        if size <= TOLERANCE:
            break
        y = np.clip(x + _solve(kinetics, x, held, ceiling, gap, dt), 0.0, 1.0)
        after = residual(y, which)
        reached = float(np.abs(after).max())
        dt = float(np.clip(dt * size / max(reached, np.finfo(float).tiny), dt / 4, dt * 4))
        dt = max(dt, 0.1)
        x, gap, size = y, after, reached
    return x, size


def _solve(kinetics: Kinetics, x: Array, held: NDArray[np.bool_], ceiling: Array | None, gap: Array, dt: float) -> Array:
    """Return the steps d with ((1 + 1/dt) I - F') d = gap, held rows zero."""
    if kinetics.size > FULL:
        return _sparse_solve(kinetics, x, held, ceiling, gap, dt)
    matrix = -kinetics.jacobian(x, ceiling)
    matrix[held.T] = 0.0
    at = np.arange(kinetics.size)
    matrix[:, at, at] += 1.0 + 1.0 / dt
    return np.asarray(np.linalg.solve(matrix, gap.T[:, :, None])[:, :, 0].T, dtype=np.float64)


def _sparse_solve(kinetics: Kinetics, x: Array, held: NDArray[np.bool_], ceiling: Array | None, gap: Array, dt: float) -> Array:
    """Return the same steps by GMRES on the edges alone, so that the cost grows with them and not with nodes squared."""
    from scipy.sparse import csr_array, eye_array
    from scipy.sparse.linalg import gmres

    targets, sources = kinetics.pairs
    entries = np.where(held[targets], 0.0, kinetics.entries(x, ceiling))
    size, diagonal = kinetics.size, 1.0 + 1.0 / dt
    steps = np.empty_like(gap)
    for column in range(gap.shape[1]):
        matrix = eye_array(size) * diagonal - csr_array((entries[:, column], (targets, sources)), shape=(size, size))
        steps[:, column], _ = gmres(matrix, gap[:, column], rtol=FORCING, restart=RESTART, maxiter=4)
    return steps
