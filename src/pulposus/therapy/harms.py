"""Harms of several needle passes together: hazards add up, of a share the largest is told.

    chance = 1 - prod over passes (1 - p)      for the chances of CHANCES;   a share = the largest

Given the records of a draw, what befalls one pass does not hang on another. A share, such as that of an injection that leaks back, is
of one pass, so that several are not more of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CHANCES", "added_up", "together"]

CHANCES = ("osteophyte", "pedicle_breach", "endplate_fracture", "embolism", "nucleus_extrusion")


def together(name: str, values: Any) -> NDArray[np.float64]:
    """Return a harm of all passes (...) from that of each (pass, ...); NaN for a pass without it, and where no pass has it.

    >>> float(together("embolism", [0.5, 0.5, float("nan")])), float(together("leak", [0.2, 0.4]))
    (0.75, 0.4)
    """
    each = np.asarray(values, dtype=float)
    there = np.isfinite(each)
    filled = np.where(there, each, 0.0)
    whole = 1 - np.prod(1 - filled, axis=0) if name in CHANCES and len(each) > 1 else filled.max(axis=0)
    return np.where(there.any(axis=0), whole, np.nan)


def added_up(passes: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return harm -> its chance or share over all passes, from that of each.

    >>> added_up([{"embolism": 0.5, "leak": 0.2}, {"embolism": 0.5}])
    {'embolism': 0.75, 'leak': 0.2}
    """
    names = dict.fromkeys(name for each in passes for name in each)
    return {name: float(together(name, [each[name] for each in passes if name in each])) for name in names}
