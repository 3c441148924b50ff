"""What a needle or a drill leaves behind, and what it does to the matrix.

    I      = depth / (1 + exp(-(needle / height - rho_c) / w))            puncture injury of the annulus
    track' = -track / tau,   scar' = 0     with shares (1 - permanent), permanent of I at the puncture
    hole'  = -hole / tau_hole              an endplate hole, 1 when as wide as studied and open, less when repaired
    degradation modifier = 1 + a_I (track + scar) + a_h hole

The injury is not nutritional: a 2 mm hole takes a fraction of a percent of an endplate.
"""

from __future__ import annotations

from typing import Any

from pulposus.tissue.process import Event, Field, Process, State

__all__ = ["Injury", "cement", "hole", "hole_share", "puncture", "puncture_injury"]


def puncture_injury(ratio: float, critical: float, width: float, depth: float = 1.0) -> float:
    """Return the injury, 0 to `depth`, of a puncture with a needle-to-height ratio.

    >>> round(puncture_injury(0.4, 0.4, 0.05), 2), round(puncture_injury(0.05, 0.4, 0.05), 4)
    (0.5, 0.0009)
    """
    from math import exp

    return depth / (1 + exp(-(ratio - critical) / width))


def puncture(time: float, injury: float, permanent: float) -> Event:
    """Return the event of a puncture: part of the injury heals, part stays."""
    return Event(time, "puncture", lambda state, p, points: {"track": injury * (1 - permanent),
                                                               "scar": injury * permanent})


def hole(time: float, opened: float) -> Event:
    """Return the event of an endplate hole, `opened` = 1 without repair."""
    return Event(time, "endplate hole", lambda state, p, points: {"hole": opened})


def hole_share(diameter: float, draw: Any) -> float:
    """Return the open share of a hole (0..1): its area over that of the drill with which holes were studied."""
    return min(1.0, float(diameter / draw.value("endplate_hole_reference_diameter")) ** 2)


def cement(time: float, closed: float) -> Event:
    """Return the event of cement closing a share of the endplate's supply."""
    return Event(time, "cement", lambda state, p, points: {"endplate_open": -closed * state["endplate_open"]})


class Injury(Process):
    """Owns the track, the scar and the endplate hole; `wounds` are the events of all routes."""

    name = "injury"
    reads = ("track", "scar", "hole")
    sources = ("track", "hole")
    modifies = ("degradation",)
    parameters = ("track_healing_time", "puncture_degradation_gain", "endplate_hole_healing_time",
                  "endplate_hole_degradation_gain")

    def __init__(self, wounds: list[Event]) -> None:
        self.wounds = wounds

    def fields(self, p: State) -> list[Field]:
        """Return the three states, 0 in an intact disc."""
        return [Field(n, "1", "global", 1.0) for n in ("track", "scar", "hole")]

    def events(self, p: State) -> list[Event]:
        """Return the wounds."""
        return self.wounds

    def global_rate(self, state: State, totals: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the healing rates (1/s)."""
        return {"track": -state["track"] / p["track_healing_time"], "hole": -state["hole"] / p["endplate_hole_healing_time"]}

    def modifiers(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the rise of degradation."""
        return {"degradation": 1 + p["puncture_degradation_gain"] * (state["track"] + state["scar"])
                + p["endplate_hole_degradation_gain"] * state["hole"]}
