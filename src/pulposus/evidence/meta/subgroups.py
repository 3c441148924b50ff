"""What a pool is per subgroup, per coefficient, and per kind of design, as blocks of the document."""

from __future__ import annotations

from typing import Any

from pulposus.core.vocabulary import terms
from pulposus.evidence.meta import moderators
from pulposus.evidence.meta.effects import Effects
from pulposus.evidence.meta.measures import back
from pulposus.evidence.meta.pooling import Pooled, pool, predict

__all__ = ["by_design", "coefficients", "pooled_line", "subgroups"]


def pooled_line(fit: Pooled) -> dict[str, Any]:
    """Return the pooled effect, its test and its prediction interval."""
    at = predict(fit)
    alone = fit.p == 1
    statistic = float(fit.statistic[0]) if alone else at.estimate / at.se
    return {
        "estimate": at.estimate,
        "se": at.se,
        "ci_lower": at.ci_lower,
        "ci_upper": at.ci_upper,
        "statistic": statistic,
        "p": float(fit.p_value[0]) if alone else None,
        "df": fit.df,
        "pi_lower": at.pi_lower,
        "pi_upper": at.pi_upper,
    }


def coefficients(fit: Pooled, design: moderators.Design) -> list[dict[str, Any]]:
    """Return one row per coefficient."""
    parts = zip(design.names, fit.b, fit.se, fit.statistic, fit.p_value, fit.ci_lower, fit.ci_upper, strict=True)
    keys = ("name", "estimate", "se", "statistic", "p", "ci_lower", "ci_upper")
    return [dict(zip(keys, (part[0], *map(float, part[1:])), strict=True)) for part in parts]


def subgroups(effects: Effects, by: str, method: str, test: str, level: float) -> dict[str, Any]:
    """Return the pools of subgroups and the test between them."""
    groups = [said or "not stated" for said in effects.words(by)]
    found = moderators.between(effects.y, effects.v, groups, method, test, level)
    rows = [
        {
            "name": name,
            "k": fit.k,
            **pooled_line(fit),
            "tau2": fit.tau2.value,
            "i2": fit.i2,
            "q": fit.q,
            "q_p": fit.q_p,
            "estimate_bt": back(effects.measure, float(fit.b[0])),
        }
        for name, fit in found.groups.items()
    ]
    return {"subgroups": rows, "q_between": found.q, "q_between_df": found.df, "q_between_p": found.p}


def by_design(effects: Effects, method: str, test: str, level: float, warnings: list[str]) -> dict[str, Any]:
    """Return what design does: controlled or not is a moderator by default where a table has both."""
    known = terms("design")
    said = [known[name].more.get("controlled") if name in known else None for name in effects.words("design")]
    if any(value is None for value in said) or len(set(said)) < 2 or len(said) <= 2:
        return {}
    kind = ["controlled" if value else "uncontrolled" for value in said]
    made = moderators.design({"design": kind}, len(kind))
    fit = pool(effects.y, effects.v, made.X, method, test, level)
    warnings.append("controlled and uncontrolled designs are pooled together; by_design tells how much they differ")
    return {"by_design": coefficients(fit, made), "by_design_qm_p": fit.qm_p}
