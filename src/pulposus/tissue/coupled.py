"""The coupled solve: diffusing fields by Newton-GMRES in fixed-point form, local fields eliminated from it at every point.

    A c = load(r(c, y)) + b,     y = y^ + tau f(y, c)       (tau = None: steady, local fields held)
    G = c - A^-1 (load(r(c, y)) + b),   R = y - y^ - tau f,   J = I - tau f_y,   S = tau J^-1 f_c
    dc - A^-1 load((r_c + r_y S) dc) = G + A^-1 load(r_y J^-1 R),   dy = J^-1 R + S dc       (both are taken off)

Every process is evaluated once per iterate. Preconditioning by A makes the Krylov count independent of the mesh; progress is
measured in G, never in the raw residual. Steady fields that name a decay k, such as cytokines, take it into A on both sides,
A = K + k m, and follow the others: they are set to their image, again and again while they answer themselves (repetition.py). A
cold start that fails is repeated by density continuation: r is scaled up in geometric stages.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.tissue.elimination import Blocks, effective, eliminated
from pulposus.tissue.iterate import Iterate, Rows, Solution, Task, parted
from pulposus.tissue.krylov import gmres
from pulposus.tissue.repetition import repeated
from pulposus.tissue.system import System
from pulposus.tissue.transport import Transport

__all__ = ["Coupled"]

Array = NDArray[np.float64]
Values = dict[str, Any]
_NEWTON, _HALVINGS, _KRYLOV = 30, 10, 160  # iteration limits
_NEAR = 1e3  # tolerances from which fields that follow are repeated on the spot
_FORCING = 1e-3  # relative tolerance of the linear solves
_STAGES = 8  # of density continuation
TOL = 1e-6  # of the coupled solve where a caller names none, relative to the scale of each field
_LOCAL = 1e-2  # what local fields may be off, of the tolerance: arms that differ by little differ by them
_DECREASE = 1e-4  # sufficient decrease of the line search


class Coupled:
    """One disc's coupled problem; `transport` and `system` describe the same diffusing fields in the same order."""

    def __init__(self, system: System, transport: Transport) -> None:
        self.system, self.transport = system, transport
        self.names = [f.name for f in transport.fields]
        self.every = Rows(self.names, range(len(self.names)))
        self.scale = np.array([f.scale for f in transport.fields])[:, None]
        self.slow = np.array([f.kind == "slow" for f in transport.fields])
        self.decay = np.array([f.decay if f.kind == "steady" else 0.0 for f in transport.fields])

    def state(self, c: Array, y: Values, g: Values, t: float) -> Values:
        """Return the state as processes see it: all fields at the points, compartments and modifiers."""
        return self.system.with_modifiers({**self.seen(c), **y, **g}, t)

    def seen(self, c: Array) -> Values:
        """Return the diffusing fields at the points."""
        return dict(zip(self.names, self.system.points.at(c), strict=True))

    def sensitivities(self, state: Values, tau: float | None, t: float) -> Blocks:
        """Return the effective blocks d r(diffusing) / d c, the eliminated local fields included."""
        system, names, local = self.system, self.names, self.system.coupled if tau else []
        blocks = system.jacobian([*names, *local], [*names, *local], state, t)
        return effective(blocks, eliminated(blocks, tau, {}, local, names)[1] if tau else {}, names, local)

    # ---- one iterate
    def _image(self, c: Array, r: Values, task: Task, rows: Rows) -> Array:
        """Return A^-1 (share load(r) + b) with boundary values for the fields `rows`, or an improvement of c towards it, and c for
        the others."""
        transport, image, at = self.transport, c.copy(), rows.at
        load = task.share * self.system.points.load(self._stacked(r, rows)) + task.b[at]
        if task.decay[at].any():
            load += task.share * task.decay[at, None] * transport.mass[at] * c[at]
        image[at] = transport.image(c[at], load, task.rates, rows.numbers) + transport.edge[at]
        if task.tau is None:  # at rest a slow field stays as it is
            image[self.slow] = c[self.slow]
        return image

    def _stacked(self, r: Values, rows: Rows) -> Array:
        out = np.empty((len(rows.names), len(self.system.points.volume)))
        for row, name in zip(out, rows.names, strict=True):
            row[:] = r[name]
        return out

    def _iterate(self, c: Array, y: Values, task: Task) -> Iterate:
        """Evaluate everything once at (c, y)."""
        system, state = self.system, self.state(c, y, task.g, task.t)
        local = system.local if task.tau else []
        rates = system.rates_by_process([*self.names, *local], state, task.t)
        r = system.summed([*self.names, *local], rates)
        image = self._image(c, r, task, self.every)
        made = {n: task.y_hat[n] + task.tau * r[n] for n in local} if task.tau else y
        lead, follow = task.lead.at, task.follow.at
        off = (self._size((c - image)[lead], task.lead), self._off(y, made, system.coupled if task.tau else []),
               self._moved(c[follow], image[follow], task.follow))
        return Iterate(c, y, state, rates, image, made, *off)

    def _off(self, y: Values, made: Values, names: list[str]) -> float:
        """Return by how much local fields are off, of their scale and size."""
        off = [np.abs(made[n] - y[n]).max() / (self.system.fields[n].scale + np.abs(y[n]).max()) for n in names]
        return float(np.max(off, initial=0.0)) / _LOCAL

    def _size(self, G: Array, rows: Rows) -> float:
        return float(np.abs(G / self.scale[rows.at]).max(initial=0.0))

    def _moved(self, c: Array, image: Array, follow: Rows) -> float:
        """Return by how much the fields that follow are to move, of their scale and size."""
        size = self.scale[follow.at] + np.abs(image).max(axis=1, keepdims=True)
        return float((np.abs(image - c) / size).max(initial=0.0))

    # ---- solve
    def _task(self, g: Values, t: float, y_hat: Values, tau: float | None, c_hat: Array | None, stored: Array | None, share: float,
              tol: float) -> Task:
        if tau is None:  # slow fields are held; any rate keeps their unused operator regular
            storing = self.slow.astype(float)
        else:
            storing = np.zeros(len(self.names)) if stored is None else np.where(stored > 0, 1.0 / tau, 0.0)
        decay = np.where(storing > 0, 0.0, self.decay)
        rates = tuple((storing + share * decay).tolist())
        b = self.transport.lift(rates)
        if c_hat is not None:
            b = b + storing[:, None] * self.transport.mass * c_hat
        return Task(g, t, y_hat, tau, b, rates, decay, share, *parted(tuple(self.names), tuple((decay > 0).tolist())), tol)

    def solve(self, c: Array, y: Values, g: Values, t: float, *, tau: float | None = None, c_hat: Array | None = None,
              y_hat: Values | None = None, stored: Array | None = None, tol: float = TOL, share: float = 1.0) -> Solution:
        """Solve from the guess (c, y). stored: 1 for fields whose d/dt counts, 0 for quasi-steady ones; share scales r."""
        task = self._task(g, t, y_hat or y, tau, c_hat, stored, share, tol)
        now = self._iterate(np.where(self.transport.free, c, self.transport.edge), y, task)
        krylov, blocks = 0, Blocks()
        for newton in range(_NEWTON + 1):
            if now.follow >= _NEAR * tol or max(now.lead, now.local) < tol <= now.follow:
                now = self._iterate(self._follow(now, task), now.y, task)
            if now.worst < tol:
                now, settled = self._settled(now, task)
                return Solution(now.image, now.made, now.c, settled, newton, krylov, False, now.state, now.rates, blocks)
            if not np.isfinite(now.worst) or newton == _NEWTON:
                break
            blocks = self._blocks(now, task)
            dc, dy, count = self._step(now, blocks, task)
            krylov += count
            for halving in range(_HALVINGS):
                part = 0.5**halving
                trial = self._iterate(now.c - part * dc, {**now.y, **{n: now.y[n] - part * d for n, d in dy.items()}}, task)
                if trial.lead <= (1 - _DECREASE * part) * now.lead or trial.lead < tol:
                    break  # the others have no say: the blocks do not hold what modifiers carry between local fields and followers
            else:
                break
            if tol <= trial.follow and trial.worst >= now.worst:
                trial = self._iterate(self._follow(trial, task), trial.y, task)
            now = trial
        return Solution(now.c, now.y, now.c, False, newton, krylov)

    def _settled(self, now: Iterate, task: Task) -> tuple[Iterate, bool]:
        """Return the iterate with the local fields solved that nothing depends on, all else as it is, and whether they are."""
        for _ in range(_NEWTON):
            left = [each for each in self.system.below if task.tau and not self._off(now.y, now.made, each) < task.tol]
            if not left:
                return now, True
            names = [n for each in left for n in each]
            blocks = self.system.jacobian(names, names, now.state, task.t)
            dy = eliminated(blocks, task.tau or 0.0, {n: now.y[n] - now.made[n] for n in names}, names, [])[0]
            y = now.y | {n: now.y[n] - d for n, d in dy.items()}
            state = self.state(now.c, y, task.g, task.t)
            rates = now.rates | self.system.rates_by_process(names, state, task.t)
            r = self.system.summed(names, rates)
            made = now.made | {n: task.y_hat[n] + (task.tau or 0.0) * r[n] for n in names}
            now = replace(now, y=y, state=state, rates=rates, made=made)
        return now, False

    def _follow(self, now: Iterate, task: Task) -> Array:
        """Return c with the fields that follow at rest, all else held; NaN where they come to none."""
        rows, c = task.follow.at, now.c.copy()

        def image(followers: Array) -> Array:
            c[rows] = followers
            state = self.state(c, now.y, task.g, task.t)
            return self._image(c, self.system.rates(task.follow.names, state, task.t), task, task.follow)[rows]

        def moved(followers: Array, image: Array) -> float:
            return self._moved(followers, image, task.follow)

        tol = task.tol * (_NEAR if now.follow >= _NEAR * task.tol else 1)
        found = repeated(image, now.c[rows], now.image[rows], moved, 1 / self.scale[rows], tol)
        c[rows] = np.nan if found is None else found
        return c

    def _blocks(self, now: Iterate, task: Task) -> Blocks:
        """Return the derivatives of all rates by the fields that lead and the local ones."""
        local = self.system.local if task.tau else []
        return self.system.jacobian([*self.names, *local], [*task.lead.names, *local], now.state, task.t)

    def _step(self, now: Iterate, blocks: Blocks, task: Task) -> tuple[Array, Values, int]:
        """Return what the Newton step takes off c and y, and the Krylov iterations it took."""
        system, lead, tau = self.system, task.lead.names, task.tau
        local = system.local if tau else []
        residual = {n: now.y[n] - now.made[n] for n in local}
        x, slopes = eliminated(blocks, tau, residual, system.coupled, lead) if tau else ({}, {})
        dc = now.c - now.image
        rhs = dc[task.lead.at] + self._answer(blocks, x, task, task.lead)
        krylov = 0
        if self._size(rhs, task.lead) < task.tol:  # they are where they belong already
            dc[task.lead.at] = 0.0
        else:
            dc[task.lead.at], krylov = self._direction(rhs, effective(blocks, slopes, lead, system.coupled), task)
        at = dict(zip(lead, system.points.at(dc[task.lead.at]), strict=True))
        dy = {n: x[n] + sum((slopes[n, w] * at[w] for w in lead if (n, w) in slopes), 0.0) for n in x}
        if tau and system.downstream:
            moved = at | dy
            for (f, w), b in blocks.items():
                if f in system.downstream and w in moved:
                    residual[f] = residual[f] + tau * b * moved[w]
            dy |= eliminated(blocks, tau, residual, system.downstream, [])[0]
        dc[task.follow.at] += self._answer(blocks, dy, task, task.follow)
        return dc, dy, krylov

    def _answer(self, blocks: Blocks, x: Values, task: Task, rows: Rows) -> Array:
        """Return A^-1 load(r_y x) of the fields `rows`, nought where it is below the tolerance: |A^-1 load(r)| <= |r| / k."""
        r = np.zeros((len(rows.names), len(self.system.points.volume)))
        place = dict(zip(rows.names, r, strict=True))
        for (f, n), b in blocks.items():
            if f in place and n in x:
                place[f] += b * x[n]
        zero, least = np.zeros((len(r), self.transport.size)), task.tol * self.scale[rows.at] * task.decay[rows.at, None]
        if (np.abs(r) <= least).all():
            return zero
        return self.transport.image(zero, task.share * self.system.points.load(r), task.rates, rows.numbers)

    def _direction(self, G: Array, blocks: Blocks, task: Task) -> tuple[Array, int]:
        """Return dG^-1 G of the leading fields by GMRES, each in its scale, and its iterations."""
        rows, scale, names = task.lead.numbers, self.scale[task.lead.at], task.lead.names
        held = self.slow[task.lead.at] if task.tau is None else np.zeros(len(rows), dtype=bool)
        slope = np.zeros((len(rows), len(rows), len(self.system.points.volume)))
        for (f, w), b in blocks.items():
            i, j = names.index(f), names.index(w)
            slope[i, j] = task.share * scale[j] / scale[i] * b
        coupling = self.system.points.coupling(slope)

        def product(v: Array) -> Array:
            c = v.reshape(G.shape)
            answer = self.transport.image(c, coupling(c), task.rates, rows)
            answer[held] = 0.0
            return (c - answer).ravel()

        found, count = gmres(product, (G / scale).ravel(), _FORCING, _KRYLOV)
        return found.reshape(G.shape) * scale, count

    def continued(self, c: Array, y: Values, g: Values, t: float, tol: float) -> Solution:
        """Solve the steady problem cold; where Newton fails, by density continuation in geometric stages."""
        solution = self.solve(c, y, g, t, tol=tol)
        if solution.converged:
            return solution
        newton, krylov, start = solution.newton, solution.krylov, c
        for stage in range(_STAGES - 1, -1, -1):
            solution = self.solve(start, y, g, t, tol=tol if stage == 0 else max(tol, _FORCING), share=0.5**stage)
            newton, krylov, start = newton + solution.newton, krylov + solution.krylov, solution.c
        return Solution(solution.c, y, solution.used, solution.converged, newton, krylov, True, solution.state, solution.rates)
