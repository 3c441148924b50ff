"""Operators of the solid disc: P1 in every plane, two-point fluxes along z, corrected for planes that slope.

    E_in(c)  = sum over layers, their two planes, triangles and corners j  of  A/3 dz_j/2 |grad c - grad z (c_up - c_low)_j / dz_j|^2
    E_up(c)  = sum over layers, triangles and corners j                    of  A/3 (c_up - c_low)_j^2 / dz_j
    w[node, region] = int_(region) phi_node dV

grad is taken in the plane. K of E_in is the term (region, 0), K of E_up the term (region, 1), both exact for linear fields.
Where planes are level, E_in is the plane P1 stiffness times dz/2 and K an M-matrix if the section is Delaunay.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.operators import Stiffness
from pulposus.tissue.points import Points, lumped
from pulposus.tissue.solid import SolidMesh

__all__ = ["areas", "corners", "positive_share", "stiffness", "volumes"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
_ROUND_OFF = 1e-9  # of the largest entry


def _by_layer(mesh: SolidMesh) -> tuple[Array, Integers]:
    """Thickness (layers, triangles, 3) at the corners of every wedge, and its region (layers, triangles)."""
    dz = np.diff(mesh.z, axis=0)[:, mesh.plane.triangles]
    return dz, mesh.region.reshape(len(dz), -1)


def corners(mesh: SolidMesh) -> Array:
    """Return the volume (cells, 6) in m3 that every corner of a wedge has of it."""
    dz, _ = _by_layer(mesh)
    share = mesh.plane.area[None, :, None] * (dz + dz.sum(axis=2, keepdims=True)) / 12 / 2  # of one corner on one plane
    return np.concatenate([share, share], axis=2).reshape(-1, 6)


def volumes(mesh: SolidMesh) -> Points:
    """Return the evaluation points of the lumped scheme: one per (node, region), with its exact volume (m3)."""
    return lumped(mesh, corners(mesh))


def areas(mesh: SolidMesh, tag: str) -> Array:
    """Return the lumped area (m2) of each node on a tagged boundary, zero elsewhere."""
    out, facets = np.zeros(mesh.size), mesh.boundary[tag]
    halves = [facets] if facets.shape[1] == 3 else [facets[:, [0, 1, 2]], facets[:, [0, 2, 3]]]
    for corners in halves:
        a, b, c = (mesh.nodes[corners[:, i]] for i in range(3))
        np.add.at(out, corners, (np.linalg.norm(np.cross(b - a, c - a), axis=1) / 6)[:, None])
    return out


def _pattern(mesh: SolidMesh) -> tuple[Integers, Integers, Integers, Integers]:
    """Neighbours in the section as CSR (indptr, indices), the slot of every pair of corners in it, and of the diagonal."""
    from scipy.sparse import coo_array

    T, width = mesh.plane.triangles, mesh.z.shape[1]
    rows, cols = np.repeat(T, 3, axis=1).ravel(), np.tile(T, (1, 3)).ravel()
    flat = coo_array((np.ones(len(rows)), (rows, cols)), shape=(width, width)).tocsr()
    flat.sort_indices()
    owner = np.repeat(np.arange(width), np.diff(flat.indptr))
    key = owner * width + flat.indices
    return (flat.indptr.astype(np.int64), flat.indices.astype(np.int64),
            np.searchsorted(key, rows * width + cols).reshape(-1, 3, 3), np.searchsorted(key, np.arange(width) * (width + 1)))


def _local(mesh: SolidMesh, layer: int) -> tuple[Array, Array, Array, Array]:
    """Blocks (nt, 3, 3) of E_in in one layer, lower-lower, upper-upper and lower-upper, and the conductance (nt, 3) of E_up."""
    plane, z = mesh.plane, mesh.z
    area, slopes = plane.area[:, None, None], plane.slopes
    dz = (z[layer + 1] - z[layer])[plane.triangles]
    flat = area * (dz.mean(axis=1) / 2)[:, None, None] * np.einsum("tid,tmd->tim", slopes, slopes)
    tilt = [plane.gradients(z[layer + side]) for side in (0, 1)]
    low, up = (area / 6 * np.einsum("tid,td->ti", slopes, s)[:, :, None] * np.ones((1, 1, 3)) for s in tilt)
    steep = plane.area[:, None] / 6 * sum((s**2).sum(axis=1) for s in tilt)[:, None] / dz
    diagonal = steep[:, :, None] * np.eye(3)
    return (flat + low + low.transpose(0, 2, 1) + diagonal, flat - up - up.transpose(0, 2, 1) + diagonal,
            -low + up.transpose(0, 2, 1) - diagonal, plane.area[:, None] / 3 / dz)


def stiffness(mesh: SolidMesh) -> Stiffness:
    """Return the affine stiffness of a solid mesh: per region one term in the plane (0) and one along z (1)."""
    indptr, indices, slot, diagonal = _pattern(mesh)
    layers, width = len(mesh.z) - 1, mesh.z.shape[1]
    _, region = _by_layer(mesh)
    pairs = len(indices)
    # value[term][plane, block, pair]: the blocks couple a plane to the one below, itself and the one above
    value = {(REGIONS[r], d): np.zeros((layers + 1, 3, pairs)) for r in np.unique(region) for d in (0, 1)}
    transposed = np.empty(pairs, dtype=np.int64)
    transposed[slot.ravel()] = slot.transpose(0, 2, 1).ravel()
    for layer in range(layers):
        LL, UU, LU, v = _local(mesh, layer)
        for r in np.unique(region[layer]):
            inside = np.flatnonzero(region[layer] == r)
            at = slot[inside].ravel()
            inplane, axial = value[REGIONS[r], 0], value[REGIONS[r], 1]
            for plane, block in ((layer, LL), (layer + 1, UU)):
                inplane[plane, 1] += np.bincount(at, block[inside].ravel(), pairs)
            across = np.bincount(at, LU[inside].ravel(), pairs)
            inplane[layer, 2] += across
            inplane[layer + 1, 0] += across[transposed]
            column = np.bincount(mesh.plane.triangles[inside].ravel(), v[inside].ravel(), width)
            for at_plane, to, sign in ((layer, 1, 1), (layer, 2, -1), (layer + 1, 1, 1), (layer + 1, 0, -1)):
                axial[at_plane, to, diagonal] += sign * column
    return _compressed(value, indptr, indices, layers, width)


def _compressed(value: dict[tuple[str, int], Array], indptr: Integers, indices: Integers, layers: int, width: int) -> Stiffness:
    """Return the terms on one CSR pattern, without the couplings that are zero in all of them."""
    owner = np.repeat(np.arange(width), np.diff(indptr))
    used = sum((np.abs(v) for v in value.values()), start=np.zeros(())) > 0
    plane, block, pair = np.nonzero(used)
    row, col = plane * width + owner[pair], (plane + block - 1) * width + indices[pair]
    order = np.lexsort((col, row))
    start = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=(layers + 1) * width))])
    return Stiffness(start.astype(np.int32), col[order].astype(np.int32), {key: v[used][order] for key, v in value.items()})


def positive_share(K: Any) -> tuple[float, float]:
    """Return the share of off-diagonal entries above zero and the greatest of them relative to the least diagonal entry."""
    off = K.tocoo()
    away = off.row != off.col
    above = np.maximum(off.data[away], 0.0)
    return float((above > _ROUND_OFF * np.abs(off.data).max()).mean()), float(above.max() / K.diagonal().min())
