"""Doubt about the network: weights, basal states, time constants and curves drawn within their assumed bounds."""

from __future__ import annotations

from pulposus.core.draws import u
from pulposus.mechanism.kinetics import Settings
from pulposus.mechanism.network import Network

__all__ = ["EC50", "HILL", "draw_settings"]

HILL = (1.1, 2.5)
EC50 = (0.3, 0.58)
"""Bounds of the curve's steepness and of the state of half effect, both assumed."""
LIMIT = 0.495  # 2 ec50^hill stays below 1


def draw_settings(network: Network, d: int, seed: int = 1, base: Settings | None = None) -> Settings:
    """Return the numbers of draw d, uniform between the bounds of the tables; `ec50_of` of the base keeps its ratio.

    >>> from pulposus.mechanism.network import load_network
    >>> draw_settings(load_network(), 0) == draw_settings(load_network(), 0)
    True
    """
    base = base or Settings()

    def between(name: str, low: float, high: float) -> float:
        return low + (high - low) * float(u(seed, "parameter", f"network.{name}", d))

    hill = between("hill", *HILL)
    ec50 = min(between("ec50", *EC50), LIMIT ** (1 / hill))
    return Settings(
        hill=hill,
        ec50=ec50,
        ec50_of={id: min(value / base.ec50 * ec50, LIMIT ** (1 / hill)) for id, value in base.ec50_of.items()},
        weights={edge.id: between(f"weight.{edge.id}", edge.weight_low, edge.weight_high) for edge in network.edges},
        basal={node.id: between(f"basal.{node.id}", node.basal_low, node.basal_high) for node in network.nodes if not node.is_input},
        tau={node.id: between(f"tau.{node.id}", node.tau_low, node.tau_high) for node in network.nodes if not node.is_input},
    )
