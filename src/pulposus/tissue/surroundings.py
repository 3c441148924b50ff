"""What a disc feeds the cell network at its points, and the modifiers that the network's factors set.

IL-1b and TNF in ng/mL, oxygen in kPa. The load stays at rest and the cell is not senescent, as the tissue has a law of its own for the
one and a pool of cells with a secretion of their own for the other.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pulposus.core.units import convert
from pulposus.mechanism.phenotypes import Phenotypes
from pulposus.tissue.process import State

__all__ = ["NETWORK_MODIFIERS", "READ_BY_NETWORK", "modifiers_of", "surroundings"]

READ_BY_NETWORK = ("il1b", "tnf", "oxygen")
NETWORK_MODIFIERS = ("death", "division", "senescence", "calcification", "synthesis", "degradation", "secretion_il1b", "secretion_tnf",
                     "secretion_chemokine")
_CHEMOKINE = "CCL5"
_PER = (convert(1.0, "kg/m**3", "ng/mL"), convert(1.0, "kg/m**3", "ng/mL"), convert(1.0, "Pa", "kPa"))


def surroundings(state: State, where: Any = slice(None)) -> dict[str, Any]:
    """Return what the network reads (il1b and tnf in ng/mL, oxygen in kPa) at the points `where`.

    >>> seen = surroundings({name: np.array([value]) for name, value in {"il1b": 1e-6, "tnf": -1e-9, "oxygen": 3e3}.items()})
    >>> [round(float(x[0]), 6) for x in seen.values()]
    [1.0, 0.0, 3.0]
    """
    return {name: np.maximum(state[name][where], 0.0) * per for name, per in zip(READ_BY_NETWORK, _PER, strict=True)}


def modifiers_of(factors: Phenotypes) -> dict[str, Any]:
    """Return modifier -> factor of what the network says."""
    return {"death": factors.death, "division": factors.division, "senescence": factors.senescence,
            "calcification": factors.calcification, "synthesis": factors.synthesis, "degradation": factors.degradation,
            "secretion_il1b": factors.secretion["IL1B"], "secretion_tnf": factors.secretion["TNF"],
            "secretion_chemokine": factors.secretion[_CHEMOKINE]}
