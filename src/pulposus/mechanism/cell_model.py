"""The network of one cell type as the tissue asks it: states for IL-1b, TNF, oxygen, load, cargo and senescence.

Loss of oxygen, glucose and serum (OGD) and acid are held at nought: the tissue owns the death they cause. Senescence is held at the
tissue's senescent share and its drive is told, as the state itself belongs to the tissue.

    x_i = (1 - s_i) F_i(x) + s_i v_i            a node that cargo brings: from what the cell has of it, F, to v at s = 1

Cargo is s from 0 to 1 along a vector, the states v of its nodes at 1, or one s for every node. So a little of a cargo changes a little
whatever else a cell is given: a miRNA that a whole vesicle brings too is raised from where that vesicle has it, and each cargo
alone is the limit of both as the other goes to nought.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import NotAllowed
from pulposus.mechanism.doses import load_responses
from pulposus.mechanism.kinetics import Kinetics, Settings
from pulposus.mechanism.network import Network, load_network
from pulposus.mechanism.steady import steady_state

__all__ = ["CYTOKINES", "STATES", "CellModel", "shares"]

Array = NDArray[np.float64]

CYTOKINES = ("IL1B", "TNF", "IL6", "CCL5", "CXCL12")
STATES = ("APOPTOSIS", "PYROPTOSIS", "PROLIFERATION", "MATSYN", "MATDEG", "CALCIF", *CYTOKINES)
ENVIRONMENT = ("IL1B_ext", "TNF_ext", "HYPOXIA", "COMPRESSION")
KEYS = ("il1b", "tnf", "oxygen", "load")
FORM = "from what the cell has"  # how cargo sets its nodes: part of the key, so that states kept by another form are not read
REFERENCE_OXYGEN = 0.5  # share of the low-oxygen axis at which unstimulated cells are read
ATMOSPHERE = 101.325  # kPa
PER_TOLD = (1.0, 1.0, 100.0 / ATMOSPHERE, 1.0)  # from the unit told to that of the curve


def shares(environment: Mapping[str, Any]) -> Array:
    """Return the inputs of the network for IL-1b and TNF (ng/mL), oxygen (kPa) and load (MPa), shape (points, 4).

    >>> shares({"il1b": 1.0, "tnf": 0.0, "oxygen": 3.03975, "load": 0.0}).tolist()
    [[0.5, 0.0, 0.5, 0.0]]
    """
    curves = load_responses()
    if set(environment) != set(KEYS):
        raise NotAllowed(", ".join(environment), ", ".join(KEYS))
    values = [np.atleast_1d(np.asarray(environment[key], dtype=float)).ravel() for key in KEYS]
    found = np.empty((max(map(len, values)), len(KEYS)))
    for column, (id, value, by) in enumerate(zip(ENVIRONMENT, values, PER_TOLD, strict=True)):
        found[:, column] = curves[id].share(value * by)
    return found


class CellModel:
    """The network of a cell type with a cargo vector, as a function of points (points, 6).

    The columns are the shares of IL-1b, TNF, low oxygen and load, cargo (one column along the vector, or one for every node of it
    in the order of their names), and the senescent share.
    """

    def __init__(self, vector: Mapping[str, float], cell: str, hypotheses: dict[str, str], settings: Settings) -> None:
        """vector: state of each cargo node at 1; raises `NotAllowed` for states outside 0 to 1."""
        network: Network = load_network().of(cell, hypotheses)
        self.vector = dict(sorted((network[id].id, value) for id, value in vector.items()))
        if any(not 0.0 <= value <= 1.0 for value in self.vector.values()):
            raise NotAllowed("a cargo state outside 0 to 1", "states from 0 to 1")
        self.kinetics = Kinetics(network, settings)
        rests_on = (network.edges, network.nodes, self.vector, settings, FORM)
        self.key = blake2b(repr(rests_on).encode(), digest_size=16).hexdigest()

    def solve(self, points: Array) -> Array:
        """Return the states that the tissue reads, (points, states and drive of senescence)."""
        kinetics, index = self.kinetics, self.kinetics.network.index
        x, held = kinetics.start([{}] * len(points))
        for column, id in enumerate(ENVIRONMENT):
            x[index[id]] = points[:, column]
        ceiling, brought = np.ones_like(x), np.zeros_like(x)
        cargo = np.broadcast_to(points[:, 4:-1], (len(points), len(self.vector))) if self.vector else points[:, :0]
        for (id, value), s in zip(self.vector.items(), cargo.T, strict=True):
            row = index[id]
            if kinetics.is_input[row]:
                x[row] += s * (value - x[row])
            else:
                ceiling[row], brought[row] = 1 - s, s * value
        x[index["SENESCENCE"]], held[index["SENESCENCE"]] = points[:, -1], True
        found = steady_state(kinetics, x, held, ceiling, brought).x
        drive = kinetics.target(found)[index["SENESCENCE"]]
        return np.column_stack([found[[index[id] for id in STATES]].T, drive])

    def rested(self) -> Array:
        """Return the states of unstimulated cells."""
        return self.solve(np.array([[0.0, 0.0, REFERENCE_OXYGEN, 0.0, 0.0, 0.0]]))[0]
