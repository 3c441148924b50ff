"""The cell network as data: nodes and edges read from their tables, and the part of it that a run uses."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pulposus.core.errors import Fault, InputError, NotAllowed, nearest
from pulposus.core.files import packaged, read_text
from pulposus.mechanism.edges import BASES, Edge, edge_of_row
from pulposus.mechanism.hypotheses import choose
from pulposus.mechanism.nodes import CELLS, Node, node_of_row

__all__ = ["Network", "load_network"]

NODE_COLUMNS = "id name name_zh kind cells basal basal_low basal_high tau_h tau_low tau_high identifiers aliases note".split()
EDGE_COLUMNS = (
    "id source target sign gate cells mechanism weight weight_low weight_high basis species system references told option "
    "contradiction note"
).split()
_loaded: list[Network] = []


@dataclass(frozen=True)
class Network:
    """Nodes and edges; a part of the network is a network too."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @cached_property
    def index(self) -> dict[str, int]:
        """Return the place of every node by its id."""
        return {node.id: place for place, node in enumerate(self.nodes)}

    @cached_property
    def _names(self) -> dict[str, str]:
        every = {name.lower(): node.id for node in self.nodes for name in (node.name, *node.aliases)}
        return every | {node.id.lower(): node.id for node in self.nodes}

    def __getitem__(self, id: str) -> Node:
        """Return a node by its id, an alias or its name; raises `InputError` with the nearest one."""
        found = id if id in self.index else self._names.get(id.lower())
        if found is None:
            raise InputError([self.unknown(id)])
        return self.nodes[self.index[found]]

    def unknown(self, id: str, where: str = "node") -> Fault:
        """Return the fault of a node that is not there."""
        near = nearest(id.lower(), list(self._names))
        return Fault("", where, repr(id), "a node of the network (pulposus network nodes)", self._names[near] if near else None)

    def of(self, cell: str = "NP", hypotheses: Mapping[str, str] | None = None, basis: str = "assumed") -> Network:
        """Return the edges that act in a cell, under one option of every hypothesis, checked at least as far as `basis`.

        Raises `InputError` for an unknown cell, hypothesis or basis.

        >>> network = load_network()
        >>> len(network.of("NP", basis="abstract").edges) < len(network.of("NP").edges) < len(network.edges)
        True
        """
        if cell not in CELLS:
            raise InputError([Fault("", "cell", repr(cell), ", ".join(CELLS), nearest(cell, CELLS))])
        if basis not in BASES:
            raise InputError([Fault("", "basis", repr(basis), ", ".join(BASES), nearest(basis, BASES))])
        chosen, least = choose(hypotheses), BASES.index(basis)
        held = (edge for edge in self.edges if edge.acts_in(cell) and edge.rank >= least)
        return self.with_edges(edge for edge in held if not edge.hypothesis or chosen[edge.hypothesis] in edge.options)

    def with_edges(self, edges: Iterable[Edge]) -> Network:
        """Return the same nodes with other edges."""
        return Network(self.nodes, tuple(edges))

    def without_papers(self, references: Collection[str]) -> Network:
        """Return the network without the edges that these papers alone support."""
        gone = set(references)
        return self.with_edges(edge for edge in self.edges if not edge.references or set(edge.references) - gone)

    def edges_into(self, id: str) -> tuple[Edge, ...]:
        """Return the edges that act on a node."""
        return tuple(edge for edge in self.edges if edge.target == id)

    def edges_from(self, id: str) -> tuple[Edge, ...]:
        """Return the edges that a node acts by."""
        return tuple(edge for edge in self.edges if edge.source == id)


def load_network(nodes: str | Path | None = None, edges: str | Path | None = None) -> Network:
    """Return the packaged network (read once), or that of two tables.

    Raises `InputError` with every fault of both tables.

    >>> network = load_network()
    >>> network["miR-21"].id, network["p65"].id
    ('miR21', 'NFKB')
    """
    if nodes is None and edges is None:
        if not _loaded:
            _loaded.append(_read(packaged("network/nodes.csv"), packaged("network/edges.csv")))
        return _loaded[0]
    if nodes is None or edges is None:
        raise NotAllowed("one table", "a table of nodes and a table of edges")
    return _read(Path(nodes), Path(edges))


def _read(nodes: Path, edges: Path) -> Network:
    faults: list[Fault] = []
    every: dict[str, Node] = {}
    for place, row in _rows(nodes, NODE_COLUMNS, faults):
        node = node_of_row(row, place, nodes.name, faults)
        if node is not None and node.id in every:
            faults.append(Fault(nodes.name, place, f"{node.id} twice", "one row of a node"))
        elif node is not None:
            every[node.id] = node
    found: dict[str, Edge] = {}
    for place, row in _rows(edges, EDGE_COLUMNS, faults):
        edge = edge_of_row(row, place, edges.name, dict(every), faults)
        if edge is not None and edge.id in found:
            faults.append(Fault(edges.name, place, f"{edge.id} twice", "one row of an edge"))
        elif edge is not None:
            found[edge.id] = edge
    faults.extend(_gates(found.values(), edges.name))
    if faults:
        raise InputError(faults)
    return Network(tuple(every.values()), tuple(found.values()))


def _rows(path: Path, columns: list[str], faults: list[Fault]) -> list[tuple[str, dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(read_text(path)))
    missing = [column for column in columns if column not in (reader.fieldnames or [])]
    faults.extend(Fault(path.name, "columns", "", f"a column {column}") for column in missing)
    if missing:
        return []
    return [(f"line {line}", {key: (value or "").strip() for key, value in row.items() if key}) for line, row in enumerate(reader, 2)]


def _gates(edges: Iterable[Edge], file: str) -> list[Fault]:
    """Return the faults of AND gates: one member, members of two targets or signs, a gate that feeds itself."""
    gates: dict[tuple[str, tuple[str, ...]], list[Edge]] = {}
    for edge in edges:
        if edge.gate:
            gates.setdefault((edge.gate, edge.cells), []).append(edge)
    faults = []
    for (gate, _), members in gates.items():
        if len(members) < 2:
            faults.append(Fault(file, f"gate {gate}", "one edge", "two or more edges that act together"))
        if len({(edge.target, edge.sign, edge.weight) for edge in members}) > 1:
            faults.append(Fault(file, f"gate {gate}", "several targets, signs or weights", "one of each in a gate"))
        if any(edge.source == edge.target for edge in members):
            faults.append(Fault(file, f"gate {gate}", f"{members[0].target} on itself", "members other than the target"))
    return faults
