"""The same network under another formalism: the standardised qualitative dynamics of Mendoza and Xenarios.

    omega_i = [(1 + sum a)/(sum a) * sum a x / (1 + sum a x)] * [1 - (1 + sum b)/(sum b) * sum b x / (1 + sum b x)]
    S(omega) = (-e^(h/2) + e^(-h (omega - 1/2))) / ((1 - e^(h/2)) (1 + e^(-h (omega - 1/2))))
    dx_i/dt = (S(omega_i) - x_i) / tau_i

a are the weights of raising edges, b those of cutting ones; a side without edges is left out, a node without any decays.
Members of a gate act as edges of their own, and basal states have no place in it. Source: MENDOZA2006.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pulposus.mechanism.conditions import Condition, states
from pulposus.mechanism.kinetics import Kinetics, Settings
from pulposus.mechanism.network import Network
from pulposus.mechanism.score import Solve
from pulposus.mechanism.steady import steady_state

__all__ = ["STEEPNESS", "SquadKinetics", "squad"]

Array = NDArray[np.float64]

STEEPNESS = 10.0
"""Steepness h that the published disc networks use."""


class SquadKinetics(Kinetics):
    """A network under standardised qualitative dynamics; the arrays are those of `Kinetics`."""

    def __init__(self, network: Network, steepness: float = STEEPNESS) -> None:
        """Compile a network."""
        super().__init__(network, Settings())
        self.h = steepness
        size = self.size
        self.a, self.b = np.zeros((size, size)), np.zeros((size, size))
        for edge in network.edges:
            (self.a if edge.sign > 0 else self.b)[network.index[edge.target], network.index[edge.source]] += edge.weight
        self.sum_a, self.sum_b = self.a.sum(axis=1)[:, None], self.b.sum(axis=1)[:, None]

    def _omega(self, x: Array) -> tuple[Array, Array, Array, Array]:
        """Return the raising and the cutting factor of omega, and the sums they come from."""
        up, down = self.a @ x, self.b @ x
        with np.errstate(divide="ignore", invalid="ignore"):
            raised = np.where(self.sum_a > 0, (1 + self.sum_a) / self.sum_a * up / (1 + up), np.where(self.sum_b > 0, 1.0, 0.0))
            left = np.where(self.sum_b > 0, 1 - (1 + self.sum_b) / self.sum_b * down / (1 + down), 1.0)
        return raised, left, up, down

    def target(self, x: Array, ceiling: Array | None = None) -> Array:
        """Return S(omega) of every node, shape (nodes, conditions); inputs stay where they are."""
        raised, left, _, _ = self._omega(x)
        e = np.exp(-self.h * (raised * left - 0.5))
        top = np.exp(self.h / 2)
        found = (e - top) / ((1 - top) * (1 + e))
        if ceiling is not None:
            found *= ceiling
        found[self.is_input] = x[self.is_input]
        return found

    def jacobian(self, x: Array, ceiling: Array | None = None) -> Array:
        """Return the derivative of `target`, shape (conditions, nodes, nodes)."""
        raised, left, up, down = self._omega(x)
        e = np.exp(-self.h * (raised * left - 0.5))
        top = np.exp(self.h / 2)
        slope = -self.h * e * (1 + top) / ((1 - top) * (1 + e) ** 2) * (1.0 if ceiling is None else ceiling)
        with np.errstate(divide="ignore", invalid="ignore"):
            rise = np.where(self.sum_a > 0, (1 + self.sum_a) / self.sum_a / (1 + up) ** 2, 0.0) * left * slope
            fall = np.where(self.sum_b > 0, (1 + self.sum_b) / self.sum_b / (1 + down) ** 2, 0.0) * raised * slope
        found = rise.T[:, :, None] * self.a[None] - fall.T[:, :, None] * self.b[None]
        found[:, self.is_input, :] = 0.0
        return found

    def entries(self, x: Array, ceiling: Array | None = None) -> Array:
        """Return the derivative of `target` at the pairs of edges, shape (pairs, conditions)."""
        targets, sources = self.pairs
        return self.jacobian(x, ceiling)[:, targets, sources].T


def squad(steepness: float = STEEPNESS) -> Solve:
    """Return a solver of steady states under this formalism, for scores."""

    def solve(network: Network, conditions: list[Condition]) -> tuple[Array, tuple[str, ...]]:
        kinetics = SquadKinetics(network, steepness)
        found = steady_state(kinetics, *states(kinetics, conditions))
        return found.x, found.status

    return solve  # type: ignore[return-value]
