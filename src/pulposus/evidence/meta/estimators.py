"""Estimators of the variance between studies, tau2, with moderators.

With weights w = 1/(v + tau2), P = W - W X (X'WX)^-1 X'W and RSS = y'Py. Closed forms (DL, HE, HS, SJ) are evaluated once;
ML, REML and EB are solved by Fisher scoring with halved steps, PM (the same equation as EB) by bracketing
Q(tau2) = k - p. All are cut off at zero. Source of the forms: VIECHTBAUER2005, VERONIKI2016.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

__all__ = ["METHODS", "Tau2", "fixed_parts", "projection", "residual_q", "tau2"]

Array = NDArray[Any]
METHODS = ("FE", "EE", "DL", "HE", "HS", "SJ", "ML", "REML", "PM", "EB")
TOL = 1e-13  # relative change of tau2 at which an iteration ends
MOST_STEPS = 500
WIDEN = 4.0  # factor by which a bracket grows
MOST_WIDENED = 200


@dataclass(frozen=True)
class Tau2:
    """The variance between studies, its standard error, and how it was reached."""

    value: float
    se: float | None
    iterations: int
    converged: bool


def fixed_parts(v: Array, X: Array, t: float) -> tuple[Array, Array]:
    """Return weights w = 1/(v + t), shape (k,), and the inverse of X'WX, shape (p, p)."""
    w = 1.0 / (v + t)
    return w, np.linalg.inv((X.T * w) @ X)


def projection(v: Array, X: Array, t: float) -> tuple[Array, Array]:
    """Return weights, shape (k,), and P = W - W X (X'WX)^-1 X'W, shape (k, k)."""
    w, inverse = fixed_parts(v, X, t)
    WX = X * w[:, None]
    return w, np.diag(w) - WX @ inverse @ WX.T


def residual_q(y: Array, v: Array, X: Array, t: float) -> float:
    """Return the weighted residual sum of squares Q(t) = y'Py."""
    w, inverse = fixed_parts(v, X, t)
    residual = y - X @ (inverse @ (X.T @ (w * y)))
    return float(residual @ (w * residual))


def tau2(y: Array, v: Array, X: Array, method: str) -> Tau2:
    """Return tau2 of effects y with variances v and design X by a method of `METHODS`.

    `y`, `v` have shape (k,), `X` (k, p) with k > p. The standard error follows from the expected information (ML, REML)
    or the variance of the quadratic form (others); FE and EE have none.

    >>> y, v = np.array([0.1, 0.9, 0.4]), np.array([0.04, 0.05, 0.03])
    >>> round(tau2(y, v, np.ones((3, 1)), "DL").value, 6)
    0.10125
    """
    if method in ("FE", "EE"):
        return Tau2(0.0, None, 0, True)
    if method in _CLOSED:
        return _CLOSED[method](y, v, X)
    if method == "PM":
        return _paule_mandel(y, v, X)
    return _scored(y, v, X, method)


def _quadratic_se(P: Array, v: Array, t: float) -> float:
    """Return sqrt(2 tr((P (V + t))^2)), the standard deviation of y'Py at tau2 = t."""
    PS = P * (v + max(t, 0.0))[None, :]
    return float(np.sqrt(2.0 * np.sum(PS * PS.T)))


def _dersimonian_laird(y: Array, v: Array, X: Array) -> Tau2:
    """tau2 = (Q - (k - p)) / tr(P) with P at tau2 = 0."""
    _, P = projection(v, X, 0.0)
    raw = (float(y @ P @ y) - (len(y) - X.shape[1])) / float(np.trace(P))
    return Tau2(max(raw, 0.0), _quadratic_se(P, v, raw) / float(np.trace(P)), 0, True)


def _hedges(y: Array, v: Array, X: Array) -> Tau2:
    """tau2 = (RSS - tr(PV)) / (k - p) with P = I - X (X'X)^-1 X'."""
    P = np.eye(len(y)) - X @ np.linalg.inv(X.T @ X) @ X.T
    df = len(y) - X.shape[1]
    raw = (float(y @ P @ y) - float(np.sum(np.diag(P) * v))) / df
    return Tau2(max(raw, 0.0), _quadratic_se(P, v, raw) / df, 0, True)


def _hunter_schmidt(y: Array, v: Array, X: Array) -> Tau2:
    """tau2 = (Q - k) / sum(w) with w = 1/v."""
    w, P = projection(v, X, 0.0)
    raw = (float(y @ P @ y) - len(y)) / float(w.sum())
    return Tau2(max(raw, 0.0), _quadratic_se(P, v, raw) / float(w.sum()), 0, True)


def _sidik_jonkman(y: Array, v: Array, X: Array) -> Tau2:
    """tau2 = t0 RSS / (k - p) at the crude start t0 = sum((y - mean(y))^2) / k."""
    k, df = len(y), len(y) - X.shape[1]
    start = float(np.mean((y - y.mean()) ** 2))
    if start <= 0.0:
        return Tau2(0.0, 0.0, 0, True)
    _, P = projection(v, X, start)
    raw = start * float(y @ P @ y) / df
    return Tau2(max(raw, 0.0), start / df * _quadratic_se(P, v, raw) if k else None, 0, True)


_CLOSED: dict[str, Callable[[Array, Array, Array], Tau2]] = {
    "DL": _dersimonian_laird,
    "HE": _hedges,
    "HS": _hunter_schmidt,
    "SJ": _sidik_jonkman,
}


def _paule_mandel(y: Array, v: Array, X: Array) -> Tau2:
    """Solve Q(tau2) = k - p; zero where Q(0) is below that already."""
    k, df = len(y), len(y) - X.shape[1]

    def excess(t: float) -> float:
        return residual_q(y, v, X, t) - df

    if excess(0.0) <= 0.0:
        value, steps = 0.0, 0
    else:
        high = max(float(np.var(y)), float(v.mean()))
        for _ in range(MOST_WIDENED):
            if excess(high) < 0.0:
                break
            high *= WIDEN
        value, found = brentq(excess, 0.0, high, xtol=1e-300, rtol=4 * np.finfo(float).eps, maxiter=MOST_STEPS, full_output=True)
        steps = found.iterations
    w, P = projection(v, X, value)
    return Tau2(float(value), k / df * _quadratic_se(P, v, value) / float(w.sum()), steps, True)


def _scored(y: Array, v: Array, X: Array, method: str) -> Tau2:
    """Solve ML, REML or EB by Fisher scoring from the Hedges start; steps that leave tau2 >= 0 are halved, then cut."""
    k, df = len(y), len(y) - X.shape[1]
    value = max(_hedges(y, v, X).value, 0.0)
    converged, steps = False, 0
    scale = max(float(v.mean()), value)
    while steps < MOST_STEPS and not converged:
        steps += 1
        w, P = projection(v, X, value)
        Py = P @ y
        if method == "ML":
            step = (float(Py @ Py) - float(w.sum())) / float((w**2).sum())
        elif method == "REML":
            step = (float(Py @ Py) - float(np.trace(P))) / float(np.sum(P * P))
        else:
            step = (float(y @ Py) * k / df - k) / float(w.sum())
        new = max(value + step, 0.0)
        moved = abs(new - value)
        value = new
        converged = moved <= TOL * (value + scale * TOL)
    w, P = projection(v, X, value)
    if method == "ML":
        se = float(np.sqrt(2.0 / (w**2).sum()))
    elif method == "REML":
        se = float(np.sqrt(2.0 / np.sum(P * P)))
    else:
        se = k / df * _quadratic_se(P, v, value) / float(w.sum())
    return Tau2(value, se, steps, converged)
