"""What the vesicles of a product carry: a vector of the cell network, from the papers behind its source or its named cargo.

A native product without a named cargo is the whole vesicle of its source; one that names cargo (loaded, antagomir, engineered, or
native) is that cargo alone. Where no paper shows an effect on disc cells, as for dental pulp, there is no vector and no effect; cargo
that acts on macrophages alone has no target cell in an intact nucleus.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from pulposus.core.errors import unknown
from pulposus.core.files import packaged, read_yaml

__all__ = ["Cargo", "cargo_names", "contents_of", "states_of"]

FILE = "products/cargo.yaml"
NATIVE = "native"
_TARGETS = ("NP", "AF", "CEP")  # cells of a disc; a macrophage is none
_COPIES = {NATIVE: "cargo_copies_native"}  # of a named cargo per vesicle, where it is not loaded
_LOADED = "cargo_copies_loaded"


@dataclass(frozen=True)
class Cargo:
    """node: of the network, None without evidence; state: of the node when cells hold all they can; whole: a whole vesicle.

    copies: per particle, where they were counted; references: keys of the papers; cell: the cell type they used; says: what is
    known of it, in both languages.
    """

    source: str
    node: str | None
    state: float
    whole: bool
    modification: str = NATIVE
    copies: float | None = None
    cell: str = "NP"
    references: tuple[str, ...] = ()
    says: tuple[str, str] = ("", "")

    @property
    def acts(self) -> bool:
        """Whether a paper stands behind an effect on cells of the disc."""
        return self.node is not None and self.cell in _TARGETS

    @property
    def vector(self) -> dict[str, float]:
        """The cargo of the network: node -> state; empty where nothing acts."""
        return {self.node: self.state} if self.node is not None and self.acts else {}

    @property
    def symbol(self) -> str | None:
        """The record of copies per vesicle, None for a whole vesicle or where they were counted."""
        return None if self.whole or self.copies is not None else _COPIES.get(self.modification, _LOADED)

    @property
    def key(self) -> tuple[str, str, float]:
        """What tells two cargos apart in what they do: node, record of copies, copies."""
        return self.node or "", self.symbol or "", self.copies or 0.0


@cache
def _table() -> dict[str, Any]:
    return dict(read_yaml(packaged(FILE))[0])


def cargo_names() -> tuple[str, ...]:
    """Return the cargo that can be named and is in the cell network.

    >>> "miR-21" in cargo_names(), "antagomiR-4450" in cargo_names()
    (True, True)
    """
    return tuple(row["id"] for row in _table()["cargo"] if row["node"])


def contents_of(product: Any) -> tuple[Cargo, ...]:
    """Return what a product of vesicles carries: its `cargo`, names with their copies_per_particle, or the whole vesicle.

    Raises InputError for a source or cargo without a record.

    >>> from types import SimpleNamespace
    >>> [cargo.vector for source in ("ADSC", "DPSC") for cargo in contents_of(SimpleNamespace(source=source))]
    [{'EV_ADSC': 1.0}, {}]
    >>> held = SimpleNamespace(name="antagomiR-4450", copies_per_particle=None)
    >>> contents_of(SimpleNamespace(source="P-MSC", modification="antagomir", cargo=(held,)))[0].vector
    {'antagomiR4450': 0.9}
    """
    table, held = _table(), tuple(getattr(product, "cargo", None) or ())
    modification = getattr(product, "modification", None) or NATIVE
    if not held:
        rows = {row["source"]: row for row in table["sources"]}
        if product.source not in rows:
            raise unknown("vesicle source", product.source, tuple(rows))
        row = rows[product.source]
        return (Cargo(product.source, row["node"], table["whole_state"], True, modification, references=tuple(row["references"]),
                      says=(row["says"], row["says_zh"])),)
    named = {row["id"]: row for row in table["cargo"]} | {row["node"]: row for row in table["cargo"]}
    found = []
    for each in held:
        if each.name not in named:
            raise unknown("cargo", each.name, cargo_names())
        row = named[each.name]
        found.append(Cargo(product.source, row["node"], table["named_state"], False, modification, each.copies_per_particle, row["cell"],
                           tuple(row["references"]), (row["note"], row["note"])))
    return tuple(found)


def states_of(cargo: Iterable[Cargo]) -> dict[str, float]:
    """Return the cargo as the network has it: node -> its state in cells that hold all they can, each once, in the order of nodes.

    >>> from types import SimpleNamespace
    >>> states_of(cargo for source in ("UC-MSC", "ADSC", "DPSC", "ADSC") for cargo in contents_of(SimpleNamespace(source=source)))
    {'EV_ADSC': 1.0, 'EV_UCMSC': 1.0}
    """
    return dict(sorted((node, state) for each in cargo for node, state in each.vector.items()))
