"""What a report needs beside the numbers of a comparison, as JSON texts: arms and their evidence, ceilings, laws, records, subject."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pulposus.study.comparator import named_comparator
from pulposus.study.levels import given_in_all
from pulposus.study.plan import Plan
from pulposus.study.rivals import network_cargo
from pulposus.therapy.cautions import cautions
from pulposus.therapy.product import record_and_name
from pulposus.tissue.geometry import geometry_of
from pulposus.tissue.symptoms import SYMPTOMS

__all__ = ["attributes"]

_RECORD = ("label", "label_zh", "unit", "origin", "source", "locator", "read", "why")


def attributes(plans: Mapping[str, Plan], rejected: Mapping[int, str], ceilings: Mapping[str, Any], used: Sequence[str],
               rivals: Sequence[str], cytokines: bool) -> dict[str, str]:
    """Return the attributes of a comparison.

    plans, ceilings: by level; of one level they are those of the study itself, of several they stand under `levels`.
    rejected: draw -> why; used: records; rivals: those asked for; cytokines: whether the discs had them.
    """
    plan = next(iter(plans.values()))
    spec = plan.whole
    discs = {level: _of_disc(each, ceilings[level]) for level, each in plans.items()}
    cited: dict[str, list[str]] = {}
    for arm, about in _arms(plan, spec).items():
        for key in about["sources"]:
            cited.setdefault(key, []).append(f"evidence behind the arm {arm}")
    records = {name: _record(plan.parameters, name) for name in used}
    own: dict[str, Any] = discs[spec.subject.level] if len(discs) == 1 else {
        "levels": discs, "arms": _arms(plan, spec), "ceilings": [], "observe": list(spec.observe),
        "subject": {**_subject(spec), "level": list(plans), "painful": spec.subject.painful},
        "reported": [r.model_dump() for r in spec.reported]}
    hypotheses = dict(plan.hypotheses) if any(network_cargo(each) for each in plans.values()) else {}
    plain = {**own, "laws": dict(plan.laws), "hypotheses": hypotheses, "rejected": {str(k): v for k, v in rejected.items()},
             "records": records, "used_parameters": list(used), "rivals_asked": list(rivals), "cited": cited, "title": spec.title,
             "note": spec.note, "cytokines": cytokines}
    return {key: json.dumps(value, ensure_ascii=False) for key, value in plain.items()}


def _of_disc(plan: Plan, ceilings: Any) -> dict[str, Any]:
    """Return what is told of one disc: of several, what is read of the person is left out."""
    spec, alone = plan.spec, plan.study is None
    return {"arms": _arms(plan, spec), "ceilings": ceilings, "subject": _subject(spec),
            "observe": [name for name in spec.observe if alone or name not in SYMPTOMS],
            "reported": [r.model_dump() for r in spec.reported if alone or r.level == spec.subject.level]}


def _subject(spec: Any) -> dict[str, Any]:
    """Return whose disc it is as plain data."""
    return {**spec.subject.model_dump(exclude={"sites", "painful"}), "level": spec.subject.level}


def _arms(plan: Plan, spec: Any) -> dict[str, dict[str, Any]]:
    """Return arm -> what is told of it in a disc, or in all of them where the study is that of all levels."""
    from pulposus.therapy.evidence import badge

    draw, subject = plan.draw(None), spec.subject
    geometry = geometry_of(draw, subject.species, subject.level)
    arms: dict[str, dict[str, Any]] = {}
    for arm in spec.arms:
        # of several doses the one with the weakest evidence speaks for the arm
        marks = [(badge(d.route.kind, d.product.kind, getattr(d.product, "source", None)), d) for d in arm.doses]
        mark, dose = min(marks, key=lambda each: each[0].rank) if marks else (badge(None, "untreated", None), None)
        kind = dose.product.kind if dose else "untreated"
        arms[arm.name] = {"comparator": named_comparator(plan.whole, plan.whole.arm(arm.name)), "kind": kind,
                          "route": dose.route.kind if dose else None, "given": given_in_all(arm, subject.levels),
                          "excipient": getattr(dose.product, "excipient", None) if dose else None, "sources": list(mark.sources),
                          "cautions": [vars(each) for each in cautions(arm.doses, geometry, arm.co_interventions)],
                          "evidence": {f: getattr(mark, f) for f in ("level", "rank", "n", "n_unit", "text_en", "text_zh")}}
    return arms


def _record(parameters: Any, name: str) -> dict[str, Any]:
    """Return what is told of a parameter of the draws: its record, with the donor or batch where it is the factor of one."""
    of, told = record_and_name(name)
    record = parameters[of]
    about = {f: str(getattr(record, f)) for f in _RECORD}
    about |= {f: f"{about[f]}: {told}" for f in ("label", "label_zh") if told}
    return {**about, "value": record.value, "varies": record.spread.kind != "none", "trials": _trials(record)}


def _trials(record: Any) -> int | None:
    """Return of how many trials a share was counted: those of a Beta posterior with a flat prior, None for any other record."""
    spread = record.spread
    return round(spread.a + spread.b - 2) if record.origin == "derived" and spread.kind == "beta" else None
