"""This engine on the shared discs: what it takes from a mesh to its solution, and the case it hands to the peers.

    python benchmarks/peers/engine.py KIND NODES CASE         KIND: plane, wedges or tetrahedra

Prints one line of JSON. `tetrahedra` cuts every wedge of the solid disc into three and lumps P1 on them: an operator of this
bench alone.
"""

from __future__ import annotations

import json
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
from case import RATES, Case, peak

ROOT = Path(__file__).parents[2]
DISCS = {"plane": "ax1.yaml", "wedges": "l45_solid.yaml", "tetrahedra": "l45_solid.yaml"}
RESIDUAL, TIGHT = 1e-8, 1e-12
MM = 1e3


def tetrahedra(mesh):
    """Return the cells (nt, 4) of wedges cut so that neighbours agree, and the region of each."""
    w = mesh.cells
    order = np.argsort(w[:, :3], axis=1)
    low, up = np.take_along_axis(w[:, :3], order, 1), np.take_along_axis(w[:, 3:], order, 1)
    cells = np.concatenate([np.column_stack([low[:, 0], low[:, 1], low[:, 2], up[:, 2]]),
                            np.column_stack([low[:, 0], low[:, 1], up[:, 1], up[:, 2]]),
                            np.column_stack([low[:, 0], up[:, 0], up[:, 1], up[:, 2]])])
    x = mesh.nodes[cells]
    turned = np.einsum("ij,ij->i", np.cross(x[:, 1] - x[:, 0], x[:, 2] - x[:, 0]), x[:, 3] - x[:, 0]) < 0
    cells[turned] = cells[turned][:, [0, 2, 1, 3]]
    return cells, np.tile(mesh.region, 3)


def tet_operators(mesh, cells, region):
    """Return points and stiffness of lumped P1 on the tetrahedra."""
    from scipy.sparse import coo_array, csr_array

    from pulposus.tissue.mesh import REGIONS
    from pulposus.tissue.operators import Stiffness
    from pulposus.tissue.points import Points

    x = mesh.nodes[cells]
    edges = x[:, 1:] - x[:, :1]
    volume = np.linalg.det(edges) / 6
    slopes = np.linalg.inv(edges).transpose(0, 2, 1)
    grad = np.concatenate([-slopes.sum(axis=1, keepdims=True), slopes], axis=1)
    local = np.einsum("tid,tjd->tij", grad, grad) * volume[:, None, None]
    rows, cols = np.repeat(cells, 4, axis=1).ravel(), np.tile(cells, (1, 4)).ravel()
    terms = {}
    pattern = coo_array((np.ones(len(rows)), (rows, cols)), shape=(mesh.size,) * 2).tocsr()
    for index in np.unique(region):
        data = np.where(region == index, 1.0, 0.0)[:, None].repeat(16, 1).ravel() * local.ravel()
        whole = coo_array((np.concatenate([data, np.zeros(pattern.nnz)]),
                           (np.concatenate([rows, np.repeat(np.arange(mesh.size), np.diff(pattern.indptr))]),
                            np.concatenate([cols, pattern.indices]))), shape=pattern.shape).tocsr()
        terms[REGIONS[index], 0] = whole.data
    key, inverse = np.unique(cells.ravel() * 3 + region.repeat(4), return_inverse=True)
    node = key // 3
    basis = csr_array((np.ones(len(key)), (np.arange(len(key)), node)), shape=(len(key), mesh.size))
    return Points(basis, np.bincount(inverse, (volume / 4).repeat(4)), key % 3, node), Stiffness(whole.indptr, whole.indices, terms)


def disc_on(kind: str, nodes: int):
    """Return the shipped disc on about this many nodes."""
    from pulposus.tissue.answer import disc_of
    from pulposus.tissue.disc_file import load_disc

    spec = load_disc(ROOT / "examples" / "discs" / DISCS[kind])
    return disc_of(spec.model_copy(update={"mesh": spec.mesh.model_copy(update={"nodes": nodes})}))


