"""Small studies for the study tests: few nodes, few draws, five weeks; and small work for processes."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pulposus.mechanism import state_table
from pulposus.study.compare import Comparison, compare
from pulposus.study.study_file import StudySpec, read_study

NODES = 160
compare_module = import_module("pulposus.study.compare")

NEEDLE, PEDICLE = {"kind": "transannular", "needle": "22G"}, {"kind": "transpedicular", "needle": "14G"}
VEIN, BESIDE = {"kind": "intravenous"}, {"kind": "epidural"}
SALINE = {"kind": "vehicle", "carrier": "saline", "volume": "2 mL"}


def cells(**changes: Any) -> dict[str, Any]:
    """Return a product of cells as it stands in a study file."""
    return {"kind": "cells", "source": "BM-MSC", "dose": "6e6 cells", "carrier": "saline", "volume": "2 mL", **changes}


def vesicles(**changes: Any) -> dict[str, Any]:
    """Return a product of vesicles as it stands in a study file."""
    return {"kind": "vesicles", "source": "BM-MSC", "dose": "1e10 particles", "carrier": "saline", "volume": "0.2 mL", **changes}


def arm(name: str, *given: tuple[Any, ...], **more: Any) -> dict[str, Any]:
    """Return an arm of (product, route, when) triples; route and time may be left out."""
    doses = [{"product": g[0], "route": g[1] if len(g) > 1 else NEEDLE, "at": g[2] if len(g) > 2 else "0 d"} for g in given]
    return {"name": name, "doses": doses, **more}


UNTREATED, CONTROL = arm("untreated"), arm("saline", (SALINE,), control=True)
FIVE = (UNTREATED, CONTROL, arm("cells", (cells(),)), arm("exosome", (vesicles(carrier="thermogel"),)),
        arm("vein", (cells(dose="1e8 cells"), VEIN)))


def study(*arms: dict[str, Any], grade: Any = 3, scale: str = "pfirrmann", **changes: Any) -> StudySpec:
    """Return a study of five weeks on a human disc."""
    return read_study(plain(*arms, grade=grade, scale=scale, **changes))


def plain(*arms: dict[str, Any], grade: Any = 3, scale: str = "pfirrmann", **changes: Any) -> dict[str, Any]:
    """Return the plain data of a study."""
    subject = {"species": "human", "level": "L4/L5", "grade": {"scale": scale, "value": grade}}
    return {"version": 1, "subject": subject, "follow_up": "5 weeks", "arms": list(arms or (UNTREATED,)), **changes}


@contextmanager
def coarse_tables() -> Iterator[None]:
    """Let tables of the cell network be coarse meanwhile: with every rival of it a comparison has one of its own."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(state_table, "AXES", {"il1b": (3, True), "tnf": (3, True), "oxygen": (3, False)})
        patched.setattr(state_table, "CARGO_NODES", (0, 4, 3, 2))
        yield


def compare_small(spec: StudySpec, text: str = "", ceilings: bool = False, **options: Any) -> Comparison:
    """Compare on a coarse mesh with coarse tables, in this process unless told otherwise, without dose ceilings unless asked for."""
    with coarse_tables(), pytest.MonkeyPatch.context() as patched:
        patched.setattr(compare_module, "NODES", NODES)
        if not ceilings:
            patched.setattr(compare_module, "dose_ceilings", lambda plan: [])
        return compare(spec, text, **{"workers": 1, **options})


class StopAfter(SimpleNamespace):
    """A progress that is interrupted when `left` pieces of work are done."""

    def start(self, total: int, label: str = "") -> None:
        self.total, self.done, self.stopped = total, 0, False

    def advance(self, n: int = 1, note: str = "") -> None:
        self.done += n
        if self.done >= self.left:
            raise KeyboardInterrupt

    def stop(self) -> None:
        self.stopped = True


# ---- work for processes

def root(context: dict[str, Any], task: int) -> Any:
    """Return numbers that hang on the order of a sum, so that threads would show."""
    x = np.sin(np.arange(context["size"]) * (task + 1))
    return float(np.linalg.norm(np.outer(x, x) @ x)), os.getpid()


def die_once(marker: str, task: int) -> int:
    """Return the task, but the first worker that meets task 2 dies."""
    if task == 2 and not Path(marker).exists():
        Path(marker).write_text("died")
        os._exit(9)
    return task


def die_always(context: Any, task: int) -> int:
    """Die."""
    os._exit(9)


def fail(context: Any, task: int) -> int:
    """Fail on task 2 like any bug would."""
    if task == 2:
        raise ValueError("task 2 is wrong")
    return task


def hold(folder: str, task: int) -> None:
    """Lock a file, say so, and keep it for a long while."""
    with (Path(folder) / f"held{task}").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        print(f"held{task}", flush=True)
        time.sleep(60)
        (Path(folder) / f"finished{task}").touch()
