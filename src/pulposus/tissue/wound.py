"""A wound of the disc, by needle, blade, shaver or drill: four separate terms, and how they heal.

    opening   I = depth / (1 + exp(-(size / H - rho_c) / w))          needle or cut, size its diameter or width, H disc height
              I is added to what is open already: I (1 - track - scar)
    1 volume and pressure, at once:  a share v I of the nucleus leaves with its cells and matrix
    2 cells killed at the track:     a share min(1, k phi) of the annulus' cells, phi = volume of the track / of the annulus
    3 inflammatory pulse:            granulation tissue fills the track, g += phi (granulation.py)
    4 confinement                    1 - track - scar - a hole; it slackens the swelling and raises degradation

    track' = -track / tau,   scar' = 0,   hole' = -hole / tau_hole,   confinement' = track / tau + a hole / tau_hole
    degradation modifier = 1 + a_I (track + scar) + a_h hole

Shares (1 - permanent) and permanent of I heal and stay. A nucleotomy takes a share of the nucleus; its access is a wound of
its own. An endplate hole is 1 when as wide as studied and open. It is no matter of nutrition: 2 mm are a fraction of a
percent of an endplate. `nucleus_volume_lost` is what left at once (a nucleotomy of all of it leaves a hundredth, so that what
is left has a density), counted together; `confinement` 1 is an intact disc. Collagen of the track is denatured.

In a solid a wound may have its place (places.py). Then cells die within k times its volume around it, in whatever region that lies,
and granulation tissue fills its part in the annulus (of a hole: in the endplate); the rest is the law of a wound without a place.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, pi
from typing import Any

import numpy as np

from pulposus.tissue.granulation import Granulation
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.places import Slit, Track, share_within
from pulposus.tissue.process import Event, Field, Process, State
from pulposus.tissue.shape import Shape
from pulposus.tissue.solid import SolidGeometry

__all__ = ["Wound", "cement", "hole", "hole_share", "lesion", "nucleotomy", "opening", "puncture", "wound_processes"]

_CONTENT = ("native", "senescent", "aggrecan_intact", "aggrecan_fragments", "transplanted", "fresh", "differentiated",
            "dead_transplanted")
_CELLS = ("native", "senescent")
_MOST_TAKEN = 99 / 100


def opening(ratio: float, critical: float, width: float, depth: float = 1.0) -> float:
    """Return I, 0 to `depth`, of a needle or cut whose size is `ratio` times the disc's height.

    >>> round(opening(0.4, 0.4, 0.05), 2), round(opening(0.05, 0.4, 0.05), 4)
    (0.5, 0.0009)
    """
    return depth / (1 + exp(-(ratio - critical) / width))


def _taken(state: State, points: Any, share: float) -> dict[str, Any]:
    """Return what leaves with a share of the nucleus: cells, matrix, and the count of it."""
    share = min(share, _MOST_TAKEN)
    inside = np.where(points.region == REGIONS.index("NP"), share, 0.0)
    out = {n: -inside * state[n] for n in _CONTENT if n in state}
    return out | {"nucleus_volume_lost": share * (1 - state["nucleus_volume_lost"])}


def _track(state: State, p: State, points: Any, region: str, volume: float, place: Track | Slit | None = None) -> dict[str, Any]:
    """Return granulation and denatured collagen of a track of a volume (m3) through a region, and the cells it killed: evenly all over
    the region, or at a place in a solid."""
    inside = points.region == REGIONS.index(region)
    ratio = p["track_kill_ratio"]
    if place is None:
        phi = np.where(inside, min(1.0, volume / points.volume[inside].sum()), 0.0)
        killed = np.minimum(1.0, ratio * phi)
    else:
        phi = np.where(inside, share_within(p["mesh"], points, place), 0.0)
        killed = share_within(p["mesh"], points, place.widened(ratio))
    out = {n: -killed * state[n] for n in _CELLS}
    fills = {n: phi * (1 - state[n]) for n in ("granulation", "collagen_denatured") if n in state}
    return out | fills


def _merged(*jumps: Mapping[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for jump in jumps:
        for name, amount in jump.items():
            out[name] = out.get(name, 0.0) + amount
    return out


def _annular(time: float, what: str, injury: float, track: float, place: Track | Slit | None) -> Event:
    """Return the event of an opening I of the annulus with a track of a volume (m3), at a place if it has one."""

    def jump(state: State, p: State, points: Any) -> dict[str, Any]:
        more = injury * (1 - state["track"] - state["scar"])
        stays = p["puncture_permanent_share"]
        return _merged({"track": more * (1 - stays), "scar": more * stays, "confinement": -more},
                       _taken(state, points, p["puncture_volume_loss"] * more), _track(state, p, points, "AF", track, place))

    return Event(time, what, jump)


def puncture(time: float, draw: Any, geometry: Shape, diameter: float, depth: float = 1.0, what: str = "puncture",
             place: Track | None = None) -> Event:
    """Return the event of a needle of a diameter (m) through the share `depth` of the annulus, along a track if it is placed."""
    injury = opening(geometry.needle_ratio(diameter), draw.value("needle_critical_ratio"), draw.value("needle_ratio_width"), depth)
    length = depth * (geometry.radius - geometry.nucleus_radius)
    return _annular(time, what, injury, length * pi / 4 * diameter * min(diameter, geometry.height), place)


def lesion(time: float, draw: Any, geometry: Shape, width: float, depth: float, middle: tuple[float, float, float] | None = None) -> Event:
    """Return the event of a cut of the annulus of a width and a depth (m), in the direction of (x, y, z) if it is placed in a solid."""
    wall = geometry.radius - geometry.nucleus_radius
    injury = opening(geometry.needle_ratio(width), draw.value("needle_critical_ratio"), draw.value("needle_ratio_width"),
                     min(1.0, depth / wall))
    gap = min(draw.value("lesion_gap"), geometry.height)
    place = None if middle is None or not isinstance(geometry, SolidGeometry) else Slit(
        geometry.section, middle, width, min(depth, wall), gap)
    return _annular(time, "lesion", injury, min(depth, wall) * width * gap, place)


def nucleotomy(time: float, removed: float) -> Event:
    """Return the event of taking a share of the nucleus out; part of the hollow fills with granulation tissue."""

    def jump(state: State, p: State, points: Any) -> dict[str, Any]:
        inside = points.region == REGIONS.index("NP")
        fills = np.where(inside, p["nucleotomy_granulation_share"] * removed * (1 - state["granulation"]), 0.0)
        return _merged(_taken(state, points, removed), {"granulation": fills})

    return Event(time, "nucleotomy", jump)


def hole(time: float, opened: float, place: Track | None = None) -> Event:
    """Return the event of a hole in one endplate, `opened` = 1 as wide as studied and without repair, along a track if it is placed."""

    def jump(state: State, p: State, points: Any) -> dict[str, Any]:
        area = opened * pi / 4 * p["endplate_hole_reference_diameter"] ** 2
        track = area * p["geometry"].endplate_thickness
        return _merged({"hole": opened, "confinement": -p["hole_confinement_share"] * opened},
                       _taken(state, points, p["hole_volume_loss"] * opened), _track(state, p, points, "CEP", track, place))

    return Event(time, "endplate hole", jump)


def hole_share(diameter: float, draw: Any) -> float:
    """Return the open share of a hole (0..1): its area over that of the drill with which holes were studied."""
    return min(1.0, float(diameter / draw.value("endplate_hole_reference_diameter")) ** 2)


def cement(time: float, closed: float) -> Event:
    """Return the event of cement closing a share of the endplate's supply."""
    return Event(time, "cement", lambda state, p, points: {"endplate_open": -closed * state["endplate_open"]})


