"""One steady disc as plain arrays, the same for every solver: mesh, diffusivities, lumped vectors, boundary and constants.

    K_s u_s + m_s q_s(u) = 0,     u_s = c_s / scale_s,     s = oxygen, lactate, glucose

K_s is the P1 stiffness of D_s / D_s(nucleus) on the mesh in mm, m_s the lumped vector (its sign and the scales inside), q_s the
rate per cell at a node: oxygen uptake for oxygen, lactate release for lactate and glucose. Reads nothing but numpy, so that every
peer's Python can load it.
"""

from __future__ import annotations

import json
import resource
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

RATES = ("pH_at_zero_lactate", "pH_per_lactate", "oxygen_rate_pH_zero", "oxygen_rate_slope", "oxygen_half_base", "oxygen_half_slope",
         "lactate_rate_unit", "lactate_rate_log", "lactate_rate_pH", "lactate_rate_oxygen", "lactate_rate_oxygen_square")

OFTEN, SLOW = 15_000, 20.0  # nodes up to which, and core-seconds from which, one run has to do


@dataclass(frozen=True)
class Case:
    """nodes (n, dim) mm; cells (m, dim + 1); region (m,); diffusivity (3, regions); lumped (3, n); held (n,); edge, start (3, n)."""

    nodes: np.ndarray
    cells: np.ndarray
    region: np.ndarray
    diffusivity: np.ndarray
    lumped: np.ndarray
    held: np.ndarray
    edge: np.ndarray
    start: np.ndarray
    scale: np.ndarray
    rates: dict[str, float]

    @property
    def turned(self) -> bool:
        """Whether it is the section of a body of revolution, whose measure is 4 pi r: the mid-plane is a mirror."""
        return self.nodes.shape[1] == 2

    @property
    def weight(self) -> np.ndarray:
        """The lumped vector (3, n) over what the corner rule gives every node: as a P1 function it hands that rule the vector."""
        x = self.nodes[self.cells]
        edges = x[:, 1:] - x[:, :1]
        corners = x.shape[1]
        size = np.abs(np.linalg.det(edges)) / (2 if corners == 3 else 6) / corners
        return self.lumped / np.bincount(self.cells.ravel(), size.repeat(corners), minlength=len(self.nodes))

    def save(self, path: str) -> None:
        np.savez(path, **{k: np.array(json.dumps(v)) if k == "rates" else v for k, v in asdict(self).items()})


def load(path: str) -> Case:
    with np.load(path) as kept:
        return Case(**{k: json.loads(str(kept[k])) if k == "rates" else kept[k] for k in kept.files})


def rates(p: dict[str, float], u, scale, exp):
    """Return oxygen uptake and lactate release per cell; all values stay positive here, so no limits are needed."""
    O, L = scale[0] * u[0], scale[1] * u[1]
    acid = p["pH_at_zero_lactate"] + p["pH_per_lactate"] * L
    a = acid - p["oxygen_rate_pH_zero"]
    uptake = p["oxygen_rate_slope"] * a * O / (p["oxygen_half_base"] + O + p["oxygen_half_slope"] * a)
    return uptake, p["lactate_rate_unit"] * exp(p["lactate_rate_log"] + p["lactate_rate_pH"] * acid + p["lactate_rate_oxygen"] * O
                                                + p["lactate_rate_oxygen_square"] * O**2)


def spent() -> float:
    """Return core-seconds of this process, and of a compiler that it called."""
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def peak() -> float:
    """Return the greatest resident memory (MB) of this process so far, where /proc tells it."""
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024


def tell(path, told, ways, nodes, solve, tol, tight) -> None:
    """Print a line of JSON for every way to solve, its fastest run, and save the fields that the fastest way finds to `tight`."""
    best = {}
    for way in ways:
        runs = []
        while len(runs) < (3 if nodes <= OFTEN else 1) and (not runs or runs[0][1] < SLOW):
            runs.append(solve(way, tol))
        fields, seconds, newton, krylov, converged = min(runs, key=lambda run: run[1])
        best[way] = fields, seconds if converged else float("inf")
        print(json.dumps({**told, "way": way, "seconds": seconds, "newton": newton, "krylov": krylov, "converged": bool(converged),
                          "megabytes": peak()}), flush=True)
    way = min(best, key=lambda name: best[name][1])
    fields = solve(way, tight)[0]
    np.save(path, fields)
    print(json.dumps({"fastest": way, "off": float(np.abs(best[way][0] - fields).max())}), flush=True)
