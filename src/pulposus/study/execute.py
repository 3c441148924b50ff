"""Draws over processes: the same answers for any number of workers, and nothing lost when one dies or the user stops.

A worker that is killed is replaced and only what is missing is run again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any

from pulposus.core.errors import PulposusError

__all__ = ["cores", "run_tasks"]

_REVIVALS = 3  # how often dead workers are replaced before giving up
_state: dict[str, Any] = {}


def cores() -> int:
    """Return how many processes this machine runs at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin(work: Callable[[Any, Any], Any], context: Any) -> None:
    """Prepare a worker, deaf to Ctrl-C (the parent stops it) and gone when the parent is."""
    import signal
    import threading

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _state.update(work=work, context=context)


def _end_with_parent() -> None:
    """Wait for the end of the process that started this one, and end: nobody is left to take the results."""
    from multiprocessing import connection, parent_process

    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _do(task: Any) -> Any:
    return _state["work"](_state["context"], task)


def run_tasks(work: Callable[[Any, Any], Any], context: Any, tasks: Sequence[Any], workers: int,
              done: Callable[[Any, Any], None]) -> bool:
    """Run work(context, task) for every task and call done(task, result) as they finish; True when all were run.

    Returns False when the user interrupted; what was done has been handed over by then. Raises PulposusError when
    workers keep dying.
    """
    if workers == 1 or not _can_spawn():
        return _run_here(work, context, tasks, done)
    left = list(tasks)
    for _ in range(_REVIVALS + 1):
        try:
            return _run_pool(work, context, left, workers, done)
        except BrokenProcessPool:
            continue
    raise PulposusError(f"worker processes died {_REVIVALS + 1} times; {len(left)} of {len(tasks)} draws were not run")


def _can_spawn() -> bool:
    """Return whether a new process could import the main script: not so for one that is read from standard input."""
    import sys

    script = getattr(sys.modules.get("__main__"), "__file__", None)
    return script is None or os.path.exists(script)


def _run_here(work: Callable[[Any, Any], Any], context: Any, tasks: Sequence[Any],
              done: Callable[[Any, Any], None]) -> bool:
    try:
        for task in tasks:
            done(task, work(context, task))
    except KeyboardInterrupt:
        return False
    return True


def _run_pool(work: Callable[[Any, Any], Any], context: Any, left: list[Any], workers: int,
              done: Callable[[Any, Any], None]) -> bool:
    pool = ProcessPoolExecutor(min(workers, len(left) or 1), get_context("spawn"), _begin, (work, context))
    try:
        pending = {pool.submit(_do, task): task for task in left}
        while pending:
            finished, _ = wait(pending, return_when=FIRST_COMPLETED)
            for future in finished:
                result = future.result()
                task = pending.pop(future)
                done(task, result)
                left.remove(task)
        return True
    except KeyboardInterrupt:
        return False
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
