"""The shared case by NGSolve: `python by_ngsolve.py CASE RESULT [WAY|WAY]` in a Python that has it.

The stiffness is assembled once, the reaction as a symbolic form with automatic linearisation that NGSolve compiles (timed apart;
without a C++ compiler it interprets it), Newton to a relative residual, one thread. The ways solve the linear systems; one line
of JSON for each, and the fields of a tighter solve by the fastest in RESULT.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import shutil
import sys
from pathlib import Path

import numpy as np
from case import load, rates, spent, tell

RESIDUAL, TIGHT, FORCING = 1e-8, 1e-11, 1e-3  # of its GMRes 1e-3 is the fastest of 1e-2 to 1e-6
NEWTON, KRYLOV = 30, 2000
WAYS = ("UMFPACK", "UMFPACK once, then GMRes", "GMRes, Gauss-Seidel", "GMRes, multigrid of K")


def mesh_of(ng, case):
    import netgen.meshing as nm

    dim = case.nodes.shape[1]
    out = nm.Mesh(dim=dim)
    out.AddPoints(np.column_stack([case.nodes, np.zeros((len(case.nodes), 3 - dim))]))
    for index in range(3):
        if dim == 2:
            out.Add(nm.FaceDescriptor(surfnr=index + 1, domin=1, bc=index + 1))
        out.AddElements(dim=dim, index=index + 1, data=np.ascontiguousarray(case.cells[case.region == index].astype(np.int32)), base=0)
        out.SetMaterial(index + 1, ("NP", "AF", "CEP")[index])
    return ng.Mesh(out)


class Forms:
    """Spaces and forms of a case; `compiled` says whether by a compiler."""

    def __init__(self, ng, case, mesh, compiled: bool) -> None:
        self.case, self.V = case, ng.H1(mesh, order=1)
        for node in np.flatnonzero(case.held):
            self.V.FreeDofs().Clear(int(node))
        self.X = ng.FESpace([self.V] * 3)
        for dof in np.flatnonzero(np.tile(case.held, 3)):
            self.X.FreeDofs().Clear(int(dof))
        (u, v), weight = self.X.TnT(), [ng.GridFunction(self.V) for _ in range(3)]
        for given, values in zip(weight, case.weight, strict=True):
            given.vec.FV().NumPy()[:] = values
        corners = (ng.IntegrationRule([(1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0)], [1 / 24] * 4) if mesh.dim == 3 else
                   ng.IntegrationRule([(1, 0), (0, 1), (0, 0)], [1 / 6] * 3))
        uptake, release = rates(case.rates, u, case.scale, ng.exp)
        reaction = sum(w * q * test for w, q, test in zip(weight, (uptake, release, release), v, strict=True))
        self.measure = 4 * np.pi * ng.x if case.turned else ng.CF(1.0)
        self.D = [mesh.MaterialCF(dict(zip(("NP", "AF", "CEP"), row.tolist(), strict=True))) for row in case.diffusivity]
        self.degree = int(case.turned)
        self.reaction = reaction.Compile(realcompile=compiled, wait=True)
        self.stiff = sum(self.measure * D * ng.grad(a) * ng.grad(b) for D, a, b in zip(self.D, u, v, strict=True)).Compile()
        self.corner = ng.dx(intrules={ng.ET.TET if mesh.dim == 3 else ng.ET.TRIG: corners})


def multigrid(ng, forms):
    """Return the block diagonal of NGSolve's multigrid for the stiffness of each field; `keep` holds what it lives on."""
    keep, whole = [], None
    for i, D in enumerate(forms.D):
        u, v = forms.V.TnT()
        k = ng.BilinearForm(forms.V, symmetric=True)
        k += forms.measure * D * ng.grad(u) * ng.grad(v) * ng.dx(bonus_intorder=forms.degree)
        one = ng.Preconditioner(k, "h1amg")
        k.Assemble()
        into = ng.Embedding(forms.X.ndof, forms.X.Range(i))
        part = into @ one.mat @ into.T
        whole = part if whole is None else whole + part
        keep += [k, one]
    return whole, keep


def preconditioner(ng, forms, way, A, kept):
    """Return what the linear solve needs and what may be kept for the next."""
    free = forms.X.FreeDofs()
    if way == "UMFPACK once, then GMRes" or "multigrid" in way:
        return kept or ((A.Inverse(free, inverse="umfpack"), []) if "UMFPACK" in way else multigrid(ng, forms))
    if way == "UMFPACK":
        return A.Inverse(free, inverse="umfpack"), []
    return A.CreateSmoother(free), []


def solved(ng, forms, way, tol):
    """Return (fields, core-seconds, Newton steps, linear iterations, converged) from forms to the solution."""
    from ngsolve.krylovspace import GMRESSolver

    start = spent()
    k, a = ng.BilinearForm(forms.X), ng.BilinearForm(forms.X)
    k += forms.stiff * ng.dx(bonus_intorder=forms.degree)
    a += forms.reaction * forms.corner
    k.Assemble()
    case, state = forms.case, ng.GridFunction(forms.X)
    state.vec.FV().NumPy()[:] = np.where(case.held, case.edge, case.start).ravel()
    residual, step = state.vec.CreateVector(), state.vec.CreateVector()
    held, first, newton, inner, kept = np.tile(case.held, 3), None, 0, 0, None
    while True:
        a.Apply(state.vec, residual)
        residual.data += k.mat * state.vec
        residual.FV().NumPy()[held] = 0.0
        size = float(np.linalg.norm(residual.FV().NumPy()))
        first = first or size
        if size <= tol * first or newton == NEWTON:
            break
        a.AssembleLinearization(state.vec)
        A = a.mat
        A.AsVector().data += k.mat.AsVector()
        pre, keep = kept = preconditioner(ng, forms, way, A, kept)
        if way == "UMFPACK":
            step.data = pre * residual
        else:
            # the iteration must see the free unknowns alone
            project = ng.Projector(forms.X.FreeDofs(), True)
            solver = GMRESSolver(mat=project @ A, pre=pre, maxiter=KRYLOV, tol=FORCING, printrates=False)
            step.data = solver * residual
            inner += solver.iterations
        step.FV().NumPy()[held] = 0.0
        state.vec.data -= step
        newton += 1
    return state.vec.FV().NumPy().reshape(3, -1).copy(), spent() - start, newton, inner, size <= tol * first


def main() -> None:
    import ngsolve as ng

    ng.ngsglobals.msg_level = 0
    ng.SetNumThreads(1)
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    case, ways = load(sys.argv[1]), sys.argv[3].split("|") if len(sys.argv) > 3 else WAYS
    start = spent()
    mesh = mesh_of(ng, case)
    mesh_seconds, start = spent() - start, spent()
    compiled = all(map(shutil.which, ("ngscxx", "ngsld", "g++")))
    forms = Forms(ng, case, mesh, compiled)
    told = {"peer": f"NGSolve {ng.__version__}", "nodes": len(case.nodes), "mesh_seconds": mesh_seconds,
            "compile_seconds": spent() - start}
    tell(sys.argv[2], told, ways, len(case.nodes), lambda way, tol: solved(ng, forms, way, tol), RESIDUAL, TIGHT)


if __name__ == "__main__":
    main()
