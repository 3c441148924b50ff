"""The ledger: where every cell, gram and particle came from and went, process by process.

    total(t) - total(0) = sum over processes of int source dt  +  jumps at events  +  influx through fixed boundaries
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

__all__ = ["Ledger"]


@dataclass
class Ledger:
    """start, end: field -> total; entries: field -> who -> net amount; moved: field -> all that moved, either way."""

    start: dict[str, float] = field(default_factory=dict)
    end: dict[str, float] = field(default_factory=dict)
    entries: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(float)))

    moved: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, name: str, what: str, amount: float) -> None:
        """Enter an amount for a field under a heading."""
        self.entries[name][what] += amount
        self.moved[name] += abs(amount)

    def gap(self, name: str) -> float:
        """Return what is unaccounted for, relative to all that moved or was there.

        >>> book = Ledger({"native": 10.0}, {"native": 7.0}); book.add("native", "death", -3.0); book.gap("native")
        0.0
        """
        size = max(abs(self.start[name]), abs(self.end[name]), self.moved.get(name, 0.0)) or 1.0
        return float(abs(self.end[name] - self.start[name] - sum(self.entries.get(name, {}).values())) / size)
