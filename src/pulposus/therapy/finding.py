"""A finding of the check of a product: what was looked at, the verdict, why, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulposus.core.parameters import ParameterSet

__all__ = ["FAIL", "PASS", "WARN", "Finding", "line_of_check"]

PASS, WARN, FAIL = "PASS", "WARN", "FAIL"


@dataclass(frozen=True)
class Finding:
    """check: what was looked at; reason: the message that tells why, with its values (SI); sources: reference keys."""

    check: str
    status: str
    reason: str
    values: Mapping[str, Any] = field(default_factory=dict)
    sources: tuple[str, ...] = ()


def line_of_check(symbol: str) -> float:
    """Return the value (SI) of a record that a check draws its line by.

    >>> line_of_check("release_viability")
    0.7
    """
    return ParameterSet.load().lookup(symbol).si
