"""From aggrecan to water, volume and height; the one owner of the volume ratio J and the height H.

    p(J, x) + E (1 - q) (1 - H(J)) = p(1, 1) + P - P_rest       balance of nucleus and annulus under a load P
    1 - H   = kappa (1 - J)^m
    nf      = (phi - 1 + J / J_0) / (J / J_0)                    porosity; the solid is kept, water comes and goes

Reference is the healthy disc of the draw, lying (J = H = 1): what annulus, ligaments and muscles add there closes the
balance and needs no number. x is the share of the healthy aggrecan that is left, p the gel (fixed_charge.py), E, kappa, m
and the settled damage q the wall (annulus.py), phi and J_0 the porosity and volume at the start of the study. The left side
falls and is convex in J, so Newton's method from the volume of a nucleus that bears all the load (no annulus, q = 1:
J = 1 + phi (x - 1)) rises to the one root. No grade enters: a grade is a share of aggrecan.

Cells are kept: a rate per reference volume stays as it is, so per volume they are denser by 1 / J (shape.py moves the
diffusion with it). A load is told as the pressure the whole disc has to bear, referred to the nucleus.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pulposus.core.errors import PulposusError
from pulposus.tissue.annulus import Wall
from pulposus.tissue.fixed_charge import Nucleus, effective_charge, kept_volume
from pulposus.tissue.loads import Loads, day

__all__ = ["Swelling", "balanced_volume", "porosity_after", "swelling_pressure"]

_NEWTON, _ROUND_OFF = 60, 1e-13  # iterations; relative step at which the root is reached
_LEAST = 1e-9  # aggrecan left, below which a nucleus is empty


def swelling_pressure(draw: Any, grade: str | None = None) -> float:
    """Return the Donnan pressure (Pa) of a nucleus with the composition of a grade, that of the draw when none is given."""
    grade = grade or draw.grade
    gel, volume = Nucleus.of(draw), kept_volume(draw, grade)
    content = [draw.value("aggrecan_content", region="NP", grade=g) for g in (grade, "I")]
    return float(gel.pressure(volume, volume * content[0] / content[1]) * gel.ionic)


def balanced_volume(nucleus: Nucleus, wall: Wall, x: Any, total: Any) -> Any:
    """Return J at which nucleus and wall together bear `total` (Pa) with a share x of the aggrecan; arrays broadcast.

    Raises PulposusError when no volume does.
    """
    amount = np.maximum(nucleus.amount(x), _LEAST * nucleus.charge)
    least = amount / effective_charge(total * nucleus.ionic, nucleus.bath, nucleus.RT)
    w = least
    for _ in range(_NEWTON):
        charge, lost = amount / w, np.maximum(nucleus.phi - w, 0.0)
        held = np.hypot(charge, nucleus.bath)
        excess = nucleus.RT / nucleus.ionic * (held - nucleus.bath) + wall.stiffness * wall.coupling * lost**wall.bulge - total
        slope = (nucleus.RT / nucleus.ionic * charge**2 / (held * w)
                 + wall.stiffness * wall.coupling * wall.bulge * lost ** (wall.bulge - 1))
        step = excess / slope
        w = np.maximum(w + step, least)
        if np.all(np.abs(step) <= _ROUND_OFF * w):
            return w + 1 - nucleus.phi
    raise PulposusError("nucleus and annulus find no balance with the load")


def porosity_after(phi: Any, share: Any) -> Any:
    """Return the porosity of a tissue that had the porosity phi, once it holds this share of its aggrecan.

    >>> round(porosity_after(0.8, 0.5), 4)
    0.6667
    """
    J = 1 + phi * (share - 1)
    return (phi - 1 + J) / J


@dataclass(frozen=True)
class Swelling:
    """The volume and height law of one draw.

    start: aggrecan at the start (kg/m3, nucleus mean), left: as a share of the healthy disc's; phi: porosity at the start;
    volume: J_0, height: H at the start, both relative to the healthy disc.
    """

    nucleus: Nucleus
    wall: Wall
    start: float
    left: float
    phi: float
    volume: float = 1.0
    height: float = 1.0

    @classmethod
    def of(cls, draw: Any) -> Swelling:
        """Return the law of a draw for its species and grade. Raises RejectedDraw when the draw allows none."""
        content, grade_I = (draw.value("aggrecan_content", region="NP", grade=g) for g in (draw.grade, "I"))
        left = kept_volume(draw, draw.grade) * content / grade_I
        law = cls(Nucleus.of(draw), Wall.of(draw), content, left, draw.value("porosity", region="NP"))
        J = law.equilibrium(content)
        return replace(law, volume=float(J), height=float(1 - law.wall.sinking(J)))

    # ---- relative to the healthy disc at rest
    def _weak(self, damage: Any) -> Wall:
        return replace(self.wall, stiffness=self.wall.stiffness * (1 - np.clip(damage, 0.0, 1.0)))

    def equilibrium(self, aggrecan: Any, settled: Any = 0.0, load: Any = 0.0) -> Any:
        """Return J for a nucleus mean of aggrecan (kg/m3), the settled damage of the annulus and a load above rest (Pa)."""
        x = self.left * np.asarray(aggrecan) / self.start
        return balanced_volume(self.nucleus, self._weak(settled), x, self.nucleus.pressure(1.0, 1.0) + load)

    def height_to_healthy(self, aggrecan: Any, settled: Any = 0.0, load: Any = 0.0) -> Any:
        """Return H for a nucleus mean of aggrecan (kg/m3)."""
        return 1 - self.wall.sinking(self.equilibrium(aggrecan, settled, load))

    def pressure(self, aggrecan: Any, settled: Any = 0.0) -> Any:
        """Return what the nucleus bears at rest (Pa)."""
        return self.nucleus.pressure(self.equilibrium(aggrecan, settled), self.left * np.asarray(aggrecan) / self.start)

    def damage_at(self, height: float, aggrecan: Any) -> Any:
        """Return the settled damage of the annulus with which the disc would have this height, relative to the healthy one.

        Below 0 where even a sound annulus lets it be lower.
        """
        lost = 1 - height
        J = 1 - (lost / self.wall.coupling) ** (1 / self.wall.bulge)
        gel = self.nucleus.pressure(J, self.left * np.asarray(aggrecan) / self.start)
        return 1 - (self.nucleus.pressure(1.0, 1.0) - gel) / (self.wall.stiffness * lost)

    # ---- relative to the start of the study
    def volume_ratio(self, aggrecan: Any, settled: Any = 0.0) -> Any:
        """Return the volume of the nucleus relative to the start."""
        return self.equilibrium(aggrecan, settled) / self.volume

    def porosity(self, aggrecan: Any, settled: Any = 0.0) -> Any:
        """Return the porosity of the nucleus."""
        return self.porosity_of(self.volume_ratio(aggrecan, settled))

    def porosity_of(self, ratio: Any) -> Any:
        """Return the porosity at a volume relative to the start."""
        return (self.phi - 1 + ratio) / ratio

    def height_ratio(self, aggrecan: Any, settled: Any = 0.0) -> Any:
        """Return the height relative to the start."""
        return self.height_to_healthy(aggrecan, settled) / self.height

    # ---- under load
    def axial_modulus(self, aggrecan: Any, step: float, damage: Any = 0.0, settled: Any = 0.0) -> Any:
        """Return the apparent axial modulus (Pa), drained: load over height lost, from rest to `step` (Pa) above it.

        (1 - d) step / (H_rest - H_loaded), both with a sound wall from the shape the disc has: damage takes its share of
        the stiffness at once, whatever the shape does later.
        """
        return self._modulus(aggrecan, self.equilibrium(aggrecan, settled), step, damage)

    def _modulus(self, aggrecan: Any, J: Any, step: float, damage: Any) -> Any:
        x, sunk = self.left * np.asarray(aggrecan) / self.start, self.wall.sinking(J)
        loaded = balanced_volume(self.nucleus, self.wall, x, self.nucleus.pressure(J, x) + self.wall.stiffness * sunk + step)
        return (1 - np.clip(damage, 0.0, 1.0)) * step / (self.wall.sinking(loaded) - sunk)

    def daily(self, aggrecan: Any, loads: Loads, settled: Any = 0.0) -> tuple[Any, Any]:
        """Return the shares of the nucleus's water and of the disc's height that are lost between morning and evening."""
        resting, loaded = (self.equilibrium(aggrecan, settled, load) for load in (0.0, loads.step))
        return self._day(*day(resting, loaded, loads))

    def _day(self, morning: Any, evening: Any) -> tuple[Any, Any]:
        tall, low = (1 - self.wall.sinking(J) for J in (morning, evening))
        return (morning - evening) / (morning - 1 + self.nucleus.phi), (tall - low) / tall

    def readings(self, aggrecan: Any, loads: Loads, damage: Any = 0.0, settled: Any = 0.0) -> dict[str, Any]:
        """Return height and volume relative to the start, pressure of the nucleus at rest (Pa), axial modulus (Pa) and the
        share of height lost in a day, at any number of times at once."""
        J, loaded = (self.equilibrium(aggrecan, settled, load) for load in (0.0, loads.step))
        return {"height_index": (1 - self.wall.sinking(J)) / self.height, "nucleus_volume": J / self.volume,
                "nucleus_pressure": self.nucleus.pressure(J, self.left * np.asarray(aggrecan) / self.start),
                "axial_modulus": self._modulus(aggrecan, J, loads.step, damage),
                "daily_height_loss": self._day(*day(J, loaded, loads))[1]}
