"""A replay as plain data: a summary of every set, one entry per row, and which numbers no score could be given, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pulposus.core.language import text
from pulposus.study.replay.case_file import SETS, Change, Result
from pulposus.study.replay.coverage import Scored, calibration_moments, summary_of
from pulposus.study.replay.replay import Row
from pulposus.study.replay.sample import NotRun
from pulposus.study.replay.verdict import VERDICTS

__all__ = ["document_of", "entry_of", "reason_text", "scored"]


def reason_text(reason: NotRun, lang: str) -> str:
    """Return why a case did not run, in words."""
    own = f"_{lang}"
    words = {name: reason.words.get(name + own, said) for name, said in reason.words.items() if not name.endswith(own)}
    return text(reason.key, lang, **words)


def entry_of(row: Row, lang: str = "en") -> dict[str, Any]:
    """Return one row as plain data; the keys of the contract first."""
    case, result, found = row.case, row.result, row.judgement
    chinese = lang == "zh"
    reason = reason_text(row.reason, lang) if row.reason else text("replay_failed", lang, why=row.failed) if row.failed else ""
    return {"id": case.id, "set": case.set, "tier": case.tier, "kind": result.kind,
            "quantity": result.quantity_zh if chinese else result.quantity,
            "comparator": (result.comparator_zh if chinese else result.comparator) or None,
            "reported": _plain(result), "predicted": found.predicted, "lower90": found.lower90, "upper90": found.upper90,
            "verdict": row.verdict, "layer": case.layer, "source": case.source, "locator": case.locator, "against": case.against,
            "species": case.species, "title": case.title_zh if chinese else case.title, "unit": result.unit or None, "sd": result.sd,
            "n": result.n, "tolerance": result.tolerance.model_dump(exclude_none=True) if result.tolerance else None,
            "read": result.read.model_dump(exclude_none=True) if isinstance(result.read, Change) else result.read,
            "hard": result.hard, "scored": result.scored, "expected_miss": result.expected_miss, "agrees": found.agrees,
            "chance": found.chance, "chances": dict(found.chances) or None, "draws": found.draws, "central": found.central,
            "grid": dict(row.grid) if row.grid else None, "failed": bool(row.failed), "reason": reason or None,
            "meaning": case.means_zh if chinese else case.means,
            "explanation": (result.explanation_zh if chinese else result.explanation) or None}


def _plain(result: Result) -> Any:
    if result.kind == "order" and isinstance(result.reported, tuple):
        return " < ".join(str(name) for name in result.reported)
    return list(result.reported) if isinstance(result.reported, tuple) else result.reported


def scored(row: Row) -> Scored | None:
    """Return a row as its summary sees it, None for what does not count: no primary tier, an order, a range, not run."""
    case, result, found = row.case, row.result, row.judgement
    if case.tier != "primary" or not result.scored or found.predicted is None:
        return None
    paper = case.source if case.source != "none" else case.id
    if result.kind == "number" and isinstance(result.reported, float):
        return Scored(paper, result.measure, case.species, result.reported, found.lower90, found.upper90)
    if result.kind == "direction" and result.better_when is not None:
        return Scored(paper, reported_class=_class(str(result.reported), result), predicted_class=_class(str(found.predicted), result))
    return None


def _class(direction: str, result: Result) -> str:
    return "none" if direction == "none" else "better" if direction == result.better_when else "worse"


def document_of(rows: Sequence[Row], lang: str = "en") -> dict[str, Any]:
    """Return summary, counts and cases of a replay."""
    by_set = {name: [each for row in rows if row.case.set == name and (each := scored(row)) is not None] for name in SETS}
    present = [name for name in SETS if any(row.case.set == name for row in rows)]
    return {"summary": {name: summary_of(by_set[name], by_set["calibration"]) for name in present},
            "counts": {name: _counts([row for row in rows if row.case.set == name]) for name in present},
            "unscored": _unscored(rows, by_set["calibration"], lang), "cases": [entry_of(row, lang) for row in rows]}


def _unscored(rows: Sequence[Row], calibration: Sequence[Scored], lang: str) -> list[dict[str, str]]:
    """Return the numbers that count for coverage and have no interval score, with the reason."""
    moments, out = calibration_moments(calibration), []
    for row in rows:
        seen = scored(row)
        if seen is None or seen.reported is None or row.case.set == "verification" or (seen.measure, seen.species) in moments:
            continue
        why = "replay_few_calibration" if seen.measure else "replay_no_measure"
        out.append({"id": row.case.id, "set": row.case.set, "quantity": entry_of(row, lang)["quantity"], "why": text(why, lang)})
    return out


def _counts(rows: Sequence[Row]) -> Mapping[str, Any]:
    """Return how many rows of each verdict, numbers of the primary tier and ordinal ones apart."""
    def of(chosen: Sequence[Row]) -> dict[str, int]:
        return {verdict: sum(row.verdict == verdict for row in chosen) for verdict in VERDICTS}

    numbers = [row for row in rows if row.result.kind == "number"]
    other = [row for row in rows if row.result.kind != "number"]
    unscored = [row for row in rows if row.verdict == "not_scored" and row.judgement.agrees is not None]
    return {"numbers": of(numbers), "ordinal": of(other), "not_scored_agree": sum(bool(row.judgement.agrees) for row in unscored)}
