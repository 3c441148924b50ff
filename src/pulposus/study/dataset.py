"""The numbers of a comparison as one dataset with the fixed dimensions (arm, draw, time, region or node).

Times in days, lengths of maps in mm; every variable carries its unit. A draw or an arm that was not finished is NaN. What only a
study that asks gets (ASKED) is there only then. Pain and disability are kept as the course of every arm that is a comparator, and
as differences from the named comparator: no arm has a level of its own without the comparator beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pulposus.core.units import convert
from pulposus.core.vocabulary import term
from pulposus.study.comparator import named_comparator
from pulposus.study.plan import DAY, Plan
from pulposus.study.run import ArmOutcome, DrawOutcome
from pulposus.study.study_file import StudySpec
from pulposus.therapy.fates import FATES
from pulposus.tissue.imaging import GRADES
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.observed import SIDES
from pulposus.tissue.symptoms import SYMPTOMS

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["ASKED", "QUANTITIES", "beside_comparator", "build", "difference_name", "quantities"]

# name -> (SI unit, unit told, further dimension); a ratio is told in percent
QUANTITIES: dict[str, tuple[str, str, str | None]] = {
    "height_index": ("1", "percent", None), "t2": ("s", "ms", None), "pfirrmann": ("1", "1", None),
    "pfirrmann_probability": ("1", "1", "grade"), "viable_cells": ("1", "percent", "region"),
    "gag": ("kg/m**3", "mg/mL", "region"), "transplanted_cells": ("cell", "cell", None),
    "vesicles_present": ("particle", "particle", None), "glucose_min": ("mol/m**3", "mM", None),
    "oxygen_min": ("Pa", "kPa", None), "lactate_max": ("mol/m**3", "mM", None),
    "axial_modulus": ("Pa", "MPa", None)}
ASKED: dict[str, tuple[str, str, str | None]] = {
    "t2_annulus": ("s", "ms", "side"), "mri_index": ("1", "percent", None), "modified_pfirrmann": ("1", "1", None),
    "modified_pfirrmann_probability": ("1", "1", "modified_grade"), "thompson": ("1", "1", None),
    "thompson_probability": ("1", "1", "grade"), "histology_shu2017": ("1", "1", None),
    "cargo_per_cell": ("1", "1", None), "target_cells_reached": ("cell", "cell", None), "target_share_reached": ("1", "percent", None),
    "penetration_length": ("m", "um", None), "damkoehler": ("1", "1", None),
    **dict.fromkeys(SYMPTOMS, ("1", "1", None))}
_EXTRA = {"grade": list(GRADES), "region": list(REGIONS)}
_MORE = {"side": list(SIDES),
         "modified_grade": [str(1 + j) for j in range(term("grade_scale", "modified_pfirrmann").more["highest"])]}
_MAPS = {"oxygen": ("Pa", "kPa"), "glucose": ("mol/m**3", "mM"), "lactate": ("mol/m**3", "mM"),
         "native": ("cell/m**3", "million_cell/mL"), "transplanted": ("cell/m**3", "million_cell/mL")}


def quantities(observe: Collection[str]) -> dict[str, tuple[str, str, str | None]]:
    """Return name -> (SI unit, unit told, further dimension) of what is kept over time for a study that observes these.

    >>> [name for name in quantities(["t2", "thompson"]) if name not in QUANTITIES]
    ['thompson', 'thompson_probability']
    """
    return {**QUANTITIES, **{n: about for n, about in ASKED.items() if n.removesuffix("_probability") in observe}}


def difference_name(symptom: str) -> str:
    """Return the name of the variable that holds a symptom's difference from the named comparator."""
    return f"{symptom}_difference"


def beside_comparator(spec: StudySpec, levels: Any) -> tuple[Any, Any]:
    """Return the levels of arms that are comparators, and the difference of every arm from its named comparator, else NaN."""
    names = [arm.name for arm in spec.arms]
    compared = [named_comparator(spec, arm) for arm in spec.arms]
    kept, between = np.full_like(levels, np.nan), np.full_like(levels, np.nan)
    for i, other in enumerate(compared):
        if other is not None:
            j = names.index(other)
            kept[j], between[i] = levels[j], levels[i] - levels[j]
    return kept, between


def _series(arms: Sequence[str], draws: Sequence[DrawOutcome], times: int, name: str) -> Any:
    si, told, extra = {**QUANTITIES, **ASKED}[name]
    shape = (len(arms), len(draws), times, *((len((_EXTRA | _MORE)[extra]),) if extra else ()))
    absent = 0.0 if name in ("transplanted_cells", "vesicles_present", "cargo_per_cell") else np.nan
    out = np.full(shape, np.nan)
    factor = 100.0 if told == "percent" else convert(1.0, si, told)
    for i, arm in enumerate(arms):
        for d, outcome in enumerate(draws):
            readings = outcome.arms[arm].readings
            reached = len(next(iter(readings.values()))) if readings else 0
            values = readings.get(name)
            out[i, d, :reached] = absent if values is None else values * factor
    return out


