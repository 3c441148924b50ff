"""Scores of the network on a bank of published perturbations.

A read-out counts as changed where |dx| > max(0.01, 3 % of the comparator), a threshold fixed before any scoring.
`balanced_accuracy` is the mean recall over those of up, down and none that have at least ten scored rows in the bank.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.mechanism.bank import DIRECTIONS, BankRow
from pulposus.mechanism.conditions import Condition, states
from pulposus.mechanism.kinetics import Kinetics, Settings
from pulposus.mechanism.network import Network
from pulposus.mechanism.steady import steady_state

__all__ = ["ABSOLUTE", "LEAST_ROWS", "RELATIVE", "Outcome", "classes_of", "direction_of", "predict", "summary"]

Array = NDArray[np.float64]
Solve = Callable[[Network, Sequence[Condition]], tuple[Array, tuple[str, ...]]]

ABSOLUTE, RELATIVE = 0.01, 0.03
LEAST_ROWS = 10


@dataclass(frozen=True)
class Outcome:
    """What the network says of a row: the read-out before and after, the change, and how the states were settled."""

    row: BankRow
    before: float
    after: float
    status: str

    @property
    def delta(self) -> float:
        """Return the change of the read-out."""
        return self.after - self.before

    @property
    def predicted(self) -> str:
        """Return up, down or none by the threshold."""
        return direction_of(self.before, self.after)


def direction_of(before: float, after: float) -> str:
    """Return up, down or none for a change of a state.

    >>> direction_of(0.5, 0.52), direction_of(0.1, 0.111), direction_of(0.5, 0.514)
    ('up', 'up', 'none')
    """
    delta = after - before
    if abs(delta) <= max(ABSOLUTE, RELATIVE * before):
        return "none"
    return "up" if delta > 0 else "down"


def steady(settings: Settings | None = None) -> Solve:
    """Return a solver of steady states of the logic network."""

    def solve(network: Network, conditions: Sequence[Condition]) -> tuple[Array, tuple[str, ...]]:
        kinetics = Kinetics(network, settings)
        found = steady_state(kinetics, *states(kinetics, conditions))
        return found.x, found.status

    return solve


def predict(rows: Sequence[BankRow], networks: Mapping[str, Network], solve: Solve | None = None) -> list[Outcome]:
    """Return the outcome of every row that can be scored; `networks` gives the network of every cell."""
    solve = solve or steady()
    found: dict[tuple[str, Condition], tuple[Array, str]] = {}
    index = next(iter(networks.values())).index
    for cell, network in networks.items():
        wanted = list(dict.fromkeys(each for row in rows if row.cell == cell and row.scored for each in (row.comparator, row.treatment)))
        if wanted:
            x, status = solve(network, wanted)
            found.update({(cell, each): (x[:, at], status[at]) for at, each in enumerate(wanted)})
    outcomes = []
    for row in (row for row in rows if row.scored):
        (before, first), (after, second) = found[row.cell, row.comparator], found[row.cell, row.treatment]
        at = index[row.readout]
        outcomes.append(Outcome(row, float(before[at]), float(after[at]), max(first, second, key=_worse)))
    return outcomes


def _worse(status: str) -> int:
    return ("newton", "course", "pseudo_transient", "not_converged").index(status)


def classes_of(rows: Sequence[BankRow]) -> tuple[str, ...]:
    """Return the directions with enough scored rows to count in the balanced accuracy."""
    count = {each: sum(row.direction == each for row in rows if row.scored) for each in DIRECTIONS}
    return tuple(each for each in DIRECTIONS if count[each] >= LEAST_ROWS)


def summary(said: Sequence[tuple[str, str]], classes: Sequence[str]) -> dict[str, Any]:
    """Return accuracy and balanced accuracy of (expected, predicted) pairs over fixed classes; null where nothing counts.

    >>> summary([("up", "up"), ("up", "none"), ("down", "down")], ("up", "down"))
    {'n': 3, 'accuracy': 0.6666666666666666, 'balanced_accuracy': 0.75}
    """
    n = len(said)
    recalls = [[got == each for wanted, got in said if wanted == each] for each in classes]
    held = [float(np.mean(each)) for each in recalls if each]
    return {
        "n": n,
        "accuracy": float(np.mean([wanted == got for wanted, got in said])) if n else None,
        "balanced_accuracy": float(np.mean(held)) if held else None,
    }
