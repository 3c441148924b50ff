"""What effects of one study share, as blocks of the document: clusters, and controls that several effects are taken from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import NotAllowed
from pulposus.evidence.meta.effects import Effects
from pulposus.evidence.meta.multilevel import robust, three_level
from pulposus.evidence.meta.shared_control import MEASURES, covariance, groups_that_share

__all__ = ["clustered", "shared_block"]

PERCENT = 100.0


def clustered(effects: Effects, X: NDArray[Any], clusters: Sequence[str], level: float) -> dict[str, Any]:
    """Return the pooled effect of the three-level model with cluster-robust errors, over that of the plain model.

    Effects that share a control have its covariance. Raises `NotAllowed` for rows without a cluster.
    """
    if any(not said for said in clusters):
        raise NotAllowed("rows without a cluster", "a cluster for every row")
    V = _covariance(effects)
    fit = three_level(effects.y, V, clusters, X, level=level)
    sure = robust(fit, level)
    row = X.mean(axis=0)
    middle, se = float(row @ fit.b), float(np.sqrt(row @ sure.vb @ row))
    reach = float((sure.ci_upper[0] - sure.ci_lower[0]) / (2 * sure.se[0])) * se
    spread = fit.between + fit.within
    block = {
        "clusters": fit.clusters,
        "sigma2_between": fit.between,
        "sigma2_within": fit.within,
        "loglik": fit.loglik,
        "q": fit.q,
        "q_df": fit.q_df,
        "q_p": fit.q_p,
        "estimate": fit.b.tolist(),
        "se": fit.se.tolist(),
        "ci_lower": fit.ci_lower.tolist(),
        "ci_upper": fit.ci_upper.tolist(),
        "robust_se": sure.se.tolist(),
        "robust_df": sure.df,
        "robust_p": sure.p_value.tolist(),
        "converged": fit.converged,
    }
    wide = reach / se * float(np.sqrt(se**2 + spread))
    p = float(sure.p_value[0]) if X.shape[1] == 1 else None
    return {
        "estimate": middle,
        "se": se,
        "ci_lower": middle - reach,
        "ci_upper": middle + reach,
        "p": p,
        "df": sure.df,
        "test": "cluster-robust t",
        "tau2": spread,
        "tau2_se": None,
        "tau2_ci": None,
        "pi_lower": middle - wide,
        "pi_upper": middle + wide,
        "three_level": block,
    }


def shared_block(effects: Effects, warnings: list[str]) -> dict[str, Any]:
    """Return how a control that several effects share changes the fixed-effect answer; nothing where none is shared."""
    groups = _groups(effects)
    if not groups:
        return {}
    V = _covariance(effects)
    one = np.ones(len(effects.y))
    W = np.linalg.inv(V)
    aware = (float(one @ W @ effects.y / (one @ W @ one)), float(np.sqrt(1 / (one @ W @ one))))
    w = 1 / effects.v
    naive = (float(w @ effects.y / w.sum()), float(np.sqrt(1 / w.sum())))
    shared = sum(len(group) for group in groups)
    errors = f"the error is {naive[1]:.3g} if they are taken as independent, {aware[1]:.3g} with their covariance"
    warnings.append(f"{shared} effects share a control with others: {errors}")
    return {
        "shared_control": {
            "groups": [[effects.labels[at] for at in group] for group in groups],
            "estimate_naive": naive[0],
            "se_naive": naive[1],
            "estimate_gls": aware[0],
            "se_gls": aware[1],
        }
    }


def _groups(effects: Effects) -> list[list[int]]:
    """Return the effects that share a control."""
    if effects.measure.name not in MEASURES:
        return []
    numbers = {name: effects.number(name) for name in effects.rows.numbers}
    return groups_that_share(effects.studies, effects.words("control"), numbers)


def _covariance(effects: Effects) -> NDArray[Any]:
    """Return the covariance of the effects."""
    numbers = {name: effects.number(name) for name in effects.rows.numbers}
    return covariance(effects.measure.name, effects.y, effects.v, numbers, _groups(effects))
