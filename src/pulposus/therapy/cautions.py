"""What an operator or a reader should be warned of before an arm is run: from the doses and the one geometry alone, without a draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pulposus.core.vocabulary import limit, terms
from pulposus.therapy.cargo import contents_of
from pulposus.tissue.geometry import Geometry

__all__ = ["Caution", "cautions"]

_FOREIGN = ("allogeneic", "xenogeneic")


@dataclass(frozen=True)
class Caution:
    """A warning by its code (the report has a sentence for each) and the numbers or words it names."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)


def _overfill(dose: Any, geometry: Geometry) -> float:
    """Return the injected volume over that of the nucleus, 0 for what is not injected into it."""
    volume = getattr(dose.product, "volume", None) if terms("route")[dose.route.kind].more["intradiscal"] else None
    return float(volume or 0.0) / geometry.nucleus_volume if dose.route.kind != "endplate_seeding" else 0.0


def cautions(doses: Sequence[Any], geometry: Geometry, co_interventions: Sequence[str] = ()) -> list[Caution]:
    """Return the warnings of an arm.

    overfill: an injection above the share of the nucleus that is warned of; repeat_foreign: cells of another donor given again;
    lung: cells into a vein; cement: a closed endplate; no_target: cargo that acts on macrophages alone; confounded: what else is
    done to the patient.

    >>> from types import SimpleNamespace as Is
    >>> disc = Geometry(21e-3, 14e-3, 6.9e-3, 0.6e-3, 17e-3)
    >>> given = Is(route=Is(kind="transannular"), product=Is(kind="vehicle", carrier="saline", volume=4e-6))
    >>> [(c.code, round(c.values["share"], 2)) for c in cautions([given], disc)]
    [('overfill', 0.52)]
    """
    found = []
    fullest = max((_overfill(dose, geometry) for dose in doses), default=0.0)
    if fullest > limit("warned_overfill"):
        found.append(Caution("overfill", {"share": fullest, "limit": limit("warned_overfill")}))
    foreign = [d for d in doses if d.product.kind == "cells" and getattr(d.product, "donor_relation", None) in _FOREIGN]
    if len({dose.at for dose in foreign}) > 1:
        found.append(Caution("repeat_foreign", {"n": len(foreign)}))
    if any(dose.route.kind == "intravenous" and dose.product.kind == "cells" for dose in doses):
        found.append(Caution("lung"))
    if any(getattr(dose.route, "repair", "none") == "cement" for dose in doses):
        found.append(Caution("cement"))
    held = [cargo for dose in doses if dose.product.kind == "vesicles" for cargo in contents_of(dose.product)]
    aimless = sorted({cargo.node for cargo in held if cargo.node is not None and not cargo.acts})
    if aimless:
        found.append(Caution("no_target", {"cargo": ", ".join(aimless)}))
    if co_interventions:
        found.append(Caution("confounded", {"what": tuple(co_interventions)}))
    return found
