"""Benchmarks of vesicles and the cell network in a comparison: what they add to a draw, and what their tables cost, told apart.

    python benchmarks/vesicles.py          # on an idle machine; arms of the five routes and two of vesicles
"""

from __future__ import annotations

import time
from pathlib import Path

from pulposus.core.threads import one_blas_thread
from pulposus.mechanism.state_table import table_of
from pulposus.study.compare import NODES
from pulposus.study.plan import make_plan
from pulposus.study.run import run_draw
from pulposus.study.study_file import StudySpec, load_study

ROOT = Path(__file__).parents[1]
FIVE, EXOSOMES = (ROOT / "examples" / "studies" / name for name in ("routes_human_l45.yaml", "exosomes_human_l45.yaml"))
DRAWS, ROUNDS = (0, 1), 2
LAWS = {
    "neither": {"vesicle_effect": "none", "response": "simple"},
    "vesicles": {"vesicle_effect": "network", "response": "simple"},
    "network and vesicles": {"vesicle_effect": "network", "response": "network"},
}


def row(what: str, got: str, held_against: str = "") -> None:
    print(f"{what:<66} {got:>22}   {held_against}", flush=True)


def study() -> StudySpec:
    """Return the five routes with two arms of vesicles beside them."""
    routes, _ = load_study(FIVE)
    exosomes, _ = load_study(EXOSOMES)
    more = tuple(exosomes.arm(name).model_copy(update={"comparator": "saline"}) for name in ("BM-MSC in saline", "BM-MSC in gel"))
    return routes.model_copy(update={"arms": (*routes.arms, *more)})


@one_blas_thread
def main() -> None:
    for vector in ({}, {"EV_BMSC": 1.0}):
        table = table_of(vector)
        row(f"table of {', '.join(vector) or 'the network alone'}, {len(table.values)} nodes",
            f"{table.seconds:.1f} s" if table.seconds else "read from the cache", "apart from the run")
    spec = study()
    plans = {name: make_plan(spec, NODES, 1, laws) for name, laws in LAWS.items()}
    best = {(name, draw): float("inf") for name in plans for draw in DRAWS}
    for _ in range(ROUNDS):
        for draw in DRAWS:
            for name, plan in plans.items():  # one after the other, so that a busy moment meets all
                start = time.process_time()
                run_draw(plan, draw)
                best[name, draw] = min(best[name, draw], time.process_time() - start)
    total = {name: sum(best[name, draw] for draw in DRAWS) / len(DRAWS) for name in plans}
    row(f"a draw of {len(spec.arms)} arms without either", f"{total['neither']:.2f} core-s")
    for name in ("vesicles", "network and vesicles"):
        row(f"  with {name}, tables warm", f"{total[name]:.2f} core-s", f"{total[name] / total['neither']:.2f} times, <= 1.5")


if __name__ == "__main__":
    main()
