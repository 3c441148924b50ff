"""The tables equal the numbers, the screen shows every arm whole, and a folder holds all files or none."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pulposus.core.errors import InputError
from pulposus.core.result import Result
from pulposus.report.facts import read
from pulposus.report.maps import empty_maps, map_pictures
from pulposus.report.screen import print_screen
from pulposus.report.spreadsheets import summary, trajectories
from pulposus.report.write import FILES, write_report
from pulposus.study.statistics import spread_of


def rows(text: str) -> list[dict[str, str]]:
    """Return the rows of a table."""
    return list(csv.DictReader(io.StringIO(text)))


def test_the_summary_equals_the_numbers(make: Callable[..., Result]) -> None:
    result = make()
    found = {(r["arm"], r["outcome"], r["region"]): r for r in rows(summary(read(result)))}
    last = result.dataset["t2"].isel(time=-1)
    cells, untreated = (last.sel(arm=arm).values for arm in ("cells", "untreated"))
    row = found["cells", "t2", ""]
    level, between = spread_of(cells), spread_of(cells - untreated)
    assert [float(row[k]) for k in ("median", "low", "high", "mc_error")] == [level.median, level.low, level.high, level.error]
    assert [float(row[f"difference_{k}"]) for k in ("median", "low", "high", "mc_error")] == [
        between.median, between.low, between.high, between.error]
    assert (row["comparator"], row["unit"], row["n_draws"], row["interval_level"]) == ("untreated", "ms", "5", "0.8")
    assert float(row["smallest_detectable_change"]) > 0 and found["untreated", "t2", ""]["difference_median"] == ""
    assert ("cells", "gag", "AF") in found and found["untreated", "alive_share", ""]["median"] == ""
    assert float(found["cells", "alive_share", ""]["time_days"]) == 28


def test_the_trajectories_equal_the_numbers(make: Callable[..., Result]) -> None:
    result = make(stopped={"cells": 2})
    found = rows(trajectories(read(result)))
    assert len(found) == 2 * 4 * (8 + 2 * 3 + 5)
    row = next(r for r in found if (r["arm"], r["quantity"], r["region"], r["time_days"]) == ("cells", "gag", "CEP", "365.25"))
    values = result.dataset["gag"].sel(arm="cells", region="CEP").isel(time=-1).values
    assert float(row["median"]) == np.nanmedian(values) and row["n"] == "3" and row["unit"] == "mg/mL"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_screen_shows_every_arm_and_nothing_cut_off(make: Callable[..., Result], lang: str,
                                                        capsys: pytest.CaptureFixture[str]) -> None:
    names = ["untreated", "cells", "an arm with a rather long name"]
    print_screen(SimpleNamespace(result=make(names=names, effect={"cells": -4.0})), lang)
    out = capsys.readouterr().out
    assert "…" not in out and max(map(len, out.splitlines())) <= 100
    assert all(word in out for name in names for word in name.split())
    assert "−4.0" in out and {"en": "Research use only", "zh": "仅供研究使用"}[lang] in out
    assert {"en": "2 numbers used: 1 measured", "zh": "共用 2 个数值：实测 1 个"}[lang] in out


def test_the_screen_of_an_interrupted_run_says_so(make: Callable[..., Result], capsys: pytest.CaptureFixture[str]) -> None:
    print_screen(SimpleNamespace(result=make(asked=32), interrupted=True), "en")
    assert capsys.readouterr().out.startswith("With only 5 of 32 draws finished")


def test_a_record_that_reverses_an_order_is_told_once_with_its_threshold(make: Callable[..., Result]) -> None:
    result = make(draws=40)
    gain = np.linspace(0.5, 1.5, 40)
    result.dataset["parameter_value"][0] = gain
    result.dataset["t2"][1, :, -1] = result.dataset["t2"][0, :, -1] + 40 * (gain - 1.1)
    facts = read(result)
    assert [row["record"] for row in facts.reversing] == ["gain"]
    assert facts.reversing[0]["threshold"]["value"] == pytest.approx(1.1)


def test_a_folder_holds_all_files(comparison: Any, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "folder"
    paths = write_report(comparison, out, "en")
    assert [p.name for p in paths] == list(FILES) and all(p.stat().st_size for p in paths)
    assert sorted(p.name for p in out.iterdir()) == sorted(FILES)
    again = write_report(SimpleNamespace(result=Result.load(out)), tmp_path / "again", "en")
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(paths, again, strict=True) if a.suffix != ".nc")


def test_an_unknown_language_writes_nothing(comparison: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="language"):
        write_report(comparison, tmp_path / "out", "fr")
    assert not (tmp_path / "out").exists()


def test_maps_are_told_at_the_landmark_too_where_they_were_kept(make: Callable[..., Result]) -> None:
    result = make()
    data = result.dataset
    kept = data.assign({f"early_{name}": data["map_native"] for name in data if str(name).startswith("map_")})
    facts = read(Result(kept, result.status, result.record))
    assert [p.name for p in map_pictures(facts, "en")] == [
        "map_transplanted_day_28", "map_glucose_day_28", *(f"map_{q}_day_365.25" for q in ("glucose", "oxygen", "native"))]
    assert empty_maps(facts, "en") == "Living transplanted cells, month 12"


def test_importing_the_room_is_light() -> None:
    code = "import sys, pulposus.report, pulposus.report.write, pulposus.report.screen; print(*sys.modules)"
    loaded = set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())
    assert not {"matplotlib", "jinja2", "rich", "xarray", "scipy"} & loaded
