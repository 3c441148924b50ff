"""Effects that depend on each other: the three-level model, cluster-robust variance, effects that share a control.

Three levels: y = X b + u_cluster + w_effect + e with Var(u) = s1, Var(w) = s2, e ~ N(0, V). The marginal covariance of a
cluster is M = V + s2 I + s1 J. s1 and s2 maximise the (restricted) likelihood. Sources: KONSTANTOPOULOS2011, HEDGES2010,
GLESER2009.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from pulposus.core.errors import NotAllowed

__all__ = ["MultiLevel", "Robust", "robust", "three_level"]

Array = NDArray[Any]
START = ((0.5, 0.5), (0.05, 0.95), (0.95, 0.05), (0.01, 0.01))  # shares of the spread of the effects
TINY = 1e-10  # variances below this share of the spread are taken for zero
TOL = 1e-14


@dataclass(frozen=True)
class MultiLevel:
    """A fitted three-level model; `between` is s1 (clusters), `within` s2 (effects of a cluster)."""

    b: Array
    se: Array
    vb: Array
    p_value: Array
    ci_lower: Array
    ci_upper: Array
    between: float
    within: float
    loglik: float
    q: float
    q_df: int
    q_p: float
    k: int
    clusters: int
    converged: bool
    M: tuple[Array, ...]
    members: tuple[Array, ...]
    y: Array
    X: Array


@dataclass(frozen=True)
class Robust:
    """Cluster-robust standard errors and tests, t with (clusters - coefficients) degrees of freedom."""

    se: Array
    vb: Array
    statistic: Array
    df: int
    p_value: Array
    ci_lower: Array
    ci_upper: Array


def three_level(
    y: Array, V: Array, clusters: Sequence[str], X: Array | None = None, restricted: bool = True, level: float = 0.95
) -> MultiLevel:
    """Return the three-level model of effects `y` (k,) with variances (k,) or covariances (k, k) `V` in named clusters.

    Raises `NotAllowed` for a single cluster and for as many coefficients as effects.
    """
    y = np.asarray(y, dtype=float)
    X = np.ones((len(y), 1)) if X is None else np.asarray(X, dtype=float)
    full = np.diag(V) if np.ndim(V) == 1 else np.asarray(V, dtype=float)
    labels = np.asarray(clusters)
    members = tuple(np.flatnonzero(labels == label) for label in dict.fromkeys(clusters))
    if len(members) < 2:
        raise NotAllowed("one cluster", "at least two clusters for a three-level model")
    if len(y) <= X.shape[1]:
        raise NotAllowed(f"{len(y)} effects for {X.shape[1]} coefficients", "more effects than coefficients")
    s, loglik, converged = _variances(y, full, X, members, restricted)
    M = tuple(_marginal(full, at, s) for at in members)
    b, vb = _gls(y, X, members, M)
    se = np.sqrt(np.diag(vb))
    reach = float(stats.norm.isf((1 - level) / 2)) * se
    fixed = tuple(full[np.ix_(at, at)] for at in members)
    b0, _ = _gls(y, X, members, fixed)
    q = sum(float(r @ np.linalg.solve(m, r)) for r, m in zip(_residuals(y, X, b0, members), fixed, strict=True))
    df = len(y) - X.shape[1]
    return MultiLevel(
        b,
        se,
        vb,
        2 * stats.norm.sf(abs(b / se)),
        b - reach,
        b + reach,
        float(s[0]),
        float(s[1]),
        loglik,
        q,
        df,
        float(stats.chi2.sf(q, df)),
        len(y),
        len(members),
        converged,
        M,
        members,
        y,
        X,
    )


def robust(fit: MultiLevel, level: float = 0.95) -> Robust:
    """Return the sandwich variance of a three-level model, scaled by m/(m - p) for m clusters as metafor does."""
    m, p = len(fit.members), len(fit.b)
    if m <= p:
        raise NotAllowed(f"{m} clusters for {p} coefficients", "more clusters than coefficients")
    meat = np.zeros((p, p))
    for at, r, M in zip(fit.members, _residuals(fit.y, fit.X, fit.b, fit.members), fit.M, strict=True):
        part = fit.X[at].T @ np.linalg.solve(M, r)
        meat += np.outer(part, part)
    bread = _gls(fit.y, fit.X, fit.members, fit.M)[1]
    vb = bread @ meat @ bread * m / (m - p)
    se = np.sqrt(np.diag(vb))
    t = fit.b / se
    df = m - p
    reach = float(stats.t.isf((1 - level) / 2, df)) * se
    return Robust(se, vb, t, df, 2 * stats.t.sf(abs(t), df), fit.b - reach, fit.b + reach)


def _variances(y: Array, V: Array, X: Array, members: Sequence[Array], restricted: bool) -> tuple[Array, float, bool]:
    """Return both variances at the highest likelihood found from several starts, the likelihood, and whether it settled."""
    spread = float(np.var(y)) + float(np.mean(np.diag(V)))

    def lost(parameters: Array) -> float:
        return -_likelihood(y, V, X, members, parameters * spread, restricted)

    found = [
        optimize.minimize(
            lost, np.array(start), method="L-BFGS-B", bounds=[(0, None)] * 2, options={"ftol": TOL, "gtol": 1e-10, "maxiter": 2000}
        )
        for start in START
    ]
    best = min(found, key=lambda each: float(each.fun))
    polished = optimize.minimize(
        lost, best.x, method="Nelder-Mead", bounds=[(0, None)] * 2, options={"xatol": 1e-12, "fatol": 1e-15, "maxiter": 4000}
    )
    best = min((best, polished), key=lambda each: float(each.fun))
    return np.where(best.x < TINY, 0.0, best.x) * spread, -float(best.fun), bool(best.success)


def _marginal(V: Array, at: Array, s: Array) -> Array:
    """Return M = V + s2 I + s1 J of a cluster."""
    return np.asarray(V[np.ix_(at, at)] + s[1] * np.eye(len(at)) + s[0])


def _residuals(y: Array, X: Array, b: Array, members: Sequence[Array]) -> Iterator[Array]:
    """Yield the residuals of every cluster."""
    for at in members:
        yield y[at] - X[at] @ b


def _gls(y: Array, X: Array, members: Sequence[Array], M: Sequence[Array]) -> tuple[Array, Array]:
    """Return the generalised least squares estimate and its covariance."""
    p = X.shape[1]
    A, c = np.zeros((p, p)), np.zeros(p)
    for at, m in zip(members, M, strict=True):
        solved = np.linalg.solve(m, np.column_stack([X[at], y[at]]))
        A += X[at].T @ solved[:, :p]
        c += X[at].T @ solved[:, p]
    inverse = np.linalg.inv(A)
    return inverse @ c, inverse


def _likelihood(y: Array, V: Array, X: Array, members: Sequence[Array], s: Array, restricted: bool) -> float:
    """Return the (restricted) log likelihood of the two variances, with metafor's constant."""
    M = [_marginal(V, at, s) for at in members]
    b, vb = _gls(y, X, members, M)
    k, p = X.shape
    total = 0.0
    for r, m in zip(_residuals(y, X, b, members), M, strict=True):
        sign, logdet = np.linalg.slogdet(m)
        if sign <= 0:
            return -np.inf
        total += float(logdet) + float(r @ np.linalg.solve(m, r))
    if not restricted:
        return -0.5 * (k * float(np.log(2 * np.pi)) + total)
    total += -float(np.linalg.slogdet(vb)[1]) - float(np.linalg.slogdet(X.T @ X)[1])
    return -0.5 * ((k - p) * float(np.log(2 * np.pi)) + total)
