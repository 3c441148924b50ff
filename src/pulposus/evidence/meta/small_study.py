"""Small-study effects: regression and rank tests of asymmetry, trim and fill, and how many null studies would matter.

None of them proves publication bias: heterogeneity looks the same. For standardised differences the standard error is
itself a function of the effect, so a test on it is biased by construction; sqrt(1/n) in its place is not.
Sources: EGGER1997, STERNE2005, BEGG1994, DUVAL2000, ROSENTHAL1979.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pulposus.core.errors import NotAllowed
from pulposus.evidence.meta.pooling import Pooled, pool

__all__ = ["Asymmetry", "TrimFill", "begg", "egger", "fail_safe", "trim_and_fill"]

Array = NDArray[Any]
MOST_ROUNDS = 100
ALPHA = 0.05


@dataclass(frozen=True)
class Asymmetry:
    """A test of asymmetry: the slope (or tau), its statistic and p, and the effect where the predictor is zero."""

    form: str
    predictor: str
    slope: float
    statistic: float
    df: int | None
    p: float
    limit: float | None = None
    limit_se: float | None = None


@dataclass(frozen=True)
class TrimFill:
    """Studies filled in (k0 of them, on a side), and the pool with them."""

    estimator: str
    k0: int
    se_k0: float | None
    side: str
    y: Array
    v: Array
    filled: Pooled


def egger(y: Array, v: Array, form: str = "lm", predictor: str = "sei", n: Array | None = None, method: str = "REML") -> Asymmetry:
    """Return Egger's test: `lm` (weighted regression with a free scale) or `rma` (mixed-effects) on sei, vi or sqrtninv.

    The regression is y on the predictor with weights 1/v; its intercept is the effect a study without error would have.
    Raises `NotAllowed` for fewer than three studies, for a predictor that does not vary, and for sqrtninv without n.
    """
    if len(y) < 3:
        raise NotAllowed(f"{len(y)} studies", "at least 3 for a test of asymmetry")
    if predictor == "sqrtninv" and n is None:
        raise NotAllowed("sqrt(1/n) without sample sizes", "a table with n")
    x = {"sei": np.sqrt(v), "vi": v, "sqrtninv": np.sqrt(1 / n) if n is not None else v}[predictor]
    if np.ptp(x) <= np.finfo(float).eps * abs(x).max():
        raise NotAllowed(f"a predictor {predictor} that is the same for all", "studies of different size")
    X = np.column_stack([np.ones(len(y)), x])
    if form == "rma":
        fit = pool(y, v, X, method)
        slope, z, p, limit, se = (float(x) for x in (fit.b[1], fit.statistic[1], fit.p_value[1], fit.b[0], fit.se[0]))
        return Asymmetry(form, predictor, slope, z, None, p, limit, se)
    w = 1 / v
    inverse = np.linalg.inv((X.T * w) @ X)
    b = inverse @ (X.T @ (w * y))
    df = len(y) - 2
    scale = float((w * (y - X @ b) ** 2).sum()) / df
    error = np.sqrt(np.diag(inverse) * scale)
    t = float(b[1] / error[1])
    return Asymmetry(form, predictor, float(b[1]), t, df, float(2 * stats.t.sf(abs(t), df)), float(b[0]), float(error[0]))


def begg(y: Array, v: Array) -> Asymmetry:
    """Return Begg's rank test: Kendall's tau of the standardised deviations from the fixed effect and the variances."""
    if len(y) < 3:
        raise NotAllowed(f"{len(y)} studies", "at least 3 for a test of asymmetry")
    w = 1 / v
    middle = float((w * y).sum() / w.sum())
    deviation = (y - middle) / np.sqrt(v - 1 / w.sum())
    exact = len(np.unique(v)) == len(np.unique(deviation)) == len(y)  # without ties
    tau, p = stats.kendalltau(deviation, v, method="exact" if exact else "asymptotic")
    return Asymmetry("rank", "vi", float(tau), float(tau), None, float(p))


def trim_and_fill(fit: Pooled, estimator: str = "L0", side: str | None = None) -> TrimFill:
    """Return the studies that trim and fill (L0, R0 or Q0) adds to a pool without moderators, and the pool with them.

    The side with too few studies is the one on which Egger's slope (mixed-effects, same method) says they are missing.
    """
    if fit.p != 1:
        raise NotAllowed("a model with moderators", "a pool without moderators")
    if estimator not in ("L0", "R0", "Q0"):
        raise NotAllowed(estimator, "L0, R0, Q0")
    y, v = fit.y, fit.v
    if side is None:
        side = "right" if pool(y, v, np.column_stack([np.ones(fit.k), np.sqrt(v)]), fit.method).b[1] < 0 else "left"
    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(sign * y, kind="stable")
    y, v = (sign * y)[order], v[order]
    k = fit.k
    k0, previous, rounds, se = 0, -1, 0, 0.0
    while abs(k0 - previous) > 0:
        previous, rounds = k0, rounds + 1
        if rounds > MOST_ROUNDS:
            raise NotAllowed("trim and fill that does not settle", "another estimator")
        kept = pool(y[: k - k0], v[: k - k0], None, fit.method)
        k0, se = _missing(y - float(kept.b[0]), k, estimator)
    middle = float(pool(y[: k - k0], v[: k - k0], None, fit.method).b[0])
    added = 2 * middle - y[k - k0 :][::-1]
    together = np.concatenate([y, added])
    variances = np.concatenate([v, v[k - k0 :][::-1]])
    return TrimFill(
        estimator, k0, se, side, sign * added, v[k - k0 :][::-1], pool(sign * together, variances, None, fit.method, fit.test, fit.level)
    )


def _missing(centred: Array, k: int, estimator: str) -> tuple[int, float]:
    """Return how many studies are missing, and the standard error of that."""
    ranks = stats.rankdata(np.abs(centred), method="average") * np.sign(centred)
    if estimator == "R0":
        raw = k - float(np.max(-ranks[ranks < 0], initial=0.0)) - 1
        k0 = max(0, round(raw))
        return k0, float(np.sqrt(2 * max(0, k0) + 2))
    s = float(ranks[ranks > 0].sum())
    if estimator == "L0":
        raw = (4 * s - k * (k + 1)) / (2 * k - 1)
        se = 4 * np.sqrt(_rank_variance(k, raw)) / (2 * k - 1)
    else:
        raw = k - 0.5 - np.sqrt(max(0.0, 2 * k**2 - 4 * s + 0.25))
        se = 2 * np.sqrt(_rank_variance(k, raw)) / np.sqrt((k - 0.5) ** 2 - raw * (2 * k - raw - 1))
    return max(0, round(raw)), float(se)


def _rank_variance(k: int, k0: float) -> float:
    """Return the variance of the rank sum with k0 studies missing."""
    return float(k * (k + 1) * (2 * k + 1) + 10 * k0**3 + 27 * k0**2 + 17 * k0 - 18 * k * k0**2 - 18 * k * k0 + 6 * k**2 * k0) / 24


def fail_safe(y: Array, v: Array) -> int:
    """Return Rosenthal's number of null studies that would make the summed z not significant (one-sided 0.05).

    It says nothing about how large the effect is and takes the missing studies to be null on average.
    """
    z = y / np.sqrt(v)
    critical = float(stats.norm.isf(ALPHA))
    return max(0, int(np.ceil(float(z.sum()) ** 2 / critical**2 - len(y))))
