"""The generic L4/L5 in three dimensions by NGSolve and by this engine: one mesh, one thread, core-seconds.

    python benchmarks/peers/solid_ngsolve.py [nodes ...]       needs `pip install ngsolve pyamg`

Both solve the same equations on the same tetrahedra (each wedge cut into three), P1 with the reaction lumped at the corners,
to a relative residual of 1e-8; assembly and factorisation count. This engine is then run on the wedges themselves with its
own operator. Direct and iterative solvers of NGSolve are both tried; the faster one is its result.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "verification"))
RESIDUAL = 1e-8
FORCING = 1e-3  # of its GMRes: of 1e-2 to 1e-6 the fastest
NEWTON = 30
DIRECT_UP_TO = 15_000  # nodes beyond which a direct factor of three fields takes minutes


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


def tet_operators(mesh):
    """Return points and stiffness of lumped P1 on the tetrahedra, for the bench only."""
    from scipy.sparse import coo_array, csr_array

    from pulposus.tissue.mesh import REGIONS
    from pulposus.tissue.operators import Stiffness
    from pulposus.tissue.points import Points

    cells, region = tetrahedra(mesh)
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


def engine(disc, on_tets: bool):
    """Return (fields, core-seconds) of this engine, from a mesh to its solution."""
    from pulposus.tissue import extrusion
    from pulposus.tissue.coupled import Coupled
    from pulposus.tissue.multigrid import Multigrid
    from pulposus.tissue.system import System
    from pulposus.tissue.transport import Transport

    start = time.process_time()
    points, K = tet_operators(disc.mesh) if on_tets else (extrusion.volumes(disc.mesh), extrusion.stiffness(disc.mesh))
    p = {k: v if np.ndim(v) == 0 or np.shape(v) != np.shape(disc.points.volume) else None for k, v in disc.p.items()}
    for symbol in [k for k, v in p.items() if v is None]:  # values by region, at these points
        by = [disc.p[symbol][np.flatnonzero(disc.points.region == r)[0]] for r in range(3)]
        p[symbol] = np.array(by)[points.region]
    system = System(disc.system.processes, p, points, {})
    fields = [system.fields[n] for n in system.diffusing]
    coupled = Coupled(system, Transport(fields, K, points, {f.name: disc.held for f in fields}, Multigrid))
    ones = np.ones_like(points.volume)
    c = np.array([np.full(disc.mesh.size, f.start) for f in fields])
    y = {n: np.asarray(system.fields[n].start) * ones for n in system.local}
    solution = coupled.solve(c, y, {}, 0.0, tol=RESIDUAL)
    assert solution.converged
    return solution.c, time.process_time() - start


def ng_mesh(mesh):
    """Return the NGSolve mesh of the tetrahedra; the boundary is told by node numbers."""
    import netgen.meshing as nm
    import ngsolve as ng

    cells, region = tetrahedra(mesh)
    out = nm.Mesh(dim=3)
    out.AddPoints(np.ascontiguousarray(mesh.nodes * 1e3))
    for index in range(3):
        out.AddElements(dim=3, index=index + 1, data=np.ascontiguousarray(cells[region == index].astype(np.int32)), base=0)
        out.SetMaterial(index + 1, ("NP", "AF", "CEP")[index])
    return ng.Mesh(out)


def rates(ng, p, u):
    """Return oxygen uptake and lactate release per cell; all values stay positive here, so no limits are needed."""
    acid = p["pH_at_zero_lactate"] + p["pH_per_lactate"] * u[1]
    a = acid - p["oxygen_rate_pH_zero"]
    qO = p["oxygen_rate_slope"] * a * u[0] / (p["oxygen_half_base"] + u[0] + p["oxygen_half_slope"] * a)
    return qO, p["lactate_rate_unit"] * ng.exp(p["lactate_rate_log"] + p["lactate_rate_pH"] * acid + p["lactate_rate_oxygen"] * u[0]
                                               + p["lactate_rate_oxygen_square"] * u[0] ** 2)


def newton(ng, a, X, state, free, iterative, start):
    """Solve by Newton; return (fields (3, n), core-seconds, Newton steps)."""
    from ngsolve.krylovspace import GMRESSolver

    residual, step = state.vec.CreateVector(), state.vec.CreateVector()
    held = np.array([not free[i] for i in range(X.ndof)])
    first = None
    count = 0
    while count < NEWTON:
        a.Apply(state.vec, residual)
        residual.FV().NumPy()[held] = 0.0
        size = float(np.linalg.norm(residual.FV().NumPy()))
        first = first or size
        if size <= RESIDUAL * first:
            break
        a.AssembleLinearization(state.vec)
        if iterative:
            pre = a.mat.CreateSmoother(free)
            step.data = GMRESSolver(mat=a.mat, pre=pre, maxiter=2000, tol=FORCING, printrates=False) * residual
        else:
            step.data = a.mat.Inverse(free, inverse="umfpack") * residual
        state.vec.data -= step
        count += 1
    return state.vec.FV().NumPy().reshape(3, -1).copy(), time.process_time() - start, count


def peer(disc, iterative: bool):
    """Return (fields, core-seconds, iterations) of NGSolve: Newton with backtracking left out, as the start is near enough."""
    import ngsolve as ng

    from pulposus.tissue.nutrition import SOLUTES

    start = time.process_time()
    mesh, p, system = ng_mesh(disc.mesh), disc.p, disc.system
    V = ng.H1(mesh, order=1)
    X = ng.FESpace([V, V, V])
    (w, v), fields = X.TnT(), [system.fields[s] for s in SOLUTES]
    u = [field.scale * w[i] for i, field in enumerate(fields)]  # unknowns and equations of one size, which GMRes needs

    def by_region(values):
        return mesh.MaterialCF(dict(zip(("NP", "AF", "CEP"), values, strict=True)))

    def regional(symbol):
        value = p[symbol]
        return [float(value)] * 3 if np.ndim(value) == 0 else [float(value[disc.points.region == r][0]) for r in range(3)]

    n = by_region([float(x) for x in np.array([disc.initial()[1]["native"][disc.points.region == r][0] for r in range(3)])])
    qO, qL = rates(ng, p, u)
    sinks = (n * by_region(regional("porosity")) / p["oxygen_solubility"] * qO, -n * qL, n * p["glucose_per_lactate"] * qL)
    corners = ng.IntegrationRule([(1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0)], [1 / 24] * 4)
    lumped = ng.dx(intrules={ng.ET.TET: corners})
    a = ng.BilinearForm(X)
    for i, field in enumerate(fields):
        scale = 1.0 / (field.scale * field.diffusivity["NP"])
        D = by_region([1e6 * field.diffusivity[r] for r in ("NP", "AF", "CEP")])  # mm2/s
        a += scale * D * field.scale * ng.grad(w[i]) * ng.grad(v[i]) * ng.dx
        a += scale * sinks[i] * v[i] * lumped
    state = ng.GridFunction(X)
    free = ng.BitArray(X.ndof)
    free.Set()
    size = V.ndof
    vec = state.vec.FV().NumPy()
    for i, field in enumerate(fields):
        vec[i * size:(i + 1) * size] = field.start / field.scale
        for tag, value in field.boundary.items():
            vec[i * size + disc.held[tag]] = value / field.scale
            for node in disc.held[tag]:
                free.Clear(int(i * size + node))
    return newton(ng, a, X, state, free, iterative, start)


def main() -> None:
    import ngsolve as ng
    from solid_cases import generic

    ng.ngsglobals.msg_level = 0
    ng.SetNumThreads(1)
    for nodes in [int(a) for a in sys.argv[1:]] or [10_000, 50_000]:
        disc, _ = generic(nodes)
        ours, seconds = engine(disc, on_tets=True)
        print(f"{disc.mesh.size} nodes, tetrahedra: this engine {seconds:.2f} core-s", flush=True)
        times = []
        for iterative in [True] + [False] * (disc.mesh.size <= DIRECT_UP_TO):
            theirs, took, steps = peer(disc, iterative)
            worst = np.abs(theirs - ours / disc.coupled.scale).max()
            times.append(took)
            print(f"  NGSolve {ng.__version__} {'GMRes' if iterative else 'UMFPACK'}: {took:.1f} core-s, {steps} Newton, difference over "
                  f"the supply {worst:.1e}", flush=True)
        _, own = engine(disc, on_tets=False)
        print(f"  ratio {min(times) / seconds:.1f} on tetrahedra; on wedges this engine takes {own:.2f} core-s, "
              f"ratio {min(times) / own:.1f}", flush=True)


if __name__ == "__main__":
    main()
