"""Conditions: what is done to the cells of one dish, read from `NODE=value`, `NODE=dose` and `NODE*factor`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import Fault
from pulposus.mechanism.doses import read_share
from pulposus.mechanism.kinetics import Kinetics
from pulposus.mechanism.network import Network

__all__ = ["Condition", "read_ops", "states"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Condition:
    """What is set in a dish: `clamps` hold nodes at a share, `factors` cut their ceiling (1 is untouched)."""

    clamps: tuple[tuple[str, float], ...] = ()
    factors: tuple[tuple[str, float], ...] = ()
    text: str = field(default="", compare=False)

    def joined(self, other: Condition) -> Condition:
        """Return both together; what the other says of a node counts."""
        clamps = dict(self.clamps) | dict(other.clamps)
        factors = dict(self.factors) | dict(other.factors)
        return Condition(tuple(clamps.items()), tuple(factors.items()), ";".join(part for part in (self.text, other.text) if part))


def read_ops(text: str, network: Network, where: str, faults: list[Fault], unknown: list[str] | None = None) -> Condition:
    """Return the condition that operations joined by `;` describe; adds what is wrong to `faults`.

    Unknown nodes are faults, or are collected in `unknown` where that is given.

    >>> from pulposus.mechanism.network import load_network
    >>> read_ops("TNF_ext=0.8; PTEN*0.3", load_network(), "", [])
    Condition(clamps=(('TNF_ext', 0.8),), factors=(('PTEN', 0.3),), text='TNF_ext=0.8; PTEN*0.3')
    """
    clamps: dict[str, float] = {}
    factors: dict[str, float] = {}
    for part in (piece.strip() for piece in text.split(";")):
        if not part:
            continue
        mark = "=" if "=" in part else "*" if "*" in part else ""
        name, _, value = part.partition(mark) if mark else (part, "", "")
        if not mark or not value.strip():
            faults.append(Fault("", where, repr(part), "NODE=value, NODE=dose or NODE*factor, joined by ;"))
            continue
        node = _find(network, name.strip(), where, faults, unknown)
        if node is None:
            continue
        share = (
            read_share(node, value, f"{where}: {name.strip()}" if where else name.strip(), faults)
            if mark == "="
            else _factor(value, where, faults)
        )
        kept = clamps if mark == "=" else factors
        if share is None:
            continue
        if kept.get(node, share) != share or (node in clamps and mark == "*") or (node in factors and mark == "="):
            faults.append(Fault("", where, f"{node} twice: {text!r}", "one operation of a node"))
        kept[node] = share
    return Condition(tuple(clamps.items()), tuple(factors.items()), text)


def _find(network: Network, name: str, where: str, faults: list[Fault], unknown: list[str] | None) -> str | None:
    from pulposus.core.errors import InputError

    try:
        return network[name].id
    except InputError:
        if unknown is not None:
            unknown.append(name)
        else:
            faults.append(network.unknown(name, where or "node"))
        return None


def _factor(text: str, where: str, faults: list[Fault]) -> float | None:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        faults.append(Fault("", where, repr(text), "a factor from 0 (knocked out) to 1 (untouched)"))
        return None
    return value


def states(kinetics: Kinetics, conditions: Sequence[Condition]) -> tuple[Array, NDArray[np.bool_], Array]:
    """Return start states, held entries and ceilings (nodes, conditions); a factor on an input cuts its value."""
    index = kinetics.network.index
    x, held = kinetics.start([dict(each.clamps) for each in conditions])
    ceiling = np.ones_like(x)
    for column, each in enumerate(conditions):
        for id, factor in each.factors:
            row = index[id]
            if kinetics.is_input[row]:
                x[row, column] *= factor
            else:
                ceiling[row, column] = factor
                x[row, column] *= factor
    return x, held, ceiling
