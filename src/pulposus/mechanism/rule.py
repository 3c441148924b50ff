"""The rule without a model, as a baseline: stress makes bad things go up, therapy makes them go down.

Stress is more of a stimulus, a bad node forced up or a good one cut; therapy is a vesicle, its cargo, a drug, a good node
forced up or a bad one cut. A drug, or a clamp, on top of a vesicle or cargo is taken to undo its benefit, as in rescue
experiments. Where nothing changes, or stress and therapy cancel, the rule says none.
"""

from __future__ import annotations

from functools import cache

from pulposus.core.files import packaged, read_yaml
from pulposus.mechanism.conditions import Condition
from pulposus.mechanism.network import Network

__all__ = ["bad_nodes", "no_model"]


@cache
def bad_nodes() -> frozenset[str]:
    """Return the nodes whose rise the reviews call harm."""
    data, _ = read_yaml(packaged("network/rule.yaml"))
    return frozenset(data["bad"])


def no_model(comparator: Condition, treatment: Condition, readout: str, network: Network) -> str:
    """Return what the rule expects of a read-out: up, down or none.

    >>> from pulposus.mechanism.network import load_network
    >>> no_model(Condition(), Condition((("TNF_ext", 0.8),)), "APOPTOSIS", load_network())
    'up'
    """
    stress = _stress(comparator, treatment, network)
    if stress == 0:
        return "none"
    return "up" if (stress > 0) == (readout in bad_nodes()) else "down"


def _stress(comparator: Condition, treatment: Condition, network: Network) -> int:
    """Return +1 where the treatment adds stress to the comparator, -1 where it adds therapy, 0 where neither."""
    on_therapy = any(_is_therapy(network, id) for id, value in comparator.clamps if value > 0)
    before, after = dict(comparator.clamps), dict(treatment.clamps)
    total = 0
    for id in before.keys() | after.keys():
        change = after.get(id, 0.0) - before.get(id, 0.0)
        node = network[id]
        if change == 0:
            continue
        up = 1 if change > 0 else -1
        if node.kind == "stimulus":
            total += up
        elif _is_therapy(network, id):
            total -= up
        elif node.kind == "drug":
            total += up if on_therapy else -up
        else:
            total += up if (id in bad_nodes() or on_therapy) else -up
    cut = dict(treatment.factors)
    for id in cut.keys() - dict(comparator.factors).keys():
        total += (1 if on_therapy else -1) if id in bad_nodes() else 1
    return (total > 0) - (total < 0)


def _is_therapy(network: Network, id: str) -> bool:
    return network[id].kind == "vesicle" or network[id].is_cargo
