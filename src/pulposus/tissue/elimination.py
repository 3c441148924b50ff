"""Local fields eliminated at every point at once, from derivative blocks (row, column) over the points.

    J = I - tau f_y,   x = J^-1 R,   S = tau J^-1 f_c,   effective = r_c + r_y S
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

__all__ = ["Blocks", "effective", "eliminated", "implicit_matrix", "solve_blocks"]

Blocks = dict[tuple[str, str], Any]


def implicit_matrix(blocks: Blocks, names: Sequence[str], tau: float) -> Blocks:
    """Return I - tau f' by blocks, from the blocks of f'.

    >>> implicit_matrix({("a", "a"): -3.0}, ["a"], 0.5)
    {('a', 'a'): 2.5}
    """
    J = {key: -tau * block for key, block in blocks.items()}
    for n in names:
        J[n, n] = J[n, n] + 1.0 if (n, n) in J else 1.0
    return J


def solve_blocks(J: Blocks, rhs: dict[tuple[str, str], Any], names: Sequence[str], columns: Sequence[str]) -> Blocks:
    """Solve J x = rhs at every point at once, J given by its non-zero blocks (row, column), no pivoting.

    I - tau f' is diagonally dominant for decaying rates, so no pivoting is needed; a block that is absent is zero.

    >>> x = solve_blocks({("a", "a"): 2.0, ("b", "a"): 1.0, ("b", "b"): 4.0}, {("a", "k"): 2.0, ("b", "k"): 5.0}, "ab", "k")
    >>> x["b", "k"]
    1.0
    """
    J, x = dict(J), dict(rhs)
    for i, pivot in enumerate(names):
        for row in names[i + 1:]:
            if (row, pivot) not in J:
                continue
            ratio = J[row, pivot] / J[pivot, pivot]
            for col in names[i + 1:]:
                if (pivot, col) in J:
                    J[row, col] = J.get((row, col), 0.0) - ratio * J[pivot, col]
            for k in columns:
                if (pivot, k) in x:
                    x[row, k] = x.get((row, k), 0.0) - ratio * x[pivot, k]
    for i in range(len(names) - 1, -1, -1):
        row = names[i]
        for k in columns:
            value = x.get((row, k), 0.0)
            for col in names[i + 1:]:
                if (row, col) in J and (col, k) in x:
                    value = value - J[row, col] * x[col, k]
            x[row, k] = value / J[row, row]
    return x


def eliminated(blocks: Blocks, tau: float, residual: dict[str, Any], local: Sequence[str],
               by: Sequence[str]) -> tuple[dict[str, Any], Blocks]:
    """Return x = J^-1 R and the slopes S of the local fields by others, from the blocks of their rates.

    >>> x, slopes = eliminated({("a", "a"): -1.0, ("a", "c"): 3.0}, 1.0, {"a": 4.0}, ["a"], ["c"])
    >>> x, slopes
    ({'a': 2.0}, {('a', 'c'): 1.5})
    """
    matrix = implicit_matrix({k: b for k, b in blocks.items() if k[0] in local and k[1] in local}, local, tau)
    right = {(f, w): tau * b for (f, w), b in blocks.items() if f in local and w in by}
    solved = solve_blocks(matrix, right | {(n, ""): residual[n] for n in local if n in residual}, local, ["", *by])
    return {n: solved.pop((n, ""), 0.0) for n in local}, solved


def effective(blocks: Blocks, slopes: Blocks, names: Collection[str], local: Collection[str]) -> Blocks:
    """Return r_c + r_y S among the named fields, where the local fields follow them by their slopes.

    >>> effective({("c", "c"): -1.0, ("c", "a"): 2.0}, {("a", "c"): 1.5}, ["c"], ["a"])
    {('c', 'c'): 2.0}
    """
    out = {(f, w): b for (f, w), b in blocks.items() if f in names and w in names}
    for (f, n), b in blocks.items():
        if f in names and n in local:
            for w in names:
                if (n, w) in slopes:
                    out[f, w] = out.get((f, w), 0.0) + b * slopes[n, w]
    return out
