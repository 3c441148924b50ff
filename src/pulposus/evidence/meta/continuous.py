"""Effects of means: differences, standardised differences, ratios, between groups and before and after.

The standardised forms carry Hedges' exact correction J(m) = Gamma(m/2) / (sqrt(m/2) Gamma((m-1)/2)). Before and after, the
correlation r between both measurements must be told; nothing is assumed for it. Source: BORENSTEIN2009, BONETT2008.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

__all__ = ["hedges_j", "of_change", "of_means"]

Array = NDArray[Any]


def hedges_j(m: Array) -> Array:
    """Return Hedges' correction for m degrees of freedom, NaN where m is not above one.

    >>> round(float(hedges_j(np.array([10.0]))[0]), 6)
    0.922746
    """
    m = np.asarray(m, dtype=float)
    safe = np.where(m > 1, m, np.nan)
    return np.asarray(np.exp(gammaln(safe / 2) - np.log(np.sqrt(safe / 2)) - gammaln((safe - 1) / 2)))


def of_means(measure: str, m1: Array, s1: Array, n1: Array, m2: Array, s2: Array, n2: Array) -> tuple[Array, Array]:
    """Return effects and variances of two groups by MD, SMD, SMDH or ROM, shape (k,) each.

    MD = m1 - m2, v = s1^2/n1 + s2^2/n2; SMD = J (m1 - m2)/s with the pooled s, v = 1/n1 + 1/n2 + SMD^2/(2(n1 + n2));
    SMDH standardises by sqrt((s1^2 + s2^2)/2); ROM = log(m1/m2), v = s1^2/(n1 m1^2) + s2^2/(n2 m2^2).

    >>> y, v = of_means("SMD", *np.array([[10.0], [2], [8], [8], [2], [8]]))
    >>> round(float(y[0]), 6), round(float(v[0]), 6)
    (0.945288, 0.277924)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "MD":
            return m1 - m2, s1**2 / n1 + s2**2 / n2
        if measure == "ROM":
            y = np.where(m1 / m2 > 0, np.log(np.abs(m1 / m2)), np.nan)
            return y, s1**2 / (n1 * m1**2) + s2**2 / (n2 * m2**2)
        df = n1 + n2 - 2
        if measure == "SMD":
            s = np.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / df)
            y = hedges_j(df) * (m1 - m2) / s
            return y, 1 / n1 + 1 / n2 + y**2 / (2 * (n1 + n2))
        s = np.sqrt((s1**2 + s2**2) / 2)
        y = hedges_j(df) * (m1 - m2) / s
        v = y**2 * (s1**4 / (n1 - 1) + s2**4 / (n2 - 1)) / (8 * s**4) + (s1**2 / (n1 - 1) + s2**2 / (n2 - 1)) / s**2
        return y, hedges_j(df) ** 2 * v


def of_change(measure: str, m1: Array, s1: Array, m2: Array, s2: Array, n: Array, r: Array) -> tuple[Array, Array]:
    """Return effects and variances of one group measured twice by MC, SMCC, SMCR or ROMC, shape (k,) each.

    MC = m1 - m2, v = (s1^2 + s2^2 - 2 r s1 s2)/n; SMCC is standardised by the SD of the change, v = 1/n + y^2/(2n); SMCR by
    s1 (which must be the SD before, as in metafor; s2 is not used), v = 2(1 - r)/n + y^2/(2n); ROMC = log(m1/m2).

    >>> y, v = of_change("SMCR", *np.array([[8.0], [2], [6], [2.5], [12], [0.6]]))
    >>> round(float(y[0]), 6), round(float(v[0]), 6)
    (0.92996, 0.102701)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "MC":
            return m1 - m2, (s1**2 + s2**2 - 2 * r * s1 * s2) / n
        if measure == "ROMC":
            y = np.where(m1 / m2 > 0, np.log(np.abs(m1 / m2)), np.nan)
            return y, s1**2 / (n * m1**2) + s2**2 / (n * m2**2) - 2 * r * s1 * s2 / (m1 * m2 * n)
        if measure == "SMCC":
            y = hedges_j(n - 1) * (m1 - m2) / np.sqrt(s1**2 + s2**2 - 2 * r * s1 * s2)
            return y, 1 / n + y**2 / (2 * n)
        y = hedges_j(n - 1) * (m1 - m2) / s1
        return y, 2 * (1 - r) / n + y**2 / (2 * n)
