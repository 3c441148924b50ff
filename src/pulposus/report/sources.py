"""The records and references behind a comparison: every record that a run used, and everything it cites, with reasons."""

from __future__ import annotations

from typing import Any

from pulposus.core.parameter_records import ORIGINS
from pulposus.core.references import load_references
from pulposus.report.facts import Facts
from pulposus.report.first_rows import range_of
from pulposus.report.numbers import percent, quantity
from pulposus.report.words import joined, record_label, said

__all__ = ["links", "records", "references"]

_DOI, _PUBMED = "https://doi.org/", "https://pubmed.ncbi.nlm.nih.gov/"
_WEB = ("https://", "http://")
_OWN = ("none", "user", "")


def records(facts: Facts, lang: str) -> list[dict[str, Any]]:
    """Return the records used, grouped by origin, the weakest origin first."""
    shares: dict[str, float] = {}
    for row in facts.screen["resolved"]:
        shares[row["record"]] = max(shares.get(row["record"], 0.0), row["share"])
    groups = []
    for origin in reversed(ORIGINS):
        rows = [_record(facts, name, about, shares.get(name), lang) for name, about in facts.about["records"].items()
                if about["origin"] == origin]
        rows.sort(key=lambda row: (-row["rank"], row["label"]))
        if rows:
            groups.append({"origin": origin, "title": said(lang)(f"origin_{origin}"), "rows": rows})
    instruments = {name: about for name, about in facts.instruments.items() if name not in facts.about["records"]}
    rows = [_record(facts, name, about, None, lang) for name, about in instruments.items()]
    return [*groups, {"origin": "instrument", "title": said(lang)("origin_instrument"), "rows": rows}] if rows else groups


def _record(facts: Facts, name: str, about: dict[str, Any], share: float | None, lang: str) -> dict[str, Any]:
    """Return one record as text."""
    source = about["source"]
    return {"id": name, "label": record_label(about, name, lang), "value": quantity(float(about["value"]), about["unit"]),
            "range": range_of(facts, name, lang), "source": "" if source in _OWN else source,
            "user": source == "user", "locator": about["locator"] if source not in _OWN else "",
            "read": said(lang)(f"read_{about['read']}") if source not in _OWN else "", "why": about["why"],
            "share": percent(share) if share is not None else "", "rank": share or 0.0}


def references(facts: Facts, lang: str) -> list[dict[str, Any]]:
    """Return everything cited, with links and what it was used for, sorted by key."""
    say, known = said(lang), load_references()
    used: dict[str, list[dict[str, str]]] = {}
    for name, about in {**facts.instruments, **facts.about["records"]}.items():
        if about["source"] not in _OWN:
            used.setdefault(about["source"], []).append({"id": name, "label": record_label(about, name, lang)})
    reasons: dict[str, list[str]] = {}
    for arm, about in facts.about["arms"].items():
        for key in about.get("sources", ()):
            reasons.setdefault(key, []).append(arm)
    for one in facts.about["reported"]:
        reasons.setdefault(one["source"], []).append(one["arm"])
    keys = sorted({*used, *reasons, *facts.about["cited"]})
    return [{"key": key, "parts": _parts(known[key]) if key in known else [], "links": links(key), "records": used.get(key, []),
             "read": say(f"read_{known[key].read}") if key in known and known[key].read else "",
             "note": known[key].note if key in known else "",
             "arms": say("evidence_for", arms=joined(list(dict.fromkeys(reasons[key])), lang)) if key in reasons else ""}
            for key in keys]


def _parts(reference: Any) -> list[str]:
    """Return authors, year, title and journal, those that are known."""
    return [part for part in (reference.authors, reference.year, reference.title, reference.journal) if part]


def links(key: str) -> list[tuple[str, str]]:
    """Return the links of a reference as (text, address).

    >>> links("none")
    []
    """
    reference = load_references().get(key)
    if reference is None:
        return []
    found = [(f"doi:{reference.doi}", _DOI + reference.doi)] if reference.doi else []
    found += [(f"PMID {reference.pmid}", f"{_PUBMED}{reference.pmid}/")] if reference.pmid else []
    return found + ([("URL", reference.url)] if reference.url.startswith(_WEB) else [])
