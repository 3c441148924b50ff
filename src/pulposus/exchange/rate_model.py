"""Models read from SBML: species with rate rules, run as they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import Fault, InputError, NotConverged, nearest

__all__ = ["RateModel"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class RateModel:
    """A model that runs: states with their rates, everything else fixed or assigned.

    `rates` takes the values of `order` (states, then fixed, then assigned) and returns the rates of the states.
    """

    id: str
    time_unit: str
    states: tuple[str, ...]
    names: Mapping[str, str]
    start: Mapping[str, float]
    fixed: Mapping[str, float]
    rates: Callable[[list[float]], list[float]]

    def run(self, times: Sequence[float], changes: Mapping[str, float] | None = None, rtol: float = 1e-9, atol: float = 1e-11) -> Array:
        """Return the states at rising times from 0, shape (times, states); `changes` hold species or parameters at a value.

        Raises `InputError` for a name that the model lacks and `NotConverged` if the integrator gives up.
        """
        from scipy.integrate import solve_ivp

        changes = dict(changes or {})
        known = [*self.states, *self.fixed]
        faults = [Fault("", "change", repr(id), "a species or parameter", nearest(id, known)) for id in changes if id not in known]
        if faults:
            raise InputError(faults)
        rest = [changes.get(id, value) for id, value in self.fixed.items()]
        moving = np.array([id not in changes for id in self.states])

        def derivative(t: float, x: Array) -> Array:
            return np.where(moving, self.rates([*x.tolist(), *rest]), 0.0)

        x0 = [changes.get(id, self.start[id]) for id in self.states]
        found = solve_ivp(derivative, (0.0, float(times[-1])), x0, "LSODA", t_eval=list(times), rtol=rtol, atol=atol)
        if not found.success:
            raise NotConverged(f"{self.id}: {found.message}")
        return np.asarray(found.y.T)
