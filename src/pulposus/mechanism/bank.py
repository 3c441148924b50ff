"""Banks of published perturbations: one row is one read-out of one comparison, in a form that can be run.

Two kinds of table are read: with `ops_treatment_single` and `ops_treatment_ev` (two modes: the named cargo alone, or the
whole vesicle), or with `ops_treatment` (one mode). In the whole-vesicle mode a comparator that holds the cargo holds the
vesicle in its place.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pulposus.core.errors import Fault, InputError, nearest
from pulposus.core.files import read_text
from pulposus.mechanism.conditions import Condition, read_ops
from pulposus.mechanism.network import Network
from pulposus.mechanism.nodes import CELLS

__all__ = ["DIRECTIONS", "MODES", "BankRow", "read_bank"]

DIRECTIONS = ("up", "down", "none")
UNSCORED = ("conflict", "unknown")
MODES = ("named", "vesicle")
ALWAYS = ("id", "experiment", "citation", "context", "ops_comparator", "readout_node", "direction")
LARGEST = 20e6  # bytes
MOST = 50_000  # rows


@dataclass(frozen=True)
class BankRow:
    """A row: what was done, what was read, what was found.

    `reference` is the key of the paper where the table tells it; `unknown` names nodes that the network lacks.
    """

    id: str
    experiment: str
    paper: str
    reference: str
    cell: str
    comparator: Condition
    treatment: Condition
    readout: str
    direction: str
    kind: str
    unknown: tuple[str, ...]

    @property
    def scored(self) -> bool:
        """Return whether the row can be scored: a direction that papers agree on, and nodes that are known."""
        return self.direction in DIRECTIONS and not self.unknown


def read_bank(path: str | Path, network: Network, cargo: str = "named") -> list[BankRow]:
    """Return the rows of a bank in one mode; raises `InputError` with every fault of the table.

    >>> from pulposus.core.files import packaged
    >>> from pulposus.mechanism.network import load_network
    >>> len(read_bank(packaged("network/banks/reviews.csv"), load_network()))
    174
    """
    name = Path(path).name
    reader = csv.DictReader(io.StringIO(read_text(path, LARGEST)))
    columns = reader.fieldnames or []
    two = "ops_treatment_single" in columns
    wanted = (*ALWAYS, *(("ops_treatment_single", "ops_treatment_ev") if two else ("ops_treatment",)))
    faults = [Fault(name, "columns", "", f"a column {each}", nearest(each, columns)) for each in wanted if each not in columns]
    if cargo not in MODES:
        faults.append(Fault("", "cargo", repr(cargo), ", ".join(MODES), nearest(cargo, MODES)))
    if faults:
        raise InputError(faults)
    rows = []
    for line, row in enumerate(reader, 2):
        if line > MOST:
            raise InputError([Fault(name, "", f"more than {MOST} rows", f"at most {MOST} rows")])
        if None in row or None in row.values():
            faults.append(Fault(name, f"line {line}", "cells too many or too few", f"{len(columns)} cells"))
            continue
        rows.append(_row({key: value.strip() for key, value in row.items()}, two, cargo, network, f"line {line}", faults))
    ids = [row.id for row in rows]
    faults.extend(
        Fault(name, "id", f"{id!r} twice", "one row of an id") for id in {id for id in ids if ids.count(id) > 1} if len(ids) < MOST
    )
    if not rows and not faults:
        faults.append(Fault(name, "", "no rows", "at least one row"))
    if faults:
        raise InputError([Fault(each.file or name, each.where, each.given, each.allowed, each.nearest) for each in faults])
    return rows


def _row(row: dict[str, str], two: bool, cargo: str, network: Network, line: str, faults: list[Fault]) -> BankRow:
    unknown: list[str] = []
    if row["direction"] not in DIRECTIONS + UNSCORED:
        faults.append(Fault("", f"{line}: direction", repr(row["direction"]), ", ".join(DIRECTIONS + UNSCORED)))
    if row["context"] not in CELLS:
        faults.append(Fault("", f"{line}: context", repr(row["context"]), ", ".join(CELLS), nearest(row["context"], CELLS)))
    single = row["ops_treatment_single" if two else "ops_treatment"]
    comparator = read_ops(row["ops_comparator"], network, f"{line}: ops_comparator", faults, unknown)
    treatment = read_ops(single, network, f"{line}: ops_treatment", faults, unknown)
    if two and cargo == "vesicle":
        whole = read_ops(row["ops_treatment_ev"], network, f"{line}: ops_treatment_ev", faults, unknown)
        comparator, treatment = _with_vesicle(comparator, whole, network), whole
    readout = row["readout_node"]
    try:
        readout = network[readout].id
    except InputError:
        unknown.append(readout)
    kind = "conflict" if row["direction"] in UNSCORED else "none" if row["direction"] == "none" else _kind(comparator, treatment, network)
    of = (row["id"], row["experiment"], row["citation"], row.get("reference", ""), row["context"])
    return BankRow(*of, comparator, treatment, readout, row["direction"], kind, tuple(dict.fromkeys(unknown)))


def _with_vesicle(comparator: Condition, whole: Condition, network: Network) -> Condition:
    """Return the comparator with the vesicle in the place of its cargo, where it holds cargo that the treatment lacks."""
    after = dict(whole.clamps)
    cargo = [id for id, _ in comparator.clamps if network[id].is_cargo and id not in after]
    if not cargo:
        return comparator
    kept = {id: value for id, value in comparator.clamps if id not in cargo}
    vesicles = {id: value for id, value in after.items() if network[id].kind == "vesicle"}
    return Condition(tuple((kept | vesicles).items()), comparator.factors, comparator.text)


def _kind(comparator: Condition, treatment: Condition, network: Network) -> str:
    """Return the kind of evidence: stimulus, dose, therapy or rescue (a drug, an inhibition, a forced node)."""
    before, after = dict(comparator.clamps), dict(treatment.clamps)
    changed = [id for id in before.keys() | after.keys() if before.get(id) != after.get(id)]
    if comparator.factors != treatment.factors:
        return "rescue"
    if all(network[id].kind == "stimulus" for id in changed):
        return "dose" if any(id in before and id in after for id in changed) else "stimulus"
    therapy = [id for id in changed if network[id].kind == "vesicle" or network[id].is_cargo]
    return "therapy" if therapy and set(changed) == set(therapy) else "rescue"


def unscored(rows: Sequence[BankRow]) -> list[dict[str, object]]:
    """Return the rows that are left out, and why."""
    found: list[dict[str, object]] = []
    for row in rows:
        if row.unknown:
            found.append({"id": row.id, "why": "unknown nodes: " + ", ".join(row.unknown)})
        elif not row.scored:
            found.append({"id": row.id, "why": f"direction {row.direction}"})
    return found
