"""The generic L4/L5 disc in three dimensions beside the stored healthy state of the UPF model: T01 to T04.

Stored are oxygen (kPa), lactate (mM) and glucose (mM) after a loading history that is not documented; the discs here are at
rest. Its axis passes 0.08 mm above its own middle plane. Positions are told from the centre of the nucleus, in mm.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from pulposus.tissue.answer import solved
from pulposus.tissue.disc_file import load_disc

L45 = Path(__file__).parents[2] / "examples" / "discs" / "l45_solid.yaml"
UNIT = np.array([1e-3, 1.0, 1.0])
mm = 1e-3
CENTRE = (0.0, -2.6 * mm)  # of the nucleus
SHIFT = 0.08
AXIS = {-6.54: (4.022, 3.272), -4.9: (2.865, 2.485), -3.27: (2.083, 1.916), -0.82: (1.452, 1.418), 1.64: (1.383, 1.353),
        3.28: (1.685, 1.587), 5.84: (2.995, 2.544)}  # z -> oxygen, glucose
LATERAL = {5.1: 1.372, 10.1: 1.405, 14.9: 1.488, 17.7: 1.534, 20.1: 1.903, 22.5: 3.042}  # x -> glucose
STORED = {
    "T01": {"oxygen": 1.367, "lactate": 4.366, "glucose": 1.346},
    "T02": {f"{region} {s}": v for region, row in {"NP": (2.129, 3.626, 1.963), "AF": (2.869, 3.220, 2.770),
                                                   "CEP": (4.276, 1.577, 3.443)}.items()
            for s, v in zip(("oxygen", "lactate", "glucose"), row, strict=True)},
    "T03": {f"{s} at z {z}": v for z, pair in AXIS.items() for s, v in zip(("oxygen", "glucose"), pair, strict=True)},
    "T04": {f"glucose at x {x}": v for x, v in LATERAL.items()},
}
TOLERANCE = {"T01": 0.10, "T02": 0.06, "T03": 0.10, "T04": 0.10}


@lru_cache
def generic(nodes):
    """Return (disc, solution) of the shipped disc on about this many nodes."""
    spec = load_disc(L45)
    return solved(spec.model_copy(update={"mesh": spec.mesh.model_copy(update={"nodes": nodes})}))


def cases(nodes):
    """Return case -> quantity -> computed value, in the order of STORED."""
    disc, solution = generic(nodes)
    at = disc.points.at(solution.c)

    def value(i, x, z):
        return disc.mesh.interpolate(solution.c[i], CENTRE[0] + x * mm, CENTRE[1], z * mm) * UNIT[i]

    rows = {"T01": [value(i, 0.0, 0.0) for i in range(3)],
            "T02": [disc.points.mean(at[i], r) * UNIT[i] for r in range(3) for i in range(3)],
            "T03": [value(i, 0.0, z - SHIFT) for z in AXIS for i in (0, 2)],
            "T04": [value(2, x, 0.0) for x in LATERAL]}
    return {case: dict(zip(STORED[case], map(float, row), strict=True)) for case, row in rows.items()}
