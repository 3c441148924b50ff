"""What an MRI shows of the nucleus: water, T2 and the probabilities of the Pfirrmann grades.

    w  = nf / (nf + (1 - nf) rho_s)                                 mass fraction of water
    T2 = T2_grade exp(b_w (w - w_start)) x site factor
    P(grade > k) = Phi((ln c_k - ln T2) / sigma), c_k the geometric mean of the table values of k and k+1, k = I..III
    IV and V are parted by height: P(V) = P(> III) Phi((h_c - h) / s_h)

b_w is the least-squares slope of ln T2 on water over grades I-IV, fitted in every draw; grades overlap, so
probabilities are given, never a grade. T2 does not leave the range of the table. In rats and mice the mean T2 of the nucleus
does not follow degeneration (area times signal does): there neither T2 nor grade is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pulposus.core.derived import derived
from pulposus.core.errors import RejectedDraw
from pulposus.core.vocabulary import term

__all__ = ["GRADES", "Imaging", "t2_slope", "water_mass_fraction"]

GRADES = ("I", "II", "III", "IV", "V")
_SCALE = "human"  # the species whose discs the grades and their T2 were tabulated for


def water_mass_fraction(porosity: Any, solid_density: float) -> Any:
    """Return the water mass fraction of a porosity, solid density relative to water.

    >>> round(water_mass_fraction(0.8, 1.4338), 3)
    0.736
    """
    return porosity / (porosity + (1 - porosity) * solid_density)


def t2_slope(t2: list[float], water: list[float]) -> float:
    """Return the least-squares slope of ln T2 on the water mass fraction.

    >>> round(t2_slope([210.14, 128.99, 84.1, 51.2], [0.84, 0.81, 0.77, 0.73]), 2)
    12.54
    """
    x, y = np.asarray(water), np.log(t2)
    return float(((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum())


@derived("t2_water_slope")
def t2_water_slope(draw: Any, region: str, grade: str) -> float:
    """Return b_w of the draw. Raises RejectedDraw when T2 would not rise with water."""
    t2, water = ([draw.value(symbol, region="NP", grade=g, species=_SCALE) for g in GRADES[:-1]] for symbol in ("t2", "water_fraction"))
    slope = t2_slope(t2, water)
    if slope <= 0:
        raise RejectedDraw("T2 would fall with water, against every measurement")
    return slope


@dataclass(frozen=True)
class Imaging:
    """The imaging law of one draw."""

    t2: float
    slope: float
    start: float
    solid: float
    site: float
    cuts: tuple[float, ...]
    noise: float
    height_cut: float
    height_noise: float
    limits: tuple[float, float]
    told: bool

    @classmethod
    def of(cls, draw: Any, porosity: float) -> Imaging:
        """Return the law of a draw whose nucleus starts with this porosity."""
        v = draw.value
        # a border between grades is a property of the table, not of this disc: it takes the tabulated means
        table = [draw.parameters.lookup("t2", "NP", _SCALE, g).si for g in GRADES[:-1]]
        solid = v("solid_density") / v("water_density")
        tall, low = (v("grade_height", grade=g) / v("grade_height", grade="I") for g in GRADES[-2:])
        own = v("t2", region="NP")
        ends = [draw.parameters.lookup("t2", "NP", _SCALE, g).si for g in (GRADES[0], GRADES[-1])]
        return cls(own, v("t2_water_slope"), float(water_mass_fraction(porosity, solid)), solid,
                   v("t2_site_factor"), tuple(float(np.sqrt(a * b)) for a, b in zip(table, table[1:], strict=False)),
                   v("t2_grade_noise"), (tall + low) / 2, v("height_grade_noise"),
                   (min(own, *ends), max(own, *ends)), bool(term("species", draw.species).more.get("mean_t2", True)))

    def t2_of(self, porosity: Any) -> Any:
        """Return T2 of the nucleus (s) at a porosity, within the table of grades; NaN for a species it says nothing about."""
        t2 = self.t2 * np.exp(self.slope * (water_mass_fraction(porosity, self.solid) - self.start))
        return self.site * np.clip(t2, *self.limits) if self.told else np.nan * t2

    def grades(self, t2: Any, height: Any) -> Any:
        """Return the probabilities of grades I..V, (..., 5), for T2 (s) and height relative to grade I."""
        from scipy.special import ndtr

        t2, height = np.broadcast_arrays(t2, height)
        beyond = ndtr((np.log(self.cuts) - np.log(t2 / self.site)[..., None]) / self.noise)
        low = ndtr((self.height_cut - height) / self.height_noise)[..., None]
        edge = np.concatenate([np.ones_like(low), beyond], axis=-1)
        upper = edge[..., :-1] - edge[..., 1:]
        last = edge[..., -1:]
        return np.concatenate([upper, last * (1 - low), last * low], axis=-1)
