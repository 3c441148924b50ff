"""One clock for several discs: common steps, events on time, and a disc that fails stops alone."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from pulposus.tissue.clock import Course, advance
from pulposus.tissue.process import Event
from pulposus.tissue.stepper import Control

DAY = 86400.0
CONTROL = Control(first=100.0, least=1.0)


@dataclass
class Point:
    """A snapshot that knows its time and what happened."""

    t: float
    value: float = 0.0
    c = y = g = None


@dataclass
class Machine:
    """A stepper whose error is (h / good)^3, and which fails for steps that end in (after, before)."""

    good: float = 1e4
    fails: tuple[float, float] = (float("inf"), float("inf"))
    steps: int = 0
    tried: list[float] = field(default_factory=list)
    jumps: bool = True
    reshape: bool = False
    restart: bool = True

    def step(self, now, h):
        self.tried.append(h)
        if self.fails[0] < now.t + h <= self.fails[1]:
            return None
        return Point(now.t + h, now.value + h), (h / self.good) ** 3, {"growth": {"value": h}}

    def jump(self, now, due, ledger):
        for event in due:
            ledger.add("value", event.what, 1e6)
        return Point(now.t, now.value + 1e6 * len(due)) if self.jumps else None

    def between(self, now):
        return self.reshape

    def start(self, t, c, y, g):
        return Point(t, -1.0) if self.restart else None

    def totals(self, now):
        return {"value": now.value}


def course(machine, events=()):
    """Return a course from 0 and the times it passed."""
    passed = [0.0]
    return Course(machine, Point(0.0), [Event(t, f"event at {t:g}", lambda *a: {}) for t in events],
                  lambda before, after: passed.append(after.t)), passed


@pytest.mark.parametrize("hard_first", [False, True])
def test_all_discs_take_the_steps_that_the_most_demanding_needs(hard_first):
    (easy, a), (hard, b) = course(Machine(good=1e6)), course(Machine(good=500.0))
    advance([hard, easy] if hard_first else [easy, hard], 2e4, CONTROL)
    assert a == b and a[-1] == 2e4 == easy.now.t == hard.now.t
    assert max(t1 - t0 for t0, t1 in zip(a, a[1:], strict=False)) <= 500.0
    assert len(hard.stepper.tried) < 1.2 * hard.stepper.steps  # hardly a step is tried in vain
    alone, c = course(Machine(good=1e6))
    advance([alone], 2e4, CONTROL)
    assert len(c) < len(a)


def test_steps_grow_and_no_sliver_is_left_before_the_end():
    one, passed = course(Machine())
    advance([one], 5e4, CONTROL)
    lengths = [t1 - t0 for t0, t1 in zip(passed, passed[1:], strict=False)]
    assert lengths[0] == 100.0 and all(b <= 4.0001 * a for a, b in zip(lengths, lengths[1:], strict=False))
    assert min(lengths) >= 100.0 and passed[-1] == 5e4 and max(lengths) <= 1e4


def test_events_happen_at_their_times_in_their_order_and_only_once():
    one, passed = course(Machine(), [7000.0, 0.0, 3000.0, 7000.0])
    other, _ = course(Machine())
    advance([one, other], 1e4, CONTROL)
    assert {0.0, 3000.0, 7000.0} <= set(passed) and one.queue == []
    assert one.now.value == pytest.approx(1e4 + 4e6) and other.now.value == pytest.approx(1e4)
    assert one.ledger.entries["value"] == {"event at 0": 1e6, "event at 3000": 1e6, "event at 7000": 2e6, "growth": pytest.approx(1e4)}
    assert one.ledger.gap("value") < 1e-12


def test_an_event_at_the_end_happens_and_one_after_it_does_not():
    one, _ = course(Machine(), [1e4, 1e4 + 1])
    advance([one], 1e4, CONTROL)
    assert [e.time for e in one.queue] == [1e4 + 1] and one.now.value == pytest.approx(1e4 + 1e6)


def test_after_an_event_the_steps_begin_small_again():
    one, passed = course(Machine(), [2e4])
    advance([one], 4e4, CONTROL)
    after = passed[passed.index(2e4):]
    assert after[0] == after[1] == 2e4 and after[2] == pytest.approx(2e4 + 100.0)


def test_a_course_goes_on_from_where_it_is():
    one, passed = course(Machine(), [15e3])
    for until in (1e4, 2e4, 3e4):
        advance([one], until, CONTROL)
        assert one.now.t == until and one.ledger.end == {"value": one.now.value}
    assert one.now.value == pytest.approx(3e4 + 1e6) and passed == sorted(passed)


def test_a_disc_that_fails_stops_with_a_sentence_and_the_others_go_on():
    (bad, _), (good, passed) = course(Machine(fails=(5000.0, float("inf")))), course(Machine())
    advance([bad, good], 2e4, CONTROL)
    assert bad.stopped == "no step longer than 1 s was accepted at 0.06 d" and 4990 < bad.now.t <= 5000
    assert good.stopped == "" and good.now.t == passed[-1] == 2e4 and good.now.value == pytest.approx(2e4)
    assert bad.ledger.end == {"value": bad.now.value} and bad.ledger.gap("value") < 1e-12


def test_a_rough_spell_is_passed_in_short_steps():
    one, passed = course(Machine(good=1e4))
    one.stepper.step = lambda now, h, plain=one.stepper.step: (
        (Point(now.t + h, now.value + h), (h / 50.0) ** 3, {}) if 2000 < now.t + h < 3000 else plain(now, h))
    advance([one], 1e4, CONTROL)
    rough = [t for t in passed if 2100 < t < 2900]
    assert one.stopped == "" and max(b - a for a, b in zip(rough, rough[1:], strict=False)) <= 50.0 and len(passed) < 200


def test_all_discs_may_fail():
    courses = [course(Machine(fails=(1000.0, float("inf"))))[0] for _ in range(2)]
    advance(courses, 1e4, CONTROL)
    assert all(c.stopped and 990 < c.now.t <= 1000 for c in courses)


def test_a_disc_that_cannot_be_solved_after_an_event_stops_there():
    (bad, _), (good, _) = course(Machine(jumps=False), [3000.0]), course(Machine())
    advance([bad, good], 1e4, CONTROL)
    assert bad.stopped == "the disc could not be solved after an event at 0.03 d" and bad.now.t == 3000.0 and good.now.t == 1e4


def test_a_disc_is_solved_again_when_its_shape_changed():
    (same, _), (new, _), (lost, _) = (course(Machine(reshape=r, restart=s)) for r, s in ((False, True), (True, True), (True, False)))
    advance([same, new, lost], 1000.0, CONTROL)
    assert same.now.value == pytest.approx(1000.0) and new.now.value == -1.0 and new.stopped == ""
    assert lost.stopped == "the disc could not be solved after its shape changed at 0.00 d" and lost.now.t == 100.0


def test_steps_are_counted():
    one, passed = course(Machine())
    advance([one], 1e4, CONTROL)
    assert one.stepper.steps == len(passed) - 1 <= len(one.stepper.tried)
