"""The generic L4/L5 in three dimensions: T01 to T04 on three meshes, and core-seconds, memory and cost exponent.

Run with `python benchmarks/solid.py`; `--quick` leaves out 200k nodes, `--cost` the values. Every size is timed in a process
of its own, file to solution, cold, one thread; the imports are counted apart. Nothing here is a test.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "verification"))
TIMED = """
import json, sys, time
sys.path.insert(0, {path!r})
import pyamg, scipy.optimize
from solid_cases import L45
from pulposus.tissue.answer import solved
from pulposus.tissue.disc_file import load_disc
from pulposus.tissue.extrusion import positive_share
spec = load_disc(L45)
first = time.process_time()
disc, solution = solved(spec.model_copy(update={{"mesh": spec.mesh.model_copy(update={{"nodes": {nodes}}})}}))
seconds = time.process_time() - first
print(json.dumps(dict(nodes=disc.mesh.size, planes=len(disc.mesh.z), seconds=seconds, imports=first, newton=solution.newton,
                      krylov=solution.krylov, converged=solution.converged,
                      megabytes=int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) / 1024,  # not that of the parent
                      positive=positive_share(disc.transport.K[0]), lowest=float(solution.c.min()))))
"""
LIMITS = {50_000: "<= 4 core-s and <= 600 MB", 200_000: "<= 15 core-s"}


def timed(nodes: int, times: int) -> dict[str, object]:
    """Return the fastest of several cold solves, each in a process of its own."""
    code = TIMED.format(path=str(ROOT / "tests" / "verification"), nodes=nodes)
    once = partial(subprocess.run, [sys.executable, "-c", code], capture_output=True, text=True, check=True)
    runs = [json.loads(once().stdout) for _ in range(times)]
    return min(runs, key=lambda run: run["seconds"])


def cost(sizes: list[int]) -> None:
    rows = []
    for nodes in sizes:
        got = timed(nodes, 3 if nodes < 100_000 else 1)
        rows.append((got["nodes"], got["seconds"]))
        share, largest = got["positive"]
        print(f"{got['nodes']:>7} nodes in {got['planes']} planes  {got['seconds']:6.2f} core-s  {got['megabytes']:5.0f} MB  Newton/Krylov "
              f"{got['newton']}/{got['krylov']}  positive off-diagonals {share:.1%} (up to {largest:.3f} of the diagonal), least value "
              f"{got['lowest']:.3g}   {LIMITS.get(nodes, '')}", flush=True)
    n, t = np.log(np.array(rows, dtype=float)).T
    print(f"cost exponent {np.polyfit(n, t, 1)[0]:.2f} over {rows[0][0]} to {rows[-1][0]} nodes   <= 1.15")


def validation(sizes: list[int]) -> None:
    """Print every value on every mesh, and what it misses; the error left is that of second order from the last two meshes."""
    from solid_cases import STORED, TOLERANCE, cases, generic

    found = [cases(nodes) for nodes in sizes]
    counts = [generic(nodes)[0].mesh.size for nodes in sizes]
    gain = (counts[-1] / counts[-2]) ** (2 / 3)
    print(f"{'case':<5}{'quantity':<22}{'stored':>8}" + "".join(f"{n:>9}" for n in counts) + f"{'differs':>9}{'mesh':>8}{'allowed':>9}")
    for case, quantities in STORED.items():
        for quantity, stored in quantities.items():
            row = [f[case][quantity] for f in found]
            off, left = row[-1] / stored - 1, abs(row[-1] - row[-2]) / row[-1] / (gain - 1)
            verdict = "" if abs(off) <= TOLERANCE[case] else "missed"
            print(f"{case:<5}{quantity:<22}{stored:>8.3f}" + "".join(f"{v:>9.3f}" for v in row)
                  + f"{off:>9.1%}{left:>8.2%}{TOLERANCE[case]:>8.0%}  {verdict}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--cost", action="store_true", help="core-seconds and memory alone")
    asked = parser.parse_args()
    quick = asked.quick
    if not asked.cost:
        validation([10_000, 30_000, 50_000] if quick else [10_000, 50_000, 200_000])
    cost([10_000, 50_000] if quick else [10_000, 25_000, 50_000, 100_000, 200_000])


if __name__ == "__main__":
    main()
