"""Responders: the share of an arm's persons whose pain or disability fell by enough, from the means that a study predicts.

    s = S + sd x,   e = E + sd (r x + sqrt(1 - r^2) y)          a person's score at the start and at the time, means S and E
    responder       s - e >= points and s - e >= share s, of every limit of one set

x and y of pain and disability are correlated between persons; scores are clipped to 0..100, persons below the entry score are not
taken in. The persons are a fixed low-discrepancy set, so that the share is a smooth function of the means.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from pulposus.core.fields import Factor, Label, Part, Share

__all__ = ["Limit", "Responders"]

_PERSONS = 1024  # of the set; a power of two
_WORST = 100
_SD = {"vas": "pain_sd", "odi": "odi_sd"}
Array = NDArray[np.float64]


class Limit(Part):
    """How far one score has to fall: by a share of a person's start, by points, or by both where both are given."""

    of: Literal["vas", "odi"]
    share: Share | None = None
    points: Factor = 0.0

    def met(self, start: Array, end: Array) -> Any:
        """Return which persons meet it."""
        fall = start - end
        return (fall >= self.points) & (fall >= (self.share or 0.0) * start)


class Responders(Part):
    """A rule of response: any one of several limits, at a time as written, of persons who had at least an entry score."""

    at: Label = Field(description="one of the times of the set-up, such as '12 months'")
    any_of: tuple[Limit, ...] = Field(min_length=1)
    entry: dict[Literal["vas", "odi"], Factor] = Field(default_factory=dict, description="least score at the start, points")

    def share(self, draw: Any, means: dict[str, tuple[float, float]]) -> float:
        """Return the share of responders, 0..1, from the mean of every score at the start and at the time."""
        x, y = _persons(round(float(draw.value("pain_disability_correlation")), 12))
        r = float(draw.value("repeat_correlation"))
        taken: Any = np.ones(_PERSONS, dtype=bool)
        scores = {}
        for i, (name, (first, last)) in enumerate(means.items()):
            sd = float(draw.value(_SD[name]))
            start = np.clip(first + sd * x[i], 0, _WORST)
            scores[name] = start, np.clip(last + sd * (r * x[i] + (1 - r**2) ** 0.5 * y[i]), 0, _WORST)
            taken &= start >= self.entry.get(name, 0.0)  # type: ignore[call-overload]
        met = np.any([limit.met(*scores[limit.of]) for limit in self.any_of], axis=0)
        return float(met[taken].mean()) if taken.any() else float("nan")


@lru_cache
def _persons(correlation: float) -> tuple[Array, Array]:
    """Return x and y, (score, person), each pair of scores correlated."""
    from scipy.special import ndtri
    from scipy.stats import qmc

    u = qmc.Sobol(4, scramble=False).random(_PERSONS) + 0.5 / _PERSONS
    z = ndtri(u).T
    rest = (1 - correlation**2) ** 0.5
    return tuple(np.stack([a, correlation * a + rest * b]) for a, b in (z[:2], z[2:]))  # type: ignore[return-value]
