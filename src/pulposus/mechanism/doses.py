"""Doses: what a concentration, a load, a pH or a count of particles is worth as an input of the network."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from pulposus.core.errors import Fault, NotAllowed
from pulposus.core.files import packaged, read_yaml
from pulposus.core.units import convert

__all__ = ["Response", "load_responses", "read_share"]

OWN = {"pH": ("pH",), "pct_O2": ("pct_O2", "%", "% O2", "percent")}
"""Axes that are no quantity of the unit table, with the spellings they are known by."""
LARGEST = 1e15
QUANTITY = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(\S.*)?")
_loaded: list[dict[str, Response]] = []


@dataclass(frozen=True)
class Response:
    """The response curve of an input; `half` is the dose of half effect, assumed between `low` and `high`."""

    node: str
    curve: str
    unit: str
    half: float
    low: float
    high: float
    hill: float
    origin: str
    why: str
    none: float = 0.0
    full: float = 0.0

    def share(self, dose: Any, half: float | None = None) -> Any:
        """Return what a dose, or each of an array of doses, is worth from 0 to 1, in the unit of the curve.

        >>> round(load_responses()["IL1B_ext"].share(10.0), 3)
        0.909
        """
        if self.curve == "line":
            return np.clip((dose - self.none) / (self.full - self.none), 0.0, 1.0)
        middle = (half or self.half) ** self.hill
        power = dose if self.hill == 1 else dose**self.hill  # the tissue asks this of every point again and again
        return middle / (middle + power) if self.curve == "falling" else power / (middle + power)


def load_responses() -> dict[str, Response]:
    """Return the packaged curves by node, read once."""
    if not _loaded:
        data, _ = read_yaml(packaged("network/doses.yaml"))
        _loaded.append({each["node"]: Response(**each) for each in data["doses"]})
    return _loaded[0]


def read_share(node: str, text: str, where: str, faults: list[Fault]) -> float | None:
    """Return the share that `0.8` or `10 ng/mL` stands for; adds what is wrong to `faults`.

    >>> read_share("TNF_ext", "5 ng/mL", "", [])
    0.5
    """
    match = QUANTITY.fullmatch(text.strip())
    curve = load_responses().get(node)
    allowed = "a share from 0 to 1" + (f", or a dose such as '{curve.half:g} {curve.unit}'" if curve else "")
    if match is None:
        faults.append(Fault("", where, repr(text), allowed))
        return None
    value, unit = float(match.group(1)), (match.group(2) or "").strip().replace("µ", "u").replace("μ", "u")
    if not unit:
        if not 0.0 <= value <= 1.0:
            faults.append(Fault("", where, repr(text), allowed))
            return None
        return value
    dose = None if curve is None or value < 0 else _in_unit(value, unit, curve.unit)
    if curve is None or dose is None or not dose < LARGEST:
        faults.append(Fault("", where, repr(text), allowed))
        return None
    return float(curve.share(dose))


def _in_unit(value: float, unit: str, wanted: str) -> float | None:
    """Return a dose in the unit of its curve, None where the unit is another kind; mass and amount are never converted."""
    if wanted in OWN:
        return value if unit in OWN[wanted] else None
    try:
        return convert(value, unit, wanted)
    except NotAllowed:
        return None
