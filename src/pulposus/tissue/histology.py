"""Histology scores, each on its own named scale; scales are never mixed, and one without a published anchor is not told.

    score = min(score_lesion D / D_lesion, highest),     D = mean over what is modelled of (loss of aggrecan, loss of cells)

shu2017   sum of six categories (structure, proteoglycan, cells, vessels, influx of cells, cystic change) in sheep with annular
          lesions (SHU2017). Anchors: 0 for a healthy disc by construction, 15.2 for an untreated lesion. Of its categories only
          proteoglycan and cells are modelled; D stands for all six, and the damage that goes with the anchor is assumed, wide.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["damage", "histology_score"]


def damage(aggrecan: Any, cells: Any) -> Any:
    """Return D in [0, 1] from the shares of the healthy disc's aggrecan and living cells that are left.

    >>> float(damage(0.5, 1.0))
    0.25
    """
    losses = [np.clip(1 - np.asarray(share, dtype=float), 0.0, 1.0) for share in (aggrecan, cells)]
    return sum(losses) / len(losses)


def histology_score(draw: Any, scale: str, D: Any) -> Any:
    """Return the score of a damage on a named scale of the draw's species; raises InputError for a scale without an anchor."""
    lesion, at = draw.value(f"histology_{scale}_lesion"), draw.value(f"histology_{scale}_damage")
    return np.minimum(lesion * D / at, draw.value(f"histology_{scale}_highest"))
