"""The small-study tests of a pool as a block of the document, with what each cannot tell."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from pulposus.core.errors import NotAllowed
from pulposus.evidence.meta.effects import Effects
from pulposus.evidence.meta.pooling import FEW, Pooled
from pulposus.evidence.meta.small_study import begg, egger, fail_safe, trim_and_fill

__all__ = ["small_study"]

CAVEAT = "asymmetry is not proof of publication bias; heterogeneity looks the same, and trim and fill and fail-safe N are weak"


def small_study(effects: Effects, fit: Pooled, warnings: list[str]) -> dict[str, Any]:
    """Return Egger (both forms), Begg, trim and fill and fail-safe N of a pool; empty below three studies."""
    if fit.k < 3:
        return {}
    y, v, n = fit.y, fit.v, effects.n
    found: dict[str, Any] = {"caveat": CAVEAT}
    if fit.k < FEW:
        warnings.append(f"k = {fit.k}: tests of asymmetry have no power below {FEW} studies")
    if effects.measure.name in ("SMD", "SMDH", "SMCC", "SMCR"):
        warnings.append("for standardised differences tests on the standard error are biased by construction; see egger_sqrtn")
    tests: dict[str, Any] = {
        "egger_lm": lambda: egger(y, v),
        "egger_rma": lambda: egger(y, v, "rma", method=fit.method),
        "begg": lambda: begg(y, v),
    }
    if n is not None:
        tests["egger_sqrtn"] = lambda: egger(y, v, "rma", "sqrtninv", n, fit.method)
    for name, test in tests.items():
        try:
            found[name] = asdict(test())
        except (NotAllowed, np.linalg.LinAlgError) as error:
            found[name] = {"not_done": str(error)}
    for estimator in ("L0", "R0"):
        key = "trim_fill" if estimator == "L0" else f"trim_fill_{estimator}"
        try:
            found[key] = _filled(fit, estimator)
        except NotAllowed as error:
            found[key] = {"not_done": str(error)}
    found["fail_safe"] = fail_safe(y, v)
    return found


def _filled(fit: Pooled, estimator: str) -> dict[str, Any]:
    """Return trim and fill as plain data."""
    made = trim_and_fill(fit, estimator)
    points = [{"yi": float(a), "vi": float(b), "sei": float(np.sqrt(b))} for a, b in zip(made.y, made.v, strict=True)]
    pooled = {"estimate": float(made.filled.b[0]), "se": float(made.filled.se[0])}
    return {
        "k0": made.k0,
        "se_k0": made.se_k0,
        "side": made.side,
        **pooled,
        "ci_lower": float(made.filled.ci_lower[0]),
        "ci_upper": float(made.filled.ci_upper[0]),
        "tau2": made.filled.tau2.value,
        "filled": points,
    }
