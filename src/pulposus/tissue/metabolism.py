"""What cells draw from the disc fluid: oxygen uptake and lactate release per cell, with their derivatives.

    pH  = pH0 + a_pH L
    qO  = a (pH - pH_z)+ O / (c + |O| + d (pH - pH_z)+)                      Bibby
    qO  = Vmax O / (Km + |O|)                                                Michaelis-Menten (rival)
    qL  = q1 exp(k0 + k1 pH + k2 O+ + k3 O+^2) * G / (Klim + |G|)            limiter optional
    qG  = Y qL

O oxygen (Pa), L lactate, G glucose (mol/m3), q in mol/(cell s). The limiter and the saturations are odd in their
substrate, so a negative iterate turns into a source and the solution stays >= 0. Sources of the coefficients are in
their records (metabolism.yaml).
"""

from __future__ import annotations

from typing import Any

from pulposus.tissue.process import State

__all__ = ["LACTATE", "OXYGEN", "lactate_release", "oxygen_uptake", "pH"]

# The parameters of each law.
OXYGEN = {"bibby": ("oxygen_rate_slope", "oxygen_rate_pH_zero", "oxygen_half_base", "oxygen_half_slope"),
          "michaelis_menten": ("oxygen_rate_max", "oxygen_michaelis")}
LACTATE = ("lactate_rate_log", "lactate_rate_pH", "lactate_rate_oxygen", "lactate_rate_oxygen_square", "lactate_rate_unit",
           "glucose_per_lactate", "pH_at_zero_lactate", "pH_per_lactate")


def pH(L: Any, p: State) -> Any:
    """Return the pH at a lactate concentration L (mol/m3).

    >>> round(pH(4.0, {"pH_at_zero_lactate": 7.4, "pH_per_lactate": -0.09}), 2)
    7.04
    """
    return p["pH_at_zero_lactate"] + p["pH_per_lactate"] * L


def oxygen_uptake(O: Any, L: Any, p: State, law: str, xp: Any) -> tuple[Any, Any, Any]:
    """Return qO (mol/(cell s)) and its derivatives by O and L, for law ``bibby`` or ``michaelis_menten``."""
    if law == "michaelis_menten":
        half = p["oxygen_michaelis"] + xp.abs(O)
        return (p["oxygen_rate_max"] * O / half, p["oxygen_rate_max"] * p["oxygen_michaelis"] / half**2,
                xp.zeros_like(O))
    a = xp.maximum(pH(L, p) - p["oxygen_rate_pH_zero"], 0.0)
    half = p["oxygen_half_base"] + xp.abs(O) + p["oxygen_half_slope"] * a
    by_O = p["oxygen_rate_slope"] * a * (half - xp.abs(O)) / half**2
    by_a = p["oxygen_rate_slope"] * O * (half - p["oxygen_half_slope"] * a) / half**2
    return p["oxygen_rate_slope"] * a * O / half, by_O, by_a * p["pH_per_lactate"] * (a > 0)


def lactate_release(O: Any, L: Any, G: Any, p: State, limited: bool, xp: Any) -> tuple[Any, Any, Any, Any]:
    """Return qL (mol/(cell s)) and its derivatives by O, L and G; `limited` switches the glucose limiter on."""
    o = xp.maximum(O, 0.0)
    q = p["lactate_rate_unit"] * xp.exp(p["lactate_rate_log"] + p["lactate_rate_pH"] * pH(L, p)
                                        + p["lactate_rate_oxygen"] * o + p["lactate_rate_oxygen_square"] * o**2)
    slope = xp.where(O > 0, p["lactate_rate_oxygen"] + 2 * p["lactate_rate_oxygen_square"] * o, 0.0)
    by_L = p["lactate_rate_pH"] * p["pH_per_lactate"]
    if not limited:
        return q, q * slope, q * by_L, xp.zeros_like(q)
    room = p["glucose_limiter"] + xp.abs(G)
    limit = G / room
    return q * limit, q * limit * slope, q * limit * by_L, q * p["glucose_limiter"] / room**2
