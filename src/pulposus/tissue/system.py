"""All processes of a disc seen as one: summed rates, derivative blocks, modifiers and who depends on whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import PulposusError
from pulposus.tissue.elimination import Blocks
from pulposus.tissue.points import Points
from pulposus.tissue.process import MODIFIERS, Field, Process, numeric_derivatives

__all__ = ["System"]

Array = NDArray[np.float64]
_SILENT = {f"modifier.{name}": 1.0 for name in MODIFIERS}


class System:
    """The processes with their parameters at the points.

    p: symbol -> scalar or (points,) array; surfaces: tag -> area per volume (1/m) at each point.
    """

    def __init__(self, processes: Sequence[Process], p: Mapping[str, Any], points: Points,
                 surfaces: Mapping[str, Array]) -> None:
        self.processes, self.p, self.points, self.surfaces = list(processes), p, points, surfaces
        self.fields: dict[str, Field] = {}
        self.owner: dict[str, str] = {}
        for process in self.processes:
            for field in process.fields(p):
                if field.name in self.fields:
                    raise PulposusError(f"field {field.name!r} is owned by {self.owner[field.name]} and {process.name}")
                self.fields[field.name], self.owner[field.name] = field, process.name
        names = [process.name for process in self.processes]
        if len(set(names)) != len(names):
            raise PulposusError(f"two processes of a disc share a name: {', '.join(sorted(names))}")
        self.diffusing = [n for n, f in self.fields.items() if f.diffusivity is not None]
        self.local = [n for n, f in self.fields.items() if f.diffusivity is None and f.kind == "slow"]
        self.compartments = [n for n, f in self.fields.items() if f.kind == "global"]
        self._moving = [q for q in self.processes if type(q).global_rate is not Process.global_rate]
        asked = {read.removeprefix("modifier.") for q in self._moving for read in q.reads if read.startswith("modifier.")}
        self._feeding: dict[tuple[str, ...], list[Process]] = {}
        self._modifying = [q for q in self.processes if q.modifies]
        self._asked = [q for q in self._modifying if asked & set(q.modifies)]
        upstream = self._upstream()
        self.coupled = [n for n in self.local if n in upstream]
        self.downstream = [n for n in self.local if n not in upstream]
        self.below = self._below()

    def _below(self) -> list[list[str]]:
        """Downstream fields that hang together, apart from those that do not: what is added to a disc must not move, even by
        round-off, what it does not touch."""
        sets: list[set[str]] = []
        for process in self.processes:
            told = {read.removeprefix("modifier.") for read in process.reads}
            reads = {read for q in self._modifying if told & set(q.modifies) for read in q.reads} | set(process.reads)
            own = (reads | set(process.sources)) & set(self.downstream)
            apart = [each for each in sets if not each & own]
            sets = [*apart, own.union(*(each for each in sets if each & own))] if own else apart
        return [[n for n in self.downstream if n in own] for own in sets]

    def _upstream(self) -> set[str]:
        """Local fields that reach a diffusing field through reads, sources and modifiers."""
        arrows = [(read, out) for q in self.processes for read in q.reads
                  for out in (*q.sources, *(f"modifier.{m}" for m in q.modifies))]
        reached, size = set(self.diffusing), -1
        while len(reached) != size:
            size = len(reached)
            reached |= {read for read, out in arrows if out in reached}
        return reached

    def feeding(self, names: Iterable[str]) -> list[Process]:
        """Return the processes that feed any of these fields."""
        wanted = tuple(names)
        if wanted not in self._feeding:
            self._feeding[wanted] = [q for q in self.processes if set(wanted) & set(q.sources)]
        return self._feeding[wanted]

    def with_modifiers(self, state: dict[str, Any], t: float, compartments_only: bool = False) -> dict[str, Any]:
        """Return the state with one factor per modifier, the product over all processes.

        compartments_only: work out no more than what the rates of the compartments read.
        """
        out = {**state, **_SILENT}
        for process in self._asked if compartments_only else self._modifying:
            for name, value in process.modifiers(state, self.p, t, np).items():
                out[f"modifier.{name}"] = out[f"modifier.{name}"] * value
        return out

    def rates_of(self, process: Process, state: Mapping[str, Any], t: float) -> dict[str, Any]:
        """Return one process's rates per volume at the points, surface fluxes included."""
        out = dict(process.source(state, self.p, t, np))
        for field, rate in self.surface_rates(process, state, t).items():
            out[field] = out.get(field, 0.0) + rate
        return out

    def surface_rates(self, process: Process, state: Mapping[str, Any], t: float) -> dict[str, Any]:
        """Return one process's surface fluxes as rates per volume at the points."""
        out: dict[str, Any] = {}
        if type(process).surface is Process.surface:
            return out
        for tag, density in self.surfaces.items():
            for field, flux in process.surface(tag, state, self.p, t, np).items():
                out[field] = out.get(field, 0.0) + flux * density
        return out

    def rates(self, names: Sequence[str], state: dict[str, Any], t: float) -> dict[str, Any]:
        """Return the summed rates of the named fields; `state` needs its modifiers."""
        return self.summed(names, self.rates_by_process(names, state, t))

    def rates_by_process(self, names: Sequence[str], state: dict[str, Any], t: float) -> dict[str, dict[str, Any]]:
        """Return process -> field -> rate of every process that feeds any of the named fields, with all that it feeds."""
        return {process.name: self.rates_of(process, state, t) for process in self.feeding(names)}

    @staticmethod
    def summed(names: Sequence[str], rates: dict[str, dict[str, Any]]) -> dict[str, Any]:
        """Return the sums over all processes of the rates of the named fields."""
        out: dict[str, Any] = dict.fromkeys(names)
        for of_process in rates.values():
            for field, rate in of_process.items():
                if field in out:
                    out[field] = rate if out[field] is None else out[field] + rate
        return {field: 0.0 if rate is None else rate for field, rate in out.items()}

    def jacobian(self, names: Sequence[str], by: Sequence[str], state: dict[str, Any], t: float) -> Blocks:
        """Return the summed derivative blocks d rate(name) / d by."""
        out: Blocks = {}
        for process in self.feeding(names):
            blocks = list(process.derivatives(state, self.p, t, np).items())
            if type(process).surface is not Process.surface and set(process.reads) & set(by):
                blocks += numeric_derivatives(process, state, self.p, t, np, self._surfaces_of(process, t)).items()
            for (field, read), block in blocks:
                if field in names and read in by:
                    out[field, read] = out[field, read] + block if (field, read) in out else block
        return out

    def _surfaces_of(self, process: Process, t: float) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
        return lambda state: self.surface_rates(process, state, t)

    def global_rates(self, state: dict[str, Any], t: float) -> dict[str, dict[str, float]]:
        """Return process -> compartment -> rate (per second)."""
        told = {q.name: q.global_rate(state, _Totals(self, q, state, t), self.p, t, np) for q in self._moving}
        return {name: {k: float(v) for k, v in rates.items()} for name, rates in told.items()}


class _Totals(dict[str, float]):
    """Volume integrals, worked out when asked for: of a field by its name, of the asking process's own rate of a field
    (surface fluxes included) as "source.<field>"."""

    def __init__(self, system: System, process: Process, state: dict[str, Any], t: float) -> None:
        super().__init__()
        self._of = system, process, state, t

    def __missing__(self, name: str) -> float:
        system, process, state, t = self._of
        own = name.removeprefix("source.")
        density = system.rates_of(process, state, t)[own] if own != name else state[name]
        self[name] = float(system.points.total(density * np.ones_like(system.points.volume)))
        return self[name]
