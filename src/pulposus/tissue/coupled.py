"""The coupled solve: diffusing fields by Newton-GMRES in fixed-point form, local fields eliminated at every point.

    A c = load(r(c, y)) + b,     y = y^ + tau f(y, c)       (tau = None: steady, local fields held)
    G(c) = c - A^-1 (load(r(c, y(c))) + b),   dG v = v - A^-1 load((r_c + r_y dy/dc) v),   dy/dc = (I - tau f_y)^-1 tau f_c

Preconditioning by A makes the Krylov count independent of the mesh; progress is measured in G, never in the raw residual.
Steady fields that name a decay k, such as cytokines, take it into A on both sides, A = K + k m, and follow the others: they
are set to their image, again and again while they answer themselves, whenever the others stand still. A cold start that fails
is repeated by density continuation: r is scaled up in geometric stages.
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
_NEWTON, _LOCAL, _HALVINGS, _KRYLOV, _REPEATS = 30, 25, 10, 80, 1000  # iteration limits
_SLOW = 0.5  # ratio of two moves from which it pays to go on along the last
_NEAR = 1e3  # tolerances from which fields that follow are repeated on the spot
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


@dataclass(frozen=True)
class _Task:
    """What stays the same during one solve: compartments, time, y^, tau, b, 1/tau or k by field, k taken into A, share of r."""

    g: dict[str, Any]
    t: float
    y_hat: dict[str, Any]
    tau: float | None
    b: Array
    rates: tuple[float, ...]
    decay: Array
    share: float


class Coupled:
    """One disc's coupled problem; `transport` and `system` describe the same diffusing fields in the same order."""

    def __init__(self, system: System, transport: Transport) -> None:
        self.system, self.transport = system, transport
        self.names = [f.name for f in transport.fields]
        self.scale = np.array([f.scale for f in transport.fields])[:, None]
        self.slow = np.array([f.kind == "slow" for f in transport.fields])
        self.reading = {names[0]: system.split_by_reads(names) for names in (system.coupled, system.downstream) if names}
        self.decay = np.array([f.decay if f.kind == "steady" else 0.0 for f in transport.fields])

    def state(self, c: Array, y: dict[str, Any], g: dict[str, Any], t: float) -> dict[str, Any]:
        """Return the state as processes see it: all fields at the points, compartments and modifiers."""
        return self.system.with_modifiers({**self.seen(c), **y, **g}, t)

    def seen(self, c: Array) -> dict[str, Any]:
        """Return the diffusing fields at the points."""
        return dict(zip(self.names, self.system.points.at(c), strict=True))

    def eliminate(self, names: list[str], c: Array, y: dict[str, Any], y_hat: dict[str, Any], g: dict[str, Any],
                  tau: float, t: float) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return y with y = y^ + tau f(y, c) for the named local fields, and the state it was reached in."""
        system, reading = self.system, self.reading[names[0]]
        first = {**self.seen(c), **y, **g}
        held = system.factors(reading[1], first, t)  # what does not depend on the fields that are solved for
        for _ in range(_LOCAL):
            factors = system.factors(reading[0], {**first, **y}, t, held)
            state = {**first, **y, **{f"modifier.{name}": value for name, value in factors.items()}}
            rates = system.rates(names, state, t)
            residual = {n: y[n] - y_hat[n] - tau * rates[n] for n in names}
            worst = max(float(np.max(np.abs(residual[n]))) / (system.fields[n].scale + float(np.max(np.abs(y[n]))))
                        for n in names)
            if worst < _LOCAL_TOL:
                return y, state
            J = implicit_matrix(system.jacobian(names, names, state, t), names, tau)
            step = solve_blocks(J, {(n, "x"): residual[n] for n in names}, names, ["x"])
            y = {**y, **{n: y[n] - step[n, "x"] for n in names}}
        y = {**y, **{n: y[n] * np.nan for n in names}}  # not to be solved at this tau: the step must fail
        return y, self.state(c, y, g, t)

    def sensitivities(self, state: dict[str, Any], tau: float | None, t: float,
                      among: list[str] | None = None) -> dict[tuple[str, str], Any]:
        """Return the effective blocks d r(diffusing) / d c among some (all) fields, the eliminated local fields included."""
        system, names, local = self.system, among or self.names, self.system.coupled
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

    def _local(self, c: Array, y: dict[str, Any], task: _Task) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return y(c) and the state."""
        if task.tau and self.system.coupled:
            return self.eliminate(self.system.coupled, c, y, task.y_hat, task.g, task.tau, task.t)
        return y, self.state(c, y, task.g, task.t)

    def _image(self, c: Array, state: dict[str, Any], task: _Task, rows: NDArray[np.intp]) -> Array:
        """Return A^-1 (share load(r(state)) + b) with boundary values for the fields `rows`, or an improvement of c towards it, and
        c for the others."""
        names, image = [self.names[i] for i in rows], c.copy()
        r = self.system.rates(names, state, task.t)
        shape = np.ones_like(self.system.points.volume)
        load = np.array([self.system.points.load(r[f] * shape) for f in names])
        decay = task.decay[rows]
        if decay.any():
            load += decay[:, None] * self.transport.mass[rows] * c[rows]
        inner = self.transport.image(c[rows], task.share * load + task.b[rows], task.rates, rows.tolist())
        image[rows] = np.where(self.transport.free[rows], inner, self.transport.edge[rows])
        if task.tau is None:  # at rest a slow field stays as it is
            image[self.slow] = c[self.slow]
        return image

    def _task(self, g: dict[str, Any], t: float, y_hat: dict[str, Any], tau: float | None, c_hat: Array | None,
              stored: Array | None, share: float) -> _Task:
        if tau is None:  # slow fields are held; any rate keeps their unused operator regular
            storing = self.slow.astype(float)
        else:
            storing = np.zeros(len(self.names)) if stored is None else np.where(stored > 0, 1.0 / tau, 0.0)
        decay = np.where(storing > 0, 0.0, self.decay)
        rates = tuple((storing + share * decay).tolist())
        b = self.transport.lift(rates)
        if c_hat is not None:
            b = b + storing[:, None] * self.transport.mass * c_hat
        return _Task(g, t, y_hat, tau, b, rates, decay, share)

    def solve(self, c: Array, y: dict[str, Any], g: dict[str, Any], t: float, *, tau: float | None = None,
              c_hat: Array | None = None, y_hat: dict[str, Any] | None = None, stored: Array | None = None,
              tol: float = TOL, share: float = 1.0) -> Solution:
        """Solve from the guess (c, y). stored: 1 for fields whose d/dt counts, 0 for quasi-steady ones; share scales r."""
        task = self._task(g, t, y_hat or y, tau, c_hat, stored, share)
        lead, follow = np.flatnonzero(task.decay == 0), np.flatnonzero(task.decay > 0)
        first = np.where(self.transport.free, c, self.transport.edge)
        solution = Solution(first, y, c, False)
        solution.y, state = self._local(solution.c, y, task)
        solution.c, ahead = self._follow(solution.c, solution, state, task, follow, tol)  # a first guess, y not yet following it
        if ahead >= tol:
            state = self.state(solution.c, solution.y, g, t)
        image = self._image(solution.c, state, task, lead)
        for solution.newton in range(_NEWTON + 1):
            G = solution.c - image
            size = self._size(G)
            if size < tol:
                image, moved = self._follow(image, solution, state, task, follow, tol, 1.0)
                if max(moved, ahead) < tol:
                    # y belongs to the followers as they were before the first guess of them, as long as no step was taken
                    solution.used, solution.c, solution.converged = first if ahead else solution.c, image, True
                    break
                trial = image
                y_trial, state = self._local(trial, solution.y, task)
                image = self._image(trial, state, task, lead)
            elif not np.isfinite(size) or solution.newton == _NEWTON:
                break
            else:
                step = np.zeros_like(G)
                step[lead] = self._direction(G[lead], state, task, lead, solution)
                for halving in range(_HALVINGS):
                    trial = solution.c - step * 0.5**halving
                    y_trial, state = self._local(trial, solution.y, task)
                    image = self._image(trial, state, task, lead)
                    smaller = self._size(trial - image)
                    if smaller <= (1 - _DECREASE * 0.5**halving) * size or smaller < tol:
                        break
                else:
                    break
            solution.c, solution.y, ahead = trial, y_trial, 0.0
        return solution

    def _follow(self, image: Array, solution: Solution, state: dict[str, Any], task: _Task, follow: NDArray[np.intp],
                tol: float, near: float = _NEAR) -> tuple[Array, float]:
        """Return the image with the fields that follow, and by how much they moved, of their scale and size.

        They are solved by repetition, which converges where their answer to themselves is less than themselves; where it is
        nearly as much, every third round goes on along the last move to where its geometric series ends (Aitken). `near` is how
        many tolerances may be left for a later round.
        """
        c, moved, before = solution.c, 0.0, np.inf
        if not len(follow):
            return image, moved
        for repeat in range(_REPEATS):
            found = self._image(c, state, task, follow)
            size = self.scale[follow] + np.max(np.abs(found[follow]), axis=1, keepdims=True)
            change = float(np.max(np.abs(found[follow] - c[follow]) / size))
            moved, ratio, before = max(moved, change), change / before, change
            if repeat % 3 == 2 and _SLOW < ratio < 1 and change >= near * tol:
                found[follow] += ratio / (1 - ratio) * (found[follow] - c[follow])
            c = found
            if not change >= near * tol:  # the next round looks again
                image = image.copy()
                image[follow] = c[follow]
                return image, moved if np.isfinite(change) else np.inf
            state = self.state(c, solution.y, task.g, task.t)
        return image * np.nan, np.inf

    def _size(self, G: Array, rows: Any = slice(None)) -> float:
        return float(np.max(np.abs(G[rows] / self.scale[rows])))

    def _direction(self, G: Array, state: dict[str, Any], task: _Task, lead: NDArray[np.intp], solution: Solution) -> Array:
        """Return the Newton step dG^-1 G of the leading fields by GMRES."""
        from scipy.sparse.linalg import LinearOperator, gmres

        points, scale, names = self.system.points, self.scale[lead], [self.names[i] for i in lead]
        shape, held = G.shape, self.slow[lead] if task.tau is None else np.zeros(len(lead), dtype=bool)
        blocks = [(names.index(f), names.index(w), task.share * points.volume * block)
                  for (f, w), block in self.sensitivities(state, task.tau, task.t, names).items() if np.any(block)]

        def product(v: Array) -> Array:
            field = v.reshape(shape) * scale
            at = points.at(field)
            weighted = np.zeros_like(at)
            for f, w, block in blocks:
                weighted[f] += block * at[w]
            answer = self.transport.image(field, points.gather(weighted), task.rates, lead.tolist())
            answer[held] = 0.0
            return ((field - answer) / scale).ravel()

        def count(_: float) -> None:
            solution.krylov += 1

        operator = LinearOperator((shape[0] * shape[1],) * 2, matvec=product, dtype=float)
        found, _ = gmres(operator, (G / scale).ravel(), rtol=_FORCING, atol=0.0, restart=_KRYLOV, maxiter=2,
                         callback=count, callback_type="pr_norm")
        return found.reshape(shape) * scale

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
