"""Set-ups over processes: the same for any number of them, rejected draws replaced, what broke told."""

from __future__ import annotations

import pytest
from small_cases import case, row

from pulposus.core.errors import PulposusError, RejectedDraw
from pulposus.core.parameters import ParameterSet
from pulposus.core.progress import NoProgress
from pulposus.study.replay.replay import replay
from pulposus.study.replay.runs import Wanted, run_set_ups
from pulposus.study.replay.sample import NotRun


class SetUp:
    """Tells the index of its draw; raises what it is told to, at the draws it is told of."""

    def __init__(self, error=None, at=lambda index: False):
        self.error, self.at = error, at

    def predict(self, sample):
        if self.error is not None and self.at(sample.index):
            raise self.error
        return {"index": -1.0 if sample.index is None else float(sample.index)}


def run(set_up, draws=4):
    return run_set_ups([Wanted(SetUp(), 2), Wanted(set_up, draws)], ParameterSet.load(), 1, 1, NoProgress())


def test_rejected_draws_give_way_to_the_next_until_there_are_enough():
    found = run(SetUp(RejectedDraw("odd"), lambda index: index is not None and index % 2 == 1))[1]
    assert list(found.by_draw) == [0, 2, 4, 6] and found.rejected == 3 and found.central == {"index": -1.0}
    assert [read["index"] for read in found.by_draw.values()] == [0.0, 2.0, 4.0, 6.0]


def test_where_hardly_any_draw_holds_it_ends():
    found = run(SetUp(RejectedDraw("none"), lambda index: index is not None))[1]
    assert found.by_draw == {} and found.rejected == 12 and not found.failed


def test_one_that_cannot_run_or_breaks_leaves_the_others():
    first, second = run(SetUp(NotRun("replay_needs", needs="wings"), lambda index: True))
    assert list(first.by_draw) == [0, 1] and second.reason.key == "replay_needs" and not second.failed
    broken = run(SetUp(PulposusError("cracked"), lambda index: index == 3))[1]
    assert broken.failed == "PulposusError: cracked" and broken.reason is None


def test_two_processes_answer_as_one_does():
    cases = [case(row()), case(row(quantity="fed", read="fed.living"), id="X02")]
    one, two = (replay(cases, draws=20, workers=workers) for workers in (1, 2))
    assert [each.judgement for each in one] == [each.judgement for each in two]
    assert one[0].judgement.lower90 < one[0].judgement.upper90


@pytest.mark.parametrize("draws", [0, 3])
def test_as_many_draws_as_asked_for(draws):
    assert list(run(SetUp(), draws)[1].by_draw) == list(range(draws))