def _by_name(arms: Sequence[str], draws: Sequence[DrawOutcome], names: Sequence[str],
             of: Callable[[ArmOutcome], Mapping[str, float]]) -> Any:
    """Return (arm, name, draw) of what an arm's outcome holds by name, NaN where it has none."""
    values = [[[of(d.arms[a]).get(name, np.nan) for d in draws] for name in names] for a in arms]
    return np.array(values, dtype=float).reshape(len(arms), len(names), len(draws))


def build(plan: Plan, indices: Sequence[int], draws: Sequence[DrawOutcome], nominal: DrawOutcome,
          finals: Mapping[str, Sequence[DrawOutcome]]) -> xr.Dataset:
    """Return the dataset of the finished draws, the nominal maps, and the last values under each rival law."""
    import xarray as xr

    arms = [arm.name for arm in plan.spec.arms]
    dims = ("arm", "draw", "time")
    data: dict[str, Any] = {}
    kept = quantities(plan.spec.observe)
    for name, (_, told, extra) in kept.items():
        values = _series(arms, draws, len(plan.times), name)
        if name in SYMPTOMS and plan.study is None:  # those of several discs are told of the person (level_data.py)
            values, between = beside_comparator(plan.spec, values)
            data[difference_name(name)] = (dims, between, {"units": told})
        data[name] = ((*dims, extra) if extra else dims, values, {"units": told})
    for name, pick in (("alive_share", lambda a: a.alive_share), ("arrived_share", lambda a: a.arrived_share)):
        data[name] = (dims[:2], np.array([[100 * pick(d.arms[a]) for d in draws] for a in arms]), {"units": "percent"})
    data["stopped"] = (dims[:2], np.array([[d.arms[a].stopped for d in draws] for a in arms], dtype=object))
    harms = sorted({h for d in draws for a in d.arms.values() for h in a.harms})
    data["harm_chance"] = (("arm", "harm", "draw"), _by_name(arms, draws, harms, lambda a: a.harms), {"units": "1"})
    notes = sorted({n for d in draws for a in d.arms.values() for n in a.access})
    data["access"] = (("arm", "note", "draw"), _by_name(arms, draws, notes, lambda a: a.access), {"units": "SI of the note"})
    data["fate_share"] = (("arm", "fate", "draw"), 100 * _by_name(arms, draws, FATES, lambda a: a.fates), {"units": "percent"})
    names = sorted({n for d in draws for n in d.used})
    values = np.array([[d.used.get(n, np.nan) for d in draws] for n in names]).reshape(len(names), len(draws))
    data["parameter_value"] = (("parameter", "draw"), values, {"units": "SI of the record"})
    for name, (_, told) in _MAPS.items():
        size = len(nominal.mesh[0]) if nominal.mesh else 0
        for when, maps in (("map", [nominal.arms[a].maps for a in arms]), ("early_map", [nominal.arms[a].early_maps for a in arms])):
            data[f"{when}_{name}"] = (("arm", "node"), np.array([_map(m, name, size) for m in maps]), {"units": told})
    if finals:
        last = np.array([[[[_last(d.arms[a], q) for d in block] for q in ("height_index", "t2")] for a in arms]
                         for block in finals.values()])
        data["rival_last"] = (("rival", "arm", "quantity", "draw"), last, {"units": "percent, ms"})
    nodes, cells, regions = nominal.mesh or (np.zeros((0, 2)), np.zeros((0, 3), dtype=int), np.zeros(0, dtype=int))
    coords = {"arm": arms, "draw": list(indices), "time": ("time", plan.times / DAY, {"units": "day"}), **_EXTRA,
              **{dim: places for dim, places in _MORE.items() if any(extra == dim for _, _, extra in kept.values())},
              "harm": harms, "note": notes, "fate": list(FATES), "parameter": names,
              "rival": list(finals), "quantity": ["height_index", "t2"],
              "node_r": ("node", nodes[:, 0] * 1e3, {"units": "mm"}), "node_z": ("node", nodes[:, 1] * 1e3, {"units": "mm"}),
              "triangle": (("cell", "corner"), cells), "triangle_region": ("cell", np.array(REGIONS)[regions])}
    return xr.Dataset(data, coords)


def _map(maps: Mapping[str, Any], name: str, size: int) -> Any:
    """Return one arm's nodal map in its told unit: zero for cells that were not given, NaN where the arm has no maps."""
    si, told = _MAPS[name]
    if name in maps:
        return maps[name] * convert(1.0, si, told)
    return np.full(size, 0.0 if maps else np.nan)


def _last(arm: ArmOutcome, quantity: str) -> float:
    values = arm.readings.get(quantity)
    si, told, _ = QUANTITIES[quantity]
    return float("nan") if values is None or arm.stopped else float(values[-1]) * (
        100.0 if told == "percent" else convert(1.0, si, told))
