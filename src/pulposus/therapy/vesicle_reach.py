"""How far vesicles come: the volume around an injection whose cells they reach, from records and geometry alone.

    L      = sqrt(D_e / k),   Da = k R^2 / D_e,   k = k_up C + k_deg     penetration length; Damkoehler number of the injected sphere
    V_w    = min(V_NP, i V + L A)                                        tissue whose cells are reached, A the surface of the sphere

R is the radius of the injected sphere. Vesicles meet cells before they cross an element: L is 1 to 320 um over most of the priors, an
element about 700 um. So nothing is transported between elements. The sub-grid law counts what diffusion reaches instead: of an injected
volume V a share i soaks into tissue, the rest lies in a pocket, and a shell as thick as L lies around both. V_w is filled from the
middle of the nucleus outwards; w is the share of each point's volume within it. V as large as the nucleus reaches all of it; beyond it
nothing is reached. k is that of the cells at the start.
"""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.tissue.mesh import REGIONS

__all__ = ["damkoehler", "penetration_length", "reached_share"]

Array = NDArray[np.float64]
_NUCLEUS = REGIONS.index("NP")
_LEAST = 1e-9  # of a point's volume; less than that counts as not reached


def penetration_length(diffusivity: float, loss: float) -> float:
    """Return L (m) of vesicles that diffuse (m2/s) and are lost at a rate (1/s).

    >>> round(penetration_length(1e-13, 1e-7 * 3.6e6 / 3600) * 1e6)       # um
    32
    """
    return float(np.sqrt(diffusivity / loss))


def damkoehler(volume: float, length: float) -> float:
    """Return the loss within an injected sphere (m3) over the diffusion out of it, (R / L)^2.

    >>> round(damkoehler(2e-7, 32e-6))
    12853
    """
    return (_radius(volume) / length) ** 2


def _radius(volume: float) -> float:
    return float((3 * volume / (4 * pi)) ** (1 / 3))


def reached_share(volume: float, length: float, soaked: float, points: Any) -> Array:
    """Return w, the share of every point's volume whose cells an injected volume (m3) reaches, filled from the middle outwards."""
    nucleus = points.region == _NUCLEUS
    reached = soaked * volume + length * 4 * pi * _radius(volume) ** 2
    inside = np.flatnonzero(nucleus)
    if volume >= points.volume[inside].sum():
        return np.where(nucleus, 1.0, 0.0)
    far = np.sqrt((points.place[inside] ** 2).sum(axis=1))
    order = inside[np.argsort(far, kind="stable")]
    before = np.cumsum(points.volume[order]) - points.volume[order]
    share = np.zeros(len(points.volume))
    share[order] = np.clip((reached - before) / points.volume[order], 0.0, 1.0)
    share[share < _LEAST] = 0.0
    return share
