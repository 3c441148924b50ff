"""Which rivals of the cell network change what the tissue reads of it, for a cargo and the stimuli that a disc can bring.

    told(h) = states of the network at IL-1b, TNF and low oxygen of nought, half and full, with each cargo, with all, with none
    h is on a path  <=>  max |told(h) - told(chosen)| > 1e-6

A rival whose edges lie on no way from these inputs to what is read, or in other cells alone, changes nothing and is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
from numpy.typing import NDArray

from pulposus.mechanism.calibration import calibrated
from pulposus.mechanism.cell_model import CellModel
from pulposus.mechanism.hypotheses import choose, load_hypotheses

__all__ = ["rivals_read"]

LEAST = 1e-6  # of a state; what is solved to 1e-9 and differs by less is the same


def rivals_read(cargo: Mapping[str, float], chosen: Mapping[str, str] | None = None, cell: str = "NP") -> list[tuple[str, str]]:
    """Return the (hypothesis, option) that change what the tissue reads, of all that differ from those chosen.

    cargo: node -> its state in cells that hold all they can; chosen: options of a run, the defaults where it names none.

    >>> ("mir_21", "harmful") in rivals_read({"miR21": 0.9}), ("akt_autophagy", "protects_everywhere") in rivals_read({"miR21": 0.9})
    (True, False)
    """
    base = choose(chosen)
    points = _points(len(cargo))
    model = CellModel(cargo, cell, base, calibrated())
    told, found = model.solve(points), []
    for each in load_hypotheses():
        for option in each.options:
            other = CellModel(cargo, cell, {**base, each.id: option.id}, calibrated())
            if other.key != model.key and np.max(np.abs(other.solve(points) - told)) > LEAST:
                found.append((each.id, option.id))
    return found


def _points(cargos: int) -> NDArray[np.float64]:
    """Return the points of `CellModel` that are asked: every mix of stimuli with no, each and all cargo."""
    held = np.unique(np.vstack([np.zeros((1, cargos)), np.eye(cargos), np.ones((1, cargos))]), axis=0) if cargos else np.zeros((1, 1))
    levels = (0.0, 0.5, 1.0)
    return np.array([(il1b, tnf, oxygen, 0.0, *row, 0.0) for il1b, tnf, oxygen in product(levels, repeat=3) for row in held.tolist()])
