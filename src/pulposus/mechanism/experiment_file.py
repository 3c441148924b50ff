"""Experiment files: what `pulposus network run` is told, as YAML with its own schema."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from pulposus.core.errors import Fault, InputError
from pulposus.core.fields import Part
from pulposus.core.files import read_yaml, validate
from pulposus.mechanism.conditions import read_ops
from pulposus.mechanism.experiment import READOUTS, Experiment
from pulposus.mechanism.network import Network

__all__ = ["ExperimentFile", "experiment_of", "read_experiment"]


class ExperimentFile(Part):
    """An experiment on cells in a dish; every value is a share from 0 to 1 or a dose such as '10 ng/mL'."""

    version: Literal[1]
    cell: str = Field("NP", description="NP, AF, CEP or macrophage.")
    stimulus: dict[str, float | str] = Field(default_factory=dict, description="What every dish gets, by node.")
    treatment: dict[str, float | str] = Field(
        default_factory=dict, description="What the treated dish gets besides: cargo, vesicles, drugs, forced nodes."
    )
    knock_down: dict[str, float] = Field(default_factory=dict, description="What is left of a node in the treated dish, 0 to 1.")
    read: list[str] = Field(default_factory=lambda: list(READOUTS), description="Nodes to read.")
    hours: float = Field(0.0, ge=0.0, le=8760.0, description="Length of the course; 0 asks for the steady state.")
    hypotheses: dict[str, str] | Literal["all"] = Field(default_factory=dict, description="Options of rivals by name, or all.")
    basis: str = Field("assumed", description="Edges checked less far than this are left out.")


def read_experiment(path: str | Path, network: Network) -> Experiment:
    """Return the experiment of a file; raises `InputError` with all its faults."""
    data, line_of = read_yaml(path)
    return experiment_of(validate(ExperimentFile, data, Path(path).name, line_of), network, Path(path).name)


def experiment_of(said: ExperimentFile, network: Network, file: str = "") -> Experiment:
    """Return the experiment that a file or the flags of the command line describe.

    >>> from pulposus.mechanism.network import load_network
    >>> experiment_of(ExperimentFile(version=1, stimulus={"TNF-a": "5 ng/mL"}), load_network()).stimulus.clamps
    (('TNF_ext', 0.5),)
    """
    faults: list[Fault] = []
    given = ";".join(f"{id}={value}" for id, value in said.stimulus.items())
    treated = [f"{id}={value}" for id, value in said.treatment.items()] + [f"{id}*{value}" for id, value in said.knock_down.items()]
    stimulus = read_ops(given, network, "stimulus", faults)
    treatment = read_ops(";".join(treated), network, "treatment", faults)
    both = {id for id, _ in stimulus.clamps} & {id for id, _ in treatment.factors}
    faults.extend(Fault("", "treatment", f"{id} knocked down and held by the stimulus", "one of them") for id in sorted(both))
    readouts = []
    for each in said.read:
        try:
            readouts.append(network[each].id)
        except InputError as error:
            faults.extend(Fault("", "read", fault.given, fault.allowed, fault.nearest) for fault in error.faults)
    try:
        network.of(said.cell, None if said.hypotheses == "all" else said.hypotheses, said.basis)
    except InputError as error:
        faults.extend(error.faults)
    if faults:
        raise InputError([Fault(file, each.where, each.given, each.allowed, each.nearest) for each in faults])
    every = said.hypotheses == "all"
    options = {} if isinstance(said.hypotheses, str) else dict(said.hypotheses)
    return Experiment(stimulus, treatment, said.cell, tuple(dict.fromkeys(readouts)), said.hours, options, every, said.basis)
