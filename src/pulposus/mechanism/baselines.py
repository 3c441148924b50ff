"""Baselines of a score: networks that keep the wiring and lose the signs, and networks that lose a paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pulposus.mechanism.bank import BankRow
from pulposus.mechanism.edges import Edge
from pulposus.mechanism.network import Network
from pulposus.mechanism.score import Outcome, Solve, predict, summary

__all__ = ["changed_nodes", "permuted", "permuted_scores", "reach", "without_own_paper"]


def permuted(network: Network, seed: int, backbone: bool) -> Network:
    """Return the network with its signs dealt anew among its edges; `backbone` leaves the edges of vesicles and cargo alone.

    Edges of one gate keep one sign.

    >>> from pulposus.mechanism.network import load_network
    >>> network = load_network()
    >>> sum(edge.sign for edge in permuted(network, 1, False).edges) == sum(edge.sign for edge in network.edges)
    False
    """
    kept = {edge.id for edge in network.edges if backbone and _of_vesicles(network, edge)}
    units: dict[tuple[str, str], list[Edge]] = {}
    for edge in network.edges:
        if edge.id not in kept:
            units.setdefault((edge.target, edge.gate) if edge.gate else (edge.id, ""), []).append(edge)
    groups = list(units.values())
    signs = np.random.default_rng(seed).permutation([group[0].sign for group in groups])
    fresh = {edge.id: int(sign) for group, sign in zip(groups, signs, strict=True) for edge in group}
    return network.with_edges(replace(edge, sign=fresh.get(edge.id, edge.sign)) for edge in network.edges)


def _of_vesicles(network: Network, edge: Edge) -> bool:
    source = network[edge.source]
    return source.kind == "vesicle" or source.is_cargo


def permuted_scores(
    rows: Sequence[BankRow],
    network: Network,
    options: Mapping[str, str],
    classes: Sequence[str],
    count: int,
    backbone: bool,
    solve: Solve | None = None,
) -> dict[str, Any]:
    """Return mean and range of the accuracies over networks with permuted signs."""
    found = []
    for seed in range(count):
        dealt = permuted(network, seed, backbone)
        cells = dict.fromkeys(row.cell for row in rows)
        outcomes = predict(rows, {cell: dealt.of(cell, options) for cell in cells}, solve)
        found.append(summary([(each.row.direction, each.predicted) for each in outcomes], classes))
    parts = {key: np.array([each[key] for each in found], dtype=float) for key in ("accuracy", "balanced_accuracy")}
    return {key: float(value.mean()) for key, value in parts.items()} | {
        "networks": count,
        **{f"{key}_{word}": float(edge(value)) for key, value in parts.items() for word, edge in (("lowest", np.min), ("highest", np.max))},
    }


def reach(network: Network, changed: Sequence[str]) -> dict[str, int]:
    """Return how many edges lie between the nearest changed node and every node that can be reached.

    >>> from pulposus.mechanism.network import load_network
    >>> reach(load_network().of("NP"), ["TNF_ext"])["TNFR1"]
    1
    """
    onward: dict[str, list[str]] = {}
    for edge in network.edges:
        onward.setdefault(edge.source, []).append(edge.target)
    steps = dict.fromkeys(changed, 0)
    front = list(steps)
    while front:
        after = []
        for id in front:
            for each in onward.get(id, ()):
                if each not in steps:
                    steps[each] = steps[id] + 1
                    after.append(each)
        front = after
    return steps


def changed_nodes(row: BankRow) -> list[str]:
    """Return the nodes whose clamp or factor differs between comparator and treatment."""
    found = []
    for before, after in ((row.comparator.clamps, row.treatment.clamps), (row.comparator.factors, row.treatment.factors)):
        first, second = dict(before), dict(after)
        found += [id for id in first.keys() | second.keys() if first.get(id) != second.get(id)]
    return sorted(set(found))


def without_own_paper(
    rows: Sequence[BankRow], network: Network, options: Mapping[str, str], solve: Solve | None = None
) -> Iterator[tuple[Outcome, bool]]:
    """Yield every row as a network without its own paper's edges predicts it, and whether the read-out can still be reached."""
    by_key: dict[str, list[BankRow]] = {}
    for row in rows:
        by_key.setdefault(row.reference, []).append(row)
    for key, own in by_key.items():
        left = network.without_papers({key} if key else ())
        cells = {cell: left.of(cell, options) for cell in dict.fromkeys(row.cell for row in own)}
        for outcome in predict(own, cells, solve):
            near = reach(cells[outcome.row.cell], changed_nodes(outcome.row))
            yield outcome, outcome.row.readout in near
