"""Formulas of SBML turned into functions: every construct is translated by name, and none is run that is not known.

The text that is compiled is written here from the tree alone: numbers, places in a list of values, and the operations below;
nothing of the file's own text is in it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pulposus.core.errors import Fault

__all__ = ["compile_rates", "translate"]

JOINED = {"plus": " + ", "times": " * ", "and": " and ", "or": " or "}
BETWEEN = {"divide": "/", "lt": "<", "leq": "<=", "gt": ">", "geq": ">=", "eq": "==", "neq": "!="}
CALLED = {"power": "power", "exp": "exp", "ln": "log", "abs": "abs", "tanh": "tanh", "min": "min", "max": "max"}
ALLOWED = "arithmetic, exp, ln, log, roots, tanh, min, max, comparisons, piecewise, functions of the file"


def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def _power(x: float, y: float) -> float:
    try:
        return math.pow(x, y)
    except ValueError:  # a negative number to a broken power
        return math.nan
    except OverflowError:
        return math.inf


SPACE: dict[str, Any] = {
    "__builtins__": {},
    "power": _power,
    "exp": _exp,
    "log": math.log,
    "abs": abs,
    "tanh": math.tanh,
    "min": min,
    "max": max,
    "nan": math.nan,
}


def translate(node: Any, sbml: Any, places: Mapping[str, str], functions: Mapping[str, str], where: str, faults: list[Fault]) -> str:
    """Return the Python expression of a MathML tree; `places` gives the text of every known name. Adds faults."""
    kind = node.getType()
    if node.isNumber():
        return repr(float(node.getValue()))
    if kind == sbml.AST_NAME:
        if node.getName() not in places:
            faults.append(Fault("", where, repr(node.getName()), "a name of the model"))
        return places.get(node.getName(), "0.0")
    constants = {sbml.AST_CONSTANT_E: math.e, sbml.AST_CONSTANT_PI: math.pi, sbml.AST_CONSTANT_TRUE: True, sbml.AST_CONSTANT_FALSE: False}
    if kind in constants:
        return repr(constants[kind])
    parts = [translate(node.getChild(at), sbml, places, functions, where, faults) for at in range(node.getNumChildren())]
    if kind == sbml.AST_FUNCTION_PIECEWISE:
        pairs = list(zip(parts[0::2], parts[1::2], strict=False))
        last = parts[-1] if len(parts) % 2 else "nan"
        return "(" + "".join(f"{value} if {holds} else " for value, holds in pairs) + last + ")"
    if kind == sbml.AST_FUNCTION and node.getName() in functions:
        return f"{functions[node.getName()]}({', '.join(parts)})"
    word = _word(node, sbml)
    if (said := _operation(word, parts)) is None:
        faults.append(Fault("", where, word or "a construct of MathML", ALLOWED))
        return "0.0"
    return said


def _operation(word: str, parts: Sequence[str]) -> str | None:
    if word in JOINED:
        return f"({JOINED[word].join(parts)})" if parts else {"plus": "0.0", "times": "1.0", "and": "True", "or": "False"}[word]
    if word == "minus":
        return f"(-{parts[0]})" if len(parts) == 1 else f"({parts[0]} - {parts[1]})"
    if word in BETWEEN:
        return f"({parts[0]} {BETWEEN[word]} {parts[1]})"
    if word in CALLED:
        return f"{CALLED[word]}({', '.join(parts)})"
    if word == "not":
        return f"(not {parts[0]})"
    if word == "log":
        return f"(log({parts[-1]}) / log({parts[0] if len(parts) == 2 else '10.0'}))"
    if word == "root":
        return f"power({parts[-1]}, 1.0 / {parts[0] if len(parts) == 2 else '2.0'})"
    return None


def compile_rates(
    rates: Sequence[str], assigned: Sequence[str], functions: Sequence[tuple[str, Sequence[str], str]]
) -> Callable[[list[float]], list[float]]:
    """Return the function from a list of values v to rates; `assigned` expressions are appended to v in their order.

    >>> compile_rates(["(v[0] * 2.0)"], [], [])([3.0])
    [6.0]
    """
    space = dict(SPACE)
    for name, arguments, body in functions:
        space[name] = eval(f"lambda {', '.join(arguments)}: {body}", space)
    steps = [eval(f"lambda v: {each}", space) for each in assigned]
    whole = eval(f"lambda v: [{', '.join(rates)}]", space)
    if not steps:
        return whole

    def run(values: list[float]) -> list[float]:
        for step in steps:
            values.append(step(values))
        return whole(values)

    return run


def _word(node: Any, sbml: Any) -> str:
    names = {
        sbml.AST_PLUS: "plus", sbml.AST_MINUS: "minus", sbml.AST_TIMES: "times", sbml.AST_DIVIDE: "divide", sbml.AST_POWER: "power",
        sbml.AST_FUNCTION_POWER: "power", sbml.AST_FUNCTION_EXP: "exp", sbml.AST_FUNCTION_LN: "ln", sbml.AST_FUNCTION_LOG: "log",
        sbml.AST_FUNCTION_ROOT: "root", sbml.AST_FUNCTION_ABS: "abs", sbml.AST_FUNCTION_TANH: "tanh", sbml.AST_FUNCTION_MIN: "min",
        sbml.AST_FUNCTION_MAX: "max", sbml.AST_RELATIONAL_LT: "lt", sbml.AST_RELATIONAL_LEQ: "leq", sbml.AST_RELATIONAL_GT: "gt",
        sbml.AST_RELATIONAL_GEQ: "geq", sbml.AST_RELATIONAL_EQ: "eq", sbml.AST_RELATIONAL_NEQ: "neq", sbml.AST_LOGICAL_AND: "and",
        sbml.AST_LOGICAL_OR: "or", sbml.AST_LOGICAL_NOT: "not", sbml.AST_FUNCTION_DELAY: "delay", sbml.AST_NAME_TIME: "the time itself",
    }  # fmt: skip
    return names.get(node.getType(), node.getName() or "")
