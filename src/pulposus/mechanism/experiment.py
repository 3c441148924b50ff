"""Experiments on the network: a dish with a stimulus, and the same dish with a treatment, read side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pulposus.core.errors import InputError, NotAllowed
from pulposus.mechanism.conditions import Condition, states
from pulposus.mechanism.hypotheses import choose, load_hypotheses, rivals
from pulposus.mechanism.kinetics import Kinetics, Settings
from pulposus.mechanism.network import Network
from pulposus.mechanism.paths import Path, carried
from pulposus.mechanism.score import direction_of
from pulposus.mechanism.steady import steady_state
from pulposus.mechanism.trajectory import course

__all__ = ["READOUTS", "Experiment", "run"]

READOUTS = ("APOPTOSIS", "PYROPTOSIS", "SENESCENCE", "PROLIFERATION", "INFLAMSEC", "MATSYN", "MATDEG", "CALCIF")
EVERY = 2.0  # hours between the points of a course


@dataclass(frozen=True)
class Experiment:
    """What is done: `stimulus` to every dish, `treatment` to one of them; `hours` 0 asks for the steady state."""

    stimulus: Condition
    treatment: Condition
    cell: str = "NP"
    readouts: tuple[str, ...] = READOUTS
    hours: float = 0.0
    hypotheses: Mapping[str, str] = field(default_factory=dict)
    all_hypotheses: bool = False
    basis: str = "assumed"


def run(
    experiment: Experiment, network: Network, settings: Settings | None = None, stop: Callable[[], bool] | None = None
) -> dict[str, Any]:
    """Return the document of an experiment: unstimulated, stimulated and treated cells, and what carried the difference.

    Raises `InputError` for unknown cells, hypotheses or read-outs.

    >>> from pulposus.mechanism.network import load_network
    >>> said = run(Experiment(Condition((("TNF_ext", 0.8),)), Condition((("miR21", 0.9),)), readouts=("PTEN",)), load_network())
    >>> said["readouts"][0]["direction"], said["readouts"][0]["paths"][0]["nodes"]
    ('down', ['miR21', 'PTEN'])
    """
    faults = [network.unknown(each, "read-out") for each in experiment.readouts if each not in network.index]
    if faults:
        raise InputError(faults)
    if not 0.0 <= experiment.hours <= 24 * 365:
        raise NotAllowed(f"{experiment.hours:g} h", "hours from 0 (steady state) to 8760")
    chosen = choose(experiment.hypotheses)
    document = _compare(experiment, network, chosen, settings, stop)
    if experiment.all_hypotheses:
        document["rivals"] = [_rival(experiment, network, each, settings) for each in rivals()]
    if experiment.basis != "assumed":
        whole = _ends(experiment, network.of(experiment.cell, chosen), settings)
        part = {row["id"]: row for row in document["readouts"]}
        document["whole_network"] = [
            {"id": id, "change": whole[id][2] - whole[id][1], "kept": part[id]["change"]} for id in experiment.readouts
        ]
    return document


def _compare(
    experiment: Experiment, network: Network, chosen: Mapping[str, str], settings: Settings | None, stop: Callable[[], bool] | None
) -> dict[str, Any]:
    part = network.of(experiment.cell, chosen, experiment.basis)
    kinetics = Kinetics(part, settings)
    dishes = _dishes(experiment)
    x, held, ceiling = states(kinetics, dishes)
    ends = steady_state(kinetics, x, held, ceiling)
    document: dict[str, Any] = {
        "cell": experiment.cell,
        "stimulus": dict(experiment.stimulus.clamps) | {f"{id}*": f for id, f in experiment.stimulus.factors},
        "treatment": dict(experiment.treatment.clamps) | {f"{id}*": f for id, f in experiment.treatment.factors},
        "hypotheses": dict(chosen),
        "basis": experiment.basis,
        "edges": len(part.edges),
        "edges_assumed": sum(edge.basis == "assumed" for edge in part.edges),
        "status": list(ends.status),
    }
    final = ends.x
    if experiment.hours:
        hours = [*np.arange(0.0, experiment.hours, EVERY), experiment.hours]
        # Cells live unstimulated before the experiment starts.
        start = np.where(held, x, np.minimum(ends.x[:, :1], ceiling))
        found = course(kinetics, start, held, hours, ceiling, stop=stop)
        document["course"] = {"hours": [float(h) for h in hours], "complete": found.complete, "states": _courses(experiment, part, found.x)}
        final = found.x[-1] if found.complete else ends.x
    treated = bool(experiment.treatment.clamps or experiment.treatment.factors)
    document["readouts"] = [_readout(kinetics, id, final, ends.x, held, ceiling, treated) for id in experiment.readouts]
    document["changed"] = _changed(part, ends.x, treated)
    document["states"] = {node.id: [float(each) for each in ends.x[at]] for at, node in enumerate(part.nodes)}
    return document


def _dishes(experiment: Experiment) -> list[Condition]:
    return [Condition(), experiment.stimulus, experiment.stimulus.joined(experiment.treatment)]


def _courses(experiment: Experiment, network: Network, x: Any) -> dict[str, Any]:
    return {
        id: {"stimulus": x[:, network.index[id], 1].tolist(), "treatment": x[:, network.index[id], 2].tolist()}
        for id in experiment.readouts
    }


def _readout(kinetics: Kinetics, id: str, final: Any, ends: Any, held: Any, ceiling: Any, treated: bool) -> dict[str, Any]:
    at = kinetics.network.index[id]
    first, second = (1, 2) if treated else (0, 1)
    paths = carried(kinetics, ends[:, first], ends[:, second], held[:, second], id, ceiling[:, second])
    shown = [_path_of(each) for each in paths[:8]]
    return {
        "id": id,
        "name": kinetics.network.nodes[at].name,
        "name_zh": kinetics.network.nodes[at].name_zh,
        "unstimulated": float(final[at, 0]),
        "stimulated": float(final[at, 1]),
        "treated": float(final[at, 2]) if treated else None,
        "change": float(final[at, second] - final[at, first]),
        "direction": direction_of(float(final[at, first]), float(final[at, second])),
        "paths": shown,
        "explained": float(sum(each.share for each in paths)),
    }


def _path_of(path: Path) -> dict[str, Any]:
    return {
        "nodes": list(path.nodes),
        "edges": [edge.id for edge in path.edges],
        "signs": ["+" if edge.sign > 0 else "-" for edge in path.edges],
        "weakest_basis": min((edge.basis for edge in path.edges), key=_rank, default="assumed"),
        "share": path.share,
    }


def _rank(basis: str) -> int:
    from pulposus.mechanism.edges import BASES

    return BASES.index(basis)


def _changed(network: Network, x: Any, treated: bool) -> list[dict[str, Any]]:
    """Return every node that changed by more than the threshold, the largest change first."""
    first, second = (1, 2) if treated else (0, 1)
    rows = []
    for at, node in enumerate(network.nodes):
        before, after = float(x[at, first]), float(x[at, second])
        if (said := direction_of(before, after)) != "none":
            rows.append({"id": node.id, "name": node.name, "before": before, "after": after, "direction": said})
    return sorted(rows, key=lambda row: -abs(row["after"] - row["before"]))


def _ends(experiment: Experiment, network: Network, settings: Settings | None) -> dict[str, tuple[float, ...]]:
    kinetics = Kinetics(network, settings)
    found = steady_state(kinetics, *states(kinetics, _dishes(experiment)))
    return {id: tuple(float(each) for each in found.x[network.index[id]]) for id in experiment.readouts}


def _rival(experiment: Experiment, network: Network, chosen: Mapping[str, str], settings: Settings | None) -> dict[str, Any]:
    ends = _ends(experiment, network.of(experiment.cell, chosen, experiment.basis), settings)
    other = [f"{each.id}={chosen[each.id]}" for each in load_hypotheses() if chosen[each.id] != each.default]
    treated = bool(experiment.treatment.clamps or experiment.treatment.factors)
    first, second = (1, 2) if treated else (0, 1)
    return {
        "option": other[0] if other else "defaults",
        "readouts": [{"id": id, "change": x[second] - x[first], "direction": direction_of(x[first], x[second])} for id, x in ends.items()],
    }
