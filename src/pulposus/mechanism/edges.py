"""Edges of the cell network: what acts on what, in which cell, on whose word."""

from __future__ import annotations

from dataclasses import dataclass

from pulposus.core.errors import Fault, nearest
from pulposus.mechanism.nodes import CELLS, number_of

__all__ = ["BASES", "Edge", "edge_of_row"]

MOST = 0.999  # of a weight: at 1 nothing else could act

BASES = ("assumed", "title", "review", "inferred", "secondary", "abstract", "full_text", "definition")
"""How far an edge was checked, weakest first: nobody's word; a title; a review's word alone; drawn from a read-out that an
abstract tells; another paper's word; the abstract or an excerpt of its own paper; its full text; what a phenotype is read from, which
is a choice and needs no paper."""


@dataclass(frozen=True)
class Edge:
    """An edge; `weight` w is the largest share by which it raises (+) or cuts (-) its target.

    Edges of one target with the same `gate` act together alone (AND). `told` is what was read that carries the edge.
    `option` is `hypothesis=option ...`, empty for an edge that every rival has.
    """

    id: str
    source: str
    target: str
    sign: int
    gate: str
    cells: tuple[str, ...]
    mechanism: str
    weight: float
    weight_low: float
    weight_high: float
    basis: str
    species: str
    system: str
    references: tuple[str, ...]
    told: str
    hypothesis: str
    options: tuple[str, ...]
    contradiction: str
    note: str

    def acts_in(self, cell: str) -> bool:
        """Return whether the edge acts in a cell."""
        return not self.cells or cell in self.cells

    @property
    def rank(self) -> int:
        """Return how far the edge was checked, 0 for not at all."""
        return BASES.index(self.basis)


def edge_of_row(row: dict[str, str], place: str, file: str, known: dict[str, object], faults: list[Fault]) -> Edge | None:
    """Return the edge of a table row; adds what is wrong with it to `faults`."""
    before = len(faults)
    for key in ("source", "target"):
        if row[key] not in known:
            faults.append(Fault(file, f"{place}: {key}", repr(row[key]), "a node", nearest(row[key], list(known))))
    if row["sign"] not in ("+", "-"):
        faults.append(Fault(file, f"{place}: sign", repr(row["sign"]), "+ or -"))
    cells = () if row["cells"] == "all" else tuple(row["cells"].split())
    faults.extend(Fault(file, f"{place}: cells", repr(cell), "all, " + ", ".join(CELLS)) for cell in cells if cell not in CELLS)
    if row["basis"] not in BASES:
        faults.append(Fault(file, f"{place}: basis", repr(row["basis"]), ", ".join(BASES)))
    allowed = f"a share from 0 to {MOST}"
    weights = [number_of(row, key, place, file, faults, MOST, allowed) for key in ("weight", "weight_low", "weight_high")]
    hypothesis, _, options = row["option"].partition("=")
    if row["option"] and not options:
        faults.append(Fault(file, f"{place}: option", repr(row["option"]), "hypothesis=option"))
    if len(faults) > before:
        return None
    sign = 1 if row["sign"] == "+" else -1
    weight, low, high = weights
    return Edge(
        id=row["id"],
        source=row["source"],
        target=row["target"],
        sign=sign,
        gate=row["gate"],
        cells=cells,
        mechanism=row["mechanism"],
        weight=weight,
        weight_low=low,
        weight_high=high,
        basis=row["basis"],
        species=row["species"],
        system=row["system"],
        references=tuple(row["references"].split()),
        told=row["told"],
        hypothesis=hypothesis,
        options=tuple(options.split()),
        contradiction=row["contradiction"],
        note=row["note"],
    )
