"""Network meta-analysis: many treatments compared at once through the studies that link them.

Contrasts y of arms against the first arm of their study, with covariance V (what the shared arm adds), are explained by
the basic parameters d of every treatment against one reference: y = X d + u + e, u with variance tau2 and correlation one
half within a study. Fitted by generalised least squares, tau2 by (restricted) likelihood or the method of moments.
Sources: WHITE2012, RUCKER2012, JACKSON2012.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from pulposus.core.errors import NotAllowed

__all__ = ["FEWEST_TO_RANK", "Contrasts", "NetworkFit", "contrasts_of_arms", "contrasts_of_pairs", "fit_network", "league", "ranking"]

Array = NDArray[Any]
FEWEST_TO_RANK = 10  # studies below which no ranking is told
HALF = 0.5
TOL = 1e-12


@dataclass(frozen=True)
class Contrasts:
    """Contrasts of all studies: y (m,), V (m, m), and the treatments (first less second) and study of each."""

    y: Array
    V: Array
    first: tuple[str, ...]
    second: tuple[str, ...]
    studies: tuple[str, ...]

    def treatments(self) -> tuple[str, ...]:
        """Return every treatment, by name."""
        return tuple(sorted({*self.first, *self.second}))

    def edges(self) -> dict[tuple[str, str], int]:
        """Return how many studies compare each pair of treatments directly."""
        arms: dict[str, set[str]] = {}
        for a, b, study in zip(self.first, self.second, self.studies, strict=True):
            arms.setdefault(study, set()).update((a, b))
        found: dict[tuple[str, str], int] = {}
        for names in arms.values():
            ordered = sorted(names)
            for i, a in enumerate(ordered):
                for b in ordered[i + 1 :]:
                    found[(a, b)] = found.get((a, b), 0) + 1
        return found


@dataclass(frozen=True)
class NetworkFit:
    """The effects of every treatment against the reference, with heterogeneity and inconsistency."""

    treatments: tuple[str, ...]
    reference: str
    d: Array
    vd: Array
    tau2: float
    q: float
    q_df: int
    q_p: float
    q_inconsistency: float | None
    df_inconsistency: int
    p_inconsistency: float | None
    studies: int
    loglik: float | None
    method: str
    warnings: tuple[str, ...] = ()


def contrasts_of_arms(studies: Sequence[str], treats: Sequence[str], values: Mapping[str, Array], measure: str) -> Contrasts:
    """Return the contrasts of arms: MD of `mean, sd, n`, or log OR, log RR or RD of `event, n`, against each first arm.

    Raises `NotAllowed` for a study with one arm or with a treatment twice, and for another measure.
    """
    level, own = _arm(values, measure)
    y, first, second, names, blocks = [], [], [], [], []
    for study in dict.fromkeys(studies):
        rows = [at for at, name in enumerate(studies) if name == study]
        given = [treats[at] for at in rows]
        if len(rows) < 2:
            raise NotAllowed(f"study {study} with one arm", "at least two arms")
        if len(set(given)) < len(given):
            raise NotAllowed(f"study {study} with a treatment twice", "every treatment once in a study")
        base, others = rows[0], rows[1:]
        y += [level[at] - level[base] for at in others]
        first += [treats[at] for at in others]
        second += [treats[base]] * len(others)
        names += [study] * len(others)
        blocks.append(np.diag(own[others]) + own[base])
    return Contrasts(np.array(y), _blocks(blocks), tuple(first), tuple(second), tuple(names))


def contrasts_of_pairs(studies: Sequence[str], first: Sequence[str], second: Sequence[str], y: Array, v: Array) -> Contrasts:
    """Return contrasts that are given as such; studies with several must be given by arms, as their covariance is needed."""
    for study in dict.fromkeys(studies):
        if list(studies).count(study) > 1:
            raise NotAllowed(f"study {study} with several contrasts", "one row an arm (study, treat, ...) for studies of many arms")
    for a, b in zip(first, second, strict=True):
        if a == b:
            raise NotAllowed(f"{a} against itself", "two treatments")
    return Contrasts(np.asarray(y, dtype=float), np.diag(v), tuple(first), tuple(second), tuple(studies))


def fit_network(data: Contrasts, reference: str | None = None, method: str = "REML") -> NetworkFit:
    """Return the consistency model of contrasts; `method` is FE, REML, ML or DL (moments).

    Raises `NotAllowed` for an unknown reference or method, and for a network in pieces (naming the pieces).
    """
    names = data.treatments()
    reference = names[0] if reference is None else reference
    if reference not in names:
        raise NotAllowed(reference, f"a treatment: {', '.join(names)}")
    if method not in ("FE", "REML", "ML", "DL"):
        raise NotAllowed(method, "FE, REML, ML, DL")
    _connected(data)
    others = [name for name in names if name != reference]
    X = np.array([[float(a == name) - float(b == name) for name in others] for a, b in zip(data.first, data.second, strict=True)])
    shape = _correlated(data.studies)
    df = len(data.y) - len(others)
    d0, vd0 = _gls(data.y, X, data.V)
    q = _q(data.y, X, d0, data.V)
    tau2, loglik = (0.0, None) if method == "FE" or df == 0 else _spread(data, X, shape, method, q, df)
    d, vd = _gls(data.y, X, data.V + tau2 * shape)
    within, df_within = _within_designs(data)
    more = df - df_within
    inconsistent = q - within if more > 0 else None
    warnings = ["no closed loop of different designs: consistency cannot be tested"] if more <= 0 else []
    studies = len(set(data.studies))
    if studies < FEWEST_TO_RANK:
        warnings.append(f"{studies} studies: no ranking is told below {FEWEST_TO_RANK}")
    p = float(stats.chi2.sf(q, df)) if df else 1.0
    p_inconsistency = None if inconsistent is None else float(stats.chi2.sf(max(inconsistent, 0.0), more))
    return NetworkFit(
        tuple(others),
        reference,
        d,
        vd,
        tau2,
        q,
        df,
        p,
        inconsistent,
        max(more, 0),
        p_inconsistency,
        studies,
        loglik,
        method,
        tuple(warnings),
    )


def league(fit: NetworkFit, level: float = 0.95) -> list[dict[str, Any]]:
    """Return every pair of treatments: the first less the second, with its standard error, interval and p."""
    names = (fit.reference, *fit.treatments)
    weights = np.vstack([np.zeros(len(fit.treatments)), np.eye(len(fit.treatments))])
    z = float(stats.norm.isf((1 - level) / 2))
    rows = []
    for i, a in enumerate(names):
        for j, b in enumerate(names):
            if i != j:
                w = weights[i] - weights[j]
                estimate, se = float(w @ fit.d), float(np.sqrt(w @ fit.vd @ w))
                rows.append(
                    {
                        "treatment": a,
                        "against": b,
                        "estimate": estimate,
                        "se": se,
                        "ci_lower": estimate - z * se,
                        "ci_upper": estimate + z * se,
                        "p": 2 * float(stats.norm.sf(abs(estimate / se))),
                    }
                )
    return rows


def ranking(fit: NetworkFit, larger_is_better: bool) -> list[tuple[str, float]] | None:
    """Return P-scores, best first; None below ten studies, where ranks would only be noise. Source RUCKER2015."""
    if fit.studies < FEWEST_TO_RANK:
        return None
    sign = 1.0 if larger_is_better else -1.0
    scores: dict[str, list[float]] = {}
    for row in league(fit):
        scores.setdefault(row["treatment"], []).append(float(stats.norm.cdf(sign * row["estimate"] / row["se"])))
    return sorted(((name, float(np.mean(found))) for name, found in scores.items()), key=lambda pair: -pair[1])


def _arm(values: Mapping[str, Array], measure: str) -> tuple[Array, Array]:
    """Return the level of every arm and its variance."""
    if measure == "MD":
        return values["mean"], values["sd"] ** 2 / values["n"]
    if measure not in ("OR", "RR", "RD"):
        raise NotAllowed(measure, "MD, OR, RR or RD for a network by arms")
    x, n = values["event"].astype(float), values["n"].astype(float)
    edge = ((x == 0) | (x == n)) * HALF
    x, n = x + edge, n + 2 * edge
    if measure == "OR":
        return np.log(x / (n - x)), 1 / x + 1 / (n - x)
    if measure == "RR":
        return np.log(x / n), 1 / x - 1 / n
    return x / n, x / n * (1 - x / n) / n


def _blocks(parts: Sequence[Array]) -> Array:
    """Return a block-diagonal matrix."""
    total = sum(len(part) for part in parts)
    V, at = np.zeros((total, total)), 0
    for part in parts:
        V[at : at + len(part), at : at + len(part)] = part
        at += len(part)
    return V


def _correlated(studies: Sequence[str]) -> Array:
    """Return the covariance of the random contrasts for tau2 = 1: one, and one half within a study."""
    same = np.array([[float(a == b) for b in studies] for a in studies])
    return HALF * same + HALF * np.eye(len(studies))


def _gls(y: Array, X: Array, V: Array) -> tuple[Array, Array]:
    """Return the generalised least squares estimate and its covariance."""
    W = np.linalg.inv(V)
    vd = np.linalg.inv(X.T @ W @ X)
    return vd @ X.T @ W @ y, vd


def _q(y: Array, X: Array, d: Array, V: Array) -> float:
    """Return the weighted residual sum of squares."""
    r = y - X @ d
    return float(r @ np.linalg.solve(V, r))


def _spread(data: Contrasts, X: Array, shape: Array, method: str, q: float, df: int) -> tuple[float, float | None]:
    """Return tau2 and, for likelihoods, the log likelihood."""
    if method == "DL":
        W = np.linalg.inv(data.V)
        P = W - W @ X @ np.linalg.inv(X.T @ W @ X) @ X.T @ W
        return max(0.0, (q - df) / float(np.trace(P @ shape))), None

    def lost(t: float) -> float:
        V = data.V + t * shape
        d, vd = _gls(data.y, X, V)
        total = float(np.linalg.slogdet(V)[1]) + _q(data.y, X, d, V)
        m, p = X.shape
        if method == "REML":
            total += -float(np.linalg.slogdet(vd)[1]) - float(np.linalg.slogdet(X.T @ X)[1])
            m -= p
        return 0.5 * (m * float(np.log(2 * np.pi)) + total)

    high = 10 * (float(np.var(data.y)) + float(np.mean(np.diag(data.V))))
    found = optimize.minimize_scalar(lost, bounds=(0.0, high), method="bounded", options={"xatol": TOL * high})
    tau2 = float(found.x) if lost(float(found.x)) < lost(0.0) else 0.0
    return tau2, -lost(tau2)


def _within_designs(data: Contrasts) -> tuple[float, int]:
    """Return Q within designs (sets of treatments that studies compare) and its degrees of freedom."""
    members: dict[str, list[int]] = {}
    for at, study in enumerate(data.studies):
        members.setdefault(study, []).append(at)
    designs: dict[tuple[str, ...], list[list[int]]] = {}
    for rows in members.values():
        named = tuple(sorted({name for at in rows for name in (data.first[at], data.second[at])}))
        designs.setdefault(named, []).append(rows)
    q, df = 0.0, 0
    for named, groups in designs.items():
        taken = [row for rows in groups for row in rows]
        others = named[1:]
        X = np.array([[float(data.first[i] == t) - float(data.second[i] == t) for t in others] for i in taken])
        V = data.V[np.ix_(taken, taken)]
        d, _ = _gls(data.y[taken], X, V)
        q += _q(data.y[taken], X, d, V)
        df += len(taken) - len(others)
    return q, df


def _connected(data: Contrasts) -> None:
    """Refuse a network in pieces."""
    pieces: list[set[str]] = []
    for pair in zip(data.first, data.second, strict=True):
        touched = [piece for piece in pieces if piece & set(pair)]
        pieces = [piece for piece in pieces if piece not in touched] + [set(pair).union(*touched)]
    if len(pieces) > 1:
        said = " | ".join(", ".join(sorted(piece)) for piece in pieces)
        raise NotAllowed(f"a network in pieces: {said}", "studies that link all treatments")
