"""What the disc is fed from outside, once events change it: levels of the endplate and of the wall, a pattern of open endplate.

    oxygen, glucose at a boundary = level x supply;   pattern > 1/2: only the pattern's nodes of the bone face are supplied

The levels are compartments that only events change (drivers.switch); the disc hands them to its boundaries (disc.py).
"""

from __future__ import annotations

from pulposus.tissue.process import Event, Field, Process, State

__all__ = ["LEVELS", "Supply"]

LEVELS = ("endplate_supply", "wall_supply", "endplate_pattern")


class Supply(Process):
    """Owns the levels of the boundaries."""

    name = "supply"

    def __init__(self, changes: list[Event]) -> None:
        self.changes = changes

    def fields(self, p: State) -> list[Field]:
        """Return both levels, 1 at the start, and the pattern, off."""
        return [Field(n, "1", "global", 1.0, start=0.0 if n == "endplate_pattern" else 1.0) for n in LEVELS]

    def events(self, p: State) -> list[Event]:
        """Return the changes."""
        return self.changes
