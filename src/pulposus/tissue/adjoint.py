"""The gradient of a linear read-out of the steady disc by any parameters, for the price of one transposed solve.

    F(c, p) = K(p) c - load(r(c, p)) = 0,   J(c) = sum weights * c
    F_c^T lambda = dJ/dc,   dJ/dp = dJ/dc_D dc_D/dp - lambda . dF/dp

dF/dp (of the residual, no solve) is differenced; it includes boundary values, diffusivities, geometry and rates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import NotConverged
from pulposus.core.threads import one_blas_thread
from pulposus.tissue.disc import Disc
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.nutrition import SOLUTES

__all__ = ["at_position", "gradient", "region_mean"]

Array = NDArray[np.float64]
Key = tuple[str, str]
_STEP = 1e-5  # relative step of dF/dp
_TOL = 1e-12


def at_position(disc: Disc, solute: str, *position: float) -> Array:
    """Return the weights (fields, nodes) of a solute at the node nearest to a position (m)."""
    weights = np.zeros((len(disc.coupled.names), disc.mesh.size))
    weights[SOLUTES.index(solute), disc.mesh.nearest(*position)] = 1.0
    return weights


def region_mean(disc: Disc, solute: str, region: str) -> Array:
    """Return the weights (fields, nodes) of the mean of a solute over a region."""
    weights = np.zeros((len(disc.coupled.names), disc.mesh.size))
    inside = (disc.points.region == REGIONS.index(region)).astype(float)
    weights[SOLUTES.index(solute)] = disc.points.load(inside) / disc.points.total(inside)
    return weights


def _residual(disc: Disc, c: Array) -> Array:
    """Return F on the free nodes for a field whose fixed nodes take the disc's own boundary values."""
    held = np.where(disc.transport.free, c, disc.transport.edge)
    _, y, g = disc.initial()
    rates = disc.system.rates(disc.coupled.names, disc.coupled.state(held, y, g, 0.0), 0.0)
    shape = np.ones_like(disc.points.volume)
    load = np.array([disc.points.load(rates[n] * shape) for n in disc.coupled.names])
    return np.where(disc.transport.free, disc.transport.apply(held) - load, 0.0)


def _adjoint(disc: Disc, c: Array, weights: Array) -> Array:
    """Return lambda, zero on fixed nodes."""
    from scipy.sparse import block_array, diags_array
    from scipy.sparse.linalg import splu

    _, y, g = disc.initial()
    names, size = disc.coupled.names, disc.mesh.size
    blocks = disc.coupled.sensitivities(disc.coupled.state(c, y, g, 0.0), None, 0.0)
    shape = np.ones_like(disc.points.volume)
    rows = []
    for i, f in enumerate(names):
        row = []
        for j, w in enumerate(names):
            slope = disc.points.load(blocks[f, w] * shape) if (f, w) in blocks else np.zeros(size)
            row.append((disc.transport.K[i] if i == j else 0 * disc.transport.K[i]) - diags_array(slope))
        rows.append(row)
    free = np.flatnonzero(disc.transport.free.ravel())
    J = block_array(rows).tocsc()[free][:, free]
    out = np.zeros(weights.size)
    out[free] = splu(J.tocsc()).solve(weights.ravel()[free], trans="T")
    return out.reshape(weights.shape)


@one_blas_thread
def gradient(build: Callable[[Mapping[Key, float]], Disc], weights: Callable[[Disc], Array], about: Mapping[Key, float],
             ) -> tuple[float, dict[Key, float]]:
    """Return a scalar of the steady disc and its derivatives by parameters.

    build: makes the disc for given (symbol, region) -> SI value; weights: (fields, nodes) of the scalar; about: the
    values at which to differentiate, which must not be 0. Raises NotConverged when the disc cannot be solved.
    """
    disc = build(about)
    solution = disc.steady(_TOL)
    if not solution.converged:
        raise NotConverged("the disc did not converge, so it has no gradient", solution)
    w = weights(disc)
    multiplier = _adjoint(disc, solution.c, np.where(disc.transport.free, w, 0.0))
    out = {}
    for key, value in about.items():
        step = _STEP * abs(value)
        ends = [(build({**about, key: value + s}), s) for s in (step, -step)]
        # a step of the geometry may change the number of grid lines: the side that keeps the mesh is then differenced alone
        (high, up), (low, down) = [e for e in [*ends, (disc, 0.0)] if e[0].mesh.size == disc.mesh.size][:2]
        slope = (_residual(high, solution.c) - _residual(low, solution.c)) / (up - down)
        edge = np.where(disc.transport.free, 0.0, high.transport.edge - low.transport.edge) / (up - down)
        drift = (weights(high) - weights(low)) / (up - down)  # a mean over a region depends on the geometry by itself
        out[key] = float((w * edge).sum() + (drift * solution.c).sum() - (multiplier * slope).sum())
    return float((w * solution.c).sum()), out
