"""What is asked of a meta-analysis."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Options"]


@dataclass(frozen=True)
class Options:
    """What is asked of a meta-analysis; names of columns in `mods`, `subgroup`, `cluster` and `order`."""

    measure: str = "GEN"
    method: str = "REML"
    test: str = "z"
    level: float = 0.95
    mods: tuple[str, ...] = ()
    subgroup: str | None = None
    cluster: str | None = None
    order: str | None = None
    r: float | None = None
    windows: tuple[str, ...] = ()
    reference: str | None = None
    title: str = ""
