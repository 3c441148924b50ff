"""The viability law: death by starvation and by acid, which no modifier touches.

    dv/dt = v (a_G + a_pH)
    a_G   = -2 a0 s(Gt - G) / (G+ + K),     s(x) = w log(1 + exp(x / w))      -> 0 for G >> Gt
    a_pH  = -a1 / (1 + exp((pH - pHt) / w_pH))

A cell divides only where it is fed: its division is multiplied by

    room = x / (1 + x),   x = (G - Gt)+ / K_div

All cells draw on the same glucose, so what a place can carry is set by its nutrition and shared by all of them, native and
transplanted: where there are too many, glucose falls, division ceases and, below Gt, death begins. No capacity is a constant.

Both switches are smoothed over a narrow width w (design values on record), so that the coupled step stays solvable.
G glucose (mol/m3); rates in 1/s. Oxygen does not enter: cells survive without it as long as there is glucose (Bibby 2004).
"""

from __future__ import annotations

from typing import Any

from pulposus.tissue.metabolism import pH
from pulposus.tissue.process import State

__all__ = ["PARAMETERS", "death_rate", "room_to_divide"]

PARAMETERS = ("division_glucose_half", "glucose_death_threshold", "glucose_death_half", "glucose_death_rate", "acid_death_threshold",
              "acid_death_rate", "death_switch_glucose", "death_switch_pH", "pH_at_zero_lactate", "pH_per_lactate")
_FAR = 40.0  # the exponential is cut here: exp(-40) is below round-off


def death_rate(G: Any, L: Any, p: State, xp: Any, threshold: Any = None) -> tuple[Any, Any, Any]:
    """Return the death rate (1/s, >= 0) and its derivatives by G and L.

    threshold: glucose threshold (mol/m3) where it is not the native cells' own.

    >>> import numpy as np
    >>> p = dict(glucose_death_threshold=0.5, glucose_death_half=0.2, glucose_death_rate=1 / 86400,
    ...          acid_death_threshold=6.78, acid_death_rate=3.43e-6, death_switch_glucose=0.01, death_switch_pH=0.01,
    ...          pH_at_zero_lactate=7.4, pH_per_lactate=-0.09)
    >>> round(float(death_rate(np.array(0.25), np.array(0.0), p, np)[0]) * 86400, 3)     # per day
    1.111
    """
    w, rate = p["death_switch_glucose"], p["glucose_death_rate"]
    share = 1 / (1 + xp.exp(xp.minimum((pH(L, p) - p["acid_death_threshold"]) / p["death_switch_pH"], _FAR)))
    acid_by_L = -p["acid_death_rate"] * p["pH_per_lactate"] / p["death_switch_pH"] * share * (1 - share)
    x = ((p["glucose_death_threshold"] if threshold is None else threshold) - G) / w
    if xp.max(x) < -_FAR:  # the usual disc: nobody starves
        return p["acid_death_rate"] * share, xp.zeros_like(x), acid_by_L
    tail = xp.exp(-xp.abs(x))
    gap = w * (xp.maximum(x, 0.0) + xp.log1p(tail))
    on = xp.where(x > 0, 1.0, tail) / (1 + tail)
    room = xp.maximum(G, 0.0) + p["glucose_death_half"]
    starve_by_G = -2 * rate * (on / room + gap * (G > 0) / room**2)
    return 2 * rate * gap / room + p["acid_death_rate"] * share, starve_by_G, acid_by_L


def room_to_divide(G: Any, p: State, xp: Any, threshold: Any = None) -> tuple[Any, Any]:
    """Return the factor of nutrition on division, 0 to 1, and its derivative by G; `threshold` as in `death_rate`.

    >>> import numpy as np
    >>> room, slope = room_to_divide(np.array([0.4, 0.6]), dict(glucose_death_threshold=0.5, division_glucose_half=0.1), np)
    >>> room.round(2).tolist()
    [0.0, 0.5]
    """
    K = p["division_glucose_half"]
    x = xp.maximum(G - (p["glucose_death_threshold"] if threshold is None else threshold), 0.0) / K
    return x / (1 + x), (x > 0) / (K * (1 + x) ** 2)
