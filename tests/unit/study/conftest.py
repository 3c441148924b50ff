"""Makes the small studies of the study tests importable here, and runs one of them for all who look at it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from small_studies import FIVE, compare_small, study

from pulposus.mechanism import state_table


@pytest.fixture(scope="session", autouse=True)
def coarse_tables():
    """Let tables of the cell network be coarse: with every rival of it a comparison has a table of its own."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(state_table, "AXES", {"il1b": (3, True), "tnf": (3, True), "oxygen": (3, False)})
        patched.setattr(state_table, "CARGO_NODES", (0, 4, 3, 2))
        yield


@pytest.fixture(scope="session")
def five():
    """Return the comparison of five arms in two draws, all rivals run."""
    return compare_small(study(*FIVE, sampling={"draws": 2, "seed": 2}), hypotheses="all")
