"""Makes the small studies of the study tests importable here, and runs one of them for all who look at it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from small_studies import FIVE, compare_small, study


@pytest.fixture(scope="session")
def five():
    """Return the comparison of five arms in two draws, all rivals run."""
    return compare_small(study(*FIVE, sampling={"draws": 2, "seed": 2}), hypotheses="all")
