"""What the vesicles of a product carry: a vector of the cell network, from the papers behind its source or its named cargo.

A native product without a named cargo is the whole vesicle of its source; one that names a cargo (loaded, antagomir, engineered, or
native) is that cargo alone. Where no paper shows an effect on disc cells, as for dental pulp, there is no vector and no effect; cargo
that acts on macrophages alone has no target cell in an intact nucleus.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from pulposus.core.errors import PulposusError, unknown
from pulposus.core.files import packaged, read_yaml

__all__ = ["Cargo", "cargo_names", "cargo_of"]

FILE = "products/cargo.yaml"
NATIVE = "native"
_TARGETS = ("NP", "AF", "CEP")  # cells of a disc; a macrophage is none


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

    @cached_property
    def vector(self) -> dict[str, float]:
        """The cargo vector of the network: node -> state; empty where nothing acts."""
        return {self.node: self.state} if self.node is not None and self.acts else {}


@cache
def _table() -> dict[str, Any]:
    return dict(read_yaml(packaged(FILE))[0])


def cargo_names() -> tuple[str, ...]:
    """Return the cargo that can be named and is in the cell network.

    >>> "miR-21" in cargo_names(), "antagomiR-4450" in cargo_names()
    (True, True)
    """
    return tuple(row["id"] for row in _table()["cargo"] if row["node"])


def cargo_of(product: Any) -> Cargo:
    """Return what a product of vesicles carries: its `cargo`, a sequence of one name with its copies_per_particle, or the whole vesicle.

    Raises InputError for a source or cargo without a record, PulposusError for several cargos at once.

    >>> from types import SimpleNamespace
    >>> cargo_of(SimpleNamespace(source="ADSC")).vector, cargo_of(SimpleNamespace(source="DPSC")).acts
    ({'EV_ADSC': 1.0}, False)
    >>> held = SimpleNamespace(name="antagomiR-4450", copies_per_particle=None)
    >>> cargo_of(SimpleNamespace(source="P-MSC", modification="antagomir", cargo=(held,))).vector
    {'antagomiR4450': 0.9}
    """
    table, held = _table(), tuple(getattr(product, "cargo", None) or ())
    modification = getattr(product, "modification", None) or NATIVE
    if len(held) > 1:
        raise PulposusError("several named cargos in one product are not built; name one, or none for the whole vesicle")
    if not held:
        rows = {row["source"]: row for row in table["sources"]}
        if product.source not in rows:
            raise unknown("vesicle source", product.source, tuple(rows))
        row = rows[product.source]
        return Cargo(product.source, row["node"], table["whole_state"], True, modification, references=tuple(row["references"]),
                     says=(row["says"], row["says_zh"]))
    named = {row["id"]: row for row in table["cargo"]} | {row["node"]: row for row in table["cargo"]}
    name = held[0].name
    if name not in named:
        raise unknown("cargo", name, cargo_names())
    row = named[name]
    return Cargo(product.source, row["node"], table["named_state"], False, modification, held[0].copies_per_particle, row["cell"],
                 tuple(row["references"]), (row["note"], row["note"]))
