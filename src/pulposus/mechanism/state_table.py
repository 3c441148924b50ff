"""States of the cell network over what a disc feeds it, as a table read by straight lines between its nodes.

    axes   v = sqrt(share) of IL-1b, TNF and every cargo, share of low oxygen
    x(v)   sum over the corners of the cell of the table that holds v of  prod_axis (1 - |v - v_corner| / width) x_corner

The cell is one that is not senescent and carries no load: senescent cells are a pool of the tissue with a secretion of their own, and
the tissue has a law of its own for load, so that neither is counted twice. The nodes are solved; unstimulated cells lie on a node.
Between nodes nothing overshoots, so that cells at rest stay at rest, which matters as a small state of death is a large factor on a
small basal rate. Several cargos have an axis each, with fewer nodes: the network is solved at the pair or triple, so that what they
do together is neither a sum nor counted twice. A table rests on the cell type, the hypotheses, the settings and the cargo alone: gains
and potencies are drawn without making it anew. It is kept in memory and in the user's cache folder.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import NotAllowed
from pulposus.mechanism.calibration import calibrated
from pulposus.mechanism.cell_model import CellModel, shares
from pulposus.mechanism.hypotheses import choose

__all__ = ["MOST_CARGOS", "StateTable", "cache_folder", "table_of"]

Array = NDArray[np.float64]

# axis -> nodes, and whether it runs by the square root of its share; the columns of `CellModel` in their order
AXES = {"il1b": (9, True), "tnf": (9, True), "oxygen": (7, False)}
CARGO_NODES = (0, 8, 6, 4)  # of the axis of each cargo, by how many there are; these run by the square root
MOST_CARGOS = len(CARGO_NODES) - 1
_kept: dict[str, StateTable] = {}


@dataclass(frozen=True)
class StateTable:
    """values: (nodes of all axes, states and drive of senescence); sizes: nodes by axis; rested: the states of unstimulated cells.

    cargo: its nodes of the network in the order of their axes; seconds: how long the table took to make, 0 when it was read from the
    cache.
    """

    values: Array
    sizes: tuple[int, ...]
    rested: Array
    cargo: tuple[str, ...] = ()
    seconds: float = 0.0

    def at(self, environment: Mapping[str, Any], cargo: Any = 0.0) -> Array:
        """Return the states (points, states and drive of senescence).

        environment: `il1b`, `tnf` (ng/mL), `oxygen` (kPa), arrays (points,); cargo: from 0 to 1, for several (points, cargos).

        >>> table = table_of({})
        >>> bool(np.allclose(table.at({"il1b": 0.0, "tnf": 0.0, "oxygen": 3.03975})[0], table.rested))
        True
        """
        return self._read(*self._corner(environment), *self._along(cargo))

    def with_and_without(self, environment: Mapping[str, Any], cargo: Array) -> tuple[Array, Array]:
        """Return the states with cargo (points,) or (points, cargos) and without it, at the same points."""
        place, left = self._corner(environment)
        return self._read(place, left, *self._along(cargo)), self._read(place, left, 0, [])

    def _corner(self, environment: Mapping[str, Any]) -> tuple[NDArray[np.int32], list[tuple[Array, int]]]:
        """Return the lowest corner of the cell of every point, and how far beyond it each axis of the environment is."""
        return self._cells(shares({**environment, "load": 0.0})[:, :len(AXES)], slice(0, len(AXES)))

    def _along(self, cargo: Any) -> tuple[Any, list[tuple[Array, int]]]:
        """Return the same of the axes of cargo, the last ones; nothing where there is none."""
        if not self.cargo or not np.any(cargo):
            return 0, []
        return self._cells(np.asarray(cargo, dtype=float).reshape(-1, len(self.cargo)), slice(len(AXES), None))

    def _cells(self, seen: Array, axes: slice) -> tuple[NDArray[np.int32], list[tuple[Array, int]]]:
        """Return the corner below shares (points, some of the axes), and how far beyond it they are on each axis where any is."""
        roots, ends, apart = self._grid
        root, last, strides = roots[axes], ends[axes], apart[axes]
        v = np.array(seen.T, order="C")  # a copy, as it is worked on in place
        np.clip(v, 0.0, 1.0, out=v)
        np.sqrt(v, out=v, where=root[:, None])
        v *= last[:, None]
        low = np.minimum(v.astype(np.int32), last[:, None] - np.int32(1))
        v -= low
        return strides @ low, [(part, int(stride)) for part, stride in zip(v, strides, strict=True) if part.any()]

    def _read(self, place: NDArray[np.int32], left: Sequence[tuple[Array, int]], low: Any, along: Sequence[tuple[Array, int]]) -> Array:
        """Return the weighted sum over the corners."""
        from scipy.sparse import csr_array

        place = place + low
        weights, steps = np.ones((1, len(place))), np.zeros(1, dtype=np.int32)
        for part, stride in (*left, *along):
            far = weights * part
            weights = np.concatenate([weights - far, far])
            steps = np.concatenate([steps, steps + np.int32(stride)])
        at = (place[:, None] + steps).ravel()
        ends = np.arange(0, at.size + 1, len(steps), dtype=np.int32)
        return np.asarray(csr_array((weights.T.ravel(), at, ends), shape=(len(place), len(self.values))) @ self.values)

    @cached_property
    def _grid(self) -> tuple[NDArray[np.bool_], NDArray[np.int32], NDArray[np.int32]]:
        """Whether each axis runs by the root, its last node, and how many nodes of the table lie between two of its own."""
        strides = [int(np.prod(self.sizes[axis + 1:])) for axis in range(len(self.sizes))]
        return np.array(_roots(self.sizes)), np.array(self.sizes, dtype=np.int32) - np.int32(1), np.array(strides, dtype=np.int32)


def _roots(sizes: Sequence[int]) -> list[bool]:
    return [root for _, root in AXES.values()] + [True] * (len(sizes) - len(AXES))


def cache_folder() -> Path:
    """Return where tables are kept: `maps` in `PULPOSUS_HOME`, or in the user's cache folder."""
    home = os.environ.get("PULPOSUS_HOME")
    return (Path(home) if home else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pulposus") / "maps"


def table_of(cargo: Mapping[str, float], cell: str = "NP", hypotheses: Mapping[str, str] | None = None,
             folder: Path | None = None) -> StateTable:
    """Return the table of some cargo (node -> its state in cells that hold all they can; none without cargo), made where it is not
    kept yet.

    folder: where it is kept, the user's cache folder when None; a folder that cannot be written is passed over. Raises `NotAllowed`
    for more cargos at once than `MOST_CARGOS`.

    >>> table_of({}).values.shape == (9 * 9 * 7, len(table_of({}).rested))
    True
    """
    if len(cargo) > MOST_CARGOS:
        raise NotAllowed(f"{len(cargo)} cargos at once: {', '.join(sorted(cargo))}", f"at most {MOST_CARGOS} different ones")
    model = CellModel(cargo, cell, choose(hypotheses), calibrated())
    sizes = (*(nodes for nodes, _ in AXES.values()), *(CARGO_NODES[len(cargo)],) * len(cargo))
    key = blake2b(repr((model.key, sizes, AXES)).encode(), digest_size=16).hexdigest()
    if key not in _kept:
        path = (folder or cache_folder()) / f"states-{key}.npz"
        _kept[key] = _load(path, sizes, tuple(model.vector)) or _make(model, sizes, path)
    return _kept[key]


def _nodes(sizes: Sequence[int]) -> Array:
    """Return the shares at all nodes, shape (nodes, axes)."""
    ways = [np.linspace(0.0, 1.0, n) ** (2 if root else 1) for n, root in zip(sizes, _roots(sizes), strict=True)]
    return np.array(list(product(*(way.tolist() for way in ways))))


def _make(model: CellModel, sizes: tuple[int, ...], path: Path) -> StateTable:
    begun = time.monotonic()
    nodes = _nodes(sizes)
    load, senescent = np.zeros((2, len(nodes), 1))
    columns = [nodes[:, :len(AXES)], load, nodes[:, len(AXES):] if model.vector else load, senescent]
    values, rested = np.ascontiguousarray(model.solve(np.hstack(columns))), model.rested()
    part = path.with_suffix(f".{os.getpid()}.part.npz")  # written whole or not at all, by several processes at once
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(part, values=values, rested=rested)
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink()
    return StateTable(values, sizes, rested, tuple(model.vector), time.monotonic() - begun)


def _load(path: Path, sizes: tuple[int, ...], cargo: tuple[str, ...]) -> StateTable | None:
    try:
        with np.load(path, allow_pickle=False) as kept:
            return StateTable(kept["values"], sizes, kept["rested"], cargo)
    except (OSError, ValueError, KeyError):
        return None
