"""What draws cells towards the disc: its one chemokine field, whose identity is a hypothesis (law `homing`).

    a(c) = 1 + s c / (K + c)          attraction at the boundary; 1 where no chemokine is above rest
    y_a  = y a / (1 + y (a - 1))      share that enters, y without attraction; never above 1

ccl5, ccl22 and cxcl12 are each named by some paper as the signal; an engineered receptor counts only under its own ligand (CXCR4: cxcl12).
"""

from __future__ import annotations

from typing import Any

from pulposus.tissue.process import State

__all__ = ["ATTRACTED", "DEFAULT", "PARAMETERS", "entering_share", "receptor_counts"]

PARAMETERS = ("homing_gain", "homing_half")
DEFAULT = "ccl5"  # what the tissue's chemokine stands for
ATTRACTED = ("intravenous", "endplate_seeding")  # routes by which cells have to find the disc
_LIGAND_OF = {"CXCR4-MSC": "cxcl12"}
_NONE = "none"


def receptor_counts(source: str, homing: str) -> bool:
    """Return whether an engineered receptor of these cells meets its ligand; True for cells without one.

    >>> receptor_counts("CXCR4-MSC", "ccl5"), receptor_counts("CXCR4-MSC", "cxcl12"), receptor_counts("BM-MSC", "ccl5")
    (False, True, True)
    """
    return _LIGAND_OF.get(source, homing) == homing


def entering_share(share: float, state: State, p: State, xp: Any, homing: str = DEFAULT) -> Any:
    """Return the share that enters where the chemokine of `state` is, without it `share` alone.

    >>> import numpy as np
    >>> p = dict(homing_gain=3.0, homing_half=1e-6)
    >>> round(float(entering_share(0.1, {"chemokine": np.array(1e-6)}, p, np)), 4)     # a = 2.5
    0.2174
    """
    if homing == _NONE or "chemokine" not in state:
        return share
    c = xp.maximum(state["chemokine"], 0.0)
    attraction = 1 + p["homing_gain"] * c / (p["homing_half"] + c)
    return share * attraction / (1 + share * (attraction - 1))
