"""The random-effects model with moderators: y = X b + u + e, u ~ N(0, tau2), e ~ N(0, v).

b = (X'WX)^-1 X'Wy with W = 1/(v + tau2). Tests: `z`; `knha` (Knapp-Hartung, variance scaled by s2 = y'Py/(k - p), t with
k - p degrees of freedom); `adhoc` (the same, never narrower: s2 at least 1). Conventions are those of metafor.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pulposus.core.errors import NotAllowed
from pulposus.evidence.meta.estimators import METHODS, Tau2, fixed_parts, projection, residual_q
from pulposus.evidence.meta.estimators import tau2 as estimated

__all__ = ["TESTS", "Pooled", "Prediction", "pool", "predict"]

Array = NDArray[Any]
TESTS = ("z", "knha", "adhoc")
LEVEL = 0.95
FEW = 10  # studies below which small-study tests and tau2 say little
PERCENT = 100.0


@dataclass(frozen=True)
class Prediction:
    """A fitted effect with its confidence and prediction interval."""

    estimate: float
    se: float
    ci_lower: float
    ci_upper: float
    pi_lower: float
    pi_upper: float


@dataclass(frozen=True)
class Pooled:
    """A fitted model; `b` and what belongs to it have shape (p,), the intercept first where there is one."""

    method: str
    test: str
    level: float
    k: int
    p: int
    b: Array
    se: Array
    statistic: Array
    df: int | None
    p_value: Array
    ci_lower: Array
    ci_upper: Array
    vb: Array
    tau2: Tau2
    i2: float
    h2: float
    q: float
    q_df: int
    q_p: float
    qm: float
    qm_df: int
    qm_p: float
    r2: float | None
    weights: Array
    loglik_ml: float
    loglik_reml: float
    y: Array
    v: Array
    X: Array
    warnings: tuple[str, ...] = field(default=())

    @property
    def critical(self) -> float:
        """The quantile of the test on both sides."""
        tail = (1 - self.level) / 2
        return float(stats.norm.isf(tail) if self.df is None else stats.t.isf(tail, self.df))


def pool(y: Array, v: Array, X: Array | None = None, method: str = "REML", test: str = "z", level: float = LEVEL) -> Pooled:
    """Return the fitted model of effects `y` (k,) with variances `v` (k,) and a design `X` (k, p), an intercept by default.

    Raises `NotAllowed` for an unknown method or test, for variances that are not above zero, for fewer studies than
    coefficients (tau2 and Knapp-Hartung need one study more) and for a design whose columns depend on each other.

    >>> fit = pool(np.array([0.1, 0.9, 0.4]), np.array([0.04, 0.05, 0.03]), method="DL")
    >>> round(float(fit.b[0]), 6), round(float(fit.se[0]), 6)
    (0.455461, 0.216624)
    """
    y, v = np.asarray(y, dtype=float), np.asarray(v, dtype=float)
    X = np.ones((len(y), 1)) if X is None else np.asarray(X, dtype=float)
    warnings = _check(y, v, X, method, test)
    k, p = X.shape
    alone = k == p
    found = Tau2(0.0, None, 0, True) if alone else estimated(y, v, X, method)
    w, vb = fixed_parts(v, X, found.value)
    b = vb @ (X.T @ (w * y))
    q = 0.0 if alone else residual_q(y, v, X, 0.0)
    s2 = 1.0
    if test != "z" and not alone:
        s2 = residual_q(y, v, X, found.value) / (k - p)
        s2 = max(s2, 1.0) if test == "adhoc" else s2
    vb = vb * s2
    se = np.sqrt(np.diag(vb))
    df = None if test == "z" or alone else k - p
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = b / se
    p_value = 2 * (stats.norm.sf(abs(statistic)) if df is None else stats.t.sf(abs(statistic), df))
    crit = float(stats.norm.isf((1 - level) / 2) if df is None else stats.t.isf((1 - level) / 2, df))
    i2, h2 = _heterogeneity(method, q, k, p, v, X, found.value)
    qm, m, qm_p = _moderators(b, vb, X, df)
    ml, reml = _likelihoods(y, v, X, found.value)
    if not found.converged:
        warnings.append("tau2 did not converge; the value is where the iteration stopped")
    if test == "knha" and s2 < 1.0 and not alone:
        warnings.append(f"Knapp-Hartung made the interval narrower than the normal one (s2 = {s2:.3g}); --test adhoc never does")
    q_p = float(stats.chi2.sf(q, k - p)) if k > p else 1.0
    explained = _explained(y, v, X, method, found.value)
    tested = (b, se, statistic, df, p_value, b - crit * se, b + crit * se, vb)
    spread = (found, i2, h2, q, k - p, q_p, qm, m, qm_p, explained, PERCENT * w / w.sum())
    parts: tuple[Any, ...] = (*tested, *spread, ml, reml, y, v, X, tuple(warnings))
    return Pooled(method, test, level, k, p, *parts)


def predict(fit: Pooled, x: Array | None = None) -> Prediction:
    """Return the fitted effect at a row `x` (p,) of the design, the mean of the studies by default, with its intervals.

    The prediction interval is x'b -+ q sqrt(x'Vx + tau2) with the quantile q of the test (t with k - p for Knapp-Hartung).
    """
    row = (np.ones(1) if fit.p == 1 else fit.X.mean(axis=0)) if x is None else np.asarray(x, dtype=float)
    middle = float(row @ fit.b)
    variance = float(row @ fit.vb @ row)
    reach, wide = (fit.critical * float(np.sqrt(of)) for of in (variance, variance + fit.tau2.value))
    return Prediction(middle, float(np.sqrt(variance)), middle - reach, middle + reach, middle - wide, middle + wide)


def _check(y: Array, v: Array, X: Array, method: str, test: str) -> list[str]:
    """Return the warnings of what is pooled; raises `NotAllowed`."""
    if method not in METHODS:
        raise NotAllowed(method, ", ".join(METHODS))
    if test not in TESTS:
        raise NotAllowed(test, ", ".join(TESTS))
    if not (np.isfinite(y).all() and np.isfinite(v).all() and np.isfinite(X).all()):
        raise NotAllowed("effects, variances or moderators that are not finite", "finite numbers")
    if not (v > 0).all():
        raise NotAllowed(f"a variance of {v.min():g}", "variances above zero")
    k, p = X.shape
    if k < p or k == 0:
        raise NotAllowed(f"{k} studies for {p} coefficients", "at least as many studies as coefficients")
    if np.linalg.matrix_rank(X) < p:
        raise NotAllowed("moderators of which one follows from the others", "moderators that are independent")
    warnings = []
    if k == p:
        warnings.append("as many coefficients as studies: no heterogeneity can be seen, and none is assumed")
    elif method not in ("FE", "EE") and k < FEW:
        warnings.append(f"k = {k}: tau2 rests on few studies; intervals may be vacuous")
    return warnings


def _heterogeneity(method: str, q: float, k: int, p: int, v: Array, X: Array, t: float) -> tuple[float, float]:
    """Return I2 in percent and H2, by the typical variance (k - p) / tr(P)."""
    if k == p:
        return 0.0, 1.0
    if method in ("FE", "EE"):
        return max(0.0, PERCENT * (q - (k - p)) / q) if q > 0 else 0.0, q / (k - p)
    _, P = projection(v, X, 0.0)
    typical = (k - p) / float(np.trace(P))
    return PERCENT * t / (t + typical), t / typical + 1


def _moderators(b: Array, vb: Array, X: Array, df: int | None) -> tuple[float, int, float]:
    """Return the Wald test of all coefficients but the intercept (of the intercept where it stands alone)."""
    tested = np.arange(X.shape[1])
    if X.shape[1] > 1 and (X[:, 0] == 1).all():
        tested = tested[1:]
    m = len(tested)
    qm = float(b[tested] @ np.linalg.solve(vb[np.ix_(tested, tested)], b[tested]))
    if df is None:
        return qm, m, float(stats.chi2.sf(qm, m))
    return qm / m, m, float(stats.f.sf(qm / m, m, df))


def _likelihoods(y: Array, v: Array, X: Array, t: float) -> tuple[float, float]:
    """Return the log likelihood and the restricted log likelihood."""
    k, p = X.shape
    w = 1 / (v + t)
    XWX = (X.T * w) @ X
    rss = residual_q(y, v, X, t) if k > p else 0.0
    logs = float(np.log(v + t).sum())
    ml = -0.5 * (k * np.log(2 * np.pi) + logs + rss)
    reml = -0.5 * ((k - p) * np.log(2 * np.pi) - np.linalg.slogdet(X.T @ X)[1] + logs + np.linalg.slogdet(XWX)[1] + rss)
    return float(ml), float(reml)


def _explained(y: Array, v: Array, X: Array, method: str, t: float) -> float | None:
    """Return R2 in percent: how much of tau2 the moderators explain; None without moderators or without tau2."""
    if method in ("FE", "EE") or X.shape[1] == 1 or not (X[:, 0] == 1).all() or len(y) == X.shape[1]:
        return None
    plain = estimated(y, v, np.ones((len(y), 1)), method).value
    return max(0.0, PERCENT * (plain - t) / plain) if plain > 0 else 0.0
