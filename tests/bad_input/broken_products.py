"""Product files with one thing wrong, and size tables beside them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from broken_files import Case

PRODUCT = """\
version: 1
for: {species: human, level: L4/L5, grade: III}
product:
  kind: vesicles
  source: BM-MSC
  dose: 1e10 particles
  carrier: saline
  volume: 0.2 mL
  size: {table: sizes.csv}
"""
TABLE = "Bin centre (nm),Concentration average\n100.5,1e6\n200.5,2e5\n"


def both(product: str | bytes, table: str | None = TABLE) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_bytes(product.encode() if isinstance(product, str) else product)
        if table is not None:
            (path.parent / "sizes.csv").write_text(table, encoding="utf-8")

    return make


def product_with(name: str, old: str, new: str, *words: str) -> Case:
    assert PRODUCT.count(old) >= 1, old
    return Case(name, "product", both(PRODUCT.replace(old, new, 1)), words)


def table_with(name: str, table: str | None, *words: str) -> Case:
    return Case(name, "product", both(PRODUCT, table), ("sizes.csv", *words))


PRODUCTS = [
    Case("product empty", "product", both(""), ("an empty file",)),
    Case("product not text", "product", both(bytes(range(256))), ("not a text file",)),
    product_with("product without dose", "  dose: 1e10 particles\n", "", "line 3: product.dose", "required"),
    product_with("product with an empty dose", "dose: 1e10 particles", "dose:", "product.dose"),
    product_with("vesicle dose in cells", "1e10 particles", "1e6 cells", "line 6: product.dose", "a number of cells", "a number of particles"),
    product_with("vesicle dose without unit", "1e10 particles", "10000000000", "product.dose", "no unit"),
    product_with("vesicle dose in mL", "1e10 particles", "2 mL", "product.dose", "a volume"),
    product_with("dose of no protein", "1e10 particles", "0 ug", "more than zero"),
    product_with("unknown vesicle source", "source: BM-MSC", "source: BMMSC", "line 5: product.source", "nearest: BM-MSC"),
    product_with("cell source for vesicles", "source: BM-MSC", "source: MPC", "product.source", "a known vesicle source"),
    product_with("unknown kind of product", "kind: vesicles", "kind: exosome", "product.kind", "cells, vesicles, vehicle"),
    product_with("needle as a product", "kind: vesicles", "kind: needle_only", "product.kind"),
    product_with("unknown key of a product", "  carrier: saline", "  carier: saline", "nearest: carrier"),
    product_with("unknown carrier of a product", "carrier: saline", "carrier: matrix hidrogel", "nearest: matrix hydrogel"),
    product_with("unknown species of a product", "human", "humn", "line 2: for.species", "nearest: human"),
    product_with("level of another species in a product", "L4/L5", "tail", "for.level"),
    product_with("grade of no scale", "grade: III", "grade: VI", "for.grade", "I, II, III, IV, V"),
    product_with("no disc for a product", "for: {species: human, level: L4/L5, grade: III}\n", "", "for", "no species", "--species"),
    product_with("marker half there", "  size:", "  markers: {CD63: weak}\n  size:", "markers.CD63", "present, absent"),
    product_with("ratio of zero", "  size:", "  particles_per_ug: 0\n  size:", "particles_per_ug", "above zero"),
    product_with("product version 2", "version: 1", "version: 2", "allowed: 1"),
    table_with("size table in um", TABLE.replace("(nm)", "(um)"), "line 1: Bin centre (um)", "sizes in um", "diameters in nm"),
    table_with("size table in um without a unit", "size_nm,particles\n0.1,5\n", "look like um"),
    table_with("size table of radii", "Sizes (r.nm),Numbers (%)\n50,10\n", "radii in nm"),
    table_with("size table of something else", "name,age\nA,3\n", "no known headings"),
    table_with("size table with words", TABLE + "300.5,many\n", "line 4", "numbers below the headings"),
    table_with("size table missing", None, "no such file"),
]
