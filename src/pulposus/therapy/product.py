"""x"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["ORDINARY", "CellTraits", "cell_traits", "viable_cells"]
@dataclass(frozen=True)
class CellTraits:
    """x"""
    viable_share: float
    migration: float = 1.0
    homing: float = 1.0
    differentiation: float = 1.0
    paracrine: float = 1.0
    clearance_rate: float = 0.0
ORDINARY = CellTraits(1.0)
def viable_cells(draw: Any, product: Any) -> float:
    """x"""
    if product.kind != "cells":
        return 0.0
    stated = getattr(product, "thaw_viability", None)
    return float(product.dose * (draw.value("thaw_viability") if stated is None else stated))
def cell_traits(draw: Any, product: Any) -> CellTraits:
    """x"""
    return CellTraits(1.0)
