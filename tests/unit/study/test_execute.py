"""Draws over processes: the same for any number of workers, and nothing lost when one dies or the user stops."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_studies import die_always, die_once, fail, root

from pulposus.core.errors import PulposusError
from pulposus.study.execute import cores, run_tasks


def collected(work, context, tasks, workers, stop_at=None):
    """Return whether all was run, and task -> result; the user interrupts while result number `stop_at` is handed over."""
    found = {}

    def done(task, result):
        assert task not in found
        found[task] = result
        if len(found) == stop_at:
            raise KeyboardInterrupt

    return run_tasks(work, context, tasks, workers, done), found


def test_one_and_two_workers_give_the_same_bits():
    tasks = list(range(7))
    (all_here, here), (all_there, there) = (collected(root, {"size": 300}, tasks, n) for n in (1, 2))
    assert all_here and all_there and list(here) == tasks and set(there) == set(tasks)
    assert {t: v for t, (v, _) in here.items()} == {t: v for t, (v, _) in there.items()}
    assert {pid for _, pid in here.values()} == {os.getpid()}
    assert os.getpid() not in {pid for _, pid in there.values()}


def test_a_worker_that_is_killed_is_replaced_and_nothing_is_lost(tmp_path):
    marker = tmp_path / "died"
    complete, found = collected(die_once, str(marker), list(range(6)), 2)
    assert complete and found == {t: t for t in range(6)} and marker.exists()


def test_workers_that_keep_dying_end_the_run_with_a_sentence():
    with pytest.raises(PulposusError, match="2 of 2 draws were not run"):
        collected(die_always, None, [0, 1], 2)


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_run_hands_over_what_was_done(workers):
    complete, found = collected(root, {"size": 20}, list(range(8)), workers, stop_at=2)
    assert not complete and len(found) == 2


LONG = """
import sys
from small_studies import hold
from pulposus.study.execute import run_tasks
if __name__ == "__main__":
    run_tasks(hold, sys.argv[1], [0, 1], 2, print)
"""


def test_workers_end_with_the_process_that_started_them(tmp_path):
    script = tmp_path / "long.py"
    script.write_text(LONG)
    here = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    with subprocess.Popen([sys.executable, str(script), str(tmp_path)], env=here, stdout=subprocess.PIPE, text=True) as parent:
        held = [parent.stdout.readline().strip() for _ in range(2)]
        parent.kill()
    for name in held:  # a worker lets go of its file when it ends
        with (tmp_path / name).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
    assert sorted(held) == sorted(path.name for path in tmp_path.glob("held*")) and not list(tmp_path.glob("finished*"))


def test_an_interrupt_within_the_work_hands_over_what_was_done():
    def work(context, task):
        if task == 3:
            raise KeyboardInterrupt
        return task

    assert collected(work, None, list(range(6)), 1) == (False, {0: 0, 1: 1, 2: 2})


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_the_work_is_told_as_it_is(workers):
    with pytest.raises(ValueError, match="task 2 is wrong"):
        collected(fail, None, list(range(4)), workers)


@pytest.mark.parametrize("workers", [1, 2])
def test_no_work_is_done_at_once(workers):
    assert collected(root, {}, [], workers) == (True, {})


def test_a_script_that_cannot_be_imported_again_runs_in_this_process(monkeypatch):
    import sys

    monkeypatch.setattr(sys.modules["__main__"], "__file__", "<stdin>", raising=False)
    _, found = collected(root, {"size": 20}, [0, 1], 2)
    assert {pid for _, pid in found.values()} == {os.getpid()}


def test_there_is_a_core():
    assert cores() >= 1
