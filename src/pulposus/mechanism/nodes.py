"""Nodes of the cell network: stimuli, drugs, vesicles, cargo, molecules, states and phenotypes."""

from __future__ import annotations

from dataclasses import dataclass

from pulposus.core.errors import Fault

__all__ = ["CELLS", "INPUTS", "KINDS", "Node", "node_of_row", "number_of"]

CELLS = ("NP", "AF", "CEP", "macrophage")
"""Cells that the network stands for: nucleus, annulus, endplate chondrocyte, macrophage."""
INPUTS = ("stimulus", "drug", "vesicle")
"""Kinds that are set from outside and have no rate of their own."""
KINDS = (
    *INPUTS,
    "mirna",
    "lncrna",
    "cargo",
    "receptor",
    "protein",
    "kinase",
    "transcription factor",
    "enzyme",
    "process",
    "organelle",
    "cytokine",
    "cell state",
    "phenotype",
)

LONGEST = 1e5  # hours


@dataclass(frozen=True)
class Node:
    """A node; its state is a share from 0 (absent) to 1 (as much as there can be).

    `basal` b is the state that nothing drives, `tau` the time constant in hours; both are assumed within their bounds.
    """

    id: str
    name: str
    name_zh: str
    kind: str
    cells: str
    basal: float
    basal_low: float
    basal_high: float
    tau: float
    tau_low: float
    tau_high: float
    identifiers: tuple[str, ...]
    aliases: tuple[str, ...]
    note: str

    @property
    def is_input(self) -> bool:
        """Return whether the node is set from outside."""
        return self.kind in INPUTS

    @property
    def is_cargo(self) -> bool:
        """Return whether the node is what a vesicle brings."""
        return self.kind in ("mirna", "lncrna", "cargo")


def node_of_row(row: dict[str, str], place: str, file: str, faults: list[Fault]) -> Node | None:
    """Return the node of a table row; adds what is wrong with it to `faults`."""
    before = len(faults)
    shares, hours_of = ("basal", "basal_low", "basal_high"), ("tau_h", "tau_low", "tau_high")
    numbers = [number_of(row, key, place, file, faults, 1.0, "a share from 0 to 1") for key in shares]
    hours = [number_of(row, key, place, file, faults, LONGEST, "hours, 0 for an input") for key in hours_of]
    kind, cells = row["kind"], row["cells"]
    if kind not in KINDS:
        faults.append(Fault(file, f"{place}: kind", repr(kind), ", ".join(KINDS)))
    if cells != "all" and cells not in CELLS:
        faults.append(Fault(file, f"{place}: cells", repr(cells), "all, " + ", ".join(CELLS)))
    if kind not in INPUTS and kind in KINDS and not all(hours):
        faults.append(Fault(file, f"{place}: tau_h", row["tau_h"], "a time constant above zero"))
    if len(faults) > before:
        return None
    basal, low, high = numbers
    tau, shortest, longest = hours
    rest = (tuple(row["identifiers"].split()), tuple(row["aliases"].split()), row["note"])
    return Node(row["id"], row["name"], row["name_zh"], kind, cells, basal, low, high, tau, shortest, longest, *rest)


def number_of(row: dict[str, str], key: str, place: str, file: str, faults: list[Fault], most: float, allowed: str) -> float:
    """Return a number of a table row from 0 to `most`; adds a fault where it is none."""
    try:
        value = float(row[key])
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= most:
        faults.append(Fault(file, f"{place}: {key}", repr(row[key]), allowed))
    return value
