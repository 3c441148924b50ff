"""Finished draws kept on disk while a comparison runs, so that a run that was stopped goes on where it was.

One file per draw and block, written whole or not at all, in a folder named by what determines the numbers: the input,
the seed, the laws, the data and the versions. Asking for more draws later uses those that are there.
"""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from pulposus.core.files import write_atomic
from pulposus.core.run_record import RunRecord, sha256
from pulposus.study.run import ArmOutcome, DrawOutcome

__all__ = ["Parts"]

_LETTERS = 12  # of a digest in a file name
_MARK = "|"  # between arm and quantity in the name of an array
_PLAIN = ("alive_share", "arrived_share", "harms", "stopped", "gap", "fates", "access")  # what of an arm is no array


class Parts:
    """The kept draws of one run below a folder; with no folder nothing is kept."""

    def __init__(self, folder: Path | None, record: RunRecord) -> None:
        timeless = {"input": record.input_sha256, "data": record.data_sha256, "versions": dict(record.versions),
                    "seed": record.seed, "nodes": record.options.get("nodes")}
        self.home = folder / sha256(json.dumps(timeless, sort_keys=True))[:_LETTERS] if folder else None

    def _path(self, task: tuple[str, int]) -> Path:
        assert self.home is not None
        return self.home / f"{sha256(task[0])[:_LETTERS]}-{task[1]}.npz"

    def load(self, task: tuple[str, int]) -> DrawOutcome | None:
        """Return the outcome of a (block, draw) that was kept, or None; a file that cannot be read counts as missing."""
        if self.home is None or not self._path(task).is_file():
            return None
        try:
            with np.load(self._path(task), allow_pickle=False) as stored:
                about = json.loads(str(stored["about"]))
                arrays = {name: stored[name] for name in stored.files if name != "about"}
        except (OSError, ValueError, KeyError):
            return None
        arms = {}
        for arm, values in about["arms"].items():
            readings = {name.split(_MARK, 1)[1]: x for name, x in arrays.items() if name.split(_MARK, 1)[0] == values["key"]}
            arms[arm] = ArmOutcome(readings, **{name: values[name] for name in _PLAIN})
        return DrawOutcome(arms, about["used"])

    def save(self, task: tuple[str, int], outcome: DrawOutcome) -> None:
        """Keep the outcome of a (block, draw)."""
        if self.home is None:
            return
        arrays: dict[str, Any] = {}
        about: dict[str, Any] = {"used": outcome.used, "arms": {}}
        for number, (arm, result) in enumerate(outcome.arms.items()):
            about["arms"][arm] = {"key": str(number), **{name: getattr(result, name) for name in _PLAIN}}
            arrays |= {f"{number}{_MARK}{name}": x for name, x in result.readings.items()}
        buffer = BytesIO()
        np.savez(buffer, about=np.array(json.dumps(about)), **arrays)
        write_atomic(self._path(task), buffer.getvalue())
