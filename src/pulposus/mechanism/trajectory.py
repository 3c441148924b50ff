"""Courses of the cell network over hours, many conditions at once.

Each node decays at its own rate 1/tau and is driven by y A R, so the decay is integrated exactly and the drive by the
fourth-order exponential Runge-Kutta scheme ETDRK4 (Cox and Matthews); the drive at the end of a step, which the next step
needs anyway, gives the error estimate. Steps are shared by the conditions of a chunk. Source: COXMATTHEWS2002.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import NotAllowed
from pulposus.mechanism.kinetics import Kinetics

__all__ = ["Course", "course"]

Array = NDArray[np.float64]

CHUNK = 32
LEAST, MOST, GROWTH, SHRINK, SAFETY = 1e-6, 12.0, 3.0, 0.2, 0.9
SMALL = 1e-2  # argument below which the phi functions take their series
ORDER = 4
TOLERANCE = 1e-4  # of a step; held states stay within 1e-4 of a tight reference


@dataclass(frozen=True)
class Course:
    """States at the asked times, shape (times, nodes, conditions), and the steps that were taken."""

    hours: Array
    x: Array
    steps: int
    complete: bool


def course(
    kinetics: Kinetics,
    x: Array,
    held: NDArray[np.bool_],
    hours: Sequence[float],
    ceiling: Array | None = None,
    tolerance: float = TOLERANCE,
    stop: Callable[[], bool] | None = None,
) -> Course:
    """Return the courses of conditions from `x` at some hours, the first being 0 or later, in rising order.

    x, held, ceiling: shape (nodes, conditions). `stop` may end the work early: what was reached is returned, not complete.
    Raises `NotAllowed` for hours that fall or are negative.

    >>> from pulposus.mechanism.network import load_network
    >>> network = load_network().of("NP"); kinetics = Kinetics(network)
    >>> found = course(kinetics, *kinetics.start([{"IL1B_ext": 1.0}]), hours=[0.0, 6.0, 72.0])
    >>> bool((np.diff(found.x[:, network.index["SENESCENCE"], 0]) > 0).all())
    True
    """
    times = np.asarray(hours, dtype=float)
    if not times.size or times[0] < 0 or (np.diff(times) <= 0).any() or not np.isfinite(times).all():
        raise NotAllowed("hours that fall, repeat or are negative", "rising hours from 0")
    found = np.full((times.size, *x.shape), np.nan)
    steps, complete = 0, True
    for first in range(0, x.shape[1], CHUNK):
        cut = slice(first, first + CHUNK)
        part = None if ceiling is None else ceiling[:, cut]
        taken, done = _run(kinetics, x[:, cut].copy(), held[:, cut], times, part, tolerance, found[:, :, cut], stop)
        steps, complete = steps + taken, complete and done
    return Course(times, found, steps, complete)


def _run(kinetics, x, held, times, ceiling, tolerance, out, stop):  # type: ignore[no-untyped-def]
    """Fill `out` (times, nodes, conditions) for one chunk; return steps taken and whether all times were reached."""
    rates, which = np.unique(1.0 / kinetics.tau, return_inverse=True)
    tau, moving = kinetics.tau[:, None], ~held

    def drive(y: Array) -> Array:
        found = kinetics.target(y, ceiling)
        found /= tau
        return found

    t, h, taken = 0.0, 0.05, 0
    start = drive(x)
    for place, goal in enumerate(times):
        while t < goal - LEAST:
            if stop is not None and stop():
                return taken, False
            step = min(h, goal - t)
            y, end, error = _step(x, start, step, rates, which, drive, moving)
            ratio = error / tolerance
            if ratio <= 1.0 or step <= LEAST:
                t, x, start, taken = t + step, y, end, taken + 1
            fit = step * min(GROWTH, max(SHRINK, SAFETY * max(ratio, 1e-10) ** (-1.0 / ORDER)))
            h = max(LEAST, min(MOST, fit if step == h or fit < h else h))
        out[place] = x
    return taken, True


def _step(x, start, h, rates, which, drive, moving):  # type: ignore[no-untyped-def]
    """Return the state after a step, the drive there, and the largest estimated error."""
    z = -h * rates
    half, _, _ = _phi(z / 2)
    p1, p2, p3 = _phi(z)
    stages = (np.exp(z / 2), h / 2 * half, np.exp(z), h * (p1 - 3 * p2 + 4 * p3), h * (2 * p2 - 4 * p3), h * (4 * p3 - p2))
    e, half, whole, first, middle, last = (each[which][:, None] for each in stages)
    base = e * x

    def keep(y: Array) -> Array:
        np.copyto(y, x, where=~moving)
        return y

    a = keep(base + half * start)
    at_a = drive(a)
    b = keep(base + half * at_a)
    at_b = drive(b)
    c = keep(e * a + half * (2 * at_b - start))
    at_c = drive(c)
    at_a += at_b
    y = keep(whole * x + first * start + middle * at_a + last * at_c)
    end = drive(y)
    error = np.abs(last * (end - at_c))
    return y, end, float(error.max(where=moving, initial=0.0))


def _phi(z: Array) -> tuple[Array, Array, Array]:
    """Return phi_1, phi_2, phi_3 of z, by their series where z is small."""
    small = np.abs(z) < SMALL
    safe = np.where(small, 1.0, z)
    p1 = np.where(small, 1 + z / 2 + z**2 / 6 + z**3 / 24, np.expm1(safe) / safe)
    p2 = np.where(small, 1 / 2 + z / 6 + z**2 / 24 + z**3 / 120, (p1 - 1) / safe)
    p3 = np.where(small, 1 / 6 + z / 24 + z**2 / 120 + z**3 / 720, (p2 - 1 / 2) / safe)
    return p1, p2, p3
