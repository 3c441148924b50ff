"""The spread of a parameter: how its value varies between draws.

kind        fields                         quantile at u
none        why                            value
normal      sd or cv, [low], [high]        value + sd z(u), restricted to [low, high] by its own distribution function
lognormal   gsd or cv, [low], [high]       value exp(s z(u)), s = ln gsd or sqrt(ln(1 + cv**2)); value is the median
uniform     low, high                      low + (high - low) u
loguniform  low, high (> 0)                low (high/low)**u
beta        a, b, low, high                low + (high - low) B(u; a, b), B the inverse of the incomplete beta function

sd, low and high are in the unit of the parameter; cv, gsd, a and b have none; z is the standard normal quantile.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib import import_module
from typing import Any

from pulposus.core.errors import NotAllowed, nearest, shorten

__all__ = ["KINDS", "Spread"]

KINDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "none": (("why",),),
    "normal": (("sd", "cv"),),
    "lognormal": (("gsd", "cv"),),
    "uniform": (("low",), ("high",)),
    "loguniform": (("low",), ("high",)),
    "beta": (("a",), ("b",), ("low",), ("high",)),
}
"""What each kind needs: of every group exactly one field."""
BOUNDS = {"normal", "lognormal"}  # kinds that may be truncated


@dataclass(frozen=True)
class Spread:
    """How a value varies, in the unit of its parameter.

    >>> Spread("uniform", low=1.0, high=3.0).quantile(0.25, 2.0)
    1.5
    """

    kind: str
    sd: float | None = None
    cv: float | None = None
    gsd: float | None = None
    low: float | None = None
    high: float | None = None
    a: float | None = None
    b: float | None = None
    why: str = ""

    @classmethod
    def read(cls, data: Any) -> Spread:
        """Return the spread that plain data describe; raises `NotAllowed` with the first thing wrong.

        >>> Spread.read({"kind": "normal", "sd": 0.5}).sd
        0.5
        """
        if not isinstance(data, Mapping):
            raise NotAllowed(shorten(data), "a spread such as {kind: uniform, low: 1, high: 2}")
        names = [field.name for field in fields(cls)]
        for name, value in data.items():
            if name not in names:
                raise NotAllowed(f"the key {shorten(name)}", ", ".join(names), nearest(str(name), names))
            if name not in ("kind", "why") and not _is_number(value):
                raise NotAllowed(f"{name} {shorten(value)}", "a finite number in the unit of the value")
        kind = data.get("kind")
        if kind not in KINDS:
            raise NotAllowed(f"the spread kind {shorten(kind)}", ", ".join(KINDS), nearest(str(kind), KINDS))
        numbers = {name: float(value) for name, value in data.items() if name not in ("kind", "why")}
        spread = cls(kind, **numbers, why=str(data.get("why") or ""))
        spread.check()
        return spread

    def check(self) -> None:
        """Raise `NotAllowed` unless exactly the fields of the kind are given and have sense."""
        names = [field.name for field in fields(self) if field.name != "kind"]
        given = {name for name in names if getattr(self, name) not in (None, "")}
        for group in KINDS[self.kind]:
            if len(given.intersection(group)) != 1:
                raise NotAllowed(f"a {self.kind} spread with {_listed(given)}", " or ".join(group) + ", one of them")
        allowed = {name for group in KINDS[self.kind] for name in group} | {"why"}
        allowed |= {"low", "high"} if self.kind in BOUNDS else set()
        if given - allowed:
            raise NotAllowed(f"a {self.kind} spread with {_listed(given - allowed)}", f"only {_listed(allowed)}")
        for name, least in (("sd", 0.0), ("cv", 0.0), ("gsd", 1.0), ("a", 0.0), ("b", 0.0)):
            if (value := getattr(self, name)) is not None and not value > least:
                raise NotAllowed(f"{name} {value}", f"a number greater than {least:g}")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise NotAllowed(f"low {self.low} and high {self.high}", "low less than high")
        if self.kind == "loguniform" and not (self.low is not None and self.low > 0):
            raise NotAllowed(f"low {self.low}", "a number greater than 0")

    def holds(self, value: float) -> bool:
        """Return whether a value lies within [low, high] and, for a lognormal, is positive."""
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        return low <= value <= high and (self.kind != "lognormal" or value > 0)

    def quantile(self, u: float, value: float) -> float:
        """Return the quantile at u in (0, 1) of the spread around a value, in the unit of the value.

        >>> round(Spread("lognormal", gsd=2.0).quantile(0.5, 3.0), 12)
        3.0
        """
        if self.kind == "none":
            return value
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        if self.kind == "uniform":
            return low + (high - low) * u
        if self.kind == "loguniform":
            return low * math.exp(math.log(high / low) * u)
        if self.kind == "beta":
            return low + (high - low) * float(_special().betaincinv(self.a, self.b, u))
        if self.kind == "normal":
            width = self.sd if self.sd is not None else abs(value) * (self.cv or 0.0)
            drawn = value + width * _truncated((low - value) / width, (high - value) / width, u) if width > 0 else value
        else:
            width = math.log(self.gsd) if self.gsd is not None else math.sqrt(math.log1p((self.cv or 0.0) ** 2))
            below = math.log(low / value) / width if low > 0 else -math.inf
            above = math.log(high / value) / width if high < math.inf else math.inf
            drawn = value * math.exp(width * _truncated(below, above, u))
        return min(max(drawn, low), high)

    def scaled(self, factor: float) -> Spread:
        """Return the spread in another unit, of which there are `factor` in the present one."""
        lengths = {name: getattr(self, name) for name in ("sd", "low", "high")}
        scaled = {name: None if value is None else value * factor for name, value in lengths.items()}
        return Spread(self.kind, cv=self.cv, gsd=self.gsd, a=self.a, b=self.b, why=self.why, **scaled)


def _truncated(low: float, high: float, u: float) -> float:
    """Return the standard normal quantile at u of what lies within [low, high]."""
    # Mirrored where both limits are far right, so that the distribution function keeps its digits.
    if low > 0:
        return -_truncated(-high, -low, 1 - u)
    below, above = float(_special().ndtr(low)), float(_special().ndtr(high))
    return float(_special().ndtri(below + (above - below) * u))


@cache
def _special() -> Any:
    """Return the special functions, loaded when the first quantile asks for them."""
    return import_module("scipy.special")


def _is_number(value: object) -> bool:
    """Return whether a value is a finite number and not true or false."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _listed(names: set[str]) -> str:
    """Return names as one sorted text."""
    return ", ".join(sorted(names)) or "nothing"
