"""The past of a disc: the events of a history become wounds, changed supply, calcified endplate and drivers, run before day 0.

    past_of(history, draw, geometry, laws)   what happened, as processes and events of one draw
    live(past, build)                        the disc as it is at day 0, from which every arm begins

The course starts at the first event (t < 0) and ends at day 0, once for all arms of a study: treatment is only ever a difference
from it. What is scheduled later than day 0 (an `until`) is left to the arms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import inf
from typing import Any

from pulposus.tissue.disc import Disc
from pulposus.tissue.drivers import DRIVERS, Drivers, switch
from pulposus.tissue.endplate import calcified, open_nodes, pattern_rings
from pulposus.tissue.history import History, run_discs
from pulposus.tissue.places import Track, crossed, drilled
from pulposus.tissue.process import Event, Process
from pulposus.tissue.shape import Shape
from pulposus.tissue.solid import SolidGeometry
from pulposus.tissue.stepper import Control
from pulposus.tissue.supply import Supply
from pulposus.tissue.wound import cement, hole, hole_share, lesion, nucleotomy, puncture, wound_processes

__all__ = ["Past", "live", "past_of"]

_CEMENT, _SCAFFOLD = "cement_closed_share", "scaffold_repair_share"


@dataclass
class Past:
    """What happened: wounds, and events of supply, endplate and drivers; used: drivers that are named; pattern: arguments of the
    pattern of open endplate, if one was left; start: the first event (s); biphasic: whether load acts on synthesis."""

    wounds: list[Event] = field(default_factory=list)
    supply: list[Event] = field(default_factory=list)
    endplate: list[Event] = field(default_factory=list)
    drivers: list[Event] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    pattern: dict[str, Any] = field(default_factory=dict)
    start: float = 0.0
    biphasic: bool = True

    @property
    def wounded(self) -> bool:
        """Whether the disc has a wound."""
        return bool(self.wounds)

    def wounds_from(self, first: float, last: float) -> list[Event]:
        """Return the wounds with first < time <= last (s)."""
        return _between(self.wounds, first, last)

    def processes(self, first: float, last: float) -> list[Process]:
        """Return the further processes, with their events in first < time <= last (s)."""
        out: list[Process] = []
        if self.supply:
            out.append(Supply(_between(self.supply, first, last)))
        if self.endplate:
            out.append(_Happens("endplate damage", _between(self.endplate, first, last)))
        if self.used:
            out.append(Drivers(sorted(self.used), _between(self.drivers, first, last), self.biphasic))
        return out

    def disc_options(self, geometry: Shape) -> dict[str, Any]:
        """Return the options of `Disc` that a pattern of open endplate needs."""
        if not self.pattern:
            return {}
        p = self.pattern
        rings = pattern_rings(p["pattern"], p["share"], geometry.endplate_radius, p["width"])
        return {"rings": rings, "later_mask": partial(open_nodes, **p)}


class _Happens(Process):
    """Carries events on compartments that other processes own."""

    def __init__(self, name: str, happens: list[Event]) -> None:
        self.name, self.happens = name, happens

    def events(self, p: Mapping[str, Any]) -> list[Event]:
        """Return the events."""
        return self.happens


def _between(events: Sequence[Event], first: float, last: float) -> list[Event]:
    return [e for e in events if first < e.time <= last]


def past_of(history: Sequence[Any], draw: Any, geometry: Shape, laws: Mapping[str, Any]) -> Past:
    """Return the past that the events of a history (history_file.py) are in one draw of one disc."""
    past = Past(start=min((h.at for h in history), default=0.0), biphasic=laws.get("load", "biphasic") == "biphasic")
    for h in sorted(history, key=lambda each: each.at):
        _READERS[h.event](past, h, draw, geometry, laws)
    return past


def _wound(past: Past, h: Any, draw: Any, geometry: Shape, laws: Mapping[str, Any]) -> None:
    if h.event == "lesion":
        past.wounds.append(lesion(h.at, draw, geometry, h.width, h.depth, h.where.middle if h.where else None))
    elif h.event == "nucleotomy":
        past.wounds.append(nucleotomy(h.at, h.removed))
    else:
        diameter = draw.value(f"needle_diameter_{h.needle}")
        track = Track(h.where.start, h.where.end, diameter) if h.where else None
        depth = crossed(geometry, track) if track and isinstance(geometry, SolidGeometry) else h.depth_fraction
        past.wounds.append(puncture(h.at, draw, geometry, diameter, depth, h.event.replace("_", " "), track))


def _damage(past: Past, h: Any, draw: Any, geometry: Shape, laws: Mapping[str, Any]) -> None:
    if h.hole is not None:
        mended = 0.0 if h.repair == "none" else draw.value(_SCAFFOLD)
        opened = (1 - mended) * hole_share(h.hole, draw)
        place = None
        if h.where is not None and isinstance(geometry, SolidGeometry):
            place = drilled(geometry, h.where.face, h.where.at, opened**0.5 * draw.value("endplate_hole_reference_diameter"))
        past.wounds.append(hole(h.at, opened, place))
        if h.repair == "cement":
            past.endplate.append(cement(h.at, draw.value(_CEMENT)))
    elif isinstance(h.open, float):
        past.endplate.append(_scaled(h.at, h.open))
        if h.until is not None:
            past.endplate.append(_scaled(h.until, 1 / h.open))
    else:
        past.pattern = {"pattern": h.open.pattern, "share": h.open.open, "width": h.open.width or 0.0}
        _during(past.supply, h, "endplate_pattern", 1.0, 0.0)


def _scaled(time: float, by: float) -> Event:
    return Event(time, "endplate damage", lambda state, p, points: {"endplate_open": (by - 1) * state["endplate_open"]})


def _calcification(past: Past, h: Any, draw: Any, geometry: Shape, laws: Mapping[str, Any]) -> None:
    past.endplate.append(calcified(h.at, h.extent, laws.get("calcification", "closes")))


def _nutrition(past: Past, h: Any, draw: Any, geometry: Shape, laws: Mapping[str, Any]) -> None:
    _during(past.supply, h, f"{h.event.removesuffix('_nutrition')}_supply", h.level, 1.0)


def _driver(past: Past, h: Any, draw: Any, geometry: Shape, laws: Mapping[str, Any]) -> None:
    values = {"ageing": getattr(h, "factor", None), "growth_division": getattr(h, "division", None),
              "growth_synthesis": getattr(h, "synthesis", None), "pressure": getattr(h, "pressure", None),
              **{f"given_{c}": getattr(h, c, None) for c in ("il1b", "tnf", "chemokine")}}
    if h.event == "degenerate_turnover":
        values[h.event] = 1.0
    rest = {"pressure": draw.value("load_habitual"), "degenerate_turnover": 0.0} | {
        name: 0.0 for name in DRIVERS if name.startswith("given_")}
    for name, value in values.items():
        if value is not None:
            past.used.add(name)
            _during(past.drivers, h, name, value, rest.get(name, 1.0))


def _during(events: list[Event], h: Any, name: str, value: float, after: float) -> None:
    """Add the event that sets a level, and the one that ends it where it ended."""
    what = h.event.replace("_", " ")
    events.append(switch(h.at, name, value, what))
    if h.until is not None:
        events.append(switch(h.until, name, after, f"end of {what}"))


_READERS = {"puncture": _wound, "second_needle": _wound, "lesion": _wound, "nucleotomy": _wound, "endplate_damage": _damage,
            "calcification": _calcification, "wall_nutrition": _nutrition, "endplate_nutrition": _nutrition,
            "cytokine_load": _driver, "ageing": _driver, "growth": _driver, "load": _driver,
            "degenerate_turnover": _driver}


def live(past: Past, build: Callable[[list[Process], dict[str, Any]], Disc], geometry: Shape, times: Sequence[float],
         control: Control | None = None) -> tuple[Disc, History]:
    """Return the disc of the past and its history from the first event to the last of `times` (s).

    build: (further processes, options of `Disc`) -> the disc.
    """
    last = float(times[-1])
    wounds = wound_processes(past.wounds_from(-inf, last)) if past.wounded else []
    disc = build([*wounds, *past.processes(-inf, last)], past.disc_options(geometry))
    return disc, run_discs([disc], times, control, start=past.start)[0]
