"""Rules: values that are worked out in every draw from other values of the same draw.

A parameter record that names a `rule` has no draw of its own. Its rule, a function of the draw, the region and the
grade, returns the SI value, or raises `RejectedDraw` when the drawn values cannot hold together. A record that the
user overrides is used as given.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pulposus.core.errors import PulposusError, unknown

__all__ = ["Rule", "derived", "rule", "rules"]

Rule = Callable[[Any, str, str], float]
_RULES: dict[str, Rule] = {}


def derived(name: str) -> Callable[[Rule], Rule]:
    """Register the function below as the rule of this name; raises `PulposusError` if another one has it.

    >>> @derived("half_of_one")
    ... def half_of_one(draw, region, grade):
    ...     return 0.5
    >>> rule("half_of_one")(None, "NP", "III")
    0.5
    """

    def register(function: Rule) -> Rule:
        known = _RULES.get(name)
        if known is not None and _origin(known) != _origin(function):
            raise PulposusError(f"two functions claim the rule {name!r}: {_origin(known)} and {_origin(function)}")
        _RULES[name] = function
        return function

    return register


def rule(name: str) -> Rule:
    """Return the rule of this name; raises `InputError` if no module that was imported defines it."""
    if name not in _RULES:
        raise unknown("rule", name, rules())
    return _RULES[name]


def rules() -> tuple[str, ...]:
    """Return the names of all registered rules, sorted."""
    return tuple(sorted(_RULES))


def _origin(function: Rule) -> str:
    """Return where a function is defined, the same again after its module is reloaded."""
    return f"{function.__module__}.{getattr(function, '__qualname__', repr(function))}"
