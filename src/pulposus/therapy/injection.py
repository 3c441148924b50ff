"""Injection into a closed nucleus: the pressure it builds up, what seeps away, and what leaks once the needle is out.

    P(x)  = E (exp(k x) - 1) / k                     excess pressure at x = stored volume / V_NP
    x'    = q - P / (E tau)                          while the needle plugs its track: q = rate / V_NP, then q = 0 for the dwell
    leak  = (V_NP / V) int_{x_o}^{x_w} T / (T + S) dx,   S = P / (E tau),   T = r (P - P_o) / (E tau)

E stiffness, k stiffening, tau the time in which fluid seeps out at first; x_w stored volume when the needle leaves, P_o the pressure
at which a track closes and x_o its volume, r the track's conductance over the tissue's, r = s / (1 - s) (d / d_22G)^n. Ingredients as
in a published bench model (COA2019), whose numbers were not readable. So a slow injection, a long dwell and a small volume leak less by
construction (a volume near that of the nucleus, under high pressure, seeps faster again); how much is unknown, s decides it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, expm1, log1p
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

from pulposus.therapy.route import carrier_symbol
from pulposus.tissue.geometry import Geometry

__all__ = ["Injection", "inject"]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
_RTOL = 1e-8
_LEAST = 1e-12  # of the nucleus; less is nothing injected
_REFERENCE = "22G"  # the needle that the track's share of the leak refers to


@dataclass(frozen=True)
class Injection:
    """end_pressure (Pa) above rest when the syringe stops; left (0..1 of the volume) stored when the needle leaves; leak (0..1)."""

    end_pressure: float
    left: float
    leak: float
    overfill: float = 0.0

    @property
    def access(self) -> dict[str, float]:
        """What the operator would note of it: end_pressure (Pa) and overfill (injected over nucleus volume)."""
        return {"end_pressure": self.end_pressure, "overfill": self.overfill}


def _pressure(x: Any, k: float) -> Any:
    """Return P / E at a stored volume x."""
    return np.expm1(k * np.asarray(x)) / k if k > 0 else np.asarray(x)


def _stored_at(pressure: float, k: float) -> float:
    """Return x at P / E."""
    return log1p(k * pressure) / k if k > 0 else pressure


def _seep(x: float, k: float, duration: float) -> float:
    """Return x after a dwell of `duration` / tau: x' = -P / (E tau) has the solution k x = -log(1 - (1 - e^-kx0) e^-t)."""
    return -log1p(expm1(-k * x) * exp(-duration)) / k if k > 0 else x * exp(-duration)


def inject(draw: Any, geometry: Geometry, volume: float, carrier: str | None, *, diameter: float | None = None,
           rate: float | None = None, dwell: float | None = None) -> Injection:
    """Return what an injection of `volume` (m3) does.

    diameter (m): of the needle, where its track is one of fibres; None for a channel in bone, of which nothing is known but the share
    on record. rate (m3/s) and dwell (s) are drawn where not stated.
    """
    size = volume / geometry.nucleus_volume
    if size <= _LEAST:
        return Injection(0.0, 0.0, 0.0)
    E, k, tau = (draw.value(n) for n in ("injection_stiffness", "injection_stiffening", "injection_seeping_time"))
    lasts = draw.value("injection_time") if rate is None else volume / rate
    rest = draw.value("needle_dwell") if dwell is None else dwell
    run = solve_ivp(lambda _, x: size - lasts / tau * _pressure(x, k), (0.0, 1.0), [0.0], rtol=_RTOL, atol=_RTOL * size, method="LSODA")
    full = float(run.y[0, -1])
    withdrawn = _seep(full, k, rest / tau)
    share = draw.value("leak_share")
    reference = draw.value(f"needle_diameter_{_REFERENCE}")
    wide = ((diameter or reference) / reference) ** draw.value("track_flow_exponent")
    track = _by_track(withdrawn, draw.value("track_closing_pressure") / E, k, share * wide, 1 - share)
    return Injection(E * float(_pressure(full, k)), withdrawn / size, draw.value(carrier_symbol(carrier)) * track / size,
                     size)


def _by_track(stored: float, closing: float, k: float, track: float, tissue: float) -> float:
    """Return how much of the stored volume leaves by the track before it closes."""
    shut = _stored_at(closing, k)
    if stored <= shut or track <= 0:
        return 0.0
    half = (stored - shut) / 2
    P = _pressure(shut + half * (1 + _NODES), k)
    by_track = track * (P - closing)
    return float(half * (_WEIGHTS * by_track / (by_track + tissue * P)).sum())
