"""What can be given: routes, products and carriers, with what is known of each and its sources."""

from __future__ import annotations

from typing import Any

from pulposus.core.parameters import ParameterSet
from pulposus.core.vocabulary import term, terms
from pulposus.therapy.evidence import badge
from pulposus.therapy.product_records import record_of
from pulposus.therapy.route import carrier_symbol, is_gel

__all__ = ["table"]

NOTHING_KNOWN = {"en": "nothing was found", "zh": "未找到"}


def table(kind: str, lang: str = "en") -> list[dict[str, Any]]:
    """Return the rows of a kind: routes, products or carriers.

    >>> [row["route"] for row in table("routes")]
    ['transannular', 'transpedicular', 'intravenous', 'endplate_seeding', 'epidural']
    """
    if kind == "routes":
        return [_route(name, entry.label(lang), lang) for name, entry in terms("route").items()]
    if kind == "carriers":
        return [_carrier(name, entry.label(lang), lang) for name, entry in terms("carrier").items()]
    return [{"kind": group, "source": name, "name": entry.label(lang), **(_factors(name) if group == "cells" else {}),
             **_known(group, name, lang)}
            for group, words in (("cells", "cell_source"), ("vesicles", "vesicle_source"))
            for name, entry in terms(words).items()]


def _known(group: str, name: str, lang: str) -> dict[str, str]:
    """Return what is known of a source or carrier in the disc, and the sources."""
    record = record_of(group, name)
    said = " ".join(fact.says_zh if lang == "zh" else fact.says for fact in record.facts)
    return {"in the disc": said or NOTHING_KNOWN[lang], "sources": ", ".join(record.sources)}


def _factors(name: str) -> dict[str, str]:
    """Return the factors of a cell source beside marrow stem cells: nominal value and range."""
    about = term("cell_source", name).more
    told = {}
    for trait in ("migration", "homing", "differentiation", "paracrine"):
        record = None if about.get("reference") else ParameterSet.load()[f"{trait}_factor_{about['record']}"]
        told[trait] = "1" if record is None else f"{record.value:g}" + (
            "" if record.spread.low is None else f" ({record.spread.low:g} to {record.spread.high:g})")
    return told


def _route(name: str, label: str, lang: str) -> dict[str, Any]:
    mark = badge(name, "cells", None)
    return {"route": name, "name": label, "evidence for cells": mark.level, "n": mark.n,
            "in words": mark.text_zh if lang == "zh" else mark.text_en, "sources": ", ".join(mark.sources)}


def _carrier(name: str, label: str, lang: str) -> dict[str, Any]:
    record = ParameterSet.load()[carrier_symbol(name)]
    return {"carrier": name, "name": label, "leak, relative to saline": record.value, "range": f"{record.spread.low} to "
            f"{record.spread.high}" if record.spread.low is not None else "fixed", "origin": record.origin, "gel": is_gel(name),
            **_known("carrier", name, lang)}
