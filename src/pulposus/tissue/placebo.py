"""The course of pain in an arm that nothing was given to help: placebo response and regression to the mean.

    PL(t) = A (1 - exp(-(t / tau)^k))

A size (points of a 0 to 100 scale), tau (s), k shape. A, tau and k differ from trial to trial; k > 1 starts slowly, as the first
VAST cohort did (40 % of its fall by month 6), which no single exponential of a few months can. How they were fitted to the control
arms of data/symptoms/control_arms.yaml stands in data/symptoms/placebo_course.yaml.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from pulposus.core.errors import unknown
from pulposus.core.files import packaged, read_yaml

__all__ = ["ControlArm", "control_arms", "placebo_course"]

_SCHEMA = "control_arms/1"


@dataclass(frozen=True)
class ControlArm:
    """One reported fall of a mean score: whose trial, which comparator, VAS or ODI, month, points, subjects, source, use."""

    id: str
    trial: str
    reference: str
    arm: str
    instrument: str
    month: float
    start: float | None
    fall: float
    n: int
    n_origin: str
    read: str
    locator: str
    use: str


def placebo_course(t: Any, size: Any, tau: Any, shape: Any) -> Any:
    """Return PL at times t (of the unit of tau) in the unit of the size.

    >>> round(float(placebo_course(6.0, 30.0, 6.0, 2.0)), 2)
    18.96
    """
    return size * -np.expm1(-((np.asarray(t, dtype=float) / tau) ** shape))


@lru_cache(maxsize=1)
def control_arms() -> tuple[ControlArm, ...]:
    """Return the reported control arms; raises `InputError` for another schema.

    >>> {row.trial for row in control_arms() if row.use == "fit"} == {"NCT03709901", "NCT01860417", "NCT01290367", "PENG2010"}
    True
    """
    data, _ = read_yaml(packaged("symptoms/control_arms.yaml"))
    if data.get("schema") != _SCHEMA:
        raise unknown("schema", data.get("schema"), [_SCHEMA], "control_arms.yaml")
    return tuple(ControlArm(**row) for row in data["rows"])
