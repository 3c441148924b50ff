"""What is looked at in a product of cells: source, viability, whose they are, markers, passage, batch, room in the nucleus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pulposus.core.vocabulary import term, terms
from pulposus.therapy.finding import FAIL, PASS, WARN, Finding, line_of_check
from pulposus.therapy.product_dose import ProductDose
from pulposus.therapy.product_records import record_of

__all__ = ["cell_findings"]


def cell_findings(product: Any, dose: ProductDose | None) -> list[Finding]:
    """Return the findings on a product of cells, whose dose in the disc is known."""
    return [*_source(product), *_viability(product), *_relation(product), *_markers(product), *_passage(product),
            *_batch(product), *_room(dose)]


def _source(product: Any) -> Iterator[Finding]:
    """Yield whether the source is known, and known to be a control."""
    sources = record_of("cells", product.source).sources
    if term("cell_source", product.source).more.get("negative_control"):
        yield Finding("source", WARN, "negative_control", {"source": product.source}, sources)
    else:
        yield Finding("source", PASS, "source_known", {"source": product.source, "n": len(sources)}, sources)


def _viability(product: Any) -> Iterator[Finding]:
    """Yield whether enough cells live."""
    if product.thaw_viability is None:
        yield Finding("viability", WARN, "viability_missing")
        return
    least = line_of_check("release_viability")
    status = PASS if product.thaw_viability >= least else WARN
    yield Finding("viability", status, "viability_good" if status == PASS else "viability_low",
                  {"share": product.thaw_viability, "least": least})


def _relation(product: Any) -> Iterator[Finding]:
    """Yield whether it is told whose cells they are."""
    if product.donor_relation == "not stated":
        yield Finding("donor", WARN, "relation_missing")
    elif product.donor_relation == "xenogeneic":
        yield Finding("donor", WARN, "relation_xenogeneic", {}, ("HENRIKSSON2009",))
    else:
        yield Finding("donor", PASS, "relation_known", {"relation": product.donor_relation})


def _markers(product: Any) -> Iterator[Finding]:
    """Yield whether markers make them stromal stem cells: all that are expressed, none of those that are lacking."""
    if term("cell_source", product.source).more.get("negative_control"):
        return
    by_group = {group: [name for name, each in terms("cell_marker").items() if each.more["group"] == group]
                for group in ("expressed", "lacking")}
    result = product.markers
    absent = [name for name in by_group["expressed"] if result.get(name) == "absent"]
    foreign = [name for name in by_group["lacking"] if result.get(name) == "present"]
    # of the pairs CD14 or CD11b, CD79a or CD19 one is enough
    untested = [name for name in by_group["expressed"] if name not in result]
    untested += [" / ".join(pair) for pair in (("CD45",), ("CD34",), ("CD14", "CD11b"), ("CD79a", "CD19"), ("HLA-DR",))
                 if not any(name in result for name in pair)]
    if absent or foreign:
        yield Finding("identity", FAIL, "cell_markers_wrong", {"markers": [*absent, *foreign]}, ("DOMINICI2006",))
    elif untested:
        yield Finding("identity", WARN, "cell_markers_gap", {"markers": untested}, ("DOMINICI2006",))
    else:
        yield Finding("identity", PASS, "cell_markers_good", {}, ("DOMINICI2006",))


def _passage(product: Any) -> Iterator[Finding]:
    """Yield whether the passage is told and usual."""
    if product.passage is None:
        yield Finding("passage", WARN, "passage_missing")
        return
    most = int(line_of_check("usual_passage"))
    status = PASS if product.passage <= most else WARN
    yield Finding("passage", status, "passage_usual" if status == PASS else "passage_high", {"passage": product.passage, "most": most})


def _batch(product: Any) -> Iterator[Finding]:
    """Yield whether donor and batch have names."""
    named = bool(product.donor and product.batch)
    yield Finding("batch", PASS if named else WARN, "batch_named" if named else "batch_missing")


def _room(dose: ProductDose | None) -> Iterator[Finding]:
    """Yield whether the nucleus holds more cells of its own than are put in."""
    if dose is not None:
        status = PASS if dose.per_cell.value <= 1 else WARN
        yield Finding("room", status, "room_enough" if status == PASS else "room_crowded", {"ratio": dose.per_cell.value})
