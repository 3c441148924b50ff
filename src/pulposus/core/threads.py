"""BLAS on one thread while a disc is solved: its matrices are small, and waiting threads cost more than they bring.

Parallel work is done by processes. The limit holds inside the decorated function only; the caller's setting returns after it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

__all__ = ["one_blas_thread"]

P = ParamSpec("P")
R = TypeVar("R")


@cache
def _controller() -> Any:
    """Return the controller of the BLAS libraries loaded by numpy and scipy, looked up once."""
    import scipy.linalg  # noqa: F401  (loads the library that is to be limited)
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def one_blas_thread(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function run with BLAS held to one thread.

    >>> one_blas_thread(lambda x: x + 1)(1)
    2
    """

    @wraps(function)
    def held(*args: P.args, **kwargs: P.kwargs) -> R:
        with _controller().limit(limits=1, user_api="blas"):
            return function(*args, **kwargs)

    return held
