"""What the cell network tells the tissue: factors on the basal rates of death, division, senescence, secretion, matrix.

With phi_x = max(0, (x - x0) / (1 - x0)), x0 the state of unstimulated cells at the reference oxygen:

    death         1 + (k_apo phi_APOPTOSIS + k_pyr phi_PYROPTOSIS) / basal death rate
    division      PROLIFERATION / x0
    senescence    1 + k_sen phi_SENESCENCE / basal senescence rate        (of the drive: the state itself belongs to the tissue)
    calcification 1 + k_cal phi_CALCIF / basal calcification rate
    secretion c   1 + (q - 1) phi_c
    synthesis     (MATSYN / x0)^s, kept within its least and most
    degradation   1 + (m - 1) phi_MATDEG

Loss of oxygen, glucose and serum (OGD) and acid are held at nought: the tissue owns the death they cause. The quasi-steady
states are kept on a sparse grid over IL-1b, TNF, oxygen, load, cargo and senescence, one grid for a cargo vector and a draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import NotAllowed
from pulposus.core.parameters import ParameterSet
from pulposus.mechanism.doses import load_responses
from pulposus.mechanism.hypotheses import choose
from pulposus.mechanism.kinetics import Kinetics, Settings
from pulposus.mechanism.network import Network, load_network
from pulposus.mechanism.sparse_grid import SparseGrid, build
from pulposus.mechanism.steady import steady_state

__all__ = ["CYTOKINES", "Phenotypes", "direct", "phenotypes"]

Array = NDArray[np.float64]

CYTOKINES = ("IL1B", "TNF", "IL6", "CCL5", "CXCL12")
STATES = ("APOPTOSIS", "PYROPTOSIS", "PROLIFERATION", "MATSYN", "MATDEG", "CALCIF", *CYTOKINES)
ENVIRONMENT = ("IL1B_ext", "TNF_ext", "HYPOXIA", "COMPRESSION")
REFERENCE_OXYGEN = 0.5  # share of the low-oxygen axis at which unstimulated cells are read
LEVEL = 5
ATMOSPHERE = 101.325  # kPa
_kept: dict[str, SparseGrid] = {}


@dataclass(frozen=True)
class Gains:
    """Numbers from states to factors, in 1/s and without unit, with the basal rates they are compared to."""

    apoptosis: float
    pyroptosis: float
    senescence: float
    calcification: float
    exponent: float
    least: float
    most: float
    degradation: float
    secretion: float
    basal_death: float
    basal_senescence: float
    basal_calcification: float

    @classmethod
    def of(cls, parameters: ParameterSet) -> Gains:
        """Return the gains of a parameter set."""
        symbols = ("apoptosis_death_rate", "pyroptosis_death_rate", "network_senescence_rate", "network_calcification_rate")
        shapes = ("synthesis_exponent", "synthesis_least", "synthesis_most", "degradation_most", "secretion_most")
        basal = ("native_death_rate", "senescence_rate", "calcification_rate")
        return cls(*(parameters.lookup(symbol).si for symbol in (*symbols, *shapes, *basal)))


@dataclass(frozen=True)
class Phenotypes:
    """Factors on basal rates at points; each array has the shape of the points. `secretion` is by cytokine."""

    death: Array
    division: Array
    senescence: Array
    calcification: Array
    synthesis: Array
    degradation: Array
    secretion: dict[str, Array]


def shares(environment: Mapping[str, Any]) -> Array:
    """Return the inputs of the network for IL-1b and TNF (ng/mL), oxygen (kPa) and load (MPa), shape (points, 4).

    >>> shares({"il1b": 1.0, "tnf": 0.0, "oxygen": 3.03975, "load": 0.0}).tolist()
    [[0.5, 0.0, 0.5, 0.0]]
    """
    curves = load_responses()
    keys = ("il1b", "tnf", "oxygen", "load")
    if set(environment) != set(keys):
        raise NotAllowed(", ".join(environment), ", ".join(keys))
    values = np.broadcast_arrays(*(np.atleast_1d(np.asarray(environment[key], dtype=float)) for key in keys))
    scale = (1.0, 1.0, 100.0 / ATMOSPHERE, 1.0)
    return np.column_stack(
        [[curves[id].share(float(x) * by) for x in each.ravel()] for id, each, by in zip(ENVIRONMENT, values, scale, strict=True)]
    )


def phenotypes(
    environment: Mapping[str, Any],
    cargo: Any = 0.0,
    vector: Mapping[str, float] | None = None,
    senescence: Any = 0.0,
    cell: str = "NP",
    hypotheses: Mapping[str, str] | None = None,
    settings: Settings | None = None,
    parameters: ParameterSet | None = None,
    folder: Path | None = None,
) -> Phenotypes:
    """Return the factors on basal rates at points, from the sparse grid of this cargo vector and draw.

    environment: `il1b`, `tnf` (ng/mL), `oxygen` (kPa), `load` (MPa), scalars or arrays (points,); cargo: 0 to 1 along
    `vector` (state of each cargo node at 1); senescence: the tissue's senescent share. Grids are kept in memory by a hash
    of all that they rest on, and in `folder` where one is given.

    >>> rested = phenotypes({"il1b": 0.0, "tnf": 0.0, "oxygen": 3.03975, "load": 0.0})
    >>> inflamed = phenotypes({"il1b": 10.0, "tnf": 0.0, "oxygen": 3.03975, "load": 0.0})
    >>> bool(inflamed.degradation[0] > 1.5), abs(float(rested.division[0]) - 1.0) < 0.01
    (True, True)
    """
    model = _Model(dict(vector or {}), cell, choose(hypotheses), settings or Settings())
    grid = _grid(model, folder)
    points = _points(environment, cargo, senescence)
    gains = Gains.of(parameters or ParameterSet.load())
    return _factors(grid(points), model.rested(), gains)


def direct(
    environment: Mapping[str, Any],
    cargo: Any = 0.0,
    vector: Mapping[str, float] | None = None,
    senescence: Any = 0.0,
    cell: str = "NP",
    hypotheses: Mapping[str, str] | None = None,
    settings: Settings | None = None,
    parameters: ParameterSet | None = None,
) -> Phenotypes:
    """Return the same factors by solving the network at every point, for arms with several cargo vectors."""
    model = _Model(dict(vector or {}), cell, choose(hypotheses), settings or Settings())
    gains = Gains.of(parameters or ParameterSet.load())
    return _factors(model.solve(_points(environment, cargo, senescence)), model.rested(), gains)


class _Model:
    """The network of a cell with the inputs of the tissue, as a function of points (points, 6)."""

    def __init__(self, vector: dict[str, float], cell: str, hypotheses: dict[str, str], settings: Settings) -> None:
        network: Network = load_network().of(cell, hypotheses)
        self.vector = {network[id].id: value for id, value in vector.items()}
        if any(not 0.0 <= value <= 1.0 for value in self.vector.values()):
            raise NotAllowed("a cargo state outside 0 to 1", "states from 0 to 1")
        self.kinetics = Kinetics(network, settings)
        self.key = blake2b(
            repr((network.edges, network.nodes, sorted(self.vector.items()), settings, LEVEL)).encode(), digest_size=16
        ).hexdigest()

    def solve(self, points: Array) -> Array:
        """Return the states that the tissue reads, (points, states and drive of senescence)."""
        kinetics, index = self.kinetics, self.kinetics.network.index
        x, held = kinetics.start([{}] * len(points))
        for column, id in enumerate(ENVIRONMENT):
            x[index[id]] = points[:, column]
        for id, value in self.vector.items():
            base = kinetics.basal[index[id]]
            x[index[id]], held[index[id]] = base + points[:, 4] * (value - base), True
        x[index["SENESCENCE"]], held[index["SENESCENCE"]] = points[:, 5], True
        found = steady_state(kinetics, x, held).x
        drive = kinetics.target(found)[index["SENESCENCE"]]
        return np.column_stack([found[[index[id] for id in STATES]].T, drive])

    def rested(self) -> Array:
        """Return the states of unstimulated cells."""
        return self.solve(np.array([[0.0, 0.0, REFERENCE_OXYGEN, 0.0, 0.0, 0.0]]))[0]


def _points(environment: Mapping[str, Any], cargo: Any, senescence: Any) -> Array:
    first = shares(environment)
    extra = [np.broadcast_to(np.asarray(each, dtype=float), (len(first),)) for each in (cargo, senescence)]
    points = np.column_stack([first, *extra])
    if not ((points >= 0) & (points <= 1)).all():
        raise NotAllowed("cargo or senescence outside 0 to 1", "shares from 0 to 1")
    return points


def _grid(model: _Model, folder: Path | None) -> SparseGrid:
    if model.key in _kept:
        return _kept[model.key]
    path = folder / f"phenotypes-{model.key}.npz" if folder else None
    if path is not None and path.exists():
        with np.load(path) as kept:
            grid = SparseGrid(kept["degrees"], kept["weights"])
    else:
        grid = build(model.solve, 6, LEVEL)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part.npz")
            np.savez(part, degrees=grid.degrees, weights=grid.weights)
            part.replace(path)
    _kept[model.key] = grid
    return grid


def _factors(states: Array, rested: Array, gains: Gains) -> Phenotypes:
    at = {id: place for place, id in enumerate(STATES)} | {"SENESCENCE": len(STATES)}

    def phi(id: str) -> Array:
        x, x0 = states[:, at[id]], rested[at[id]]
        return np.clip((x - x0) / (1.0 - x0), 0.0, 1.0)

    synthesis = (np.maximum(states[:, at["MATSYN"]], 1e-9) / rested[at["MATSYN"]]) ** gains.exponent
    return Phenotypes(
        death=1.0 + (gains.apoptosis * phi("APOPTOSIS") + gains.pyroptosis * phi("PYROPTOSIS")) / gains.basal_death,
        division=np.maximum(states[:, at["PROLIFERATION"]], 0.0) / rested[at["PROLIFERATION"]],
        senescence=1.0 + gains.senescence * phi("SENESCENCE") / gains.basal_senescence,
        calcification=1.0 + gains.calcification * phi("CALCIF") / gains.basal_calcification,
        synthesis=np.clip(synthesis, gains.least, gains.most),
        degradation=1.0 + (gains.degradation - 1.0) * phi("MATDEG"),
        secretion={id: 1.0 + (gains.secretion - 1.0) * phi(id) for id in CYTOKINES},
    )
