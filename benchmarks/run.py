"""Benchmarks of pulposus: core-seconds and ratios, one line each, with the measure it is held against.

Run with `make bench` on an idle machine; `--quick` leaves out the whole shipped study. Nothing here is a test.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
STUDY = ROOT / "examples" / "studies" / "routes_human_l45.yaml"
AX1 = ROOT / "examples" / "discs" / "ax1.yaml"


def row(what: str, got: str, held_against: str) -> None:
    print(f"{what:<58} {got:>22}   {held_against}", flush=True)


def cores(work, times: int = 3) -> tuple[float, object]:
    """Return the least core-seconds of several runs and the last result."""
    best, result = float("inf"), None
    for _ in range(times):
        start = time.process_time()
        result = work()
        best = min(best, time.process_time() - start)
    return best, result


def steady() -> None:
    from pulposus.tissue.answer import disc_of
    from pulposus.tissue.disc_file import load_disc

    spec = load_disc(AX1)
    for nodes, limit in ((1250, ""), (5000, "<= 0.10 core-s"), (20000, "<= 0.5 core-s")):
        of = spec.model_copy(update={"mesh": spec.mesh.model_copy(update={"nodes": nodes})})
        size = disc_of(of).mesh.size
        seconds, solution = cores(lambda of=of: disc_of(of).steady())
        row(f"steady cold solve, {size} nodes, mesh to solution", f"{seconds:.3f} core-s", limit)
        row("  Newton / Krylov iterations", f"{solution.newton} / {solution.krylov}", "Krylov independent of the mesh")
    rows = []
    for nodes in (1000, 3000, 10_000, 30_000, 100_000):
        of = spec.model_copy(update={"mesh": spec.mesh.model_copy(update={"nodes": nodes})})
        rows.append((disc_of(of).mesh.size, cores(lambda of=of: disc_of(of).steady(), 3 if nodes < 100_000 else 1)[0]))
    n, t = np.log(rows).T
    row(f"  cost exponent, {rows[0][0]} to {rows[-1][0]} nodes", f"{np.polyfit(n, t, 1)[0]:.2f}", "<= 1.10")


def five_arms() -> None:
    from pulposus.study.comparator import named_comparator
    from pulposus.study.compare import NODES
    from pulposus.study.plan import accepted_draws, make_plan
    from pulposus.study.run import run_draw
    from pulposus.study.study_file import load_study
    from pulposus.tissue.stepper import Control

    spec, _ = load_study(STUDY)
    keep = ("untreated", "saline", "transannular", "transpedicular", "intravenous")
    five = spec.model_copy(update={"arms": tuple(arm for arm in spec.arms if arm.name in keep)})
    plan = make_plan(five, NODES)
    run_draw(plan, None)
    seconds, _ = cores(lambda: run_draw(plan, None))
    row("five arms x 24 months, weekly output, nominal draw", f"{seconds:.2f} core-s", "<= 2 core-s")
    plan = make_plan(spec, NODES)
    indices, _ = accepted_draws(plan, 8)
    usual = Control()
    runs = {tol: [run_draw(plan, i, replace(usual, tol=tol)) for i in indices] for tol in (usual.tol, usual.tol / 2)}
    names = [arm.name for arm in spec.arms]
    level, moved = 0.0, 0.0
    for quantity in ("height_index", "t2", "gag", "viable_cells"):
        a, b = (np.array([[d.arms[n].readings[quantity] for d in runs[tol]] for n in names]) for tol in runs)
        level = max(level, float(np.max(np.abs(a / b - 1))))
        for i, arm in enumerate(spec.arms):
            other = named_comparator(spec, arm)
            if other is not None:
                x, y = (v[i, :, -1] - v[names.index(other), :, -1] for v in (a, b))
                width = np.quantile(y, 0.9, axis=0) - np.quantile(y, 0.1, axis=0)
                shift = np.abs(np.median(x, axis=0) - np.median(y, axis=0))
                moved = max(moved, float(np.max(np.where(width > 0, shift / np.where(width > 0, width, 1), 0.0))))
    row("tolerance halved: largest change of a level", f"{100 * level:.3f} %", "< 1 %")
    row("tolerance halved: largest change of a difference / width", f"{100 * moved:.3f} %", "< 1 %")


def shipped_study() -> None:
    with tempfile.TemporaryDirectory() as folder:
        start, first, peak = time.monotonic(), None, 0.0
        run = subprocess.Popen([sys.executable, "-m", "pulposus.cli.main", "compare", str(STUDY), "--out", folder, "--progress", "none"],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # the first table goes to the error stream
        import threading

        def watch() -> None:
            nonlocal peak
            while run.poll() is None:
                peak = max(peak, memory(run.pid))
                time.sleep(0.1)

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        for line in run.stdout:
            if first is None and "untreated" in line:
                first = time.monotonic() - start
        run.wait()
        whole = time.monotonic() - start
    row("shipped study, 32 draws: first table", f"{first or float('nan'):.1f} s wall", "<= 15 s on 2 cores")
    row("shipped study, 32 draws: whole", f"{whole:.1f} s wall", "<= 60 s on 2 cores")
    row("  peak memory over all processes", f"{peak:.0f} MB", "<= 800 MB")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    row("  core-seconds", f"{used.ru_utime + used.ru_stime:.1f} core-s", "")


def memory(pid: int) -> float:
    """Return the resident memory (MB) of a process and all its children, where /proc tells it."""
    total, queue = 0.0, [pid]
    while queue:
        one = queue.pop()
        try:
            queue += [int(c) for c in Path(f"/proc/{one}/task/{one}/children").read_text().split()]
            pages = int(Path(f"/proc/{one}/statm").read_text().split()[1])
        except (OSError, ValueError, IndexError):
            continue
        total += pages * resource.getpagesize() / 1e6
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the whole shipped study")
    quick = parser.parse_args().quick
    steady()
    five_arms()
    if not quick:
        shipped_study()


if __name__ == "__main__":
    main()
