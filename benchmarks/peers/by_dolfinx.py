"""The shared case by dolfinx: `python3 by_dolfinx.py CASE RESULT [WAY|WAY]` in a Python that has it.

Forms with automatic Jacobian, compiled by FFCx (timed apart, in an empty cache), Newton to a relative residual, one thread. The
ways solve the linear systems; one line of JSON for each, and the fields of a tighter solve by the fastest in RESULT.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["XDG_CACHE_HOME"] = _CACHE = tempfile.mkdtemp()  # nothing compiled before

import numpy as np
from case import load, rates, spent, tell

RESIDUAL, TIGHT, FORCING = 1e-8, 1e-11, 1e-3
NEWTON = 30
WAYS = {
    "MUMPS": {"ksp_type": "preonly", "pc_type": "lu", "pc_factor_mat_solver_type": "mumps"},
    "MUMPS once, then GMRES": {"ksp_type": "gmres", "pc_type": "lu", "pc_factor_mat_solver_type": "mumps", "ksp_gmres_restart": 100},
    "GMRES, ILU": {"ksp_type": "gmres", "pc_type": "ilu", "ksp_gmres_restart": 200, "ksp_max_it": 2000},
    "GMRES, Jacobi": {"ksp_type": "gmres", "pc_type": "pbjacobi", "ksp_gmres_restart": 200, "ksp_max_it": 3000},
    "GMRES, SSOR": {"ksp_type": "gmres", "pc_type": "sor", "ksp_gmres_restart": 200, "ksp_max_it": 2000},
    "GMRES, hypre": {"ksp_type": "gmres", "pc_type": "hypre", "pc_hypre_type": "boomeramg", "ksp_gmres_restart": 200},
}


def mesh_of(case):
    """Return the mesh, and the node of the case that each of its vertices is."""
    import ufl
    from dolfinx import mesh
    from mpi4py import MPI

    kind = "triangle" if case.turned else "tetrahedron"
    made = mesh.create_mesh(MPI.COMM_SELF, case.cells, case.nodes, ufl.Mesh(ufl.VectorElement("Lagrange", kind, 1)))
    return made, np.asarray(made.geometry.input_global_indices), np.asarray(made.topology.original_cell_index)


def problem(case, made):
    """Return what Newton needs: forms, state, held boundary values and the case's node of every degree of freedom."""
    import ufl
    from dolfinx import fem

    mesh, node, cell = made
    V = fem.FunctionSpace(mesh, ufl.VectorElement("Lagrange", mesh.ufl_cell(), 1, dim=3))
    dofs, at = V.dofmap.list.array, mesh.geometry.dofmap.array
    of = np.empty(len(case.nodes), dtype=np.int64)
    of[dofs] = node[at]
    constant = fem.FunctionSpace(mesh, ("DG", 0))
    u, v, edge, weight = fem.Function(V), ufl.TestFunction(V), fem.Function(V), fem.Function(V)
    edge.x.array[:] = case.edge[:, of].T.ravel()
    weight.x.array[:] = case.weight[:, of].T.ravel()
    held = fem.dirichletbc(edge, np.flatnonzero(case.held[of]).astype(np.int32))
    corner = ufl.dx(metadata={"quadrature_rule": "vertex", "quadrature_degree": 1})
    measure = 4 * ufl.pi * ufl.SpatialCoordinate(mesh)[0] if case.turned else 1.0
    uptake, release = rates(case.rates, u, case.scale, ufl.exp)
    F = sum(weight[i] * q * v[i] for i, q in enumerate((uptake, release, release))) * corner
    for i in range(3):
        D = fem.Function(constant)
        D.x.array[:] = case.diffusivity[i, case.region[cell]]
        F += measure * D * ufl.inner(ufl.grad(u[i]), ufl.grad(v[i])) * ufl.dx
    best = {"cffi_extra_compile_args": ["-O3", "-march=native"]}
    residual, slope = (fem.form(form, jit_params=best) for form in (F, ufl.derivative(F, u)))
    return residual, slope, u, held, of


def solved(case, forms, way: str, tol: float):
    """Return (fields, core-seconds, Newton steps, linear iterations, converged) from forms to the solution."""
    from dolfinx import fem
    from petsc4py import PETSc

    start = spent()
    residual, slope, u, held, of = forms
    u.x.array[:] = case.start[:, of].T.ravel()
    b, A, step = fem.petsc.create_vector(residual), fem.petsc.create_matrix(slope), u.vector.copy()
    options = PETSc.Options()
    for key, value in WAYS[way].items():
        options[key] = value
    ksp = PETSc.KSP().create(A.comm)
    ksp.setOperators(A)
    ksp.setFromOptions()
    for key in WAYS[way]:
        options.delValue(key)
    ksp.setTolerances(rtol=FORCING)
    fem.petsc.set_bc(u.vector, [held])
    first, inner = None, 0
    for newton in range(NEWTON):
        with b.localForm() as local:
            local.set(0.0)
        fem.petsc.assemble_vector(b, residual)
        fem.petsc.set_bc(b, [held], u.vector)
        size = b.norm()
        first = first or size
        if size <= tol * first:
            break
        if newton == 1 and "once" in way:
            ksp.getPC().setReusePreconditioner(True)
        A.zeroEntries()
        fem.petsc.assemble_matrix(A, slope, bcs=[held])
        A.assemble()
        ksp.solve(b, step)
        inner += ksp.getIterationNumber()
        u.vector.axpy(-1.0, step)
    took = spent() - start
    fields = np.empty_like(case.start)
    fields[:, of] = u.x.array.reshape(-1, 3).T
    ksp.destroy()
    A.destroy()
    return fields, took, newton, inner, size <= tol * first


def main() -> None:
    import dolfinx

    logging.getLogger().setLevel(logging.WARNING)
    case, ways = load(sys.argv[1]), sys.argv[3].split("|") if len(sys.argv) > 3 else list(WAYS)
    start = spent()
    made = mesh_of(case)
    mesh_seconds, start = spent() - start, spent()
    forms = problem(case, made)
    told = {"peer": f"dolfinx {dolfinx.__version__}", "nodes": len(case.nodes), "mesh_seconds": mesh_seconds,
            "compile_seconds": spent() - start}
    tell(sys.argv[2], told, ways, len(case.nodes), lambda way, tol: solved(case, forms, way, tol), RESIDUAL, TIGHT)


if __name__ == "__main__":
    main()
