"""What the coupled solve works with: the task that stays the same, an iterate on the way, and the solution in the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.tissue.elimination import Blocks
from pulposus.tissue.transport import span

__all__ = ["Iterate", "Rows", "Solution", "Task", "parted"]

Array = NDArray[np.float64]
Values = dict[str, Any]


class Rows:
    """Some of the diffusing fields: their names, their numbers, and what picks their rows.

    >>> Rows(["oxygen", "glucose", "tnf"], [1, 2]).names
    ['glucose', 'tnf']
    """

    def __init__(self, fields: Sequence[str], numbers: Sequence[int]) -> None:
        self.names, self.numbers, self.at = [fields[i] for i in numbers], list(numbers), span(numbers)


@lru_cache
def parted(fields: tuple[str, ...], following: tuple[bool, ...]) -> tuple[Rows, Rows]:
    """Return the fields that lead and those that follow.

    >>> [rows.names for rows in parted(("oxygen", "tnf"), (False, True))]
    [['oxygen'], ['tnf']]
    """
    lead, follow = ([i for i, one in enumerate(following) if one == wanted] for wanted in (False, True))
    return Rows(fields, lead), Rows(fields, follow)


@dataclass
class Solution:
    """c: (fields, nodes); y: local field -> (points,); used: the c at which rates were last evaluated; state: all of that state;
    rates: process -> field -> rate per volume in it; slopes: blocks of their derivatives at the last Newton step, if there was one.
    A c = load(r) + b and y = y^ + tau f hold to round-off with these rates, so balances drawn up with them close exactly.
    """

    c: Array
    y: Values
    used: Array
    converged: bool
    newton: int = 0
    krylov: int = 0
    continued: bool = False
    state: Values = field(default_factory=dict)
    rates: dict[str, Values] = field(default_factory=dict)
    slopes: Blocks = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """What stays the same during one solve: compartments, time, y^, tau, b, 1/tau or k by field, k taken into A, share of r, the
    fields that lead and those that follow, the tolerance."""

    g: Values
    t: float
    y_hat: Values
    tau: float | None
    b: Array
    rates: tuple[float, ...]
    decay: Array
    share: float
    lead: Rows
    follow: Rows
    tol: float


@dataclass
class Iterate:
    """c and y, the state and the rates there, their images, and how far off they are, of their scale: lead, local, follow. Local
    fields that nothing depends on are not among them: they must not move the rest."""

    c: Array
    y: Values
    state: Values
    rates: dict[str, Values]
    image: Array
    made: Values
    lead: float
    local: float
    follow: float

    @property
    def worst(self) -> float:
        """The largest of them, NaN where one is."""
        return float(np.max((self.lead, self.local, self.follow)))
