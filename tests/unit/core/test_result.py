"""Results: saved whole, the same bytes for the same run, read back, refused when torn or mixed."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from pulposus.core.errors import InputError
from pulposus.core.result import Result
from pulposus.core.run_record import RunRecord

RECORD = RunRecord("study.yaml", "version: 1\n", 7, {"draws": 3}, started="2024-05-01T10:00:00+00:00", seconds=2.0)


def dataset() -> xr.Dataset:
    """Return a small dataset with text, units and gaps."""
    values = np.arange(24.0).reshape(2, 3, 4)
    values[1, 2, 3] = np.nan
    height = xr.Variable(("arm", "draw", "time"), values, {"units": "mm"})
    coordinates = {"arm": ["untreated", "髓核"], "draw": [0, 1, 2], "time": [0.0, 1.0, 2.0, 3.0]}
    return xr.Dataset({"height": height}, coordinates, {"title": "test"})


def test_a_result_comes_back(tmp_path: Path) -> None:
    before = dataset()
    result = Result(before, "converged: 3 of 3 draws", RECORD)
    assert result.save(tmp_path / "out") == tmp_path / "out"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["results.nc", "run.json"]
    again = Result.load(tmp_path / "out")
    assert again.dataset.identical(before)
    assert again.dataset["height"].attrs == {"units": "mm"}
    assert (again.status, again.record) == (result.status, RECORD)
    assert before.attrs == {"title": "test"}


def test_two_runs_of_one_input_give_the_same_bytes(tmp_path: Path) -> None:
    Result(dataset(), "done", RECORD).save(tmp_path / "a")
    later = RunRecord(**(vars(RECORD) | {"started": "2025-01-01T00:00:00+00:00", "seconds": 9.0}))
    Result(dataset(), "done", later).save(tmp_path / "b")
    first, second = ((tmp_path / name / "results.nc").read_bytes() for name in "ab")
    assert first == second
    assert b"2024-05-01" not in first
    assert (tmp_path / "a" / "run.json").read_bytes() != (tmp_path / "b" / "run.json").read_bytes()


def test_a_run_repeats_from_its_record_alone(tmp_path: Path) -> None:
    Result(dataset(), "done", RECORD).save(tmp_path)
    again = RunRecord.from_json((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert (again.input_text, again.seed, again.options) == (RECORD.input_text, 7, {"draws": 3})


def test_a_torn_mixed_or_missing_result_is_refused(tmp_path: Path) -> None:
    Result(dataset(), "done", RECORD).save(tmp_path)
    numbers = (tmp_path / "results.nc").read_bytes()
    other = RunRecord("study.yaml", "version: 1\n", 8)
    (tmp_path / "run.json").write_text(other.to_json(), encoding="utf-8")
    with pytest.raises(InputError, match="the results of another run"):
        Result.load(tmp_path)
    (tmp_path / "run.json").write_text(RECORD.to_json(), encoding="utf-8")
    (tmp_path / "results.nc").write_bytes(numbers[: len(numbers) // 2])
    with pytest.raises(InputError, match="results of a run"):
        Result.load(tmp_path)
    (tmp_path / "results.nc").unlink()
    with pytest.raises(InputError, match=r"results\.nc"):
        Result.load(tmp_path)
    (tmp_path / "run.json").unlink()
    with pytest.raises(InputError, match=r"run\.json"):
        Result.load(tmp_path)


def test_a_file_of_other_numbers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(RECORD.to_json(), encoding="utf-8")
    dataset().to_netcdf(tmp_path / "results.nc", engine="h5netcdf")
    with pytest.raises(InputError, match="no status and run record"):
        Result.load(tmp_path)
