"""What is looked at in a product of vesicles: source, dose, size, markers, purity, storage, cargo, and what MISEV would still ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pulposus.core.units import si
from pulposus.core.vocabulary import term, terms
from pulposus.therapy.finding import FAIL, PASS, WARN, Finding, line_of_check
from pulposus.therapy.product_dose import Copies, Place, storage_estimate
from pulposus.therapy.product_records import record_of
from pulposus.therapy.size_table import SizeTable

__all__ = ["purity_of", "vesicle_findings"]

MISEV = ("MISEV2018", "MISEV2023")


def vesicle_findings(product: Any, place: Place, copies: Sequence[Copies], table: SizeTable | None) -> list[Finding]:
    """Return the findings on a product of vesicles for a disc, with its cargo per cell and its size table if there is one."""
    return [*_source(product), *_dose(product), *_size(product, table), *_markers(product), *_purity(product),
            *_storage(product, place), *_loading(product), *_cargo(copies), *_asks(product, table)]


def purity_of(product: Any) -> float | None:
    """Return the particles per kg of protein of vesicles as measured, by the ratio or by both doses; None if not measured.

    >>> from types import SimpleNamespace
    >>> purity_of(SimpleNamespace(particles_per_ug=None, protein_dose=1e-8, dose=2e10))
    2e+18
    """
    if product.particles_per_ug is not None:
        return float(product.particles_per_ug) / si(1.0, "ug")
    return None if product.protein_dose is None or product.dose is None else float(product.dose / product.protein_dose)


def _source(product: Any) -> Iterator[Finding]:
    """Yield whether there is any evidence of this source in the disc."""
    sources = record_of("vesicles", product.source).sources
    known = term("vesicle_source", product.source).more.get("evidence") != "none"
    yield Finding("source", PASS if known else WARN, "source_known" if known else "source_without_evidence",
                  {"source": product.source, "n": len(sources)}, sources)


def _dose(product: Any) -> Iterator[Finding]:
    """Yield whether the dose is a number of particles."""
    if product.dose is None:
        yield Finding("dose", FAIL, "dose_protein_only", {"protein": product.protein_dose})
    elif product.protein_dose is not None and product.particles_per_ug is not None:
        told = {"protein": product.protein_dose, "ratio": product.particles_per_ug, "particles": product.dose}
        yield Finding("dose", PASS, "dose_from_protein", told)
    else:
        yield Finding("dose", PASS, "dose_particles", {"particles": product.dose})


def _size(product: Any, table: SizeTable | None) -> Iterator[Finding]:
    """Yield whether most particles have the size of exosomes."""
    low, high = line_of_check("vesicle_size_low"), line_of_check("vesicle_size_high")
    stated = product.size.share_30_150 if product.size else None
    if table is not None and not table.counts:
        yield Finding("size", WARN, "size_not_counted", {"program": table.words, "kind": table.kind})
        return
    if table is None and stated is None:
        yield Finding("size", WARN, "size_missing", {"low": low, "high": high})
        return
    share = float(stated or 0.0) if table is None else table.share(low, high)
    good, least = line_of_check("vesicle_size_share_good"), line_of_check("vesicle_size_share_least")
    status = PASS if share >= good else WARN if share >= least else FAIL
    told = {"share": share, "low": low, "high": high, "good": good, "least": least, "program": table.words if table else ""}
    yield Finding("size", status, "size_counted" if table else "size_stated", told, ("SEED_EXOSOMES",))


def _in_group(group: str) -> list[str]:
    """Return the markers of a group."""
    return [name for name, each in terms("vesicle_marker").items() if each.more["group"] == group]


def _markers(product: Any) -> Iterator[Finding]:
    """Yield whether markers make them vesicles, and whether those of other things were looked for."""
    result = product.markers
    if not result:
        yield Finding("identity", WARN, "markers_missing", {}, MISEV)
        return
    absent = [name for name in (*_in_group("membrane"), *_in_group("cytosol")) if result.get(name) == "absent"]
    found = {group: [name for name in _in_group(group) if result.get(name) == "present"] for group in ("membrane", "cytosol")}
    if not found["membrane"] and not found["cytosol"]:
        yield Finding("identity", FAIL if absent else WARN, "markers_absent" if absent else "markers_missing", {"markers": absent}, MISEV)
    elif not all(found.values()) or len(found["membrane"]) + len(found["cytosol"]) < 3:
        yield Finding("identity", WARN, "markers_gap", {"markers": [*found["membrane"], *found["cytosol"]]}, MISEV)
    else:
        yield Finding("identity", PASS, "markers_good", {"markers": [*found["membrane"], *found["cytosol"]]}, MISEV)
    debris, along = ([name for name in _in_group(group) if result.get(name) == "present"] for group in ("cell_debris", "co_isolated"))
    looked = [name for group in ("cell_debris", "co_isolated") for name in _in_group(group) if name in result]
    if debris:
        yield Finding("foreign", FAIL, "foreign_debris", {"markers": debris}, MISEV)
    elif along:
        yield Finding("foreign", WARN, "foreign_along", {"markers": along}, MISEV)
    else:
        yield Finding("foreign", PASS if looked else WARN, "foreign_none" if looked else "foreign_untested", {"markers": looked}, MISEV)


def _purity(product: Any) -> Iterator[Finding]:
    """Yield how many particles there are for the protein."""
    ratio = purity_of(product)
    if ratio is None:
        yield Finding("purity", WARN, "purity_missing", {}, ("WEBBER2013",))
        return
    pure, low = line_of_check("vesicle_purity_pure"), line_of_check("vesicle_purity_low")
    status = PASS if ratio >= pure else WARN if ratio >= low else FAIL
    reason = {PASS: "purity_pure", WARN: "purity_low", FAIL: "purity_poor"}[status]
    yield Finding("purity", status, reason, {"ratio": ratio, "pure": pure, "low": low}, ("WEBBER2013",))


def _storage(product: Any, place: Place) -> Iterator[Finding]:
    """Yield what storage leaves of the particles that were counted."""
    kept = product.storage
    if kept is None:
        yield Finding("storage", WARN, "storage_missing")
    elif kept.counted == "after storage":
        yield Finding("storage", PASS, "storage_counted_after")
    else:
        left = storage_estimate(product, place)
        told = {"temperature": kept.temperature, "share": left.value, "low": left.low, "high": left.high}
        yield Finding("storage", WARN, "storage_estimated", told, ("EVTUSHENKO2020", "WALKER2022", "EVPRESERVE2021"))


def _loading(product: Any) -> Iterator[Finding]:
    """Yield whether what was loaded was counted."""
    if product.modification == "native":
        return
    uncounted = [cargo.name for cargo in product.cargo if cargo.copies_per_particle is None]
    if not product.cargo:
        yield Finding("loading", WARN, "loading_unnamed", {"modification": product.modification})
    else:
        yield Finding("loading", WARN if uncounted else PASS, "loading_uncounted" if uncounted else "loading_counted",
                      {"modification": product.modification, "cargo": uncounted or [cargo.name for cargo in product.cargo]})


def _cargo(copies: Sequence[Copies]) -> Iterator[Finding]:
    """Yield whether one cargo could explain an effect at this dose."""
    needed = line_of_check("cargo_copies_needed")
    for each in copies:
        if each.per_cell is None:
            yield Finding("cargo", WARN, "copies_unknown", {"cargo": each.cargo})
            continue
        told = {"cargo": each.cargo, "copies": each.per_cell.value, "low": each.per_cell.low, "high": each.per_cell.high,
                "needed": needed, "below": each.below, "counted": each.counted}
        if each.cargo and term("cargo", each.cargo).more.get("mirna") is False:
            yield Finding("cargo", PASS, "copies_told", told)
            continue
        few = each.per_cell.value < needed
        yield Finding("cargo", WARN if few else PASS, "copies_few" if few else "copies_enough", told,
                      ("TARGETSCAN",) if each.counted else ("CHEVILLET2014", "TARGETSCAN"))


def _asks(product: Any, table: SizeTable | None) -> Iterator[Finding]:
    """Yield one line for everything that the minimal information on vesicles would still ask, or that nothing is left."""
    images = [name for name in product.seen_by if term("single_vesicle_method", name).more.get("image")]
    missing = {
        "donor": not product.donor,
        "passage": product.passage is None,
        "medium": not product.medium,
        "isolation": not product.isolation,
        "yield": product.yield_per_million_cells is None,
        "both_amounts": purity_of(product) is None,
        "single_vesicles": not images or len(set(product.seen_by)) < 2,
        "batch": not product.batch,
        "table": table is None,
    }
    for what, asked in missing.items():
        if asked:
            yield Finding("misev", WARN, f"asks_{what}", {}, MISEV)
    if not any(missing.values()):
        yield Finding("misev", PASS, "asks_nothing", {}, MISEV)
