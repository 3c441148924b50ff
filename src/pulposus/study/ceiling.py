"""The nutritional dose ceiling: how many transplanted cells the nucleus can feed before its least glucose reaches the
threshold below which native cells die.

    min over the nucleus of G(M) = G_t,   M spread evenly, all still fresh (day 0) or all settled

Worked out at the central values of all parameters, under both rivals of the endplate's diffusivity. A disc that is
below the threshold without any dose has no room at all.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pulposus.core.threads import one_blas_thread
from pulposus.study.plan import Plan, fed
from pulposus.therapy.transplant import Transplant
from pulposus.tissue.disc import Disc, tissue_processes
from pulposus.tissue.geometry import geometry_of

__all__ = ["dose_ceilings"]

_TOL = 1e-7  # of the steady solves
_NEAR = 1e-3  # relative width at which the search stops
_DOUBLINGS = 12


def _least_glucose(disc: Disc, cells: float, fresh: bool) -> float:
    c, y, g = disc.initial()
    inside = disc.points.region == 0
    density = np.where(inside, cells / disc.points.volume[inside].sum(), 0.0)
    y = {**y, "transplanted": density, "fresh": density * fresh}
    found = disc.coupled.continued(c, y, g, 0.0, _TOL)
    glucose = disc.points.at(found.c)[disc.coupled.names.index("glucose")]
    return float(glucose[inside].min()) if found.converged else float("nan")


def _ceiling(disc: Disc, threshold: float, fresh: bool) -> float:
    """Return the largest number of cells that keeps the least glucose at the threshold, 0 when there is no room."""
    if not _least_glucose(disc, 0.0, fresh) > threshold:
        return 0.0
    low, high = 0.0, float(disc.p["cell_density_scale"]) * disc.geometry.nucleus_volume / 2
    for _ in range(_DOUBLINGS):
        if not _least_glucose(disc, high, fresh) > threshold:
            break
        low, high = high, 2 * high
    while high - low > _NEAR * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _least_glucose(disc, middle, fresh) > threshold else (low, middle)
    return low


@one_blas_thread
def dose_ceilings(plan: Plan) -> list[dict[str, Any]]:
    """Return one row per endplate law: its name, the ceiling for fresh and for settled cells (cells), the least glucose
    without a dose (mol/m3) and the threshold (mol/m3)."""
    rows = []
    for law in ("porosity", "measured_low"):
        draw = plan.draw(None)
        laws = {**plan.laws, "endplate_diffusivity": law}
        geometry = geometry_of(draw, plan.spec.subject.species, plan.spec.subject.level, plan.spec.subject)
        base = tissue_processes(laws, *fed(draw, plan), matrix=False)
        disc = Disc(draw, geometry, [*base, Transplant([], 1.0)], plan.nodes)
        threshold = draw.value("glucose_death_threshold")
        rows.append({"endplate_diffusivity": law, "fresh_cells": _ceiling(disc, threshold, True),
                     "settled_cells": _ceiling(disc, threshold, False), "glucose_without_dose": _least_glucose(disc, 0.0, True),
                     "threshold": threshold})
    return rows
