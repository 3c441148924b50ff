"""What the pooled effect hangs on: moderators and subgroups, each study left out, studies added one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pulposus.core.errors import NotAllowed, shorten
from pulposus.evidence.meta.estimators import fixed_parts
from pulposus.evidence.meta.pooling import Pooled, pool

__all__ = [
    "Between",
    "Design",
    "Influence",
    "baujat",
    "between",
    "cumulative",
    "design",
    "influence",
    "leave_one_out",
    "radial",
    "shrunken",
]

Array = NDArray[Any]
INTERCEPT = "intrcpt"


@dataclass(frozen=True)
class Design:
    """A design with an intercept: its columns by name, and the level that a categorical moderator is compared with."""

    X: Array
    names: tuple[str, ...]
    references: Mapping[str, str]


@dataclass(frozen=True)
class Between:
    """Pools of subgroups, each with its own tau2, and the test that they are one."""

    groups: Mapping[str, Pooled]
    q: float
    df: int
    p: float


@dataclass(frozen=True)
class Influence:
    """What leaving out each study does, shape (k,) each."""

    rstudent: Array
    dffits: Array
    cook_d: Array
    cov_r: Array
    tau2: Array
    q: Array
    hat: Array
    weight: Array


def design(columns: Mapping[str, Sequence[str | float | None]], k: int) -> Design:
    """Return the design of moderators: numbers as they are, words as one column per level but the first in order.

    Raises `NotAllowed` for a moderator with an empty value or with one level alone.

    >>> design({"route": ["a", "b", "a"]}, 3).names
    ('intrcpt', 'route b')
    """
    parts: list[Array] = [np.ones(k)]
    names, references = [INTERCEPT], {}
    for name, values in columns.items():
        if any(value is None or value == "" for value in values):
            raise NotAllowed(f"moderator {name} with an empty value", "a value for every study")
        numbers = _numbers(values)
        if numbers is not None:
            if np.ptp(numbers) == 0:
                raise NotAllowed(f"moderator {name} with one value for all", "values that differ")
            parts.append(numbers)
            names.append(name)
            continue
        levels = sorted({str(value) for value in values})
        if len(levels) < 2:
            raise NotAllowed(f"moderator {name} with the level {shorten(levels[0])} alone", "at least two levels")
        references[name] = levels[0]
        for level in levels[1:]:
            parts.append(np.array([float(str(value) == level) for value in values]))
            names.append(f"{name} {level}")
    return Design(np.column_stack(parts), tuple(names), references)


def _numbers(values: Sequence[str | float | None]) -> Array | None:
    """Return values as numbers, None if one of them is a word."""
    try:
        return np.array([float(value) for value in values if value is not None])
    except ValueError:
        return None


def between(y: Array, v: Array, groups: Sequence[str], method: str = "REML", test: str = "z", level: float = 0.95) -> Between:
    """Return the pool of every subgroup and Q = sum((b_g - b)^2 / se_g^2), chi-square with one less than the groups."""
    labels = list(dict.fromkeys(groups))
    given = np.asarray(groups)
    fits = {label: pool(y[given == label], v[given == label], method=method, test=test, level=level) for label in labels}
    b = np.array([fit.b[0] for fit in fits.values()])
    w = np.array([1 / fit.se[0] ** 2 for fit in fits.values()])
    q = float(w @ (b - (w @ b) / w.sum()) ** 2)
    df = len(labels) - 1
    return Between(fits, q, df, float(stats.chi2.sf(q, df)) if df else 1.0)


def _without(fit: Pooled, keep: Array) -> Pooled:
    """Return the same model of some of the studies."""
    return pool(fit.y[keep], fit.v[keep], fit.X[keep], fit.method, fit.test, fit.level)


def leave_one_out(fit: Pooled) -> list[Pooled]:
    """Return the model without each study in turn; needs more studies than coefficients."""
    if fit.k <= fit.p:
        return []
    return [_without(fit, np.arange(fit.k) != i) for i in range(fit.k)]


def cumulative(fit: Pooled, order: Sequence[int] | None = None) -> list[Pooled]:
    """Return the model without moderators of the first 1, 2, ... studies in an order (the given one by default)."""
    places = np.arange(fit.k) if order is None else np.asarray(order)
    return [pool(fit.y[places[:n]], fit.v[places[:n]], None, fit.method, fit.test, fit.level) for n in range(1, fit.k + 1)]


def influence(fit: Pooled, less_each: Sequence[Pooled]) -> Influence:
    """Return deletion diagnostics as metafor defines them, given the fits without each study; source VIECHTBAUER2010INF."""
    t = fit.tau2.value
    w, inverse = fixed_parts(fit.v, fit.X, t)
    hat = np.einsum("ij,jk,ik->i", fit.X, inverse, fit.X) * w
    fitted = fit.X @ fit.b
    rows = []
    for i, less in enumerate(less_each):
        x = fit.X[i]
        moved = fit.b - less.b
        predicted, variance = float(x @ less.b), float(x @ less.vb @ x)
        rows.append(
            (
                (fit.y[i] - predicted) / np.sqrt(variance + fit.v[i] + less.tau2.value),
                (fitted[i] - predicted) / np.sqrt(hat[i] * (less.tau2.value + fit.v[i])),
                float(moved @ np.linalg.solve(fit.vb, moved)),
                np.linalg.det(less.vb) / np.linalg.det(fit.vb),
                less.tau2.value,
                less.q,
            )
        )
    rstudent, dffits, cook_d, cov_r, variance_between, q = np.array(rows).reshape(-1, 6).T
    return Influence(rstudent, dffits, cook_d, cov_r, variance_between, q, hat, fit.weights)


def shrunken(fit: Pooled) -> tuple[Array, Array]:
    """Return the best linear unbiased predictions of the study effects and their standard errors, shape (k,) each."""
    share = fit.tau2.value / (fit.v + fit.tau2.value)
    variance = np.einsum("ij,jk,ik->i", fit.X, fit.vb, fit.X)
    return share * fit.y + (1 - share) * (fit.X @ fit.b), np.sqrt(share * fit.v + (1 - share) ** 2 * variance)


def baujat(fit: Pooled, less_each: Sequence[Pooled]) -> tuple[Array, Array]:
    """Return what each study adds to Q (its squared Pearson residual) and how much it moves its fit, shape (k,) each.

    `less_each` are the fits without each study (`leave_one_out`).
    """
    x = (fit.y - fit.X @ fit.b) ** 2 / (fit.v + fit.tau2.value)
    moved = []
    for i, less in enumerate(less_each):
        row = fit.X[i]
        moved.append(float((row @ less.b - row @ fit.b) ** 2 / (row @ less.vb @ row)))
    return x, np.array(moved)


def radial(fit: Pooled) -> tuple[Array, Array]:
    """Return precision 1/sqrt(v + tau2) and standardised effect y/sqrt(v + tau2) of each study, shape (k,) each."""
    s = np.sqrt(fit.v + fit.tau2.value)
    return 1 / s, fit.y / s
