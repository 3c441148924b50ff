"""The one geometry of a disc: needle ratio, nucleus volume, endplate area, Thiele number and mesh all come from here.

    V_NP = 2 pi R_NP^2 (h - t),   needle ratio = d_needle / (2 h),   Phi^2 = rho q_G (2h)^2 / (4 D_G G_0)

R radius, R_NP nucleus radius, h half height with endplate, t endplate thickness (m).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi
from typing import Any

from pulposus.core.errors import RejectedDraw
from pulposus.tissue.mesh import Mesh, axisymmetric
from pulposus.tissue.person import Person, age_scaling, plan_scaling

__all__ = ["Geometry", "geometry_of", "grade_ratio", "level_suffix"]

_FIRST_SITE = {("mouse", "tail"), ("bovine", "Cd1-4")}  # a species whose only or first site is no lumbar one


@dataclass(frozen=True)
class Geometry:
    """An axisymmetric disc, mirrored at its mid-plane; all lengths in m. level: its name, where it has one."""

    radius: float
    nucleus_radius: float
    half_height: float
    endplate_thickness: float
    endplate_radius: float
    level: str = ""

    @property
    def height(self) -> float:
        """Full height with both endplates (m)."""
        return 2 * self.half_height

    @property
    def nucleus_volume(self) -> float:
        """Volume of the nucleus (m3).

        >>> round(Geometry(21e-3, 14e-3, 6.9e-3, 0.6e-3, 17e-3).nucleus_volume * 1e6, 2)     # mL
        7.76
        """
        return 2 * pi * self.nucleus_radius**2 * (self.half_height - self.endplate_thickness)

    @property
    def endplate_area(self) -> float:
        """Area of both endplates (m2)."""
        return 2 * pi * self.endplate_radius**2

    @property
    def wall_area(self) -> float:
        """Area of the outer annulus (m2)."""
        return 2 * pi * self.radius * self.height

    def mesh(self, nodes: int, rings: Sequence[float] = ()) -> Mesh:
        """Return its mesh of about `nodes` nodes, with grid lines on further radii (m)."""
        return axisymmetric(self.radius, self.nucleus_radius, self.half_height, self.endplate_thickness, self.endplate_radius,
                            nodes, rings)

    def needle_ratio(self, diameter: float) -> float:
        """Return needle diameter (m) over disc height."""
        return diameter / self.height

    def thiele(self, density: float, glucose_rate: float, diffusivity: float, supply: float) -> float:
        """Return Phi^2 of glucose: density (1/m3), rate (mol/(cell s)), diffusivity (m2/s), supply (mol/m3)."""
        return density * glucose_rate * self.height**2 / (4 * diffusivity * supply)


def level_suffix(species: str, level: str) -> str:
    """Return the ending of the geometry records of an animal's level: its first site has none.

    >>> level_suffix("rat", "tail"), level_suffix("rat", "lumbar")
    ('_tail', '')
    """
    return "" if (species, level) in _FIRST_SITE or level == "lumbar" else f"_{level.replace('-', '_').replace('/', '_')}"


def grade_ratio(draw: Any) -> float:
    """Return the height of a disc of the draw's grade relative to grade I."""
    return float(draw.value("grade_height") / draw.value("grade_height", grade="I"))


def geometry_of(draw: Any, species: str, level: str, person: Person | None = None) -> Geometry:
    """Return the geometry of a species' level in one draw.

    Human: the canonical disc, its plan scaled by the depth of the level and its height set to the sourced middle height.
    Others: radius from width and depth, nucleus from its share of the area. A degenerate disc is lower, by the ratio of the
    heights of its grade and of grade I; that of a person follows age, its plan sex. Raises InputError for an unknown level.
    """
    value, lower = draw.value, grade_ratio(draw)
    if species == "human":
        code = level.replace("/", "_")
        plan = plan_scaling(draw, person) * value(f"disc_depth_{code}") / value("disc_depth_L4_L5")
        share = value(f"nucleus_depth_share_{code}") / value("nucleus_depth_share_L4_L5")
        return _nested(Geometry(value("axisymmetric_radius") * plan, value("axisymmetric_nucleus_radius") * plan * share,
                        lower * age_scaling(draw, person) * value(f"disc_middle_height_{code}") / 2, value("endplate_thickness"),
                        value("axisymmetric_endplate_radius") * plan, level))
    suffix = level_suffix(species, level)
    radius = (value(f"disc_lateral_width{suffix}") * value(f"disc_depth{suffix}")) ** 0.5 / 2
    nucleus = radius * value(f"nucleus_area_fraction{suffix}") ** 0.5
    plate = radius * value("endplate_radius_share")
    return _nested(Geometry(radius, nucleus, lower * value(f"disc_height{suffix}") / 2, value(f"endplate_thickness{suffix}"),
                    max(nucleus, plate), level))


def _nested(geometry: Geometry) -> Geometry:
    """Return a geometry whose parts fit into each other; raises RejectedDraw for one drawn beyond that."""
    g = geometry
    if not 0 < g.nucleus_radius <= g.endplate_radius < g.radius or not 0 < g.endplate_thickness < g.half_height:
        raise RejectedDraw("the nucleus would reach beyond the endplate, or the endplates would fill the disc")
    return geometry
