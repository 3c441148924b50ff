"""One step in time: L-stable TR-BDF2 of the whole coupled disc with an error estimate, and the jump of an event.

    Y2 = y + h (d f1 + d f2),   Y3 = y + h (w f1 + w f2 + d f3),   d = 1 - sqrt(1/2), w = sqrt(2)/4
    error = h sum (b - b^) f, filtered by (I - h d f_y)^-1      (embedded third order; Hosea & Shampine 1996)

Quasi-steady fields satisfy their balance at every stage; a transient run gives them their storage in the same residual.
The clock (clock.py) chooses the step lengths.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.tissue.coupled import Coupled
from pulposus.tissue.elimination import Blocks, implicit_matrix, solve_blocks
from pulposus.tissue.ledger import Ledger
from pulposus.tissue.process import Event

__all__ = ["Control", "Snapshot", "Stepper"]

Array = NDArray[np.float64]
_D, _W = 1 - np.sqrt(0.5), np.sqrt(2) / 4
_C = (0.0, 2 * _D, 1.0)  # stage times
_B = (_W, _W, _D)
_E = (_W - (1 - _W) / 3, _W - (3 * _W + 1) / 3, _D - _D / 3)
_SWEEPS, _GLOBAL_NEWTON, _SERVES = 4, 20, 3  # iterations: stage, compartments, those that old slopes are given
_GLOBAL_TOL, _GLOBAL_STEP = 1e-13, 1e-7  # of the compartments: convergence, relative step of their Jacobian


def _weighted(weights: Sequence[float], values: Sequence[Any]) -> Any:
    total = weights[0] * values[0]
    for weight, value in zip(weights[1:], values[1:], strict=True):
        total = total + weight * value
    return total


@dataclass(frozen=True)
class Control:
    """Tolerances of a run: tol on the local error per step, newton on the coupled solve, first and least step (s)."""

    tol: float = 4e-3
    newton: float = 1e-5
    first: float = 3600.0
    least: float = 1e-3
    transient: bool = False


@dataclass
class Snapshot:
    """The disc at one time: c (fields, nodes), y local fields at points, g compartments, and their rates."""

    t: float
    c: Array
    y: dict[str, Any]
    g: dict[str, float]
    dc: Array
    dy: dict[str, Any]
    dg: dict[str, float]
    by: dict[str, dict[str, float]] = field(default_factory=dict)  # process or boundary -> field -> total rate
    slopes: Blocks = field(default_factory=dict)  # of the rates at the last Newton step on the way here, none where it took none


class Stepper:
    """Advances a coupled disc; `between(snapshot)` tells after a step or event whether its shape has changed."""

    def __init__(self, coupled: Coupled, control: Control, between: Callable[[Snapshot], bool] | None = None) -> None:
        self.coupled, self.system, self.control = coupled, coupled.system, control
        self.between = between or (lambda snapshot: False)
        kinds = [self.system.fields[n].kind for n in coupled.names]
        self.stored = np.array([1.0 if kind == "slow" or control.transient else 0.0 for kind in kinds])
        self.steps = 0
        self._slopes: Array | None = None  # d f / d g of the compartments
        self._size = np.array([self.system.fields[n].scale for n in self.system.compartments])

    # ---- stages
    def _compartments(self, c: Array, y: dict[str, Any], g: dict[str, float], g_hat: dict[str, float], tau: float,
                      t: float) -> dict[str, float]:
        """Solve g = g^ + tau f(g) with the disc held, by Newton; the differenced slopes of f are kept as long as they serve."""
        names = self.system.compartments
        if not names:
            return g
        held = {**self.coupled.seen(c), **y}

        def rates(x: Array) -> Array:
            now = dict(zip(names, x, strict=True))
            summed = self._sum(self.system.global_rates(self.system.with_modifiers({**held, **now}, t, True), t))
            return np.array([summed.get(n, 0.0) for n in names])

        x, start = np.array([g[n] for n in names]), np.array([g_hat[n] for n in names])
        for iteration in range(_GLOBAL_NEWTON):
            f = rates(x)
            r = x - start - tau * f
            if np.max(np.abs(r) / (np.abs(x) + self._size)) < _GLOBAL_TOL:
                break
            if self._slopes is None or iteration >= _SERVES:
                steps = _GLOBAL_STEP * (np.abs(x) + self._size)
                self._slopes = np.column_stack([(rates(x + s * e) - f) / s for s, e in zip(steps, np.eye(len(x)), strict=True)])
            x = x - np.linalg.solve(np.eye(len(x)) - tau * self._slopes, r)
        return {n: float(v) for n, v in zip(names, x, strict=True)}

    @staticmethod
    def _sum(rates: dict[str, dict[str, float]]) -> dict[str, float]:
        out: dict[str, float] = {}
        for entry in rates.values():
            for name, rate in entry.items():
                out[name] = out.get(name, 0.0) + rate
        return out

    def _snapshot(self, t: float, c: Array, y: dict[str, Any], g: dict[str, float], state: dict[str, Any],
                  rates: dict[str, dict[str, Any]]) -> Snapshot:
        """Return the snapshot with the rates that were evaluated in `state`; diffusing rates are filled in by the caller."""
        system, volume = self.system, self.system.points.volume
        dy = {n: rate if np.ndim(rate) else np.full_like(volume, rate) for n, rate in system.summed(system.local, rates).items()}
        by: dict[str, dict[str, float]] = {process.name: {} for process in system.processes}
        for process, fed in rates.items():
            by[process] = {n: float(np.dot(rate, volume) if np.ndim(rate) else rate * volume.sum()) for n, rate in fed.items()}
        for name, entry in system.global_rates(state, t).items():
            by[name].update(entry)
        dg = {n: sum(book.get(n, 0.0) for book in by.values()) for n in system.compartments}
        return Snapshot(t, c, y, g, np.zeros_like(c), dy, dg, by)

    def start(self, t: float, c: Array, y: dict[str, Any], g: dict[str, float]) -> Snapshot | None:
        """Return a consistent snapshot: quasi-steady fields solved for the given cells, or None when that fails."""
        c = np.where(self.coupled.transport.free, c, self.coupled.transport.edge)
        if not self.control.transient:
            solution = self.coupled.continued(c, y, g, t, self.control.newton)
            if not solution.converged:
                return None
            c = np.where(self.stored[:, None] > 0, c, solution.c)
        return self._settled(t, c, y, g)

    def _settled(self, t: float, c: Array, y: dict[str, Any], g: dict[str, float]) -> Snapshot:
        """Return the snapshot of a state whose quasi-steady fields are solved already."""
        state, fields = self.coupled.state(c, y, g, t), [*self.coupled.names, *self.system.local]
        rates = self.system.rates_by_process(fields, state, t)
        snapshot = self._snapshot(t, c, y, g, state, rates)
        flow = self._flow(c, rates)
        snapshot.dc = np.where(self.coupled.transport.free, flow / self.coupled.transport.mass, 0.0)
        snapshot.dc *= self.stored[:, None]
        self._note_influx(snapshot, flow)
        return snapshot

    def _flow(self, c: Array, rates: dict[str, dict[str, Any]]) -> Array:
        """Return load(r) - K c: what storage and the fixed boundaries have to take up."""
        points, shape = self.system.points, np.ones_like(self.system.points.volume)
        r = self.system.summed(self.coupled.names, rates)
        return np.array([points.load(r[n] * shape) for n in self.coupled.names]) - self.coupled.transport.apply(c)

    def _note_influx(self, s: Snapshot, flow: Array) -> None:
        held = ~self.coupled.transport.free
        s.by["boundary"] = {n: -float(flow[i][held[i]].sum()) for i, n in enumerate(self.coupled.names)}

    def _stage(self, guess: Snapshot, c_hat: Array, y_hat: dict[str, Any], g_hat: dict[str, float], tau: float,
               t: float) -> Snapshot | None:
        """Solve one implicit stage by sweeps compartments -> disc until the compartments stand still."""
        c, y = guess.c, guess.y
        g = self._compartments(c, y, guess.g, g_hat, tau, t)
        for _ in range(_SWEEPS):
            found = self.coupled.solve(c, y, g, t, tau=tau, c_hat=c_hat, y_hat=y_hat, stored=self.stored,
                                       tol=self.control.newton)
            if not found.converged:
                return None
            c, y = found.c, found.y
            out = self._snapshot(t, c, y, g, found.state, found.rates)
            made = {n: g_hat[n] + tau * out.dg[n] for n in g}
            if self._stand(g, made, tau):
                break
            g = self._compartments(c, y, g, g_hat, tau, t)
        out.g, out.slopes = made, found.slopes
        out.dc = np.where(self.stored[:, None] > 0, (c - c_hat) / tau, 0.0) * self.coupled.transport.free
        if self.stored.any():
            self._note_influx(out, self._flow(c, found.rates))
        return out

    def _stand(self, g: dict[str, float], made: dict[str, float], tau: float) -> bool:
        """Return whether the compartments would move by less than the tolerance, given where their rates take them."""
        at = np.array([g[n] for n in self.system.compartments])
        off = at - np.array([made[n] for n in self.system.compartments])
        if self._slopes is not None:
            off = np.linalg.solve(np.eye(len(off)) - tau * self._slopes, off)
        return bool((np.abs(off) <= self.control.newton * (np.abs(at) + self._size)).all())

    # ---- steps
    @staticmethod
    def _ahead(stages: list[Snapshot], t: float) -> Snapshot:
        """Return a guess for the next stage: local fields along their slope, or by their decay where they fall, c by two stages."""
        s = stages[-1]
        tau = t - s.t
        y = {}
        for name, value in s.y.items():
            moved = tau * s.dy[name]
            falls = (moved < 0) & (value > 0)
            y[name] = np.where(falls, value * value / np.where(falls, value - moved, 1.0), value + moved)
        c = s.c if len(stages) < 2 else s.c + (s.c - stages[-2].c) * tau / (s.t - stages[-2].t)
        return replace(s, c=c, y=y)

    def step(self, s: Snapshot, h: float) -> tuple[Snapshot, float, dict[str, dict[str, float]]] | None:
        """Return (new snapshot, error over tolerance, what each process moved), or None when a stage fails."""
        stages = [s]
        for t, weights in ((_C[1], (_D,)), (_C[2], (_W, _W))):
            parts = [h * w for w in weights]
            c_hat = s.c + _weighted(parts, [q.dc for q in stages])
            y_hat = {n: s.y[n] + _weighted(parts, [q.dy[n] for q in stages]) for n in s.y}
            g_hat = {n: s.g[n] + _weighted(parts, [q.dg[n] for q in stages]) for n in s.g}
            guess = self._ahead(stages, s.t + t * h)
            stage = self._stage(guess, c_hat, y_hat, g_hat, h * _D, s.t + t * h)
            if stage is None:
                return None
            stages.append(stage)
        return stages[-1], self._error(stages, h), self._moved(stages, h)

    @staticmethod
    def _moved(stages: list[Snapshot], h: float) -> dict[str, dict[str, float]]:
        """Return what each process moved of each field during a step."""
        out: dict[str, dict[str, float]] = {}
        for process, last in stages[-1].by.items():
            books = [stage.by.get(process, {}) for stage in stages]
            out[process] = {f: h * sum([b * book.get(f, 0.0) for b, book in zip(_B, books, strict=True)]) for f in last}
        return out

    def _error(self, stages: list[Snapshot], h: float) -> float:
        system, new, parts = self.system, stages[-1], [h * e for e in _E]
        worst = [0.0]
        raw = {n: _weighted(parts, [k.dy[n] for k in stages]) for n in system.local}
        slopes = new.slopes or system.jacobian(system.local, system.local, self.coupled.state(new.c, new.y, new.g, new.t), new.t)
        share = system.points.volume / system.points.volume.sum()
        for names in (system.coupled, system.downstream):
            own = {(n, w): b for (n, w), b in slopes.items() if n in names and w in names}
            smooth = solve_blocks(implicit_matrix(own, names, h * _D), {(n, "x"): raw[n] for n in names}, names, ["x"])
            for n in names:
                off = smooth[n, "x"] / (system.fields[n].scale + np.abs(new.y[n]))
                worst.append(float(np.sqrt(np.dot(off * off, share))))
        for i, n in enumerate(self.coupled.names):
            if self.stored[i]:
                off = _weighted(parts, [k.dc[i] for k in stages]) / (system.fields[n].scale + np.abs(new.c[i]))
                mass = self.coupled.transport.mass[i]
                worst.append(float(np.sqrt((mass * off**2).sum() / mass.sum())))
        for n in system.compartments:
            worst.append(abs(_weighted(parts, [k.dg[n] for k in stages])) / (system.fields[n].scale + abs(new.g[n])))
        return float(np.max(worst)) / self.control.tol

    def jump(self, s: Snapshot, due: Sequence[Event], ledger: Ledger) -> Snapshot | None:
        """Return the disc after events, entered in the ledger; None when the new state cannot be solved."""
        c, y, g = s.c.copy(), dict(s.y), dict(s.g)
        transport, shape = self.coupled.transport, np.ones_like(self.system.points.volume)
        for event in due:
            state = self.coupled.state(c, y, g, s.t)
            for name, amount in event.jump(state, self.system.p, self.system.points).items():
                if name in g:
                    g[name] = g[name] + float(amount)
                    ledger.add(name, event.what, float(amount))
                elif name in y:
                    y[name] = y[name] + amount
                    ledger.add(name, event.what, float(self.system.points.total(amount * shape)))
                else:
                    i = self.coupled.names.index(name)
                    load = self.system.points.load(amount * shape) * transport.free[i]
                    c[i] = c[i] + load / transport.mass[i]
                    ledger.add(name, event.what, float(load.sum()))
        same = all(np.array_equal(y[n], s.y[n]) for n in self.system.coupled) and np.array_equal(c, s.c)
        return self._settled(s.t, c, y, g) if same else self.start(s.t, c, y, g)

    def totals(self, s: Snapshot) -> dict[str, float]:
        """Return the total of every slow field and compartment."""
        out = {n: float(self.system.points.total(s.y[n] * np.ones_like(self.system.points.volume)))
               for n in self.system.local}
        for i, n in enumerate(self.coupled.names):
            if self.stored[i]:
                out[n] = float((self.coupled.transport.mass[i] * s.c[i]).sum())
        return {**out, **s.g}
