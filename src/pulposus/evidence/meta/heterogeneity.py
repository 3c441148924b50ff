"""The interval of tau2, I2 and H2 by the Q profile: the tau2 at which Q(tau2) is a quantile of chi-square with k - p."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats
from scipy.optimize import brentq

from pulposus.evidence.meta.estimators import MOST_STEPS, MOST_WIDENED, WIDEN, projection, residual_q
from pulposus.evidence.meta.pooling import PERCENT, Pooled

__all__ = ["Interval", "q_profile"]


@dataclass(frozen=True)
class Interval:
    """Both ends of tau2, I2 (percent) and H2; NaN without heterogeneity to see (as many coefficients as studies)."""

    tau2: tuple[float, float]
    i2: tuple[float, float]
    h2: tuple[float, float]


def q_profile(fit: Pooled, level: float | None = None) -> Interval:
    """Return the Q-profile interval of a fitted model, both ends cut off at zero; source VIECHTBAUER2007.

    Studies so alike that even tau2 = 0 gives a Q below the lower quantile have both ends at zero, as in metafor.
    """
    df = fit.k - fit.p
    if df == 0:
        return Interval(*((np.nan, np.nan),) * 3)
    tail = (1 - (level or fit.level)) / 2
    upper_q, lower_q = float(stats.chi2.isf(tail, df)), float(stats.chi2.ppf(tail, df))
    ends = (_where(fit, upper_q), _where(fit, lower_q))
    _, P = projection(fit.v, fit.X, 0.0)
    typical = df / float(np.trace(P))
    i2, h2 = ([PERCENT * t / (t + typical) for t in ends], [t / typical + 1 for t in ends])
    return Interval(ends, (i2[0], i2[1]), (h2[0], h2[1]))


def _where(fit: Pooled, wanted: float) -> float:
    """Return the tau2 at which Q is a wanted value, zero where Q(0) is below it."""

    def excess(t: float) -> float:
        return residual_q(fit.y, fit.v, fit.X, t) - wanted

    if excess(0.0) <= 0.0:
        return 0.0
    high = max(float(np.var(fit.y)), float(fit.v.mean()))
    for _ in range(MOST_WIDENED):
        if excess(high) < 0.0:
            break
        high *= WIDEN
    return float(brentq(excess, 0.0, high, xtol=1e-300, rtol=4 * np.finfo(float).eps, maxiter=MOST_STEPS))
