"""Numbers as people read them: few digits, a true minus sign, nothing in computer notation.

What is smaller than `TINY` is told as smaller than it, so that noise of the solver never looks like a result.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from pulposus.core.language import text

__all__ = ["NOTHING", "TINY", "count", "interval", "negligible", "number", "percent", "plus_minus", "quantity", "signed"]

NOTHING = "–"
TINY = 1e-3
_DIGITS = 2
_LARGE = 1e5  # from here on, and below TINY, a value of a record is told as a power of ten
_MINUS = "−"
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = _DIGITS) -> str:
    """Return a number with so many significant digits, whole digits never rounded away.

    >>> number(0.0002), number(-4.0173), number(123.4), number(float("nan")), number(0.17882)
    ('<0.001', '−4.0', '123', '–', '0.18')
    """
    if not math.isfinite(value):
        return NOTHING
    if value == 0:
        return "0"
    if abs(value) < TINY:
        return f"<{TINY:g}" if value > 0 else f">{_MINUS}{TINY:g}"
    return _plain(value, digits)


def _plain(value: float, digits: int) -> str:
    """Return a finite number in plain notation."""
    places = max(0, digits - 1 - math.floor(math.log10(abs(value)))) if value else 0
    rounded = round(value, places)
    if rounded and math.floor(math.log10(abs(rounded))) > math.floor(math.log10(abs(value))):
        places = max(0, places - 1)
    return f"{rounded:.{places}f}".replace("-", _MINUS)


def signed(value: float, digits: int = _DIGITS) -> str:
    """Return a difference, its sign always shown.

    >>> signed(0.18), signed(-0.18), signed(0.0)
    ('+0.18', '−0.18', '0')
    """
    said = number(value, digits)
    return f"+{said}" if math.isfinite(value) and value >= TINY else said


def plus_minus(spread: Mapping[str, Any]) -> str:
    """Return the Monte-Carlo error of a median, such as ` ± 1.9`; nothing when there is none."""
    error = float(spread["error"])
    return f" ± {number(error, 1 if error < 1 else _DIGITS)}" if math.isfinite(error) and error >= TINY else ""


def interval(spread: Mapping[str, Any], lang: str, sign: bool = False) -> str:
    """Return the interval of a spread, such as `0.1 to 0.4`.

    >>> interval({"low": -1.0, "high": 2.5}, "en", sign=True)
    '−1.0 to +2.5'
    """
    told = signed if sign else number
    low, high = float(spread["low"]), float(spread["high"])
    return text("report_interval", lang, low=told(low), high=told(high)) if math.isfinite(low) else NOTHING


def negligible(spread: Mapping[str, Any]) -> bool:
    """Return whether a whole difference, median and interval, is smaller than what is told at all."""
    parts = [float(spread[key]) for key in ("low", "median", "high")]
    return all(math.isfinite(part) and abs(part) < TINY for part in parts)


def percent(share: float) -> str:
    """Return a share (0..1) in percent.

    >>> percent(0.6327)
    '63 %'
    """
    return f"{100 * share:.0f} %" if math.isfinite(share) else NOTHING


def count(value: float, lang: str) -> str:
    """Return a number of cells or particles, large ones in the words of the language.

    >>> count(1.6e6, "en"), count(1.6e6, "zh"), count(136.2, "en"), count(2.5e4, "en")
    ('1.6 million', '160万', '136', '25000')
    """
    if not math.isfinite(value):
        return NOTHING
    for scale in text("report_count_scales", lang, n="#").split("|"):
        least, words = scale.split("=")
        if abs(value) >= float(least):
            return words.replace("#", number(value / float(least)).removesuffix(".0"))
    return f"{value:.0f}" if abs(value) >= 1 or value == 0 else number(value)


def quantity(value: float, unit: str = "") -> str:
    """Return the value of a record with its unit, very small and large ones as a power of ten.

    >>> quantity(6.72e-6, "1/kPa"), quantity(0.05), quantity(3.6e6, "cell/mL"), quantity(21.0, "mm")
    ('6.72×10⁻⁶ 1/kPa', '0.05', '3.6×10⁶ cell/mL', '21 mm')
    """
    if not math.isfinite(value):
        return NOTHING
    said = f"{value:.3g}"
    if value and not TINY <= abs(value) < _LARGE:
        mantissa, _, power = f"{value:.2e}".partition("e")
        said = f"{float(mantissa):g}×10{str(int(power)).translate(_RAISED)}"
    elif abs(value) >= 1:
        said = f"{float(f'{value:.4g}'):g}"
    said = said.replace("-", _MINUS)
    return said if unit in ("", "1") else f"{said} {unit.replace('**', '^').replace('percent', '%')}"
