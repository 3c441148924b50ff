"""The measures of effect by metafor's names: the columns each is formed of, its scale, and the way back from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pulposus.core.errors import unknown
from pulposus.evidence.meta.proportions import proportion

__all__ = ["MEASURES", "Measure", "back", "measure"]


@dataclass(frozen=True)
class Measure:
    """One measure: the alternatives of columns it needs, its scale (identity, log, logit, arcsine), what it compares."""

    name: str
    forms: tuple[tuple[str, ...], ...]
    scale: str = "identity"
    compares: str = "groups"  # groups, times, nothing
    unit: bool = True  # carries the unit of the instrument, so that scales must not be mixed


_MEANS = (("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"),)
_TABLES = (("ai", "n1i", "ci", "n2i"), ("ai", "bi", "ci", "di"))
_TIMES = (("m1i", "sd1i", "m2i", "sd2i", "ni", "ri"),)
_SHARE = (("xi", "ni"),)

MEASURES: Mapping[str, Measure] = {
    each.name: each
    for each in (
        Measure("GEN", (("yi", "vi"),)),
        Measure("MD", _MEANS),
        Measure("SMD", _MEANS, unit=False),
        Measure("SMDH", _MEANS, unit=False),
        Measure("ROM", _MEANS, "log", unit=False),
        Measure("MC", _TIMES, compares="times"),
        Measure("SMCC", _TIMES, compares="times", unit=False),
        Measure("SMCR", (("m1i", "sd1i", "m2i", "ni", "ri"),), compares="times", unit=False),
        Measure("ROMC", _TIMES, "log", "times", False),
        Measure("OR", _TABLES, "log", unit=False),
        Measure("RR", _TABLES, "log", unit=False),
        Measure("RD", _TABLES, unit=False),
        Measure("AS", _TABLES, unit=False),
        Measure("PETO", _TABLES, "log", unit=False),
        Measure("PR", _SHARE, compares="nothing", unit=False),
        Measure("PLN", _SHARE, "log", "nothing", False),
        Measure("PLO", _SHARE, "logit", "nothing", False),
        Measure("PAS", _SHARE, "arcsine", "nothing", False),
        Measure("PFT", _SHARE, "arcsine", "nothing", False),
    )
}


def measure(name: str) -> Measure:
    """Return a measure by its name, capitals or not; raises `InputError` with the nearest one.

    >>> measure("or").scale
    'log'
    """
    found = MEASURES.get(name.upper())
    if found is None:
        raise unknown("measure", name, MEASURES)
    return found


def back(of: Measure, value: float | None, n: float | None = None) -> float | None:
    """Return an effect on the scale people read: a ratio from a log, a proportion from a logit or arcsine.

    >>> back(measure("RR"), 0.0)
    1.0
    """
    if value is None or of.scale == "identity":
        return value
    if of.scale == "log":
        return float(np.exp(value))
    return proportion(of.name, value, n)
