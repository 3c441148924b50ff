"""The scale of an effect in pictures: where nothing happens, how it is transformed back, its ticks and words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulposus.core.language import text

__all__ = ["Scale", "scale_of"]

LOG = ("OR", "RR", "ROM", "ROMC", "PETO", "PLN")
NO_ZERO = ("PR", "PLN", "PLO", "PAS", "PFT")
MARGIN = 0.06  # of the range, on both sides
WIDEST = 4.0  # times the middle spread; an interval that reaches further ends in an arrow
NICE = (1, 2, 5)
MOST_TICKS = 8


@dataclass(frozen=True)
class Scale:
    """How values of the analysis scale are shown."""

    measure: str
    log: bool
    nothing: float | None

    def number(self, value: float) -> str:
        """Return a value as it is read: back-transformed from a log scale.

        >>> Scale("OR", True, 0.0).number(0.0)
        '1.00'
        """
        shown = math.exp(value) if self.log else value
        return f"{shown:.2f}" if abs(shown) < 1000 else f"{shown:.3g}"

    def label(self, tick: float) -> str:
        """Return the label of a tick."""
        return f"{math.exp(tick) if self.log else tick:.4g}"

    def ticks(self, low: float, high: float) -> list[float]:
        """Return ticks at round numbers of what is read."""
        if not self.log:
            return _linear(low, high)
        decades = range(math.floor(low / math.log(10)) - 1, math.ceil(high / math.log(10)) + 1)
        every = [math.log(nice * 10.0**decade) for decade in decades for nice in NICE]
        kept = [tick for tick in every if low <= tick <= high]
        return kept if len(kept) <= MOST_TICKS else [tick for tick in kept if math.isclose(tick / math.log(10), round(tick / math.log(10)))]

    def limits(self, document: Mapping[str, Any]) -> tuple[float, float]:
        """Return the range of the axis: everything, unless some intervals dwarf the rest."""
        studies = document["studies"]
        lows = sorted(each["ci_lower"] for each in studies) + [document["ci_lower"]]
        highs = sorted(each["ci_upper"] for each in studies) + [document["ci_upper"]]
        middles = sorted(each["yi"] for each in studies)
        centre = middles[len(middles) // 2]
        spread = sorted(each["ci_upper"] - each["ci_lower"] for each in studies)[len(studies) // 2]
        reach = max(spread * WIDEST, middles[-1] - middles[0])
        ends = [max(min(lows), centre - reach), min(max(highs), centre + reach)]
        ends = [min(ends[0], document["ci_lower"]), max(ends[1], document["ci_upper"])]
        if self.nothing is not None:
            ends = [min(ends[0], self.nothing), max(ends[1], self.nothing)]
        margin = (ends[1] - ends[0]) * MARGIN or 1.0
        return ends[0] - margin, ends[1] + margin

    def short(self, document: Mapping[str, Any]) -> str:
        """Return the short name of the effect, with its unit where it has one."""
        unit = document.get("unit")
        return f"{self.measure} ({unit})" if unit else self.measure

    def title(self, document: Mapping[str, Any], lang: str) -> str:
        """Return the title of the axis."""
        named = text(f"measure_{self.measure.lower()}", lang)
        unit = document.get("unit")
        return f"{named} ({unit})" if unit else named


def scale_of(document: Mapping[str, Any]) -> Scale:
    """Return the scale of the document of a meta-analysis."""
    measure = document["measure"]
    return Scale(measure, measure in LOG, None if measure in NO_ZERO else 0.0)


def _linear(low: float, high: float) -> list[float]:
    """Return round ticks between two ends."""
    rough = (high - low) / MOST_TICKS * 1.5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(nice * power for nice in (*NICE, 10) if nice * power >= rough)
    first = math.ceil(low / step)
    return [round(number * step, 12) for number in range(first, math.floor(high / step) + 1)]
