"""Benchmarks of the evidence: search, import, pooling, and the same pools by PyMARE and statsmodels against R's metafor.

    python benchmarks/evidence.py          # with `pip install pulposus[peers]` the peers are measured in the same run
"""

from __future__ import annotations

import csv
import io
import json
import random
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
MODELS = json.loads((ROOT / "tests" / "verification" / "metafor" / "models.json").read_text())
QUERIES = ("外泌体", "凋亡", "软骨终板", "miR-21", "exosome apoptosis", "stem cell disc height")
WORDS = ("stem", "cell", "exosome", "外泌体", "凋亡", "软骨终板", "disc", "height", "apoptosis", "miR-21", "rabbit", "髓核")


def row(what: str, got: str, held_against: str = "") -> None:
    print(f"{what:<62} {got:>24}   {held_against}", flush=True)


def least(work, times: int = 5) -> float:
    """Return the least core-seconds of several runs."""
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def searching(folder: Path) -> None:
    from pulposus.evidence.entries import Entry
    from pulposus.evidence.home import open_store
    from pulposus.evidence.search import search
    from pulposus.evidence.store import USER, put

    store = open_store(f"sqlite:///{folder / 'search.db'}")
    draw = random.Random(1)
    entries = [Entry(f"paper:u.s{n}", "paper", "", " ".join(draw.choices(WORDS, k=12)), "".join(draw.choices(WORDS, k=6)),
                     {"species": [draw.choice(("rat", "rabbit", "sheep"))], "n": {"animals": draw.randint(2, 60)}}) for n in range(20_000)]
    with store.writing() as session:
        put(store, session, entries, USER, "bench")
    for query in QUERIES:
        seconds = least(lambda query=query: search(store, query, limit=20))
        row(f"search {query!r}, {search(store, query, limit=1)[1]} of 20,000 found", f"{seconds * 1e3:.1f} ms", "< 50 ms")
    seconds = least(lambda: search(store, "外泌体", ["species=rabbit", "animals>=20"], 20))
    row("search with two filters", f"{seconds * 1e3:.1f} ms", "< 50 ms")


def importing(folder: Path) -> None:
    from pulposus.evidence.home import open_store
    from pulposus.evidence.imports import commit, preview
    from pulposus.evidence.table_import import template

    first = next(csv.DictReader(io.StringIO(template())))
    path = folder / "many.csv"
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(first))
        writer.writeheader()
        for n in range(10_000):
            study = n // 5
            changed = {"study": f"s{study}", "title": f"Cells in discs, number {study}", "doi": f"10.1/{study}", "registry": ""}
            arm = {"against": "", "arm": ("cells", "saline")[n % 2], "role": ("treatment", "comparator")[n % 2]}
            writer.writerow({**first, **changed, **arm, "time": f"{n % 5} weeks"})
    store = open_store(f"sqlite:///{folder / 'import.db'}")
    seconds = least(lambda: commit(store, preview(store, path)), 1)
    row("import of 10,000 rows, read, checked and written", f"{seconds:.1f} core-s", "< 10 s")


def pooling() -> None:
    from pulposus.evidence.meta.pooling import pool, predict

    data = MODELS["sets"]["hundred"]
    y, v = np.array(data["yi"]), np.array(data["vi"])
    seconds = least(lambda: predict(pool(y, v, method="REML", test="knha")), 20)
    row("k = 100, REML with Knapp-Hartung and prediction", f"{seconds * 1e3:.2f} ms", "< 50 ms")


def worst(got: float, wanted: float) -> str:
    """Return a relative difference as text."""
    return f"{abs(got - wanted) / max(abs(wanted), 1e-12):.1e}"


def peers() -> None:
    from pulposus.evidence.meta.pooling import pool

    print("\ntau2 against metafor (relative difference), and core-ms of one fit, k = 100 data set")
    data, told = MODELS["sets"]["hundred"], MODELS["pooled"]["hundred"]
    y, v = np.array(data["yi"]), np.array(data["vi"])
    for method in ("DL", "REML", "ML", "HE", "PM"):
        wanted = told[f"{method}_z"]["tau2"]
        parts = [("pulposus", worst(pool(y, v, method=method).tau2.value, wanted), least(lambda m=method: pool(y, v, method=m), 20))]
        parts += [part for peer in (_pymare, _statsmodels) if (part := peer(method, y, v, wanted))]
        row(f"  {method}", "; ".join(f"{name} {error} in {seconds * 1e3:.2f} ms" for name, error, seconds in parts))


def _pymare(method, y, v, wanted):
    try:
        from pymare import Dataset
        from pymare.estimators import DerSimonianLaird, Hedges, VarianceBasedLikelihoodEstimator
    except ImportError:
        return None
    made = {"DL": DerSimonianLaird, "HE": Hedges, "REML": lambda: VarianceBasedLikelihoodEstimator(method="reml"),
            "ML": lambda: VarianceBasedLikelihoodEstimator(method="ml")}.get(method)
    if made is None:
        return None
    data = Dataset(y=y, v=v)

    def fit():
        return made().fit_dataset(data).summary().tau2

    return "PyMARE", worst(float(np.ravel(fit())[0]), wanted), least(fit, 5)


def _statsmodels(method, y, v, wanted):
    try:
        from statsmodels.stats.meta_analysis import combine_effects
    except ImportError:
        return None
    name = {"DL": "chi2", "PM": "iterated"}.get(method)
    if name is None:
        return None

    def fit():
        return combine_effects(y, v, method_re=name)

    return "statsmodels", worst(float(fit().tau2), wanted), least(fit, 5)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made_folder:
        searching(Path(made_folder))
        importing(Path(made_folder))
    pooling()
    peers()
