"""The step: second order, events, compartments, and an honest end when no step can be taken."""

from __future__ import annotations

import numpy as np
import pytest
from problems import DAY, LAWS, LIMITED, Solute, build, nominal_draw, supply
from scipy.integrate import solve_ivp

from pulposus.tissue.clock import Course, advance
from pulposus.tissue.disc import Disc, tissue_processes
from pulposus.tissue.geometry import Geometry
from pulposus.tissue.history import run_discs
from pulposus.tissue.mesh import line
from pulposus.tissue.process import Event, Field, Process
from pulposus.tissue.stepper import Control, Stepper


class Pair(Process):
    """Two local fields: a logistic one and one that follows it and the clock."""

    name, reads, sources = "pair", ("a", "b"), ("a", "b")

    def fields(self, p):
        return [Field("a", "1", "slow", 1.0, start=0.1), Field("b", "1", "slow", 1.0, start=0.5)]

    def source(self, state, p, t, xp):
        return {"a": state["a"] * (1 - state["a"]), "b": state["a"] - state["b"] ** 2 + 0.3 * xp.cos(2 * t)}


class Blood(Process):
    """Two compartments, the second non-linear and fed by the first."""

    name, reads = "blood", ("x", "y")

    def fields(self, p):
        return [Field("x", "mol", "global", 1.0, start=1.0), Field("y", "mol", "global", 1.0, start=0.0)]

    def global_rate(self, state, totals, p, t, xp):
        return {"x": -state["x"], "y": state["x"] - state["y"] / (0.2 + state["y"])}


def problem(*processes):
    """Return processes next to one solute on a line of four cells."""
    return build(line("slab", [("NP", 1.0)], 4), [Solute({"NP": 1.0}, {"outer": 1.0}, start=1.0), *processes])


def after(processes, steps, until=2.0, transient=False, start=None):
    """Return the last snapshot of equal steps."""
    made = problem(*processes) if start is None else start[0]
    stepper = Stepper(made.coupled, Control(newton=1e-12, transient=transient))
    now = stepper.start(0.0, *(made.initial() if start is None else start[1]))
    for _ in range(steps):
        now = stepper.step(now, until / steps)[0]
    return now


def orders(errors):
    """Return the observed order at each doubling of the steps."""
    return np.log2(np.array(errors[:-1]) / np.array(errors[1:]))


def test_order_two_for_local_fields():
    """Halving the step of a smooth local problem divides the error by four."""
    exact = solve_ivp(lambda t, y: [y[0] * (1 - y[0]), y[0] - y[1] ** 2 + 0.3 * np.cos(2 * t)], (0, 2), [0.1, 0.5],
                      rtol=1e-11, atol=1e-13).y[:, -1]
    errors = []
    for steps in (10, 20, 40):
        y = after([Pair()], steps).y
        errors.append(max(abs(y["a"][0] - exact[0]), abs(y["b"][0] - exact[1])))
    assert errors[0] < 2e-3 and np.all(np.abs(orders(errors) - 2) < 0.15)


def test_order_two_for_compartments():
    """The same for compartments, which are solved apart from the disc."""
    exact = solve_ivp(lambda t, y: [-y[0], y[0] - y[1] / (0.2 + y[1])], (0, 2), [1.0, 0.0], rtol=1e-11, atol=1e-13).y[:, -1]
    errors = []
    for steps in (20, 40, 80):
        g = after([Blood()], steps).g
        errors.append(max(abs(g["x"] - exact[0]), abs(g["y"] - exact[1])))
    assert np.all(np.abs(orders(errors) - 2) < 0.3)


def test_order_two_for_stored_fields():
    """The same for a field that diffuses: a cosine that decays at its own rate on the mesh."""
    made = build(line("slab", [("NP", 1.0)], 20), [Solute({"NP": 1.0}, {"outer": 1.0})])
    x = made.mesh.nodes[:, 0]
    _, y, g = made.initial()
    h, k = 1 / 20, np.pi / 2
    rate = 4 / h**2 * np.sin(k * h / 2) ** 2  # eigenvalue of the lumped scheme, so that only time is left
    errors = []
    for steps in (4, 8, 16):
        c = after((), steps, 0.4, True, (made, ((1 + np.cos(k * x))[None], y, g))).c[0, 0]
        errors.append(abs(c - 1 - np.exp(-0.4 * rate)))
    assert np.all(np.abs(orders(errors) - 2) < 0.2)


def test_error_estimate_is_of_third_order():
    """The estimate of one step falls eightfold with half the step, and is zero for what is linear in time."""
    made = problem(Pair())
    stepper = Stepper(made.coupled, Control(newton=1e-12))
    now = stepper.start(0.0, *made.initial())
    estimates = [stepper.step(now, h)[1] for h in (0.1, 0.05, 0.025)]
    assert np.all(np.abs(orders(estimates) - 3) < 0.3)

    class Steady(Pair):
        def source(self, state, p, t, xp):
            return {"a": 1.0 + 0 * state["a"], "b": -2.0 + 0 * state["b"]}

    made = problem(Steady())
    stepper = Stepper(made.coupled, Control(newton=1e-12))
    new, error, _ = stepper.step(stepper.start(0.0, *made.initial()), 0.1)
    assert error < 1e-9
    np.testing.assert_allclose(new.y["a"], 0.2, rtol=1e-12)


