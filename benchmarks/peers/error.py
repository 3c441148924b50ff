"""The solid disc at equal error: what a peer takes on tetrahedra beside what this engine takes on wedges to be off by as much.

    python benchmarks/peers/error.py [--ngsolve PYTHON] [--dolfinx PYTHON] [--nodes N] [--fine N]

Off is the root mean square, over positions spread evenly at random in the disc and the three solutes relative to their supply, of
the difference from a fine mesh: once solved on its wedges, once on its tetrahedra, as neither operator is to be its own judge. On
its nodes a peer has the same fields as this engine on tetrahedra (table.py), so these give its error. Between the meshes error and
core-seconds of the wedges are interpolated by powers of the nodes; they are timed before and after the peers.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from engine import disc_on
from table import PEERS, engine, theirs

SIZES = (5_000, 10_000, 25_000, 50_000)
POSITIONS = 1000


def positions(mesh) -> np.ndarray:
    """Return evenly spread random positions (m) in a mesh."""
    random, low, high = np.random.default_rng(1), mesh.nodes.min(axis=0), mesh.nodes.max(axis=0)
    found = low + random.random((8 * POSITIONS, 3)) * (high - low)
    return found[mesh.holds(found)][:POSITIONS]


def values(nodes: int, fields: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return the fields (3, positions) of a mesh of about this many nodes."""
    _, corners, weights = disc_on("wedges", nodes).mesh.weights(at)
    return (fields[:, corners] * weights).sum(axis=2)


def main() -> None:
    parser = argparse.ArgumentParser(description="The solid disc at equal error.")
    for peer in PEERS:
        parser.add_argument(f"--{peer}", metavar="PYTHON", help=f"the Python that has {peer}")
    parser.add_argument("--nodes", type=int, default=50_000, help="of the peer's mesh")
    parser.add_argument("--fine", type=int, default=200_000, help="nodes of the mesh that all are held against")
    asked = vars(parser.parse_args())
    at = positions(disc_on("wedges", SIZES[0]).mesh)
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder) / "case.npz"

        def of(kind: str, nodes: int):
            told = engine(kind, nodes, case)
            return told, values(nodes, np.load(case.with_suffix(f".{kind}.npy")), at)

        fine = {kind: of(kind, asked["fine"])[1] for kind in ("wedges", "tetrahedra")}
        wedges = [of("wedges", nodes) for nodes in SIZES]
        tets, field = of("tetrahedra", asked["nodes"])
        best = {}
        for peer in filter(asked.get, PEERS):
            *ways, last = theirs("tetrahedra", case, Path(folder) / "peer.npy", peer, asked[peer])[0]
            best[peer] = next(row for row in ways if row["way"] == last["fastest"])
        seconds_of = [min(told["seconds"], engine("wedges", nodes, case)["seconds"])
                      for nodes, (told, _) in zip(SIZES, wedges, strict=True)]
    for judge, reference in fine.items():
        off = [float(np.sqrt(np.mean((found - reference) ** 2))) for _, found in wedges]
        target = float(np.sqrt(np.mean((field - reference) ** 2)))
        print(f"against {judge} of about {asked['fine']} nodes: tetrahedra of {tets['nodes']} nodes are off by {target:.2e} of the supply")
        sizes = [told["nodes"] for told, _ in wedges]
        for size, one, took in zip(sizes, off, seconds_of, strict=True):
            print(f"  wedges of {size:>6} nodes {one:.2e}  {took:.2f} core-s")
        n, t = np.log(sizes), np.log(seconds_of)
        slope, start = np.polyfit(n, np.log(off), 1)
        nodes = (np.log(target) - start) / slope
        seconds = float(np.exp(np.polyval(np.polyfit(n, t, 1), nodes)))
        print(f"  off by as much with {np.exp(nodes):.0f} nodes in {seconds:.2f} core-s", flush=True)
        for row in best.values():
            print(f"  ratio {row['seconds'] / seconds:.1f} to {row['peer']}, {row['way']}: {row['seconds']:.1f} core-s   >= 4 at about 50k")


if __name__ == "__main__":
    main()
