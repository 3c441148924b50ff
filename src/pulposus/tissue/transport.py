"""Diffusion of several fields on one mesh: A_f = K_f + m_f / tau, its fixed boundary values and its factors.

Fields whose stiffness is proportional and whose boundary is the same share one factor. Factors are kept until tau or a
diffusivity changes. A large solid disc has no affordable factor: P ~ A^-1 (multigrid.py) stands in, and what is iterated is
c - P (A c - rhs), whose fixed point is that of A^-1 rhs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.operators import Stiffness
from pulposus.tissue.points import Points
from pulposus.tissue.process import Field

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Transport", "factor", "span"]

Array = NDArray[np.float64]
_SAME = 1e-12  # two stiffness ratios closer than this share a factor


def factor(A: csr_array) -> Any:
    """Return the sparse LU of a symmetric-pattern matrix, ordered for symmetry."""
    from scipy.sparse.linalg import splu

    return splu(A.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})


def span(rows: Sequence[int]) -> Any:
    """Return what picks rows of an array: a slice where they follow each other, so that nothing is copied.

    >>> span([2, 3]), span([0, 2]).tolist()
    (slice(2, 4, None), [0, 2])
    """
    together = len(rows) > 0 and list(rows) == list(range(rows[0], rows[0] + len(rows)))
    return slice(rows[0], rows[0] + len(rows)) if together else np.array(rows, dtype=np.intp)


@dataclass
class Group:
    """Fields that share one factor: members, the rate of the first, the ratio of each to it, and the factor."""

    members: list[int]
    rate: float
    scales: list[float]
    lu: Any


class Transport:
    """The diffusing fields of a disc and their linear operators.

    fixed: field -> tag -> node numbers held at the boundary value; stretch: region -> direction -> factor of the term,
    by which a thinning disc changes its stiffness without re-assembly; invert: makes A^-1, or P where it is not `factor`.
    """

    def __init__(self, fields: Sequence[Field], stiffness: Stiffness, points: Points,
                 fixed: Mapping[str, Mapping[str, NDArray[np.int64]]], invert: Callable[[csr_array], Any] = factor) -> None:
        self.fields, self.invert = list(fields), invert
        self.stiffness = stiffness
        self.points = points
        self.size = len(stiffness.indptr) - 1
        self.mass = np.array([points.load(self._by_region(f.storage, 1.0)[points.region]) for f in self.fields])
        self.edge = np.zeros((len(self.fields), self.size))
        self.free = np.ones((len(self.fields), self.size), dtype=bool)
        for i, field in enumerate(self.fields):
            for tag, value in (field.boundary or {}).items():
                nodes = fixed[field.name][tag]
                self.edge[i, nodes], self.free[i, nodes] = value, False
        self.set_stretch({})

    @staticmethod
    def _by_region(values: Mapping[str, float] | None, default: float) -> Array:
        return np.array([default if values is None else values.get(r, default) for r in REGIONS])

    def set_stretch(self, stretch: Mapping[tuple[str, int], float]) -> None:
        """Scale the stiffness terms (region, direction); a term not named keeps factor 1."""
        self.theta = []
        for field in self.fields:
            diffusivity = self._by_region(field.diffusivity, 0.0)
            self.theta.append({key: float(diffusivity[REGIONS.index(key[0])]) * stretch.get(key, 1.0)
                               for key in self.stiffness.terms})
        self.K = [self.stiffness.combine(theta) for theta in self.theta]
        self._factors: dict[tuple[float, ...], list[Group]] = {}
        self._lifts: dict[tuple[float, ...], Array] = {}
        self._plans: dict[tuple[int, ...], list[tuple[Any, Any, Array, Array | None]]] = {}

    def hold(self, fixed: Mapping[str, Mapping[str, tuple[NDArray[np.int64], float]]]) -> None:
        """Fix other nodes or values: field -> tag -> (node numbers, value); a field not named keeps its own."""
        for i, field in enumerate(self.fields):
            if field.name in fixed:
                self.edge[i], self.free[i] = 0.0, True
                for nodes, value in fixed[field.name].values():
                    self.edge[i, nodes], self.free[i, nodes] = value, False
        self._factors, self._lifts = {}, {}

    def apply(self, c: Array) -> Array:
        """Return K c, (fields, nodes)."""
        return np.array([K @ row for K, row in zip(self.K, c, strict=True)])

    def _groups(self, rates: tuple[float, ...]) -> list[Group]:
        """Return the fields grouped by what can share a factor."""
        known = {(group.members[0], group.rate): group.lu for kept in self._factors.values() for group in kept}
        groups: list[Group] = []
        for i in range(len(self.fields)):
            for group in groups:
                ratio = self._ratio(i, group.members[0], rates)
                if ratio:
                    group.members.append(i)
                    group.scales.append(ratio)
                    break
            else:
                lu = known.get((i, rates[i])) or self.invert(self._apart(i, self.matrix(i, rates[i])))
                groups.append(Group([i], rates[i], [1.0], lu))
        return groups

    def _ratio(self, i: int, lead: int, rates: tuple[float, ...]) -> float:
        """Return by what factor A of field i is that of the leading field, 0 when they are not proportional."""
        theta, base = self.theta[i], self.theta[lead]
        ratio = next((theta[k] / base[k] for k in theta if base[k] > 0), 0.0)
        same = all(abs(theta[k] - ratio * base[k]) <= _SAME * abs(theta[k]) for k in theta)
        steady = rates[i] == rates[lead] == 0.0
        return ratio if steady and same and np.array_equal(self.free[i], self.free[lead]) else 0.0

    def matrix(self, i: int, rate: float) -> csr_array:
        """Return A = K + rate m for field i, rate = 1/tau (1/s), or K alone for rate 0."""
        if rate == 0.0:
            return self.K[i]
        from scipy.sparse import dia_array

        return (self.K[i] + dia_array((rate * self.mass[i][None], [0]), shape=(self.size,) * 2)).tocsr()

    def _apart(self, i: int, A: csr_array) -> csr_array:
        """Return A with no entry between free and fixed nodes, so that free nodes can be solved for without sorting them out."""
        from scipy.sparse import diags_array

        free = diags_array(self.free[i].astype(float))
        return (free @ A @ free + diags_array(np.where(self.free[i], 0.0, A.diagonal()))).tocsr()

    def solve(self, rhs: Array, rates: tuple[float, ...], fields: Sequence[int] | None = None) -> Array:
        """Return A^-1 rhs on the free nodes, zero on the fixed ones, for rates 1/tau per field.

        fields: which of them the rows of rhs are, all when None.
        """
        if rates not in self._factors:
            self._factors = {rates: self._groups(rates)}
            self._plans = {}
        asked = tuple(range(len(self.fields)) if fields is None else fields)
        if asked not in self._plans:
            self._plans[asked] = [plan for group in self._factors[rates] if (plan := self._plan(group, asked)) is not None]
        out = np.empty_like(rhs)
        for lu, rows, free, scales in self._plans[asked]:
            solved = lu.solve((rhs[rows] * free).T).T
            out[rows] = solved if scales is None else solved / scales
        return out

    def _plan(self, group: Group, asked: tuple[int, ...]) -> tuple[Any, Any, Array, Array | None] | None:
        """Return the factor of a group, where the fields that were asked for stand in rows, which nodes are free, and the fields'
        ratios unless all are 1."""
        rows = [asked.index(f) for f in group.members if f in asked]
        if not rows:
            return None
        scales = np.array([[s] for f, s in zip(group.members, group.scales, strict=True) if f in asked])
        return group.lu, span(rows), self.free[group.members[0]], None if np.all(scales == 1.0) else scales

    def image(self, c: Array, rhs: Array, rates: tuple[float, ...], fields: Sequence[int] | None = None) -> Array:
        """Return A^-1 rhs on the free nodes, zero on the fixed ones: at once, or as the improvement c - P (A c - rhs) of c.

        fields: which of them the rows of c and rhs are, all when None.
        """
        if self.invert is factor:
            return self.solve(rhs, rates, fields)
        numbers = list(range(len(self.fields)) if fields is None else fields)
        rows = span(numbers)
        inner = c * self.free[rows]
        stiff = np.array([self.K[f] @ row for f, row in zip(numbers, inner, strict=True)])
        decaying = np.array(rates)[rows][:, None] * self.mass[rows] * inner
        improved: Array = inner - self.solve(stiff + decaying - rhs, rates, fields)
        return improved

    def lift(self, rates: tuple[float, ...]) -> Array:
        """Return the load that the fixed boundary values put on the free nodes, -A_fd c_d."""
        if rates not in self._lifts:
            held = np.where(self.free, 0.0, self.edge)
            self._lifts = {rates: -(self.apply(held) + np.array(rates)[:, None] * self.mass * held) * self.free}
        return self._lifts[rates]
