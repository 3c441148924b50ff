"""What an instrument can tell: the standard deviation of one measurement, the agreement of readers, and the change it detects.

    smallest detectable change = 1.96 sqrt(2) SD

of one disc or person measured twice; a grade cannot change by less than one. The standard deviation is in the unit of the outcome,
or in percent of its value where the record says percent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from pulposus.core.parameters import ParameterSet

__all__ = ["Instrument", "instruments", "smallest_detectable"]

_TWO_SIDED_95 = 1.96
_SUFFIX = "_repeatability"
_GRADES = ("pfirrmann", "modified_pfirrmann", "thompson")
_RELATIVE = ("t2", "t2_annulus")  # in percent of a value with a unit of its own


def smallest_detectable(sd: float) -> float:
    """Return the smallest change between two measurements that exceeds their noise in 95 of 100.

    >>> round(smallest_detectable(7.2), 2)
    19.96
    """
    return float(_TWO_SIDED_95 * 2**0.5 * sd)


@dataclass(frozen=True)
class Instrument:
    """How an outcome is measured: SD of one measurement, whether that is in percent of the value, kappa of readers and the
    smallest change that matters to a patient where they are known, and the record of the SD."""

    outcome: str
    sd: float
    relative: bool
    kappa: float | None
    important: float | None
    record: str

    def detects(self, value: float) -> float:
        """Return the smallest detectable change at a value, in the unit of the outcome."""
        change = smallest_detectable(self.sd)
        if self.outcome in _GRADES:
            return max(change, 1.0)
        return change / 100 * value if self.relative else change


@lru_cache(maxsize=1)
def instruments() -> Mapping[str, Instrument]:
    """Return outcome -> instrument, of every outcome whose repeatability is on record.

    >>> round(instruments()["height_index"].detects(100.0), 2), instruments()["pfirrmann"].detects(3.0)
    (9.01, 1.0)
    """
    known = ParameterSet.load()
    found = {}
    for record in known:
        if record.symbol.endswith(_SUFFIX):
            outcome = record.symbol.removesuffix(_SUFFIX)
            kappa, important = (known[name].value if (name := f"{outcome}_{what}") in known else None
                                for what in ("kappa", "important_change"))
            found[outcome] = Instrument(outcome, record.value, outcome in _RELATIVE, kappa, important, record.id)
    return found
