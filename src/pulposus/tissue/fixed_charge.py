"""The charge of aggrecan and the pressure it holds: the nucleus as an osmotic gel.

    cF(J, x) = eta z G / w,     w = f (J - 1 + phi) per reference volume      fixed charge of the water outside the fibres
    pi       = R T (sqrt(cF^2 + b^2) - b)                                     Donnan pressure
    p(J, x)  = pi / s                                                         with the share of the matrix, (1/s - 1) pi
    eta      : pi = measured swelling stress of the specimen                  (fitted in every draw)

G aggrecan (kg/m3), z charge per aggrecan (mol/kg), phi porosity, f share of the water outside the collagen fibres, J volume
ratio, x aggrecan left, both relative to the healthy nucleus at rest; b bath osmolarity (mol/m3), s ionic share of the load.
eta is the factor by which the ideal formula overestimates what tissue holds: with eta = 1 the charge of the table of
aggrecan gives more than twice the measured stress. One eta meets both groups of specimens, healthy and degenerate; what
it might drift with degeneration (eta_x = eta (1 + drift (1 - x))) is a record of its own, sampled wide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pulposus.core.derived import derived
from pulposus.core.parameters import GRADE_CLASS

__all__ = ["SPECIMEN", "Nucleus", "donnan_pressure", "effective_charge", "fixed_charge", "kept_volume", "thermal"]

SPECIMEN = {"healthy": "I", "degenerate": "IV"}
"""The grade whose composition stands for a group of specimens: the reference, and the middle of the degenerate ones."""


def donnan_pressure(charge: Any, bath: float, RT: float) -> Any:
    """Return the osmotic pressure (Pa) of a fixed charge (mol/m3) in a bath (mol/m3), RT in J/mol.

    >>> round(donnan_pressure(187.0, 300.0, 2578.7) / 1e3)     # kPa
    138
    """
    return RT * (np.sqrt(charge**2 + bath**2) - bath)


def effective_charge(pressure: Any, bath: float, RT: float) -> Any:
    """Return the fixed charge (mol/m3) whose Donnan pressure is `pressure` (Pa).

    >>> round(effective_charge(37e3, 300.0, 2578.7))
    94
    """
    return np.sqrt((pressure / RT + bath) ** 2 - bath**2)


def thermal(draw: Any) -> float:
    """Return R T (J/mol) of a draw."""
    return float(draw.value("gas_constant") * draw.value("body_temperature"))


def fixed_charge(draw: Any, region: str, grade: str) -> float:
    """Return the charge z G / (f phi) (mol/m3) of a region's extrafibrillar water, as chemistry counts it (eta = 1)."""
    v = draw.value
    water = v("extrafibrillar_share", region=region) * v("porosity", region=region, grade=grade)
    return float(v("fixed_charge_per_aggrecan") * v("aggrecan_content", region=region, grade=grade) / water)


def kept_volume(draw: Any, grade: str) -> float:
    """Return the volume of the nucleus of a grade relative to grade I: (1 - phi_I) / (1 - phi), the solid being kept."""
    solid = [1 - draw.value("porosity", region="NP", grade=g) for g in ("I", grade)]
    return float(solid[0] / solid[1])


@derived("osmotic_factor")
def osmotic_factor(draw: Any, region: str, grade: str) -> float:
    """Return eta, the share of the fixed charge that explains the measured swelling stress of a group of specimens."""
    specimen = SPECIMEN[GRADE_CLASS.get(grade, "healthy")]
    charge = effective_charge(draw.value("swelling_stress", region="NP", grade=specimen), draw.value("bath_osmolarity"), thermal(draw))
    return float(charge / fixed_charge(draw, "NP", specimen))


@dataclass(frozen=True)
class Nucleus:
    """The gel of one draw: charge (mol/m3) effective in the healthy nucleus at rest, and phi its porosity."""

    charge: float
    drift: float
    phi: float
    bath: float
    RT: float
    ionic: float

    @classmethod
    def of(cls, draw: Any) -> Nucleus:
        """Return the gel of a draw's species."""
        v = draw.value
        charge = v("osmotic_factor", grade="I") * fixed_charge(draw, "NP", "I")
        return cls(float(charge), v("osmotic_factor_drift"), v("porosity", region="NP", grade="I"), v("bath_osmolarity"), thermal(draw),
                   v("ionic_share"))

    def amount(self, x: Any) -> Any:
        """Return the effective charge per reference volume (mol/m3) when a share x of the aggrecan is left."""
        return self.charge * self.phi * x * (1 + self.drift * np.maximum(1 - x, 0.0))

    def pressure(self, J: Any, x: Any) -> Any:
        """Return p (Pa): what the nucleus bears at a volume J with a share x of its aggrecan."""
        return donnan_pressure(self.amount(x) / (J - 1 + self.phi), self.bath, self.RT) / self.ionic

    def volume(self, p: Any, x: Any) -> Any:
        """Return the volume J at which the nucleus bears p (Pa)."""
        return 1 - self.phi + self.amount(x) / effective_charge(p * self.ionic, self.bath, self.RT)
