"""From aggrecan to water, volume and height; the one owner of the volume ratio J and the height H.

    pi(cF)  = R T (sqrt(cF^2 + b^2) - b),      cF = eta z G / nf          Donnan pressure of the effective charge
    eta     : pi(eta z G / nf) = measured swelling stress of the grade     (fitted in every draw)
    J       = 1 + phi (G / G_ref - 1)                                      constant load share: the charge stays as dense
    nf      = (phi - 1 + J) / J
    H / H_I = 1 - kappa u - beta u^2,          u = phi_I (1 - G_NP / G_NP,I)

With a constant load share the pressure a nucleus has to bear does not change, so its charge stays as dense as it was:
volume follows aggrecan, and eta, the bath and the charge per aggrecan drop out of height and T2. The pressure is told by
`swelling_pressure`; it decides nothing in this form.

kappa and beta pass through the two steady states of a published peer model (80 % of cells: 2.3 %, 40 %: 9.3 % height
lost). With a constant load share alone the ratio of the two losses is 3.00 where the pair's is 4.04; beta, an annulus
that bulges more the more volume is lost, closes the gap and is an assumption on record. The law knows losses only: u is
not taken below 0, no disc grows beyond the height of grade I. G aggrecan (kg/m3), b bath
osmolarity (mol/m3), z charge per aggrecan (mol/kg).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pulposus.core.derived import derived

__all__ = ["Swelling", "donnan_pressure", "effective_charge", "height_law", "porosity_after", "swelling_pressure"]


def donnan_pressure(charge: Any, bath: float, RT: float) -> Any:
    """Return the osmotic pressure (Pa) of a fixed charge (mol/m3) in a bath (mol/m3), RT in J/mol.

    >>> round(donnan_pressure(187.0, 300.0, 2578.7) / 1e3)     # kPa
    138
    """
    return RT * (np.sqrt(charge**2 + bath**2) - bath)


def effective_charge(pressure: float, bath: float, RT: float) -> float:
    """Return the fixed charge (mol/m3) whose Donnan pressure is `pressure` (Pa).

    >>> round(effective_charge(37e3, 300.0, 2578.7))
    94
    """
    return float(np.sqrt((pressure / RT + bath) ** 2 - bath**2))


def _thermal(draw: Any) -> float:
    return float(draw.value("gas_constant") * draw.value("body_temperature"))


@derived("osmotic_factor")
def osmotic_factor(draw: Any, region: str, grade: str) -> float:
    """Return eta, the share of the fixed charge that explains the measured swelling stress of the nucleus."""
    charge = effective_charge(draw.value("swelling_stress", region="NP", grade=grade), draw.value("bath_osmolarity"),
                              _thermal(draw))
    content = draw.value("aggrecan_content", region="NP", grade=grade)
    nf = draw.value("porosity", region="NP", grade=grade)
    return float(charge * nf / (draw.value("fixed_charge_per_aggrecan") * content))


def height_law(phi: float, pair: tuple[tuple[float, float], tuple[float, float]]) -> tuple[float, float]:
    """Return (kappa, beta) of loss = kappa u + beta u^2 through two (share of cells left, height lost) at steady state.

    >>> [round(x, 5) for x in height_law(0.8, ((0.8, 0.023), (0.4, 0.093)))]
    [0.11875, 0.15625]
    """
    (x1, d1), (x2, d2) = pair
    u1, u2 = phi * (1 - x1), phi * (1 - x2)
    beta = (d2 / u2 - d1 / u1) / (u2 - u1)
    return d1 / u1 - beta * u1, beta


def _pair(draw: Any) -> tuple[float, float]:
    v = draw.value
    return height_law(v("porosity", region="NP", grade="I"),
                      ((v("peer_viability_80"), v("peer_height_loss_80")), (v("peer_viability_40"), v("peer_height_loss_40"))))


@derived("height_volume_coupling")
def height_volume_coupling(draw: Any, region: str, grade: str) -> float:
    """Return kappa of the draw."""
    return _pair(draw)[0]


@derived("annulus_bulge")
def annulus_bulge(draw: Any, region: str, grade: str) -> float:
    """Return beta of the draw."""
    return _pair(draw)[1]


def swelling_pressure(draw: Any) -> float:
    """Return the swelling pressure (Pa) of the nucleus of a draw: the Donnan pressure of its effective charge."""
    v = draw.value
    density = v("aggrecan_content", region="NP") / v("porosity", region="NP")
    charge = v("osmotic_factor") * v("fixed_charge_per_aggrecan") * density
    return float(donnan_pressure(charge, v("bath_osmolarity"), _thermal(draw)))


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

    start: aggrecan at the start (kg/m3) and healthy: of grade I, both nucleus means; phi: porosity at the start and
    phi_healthy of grade I in the nucleus.
    """

    start: float
    healthy: float
    phi: float
    phi_healthy: float
    kappa: float
    beta: float

    @classmethod
    def of(cls, draw: Any) -> Swelling:
        """Return the law of a draw for its species and grade."""
        v = draw.value
        content, nf = v("aggrecan_content", region="NP"), v("porosity", region="NP")
        return cls(content, v("aggrecan_content", region="NP", grade="I"), nf, v("porosity", region="NP", grade="I"),
                   v("height_volume_coupling"), v("annulus_bulge"))

    def volume_ratio(self, aggrecan: Any) -> Any:
        """Return J of the nucleus relative to the start of the study for a nucleus mean of aggrecan (kg/m3)."""
        return 1 + self.phi * (aggrecan / self.start - 1)

    def porosity(self, aggrecan: Any) -> Any:
        """Return the porosity that goes with the volume ratio."""
        return porosity_after(self.phi, aggrecan / self.start)

    def height_to_healthy(self, aggrecan: Any) -> Any:
        """Return the height relative to grade I for a nucleus mean of aggrecan (kg/m3)."""
        u = np.maximum(self.phi_healthy * (1 - aggrecan / self.healthy), 0.0)
        return 1 - self.kappa * u - self.beta * u**2

    def height_ratio(self, aggrecan: Any) -> Any:
        """Return the height relative to the start of the study."""
        return self.height_to_healthy(aggrecan) / self.height_to_healthy(self.start)
