"""Covariance of effects that share a control group: what makes several doses against one control one piece of evidence.

Two effects of one study against the same control covary by what the control adds to both variances. Source: GLESER2009.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["covariance", "groups_that_share"]

Array = NDArray[Any]
MEASURES = ("MD", "SMD", "ROM", "RR", "OR", "RD")


def groups_that_share(studies: Sequence[str], controls: Sequence[str], numbers: Mapping[str, Array]) -> list[list[int]]:
    """Return the rows that share a control: those of one study with the same named control, or, where none is named,
    with the same numbers of the control group."""
    own = [name for name in ("m2i", "sd2i", "n2i", "ci", "di") if name in numbers]
    groups: dict[tuple[object, ...], list[int]] = {}
    for at, (study, control) in enumerate(zip(studies, controls, strict=True)):
        key = (study, control) if control else (study, *(float(numbers[name][at]) for name in own))
        groups.setdefault(key, []).append(at)
    return [rows for rows in groups.values() if len(rows) > 1]


def covariance(measure: str, y: Array, v: Array, numbers: Mapping[str, Array], groups: Sequence[Sequence[int]]) -> Array:
    """Return the covariance matrix (k, k) of effects of which groups of rows share a control.

    MD: s2^2/n2; SMD: 1/n2 + y_i y_j / (2 N) with N of all arms; ROM: s2^2/(n2 m2^2); RR: 1/c - 1/n2; OR: 1/c + 1/d;
    RD: q(1 - q)/n2. Other measures stay independent.
    """
    V = np.diag(np.asarray(v, dtype=float))
    if measure not in MEASURES:
        return V
    for rows in groups:
        for i in rows:
            for j in rows:
                if i != j:
                    V[i, j] = _shared(measure, y, numbers, rows, i, j)
    return V


def _shared(measure: str, y: Array, numbers: Mapping[str, Array], rows: Sequence[int], i: int, j: int) -> float:
    """Return the covariance of two effects with one control."""
    if measure in ("MD", "SMD", "ROM"):
        m, s, n = (float(numbers[name][i]) for name in ("m2i", "sd2i", "n2i"))
        if measure == "MD":
            return s**2 / n
        if measure == "ROM":
            return s**2 / (n * m**2)
        total = n + sum(float(numbers["n1i"][at]) for at in rows)
        return 1 / n + float(y[i] * y[j]) / (2 * total)
    c = float(numbers["ci"][i])
    n = c + float(numbers["di"][i]) if "di" in numbers else float(numbers["n2i"][i])
    d = n - c
    if measure == "RD":
        q = c / n
        return q * (1 - q) / n
    if c == 0 or d == 0:
        c, d, n = c + 0.5, d + 0.5, n + 1
    return 1 / c - 1 / n if measure == "RR" else 1 / c + 1 / d
