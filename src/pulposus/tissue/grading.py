"""Scales that a disc is graded by beside Pfirrmann's, as probabilities that follow from those of the Pfirrmann grades.

    P(scale grade j) = sum over Pfirrmann grades c of P(c) W[c, j]

modified Pfirrmann (1 to 8)   W from the recorded table of which Pfirrmann grade each of its grades stands for; two that stand for
                              the same one share it (record modified_pfirrmann_split). The table is an assumption.
Thompson (I to V)             W keeps the grade but for a measured share of discs whose gross morphology is one or two grades off,
                              either way alike. It is a grade of the cut disc, not of an image.

A map adds doubt and never takes any away: the two scales are told beside the Pfirrmann grade, never in its place.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["expected", "modified_pfirrmann_table", "thompson_table"]

Table = NDArray[np.float64]
_CLASSIC = 5


def expected(chances: Any) -> Any:
    """Return the mean grade, counted from 1, of probabilities of grades (..., grades).

    >>> float(expected([0.0, 0.5, 0.5]))
    2.5
    """
    chances = np.asarray(chances, dtype=float)
    return chances @ np.arange(1, chances.shape[-1] + 1)


def modified_pfirrmann_table(draw: Any) -> Table:
    """Return W (Pfirrmann grades, modified grades) of a draw; rows sum to 1."""
    from pulposus.core.vocabulary import term

    highest = int(term("grade_scale", "modified_pfirrmann").more["highest"])
    stands_for = [round(draw.value(f"modified_pfirrmann_{j}")) - 1 for j in range(1, highest + 1)]
    first = draw.value("modified_pfirrmann_split")
    W = np.zeros((_CLASSIC, highest))
    for c in range(_CLASSIC):
        mine = [j for j, classic in enumerate(stands_for) if classic == c]
        rest = (1 - first) / max(len(mine) - 1, 1)
        W[c, mine] = [1.0] if len(mine) == 1 else [first, *[rest] * (len(mine) - 1)]
    return W


def thompson_table(draw: Any) -> Table:
    """Return W (Pfirrmann grades, Thompson grades) of a draw; rows sum to 1. At the ends of the scale all go the one way."""
    d, two = draw.value("thompson_disagreement"), draw.value("thompson_two_grades")
    W = np.eye(_CLASSIC) * (1 - d)
    for c in range(_CLASSIC):
        for off, share in ((1, d * (1 - two)), (2, d * two)):
            there = [j for j in (c - off, c + off) if 0 <= j < _CLASSIC]
            W[c, there] += share / len(there)
    return W
