"""One meta-analysis from a table to a document: effects, pool, what it hangs on, what is wrong with it.

The document holds plain data only; pictures and pages are drawn from it alone. Its first keys are the pooled effect on the
scale of the analysis; `*_bt` are the same on the scale people read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from pulposus.core.errors import Fault, InputError, NotAllowed, nearest
from pulposus.evidence.meta import moderators, views
from pulposus.evidence.meta.audits import audit
from pulposus.evidence.meta.dependence import clustered, shared_block
from pulposus.evidence.meta.effects import Effects, effects_of, tables_of
from pulposus.evidence.meta.heterogeneity import q_profile
from pulposus.evidence.meta.measures import Measure, back, measure
from pulposus.evidence.meta.network_document import network_document
from pulposus.evidence.meta.options import Options
from pulposus.evidence.meta.pooling import FEW, Pooled, pool
from pulposus.evidence.meta.sensitivity import sensitivity
from pulposus.evidence.meta.small_study_document import small_study
from pulposus.evidence.meta.subgroups import by_design, coefficients, pooled_line, subgroups
from pulposus.evidence.meta.table import Rows, read_rows
from pulposus.evidence.meta.two_by_two import MEASURES as STRATIFIED
from pulposus.evidence.meta.two_by_two import Stratified, mantel_haenszel
from pulposus.evidence.sheet import Sheet

__all__ = ["analyse"]

BACK = ("estimate", "ci_lower", "ci_upper", "pi_lower", "pi_upper")


def analyse(sheet: Sheet, options: Options) -> dict[str, Any]:
    """Return the document of a meta-analysis of a sheet; raises `InputError` with every fault of table and options.

    With `cluster` the pooled effect is that of the three-level model with cluster-robust errors. With moderators it is
    the fitted effect at their mean, and `coefficients` hold the rest. A table with treatments gives a network.
    """
    of = measure(options.measure)
    _columns_exist(sheet, options)
    if "treat" in sheet.columns or {"treat1", "treat2"} <= set(sheet.columns):
        return {"title": options.title, **network_document(sheet, of, options.method, options.reference, options.level)}
    try:
        return _pairwise(sheet, of, options)
    except NotAllowed as error:
        raise InputError([Fault(sheet.file, "", error.given, error.allowed, error.nearest)]) from None


def _pairwise(sheet: Sheet, of: Measure, options: Options) -> dict[str, Any]:
    """Return the document of effects of one comparison."""
    rows = read_rows(sheet, of, options.r)
    effects = effects_of(rows, of)
    design = _design(effects, options.mods)
    if options.method == "MH":
        return _stratified(rows, effects, options)
    fit = pool(effects.y, effects.v, design.X, options.method, options.test, options.level)
    head = {
        "measure": of.name,
        "method": options.method,
        "test": options.test,
        "level": options.level,
        "title": options.title,
        "scale": of.scale,
        "unit": _unit(effects),
        "k": fit.k,
    }
    document = {**head, **pooled_line(fit)}
    warnings = [*fit.warnings, *_about(effects, fit, options)]
    if options.mods:
        document |= {"coefficients": coefficients(fit, design), "references": dict(design.references)}
    document |= _heterogeneity(fit)
    document["studies"] = _studies(effects, fit, options)
    if options.subgroup:
        document |= subgroups(effects, str(options.subgroup), options.method, options.test, options.level)
    elif not options.mods:
        document |= by_design(effects, options.method, options.test, options.level, warnings)
    if options.cluster:
        document |= clustered(effects, design.X, effects.words(options.cluster), options.level)
    document |= shared_block(effects, warnings)
    if fit.p == 1:
        document |= sensitivity(effects, fit, options.order)
        document["small_study"] = small_study(effects, fit, warnings)
    document |= views.blocks(effects, options, warnings)
    document["audits"] = [asdict(each) for each in audit(effects, fit)]
    document["provenance"] = list(effects.notes)
    document["warnings"] = warnings
    return _with_back(document, of, effects)


def _columns_exist(sheet: Sheet, options: Options) -> None:
    """Refuse names of columns that the table does not have, all at once."""
    asked = [("--mods", name) for name in options.mods]
    asked += [(f"--{name}", getattr(options, name)) for name in ("subgroup", "cluster", "order") if getattr(options, name)]
    faults = [
        Fault(sheet.file, option, f"the column {name!r}", ", ".join(sheet.columns), nearest(name, sheet.columns))
        for option, name in asked
        if name not in sheet.columns
    ]
    faults += [
        Fault(sheet.file, option, f"{name}, a column of the effect itself", "a column that describes the study")
        for option, name in asked
        if name in ("yi", "vi", "sei")
    ]
    if faults:
        raise InputError(faults)


def _design(effects: Effects, mods: Sequence[str]) -> moderators.Design:
    """Return the design of the moderators asked for."""
    return moderators.design({name: effects.words(name) for name in mods}, len(effects.y))


def _heterogeneity(fit: Pooled) -> dict[str, Any]:
    """Return tau2 with its interval, I2, H2, Q, the test of moderators and R2."""
    interval = q_profile(fit, fit.level)
    found = {
        "tau2": fit.tau2.value,
        "tau2_se": fit.tau2.se,
        "tau2_ci": list(interval.tau2),
        "i2": fit.i2,
        "i2_ci": list(interval.i2),
        "h2": fit.h2,
        "h2_ci": list(interval.h2),
        "q": fit.q,
        "q_df": fit.q_df,
        "q_p": fit.q_p,
        "loglik": fit.loglik_ml,
        "loglik_reml": fit.loglik_reml,
        "converged": fit.tau2.converged,
    }
    return found if fit.p == 1 else {**found, "qm": fit.qm, "qm_df": fit.qm_df, "qm_p": fit.qm_p, "r2": fit.r2}


def _studies(effects: Effects, fit: Pooled, options: Options) -> list[dict[str, Any]]:
    """Return one row per effect: its interval, weight, what is known of it."""
    z = float(pool(np.zeros(1), np.ones(1), level=options.level).critical)
    rob = effects.words("rob")
    groups = effects.words(options.subgroup) if options.subgroup else [""] * fit.k
    rows = []
    for at in range(fit.k):
        y, se = float(effects.y[at]), float(np.sqrt(effects.v[at]))
        line = effects.rows.sheet.numbers[effects.rows.positions[effects.kept[at]]]
        row = {
            "slab": effects.labels[at],
            "study": effects.studies[at],
            "row": line,
            "yi": y,
            "vi": float(effects.v[at]),
            "sei": se,
            "ci_lower": y - z * se,
            "ci_upper": y + z * se,
            "weight": float(fit.weights[at]),
            "yi_bt": back(effects.measure, y, _n(effects, at)),
        }
        judged = dict(part.split("=", 1) for part in map(str.strip, rob[at].split(";")) if "=" in part)
        rows.append(
            {
                **row,
                **({"subgroup": groups[at] or "not stated"} if options.subgroup else {}),
                **({"rob": {key.strip(): value.strip() for key, value in judged.items()}} if judged else {}),
            }
        )
    return rows


def _n(effects: Effects, at: int) -> float | None:
    """Return the sample size of an effect, None where it is not known."""
    return None if effects.n is None else float(effects.n[at])


def _stratified(rows: Rows, effects: Effects, options: Options) -> dict[str, Any]:
    """Return the document of a Mantel-Haenszel pool."""
    if effects.measure.name not in STRATIFIED or options.mods or options.subgroup or options.cluster:
        allowed = f"measure {', '.join(STRATIFIED)}, without moderators, subgroups or clusters"
        raise NotAllowed(f"method MH with {effects.measure.name}", allowed)
    found: Stratified = mantel_haenszel(*tables_of(rows.numbers), effects.measure.name, options.level)
    parts = {key: value for key, value in asdict(found).items() if key not in ("p_value", "measure")}
    plain = pool(effects.y, effects.v, None, "FE", level=options.level)
    head = {"measure": found.measure, "method": "MH", "test": "z", "level": options.level, "title": options.title}
    document = {
        **head,
        "scale": effects.measure.scale,
        "unit": "",
        **parts,
        "p": found.p_value,
        "tau2": 0.0,
        "pi_lower": None,
        "pi_upper": None,
        "studies": [{**each, "weight": None} for each in _studies(effects, plain, options)],
        "audits": [asdict(each) for each in audit(effects)],
        "provenance": list(effects.notes),
        "warnings": [],
    }
    return _with_back(document, effects.measure, effects)


def _about(effects: Effects, fit: Pooled, options: Options) -> list[str]:
    """Return warnings about what is pooled as if it were independent or of one kind."""
    found = []
    several = len(set(effects.studies))
    if several < fit.k and not options.cluster:
        of = "one study" if several == 1 else f"{several} studies"
        found.append(f"{fit.k} effects of {of} are pooled as independent; --cluster study accounts for it")
    if fit.k < FEW and options.test == "z" and options.method not in ("FE", "EE") and fit.k > 1:
        found.append(f"k = {fit.k} with a normal interval is too sure; --knha is the usual choice for few studies")
    if fit.k == 1:
        found.append("one study: nothing is pooled")
    if effects.measure.name == "PFT":
        found.append("the double arcsine can mislead when it is transformed back; PLO or a generalised model is safer")
    if "pfirrmann" in {word.lower() for word in effects.words("instrument")} and effects.measure.name in ("MD", "SMD", "MC", "SMCR"):
        found.append("grades are ordinal: means of them take the steps to be equal")
    return found


def _unit(effects: Effects) -> str:
    """Return the one scale of the rows, empty where there is none or the measure has none."""
    said = {word for word in effects.words("scale") if word}
    return said.pop() if effects.measure.unit and len(said) == 1 else ""


def _with_back(document: dict[str, Any], of: Measure, effects: Effects) -> dict[str, Any]:
    """Return a document with the pooled effect on the scale people read."""
    n = None
    if of.name == "PFT" and effects.n is not None:
        n = float(len(effects.n) / np.sum(1 / effects.n))
    shown = {f"{key}_bt": back(of, document.get(key), n) for key in BACK}
    return {**document, **shown}
