"""The coupled solve: diffusing fields by Newton-GMRES in fixed-point form, local fields eliminated at every point.

    A c = load(r(c, y)) + b,     y = y^ + tau f(y, c)       (tau = None: steady, local fields held)
    G(c) = c - A^-1 (load(r(c, y(c))) + b),   dG v = v - A^-1 load((r_c + r_y dy/dc) v),   dy/dc = (I - tau f_y)^-1 tau f_c

Preconditioning by A makes the Krylov count independent of the mesh; progress is measured in G, never in the raw
residual. A cold start that fails is repeated by density continuation: r is scaled up in geometric stages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.tissue.system import System, implicit_matrix, solve_blocks
from pulposus.tissue.transport import Transport

__all__ = ["Coupled", "Solution"]

Array = NDArray[np.float64]
_NEWTON, _LOCAL, _HALVINGS, _KRYLOV = 30, 25, 10, 80  # iteration limits
_FORCING = 1e-3  # relative tolerance of the linear solves
_LOCAL_TOL = 1e-13  # the local elimination is solved to round-off, so that ledgers close
_STAGES = 8  # of density continuation
TOL = 1e-6  # of the coupled solve where a caller names none, relative to the scale of each field
_DECREASE = 1e-4  # sufficient decrease of the line search


@dataclass
class Solution:
    """c: (fields, nodes); y: local field -> (points,); used: the c at which rates and y were last evaluated.

    A c = load(r(used, y)) + b holds for c to round-off, so balances drawn up with `used` close exactly.
    """

    c: Array
    y: dict[str, Any]
    used: Array
    converged: bool
    newton: int = 0
    krylov: int = 0
    continued: bool = False


class Coupled:
    """One disc's coupled problem; `transport` and `system` describe the same diffusing fields in the same order."""

    def __init__(self, system: System, transport: Transport) -> None:
        self.system, self.transport = system, transport
        self.names = [f.name for f in transport.fields]
        self.scale = np.array([f.scale for f in transport.fields])[:, None]
        self.slow = np.array([f.kind == "slow" for f in transport.fields])

    def state(self, c: Array, y: dict[str, Any], g: dict[str, Any], t: float) -> dict[str, Any]:
        """Return the state as processes see it: all fields at the points, compartments and modifiers."""
        return self.system.with_modifiers({**self.seen(c), **y, **g}, t)

    def seen(self, c: Array) -> dict[str, Any]:
        """Return the diffusing fields at the points."""
        return dict(zip(self.names, self.system.points.at(c), strict=True))

    def eliminate(self, names: list[str], c: Array, y: dict[str, Any], y_hat: dict[str, Any], g: dict[str, Any],
                  tau: float, t: float) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return y with y = y^ + tau f(y, c) for the named local fields, and the state it was reached in."""
        system = self.system
        for _ in range(_LOCAL):
            state = self.state(c, y, g, t)
            rates = system.rates(names, state, t)
            residual = {n: y[n] - y_hat[n] - tau * rates[n] for n in names}
            worst = max(float(np.max(np.abs(residual[n]))) / (system.fields[n].scale + float(np.max(np.abs(y[n]))))
                        for n in names)
            if worst < _LOCAL_TOL:
                break
            J = implicit_matrix(system.jacobian(names, names, state, t), names, tau)
            step = solve_blocks(J, {(n, "x"): residual[n] for n in names}, names, ["x"])
            y = {**y, **{n: y[n] - step[n, "x"] for n in names}}
        else:  # not to be solved at this tau: the step must fail, not go on with half an answer
            y = {**y, **{n: y[n] * np.nan for n in names}}
        return y, self.state(c, y, g, t)

    def sensitivities(self, state: dict[str, Any], tau: float | None, t: float) -> dict[tuple[str, str], Any]:
        """Return the effective blocks d r(diffusing) / d c, the eliminated local fields included."""
        system, names, local = self.system, self.names, self.system.coupled
        blocks = system.jacobian(names, [*names, *(local if tau else [])], state, t)
        out = {(f, w): b for (f, w), b in blocks.items() if w in names}
        if not tau or not local:
            return out
        J = system.jacobian(local, [*names, *local], state, t)
        matrix = implicit_matrix({k: b for k, b in J.items() if k[1] in local}, local, tau)
        slopes = solve_blocks(matrix, {k: tau * b for k, b in J.items() if k[1] in names}, local, names)
        for f in names:
            for w in names:
                for n in local:
                    if (f, n) in blocks and (n, w) in slopes:
                        out[f, w] = out.get((f, w), 0.0) + blocks[f, n] * slopes[n, w]
        return out

    def _image(self, c: Array, y: dict[str, Any], y_hat: dict[str, Any], g: dict[str, Any], tau: float | None, t: float,
               b: Array, rates: tuple[float, ...], share: float) -> tuple[Array, dict[str, Any], dict[str, Any]]:
        """Return A^-1 (share load(r(c, y(c))) + b) with boundary values, or an improvement of c towards it; y(c); the state."""
        if tau and self.system.coupled:
            y, state = self.eliminate(self.system.coupled, c, y, y_hat, g, tau, t)
        else:
            state = self.state(c, y, g, t)
        r = self.system.rates(self.names, state, t)
        shape = np.ones_like(self.system.points.volume)
        load = np.array([self.system.points.load(r[f] * shape) for f in self.names])
        inner = self.transport.image(c, share * load + b, rates)
        image = np.where(self.transport.free, inner, self.transport.edge)
        if tau is None:  # at rest a slow field stays as it is
            image[self.slow] = c[self.slow]
        return image, y, state

    def solve(self, c: Array, y: dict[str, Any], g: dict[str, Any], t: float, *, tau: float | None = None,
              c_hat: Array | None = None, y_hat: dict[str, Any] | None = None, stored: Array | None = None,
              tol: float = TOL, share: float = 1.0) -> Solution:
        """Solve from the guess (c, y). stored: 1 for fields whose d/dt counts, 0 for quasi-steady ones; share scales r."""
        if tau is None:  # slow fields are held; any rate keeps their unused operator regular
            rates = tuple(self.slow.astype(float))
        else:
            rates = tuple(1.0 / tau if s else 0.0 for s in (np.zeros(len(self.names)) if stored is None else stored))
        b = self.transport.lift(rates)
        if c_hat is not None:
            b = b + np.array(rates)[:, None] * self.transport.mass * c_hat
        args = (y_hat or y, g, tau, t, b, rates, share)
        first = np.where(self.transport.free, c, self.transport.edge)
        solution = Solution(first, y, first, False)
        image, solution.y, state = self._image(solution.c, y, *args)
        for solution.newton in range(_NEWTON + 1):
            G = solution.c - image
            size = float(np.max(np.abs(G / self.scale)))
            if size < tol:
                solution.used, solution.c, solution.converged = solution.c, image, True
                break
            if not np.isfinite(size) or solution.newton == _NEWTON:
                break
            step = self._direction(G, state, tau, t, rates, share, solution)
            for halving in range(_HALVINGS):
                trial = solution.c - step * 0.5**halving
                image, y_trial, state = self._image(trial, solution.y, *args)
                smaller = float(np.max(np.abs((trial - image) / self.scale)))
                if smaller <= (1 - _DECREASE * 0.5**halving) * size or smaller < tol:
                    break
            else:
                break
            solution.c, solution.y = trial, y_trial
        return solution

    def _direction(self, G: Array, state: dict[str, Any], tau: float | None, t: float, rates: tuple[float, ...],
                   share: float, solution: Solution) -> Array:
        """Return the Newton step dG^-1 G by GMRES."""
        from scipy.sparse.linalg import LinearOperator, gmres

        points, shape = self.system.points, G.shape
        blocks = [(self.names.index(f), self.names.index(w), share * points.volume * block)
                  for (f, w), block in self.sensitivities(state, tau, t).items() if np.any(block)]

        def product(v: Array) -> Array:
            field = v.reshape(shape) * self.scale
            at = points.at(field)
            weighted = np.zeros_like(at)
            for f, w, block in blocks:
                weighted[f] += block * at[w]
            answer = self.transport.image(field, points.gather(weighted), rates)
            if tau is None:
                answer[self.slow] = 0.0
            return ((field - answer) / self.scale).ravel()

        def count(_: float) -> None:
            solution.krylov += 1

        operator = LinearOperator((G.size, G.size), matvec=product, dtype=float)
        found, _ = gmres(operator, (G / self.scale).ravel(), rtol=_FORCING, atol=0.0, restart=_KRYLOV, maxiter=2,
                         callback=count, callback_type="pr_norm")
        return found.reshape(shape) * self.scale

    def continued(self, c: Array, y: dict[str, Any], g: dict[str, Any], t: float, tol: float) -> Solution:
        """Solve the steady problem cold; where Newton fails, by density continuation in geometric stages."""
        solution = self.solve(c, y, g, t, tol=tol)
        if solution.converged:
            return solution
        newton, krylov, start = solution.newton, solution.krylov, c
        for stage in range(_STAGES - 1, -1, -1):
            solution = self.solve(start, y, g, t, tol=tol if stage == 0 else max(tol, _FORCING), share=0.5**stage)
            newton, krylov, start = newton + solution.newton, krylov + solution.krylov, solution.c
        return Solution(solution.c, y, solution.used, solution.converged, newton, krylov, True)
