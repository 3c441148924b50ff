"""A small study whose numbers are frozen: whoever changes them says why, by tools/refreeze.py."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

HERE = Path(__file__).parent
FROZEN = yaml.safe_load((HERE / "frozen.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def tool():
    """Return the module of the tool."""
    spec = importlib.util.spec_from_file_location("refreeze", HERE.parents[1] / "tools" / "refreeze.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def now(tool):
    """Return the medians of the study as it runs now."""
    return tool.medians()


def test_the_same_draws_are_accepted(now):
    assert now["draws"] == FROZEN["draws"]


@pytest.mark.parametrize("arm", FROZEN["arms"])
def test_the_numbers_are_the_frozen_ones(arm, now):
    frozen, found = FROZEN["arms"][arm], now["arms"][arm]
    assert list(found) == list(frozen)
    for quantity, values in frozen.items():
        np.testing.assert_allclose(found[quantity], values, rtol=1e-6, atol=1e-9, err_msg=f"{arm}: {quantity}")


def test_every_arm_is_frozen_and_says_something(now):
    assert set(now["arms"]) == set(FROZEN["arms"]) and len(FROZEN["arms"]) == 7
    for arm, values in FROZEN["arms"].items():
        assert len(values["gag"]) == 6 and len(values["pfirrmann_probability"]) == 10, arm
    assert FROZEN["arms"]["cells twice"]["transplanted_cells"][0] > 1e5 and FROZEN["arms"]["vesicles"]["vesicles_present"][0] > 1e7


def test_every_change_has_its_reason():
    assert FROZEN["reasons"] and all(isinstance(r, str) and len(r) > 10 for r in FROZEN["reasons"])


def test_the_tool_keeps_the_reasons_and_tells_the_change(tool, tmp_path, monkeypatch, capsys):
    frozen = tmp_path / "frozen.yaml"
    shutil.copy(HERE / "frozen.yaml", frozen)
    moved = {"draws": FROZEN["draws"], "arms": {"untreated": {"t2": [x * 1.25 for x in FROZEN["arms"]["untreated"]["t2"]]}}}
    monkeypatch.setattr(tool, "FROZEN", frozen)
    monkeypatch.setattr(tool, "medians", lambda: moved)
    assert tool.main(["--reason", "a test that moves T2 by a quarter"]) == 0
    written = yaml.safe_load(frozen.read_text("utf-8"))
    assert written["reasons"] == [*FROZEN["reasons"], "a test that moves T2 by a quarter"] and written["arms"] == moved["arms"]
    assert "0.25" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["--reason", "  "]])
def test_the_tool_asks_for_a_reason(tool, arguments, capsys):
    with pytest.raises(SystemExit) as left:
        tool.main(arguments)
    assert left.value.code == 2 and "reason" in capsys.readouterr().err
