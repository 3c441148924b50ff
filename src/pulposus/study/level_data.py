"""The numbers of several levels in one dataset, and of it the part of one level.

What is told of a disc has the dimension `level`. Without it stand what the discs share (draws, parameters) and what is of the person:
pain and disability, `person_harm_chance`, and `person_transplanted_cells`, the sum over the discs. Meshes differ between levels: a
smaller one is filled up with nodes that are NaN and cells of corner -1.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pulposus.study.dataset import beside_comparator, difference_name
from pulposus.study.levels import WORST, score_of_person
from pulposus.study.plan import Plan
from pulposus.therapy.harms import together
from pulposus.tissue.symptoms import SYMPTOMS

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["at_level", "joined", "levels_in", "names_of_levels"]

_SHARED = ("parameter_value", "parameter")
_MESH = ("node", "cell")
_FILLED = {"triangle": -1, "triangle_region": ""}


def joined(plan: Plan, indices: Sequence[int], by_level: Mapping[str, xr.Dataset]) -> xr.Dataset:
    """Return the datasets of the levels of a study as one.

    plan: of all levels; indices: the draws. Symptoms come in as each disc alone would tell them and go out as those of the person.
    """
    import xarray as xr

    told = [s for s in SYMPTOMS if s in plan.spec.observe]
    parts = [each.drop_vars([*_SHARED, *told]) for each in _of_one_size(list(by_level.values()))]
    whole = xr.concat(parts, dim="level", join="outer", data_vars="all", coords="minimal", compat="override").assign_coords(
        level=list(by_level))
    weight = [plan.draw(i).value(WORST) for i in indices] if told and plan.spec.subject.painful is None else []
    whole["parameter_value"] = _parameters([each["parameter_value"] for each in by_level.values()], weight)
    for symptom in told:
        score = _of_person(plan, symptom, by_level, weight)
        kept, between = beside_comparator(plan.spec, score)
        units = {"units": next(iter(by_level.values()))[symptom].attrs["units"]}
        whole[symptom] = (("arm", "draw", "time"), kept, units)
        whole[difference_name(symptom)] = (("arm", "draw", "time"), between, units)
    chances = whole["harm_chance"].transpose("level", "harm", "arm", "draw")
    of_person = [together(str(harm), chances.sel(harm=harm).values) for harm in whole["harm"].values]
    size = (whole.sizes["harm"], whole.sizes["arm"], whole.sizes["draw"])
    whole["person_harm_chance"] = (("harm", "arm", "draw"), np.array(of_person).reshape(size), {"units": "1"})
    whole["person_transplanted_cells"] = whole["transplanted_cells"].sum("level", skipna=False).assign_attrs(units="cell")
    return whole


def _of_person(plan: Plan, symptom: str, by_level: Mapping[str, xr.Dataset], weight: Sequence[float]) -> Any:
    """Return the course of a symptom in the person (arm, draw, time)."""
    scores = {level: each[symptom].values for level, each in by_level.items()}
    painful = plan.spec.subject.painful
    return scores[painful] if painful is not None else score_of_person(list(scores.values()), np.reshape(weight, (1, -1, 1)))


def _parameters(parts: Sequence[Any], weight: Sequence[float]) -> Any:
    """Return the parameter values that any level used (parameter, draw), with the weight of the worst disc where it was used."""
    whole = parts[0]
    for each in parts[1:]:
        whole = whole.combine_first(each)
    if len(weight):
        whole = whole.combine_first(whole.isel(parameter=[0]).assign_coords(parameter=[WORST]).copy(data=np.reshape(weight, (1, -1))))
    return whole.assign_attrs(parts[0].attrs)


def _of_one_size(parts: Sequence[xr.Dataset]) -> list[xr.Dataset]:
    """Return datasets whose meshes have as many nodes and cells as the largest."""
    sizes = {dim: np.arange(max(each.sizes[dim] for each in parts)) for dim in _MESH}
    filled = {name: _FILLED.get(str(name), np.nan) for name in parts[0].reset_coords().data_vars
              if set(parts[0][name].dims) & set(_MESH)}
    out = []
    for each in parts:
        mesh = [name for name in each.coords if name not in each.dims]
        numbered = each.reset_coords(mesh).assign_coords({dim: np.arange(each.sizes[dim]) for dim in _MESH})
        out.append(numbered.reindex(sizes, fill_value=filled).drop_vars(list(_MESH)))
    return out


def names_of_levels(data: xr.Dataset) -> list[str]:
    """Return the levels of a dataset; none of a study of one level."""
    return [str(level) for level in data["level"].values] if "level" in data.dims else []


def levels_in(data: xr.Dataset) -> dict[str, xr.Dataset]:
    """Return level -> its part of a dataset, the dataset itself under "" where there is one level."""
    return {level: at_level(data, level) for level in names_of_levels(data)} or {"": data}


def at_level(data: xr.Dataset, level: str) -> xr.Dataset:
    """Return the part of one level of a dataset, with what is told of the person left out, as a study of that level has it."""
    person = [name for name in data.data_vars if "level" not in data[name].dims and name != "parameter_value"]
    part = data.drop_vars(person).sel(level=level).drop_vars("level")
    there = {"node": np.isfinite(part["node_r"].values), "cell": part["triangle"].values[:, 0] >= 0}
    part = part.isel({dim: np.flatnonzero(keep) for dim, keep in there.items()})
    shared = {key: value for key, value in data.attrs.items() if key != "levels"}
    own = json.loads(data.attrs["levels"])[level] if "levels" in data.attrs else {}
    return part.assign_attrs({**shared, **{key: json.dumps(value, ensure_ascii=False) for key, value in own.items()}})
