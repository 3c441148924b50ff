"""What a product is at the moment it is given: how many cells live and what they can do, how many particles are left.

    viable = dose v                                       v viability at injection, stated or drawn
    factor of a source = its record, 1 for marrow stem cells;   potency = donor's factor x batch's factor
    particles = dose k^n (1 - L (1 - 2^(-t / h)))         n times frozen and thawed, L lost in the end, h time to half of it

k, L, h are records of the storage (vesicle_products.yaml); a dose that was counted after storage is taken as it is. A donor or
batch with a name has one random factor in a draw, keyed by that name: arms that share the name share the factor. One
without a name has none, as it cannot be told from the next. Sources: the `source` of each record in cell_sources.yaml.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pulposus.core.vocabulary import term

__all__ = ["ORDINARY", "CellTraits", "cell_traits", "named_effect", "potency", "record_and_name", "stored_share",
           "vesicle_dose_particles", "viable_cells", "viable_share"]

_SPACE = "\u00a0"  # does not break an id


@dataclass(frozen=True)
class CellTraits:
    """What the cells of a product can do, beside marrow stem cells (1 for each factor).

    viable_share: living at injection (0..1). Factors: migration (moving into the disc), homing (from blood),
    differentiation (rate), paracrine (effect on native cells). clearance_rate: death by the immune system (1/s).
    """

    viable_share: float
    migration: float = 1.0
    homing: float = 1.0
    differentiation: float = 1.0
    paracrine: float = 1.0
    clearance_rate: float = 0.0


ORDINARY = CellTraits(1.0)
"""Marrow stem cells of the host's own, all alive."""


def viable_share(draw: Any, product: Any) -> float:
    """Return the share of cells that live at injection (0..1): stated, or drawn."""
    stated = getattr(product, "thaw_viability", None)
    return float(draw.value("thaw_viability") if stated is None else stated)


def viable_cells(draw: Any, product: Any) -> float:
    """Return the viable cells of a product: its dose times its viability; 0 for any other product.

    >>> from types import SimpleNamespace
    >>> viable_cells(None, SimpleNamespace(kind="cells", dose=6e6, thaw_viability=0.5))
    3000000.0
    """
    return float(product.dose * viable_share(draw, product)) if product.kind == "cells" else 0.0


def _factor(draw: Any, trait: str, source: str) -> float:
    """Return the factor of a source for a trait, 1 for the reference."""
    about = term("cell_source", source).more
    return 1.0 if about.get("reference") else float(draw.value(f"{trait}_factor_{about['record']}"))


def potency(draw: Any, product: Any) -> float:
    """Return the factor of the named donor and batch on the effects of a product, 1 where neither has a name.

    >>> from types import SimpleNamespace
    >>> potency(None, SimpleNamespace(kind="cells", source="BM-MSC", donor=None, batch=None))
    1.0
    """
    factor = 1.0
    donor, batch = (getattr(product, name, None) for name in ("donor", "batch"))
    for record, told in (("donor_effect", donor), ("batch_effect", batch)):
        if told:
            of_batch = [str(batch)] if record == "batch_effect" else []
            about = draw.parameters.lookup(record)
            own = float(about.quantile(draw.u(" ".join([record, product.kind, product.source, donor or "", *of_batch]))))
            draw.used[named_effect(about.id, product.source, donor or "", *of_batch)] = own  # so that its share of the variance is told
            factor *= own
    return float(factor)


def named_effect(record: str, *names: str) -> str:
    """Return the name under which the factor of one donor or batch stands among the parameters of a draw; without spaces, as ids are.

    >>> named_effect("donor_effect", "BM-MSC", "D1"), record_and_name(named_effect("donor_effect", "BM-MSC", "D1"))
    ('donor_effect[BM-MSC/D1]', ('donor_effect', 'BM-MSC/D1'))
    """
    told = "/".join(name for name in names if name)
    return f"{record}[{_SPACE.join(told.split())}]"


def record_and_name(name: str) -> tuple[str, str]:
    """Return the record that a parameter of a draw stands for, and whose factor it is: "" for a record itself.

    >>> record_and_name("leak_share")
    ('leak_share', '')
    """
    record, _, told = name.partition("[")
    return record, told.removesuffix("]")


def cell_traits(draw: Any, product: Any) -> CellTraits:
    """Return what the cells of a product can do in one draw.

    draw: the draw; product: its source, and where stated thaw_viability, donor_relation, donor and batch. Raises
    `InputError` for an unknown source or relation.

    >>> from types import SimpleNamespace
    >>> from pulposus.core.draws import Draw
    >>> from pulposus.core.parameters import ParameterSet
    >>> nominal = Draw(ParameterSet.load(), 1, 0, "human", "III", nominal=True)
    >>> own = SimpleNamespace(kind="cells", source="BM-MSC", dose=6e6, donor_relation="autologous")
    >>> traits = cell_traits(nominal, own)
    >>> traits.migration, traits.clearance_rate
    (1.0, 0.0)
    """
    relation = getattr(product, "donor_relation", None) or "not stated"
    own = potency(draw, product)
    return CellTraits(
        viable_share(draw, product),
        migration=_factor(draw, "migration", product.source),
        homing=_factor(draw, "homing", product.source),
        differentiation=_factor(draw, "differentiation", product.source) * own,
        paracrine=_factor(draw, "paracrine", product.source) * own,
        clearance_rate=0.0 if relation == "autologous" else float(draw.value(f"clearance_rate_{relation.replace(' ', '_')}")),
    )


def stored_share(draw: Any, storage: Any) -> float:
    """Return the share of the counted particles that is left when they are given (0..1).

    storage: temperature (a word), time (s), freeze_thaw_cycles, counted; None: not stored, or not stated. What was frozen
    and does not say how often is taken to have been thawed once.

    >>> stored_share(None, None)
    1.0
    """
    if storage is None or getattr(storage, "counted", None) == "after storage":
        return 1.0
    kept = term("storage_temperature", storage.temperature).more
    cycles = storage.freeze_thaw_cycles
    thawed = int(bool(kept.get("frozen"))) if cycles is None else cycles
    lost, half = (draw.value(f"vesicle_storage_{what}_{kept['record']}") for what in ("loss", "time"))
    return float(draw.value("vesicle_freeze_thaw_kept") ** thawed * (1 - lost * (1 - 2 ** (-storage.time / half))))


def vesicle_dose_particles(draw: Any, product: Any) -> float:
    """Return the particles of a dose after storage; 0 for a product that is no vesicles.

    >>> from types import SimpleNamespace
    >>> vesicle_dose_particles(None, SimpleNamespace(kind="vesicles", dose=1e10, storage=None))
    10000000000.0
    """
    return float(product.dose * stored_share(draw, getattr(product, "storage", None))) if product.kind == "vesicles" else 0.0
