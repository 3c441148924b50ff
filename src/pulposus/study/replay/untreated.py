"""Published untreated courses: what the controls of injury studies did, out of the cases, to stand beside the course of one disc.

A case whose discs were injured and left alone says so with `untreated`: which events of a history stand for the injury, which reading
of a course was told, and the row that holds its number. So a published number stands in the cases and nowhere else. A band is that of
the row, lowest and highest; where only a direction or an order was told there is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pulposus.study.replay.case_file import Case, Untreated, load_cases

__all__ = ["beside_course", "published_courses"]

_NONE = "none: no untreated course of this species after these events was read"


def published_courses(species: str, events: Sequence[str]) -> list[dict[str, Any]]:
    """Return the published untreated courses of a species after any of these events, in the order of the cases.

    >>> [row["id"] for row in published_courses("sheep", ["lesion"])]
    ['M12', 'M13']
    >>> published_courses("human", ["nucleotomy"])
    []
    """
    return [_row(case, case.untreated) for case in load_cases()
            if case.untreated and case.species == species and set(case.untreated.events) & set(events)]


def _row(case: Case, untreated: Untreated) -> dict[str, Any]:
    """Return what was told of an untreated course, with its band."""
    reported = next((row.reported for row in case.results if row.quantity == untreated.row), None)
    band = untreated.band or (reported if isinstance(reported, tuple) else reported and (reported, reported))
    return {"id": case.id, "level": untreated.level, "injury": case.title, "at": ", ".join(getattr(case.set_up, "at", ())) or None,
            "quantity": untreated.quantity, "band": list(band) if band else None, "unit": untreated.unit, "told": case.locator,
            "source": case.source, "set": case.set, "tier": case.tier}


def beside_course(answer: Mapping[str, Any]) -> list[dict[str, Any]] | str:
    """Return the published controls of a course, the last value of the course beside each, and whether it lies in the band.

    answer: of one `run_course`. A sentence instead where no such course was read.
    """
    rows = published_courses(answer["species"], answer["history"])
    return [{**row, **_held(row, answer["course"].get(row["quantity"]))} for row in rows] or _NONE


def _held(row: Mapping[str, Any], series: Any) -> dict[str, Any]:
    """Return the end of a series and whether it lies in the band of a row; None where there is no such number."""
    last = float(series[-1]) if isinstance(series, list) and series and np.isfinite(series[-1]) else None
    inside = None if last is None or row["band"] is None else bool(row["band"][0] <= last <= row["band"][1])
    return {"predicted_at_end": last, "inside": inside}
