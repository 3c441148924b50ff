"""The table of the network's states: right at its nodes, close between them, kept where it can be."""

from __future__ import annotations

import numpy as np
import pytest

from pulposus.mechanism import state_table
from pulposus.mechanism.calibration import calibrated
from pulposus.mechanism.cell_model import CellModel, shares
from pulposus.mechanism.hypotheses import choose
from pulposus.mechanism.state_table import StateTable, table_of

VECTOR = {"miR21": 0.9}


@pytest.fixture(scope="module")
def coarse():
    """Return a coarse table with cargo, and its model."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(state_table, "AXES", {"il1b": (3, True), "tnf": (3, True), "oxygen": (3, False)})
        patched.setattr(state_table, "CARGO_NODES", (0, 3, 3))
        table = table_of(VECTOR)
    return table, CellModel(VECTOR, "NP", choose(), calibrated())


def solved(model, il1b, tnf, oxygen, cargo):
    seen = shares({"il1b": il1b, "tnf": tnf, "oxygen": oxygen, "load": 0.0})
    return model.solve(np.column_stack([seen, np.broadcast_to(cargo, len(seen)), np.zeros(len(seen))]))


def test_nodes_are_exact_and_rest_is_a_node(coarse):
    table, model = coarse
    il1b = np.array([0.0, 1 / 3, 0.0])  # shares 0, 1/4, 0: the square roots 0 and 1/2 are nodes
    oxygen, cargo = 3.03975, np.array([0.0, 0.25, 1.0])
    np.testing.assert_allclose(table.at({"il1b": il1b, "tnf": 0.0, "oxygen": np.full(3, oxygen)}, cargo), solved(model, il1b, 0.0, oxygen, cargo), atol=1e-8)
    assert np.allclose(table.at({"il1b": 0.0, "tnf": 0.0, "oxygen": oxygen})[0], table.rested, atol=1e-8)


def test_with_and_without_cargo_are_the_same_reading(coarse):
    table, _ = coarse
    rng = np.random.default_rng(3)
    seen = {"il1b": rng.uniform(0, 5, 30), "tnf": rng.uniform(0, 5, 30), "oxygen": rng.uniform(0.1, 6, 30)}
    s = rng.random(30)
    s[0] = 0.0
    with_cargo, without = table.with_and_without(seen, s)
    np.testing.assert_allclose(with_cargo, table.at(seen, s), rtol=1e-13)
    np.testing.assert_array_equal(without, table.at(seen))
    assert np.array_equal(with_cargo[0], without[0]) and not np.allclose(with_cargo[1:], without[1:])


def test_between_nodes_nothing_overshoots(coarse):
    table, _ = coarse
    rng = np.random.default_rng(4)
    seen = {name: rng.uniform(0, 50, 500) for name in ("il1b", "tnf", "oxygen")}
    found = table.at(seen, rng.random(500))
    assert np.all(found <= table.values.max(axis=0) + 1e-12) and np.all(found >= table.values.min(axis=0) - 1e-12)


def test_the_real_table_is_within_a_few_percent_of_the_range_of_each_state():
    table, model = table_of({}), CellModel({}, "NP", choose(), calibrated())
    rng = np.random.default_rng(5)
    il1b, tnf, oxygen = 10 ** rng.uniform(-2, 2, 300), 10 ** rng.uniform(-2, 2, 300), rng.uniform(0.1, 10, 300)
    found, exact = table.at({"il1b": il1b, "tnf": tnf, "oxygen": oxygen}), solved(model, il1b, tnf, oxygen, 0.0)
    span = np.maximum(np.ptp(exact, axis=0), 1e-3)
    assert np.max(np.abs(found - exact) / span) < 0.05 and np.max(np.sqrt(((found - exact) ** 2).mean(axis=0)) / span) < 0.02


def test_a_table_is_kept_and_read_again_and_a_folder_that_cannot_be_written_is_no_matter(coarse, tmp_path, monkeypatch):
    made, _ = coarse
    monkeypatch.setattr(state_table, "AXES", {"il1b": (2, True), "tnf": (2, True), "oxygen": (3, False)})
    monkeypatch.setattr(state_table, "CARGO_NODES", (0, 2))
    monkeypatch.setattr(state_table, "_kept", {})
    first = table_of(VECTOR, folder=tmp_path)
    assert isinstance(first, StateTable) and len(list(tmp_path.glob("states-*.npz"))) == 1 and not list(tmp_path.glob("*.part*"))
    monkeypatch.setattr(state_table, "_kept", {})
    again = table_of(VECTOR, folder=tmp_path)
    assert np.array_equal(again.values, first.values) and again.seconds == 0.0
    next(tmp_path.glob("states-*.npz")).write_bytes(b"broken")
    monkeypatch.setattr(state_table, "_kept", {})
    assert np.array_equal(table_of(VECTOR, folder=tmp_path).values, first.values)
    monkeypatch.setattr(state_table, "_kept", {})
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    assert np.array_equal(table_of(VECTOR, folder=tmp_path / "file").values, first.values)
    assert made.values.shape[1] == first.values.shape[1]
