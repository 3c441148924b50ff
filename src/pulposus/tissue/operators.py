"""P1 operators with lumped mass: stiffness as affine terms, volumes per (node, region) and boundary areas.

    K = sum_q theta_q K_q,   K_q[i, j] = int_(region) dphi_i/dx_d dphi_j/dx_d dV,   q = (region, direction d)
    w[node, region] = int_(region) phi_node dV            (exact, so nothing is lost on the axis)

Because D only scales the terms, a draw of geometry or diffusivity never re-assembles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import PulposusError
from pulposus.tissue.mesh import REGIONS, Mesh
from pulposus.tissue.points import Points, lumped

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Stiffness", "areas", "assert_m_matrix", "stiffness", "volumes"]

Array = NDArray[np.float64]
_ROUND_OFF = 1e-12  # of the largest entry
_MIRROR = 2  # the axisymmetric section stands for both halves of the disc


@dataclass(frozen=True)
class Stiffness:
    """Affine stiffness: one sparsity pattern, a value array per term (region, direction)."""

    indptr: NDArray[np.int32]
    indices: NDArray[np.int32]
    terms: dict[tuple[str, int], Array]

    def combine(self, theta: dict[tuple[str, int], float]) -> csr_array:
        """Return K = sum theta_q K_q for the coefficients of every term (m2/s for diffusivities).

        >>> from pulposus.tissue.mesh import line
        >>> K = stiffness(line("slab", [("NP", 1.0)], 2)).combine({("NP", 0): 1.0})
        >>> K.toarray()[0].round(9).tolist()
        [2.0, -2.0, 0.0]
        """
        from scipy.sparse import csr_array

        data = sum(theta[key] * values for key, values in self.terms.items())
        size = len(self.indptr) - 1
        return csr_array((data, self.indices, self.indptr), shape=(size, size))


def _measure(mesh: Mesh) -> tuple[Array, Array, Array]:
    """Per cell: gradients (ne, k, dim), the volume int dV (ne,) and int phi_a dV (ne, k)."""
    x = mesh.nodes[mesh.cells]
    if mesh.kind == "axisymmetric":
        (r1, z1), (r2, z2), (r3, z3) = (x[:, i].T for i in range(3))
        twice = (r2 - r1) * (z3 - z1) - (r3 - r1) * (z2 - z1)
        grad = np.stack([np.column_stack([z2 - z3, r3 - r2]), np.column_stack([z3 - z1, r1 - r3]),
                         np.column_stack([z1 - z2, r2 - r1])], axis=1) / twice[:, None, None]
        ring = _MIRROR * 2 * np.pi * np.abs(twice) / 2
        r = x[:, :, 0]
        return grad, ring * r.mean(axis=1), ring[:, None] * (r + r.sum(axis=1, keepdims=True)) / 12
    a, b = x[:, 0, 0], x[:, 1, 0]
    h = b - a
    grad = np.stack([-1 / h, 1 / h], axis=1)[:, :, None]
    s, weight = np.polynomial.legendre.leggauss(3)
    at = a[:, None] + h[:, None] * (s + 1) / 2
    density = {"slab": np.ones_like(at), "cylinder": 2 * np.pi * at, "sphere": 4 * np.pi * at**2}[mesh.kind]
    dv = density * weight * h[:, None] / 2
    right = (dv * (s + 1) / 2).sum(axis=1)
    return grad, dv.sum(axis=1), np.column_stack([dv.sum(axis=1) - right, right])


def stiffness(mesh: Mesh) -> Stiffness:
    """Return the affine stiffness of a mesh, one term per region present and direction."""
    from scipy.sparse import coo_array

    grad, volume, _ = _measure(mesh)
    k = mesh.cells.shape[1]
    rows, cols = np.repeat(mesh.cells, k, axis=1).ravel(), np.tile(mesh.cells, (1, k)).ravel()
    pattern = coo_array((np.ones(len(rows)), (rows, cols)), shape=(mesh.size, mesh.size)).tocsr()
    pattern.sort_indices()
    place = coo_array((np.arange(1, pattern.nnz + 1), (np.repeat(np.arange(mesh.size), np.diff(pattern.indptr)),
                                                       pattern.indices))).tocsr()
    slot = np.asarray(place[rows, cols]).reshape(-1, k * k) - 1
    along = [grad[:, :, d, None] * grad[:, None, :, d] * volume[:, None, None] for d in range(mesh.nodes.shape[1])]
    terms = {}
    for index in np.unique(mesh.region):
        inside = np.flatnonzero(mesh.region == index)
        at = slot[inside].ravel()
        for direction, local in enumerate(along):
            terms[REGIONS[index], direction] = np.bincount(at, local[inside].ravel(), minlength=pattern.nnz).astype(np.float64)
    return Stiffness(pattern.indptr.astype(np.int32), pattern.indices.astype(np.int32), terms)


def volumes(mesh: Mesh) -> Points:
    """Return the evaluation points of the lumped scheme: one per (node, region), with its exact volume (m3).

    >>> from pulposus.tissue.mesh import line
    >>> volumes(line("sphere", [("NP", 1.0)], 8)).volume.sum().round(4)
    np.float64(4.1888)
    """
    return lumped(mesh, _measure(mesh)[2])


def areas(mesh: Mesh, tag: str) -> Array:
    """Return the lumped area (m2) of each node on a tagged boundary, zero elsewhere.

    >>> from pulposus.tissue.mesh import axisymmetric
    >>> disc = axisymmetric(21e-3, 14e-3, 6.9e-3, 0.6e-3, 17e-3, 750)
    >>> (areas(disc, "endplate").sum() * 1e4).round(2)     # cm2, both endplates
    np.float64(18.16)
    """
    facets = mesh.boundary[tag]
    out = np.zeros(mesh.size)
    if mesh.kind != "axisymmetric":
        x = mesh.nodes[facets[:, 0], 0]
        out[facets[:, 0]] = {"slab": np.ones_like(x), "cylinder": 2 * np.pi * x, "sphere": 4 * np.pi * x**2}[mesh.kind]
        return out
    ends = mesh.nodes[facets]
    length = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    r = ends[:, :, 0]
    for side in range(2):
        share = _MIRROR * 2 * np.pi * length * (2 * r[:, side] + r[:, 1 - side]) / 6
        np.add.at(out, facets[:, side], share)
    return out


def assert_m_matrix(K: csr_array) -> None:
    """Raise PulposusError unless every off-diagonal entry is <= 0 (up to round-off), which keeps fields positive."""
    off = K.copy().tocoo()
    worst = np.max(np.where(off.row != off.col, off.data, -np.inf))
    if worst > _ROUND_OFF * np.abs(off.data).max():
        raise PulposusError(f"the stiffness is not an M-matrix: an off-diagonal entry is {worst:.3g}")
