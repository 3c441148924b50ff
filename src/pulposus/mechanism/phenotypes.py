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

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import NotAllowed
from pulposus.core.parameters import ParameterSet
from pulposus.mechanism.cell_model import CYTOKINES, STATES, CellModel, shares
from pulposus.mechanism.hypotheses import choose
from pulposus.mechanism.kinetics import Settings
from pulposus.mechanism.sparse_grid import SparseGrid, build

__all__ = ["GAINS", "Gains", "Phenotypes", "direct", "factors", "phenotypes"]

Array = NDArray[np.float64]

LEVEL = 5
_kept: dict[str, SparseGrid] = {}

# symbols of the records that carry the gains, in the order of `Gains`
GAINS = ("apoptosis_death_rate", "pyroptosis_death_rate", "network_senescence_rate", "network_calcification_rate", "synthesis_exponent",
         "synthesis_least", "synthesis_most", "degradation_most", "secretion_most", "native_death_rate", "senescence_rate",
         "calcification_rate")


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
    def of(cls, value: Callable[[str], float]) -> Gains:
        """Return the gains whose values (SI) `value` tells by the symbol of their record."""
        return cls(*(value(symbol) for symbol in GAINS))


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
    model = CellModel(vector or {}, cell, choose(hypotheses), settings or Settings())
    grid = _grid(model, folder)
    points = _points(environment, cargo, senescence)
    gains = _central(parameters)
    return factors(grid(points), model.rested(), gains)


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
    model = CellModel(vector or {}, cell, choose(hypotheses), settings or Settings())
    gains = _central(parameters)
    return factors(model.solve(_points(environment, cargo, senescence)), model.rested(), gains)


def _central(parameters: ParameterSet | None) -> Gains:
    used = parameters or ParameterSet.load()
    return Gains.of(lambda symbol: used.lookup(symbol).si)


def _points(environment: Mapping[str, Any], cargo: Any, senescence: Any) -> Array:
    first = shares(environment)
    extra = [np.broadcast_to(np.asarray(each, dtype=float), (len(first),)) for each in (cargo, senescence)]
    points = np.column_stack([first, *extra])
    if not ((points >= 0) & (points <= 1)).all():
        raise NotAllowed("cargo or senescence outside 0 to 1", "shares from 0 to 1")
    return points


def _grid(model: CellModel, folder: Path | None) -> SparseGrid:
    if model.key in _kept:
        return _kept[model.key]
    path = folder / f"phenotypes-{model.key}-{LEVEL}.npz" if folder else None
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


def factors(states: Array, rested: Array, gains: Gains) -> Phenotypes:
    """Return the factors of states (points, states and drive of senescence), told from those of unstimulated cells."""
    change = np.minimum(np.maximum((states - rested) / (1.0 - rested), 0.0), 1.0)
    phi = {id: change[:, place] for place, id in enumerate((*STATES, "SENESCENCE"))}
    made, divided = STATES.index("MATSYN"), STATES.index("PROLIFERATION")
    synthesis = (np.maximum(states[:, made], 1e-9) / rested[made]) ** gains.exponent
    return Phenotypes(
        death=1.0 + (gains.apoptosis * phi["APOPTOSIS"] + gains.pyroptosis * phi["PYROPTOSIS"]) / gains.basal_death,
        division=np.maximum(states[:, divided], 0.0) / rested[divided],
        senescence=1.0 + gains.senescence * phi["SENESCENCE"] / gains.basal_senescence,
        calcification=1.0 + gains.calcification * phi["CALCIF"] / gains.basal_calcification,
        synthesis=np.minimum(np.maximum(synthesis, gains.least), gains.most),
        degradation=1.0 + (gains.degradation - 1.0) * phi["MATDEG"],
        secretion={id: 1.0 + (gains.secretion - 1.0) * phi[id] for id in CYTOKINES},
    )
