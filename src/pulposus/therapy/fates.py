"""The fates of a dose of cells: where every cell given is at the end, as shares that add up to one.

    1 = thaw + leak + missed + waiting + elsewhere + early loss + starvation + clearance + taken out + alive - divided

From the ledger, where every process and event is entered under its own name: no loss is counted twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulposus.therapy.losses import LOSSES

__all__ = ["FATES", "fates_of"]

_BEFORE = ("thaw", "leak", "missed")
_CELLS = ("transplanted", "differentiated")
_OUTSIDE = ("endplate_pool", "epidural_depot", "lungs", "blood")
_CROSSING = ("endplate pool", "epidural depot", "bloodstream")  # processes by which cells enter from outside
_OWN = "transplant"
FATES = (*_BEFORE, "waiting", "elsewhere", *LOSSES, "taken out", "alive", "divided")


def fates_of(treatment: Any, ledger: Any) -> dict[str, float]:
    """Return fate -> share of the cells given; nothing for an arm without cells or whose disc did not run.

    treatment: cells_given and what was lost before the disc; ledger: of the disc at its end. "divided" is what division added, as a
    negative share, so that all fates add up to 1.
    """
    given = treatment.cells_given
    if not given or _CELLS[0] not in ledger.end:
        return {}
    books: list[Mapping[str, float]] = [ledger.entries.get(name, {}) for name in _CELLS]
    found = {cause: treatment.lost.get(cause, 0.0) for cause in _BEFORE}
    found |= {loss: -sum(book.get(loss, 0.0) for book in books) for loss in LOSSES}
    waiting = sum(ledger.end.get(name, 0.0) for name in _OUTSIDE)
    put_outside = sum(v for name in _OUTSIDE for who, v in ledger.entries.get(name, {}).items() if who not in _CROSSING)
    taken = sum(v for book in books for who, v in book.items() if v < 0 and who not in (_OWN, *LOSSES))
    crossed = sum(v for who, v in ledger.entries.get(_CELLS[0], {}).items() if who in _CROSSING)
    found |= {"waiting": waiting, "elsewhere": put_outside - waiting - crossed, "taken out": -taken,
              "alive": sum(ledger.end.get(name, 0.0) for name in _CELLS), "divided": -sum(book.get(_OWN, 0.0) for book in books)}
    return {fate: found[fate] / given for fate in FATES}