def test_what_was_moved_is_the_change():
    """What a step says each process moved sums to the change of the totals, to round-off."""
    made = problem(Pair(), Blood())
    stepper = Stepper(made.coupled, Control(newton=1e-10))
    now = stepper.start(0.0, *made.initial())
    new, _, moved = stepper.step(now, 0.3)
    before, later = stepper.totals(now), stepper.totals(new)
    for process, name in (("pair", "a"), ("pair", "b"), ("blood", "x"), ("blood", "y")):
        assert moved[process][name] == pytest.approx(later[name] - before[name], rel=1e-11)


def course(made, control, events=()):
    """Return a course of a problem and the list its snapshots go to."""
    stepper = Stepper(made.coupled, control)
    seen = [stepper.start(0.0, *made.initial())]
    return Course(stepper, seen[0], events, lambda before, after: seen.append(after)), seen


def test_events_happen_at_their_time_and_in_order():
    """Steps end at events; two at one time both happen; one at the very end still happens."""
    made = problem(Pair(), Blood())
    dose = {"a": 1.0}
    events = [Event(0.7, "second", lambda s, p, points: {"x": 5.0}), Event(0.3, "first", lambda s, p, points: dose),
              Event(0.7, "third", lambda s, p, points: {"x": 2.0}), Event(1.0, "last", lambda s, p, points: {"b": 4.0})]
    run, seen = course(made, Control(first=0.05), events)
    advance([run], 1.0, Control(first=0.05))
    assert run.stopped == "" and run.now.t == 1.0
    assert {0.3, 0.7, 1.0} <= {s.t for s in seen}
    assert run.ledger.entries["x"] == pytest.approx({"blood": run.ledger.entries["x"]["blood"], "second": 5.0, "third": 2.0})
    assert run.ledger.entries["a"]["first"] == pytest.approx(1.0) and run.ledger.entries["b"]["last"] == pytest.approx(4.0)
    assert all(run.ledger.gap(name) < 1e-11 for name in run.ledger.start)


class Breaks(Process):
    """A field whose rate is not a number after half a day; feeding says whether nutrients depend on it."""

    name = "breaks"

    def __init__(self, feeding):
        self.sources = ("broken", "glucose") if feeding else ("broken",)
        self.reads, self.feeding = ("broken",), feeding

    def fields(self, p):
        return [Field("broken", "1", "slow", 1.0, start=1.0)]

    def source(self, state, p, t, xp):
        rate = 0.0 * state["broken"] + (np.nan if t > 0.5 * DAY else 0.0)
        return {"broken": rate, "glucose": 0.0 * rate} if self.feeding else {"broken": rate}


@pytest.mark.parametrize("feeding", [True, False])
def test_a_step_that_cannot_be_solved_ends_the_run_with_what_there_is(feeding):
    """The run stops near half a day with a sentence, keeps the read-outs until then and its ledger is closed."""
    disc = Disc(nominal_draw(), Geometry(21e-3, 14e-3, 6.9e-3, 0.6e-3, 17e-3),
                [*tissue_processes(LIMITED, supply(), 1.0), Breaks(feeding)], 200)
    history = run_discs([disc], np.array([0.0, 0.25, 0.4, 0.75, 1.0]) * DAY, Control(least=60.0))[0]
    assert "step" in history.stopped and "0.5" in history.stopped
    np.testing.assert_allclose(history.times / DAY, [0.0, 0.25, 0.4])
    assert len(history.readings["glucose_min"]) == 3 and np.all(np.isfinite(history.readings["gag"]))
    assert all(np.all(np.isfinite(values)) for values in history.fields.values())
    assert all(history.ledger.gap(name) < 1e-10 for name in history.ledger.start)


def test_a_disc_that_cannot_be_solved_at_the_start_says_so():
    """No read-outs, one sentence, no exception."""
    boundary = {**supply(), "glucose": {"endplate": float("nan"), "wall": 5.0}}
    disc = Disc(nominal_draw(), Geometry(21e-3, 14e-3, 6.9e-3, 0.6e-3, 17e-3), tissue_processes(LAWS, boundary, 1.0), 200)
    history = run_discs([disc], [0.0, DAY])[0]
    assert "start" in history.stopped and len(history.times) == 0 and history.readings == {}


def test_read_outs_do_not_depend_on_the_output_times():
    """Reading out more often changes no value beyond the tolerance of interpolation inside a step."""
    disc = Disc(nominal_draw("III"), Geometry(21e-3, 14e-3, 6.9e-3, 0.6e-3, 17e-3), tissue_processes(LIMITED, supply(), 1.0), 200)
    few, many = run_discs([disc], np.array([0.0, 365.0]) * DAY)[0], run_discs([disc], np.arange(0.0, 366.0, 5.0) * DAY)[0]
    for name in few.readings:
        np.testing.assert_allclose(few.readings[name][-1], many.readings[name][-1], rtol=2e-4, atol=1e-12)
