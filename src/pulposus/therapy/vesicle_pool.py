"""Vesicles by what they carry: doses of the same cargo are one pool of particles, of different cargo pools of their own.

Pools do not compete: a cell clears the same volume whatever is in it. Pools stand in the order of their cargo and not of the arm, so
that the order of doses makes no difference; the fields of the first have no mark, those of the second end in `_2`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pulposus.therapy.cargo import Cargo, contents_of
from pulposus.therapy.route import is_gel
from pulposus.therapy.vesicle_reach import reached_share
from pulposus.tissue.process import Event, State

__all__ = ["Pool", "VesicleDose", "pools_of", "vesicle_dose"]


@dataclass(frozen=True)
class VesicleDose(Event):
    """A dose of vesicles: its product, and the particles that stay in the disc."""

    product: Any = None
    particles: float = 0.0

    @property
    def gel(self) -> bool:
        """Whether the particles lie in a gel first."""
        return is_gel(self.product.carrier)


def vesicle_dose(time: float, product: Any, kept: float, mark: str = "") -> VesicleDose:
    """Return the event of a product of vesicles of which `kept` particles stay in the disc, free or in their gel, in the pool `mark`."""

    def jump(state: State, p: State, points: Any) -> dict[str, Any]:
        lost = {"vesicles_lost": product.dose - kept}
        if is_gel(product.carrier):
            return {f"gel_depot{mark}": kept, **lost}
        share = reached_share(product.volume, p["penetration_length"], p["injectate_soaked_share"], points)
        return {f"vesicles{mark}": kept * share / points.total(share), **lost}

    return VesicleDose(time, "vesicle dose", jump, product, kept)


@dataclass(frozen=True)
class Pool:
    """Vesicles of the same cargo: what they carry that acts, their doses, and the mark at the end of their fields."""

    cargo: tuple[Cargo, ...]
    doses: tuple[VesicleDose, ...]
    mark: str = ""

    @property
    def free(self) -> str:
        """The field of free vesicles."""
        return f"vesicles{self.mark}"

    @property
    def held(self) -> str:
        """The field of vesicles at work per reached cell."""
        return f"cargo{self.mark}"

    @property
    def gel(self) -> str:
        """The compartment of vesicles in a gel."""
        return f"gel_depot{self.mark}"

    @property
    def share(self) -> str:
        """The parameter of the share of every point that is reached."""
        return f"reached_share{self.mark}"

    @property
    def place(self) -> str:
        """The parameter of where a gel gives off, per volume."""
        return f"gel_place{self.mark}"

    @property
    def particles(self) -> float:
        """All that come into the disc, to which tolerances refer."""
        return max(sum(dose.particles for dose in self.doses), 1.0)  # a dose that misses puts none there

    @property
    def gelled(self) -> float:
        """Those that come in gels."""
        return sum(dose.particles for dose in self.doses if dose.gel)

    def reached(self, length: float, soaked: float, points: Any) -> tuple[Any, Any]:
        """Return the share of every point that the doses reach, and where their gel gives off (1/m3)."""
        shares = [reached_share(dose.product.volume, length, soaked, points) for dose in self.doses]
        gels = [share for share, dose in zip(shares, self.doses, strict=True) if dose.gel]
        place = np.max(gels, axis=0) if gels else np.zeros(len(points.volume))
        return np.max(shares, axis=0), place / (points.total(place) if gels else 1.0)


def pools_of(doses: Sequence[VesicleDose]) -> list[Pool]:
    """Return the pools of an arm; what does not act on cells of the disc is one pool.

    >>> from types import SimpleNamespace
    >>> given = [SimpleNamespace(source=name, dose=1e9, carrier="saline", volume=1e-7) for name in ("BM-MSC", "ADSC", "DPSC", "BM-MSC")]
    >>> [(pool.mark, len(pool.doses)) for pool in pools_of([vesicle_dose(0.0, each, 1e9) for each in given])]
    [('', 1), ('_2', 1), ('_3', 2)]
    """
    found: dict[tuple[Any, ...], tuple[tuple[Cargo, ...], list[VesicleDose]]] = {}
    for dose in doses:
        acting = tuple(cargo for cargo in contents_of(dose.product) if cargo.acts)
        found.setdefault(tuple(sorted(cargo.key for cargo in acting)), (acting, []))[1].append(dose)
    marks = ["", *(f"_{place}" for place in range(2, len(found) + 1))]
    pools = []
    for mark, key in zip(marks, sorted(found), strict=False):
        cargo, given = found[key]
        given.sort(key=lambda dose: (dose.time, dose.product.volume, dose.particles))
        marked = tuple(vesicle_dose(dose.time, dose.product, dose.particles, mark) for dose in given)
        pools.append(Pool(tuple(sorted(cargo, key=lambda each: each.key)), marked, mark))
    return pools
