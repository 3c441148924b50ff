"""Which single or paired perturbation brings a phenotype back towards unstimulated cells."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from pulposus.core.errors import Fault, InputError
from pulposus.mechanism.conditions import Condition, states
from pulposus.mechanism.hypotheses import choose
from pulposus.mechanism.kinetics import Kinetics, Settings
from pulposus.mechanism.network import Network
from pulposus.mechanism.score import ABSOLUTE
from pulposus.mechanism.steady import steady_state

__all__ = ["rescue"]

KNOCK_DOWN, FORCED = 0.2, 0.9
PAIRS_OF = 25  # the best single perturbations that pairs are built from


def rescue(
    stimulus: Condition,
    readout: str,
    network: Network,
    cell: str = "NP",
    hypotheses: dict[str, str] | None = None,
    basis: str = "assumed",
    pairs: bool = False,
    settings: Settings | None = None,
) -> dict[str, Any]:
    """Return perturbations by how much of the change that the stimulus made they undo; 1 is all of it.

    Knock-downs leave a fifth, forced nodes stand at 0.9; drugs, vesicles and cargo count as given in full. What acts on the
    read-out directly is marked: it is a trivial answer. Raises `InputError` if the stimulus leaves the read-out alone.

    >>> from pulposus.mechanism.network import load_network
    >>> found = rescue(Condition((("TNF_ext", 0.8),)), "PTEN", load_network())
    >>> found["single"][0]["rescued"] > 0.5
    True
    """
    if readout not in network.index:
        raise InputError([network.unknown(readout, "read-out")])
    part = network.of(cell, choose(hypotheses), basis)
    kinetics = Kinetics(part, settings)
    at = part.index[readout]
    ends = _ends(kinetics, [Condition(), stimulus])[at]
    gap = float(ends[0] - ends[1])
    if abs(gap) <= ABSOLUTE:
        said = f"{readout}, which the stimulus changes by {abs(gap):.3g}"
        raise InputError([Fault("", "read-out", said, f"a read-out that changes by more than {ABSOLUTE:g}")])
    set_ = {id for id, _ in stimulus.clamps} | {id for id, _ in stimulus.factors} | {readout}
    singles = _singles(part, set_)
    direct = {edge.source for edge in part.edges_into(readout)}
    rows = _ranked(kinetics, stimulus, singles, at, float(ends[1]), gap, direct)
    document = {
        "readout": readout,
        "cell": cell,
        "unstimulated": float(ends[0]),
        "stimulated": float(ends[1]),
        "tried": len(singles),
        "single": rows,
    }
    if pairs:
        best = {row["perturbation"] for row in rows[:PAIRS_OF]}
        chosen = [each for each in singles if _name(each) in best]
        both = [first.joined(second) for first, second in combinations(chosen, 2) if not _nodes(first) & _nodes(second)]
        document["pairs"] = _ranked(kinetics, stimulus, both, at, float(ends[1]), gap, direct)[:100]
    return document


def _singles(network: Network, taken: set[str]) -> list[Condition]:
    found = []
    for node in network.nodes:
        if node.id in taken or node.kind in ("stimulus", "phenotype"):
            continue
        if node.is_input:
            found.append(Condition(((node.id, 1.0),)))
            continue
        found.append(Condition(((node.id, FORCED),)))
        if not node.is_cargo:
            found.append(Condition((), ((node.id, KNOCK_DOWN),)))
    return found


def _ranked(kinetics, stimulus, conditions, at, stimulated, gap, direct):  # type: ignore[no-untyped-def]
    ends = _ends(kinetics, [stimulus.joined(each) for each in conditions])[at]
    rows = []
    for condition, end in zip(conditions, ends, strict=True):
        share = (float(end) - stimulated) / gap
        rows.append({"perturbation": _name(condition), "state": float(end), "rescued": share, "direct": bool(_nodes(condition) & direct)})
    return sorted(rows, key=lambda row: -min(row["rescued"], 2 - row["rescued"]))


def _ends(kinetics: Kinetics, conditions: list[Condition]) -> Any:
    return np.asarray(steady_state(kinetics, *states(kinetics, conditions)).x)


def _name(condition: Condition) -> str:
    return "; ".join([f"{id}={value:g}" for id, value in condition.clamps] + [f"{id}*{factor:g}" for id, factor in condition.factors])


def _nodes(condition: Condition) -> set[str]:
    return {id for id, _ in condition.clamps} | {id for id, _ in condition.factors}