class Wound(Process):
    """Owns track, scar, hole, confinement and the nucleus lost; `wounds` are the events that make them."""

    name = "wound"
    reads = ("track", "scar", "hole")
    sources = ("track", "hole", "confinement")
    modifies = ("degradation",)
    parameters = ("track_healing_time", "puncture_degradation_gain", "endplate_hole_healing_time", "endplate_hole_degradation_gain",
                  "puncture_permanent_share", "puncture_volume_loss", "track_kill_ratio", "hole_volume_loss",
                  "hole_confinement_share", "endplate_hole_reference_diameter", "nucleotomy_granulation_share",
                  "confinement_swelling_share")

    def __init__(self, wounds: list[Event]) -> None:
        self.wounds = wounds

    def fields(self, p: State) -> list[Field]:
        """Return the compartments of an intact disc."""
        states = [Field(n, "1", "global", 1.0) for n in ("track", "scar", "hole", "nucleus_volume_lost")]
        return [*states, Field("confinement", "1", "global", 1.0, start=1.0)]

    def events(self, p: State) -> list[Event]:
        """Return the wounds."""
        return self.wounds

    def global_rate(self, state: State, totals: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the healing rates (1/s)."""
        track, hole = state["track"] / p["track_healing_time"], state["hole"] / p["endplate_hole_healing_time"]
        return {"track": -track, "hole": -hole, "confinement": track + p["hole_confinement_share"] * hole}

    def modifiers(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the rise of degradation in a disc that is not confined."""
        return {"degradation": 1 + p["puncture_degradation_gain"] * (state["track"] + state["scar"])
                + p["endplate_hole_degradation_gain"] * state["hole"]}

    def observe(self, view: Any) -> dict[str, Any]:
        """Return the confinement (1 intact) and the share of the nucleus lost at once."""
        return {n: float(view.state[n]) for n in ("confinement", "nucleus_volume_lost")}


def wound_processes(wounds: list[Event]) -> list[Process]:
    """Return what a wounded disc carries: the wound and its granulation tissue."""
    return [Wound(wounds), Granulation()]
