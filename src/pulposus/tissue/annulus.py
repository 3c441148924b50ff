"""The annulus: what it takes over when the nucleus loses pressure, how its wall sinks, and its damage.

    A     = E (1 - d) (1 - H)            load (Pa, per nucleus area) that annulus and facets have taken over
    1 - H = kappa (1 - J)^m              m = 1 compaction, m = 2 an inextensible wall that bows where volume is lost
    dq/dt = (d - q) / tau_a              the shape follows damage by creep: A holds q, the modulus d
    d     = min(d_0 + g D, 1)            D mean denatured share of the annulus' collagen (collagen.py)

E, kappa and m are worked out in every draw from two things only: the two steady states of a published peer model (80 % of
cells: 2.3 %, 40 %: 9.3 % height lost) and the composition and swelling stress of healthy and degenerate nuclei. At x_2, the
40 % case, the nucleus has the volume that lies on the line from the healthy nucleus to the degenerate specimen; what its
gel does not bear there gives E; what A leaves to the gel at x_1 gives J_1; the pair then fixes kappa and m:

    1 - J_2 = (1 - J_d) (1 - x_2) / (1 - x_d),   E = (p(1, 1) - p(J_2, x_2)) / (1 - H_2),   p(J_1, x_1) = p(1, 1) - E (1 - H_1)
    m = ln((1 - H_2) / (1 - H_1)) / ln((1 - J_2) / (1 - J_1)),   kappa = (1 - H_2) / (1 - J_2)^m

A load share that stays constant cannot do this: volume then follows aggrecan, and the two losses are as 3.00 to 1, in
the pair as 4.04 to 1. An annulus that takes over in proportion makes it worse (volume lost 2.3 to 1): the rest is the shape.
For comparison, a wall of height h at radius R that only bows loses 1.5 (R / h)^2 (1 - J)^2 of its height (`bowing`).
Damage d (0 sound, 1 gone) is the share of the wall's stiffness that is lost: by denatured collagen with a gain g, and beside
it what an event takes away at once (d_0). No measurement of g was found; its prior holds no effect. A disc run forward to grade V
keeps .88 of its height without g, .85 at g = 1 and .65 at g = 4, against .55 in the (assumed) table: g is not fitted to that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pulposus.core.derived import derived
from pulposus.core.errors import RejectedDraw
from pulposus.tissue.fixed_charge import SPECIMEN, Nucleus, kept_volume
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.process import Field, Process, State, View

__all__ = ["Annulus", "Wall", "bowing", "damage_of", "wall_law"]

_CASES = (80, 40)  # percent of cells, as the records of the peer's cases are named


@dataclass(frozen=True)
class Wall:
    """stiffness E (Pa), coupling kappa and bulge exponent m of one draw."""

    stiffness: float
    coupling: float
    bulge: float

    @classmethod
    def of(cls, draw: Any) -> Wall:
        """Return the wall of a draw."""
        return cls(draw.value("annulus_stiffness"), draw.value("height_volume_coupling"), draw.value("annulus_bulge"))

    def sinking(self, J: Any) -> Any:
        """Return 1 - H at a volume J of the nucleus; a nucleus beyond the healthy volume lifts nothing."""
        return self.coupling * np.maximum(1 - J, 0.0) ** self.bulge


def wall_law(nucleus: Nucleus, degenerate: tuple[float, float], pair: Sequence[tuple[float, float]]) -> Wall:
    """Return the wall through two (aggrecan left, height lost), given (aggrecan left, volume) of the degenerate nucleus.

    Raises RejectedDraw when no annulus that takes load over, and whose wall sinks ever faster, passes through them.
    """
    (x1, d1), (x2, d2) = pair
    x_d, J_d = degenerate
    healthy, u2 = float(nucleus.pressure(1.0, 1.0)), (1 - J_d) * (1 - x2) / (1 - x_d)
    stiffness = (healthy - float(nucleus.pressure(1 - u2, x2))) / d2
    u1 = 1 - float(nucleus.volume(healthy - stiffness * d1, x1)) if 0 < stiffness * d1 < healthy else 0.0
    if not (0 < u1 < u2 < nucleus.phi and 0 < d1 < d2):
        raise RejectedDraw("no annulus takes over what the nucleus loses between the two losses of height")
    bulge = float(np.log(d2 / d1) / np.log(u2 / u1))
    if bulge < 1:
        raise RejectedDraw("the wall would sink most for the first volume lost")
    return Wall(stiffness, d2 / u2**bulge, bulge)


def bowing(radius: float, height: float) -> float:
    """Return 1.5 (R/h)^2, the factor of (1 - J)^2 in the height lost by a wall that bows and does not stretch (lengths in m).

    >>> round(bowing(14e-3, 12.6e-3), 2)
    1.85
    """
    return 3 / 2 * (radius / height) ** 2


def _fitted(draw: Any) -> Wall:
    v, grade = draw.value, SPECIMEN["degenerate"]
    volume = kept_volume(draw, grade)
    left = volume * v("aggrecan_content", region="NP", grade=grade) / v("aggrecan_content", region="NP", grade="I")
    pair = [(v(f"peer_viability_{case}"), v(f"peer_height_loss_{case}")) for case in _CASES]
    return wall_law(Nucleus.of(draw), (left, volume), pair)


@derived("annulus_stiffness")
def annulus_stiffness(draw: Any, region: str, grade: str) -> float:
    """Return E (Pa) of the draw."""
    return _fitted(draw).stiffness


@derived("height_volume_coupling")
def height_volume_coupling(draw: Any, region: str, grade: str) -> float:
    """Return kappa of the draw."""
    return _fitted(draw).coupling


@derived("annulus_bulge")
def annulus_bulge(draw: Any, region: str, grade: str) -> float:
    """Return m of the draw."""
    return _fitted(draw).bulge


def damage_of(state: State, p: State) -> Any:
    """Return d (0..1) of a state: events at once, and the denatured collagen of the annulus times its gain.

    >>> state = {"annulus_damage": 0.1, "collagen_denatured": np.array([0.0, 0.2])}
    >>> round(float(damage_of(state, {"annulus_weight": np.array([0.5, 0.5]), "annulus_damage_gain": 2.0})), 3)
    0.3
    """
    denatured = (state["collagen_denatured"] * p["annulus_weight"]).sum(axis=-1)
    return np.minimum(np.maximum(state["annulus_damage"] + p["annulus_damage_gain"] * denatured, 0.0), 1.0)


class Annulus(Process):
    """Owns what events have taken of the annulus at once and the damage that the shape of the disc has followed, both 0 at the
    start."""

    name = "annulus"
    reads = ("annulus_damage", "annulus_settled", "collagen_denatured")
    sources = ("annulus_settled",)
    parameters = ("annulus_creep_time", "annulus_damage_gain")

    def prepare(self, draw: Any, points: Any) -> dict[str, Any]:
        """Return the weights of the mean over the annulus."""
        inside = np.where(points.region == REGIONS.index("AF"), points.volume, 0.0)
        return {"annulus_weight": inside / inside.sum()}

    def fields(self, p: State) -> list[Field]:
        """Return damage by events and settled damage, one number each."""
        return [Field(name, "1", "global", 1.0) for name in ("annulus_damage", "annulus_settled")]

    def global_rate(self, state: State, totals: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return dq/dt (1/s)."""
        return {"annulus_settled": (damage_of(state, p) - state["annulus_settled"]) / p["annulus_creep_time"]}

    def observe(self, view: View) -> dict[str, Any]:
        """Return the damage."""
        return {"annulus_damage": damage_of(view.state, view.p)}
