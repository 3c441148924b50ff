"""Results: the numbers of a run with its status and record, written to a folder and read again.

`results.nc` holds the numbers, the status and the record without times, so that two runs of one input give the same
bytes; `run.json` holds the record with times.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pulposus.core.errors import Fault, InputError
from pulposus.core.files import read_text, write_atomic
from pulposus.core.run_record import RunRecord

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Result"]

NUMBERS = "results.nc"
RECORD = "run.json"
STATUS, HEADER = "status", "run_record"  # names of the attributes


@dataclass(frozen=True)
class Result:
    """The numbers of a run, one sentence that says how it ended, and the record of the run."""

    dataset: xr.Dataset
    status: str
    record: RunRecord

    def save(self, folder: str | Path) -> Path:
        """Write `results.nc` and `run.json` into a folder, each whole or not at all, and return the folder."""
        target = Path(folder)
        header = {STATUS: self.status, HEADER: self.record.to_json(times=False)}
        numbers = _bytes(self.dataset.assign_attrs({**self.dataset.attrs, **header}))
        write_atomic(target / NUMBERS, numbers)
        write_atomic(target / RECORD, self.record.to_json())
        return target

    @classmethod
    def load(cls, folder: str | Path) -> Result:
        """Return the result of a folder; raises `InputError` if a file is missing, unreadable or of another run."""
        import xarray as xr

        target = Path(folder)
        name = str(target / NUMBERS)
        record = RunRecord.from_json(read_text(target / RECORD), str(target / RECORD))
        try:
            with xr.open_dataset(target / NUMBERS, engine="h5netcdf") as file:
                dataset = file.load()
        except (OSError, ValueError, KeyError) as error:
            raise InputError([Fault(name, "", f"{type(error).__name__}: {error}", "results of a run")]) from None
        status, header = dataset.attrs.pop(STATUS, None), dataset.attrs.pop(HEADER, None)
        if status is None or header is None:
            raise InputError([Fault(name, "", "no status and run record", "results of a run")])
        if RunRecord.from_json(header, name) != record.timeless():
            raise InputError([Fault(name, "", "the results of another run", f"those of the run in {RECORD}")])
        return cls(dataset, str(status), record)


def _bytes(dataset: xr.Dataset) -> bytes:
    """Return a dataset as the bytes of a NetCDF-4 file, the same for the same numbers."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / NUMBERS
        dataset.to_netcdf(path, engine="h5netcdf")
        return path.read_bytes()
