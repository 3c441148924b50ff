"""Which arm an arm is compared with: the one the file names, else the nearest control of the study."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from pulposus.study.arm import Arm, carrier_of, comparator_kind

__all__ = ["arms_without_comparator", "named_comparator"]


def named_comparator(spec: Any, arm: Arm) -> str | None:
    """Return the name of the arm that an arm is compared with, None if it stands alone.

    The one the file names; else, for a therapy, the first control arm with the same carrier, else one by the same
    route, else the first control arm, else the first untreated arm; for a control arm or a comparator the first
    untreated arm; an untreated arm is compared with nothing.
    """
    if arm.comparator is not None:
        return arm.comparator
    others = [other for other in spec.arms if other.name != arm.name]
    untreated = [other.name for other in others if comparator_kind(other) == "untreated"]
    if comparator_kind(arm) == "untreated":
        return None
    if arm.control or comparator_kind(arm) is not None:
        return next(iter(untreated), None)
    controls = [other for other in others if other.control]
    same = [other.name for other in controls if carrier_of(other) is not None and carrier_of(other) == carrier_of(arm)]
    alike = [other.name for other in controls if {d.route.kind for d in other.doses} & {d.route.kind for d in arm.doses}]
    return next(iter([*same, *alike, *(other.name for other in controls), *untreated]), None)


def arms_without_comparator(arms: Sequence[Any]) -> list[str]:
    """Return the names of arms, given as plain data, that have no comparator and are none of another; none where an arm is at fault.

    >>> arms_without_comparator([{"name": "untreated", "doses": []}])
    ['untreated']
    """
    try:
        read = [Arm.model_validate(arm) for arm in arms]
    except ValueError:
        return []
    study = SimpleNamespace(arms=read)
    found = {arm.name: named_comparator(study, arm) for arm in read}
    return [name for name, other in found.items() if other is None and name not in found.values()]
