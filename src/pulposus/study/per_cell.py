"""The effect of a dose per amount that is there: what a million living cells, or 1e9 delivered particles, do beside the comparator.

    cells       (y_arm - y_comparator) / (M / 1e6)          y an outcome at the end, M cells alive in the disc at that time
    vesicles    (y_arm - y_comparator) / (n / 1e9)          n particles that arrived, as they are gone when their effect is read

Both within a draw. Where less than one cell is alive, or nothing arrived, there is no such number. It compares what is put in and says
nothing of how many can be put in: of few cells beside a large effect that has other causes it is large and means little.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["PER", "effect_per_amount", "per_cell_name"]

PER = {"cells": 1e6, "vesicles": 1e9}  # kind of product -> the amount that an effect is told for
_LEAST = 1.0  # cell or particle
_NAMES = {"cells": "per_million_cells", "vesicles": "per_billion_particles"}


def per_cell_name(outcome: str, kind: str) -> str:
    """Return the name of an effect per amount.

    >>> per_cell_name("t2", "cells"), per_cell_name("t2", "vesicles")
    ('t2_per_million_cells', 't2_per_billion_particles')
    """
    return f"{outcome}_{_NAMES[kind]}"


def effect_per_amount(data: xr.Dataset, arm: str, outcome: str) -> NDArray[np.float64] | None:
    """Return the effect of an arm on an outcome per amount (draw,), in the unit of the outcome; NaN in a draw where nothing is there.

    None for an arm without cells and vesicles, or without a comparator.
    """
    about = json.loads(data.attrs["arms"])[arm]
    if about["kind"] not in PER or not about["comparator"]:
        return None
    last = data[outcome].isel(time=-1)
    difference = last.sel(arm=arm).values - last.sel(arm=about["comparator"]).values
    amount = np.asarray(_amount(data, arm, about), dtype=float)
    there = np.isfinite(amount) & (amount >= _LEAST)
    return np.where(there, difference / np.where(there, amount, 1.0) * PER[about["kind"]], np.nan)


def _amount(data: xr.Dataset, arm: str, about: Any) -> Any:
    """Return the cells alive at the end, or the particles that arrived (draw,)."""
    if about["kind"] == "cells":
        return data["transplanted_cells"].sel(arm=arm).isel(time=-1).values
    return about["given"] * data["arrived_share"].sel(arm=arm).values / 100
