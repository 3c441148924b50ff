"""The check of a product before it is given: identity, quality, dose, and what a reader would still ask; a verdict a line.

PASS: shown and in order. WARN: missing, doubtful, or a mechanism that the dose does not support. FAIL: shown and not in
order. What each line rests on are records (cell_sources.yaml, vesicle_products.yaml) and MISEV2018, MISEV2023, DOMINICI2006.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pulposus.core.draws import Draw
from pulposus.core.parameters import ParameterSet
from pulposus.core.vocabulary import limit
from pulposus.therapy.cell_checks import cell_findings
from pulposus.therapy.finding import FAIL, PASS, WARN, Finding
from pulposus.therapy.product_dose import Copies, Place, ProductDose, copies_of, product_dose
from pulposus.therapy.size_table import SizeTable
from pulposus.therapy.vesicle_checks import vesicle_findings
from pulposus.tissue.geometry import geometry_of

__all__ = ["ProductReport", "check_product"]


@dataclass(frozen=True)
class ProductReport:
    """The findings on a product in the order of the report, its dose in the disc, its cargo per cell, its size table."""

    findings: tuple[Finding, ...]
    place: Place
    dose: ProductDose | None
    copies: tuple[Copies, ...]
    table: SizeTable | None

    @property
    def failed(self) -> bool:
        """Whether any line fails."""
        return any(finding.status == FAIL for finding in self.findings)


def check_product(product: Any, place: Place, table: SizeTable | None = None) -> ProductReport:
    """Return the report on a product of cells, vesicles or a vehicle for a disc; `table`: its size table, where there is one.

    >>> from types import SimpleNamespace
    >>> saline = SimpleNamespace(kind="vehicle", carrier="saline", volume=1e-6)
    >>> report = check_product(saline, Place("human", "L4/L5", "III"))
    >>> [(finding.check, finding.status) for finding in report.findings], report.failed
    ([('volume', 'PASS')], False)
    """
    dose, copies = product_dose(product, place), tuple(copies_of(product, place))
    findings: list[Finding] = []
    if product.kind == "cells":
        findings += cell_findings(product, dose)
    elif product.kind == "vesicles":
        findings += vesicle_findings(product, place, copies, table)
    return ProductReport((*findings, *_volume(product, place)), place, dose, copies, table)


def _volume(product: Any, place: Place) -> Iterator[Finding]:
    """Yield whether the injected volume fits into the nucleus."""
    if product.volume is None:
        yield Finding("volume", WARN, "volume_missing")
        return
    draw = Draw(ParameterSet.load(), 0, 0, place.species, place.grade, nominal=True)
    share = product.volume / geometry_of(draw, place.species, place.level).nucleus_volume
    told = {"volume": product.volume, "share": share}
    if share > limit("most_overfill"):
        yield Finding("volume", FAIL, "volume_too_large", told)
    else:
        yield Finding("volume", PASS if share <= 1 else WARN, "volume_fits" if share <= 1 else "volume_large", told)
