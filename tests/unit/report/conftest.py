"""A small made-up comparison: few arms, few draws, a mesh of two triangles; no model is run."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from pulposus.core.result import Result
from pulposus.core.run_record import begin

TIMES = np.array([0.0, 28.0, 180.0, 365.25])
GRADES, REGIONS = ["I", "II", "III", "IV", "V"], ["NP", "AF", "CEP"]
UNITS = {"height_index": "percent", "t2": "ms", "pfirrmann": "1", "pfirrmann_probability": "1", "viable_cells": "percent",
         "gag": "mg/mL", "transplanted_cells": "cell", "vesicles_present": "particle", "glucose_min": "mM", "oxygen_min": "kPa",
         "lactate_max": "mM"}
FURTHER = {"pfirrmann_probability": "grade", "viable_cells": "region", "gag": "region"}
LAWS = {"aggrecan": "two_pools", "endplate_degeneration": "unchanged", "endplate_diffusivity": "porosity", "formulation": "upf",
        "glucose_limiter": 0.05, "oxygen": "bibby"}
RIVALS = ["formulation: conservative", "oxygen: michaelis_menten", "endplate_diffusivity: measured_low", "endplate_degeneration: falls",
          "endplate_degeneration: rises", "aggrecan: one_pool"]
RECORD = {"label": "Turnover of a thing", "label_zh": "某物周转率", "unit": "1/yr", "value": 0.05, "origin": "measured",
          "source": "SIVAN2006", "locator": "abstract", "read": "abstract", "why": "", "varies": True}
ASSUMED = {**RECORD, "label": "Gain of <b>cells</b>", "label_zh": "细胞增益", "unit": "1", "origin": "assumed", "source": "none",
           "locator": "", "read": "not_read", "why": "Nobody knows.", "value": 1.0}


def about(names: list[str], comparators: dict[str, str | None]) -> dict[str, Any]:
    """Return what a study says about its arms."""
    evidence = {"level": "animal", "rank": 2, "n": 1, "n_unit": "animals", "text_en": "One dog.", "text_zh": "一只犬。"}
    return {n: {"comparator": comparators.get(n), "kind": "cells" if comparators.get(n) else "untreated", "evidence": evidence,
                "route": "transannular" if comparators.get(n) else None, "given": 6e6 if comparators.get(n) else 0,
                "sources": ["MRKOVACKI2021"]} for n in names}


def numbers(names: list[str], draws: int, effect: dict[str, float], rng: np.random.Generator) -> dict[str, Any]:
    """Return the quantities over time: a common course, and an effect in T2 (ms) that grows to the end."""
    grown = TIMES / TIMES[-1]
    data: dict[str, Any] = {}
    for name, unit in UNITS.items():
        further = FURTHER.get(name)
        shape = (draws, len(TIMES), *((len(GRADES if further == "grade" else REGIONS),) if further else ()))
        common = 100 + 10 * rng.random(shape)
        shift = np.array([effect.get(n, 0.0) for n in names]).reshape(-1, 1, 1) * grown * (name == "t2")
        values = np.stack([common] * len(names)) + (shift[..., None] if further else shift)
        if name == "pfirrmann_probability":
            values = values / values.sum(axis=-1, keepdims=True)
        if name == "transplanted_cells":
            values = values * 1e4 * np.array([effect.get(n, 0.0) != 0 for n in names]).reshape(-1, 1, 1)
        data[name] = (("arm", "draw", "time", *((further,) if further else ())), values, {"units": unit})
    return data


def build(*, effect: dict[str, float] | None = None, draws: int = 5, asked: int | None = None, rivals: list[str] | None = None,
          rival_sign: float = 1.0, stopped: dict[str, int] | None = None, hypotheses: str | None = None,
          reported: list[dict[str, Any]] | None = None, names: list[str] | None = None) -> Result:
    """Return a made-up result; effect: arm -> difference in T2 (ms) at the end; stopped: arm -> draws that ended early."""
    rng = np.random.default_rng(3)
    names = names or ["untreated", "cells"]
    effect = {"cells": 4.0} if effect is None else effect
    comparators: dict[str, str | None] = {n: names[0] for n in names[1:]}
    data = numbers(names, draws, effect, rng)
    for arm, count in (stopped or {}).items():
        for name in UNITS:
            data[name][1][names.index(arm), :count, 2:] = np.nan
    share = np.where(np.array([n in comparators for n in names])[:, None], 20 + rng.random((len(names), draws)), np.nan)
    data["alive_share"] = (("arm", "draw"), share, {"units": "percent"})
    data["arrived_share"] = (("arm", "draw"), 3 * share, {"units": "percent"})
    why = [["NotConverged: no step" if i < (stopped or {}).get(n, 0) else "" for i in range(draws)] for n in names]
    data["stopped"] = (("arm", "draw"), np.array(why, dtype=object).reshape(len(names), draws))
    data["harm_chance"] = (("arm", "harm", "draw"), np.where(np.isfinite(share), 0.25, np.nan)[:, None, :], {"units": "1"})
    data["parameter_value"] = (("parameter", "draw"), rng.random((2, draws)) / 3e7, {"units": "SI of the record"})
    for name, unit in (("oxygen", "kPa"), ("glucose", "mM"), ("lactate", "mM"), ("native", "million_cell/mL"),
                       ("transplanted", "million_cell/mL")):
        field = np.linspace(1, 5, 4) * np.ones((len(names), 1)) * (name != "transplanted")
        data[f"map_{name}"] = (("arm", "node"), field, {"units": unit})
    rivals = rivals or []
    if rivals:
        last = np.stack([data[q][1][:, :, -1] for q in ("height_index", "t2")], axis=1)
        last[:, 1] = last[:1, 1] + rival_sign * (last[:, 1] - last[:1, 1])
        data["rival_last"] = (("rival", "arm", "quantity", "draw"), np.stack([last] * len(rivals)), {"units": "percent, ms"})
    coords = {"arm": names, "draw": list(range(draws)), "time": ("time", TIMES, {"units": "day"}), "grade": GRADES, "region": REGIONS,
              "harm": ["leak"], "parameter": ["gain", "turnover"], "rival": rivals, "quantity": ["height_index", "t2"],
              "node_r": ("node", np.array([0.0, 21.0, 21.0, 0.0]), {"units": "mm"}),
              "node_z": ("node", np.array([0.0, 0.0, 6.9, 6.9]), {"units": "mm"}),
              "triangle": (("cell", "corner"), np.array([[0, 1, 2], [0, 2, 3]])), "triangle_region": ("cell", np.array(["NP", "CEP"]))}
    ceilings = [{"endplate_diffusivity": law, "fresh_cells": cells, "settled_cells": 3 * cells, "threshold": 0.5,
                 "glucose_without_dose": 0.9 if cells else 0.1} for law, cells in (("porosity", 1.5e6), ("measured_low", 0.0))]
    attrs = {"arms": about(names, comparators), "laws": LAWS, "rejected": {"3": "T2 would fall with water, against every measurement"},
             "ceilings": ceilings, "records": {"turnover": RECORD, "gain": ASSUMED}, "used_parameters": ["gain", "turnover"],
             "rivals_asked": RIVALS if rivals else [], "cited": {"MRKOVACKI2021": ["evidence behind the arm cells"]}, "title": "A <small> study", "note": "Made up.",
             "subject": {"species": "human", "level": "L4/L5", "grade": {"scale": "pfirrmann", "value": 3}},
             "observe": ["height_index", "t2", "pfirrmann", "viable_cells", "transplanted_cells", "gag"], "reported": reported or []}
    dataset = xr.Dataset(data, coords, {k: json.dumps(v, ensure_ascii=False, sort_keys=True) for k, v in attrs.items()})
    options = {"draws": asked or draws, "hypotheses": hypotheses or ("all" if rivals else "default"), "nodes": 4}
    return Result(dataset, f"{draws} of {asked or draws} draws finished.", begin("version: 1\n", 1, options, "made_up.yaml"))


@pytest.fixture(scope="session")
def make() -> Callable[..., Result]:
    """Return the function that makes up a result."""
    return build


@pytest.fixture
def rivals() -> list[str]:
    """Return the names of all rivals of the default laws."""
    return RIVALS


@pytest.fixture
def comparison() -> Any:
    """Return a made-up comparison of two arms in five draws."""
    return SimpleNamespace(result=build(), interrupted=False, exit_code=0)
