"""The coupled disc in time: the quasi-steady limit, convergence in the tolerance, the ledger over events."""

from __future__ import annotations

import numpy as np
from problems import DAY, LIMITED, Solute, ax1, bath, build, kPa, mm, nutrition, per_mL, supply

from pulposus.tissue.mesh import line
from pulposus.tissue.native_cells import NativeCells
from pulposus.tissue.process import Event, Field, Process
from pulposus.tissue.stepper import Control, Stepper


def test_transient_form_ends_in_the_steady_one():
    """Filling AX-1 (about 300 nodes) from the mean supply for 60 d ends in the steady solution, to 1e-5 of the supply."""
    problem = nutrition(ax1(300), supply(), LIMITED)
    at, _, book = problem.run([60 * DAY], Control(tol=1e-4, newton=1e-8, first=60.0, transient=True))
    miss = np.abs((at[-1].c - problem.steady().c) / problem.coupled.scale)
    assert miss.max() < 1e-5
    assert max(book.gap(name) for name in book.start) < 1e-10


def test_fast_nutrition_is_quasi_steady_for_slow_cells():
    """With death over weeks, transient and quasi-steady nutrition leave the same cells alive, to 2 % of the disc."""
    alive = []
    for transient in (True, False):
        problem = nutrition(line("slab", [("NP", 8 * mm)], 80), bath(5.1 * kPa, 0.8, 4.0), LIMITED, density=8e6 * per_mL,
                            cells=NativeCells(), senescent_fraction=0.0, glucose_death_rate=0.05 / DAY, acid_death_rate=0.0)
        at, _, _ = problem.run([60 * DAY], Control(tol=5e-4, first=600.0, transient=transient))
        alive.append(problem.points.total(at[-1].y["native"]) / (8e6 * per_mL * 8 * mm))
    assert alive[0] < 0.9 and abs(alive[0] - alive[1]) < 0.02


def test_halving_the_tolerance_converges():
    """Living cells of a starving disc against a run at 1e-6: the miss falls with the tolerance and stays below it."""
    def living(tol):
        problem = nutrition(ax1(300), supply(0.7, 0.7), LIMITED, cells=NativeCells())
        at, every, _ = problem.run([20 * DAY], Control(tol=tol, newton=min(1e-5, tol / 10), first=600.0))
        y = at[-1].y
        return (problem.points.total(y["native"]) + problem.points.total(y["senescent"])) / 1e9, len(every)

    truth = living(1e-6)[0]
    found = [living(tol) for tol in (8e-3, 2e-3, 5e-4, 1.25e-4)]
    miss = [abs(value / truth - 1) for value, _ in found]
    assert all(later < earlier for earlier, later in zip(miss, miss[1:], strict=False))
    assert miss[1] < 2e-3 and miss[-1] < 2e-4
    assert found[-1][1] > found[0][1]  # and is paid for in steps


class Dose(Process):
    """Cells that arrive in the nucleus on two days, draw glucose and die at 1 % a day."""

    name, reads, sources = "dose", ("guests", "glucose"), ("guests", "glucose", "lactate")

    def fields(self, p):
        return [Field("guests", "1/m**3", "slow", 1e12)]

    def source(self, state, p, t, xp):
        drawn = 2e-17 * state["guests"] * state["glucose"] / (0.5 + abs(state["glucose"]))
        return {"guests": -0.01 / DAY * state["guests"], "glucose": -drawn, "lactate": 2 * drawn}

    def events(self, p):
        def jump(state, p, points):
            return {"guests": np.where(points.region == 0, 1e12, 0.0)}

        return [Event(3 * DAY, "first injection", jump), Event(10 * DAY, "second injection", jump)]


def test_ledger_closes_over_doses():
    """Two injections into AX-1 (about 300 nodes), 20 d, tolerance 2e-3: every gap is below 1e-10; transient or not."""
    for transient in (False, True):
        problem = nutrition(ax1(300), supply(), LIMITED, cells=NativeCells(), extra=[Dose()])
        events = [e for q in problem.system.processes for e in q.events({})]
        at, every, book = problem.run([20 * DAY], Control(tol=2e-3, first=600.0, transient=transient), events)
        assert {"native", "senescent", "guests"} <= set(book.start)
        assert ("glucose" in book.start) == transient
        assert max(book.gap(name) for name in book.start) < 1e-10
        given = 1e12 * problem.points.volume[problem.points.region == 0].sum()
        assert book.entries["guests"]["first injection"] == np.float64(given)
        assert set(book.entries["guests"]) == {"dose", "first injection", "second injection"}
        assert [s.t for s in every].count(3 * DAY) == 2  # the state before and after the jump


def test_a_boundary_value_that_differs_from_the_start_is_booked():
    """A disc that starts empty next to a full bath: what held nodes contain is neither lost nor made, and the ledger closes."""
    problem = build(line("slab", [("NP", 1.0)], 50), [Solute({"NP": 1.0}, {"outer": 1.0})])
    stepper = Stepper(problem.coupled, Control(tol=1e-4, newton=1e-9, first=1e-6, least=1e-12, transient=True))
    start = stepper.start(0.0, np.zeros((1, problem.mesh.size)), {}, {})
    _, _, book = problem.run([0.5], stepper.control, start=start)
    assert book.gap("c") < 1e-10
