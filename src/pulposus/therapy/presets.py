"""What can be given: routes, products and carriers, with the evidence behind each route."""

from __future__ import annotations

from typing import Any

from pulposus.core.parameters import ParameterSet
from pulposus.core.vocabulary import terms
from pulposus.therapy.evidence import badge
from pulposus.therapy.route import carrier_symbol, is_gel

__all__ = ["table"]


def table(kind: str, lang: str = "en") -> list[dict[str, Any]]:
    """Return the rows of a kind: routes, products or carriers.

    >>> [row["route"] for row in table("routes")]
    ['transannular', 'transpedicular', 'intravenous', 'endplate_seeding', 'epidural']
    """
    if kind == "routes":
        return [_route(name, term.label(lang), lang) for name, term in terms("route").items()]
    if kind == "carriers":
        return [_carrier(name, term.label(lang)) for name, term in terms("carrier").items()]
    return [{"kind": group, "source": name, "name": term.label(lang)}
            for group, words in (("cells", "cell_source"), ("vesicles", "vesicle_source"))
            for name, term in terms(words).items()]


def _route(name: str, label: str, lang: str) -> dict[str, Any]:
    mark = badge(name, "cells", None)
    return {"route": name, "name": label, "evidence for cells": mark.level, "n": mark.n,
            "in words": mark.text_zh if lang == "zh" else mark.text_en, "sources": ", ".join(mark.sources)}


def _carrier(name: str, label: str) -> dict[str, Any]:
    record = ParameterSet.load()[carrier_symbol(name)]
    return {"carrier": name, "name": label, "leak, relative to saline": record.value, "range": f"{record.spread.low} to "
            f"{record.spread.high}" if record.spread.low is not None else "fixed", "origin": record.origin, "gel": is_gel(name)}
