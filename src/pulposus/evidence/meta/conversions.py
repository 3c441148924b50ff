"""From what papers print to standard deviations and errors, each with the arithmetic that was done."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from pulposus.core.errors import NotAllowed

__all__ = ["Converted", "sd_from_se", "se_from_interval", "se_from_p", "sd_from_interval", "sd_of_change", "from_quartiles"]


@dataclass(frozen=True)
class Converted:
    """A value that was worked out, with how."""

    value: float
    how: str


def sd_from_se(se: float, n: float) -> Converted:
    """Return SD = SE sqrt(n).

    >>> sd_from_se(2.0, 9).value
    6.0
    """
    _allow(se >= 0 and n > 0, f"SE {se:g}, n {n:g}", "an SE of zero or more and n above zero")
    value = se * float(np.sqrt(n))
    return Converted(value, f"SD = SE sqrt(n) = {se:g} x sqrt({n:g}) = {value:.4g}")


def se_from_interval(low: float, high: float, level: float = 0.95) -> Converted:
    """Return SE = (high - low) / (2 z), for an interval that is symmetric on the scale it is given on.

    >>> round(se_from_interval(-0.68, -0.33).value, 4)
    0.0893
    """
    _allow(low < high, f"{low:g} to {high:g}", "the lower end below the upper one")
    _allow(0 < level < 1, f"level {level:g}", "a level between 0 and 1 (95 % is 0.95)")
    z = float(stats.norm.isf((1 - level) / 2))
    value = (high - low) / (2 * z)
    return Converted(value, f"SE = (high - low)/(2 z) = ({high:g} - {low:g})/(2 x {z:.3f}) = {value:.4g}")


def sd_from_interval(low: float, high: float, n: float, level: float = 0.95) -> Converted:
    """Return the SD of one mean from its interval: SD = sqrt(n) (high - low) / (2 t) with n - 1 degrees of freedom."""
    if n <= 1:
        raise NotAllowed(f"n = {n:g}", "n above 1")
    t = float(stats.t.isf((1 - level) / 2, n - 1))
    value = float(np.sqrt(n)) * (high - low) / (2 * t)
    return Converted(value, f"SD = sqrt(n) (high - low)/(2 t) = sqrt({n:g}) x ({high:g} - {low:g})/(2 x {t:.3f}) = {value:.4g}")


def se_from_p(estimate: float, p: float) -> Converted:
    """Return SE = |estimate| / z(p) for a two-sided p of a normal test.

    >>> round(se_from_p(-0.5, 0.05).value, 4)
    0.2551
    """
    if not 0 < p < 1:
        raise NotAllowed(f"p = {p:g}", "a p between 0 and 1, the exact value and not a bound")
    z = float(stats.norm.isf(p / 2))
    value = abs(estimate) / z
    return Converted(value, f"SE = |estimate|/z = {abs(estimate):g}/{z:.3f} = {value:.4g}")


def sd_of_change(before: float, after: float, r: float) -> Converted:
    """Return the SD of a change from both SDs and their correlation: sqrt(s1^2 + s2^2 - 2 r s1 s2)."""
    _allow(-1 <= r <= 1 and before >= 0 and after >= 0, f"r {r:g}, SDs {before:g} and {after:g}", "r from -1 to 1 and SDs of zero or more")
    value = float(np.sqrt(before**2 + after**2 - 2 * r * before * after))
    return Converted(value, f"SD of change = sqrt({before:g}^2 + {after:g}^2 - 2 x {r:g} x {before:g} x {after:g}) = {value:.4g}")


def from_quartiles(q1: float, median: float, q3: float, n: float) -> tuple[Converted, Converted]:
    """Return mean and SD from quartiles, for data that are nearly normal; source WAN2014.

    mean = (q1 + m + q3)/3, SD = (q3 - q1)/(2 z) with z the normal quantile of (0.75 n - 0.125)/(n + 0.25).
    """
    _allow(q1 <= median <= q3 and n > 1, f"{q1:g}, {median:g}, {q3:g}, n {n:g}", "quartiles in order and n above 1")
    mean = (q1 + median + q3) / 3
    z = float(stats.norm.ppf((_THREE_QUARTERS * n - _EIGHTH) / (n + _QUARTER)))
    sd = (q3 - q1) / (2 * z)
    return (
        Converted(mean, f"mean = (q1 + median + q3)/3 = {mean:.4g}, assuming nearly normal data"),
        Converted(sd, f"SD = (q3 - q1)/(2 x {z:.3f}) = {sd:.4g}, assuming nearly normal data"),
    )


def _allow(fits: bool, given: str, allowed: str) -> None:
    """Raise `NotAllowed` for what does not fit."""
    if not fits:
        raise NotAllowed(given, allowed)


_THREE_QUARTERS, _EIGHTH, _QUARTER = 0.75, 0.125, 0.25  # of the plotting positions of quartiles
