"""A network meta-analysis from a table to a document: its graph, effects, league, inconsistency, ranks where they mean anything."""

from __future__ import annotations

from typing import Any

import numpy as np

from pulposus.core.errors import Fault, InputError, NotAllowed
from pulposus.evidence.meta.measures import Measure, back
from pulposus.evidence.meta.network_meta import Contrasts, contrasts_of_arms, contrasts_of_pairs, fit_network, league, ranking
from pulposus.evidence.meta.table import Rows, read_rows
from pulposus.evidence.sheet import Sheet

__all__ = ["network_document"]

ARMS = {"MD": ("mean", "sd", "n"), "OR": ("event", "n"), "RR": ("event", "n"), "RD": ("event", "n")}


def network_document(sheet: Sheet, of: Measure, method: str, reference: str | None, level: float) -> dict[str, Any]:
    """Return the document of a network; raises `InputError` for tables and options that do not make one."""
    try:
        rows, data = _contrasts(sheet, of)
        fit = fit_network(data, reference, method)
    except NotAllowed as error:
        raise InputError([Fault(sheet.file, "", error.given, error.allowed, error.nearest)]) from None
    table = league(fit, level)
    better = {said.lower() for said in rows.words("direction")} - {""}
    ranks = ranking(fit, better == {"up"}) if len(better) == 1 else None
    warnings = list(fit.warnings)
    if fit.studies >= 10 and ranks is None:
        warnings.append("no ranking without a column direction that says up or down for all rows")
    shown = [{**row, "estimate_bt": back(of, row["estimate"])} for row in table]
    head = {"measure": of.name, "method": method, "level": level, "k": fit.studies, "reference": fit.reference}
    return {
        **head,
        "treatments": list(data.treatments()),
        "estimate": None,
        "se": None,
        "ci_lower": None,
        "ci_upper": None,
        "tau2": fit.tau2,
        "q": fit.q,
        "q_df": fit.q_df,
        "q_p": fit.q_p,
        "i2": max(0.0, 100 * (fit.q - fit.q_df) / fit.q) if fit.q > 0 else 0.0,
        "h2": fit.q / fit.q_df if fit.q_df else 1.0,
        "pi_lower": None,
        "pi_upper": None,
        "q_inconsistency": fit.q_inconsistency,
        "q_inconsistency_df": fit.df_inconsistency,
        "q_inconsistency_p": fit.p_inconsistency,
        "effects": [row for row in shown if row["against"] == fit.reference],
        "league": shown,
        "edges": [{"a": a, "b": b, "studies": n} for (a, b), n in sorted(data.edges().items())],
        "sizes": _sizes(rows, data),
        "ranking": [{"treatment": name, "p_score": score} for name, score in ranks] if ranks else None,
        "warnings": warnings,
        "provenance": list(rows.notes),
        "audits": [],
    }


def _contrasts(sheet: Sheet, of: Measure) -> tuple[Rows, Contrasts]:
    """Return the rows of a table and their contrasts, from arms or from pairs."""
    if "treat" in sheet.columns:
        if of.name not in ARMS:
            raise NotAllowed(of.name, f"{', '.join(ARMS)} for a network by arms (study, treat, ...)")
        rows = read_rows(sheet, Measure(of.name, (ARMS[of.name],)))
        return rows, contrasts_of_arms(rows.studies(), _named(rows, "treat"), rows.numbers, of.name)
    rows = read_rows(sheet, Measure("GEN", (("yi", "vi"),)))
    first, second = _named(rows, "treat1"), _named(rows, "treat2")
    return rows, contrasts_of_pairs(rows.studies(), first, second, rows.numbers["yi"], rows.numbers["vi"])


def _named(rows: Rows, column: str) -> list[str]:
    """Return a column of treatments; raises `NotAllowed` for a row without."""
    said = rows.words(column)
    if any(not name for name in said):
        raise NotAllowed(f"a row without {column}", "a treatment in every row")
    return said


def _sizes(rows: Rows, data: Contrasts) -> dict[str, float]:
    """Return how many subjects have each treatment, or how many studies where the table does not say."""
    if "n" in rows.numbers:
        said = np.array(rows.words("treat"))
        return {name: float(rows.numbers["n"][said == name].sum()) for name in data.treatments()}
    held = list(zip(data.first, data.second, strict=True))
    return {name: float(sum(name in pair for pair in held)) for name in data.treatments()}
