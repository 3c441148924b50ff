"""The ledger: where every cell, gram and particle came from and went, process by process.

    total(t) - total(0) = sum over processes of int source dt  +  jumps at events  +  influx through fixed boundaries
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

__all__ = ["Ledger"]


@dataclass
class Ledger:
    """start, end: field -> total; entries: field -> (who, what) -> amount."""

    start: dict[str, float] = field(default_factory=dict)
    end: dict[str, float] = field(default_factory=dict)
    entries: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(float)))

    def add(self, name: str, what: str, amount: float) -> None:
        """Enter an amount for a field under a heading."""
        self.entries[name][what] += amount

    def gap(self, name: str) -> float:
        """Return what is unaccounted for, relative to all that moved or was there.

        >>> book = Ledger({"native": 10.0}, {"native": 7.0}); book.add("native", "death", -3.0); book.gap("native")
        0.0
        """
        moved = self.entries.get(name, {})
        size = max(abs(self.start[name]), abs(self.end[name]), sum(map(abs, moved.values())), 1e-300)
        return abs(self.end[name] - self.start[name] - sum(moved.values())) / size
