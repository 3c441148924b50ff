"""Small cases: one dish, judged by a number, a direction or an order."""

from __future__ import annotations

from typing import Any

from pulposus.study.replay.case_file import Case, Result

DISHES = {"fed": {"oxygen": "5 kPa", "glucose": "5 mM", "after": "2 d"}, "starved": {"oxygen": "5 kPa", "glucose": "0.25 mM", "after": "2 d"}}


def row(**changes: Any) -> dict[str, Any]:
    """Return a row as it stands in a case file: the starved dish after two days, exp(-2 x 1.111) = 0.108."""
    return {"quantity": "living", "quantity_zh": "活细胞", "kind": "number", "unit": "percent", "read": "starved.living", "reported": 10.84,
            "tolerance": {"relative": 0.02}, **changes}


def plain(*rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a case as it stands in a case file."""
    return {"id": "X01", "layer": "tissue", "title": "Two dishes", "title_zh": "两个培养皿", "set": "validation", "tier": "primary",
            "against": "experiment", "species": "human", "source": "BIB04", "locator": "made up", "means": "The law is off.",
            "means_zh": "定律有误。", "set_up": {"kind": "dishes", "dishes": DISHES}, "results": list(rows or (row(),)), **changes}


def case(*rows: dict[str, Any], **changes: Any) -> Case:
    """Return a case."""
    return Case.model_validate(plain(*rows, **changes))


def result(**changes: Any) -> Result:
    """Return a row."""
    return Result.model_validate({key: value for key, value in row(**changes).items() if value is not None})
