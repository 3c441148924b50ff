"""The check of a product told to people and to programs: a verdict and its reason a line, and the dose in the disc."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from pulposus.core.language import text
from pulposus.core.units import convert
from pulposus.core.vocabulary import label
from pulposus.report.numbers import percent, quantity
from pulposus.therapy.finding import FAIL, PASS, WARN, Finding
from pulposus.therapy.product_check import ProductReport
from pulposus.therapy.product_dose import Estimate

__all__ = ["counted", "document_of", "dose_rows", "heading", "reason", "verdict_rows"]

SI = {"low": "nm", "high": "nm", "volume": "mL", "protein": "ug", "ratio": "particle/ug", "pure": "particle/ug"}
SHARES = ("share", "good", "least", "below")
WORDS = {"source": ("cell_source", "vesicle_source"), "cargo": ("cargo",), "relation": ("donor_relation",),
         "modification": ("modification",), "temperature": ("storage_temperature",)}
KINDS = {"intensity_percent": {"en": "intensity of light", "zh": "光强"}, "volume_percent": {"en": "volume", "zh": "体积"}}


def reason(finding: Finding, lang: str = "en") -> str:
    """Return why a finding has its verdict, in a language.

    >>> reason(Finding("viability", WARN, "viability_low", {"share": 0.6, "least": 0.7}))
    '60% live, below 70%'
    """
    told = {name: _told(finding, name, value, lang) for name, value in finding.values.items()}
    if "counted" in finding.values:
        told["basis"] = text(f"product_basis_{'counted' if finding.values['counted'] else 'assumed'}", lang)
    return text(f"product_{finding.reason}", lang, **told)


def _told(finding: Finding, name: str, value: Any, lang: str) -> str:
    """Return one value of a finding as it is printed."""
    if isinstance(value, list):
        return text("report_list_separator", lang).join(_word(name, each, lang) for each in value)
    if isinstance(value, str):
        return KINDS[value][lang] if value in KINDS else _word(name, value, lang) or text("product_any_mirna", lang)
    if name in SHARES or (finding.check == "storage" and name in ("low", "high")):
        return percent(value)
    if finding.check == "purity":
        return quantity(convert(value, "particle/kg", "particle/ug"))
    if name in SI and finding.check in ("size", "volume") or name == "protein":
        return quantity(convert(value, {"nm": "m", "mL": "m**3", "ug": "kg"}[SI[name]], SI[name]))
    return quantity(float(value))


def _word(name: str, value: str, lang: str) -> str:
    """Return a name of the vocabulary in a language, itself where it is none."""
    for kind in WORDS.get(name, ()):
        if (said := label(kind, value, lang)) != value:
            return said
    return value


def verdict_rows(report: ProductReport, lang: str = "en") -> list[dict[str, str]]:
    """Return one row a finding: verdict, what was looked at, why."""
    columns = [text(f"product_column_{name}", lang) for name in ("verdict", "looked_at", "why")]
    return [dict(zip(columns, (each.status, text(f"product_check_{each.check}", lang), reason(each, lang)), strict=True))
            for each in report.findings]


def dose_rows(report: ProductReport, kind: str, lang: str = "en") -> list[dict[str, str]]:
    """Return the dose of cells or vesicles per disc, mL and resident cell, and of each cargo per cell; empty without a dose."""
    if report.dose is None:
        return []
    what, dose = text(f"product_what_{kind}", lang), report.dose
    told: list[tuple[str, Estimate, Callable[[float], str]]] = [
        (text("product_dose_per_disc", lang, what=what), dose.per_disc, quantity),
        (text("product_dose_per_mL", lang, what=what), dose.per_volume, lambda x: quantity(convert(x, "1/m**3", "1/mL"))),
        (text("product_dose_per_cell", lang, what=what), dose.per_cell, quantity),
        *((text("product_dose_copies", lang, cargo=_word("cargo", each.cargo, lang) or text("product_any_mirna", lang)),
           each.per_cell, quantity) for each in report.copies if each.per_cell is not None),
        (text("product_dose_nucleus", lang), dose.nucleus_volume, lambda x: quantity(convert(x, "m**3", "mL"), "mL")),
        (text("product_dose_residents", lang), dose.resident_cells, quantity),
    ]
    columns = [text(f"product_column_{name}", lang) for name in ("quantity", "value", "range")]
    return [dict(zip(columns, (name, show(each.value), text("report_interval", lang, low=show(each.low), high=show(each.high))),
                     strict=True)) for name, each, show in told]


def heading(report: ProductReport, title: str, kind: str, lang: str = "en") -> str:
    """Return the heading of the report: the product and the disc it is told for."""
    place = report.place
    where = text("product_place", lang, species=label("species", place.species, lang, short=True), level=label("level", place.level, lang),
                 grade=place.grade)
    return text("product_heading", lang, title=title or text("product_untitled", lang), what=label("product", kind, lang), place=where)


def counted(report: ProductReport, lang: str = "en") -> str:
    """Return how many lines pass, warn and fail, and what the check is for."""
    passed, warned, failed = (sum(each.status == status for each in report.findings) for status in (PASS, WARN, FAIL))
    return text("product_counts", lang, passed=passed, warned=warned, failed=failed)


def document_of(report: ProductReport, lang: str = "en") -> Mapping[str, Any]:
    """Return the report as plain data; values in SI, sizes in m, ratios in particles per kg."""
    return {
        "for": asdict(report.place),
        "findings": [{"check": each.check, "status": each.status, "code": each.reason, "why": reason(each, lang),
                      "values": dict(each.values), "sources": list(each.sources)} for each in report.findings],
        "dose": asdict(report.dose) if report.dose else None,
        "cargo": [asdict(each) for each in report.copies],
        "size_table": {"program": report.table.program, "kind": report.table.kind, "median": report.table.median}
        if report.table else None,
        "failed": report.failed,
    }
