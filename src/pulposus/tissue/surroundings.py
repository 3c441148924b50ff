"""What a disc feeds the cell network at its points, and the modifiers that the network's factors set.

IL-1b and TNF in ng/mL, oxygen in kPa, the senescent share of the living cells; the load stays at rest, as the tissue has a law of
its own for it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pulposus.core.units import convert
from pulposus.mechanism.phenotypes import Phenotypes
from pulposus.tissue.process import State

__all__ = ["NETWORK_MODIFIERS", "READ_BY_NETWORK", "modifiers_of", "surroundings"]

READ_BY_NETWORK = ("il1b", "tnf", "oxygen", "native", "senescent")
NETWORK_MODIFIERS = ("death", "division", "senescence", "calcification", "synthesis", "degradation", "secretion_il1b", "secretion_tnf",
                     "secretion_chemokine")
_CHEMOKINE = "CCL5"
_PER_NG, _PER_KPA = convert(1.0, "kg/m**3", "ng/mL"), convert(1.0, "Pa", "kPa")


def surroundings(state: State, where: Any = slice(None)) -> tuple[dict[str, Any], Any]:
    """Return what the network reads (il1b and tnf in ng/mL, oxygen in kPa) and the senescent share, at the points `where`.

    >>> few = {"il1b": 1e-6, "tnf": 0.0, "oxygen": 3e3, "native": 3.0, "senescent": 1.0}
    >>> seen, share = surroundings({name: np.array([value]) for name, value in few.items()})
    >>> [round(float(x[0]), 6) for x in seen.values()], share.tolist()
    ([1.0, 0.0, 3.0], [0.25])
    """
    il1b, tnf, oxygen, native, senescent = (np.maximum(state[name], 0.0)[where] for name in READ_BY_NETWORK)
    living = native + senescent
    share = np.divide(senescent, living, out=np.zeros_like(living), where=living > 0)
    return {"il1b": il1b * _PER_NG, "tnf": tnf * _PER_NG, "oxygen": oxygen * _PER_KPA}, share


def modifiers_of(factors: Phenotypes) -> dict[str, Any]:
    """Return modifier -> factor of what the network says."""
    return {"death": factors.death, "division": factors.division, "senescence": factors.senescence,
            "calcification": factors.calcification, "synthesis": factors.synthesis, "degradation": factors.degradation,
            "secretion_il1b": factors.secretion["IL1B"], "secretion_tnf": factors.secretion["TNF"],
            "secretion_chemokine": factors.secretion[_CHEMOKINE]}
