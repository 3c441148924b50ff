"""The rivals of a study: for every law and every hypothesis it uses, the other choices that would change something in it, one at a
time."""

from __future__ import annotations

from typing import Any

from pulposus.core.vocabulary import terms
from pulposus.mechanism.rivals_read import rivals_read
from pulposus.study.network_response import cargo_read
from pulposus.study.plan import Plan, make_plan
from pulposus.therapy.homing import ATTRACTED, receptor_counts

__all__ = ["RIVALS", "network_cargo", "rival_hypotheses", "rival_laws", "rival_plans"]

RIVALS = ("formulation", "oxygen", "endplate_diffusivity", "endplate_degeneration", "aggrecan")
RIVALS_OF_PERSONS = ("marrow_supply",)  # laws that act where the subject has Modic changes or an endplate defect
RIVALS_OF_EVENTS = {"calcification": ("calcification", "ageing"), "load": ("load",)}  # law -> the events that it acts in
RIVALS_OF_PRODUCTS = {"vesicle_effect": "vesicles", "paracrine": "cells"}  # law -> the product that it speaks of


def rival_laws(plan: Plan) -> dict[str, dict[str, Any]]:
    """Return rival -> the one law it changes, for every built rival of the laws of a plan that its history or products give
    something to do.

    The glucose limiter keeps glucose from going negative; its constant is drawn, and to leave it out is no rival.
    """
    out: dict[str, dict[str, Any]] = {}
    happened = {event.event for event in plan.spec.history}
    person = plan.spec.subject
    own = RIVALS_OF_PERSONS if {person.modic, person.endplate} != {"none"} else ()
    given = {dose.product.kind for arm in plan.spec.arms for dose in arm.doses}
    of_products = [law for law, kind in RIVALS_OF_PRODUCTS.items() if kind in given]
    for law in (*RIVALS, *(law for law, events in RIVALS_OF_EVENTS.items() if happened & set(events)), *own, *of_products):
        for choice in terms("law")[law].choices:
            if choice != plan.laws[law]:
                out[f"{law}: {choice}"] = {law: choice}
    return out | {f"homing: {choice}": {"homing": choice} for choice in _homing_rivals(plan) if choice != plan.laws["homing"]}


def network_cargo(plan: Plan) -> list[dict[str, float]]:
    """Return every cargo with which a plan reads the cell network; nothing where it does not read it."""
    return cargo_read(plan.laws, [[dose.product for dose in arm.doses] for arm in plan.spec.arms])


def rival_hypotheses(plan: Plan) -> dict[str, dict[str, str]]:
    """Return rival -> the one hypothesis of the cell network it changes, for every option that changes what the tissue reads for the
    cargo and the stimuli of a plan."""
    found = {each: None for cargo in network_cargo(plan) for each in rivals_read(cargo, plan.hypotheses)}
    return {f"{name}: {option}": {name: option} for name, option in found}


def rival_plans(plan: Plan) -> dict[str, Plan]:
    """Return rival -> the plan with that one law or hypothesis in place of the study's."""
    base = (plan.spec, plan.nodes, plan.seed)
    plans = {rival: make_plan(*base, laws=change) for rival, change in rival_laws(plan).items()}
    return plans | {rival: make_plan(*base, hypotheses=change) for rival, change in rival_hypotheses(plan).items()}


def _homing_rivals(plan: Plan) -> list[str]:
    """Return the identities of the chemokine that change something: none where cells are drawn at all, each where a receptor counts."""
    doses = [dose for arm in plan.spec.arms for dose in arm.doses if dose.product.kind == "cells"]
    drawn = any(dose.route.kind in ATTRACTED or getattr(dose.route, "target", "") == "endplate" for dose in doses)
    choices = [c for c in terms("law")["homing"].choices if c != "none"]
    differ = any(len({receptor_counts(getattr(dose.product, "source", ""), c) for c in choices}) > 1 for dose in doses)
    return [*(["none"] if drawn else []), *(choices if drawn and differ else [])]
