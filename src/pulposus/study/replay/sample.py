"""What a set-up is asked with: one draw of the parameters and how fine the mesh is; and why a case may not run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulposus.core.draws import Draw
from pulposus.core.parameters import ParameterSet
from pulposus.tissue.answer import Given

__all__ = ["STILL", "Fixed", "NotRun", "Readings", "Sample"]

Fixed = Mapping[tuple[str, str], float]
"""(symbol, region) -> SI value that a set-up states itself."""

Readings = dict[str, float]
"""Read-out -> SI value; NaN where a draw has none."""

STILL: Fixed = {(rate, "any"): 0.0 for rate in ("native_death_rate", "native_division_rate", "senescence_rate", "senescent_fraction")}
"""Basal rates of native cells at zero: years slower than an experiment of days, and no part of it."""


class NotRun(Exception):
    """A case that the program of today cannot run; `key` names the sentence in the message catalogue, `words` fill it in."""

    def __init__(self, key: str, **words: str) -> None:
        super().__init__(key)
        self.key, self.words = key, words


@dataclass(frozen=True)
class Sample:
    """Draw `index` of a parameter set (None: every parameter at its central value); fineness multiplies the nodes of a mesh."""

    parameters: ParameterSet
    seed: int = 1
    index: int | None = None
    fineness: float = 1.0

    def draw(self, species: str, grade: str, fixed: Fixed | None = None) -> Any:
        """Return the draw for a subject; `fixed` values stand in for those of the records."""
        draw = Draw(self.parameters, self.seed, self.index or 0, species, grade, nominal=self.index is None)
        return Given(draw, dict(fixed)) if fixed else draw

    def nodes(self, count: int) -> int:
        """Return how many nodes a mesh of `count` nodes has at this fineness."""
        return max(1, round(count * self.fineness))
