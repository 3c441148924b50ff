"""Pieces of a disc by themselves: a plug under load, and aggrecan followed from its making to its loss.

    d x / dt = A x + b,   x the aggrecan pools at one place, b what its cells make
    mean residence  - 1' A^-1 e_new                of what is newly made
    settling        t with 1'(x(t) - x_inf) = 5 % of 1' x_inf, from x = 0
    turnover        1 / mean residence

Read-outs: <plug>.swelling_pressure; <tracer>.mean_residence, .settling, .turnover, .intact_loss.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy.linalg import expm
from scipy.optimize import brentq

from pulposus.core.fields import Label, Part
from pulposus.study.replay.sample import Readings, Sample
from pulposus.tissue.aggrecan import Aggrecan
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.points import Points
from pulposus.tissue.process import MODIFIERS
from pulposus.tissue.swelling import swelling_pressure

__all__ = ["Plug", "Plugs", "Tracer", "Tracers"]

_SETTLED = 0.05  # share of the way that is left
_LONGEST = 100  # mean residences within which it has settled


class Plug(Part):
    """A plug of the nucleus."""

    species: str = "human"
    grade: str = "I"


class Plugs(Part):
    """Plugs in confined compression, side by side."""

    kind: Literal["plugs"]
    plugs: dict[Label, Plug] = Field(min_length=1)

    def predict(self, sample: Sample) -> Readings:
        """Return <plug>.swelling_pressure (Pa)."""
        return {f"{name}.swelling_pressure": swelling_pressure(sample.draw(plug.species, plug.grade)) for name, plug in self.plugs.items()}


class Tracer(Part):
    """Aggrecan of one place, followed."""

    species: str = "human"
    grade: str = "I"
    region: Literal["NP", "AF", "CEP"] = "NP"
    pools: Literal["two_pools", "one_pool"] = "two_pools"


class Tracers(Part):
    """Tracers of aggrecan, side by side."""

    kind: Literal["tracers"]
    tracers: dict[Label, Tracer] = Field(min_length=1)

    def predict(self, sample: Sample) -> Readings:
        """Return <tracer>.<read-out> of every tracer."""
        out: Readings = {}
        for name, tracer in self.tracers.items():
            A, made = _linear(tracer, sample)
            new = made / made.sum()
            residence = float(-np.linalg.solve(A, new).sum())
            level = -np.linalg.solve(A, made)

            def left(t: float, A: Any = A, level: Any = level) -> float:
                return float((expm(A * t) @ level).sum() / level.sum()) - _SETTLED

            out |= {f"{name}.mean_residence": residence, f"{name}.turnover": 1 / residence,
                    f"{name}.settling": float(brentq(left, 0.0, _LONGEST * residence)), f"{name}.intact_loss": float(-A[0, 0])}
        return out


def _linear(tracer: Tracer, sample: Sample) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return A (1/s) and b (kg/(m3 s)) of the aggrecan pools of one place, read off the process itself."""
    draw = sample.draw(tracer.species, tracer.grade)
    process = Aggrecan(tracer.pools)
    here = Points(np.ones((1, 1)), np.ones(1), np.array([REGIONS.index(tracer.region)]), np.zeros(1, dtype=np.int64))
    p: dict[str, Any] = {symbol: draw.value(symbol, region=tracer.region) for symbol in process.parameters}
    p |= process.prepare(draw, here)
    fields = [field.name for field in process.fields(p)]
    alive = {"native": draw.value("cell_density", region=tracer.region) * np.ones(1), **{f"modifier.{m}": 1.0 for m in MODIFIERS}}

    def rates(pools: Any) -> Any:
        state = {**alive, **{name: np.full(1, x) for name, x in zip(fields, pools, strict=True)}}
        found = process.source(state, p, 0.0, np)
        return np.array([float(np.ravel(found.get(name, 0.0))[0]) for name in fields])

    made = rates(np.zeros(len(fields)))
    A = np.column_stack([rates(unit) - made for unit in np.eye(len(fields))])
    kept = np.flatnonzero(np.diag(A))  # a pool that nothing leaves is none of this law's
    return A[np.ix_(kept, kept)], made[kept]
