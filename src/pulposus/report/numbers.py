"""Numbers as people read them: few digits, a true minus sign, nothing in computer notation.

What is smaller than `TINY` is told as smaller than it; a difference is rounded to a step, so that noise of the solver
never looks like a result.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from pulposus.core.language import text

__all__ = ["NOTHING", "TINY", "count", "difference", "interval", "number", "percent", "plus_minus", "printed_unit",
           "quantity",
           "with_unit"]

NOTHING = "–"
TINY = 1e-3
_DIGITS = 2
_LARGE = 1e5  # from here on, and below TINY, a value of a record is told as a power of ten
_MINUS, _NO_BREAK = "−", "\u00a0"
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = _DIGITS) -> str:
    """Return a number with so many significant digits, whole digits never rounded away.

    >>> number(0.0002), number(-4.0173), number(123.4), number(float("nan")), number(0.17882), number(9.96)
    ('<0.001', '−4.0', '123', '–', '0.18', '10')
    """
    if not math.isfinite(value):
        return NOTHING
    if value == 0:
        return "0"
    if abs(value) < TINY:
        return f"<{TINY:g}" if value > 0 else f">{_MINUS}{TINY:g}"
    return _plain(value, _places(value, digits))


def difference(value: float, step: float, sign: bool = True) -> str:
    """Return a difference rounded to a step that is a power of ten, with its sign.

    >>> difference(-4.0173, 0.1), difference(0.17882, 0.1), difference(-0.0053, 0.1), difference(-18.9, 0.1)
    ('−4.0', '+0.2', '0', '−19')
    """
    if not math.isfinite(value):
        return NOTHING
    coarse = max(0, -math.floor(math.log10(step) + TINY)) if step > 0 else _DIGITS
    if not value or abs(round(value, coarse)) == 0:
        return "0"
    said = _plain(value, min(coarse, _places(value, _DIGITS)))
    return f"+{said}" if sign and value > 0 else said


def _places(value: float, digits: int) -> int:
    """Return how many places after the point show so many significant digits of a value once it is rounded."""
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    grown = round(abs(value), places)
    return max(0, digits - 1 - math.floor(math.log10(grown))) if grown else places


def _plain(value: float, places: int) -> str:
    """Return a number with so many places after the point."""
    return f"{round(value, places):.{places}f}".replace("-", _MINUS)


def plus_minus(error: float, step: float = TINY) -> str:
    """Return the Monte-Carlo error of a median; nothing when it is smaller than a step.

    >>> plus_minus(1.91), plus_minus(0.0001)
    (' ± 1.9', '')
    """
    return f" ± {difference(error, step, sign=False)}" if math.isfinite(error) and error >= step else ""


def interval(spread: Mapping[str, Any], lang: str, step: float | None = None) -> str:
    """Return the interval of a spread: of a level, or of a difference that is rounded to a step.

    >>> interval({"low": -1.0, "high": 2.5}, "en", 0.1), interval({"low": 0.1, "high": 2.5}, "zh")
    ('−1.0 to +2.5', '0.10 至 2.5')
    """
    low, high = float(spread["low"]), float(spread["high"])
    if not math.isfinite(low):
        return NOTHING
    first, last = (number(v) if step is None else difference(v, step) for v in (low, high))
    return text("report_interval", lang, low=first, high=last)


def percent(share: float) -> str:
    """Return a share (0..1) in percent.

    >>> percent(0.6327)
    '63%'
    """
    return f"{100 * share:.0f}%" if math.isfinite(share) else NOTHING


def with_unit(said: str, unit: str) -> str:
    """Return a number with its unit; they are not parted at the end of a line.

    >>> with_unit("17", "%"), with_unit("17", "")
    ('17%', '17')
    """
    return said + (unit if unit in ("%", "") else _NO_BREAK + unit)


def count(value: float, lang: str) -> str:
    """Return a number of cells or particles, large ones in the words of the language.

    >>> count(1.6e6, "en"), count(1.6e6, "zh"), count(136.2, "en"), count(227245.0, "en")
    ('1.6 million', '160万', '136', '227,000')
    """
    if not math.isfinite(value):
        return NOTHING
    for scale in text("report_count_scales", lang, n="#").split("|"):
        least, words = scale.split("=")
        if abs(value) >= float(least):
            return words.replace("#", number(value / float(least)).removesuffix(".0"))
    return f"{float(f'{value:.3g}'):,.0f}" if abs(value) >= 1 or value == 0 else number(value)


def quantity(value: float, unit: str = "", digits: int = 3) -> str:
    """Return the value of a record with its unit, very small and large ones as a power of ten.

    >>> quantity(6.72e-6), quantity(0.05), quantity(3.6e6), quantity(21.0, "mm").split()
    ('6.72×10⁻⁶', '0.05', '3.6×10⁶', ['21', 'mm'])
    """
    if not math.isfinite(value):
        return NOTHING
    said = f"{value:.{digits}g}"
    if value and not TINY <= abs(value) < _LARGE:
        mantissa, _, power = f"{value:.2e}".partition("e")
        said = f"{float(mantissa):g}×10{str(int(power)).translate(_RAISED)}"
    elif "e" in said:
        said = f"{float(said):.0f}"
    return with_unit(said.replace("-", _MINUS), printed_unit(unit))


def printed_unit(unit: str) -> str:
    """Return a unit of a record as it is printed.

    >>> printed_unit("nmol/(million_cell*h)"), printed_unit("cm**2/s"), printed_unit("percent"), printed_unit("1")
    ('nmol/(10⁶ cells·h)', 'cm²/s', '%', '')
    """
    if unit == "1":
        return ""
    said = re.sub(r"\*\*(-?\d+)", lambda power: power.group(1).translate(_RAISED), unit)
    return said.replace("percent", "%").replace("million_cell", "10⁶ cells").replace("*", "·")
