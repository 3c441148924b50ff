"""Pain (VAS) and disability (ODI) of a person with the disc, 0 to 100; never told but beside the named comparator.

    P(t)   = clip(P0 - PL(t) + max(D(t), -(1 - q)(P0 - PL(t))) - R(t) + AE(t), floor, 100)
    D(t)   = b1 (I(t) - I(0)) + b2 (L(t) - L(0))
    I      = x / (1 + x),   x = c_IL1b / K_IL1b + c_TNF / K_TNF      nucleus means; 0 in a disc without cytokines
    L      = (expected Pfirrmann grade - 1) / 4
    b2     = r SD(P) / SD(L)        so that the cohort's correlation of structure and pain is r
    R(t)   = q e (P0 - PL(t)) min(1, sum over depots beside the disc exp(-(t - t_i) / tau_d))
    AE(t)  = p h sum over injections exp(-(t - t_i) / tau_f)

PL is the course of treated controls (placebo.py), one of its trial's per draw and the same in every treated arm; an untreated arm
has a share of it. q is the share of pain that is not from the disc, which no disc can take away; cells in a depot beside the disc may
take a part e of it (nerves, facets) while they are there, which is all that a depot does. p, h, tau_f chance, size and time
of a flare; cells multiply its odds. Noise of the measurement is not added: it is told as the smallest detectable change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.derived import derived
from pulposus.tissue.placebo import placebo_course

__all__ = ["CYTOKINES", "SYMPTOMS", "Course", "Symptoms", "inflammation", "structural_loss"]

Array = NDArray[np.float64]
CYTOKINES = ("il1b", "tnf")
SYMPTOMS = ("vas", "odi")
_WORST = 100
_GRADES = 5


def inflammation(il1b: Any, tnf: Any, half: tuple[float, float]) -> Any:
    """Return I in [0, 1) from concentrations and those of half effect, in one unit.

    >>> float(inflammation(1.0, 0.0, (1.0, 1.0)))
    0.5
    """
    x = np.asarray(il1b) / half[0] + np.asarray(tnf) / half[1]
    return x / (1 + x)


def structural_loss(grade: Any) -> Any:
    """Return L in [0, 1] of an expected Pfirrmann grade, 1 to 5.

    >>> structural_loss(3.0)
    0.5
    """
    return (grade - 1) / (_GRADES - 1)


def _per_structure(draw: Any, sd: str) -> float:
    return float(draw.value("structure_pain_correlation") * draw.value(sd) / draw.value("structure_sd"))


@derived("pain_per_structure")
def pain_per_structure(draw: Any, region: str, grade: str) -> float:
    """Return b2 of pain."""
    return _per_structure(draw, "pain_sd")


@derived("odi_per_structure")
def odi_per_structure(draw: Any, region: str, grade: str) -> float:
    """Return b2 of disability."""
    return _per_structure(draw, "odi_sd")


@dataclass(frozen=True)
class Course:
    """What an arm does to a person: times of its injections (s), shams included, whether cells are among them, and the
    times of cells put beside the disc."""

    injections: Sequence[float] = ()
    cells: bool = False
    beside: Sequence[float] = ()

    @property
    def untreated(self) -> bool:
        """Whether nothing is given, not even a sham."""
        return not self.injections


@dataclass(frozen=True)
class Symptoms:
    """The law of one symptom in one draw; points of 0 to 100, times in s."""

    start: float
    size: float
    tau: float
    shape: float
    untreated_share: float
    per_inflammation: float
    per_structure: float
    not_disc: float
    floor: float
    flare: tuple[float, float, float]
    cell_odds: float
    depot: tuple[float, float] = (0.0, 1.0)

    @classmethod
    def of(cls, draw: Any, symptom: str) -> Symptoms:
        """Return the law of a draw for `vas` or `odi`."""
        v = draw.value
        pain = symptom == "vas"
        name = "pain" if pain else "odi"
        smaller = 1.0 if pain else v("odi_sd") / v("pain_sd")  # a flare weighs as much of the scatter between persons
        return cls(v(f"{symptom}_start"), v("placebo_size") * (1.0 if pain else v("odi_ratio")), v("placebo_time"), v("placebo_shape"),
                   v("untreated_share"), v(f"{name}_per_inflammation"), v(f"{name}_per_structure"), v("non_disc_share"),
                   v("symptom_floor"), (v("flare_chance"), smaller * v("flare_size"), v("flare_time")), v("cell_harm_odds"),
                   (v("depot_relief_share"), v("epidural_clearance_time")))

    def control_course(self, t: Any, course: Course) -> Any:
        """Return PL(t)."""
        return placebo_course(t, self.size, self.tau, self.shape) * (self.untreated_share if course.untreated else 1.0)

    def harm(self, t: Any, course: Course) -> Any:
        """Return AE(t), the mean over persons with and without a flare."""
        p, h, tau = self.flare
        odds = p / (1 - p) * (self.cell_odds if course.cells else 1.0)
        since = np.asarray(t, dtype=float) - np.asarray(course.injections, dtype=float)[:, None]
        return odds / (1 + odds) * h * np.where(since >= 0, np.exp(-np.maximum(since, 0.0) / tau), 0.0).sum(axis=0)

    def relief(self, t: Any, course: Course, left: Any) -> Any:
        """Return R(t) of what is left of the score."""
        e, tau = self.depot
        since = np.asarray(t, dtype=float) - np.asarray(course.beside, dtype=float)[:, None]
        there = np.where(since >= 0, np.exp(-np.maximum(since, 0.0) / tau), 0.0).sum(axis=0)
        return self.not_disc * e * left * np.minimum(1.0, there)

    def at(self, t: Array, course: Course, I: Any, L: Any) -> Array:
        """Return the mean score at times t for inflammation I and structural loss L at these times."""
        left = self.start - self.control_course(t, course)
        D = self.per_inflammation * (I - np.asarray(I)[0]) + self.per_structure * (L - np.asarray(L)[0])
        score = left + np.maximum(D, -(1 - self.not_disc) * left) - self.relief(t, course, left) + self.harm(t, course)
        return np.asarray(np.clip(score, self.floor, _WORST))
