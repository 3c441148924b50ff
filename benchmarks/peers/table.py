"""This engine and its peers side by side: one mesh, one thread, each in a process of its own.

    python benchmarks/peers/table.py [--ngsolve PYTHON] [--dolfinx PYTHON] [--nodes N ...] [--kind plane|tetrahedra]

The Pythons are those that have the peers (README.md beside benchmarks/run.py); a peer not named is left out. Core-seconds are from
forms and mesh to the solution, assembly and factorisation included; making the peer's mesh and compiling its forms are shown apart
and not counted. This engine is timed before and after the peers and its faster time counts; of a peer its fastest way.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
PEERS = ("ngsolve", "dolfinx")
NODES = {"plane": [5_000], "tetrahedra": [10_000, 50_000]}
MEASURE = {"plane": ">= 5 at 5k nodes", "tetrahedra": ""}
WAYS = {("plane", "ngsolve"): "UMFPACK|UMFPACK once, then GMRes|GMRes, multigrid of K",
        ("plane", "dolfinx"): "MUMPS|MUMPS once, then GMRES|GMRES, ILU|GMRES, SSOR|GMRES, hypre",
        ("tetrahedra", "ngsolve"): "GMRes, multigrid of K|GMRes, Gauss-Seidel",
        ("tetrahedra", "dolfinx"): "GMRES, ILU|GMRES, Jacobi|GMRES, SSOR"}


def lines(command: list[str]) -> list[dict]:
    """Return the JSON lines of a command held to one thread."""
    one = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=one)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def engine(kind: str, nodes: int, case: Path) -> dict:
    return lines([sys.executable, str(HERE / "engine.py"), kind, str(nodes), str(case)])[0]


def side_by_side(kind: str, nodes: int, pythons: dict[str, str]) -> None:
    """Print this engine, every way of every peer, the greatest difference of their fields and the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder) / "case.npz"
        ours = engine(kind, nodes, case)
        found = np.load(case.with_suffix(f".{kind}.npy"))
        kept = [theirs(kind, case, Path(folder) / f"{peer}.npy", peer, python) for peer, python in pythons.items()]
        again = engine(kind, nodes, case)
    seconds = min(ours["seconds"], again["seconds"])
    print(f"{kind}, {ours['nodes']} nodes: this engine {seconds:.3f} core-s, {ours['megabytes']:.0f} MB, Newton/Krylov "
          f"{ours['newton']}/{ours['krylov']}, {ours['off']:.0e} from its own tighter solution", flush=True)
    for rows, fields in kept:
        *ways, last = rows
        for row in ways:
            print(f"  {row['peer']}, {row['way']:<26} {row['seconds']:7.3f} core-s  {row['megabytes']:6.0f} MB  Newton/Krylov "
                  f"{row['newton']}/{row['krylov']}{'' if row['converged'] else '  not converged'}")
        best = next(row for row in ways if row["way"] == last["fastest"])
        print(f"  {best['peer']}: greatest difference {np.abs(fields - found).max():.1e} of the supply (<= 1e-8); as timed it is "
              f"{last['off']:.0e} from its own tighter solution\n  ratio {best['seconds'] / seconds:.1f} {MEASURE[kind]} by "
              f"{last['fastest']}; not counted: compilation {best['compile_seconds']:.1f}, its mesh {best['mesh_seconds']:.2f} core-s",
              flush=True)


def theirs(kind: str, case: Path, result: Path, peer: str, python: str):
    """Return the lines of a peer and its fields."""
    rows = lines([python, str(HERE / f"by_{peer}.py"), str(case), str(result), WAYS[kind, peer]])
    return rows, np.load(result)


def main() -> None:
    parser = argparse.ArgumentParser(description="This engine and its peers side by side.")
    for peer in PEERS:
        parser.add_argument(f"--{peer}", metavar="PYTHON", help=f"the Python that has {peer}")
    parser.add_argument("--nodes", type=int, nargs="+")
    parser.add_argument("--kind", choices=NODES)
    asked = vars(parser.parse_args())
    pythons = {peer: asked[peer] for peer in PEERS if asked[peer]}
    if not pythons:
        parser.error(f"name the Python of at least one peer: {', '.join(f'--{peer}' for peer in PEERS)}")
    for kind in [asked["kind"]] if asked["kind"] else NODES:
        for nodes in asked["nodes"] or NODES[kind]:
            side_by_side(kind, nodes, pythons)


if __name__ == "__main__":
    main()