def coupled_on(disc, kind: str, cut):
    """Return the coupled problem of a disc's mesh by the operator of this kind, nothing taken over but parameters."""
    from pulposus.tissue import extrusion, operators
    from pulposus.tissue.coupled import Coupled
    from pulposus.tissue.disc import _FACTORED
    from pulposus.tissue.multigrid import Multigrid
    from pulposus.tissue.system import System
    from pulposus.tissue.transport import Transport, factor

    form = {"plane": operators, "wedges": extrusion}.get(kind)
    points, K = (form.volumes(disc.mesh), form.stiffness(disc.mesh)) if form else tet_operators(disc.mesh, *cut)
    p = {k: v if np.shape(v) != np.shape(disc.points.volume) else
         np.array([v[np.flatnonzero(disc.points.region == r)[0]] for r in range(3)])[points.region] for k, v in disc.p.items()}
    system = System(disc.system.processes, p, points, {})
    fields = [system.fields[n] for n in system.diffusing]
    return Coupled(system, Transport(fields, K, points, {f.name: disc.held for f in fields},
                                     Multigrid if kind != "plane" and disc.mesh.size > _FACTORED else factor))


def solved(disc, kind: str, cut=None, tol: float = RESIDUAL):
    """Return (coupled problem, solution, core-seconds) from a mesh to its solution."""
    start = time.process_time()
    coupled = coupled_on(disc, kind, cut)
    system = coupled.system
    c = np.array([np.full(disc.mesh.size, system.fields[n].start) for n in system.diffusing])
    y = {n: np.asarray(system.fields[n].start) * np.ones_like(system.points.volume) for n in system.local}
    solution = coupled.solve(c, y, {}, 0.0, tol=tol)
    assert solution.converged
    return coupled, solution, time.process_time() - start


def case_of(disc, coupled, cut) -> Case:
    """Return the plain arrays of a disc for the peers."""
    system, transport, points = coupled.system, coupled.transport, coupled.system.points
    p, y = system.p, {n: system.fields[n].start for n in system.local}
    cells = (y["native"] + y["senescent"]) * p["active_fraction"] * np.ones_like(points.volume)
    share = {"oxygen": p["porosity"] / p["oxygen_solubility"], "lactate": -1.0, "glucose": p["glucose_per_lactate"]}
    fields = [system.fields[n] for n in coupled.names]
    size = np.array([f.diffusivity["NP"] * f.scale for f in fields])[:, None]
    lumped = np.array([points.load(share[f.name] * cells) for f in fields]) / size * MM
    return Case(disc.mesh.nodes * MM, cut[0] if cut else disc.mesh.cells, cut[1] if cut else disc.mesh.region,
                np.array([[f.diffusivity[r] / f.diffusivity["NP"] for r in ("NP", "AF", "CEP")] for f in fields]), lumped,
                ~transport.free[0], transport.edge / coupled.scale,
                np.array([np.full(disc.mesh.size, f.start / f.scale) for f in fields]), coupled.scale.ravel(),
                {k: float(p[k]) for k in RATES})


def main() -> None:
    import pyamg  # noqa: F401  (imports are no part of a solution)
    import scipy.sparse.linalg  # noqa: F401

    from pulposus.core.threads import one_blas_thread

    kind, nodes, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    disc = disc_on(kind, nodes)
    cut = tetrahedra(disc.mesh) if kind == "tetrahedra" else None
    run = one_blas_thread(partial(solved, disc, kind, cut))
    runs = [run() for _ in range(3 if disc.mesh.size <= 100_000 else 1)]
    coupled, solution, seconds = min(runs, key=lambda one: one[2])
    memory = peak()
    tight = run(tol=TIGHT)[1]
    case = case_of(disc, coupled, cut)
    if kind != "wedges":
        case.save(path)
    np.save(Path(path).with_suffix(f".{kind}.npy"), tight.c / coupled.scale)
    print(json.dumps({"nodes": disc.mesh.size, "seconds": seconds, "megabytes": memory, "newton": solution.newton,
                      "krylov": solution.krylov, "off": float(np.abs((solution.c - tight.c) / coupled.scale).max())}))


if __name__ == "__main__":
    main()
