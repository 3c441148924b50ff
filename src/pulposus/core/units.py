"""Quantities with units, read at the door and turned into SI floats.

Inside the program every number is an SI float: m, s, Pa, mol/m**3 (the same as mM), kg/m**3, 1/s. Cells, particles
(vesicles) and copies (of a cargo) are dimensions of their own while a quantity is read, and plain counts afterwards.
A percentage becomes a fraction. The known units are listed in `data/units.txt`; a unit that is not listed is refused
with the nearest one.

A unit is written with `*`, `/`, `**` (or `^`, or a bare exponent as in `mm2`) and brackets: `nmol/(million_cell*h)`.
Where a cell density is expected, `/mL` and `1/mL` are read as `cell/mL`.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Mapping
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

from pulposus.core.errors import NotAllowed, nearest, shorten

__all__ = ["convert", "dimension_of", "quantity", "si", "si_unit"]

DEFINITIONS = "units.txt"
LONGEST = 120  # characters of a quantity; longer text is no quantity
NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3}(?!\d))?)(.*)", re.DOTALL)
TOKEN = re.compile(r"\s*([A-Za-z_]+|\*\*\s*-?\s*[1-9](?![\d.])|1(?![\d.])|[*/()])")
BARE_EXPONENT = re.compile(r"([A-Za-z_])(-?\d)")
SPELLINGS = {"µ": "u", "μ": "u", "·": "*", "×": "*", "²": "**2", "³": "**3", "^": "**", "%": "percent"}
NAMED = {"[mass]/[length]/[time]**2": "Pa", "[length]**2*[mass]/[time]**2": "J", "[length]*[mass]/[time]**2": "N"}
COMMON = ("mm", "um", "cm", "mL", "uL", "kPa", "MPa", "mM", "nM", "uM", "nmol", "mmol", "ug", "mg", "ng", "ms", "meq")
CELL_DENSITY = "[cell]/[length]**3"
DENSITY = "1/[length]**3"
WORDS = {
    "1": "a pure number",
    "[length]": "a length",
    "[length]**2": "an area",
    "[length]**3": "a volume",
    "[time]": "a time",
    "1/[time]": "a rate",
    "[mass]": "a mass",
    "[mass]/[length]**3": "a mass concentration",
    "[mass]/[length]/[time]**2": "a pressure",
    "[substance]": "an amount of substance",
    "[substance]/[length]**3": "a concentration",
    "[length]**2/[time]": "a diffusivity",
    "[length]/[time]": "a velocity",
    "[cell]": "a number of cells",
    CELL_DENSITY: "a cell density",
    "[particle]": "a number of particles",
    "[particle]/[length]**3": "a particle concentration",
    "[copy]": "a number of copies",
    "[temperature]": "a temperature",
}


def si(value: str | float, unit: str) -> float:
    """Return a quantity as an SI float after checking that it has the dimension of `unit`.

    Text carries its own unit; a number is taken to be in `unit`. Either way the result is in SI, whatever `unit` is.
    Raises `NotAllowed` (a ValueError) for text that is no quantity, an unknown unit or another dimension.

    >>> si("2 mL", "m**3"), si(5.0, "kPa"), si("3.6e6 /mL", "cell/m**3")
    (2e-06, 5000.0, 3600000000000.0)
    """
    factor, dimension = _factor(unit)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise NotAllowed(shorten(value), _expected(unit))
    if not isinstance(value, str):
        return _product(repr(float(value)), factor, value, unit)
    number, own = _split(value, unit)
    try:
        own_factor, own_dimension = _factor(own)
    except NotAllowed as refusal:
        raise NotAllowed(shorten(value), f"{_expected(unit)}; {refusal.allowed}", refusal.nearest) from None
    if own_dimension != dimension and not (dimension == CELL_DENSITY and own_dimension == DENSITY):
        given = f"{shorten(value)} ({_words(own_dimension)})" if own.strip() else f"{shorten(value)} (no unit)"
        raise NotAllowed(given, _expected(unit))
    return _product(number, own_factor, value, unit)


def convert(value: float, from_unit: str, to_unit: str) -> float:
    """Return a number in another unit of the same dimension.

    Raises `NotAllowed` for an unknown unit or two dimensions that differ.

    >>> convert(1.0, "d", "h")
    24.0
    """
    if from_unit == to_unit:
        return value
    mine, dimension = _factor(from_unit)
    other, wanted = _factor(to_unit)
    if dimension != wanted and {dimension, wanted} != {CELL_DENSITY, DENSITY}:
        raise NotAllowed(f"{from_unit!r} ({_words(dimension)})", _expected(to_unit))
    return float(mine / other) * value


def dimension_of(unit: str) -> str:
    """Return the dimension of a unit as text, "1" when it has none.

    >>> dimension_of("cells/mL"), dimension_of("percent")
    ('[cell]/[length]**3', '1')
    """
    return _factor(unit)[1]


def quantity(text: str) -> tuple[float, str]:
    """Return the number and the unit of a quantity as they are written, "1" for no unit.

    Raises `NotAllowed` for text that is no quantity or an unknown unit.

    >>> quantity("2.5 mL"), quantity("0.3")
    ((2.5, 'mL'), (0.3, '1'))
    """
    number, unit = _split(text, "1")
    _factor(unit)
    return float(number), unit.strip() or "1"


@cache
def si_unit(unit: str) -> str:
    """Return the SI unit in which quantities of this unit are kept; Pa, J and N keep their names.

    >>> si_unit("kPa"), si_unit("mM/kPa"), si_unit("cells/mL"), si_unit("%")
    ('Pa', 'mol/Pa/m**3', 'cell/m**3', '1')
    """
    registry = _registry()
    powers: dict[str, Any] = {}
    for name, power in registry.parse_units(_checked(unit))._units.items():
        part = registry.parse_units(name)
        named = NAMED.get(_dimension_text(part))
        plain = {named: 1} if named else (1 * part).to_root_units().units._units
        for base, exponent in plain.items():
            symbol = registry.get_symbol(base)
            powers[symbol] = powers.get(symbol, 0) + exponent * power
    return _product_text(powers)


@cache
def _registry() -> Any:
    """Return the registry of exactly the units of the packaged list."""
    import pint

    from pulposus.core.files import packaged

    # Exact fractions keep factors free of rounding: 20 mm2/s is 2e-5 m**2/s to the last digit.
    registry: Any = pint.UnitRegistry(None, on_redefinition="raise", non_int_type=Fraction)
    registry.load_definitions(packaged(DEFINITIONS).read_text(encoding="utf-8").splitlines())
    return registry


@lru_cache(maxsize=4096)
def _factor(unit: str) -> tuple[Fraction, str]:
    """Return the exact SI factor and the dimension of a unit."""
    parsed = _registry().parse_units(_checked(unit))
    return Fraction((1 * parsed).to_root_units().magnitude), _dimension_text(parsed)


def _dimension_text(parsed: Any) -> str:
    """Return the dimension of a parsed unit in one fixed spelling."""
    return _product_text(dict(parsed.dimensionality))


def _product_text(powers: Mapping[str, Any]) -> str:
    """Return a product of powers as text in one fixed spelling, what is multiplied first."""
    ordered = sorted(powers.items())
    above = [name if power == 1 else f"{name}**{power}" for name, power in ordered if power > 0]
    below = [f"/{name}" if power == -1 else f"/{name}**{-power}" for name, power in ordered if power < 0]
    return ("*".join(above) or "1") + "".join(below)


def _checked(unit: str) -> str:
    """Return a unit in pint's spelling after checking every token, so that nothing but units reaches the parser."""
    text = unit.strip()
    if len(text) > LONGEST:
        raise NotAllowed(shorten(unit), "a unit such as 'mL'")
    for spelling, plain in SPELLINGS.items():
        text = text.replace(spelling, plain)
    if text in ("", "-", "1"):
        return "dimensionless"
    text = BARE_EXPONENT.sub(r"\1**\2", text)
    text = f"1{text}" if text.startswith("/") else text
    tokens = _tokens(text, unit)
    for name in tokens:
        if (name[0].isalpha() or name[0] == "_") and not _is_unit(name):
            raise NotAllowed(shorten(unit), f"a known unit ({name!r} is none)", nearest(name, _names()))
    return "".join(tokens)


def _is_unit(name: str) -> bool:
    """Return whether a name, with or without prefix and plural s, is a known unit."""
    try:
        return bool(_registry().get_name(name))
    except AttributeError:  # pint's error for an undefined unit is one
        return False


def _tokens(text: str, unit: str) -> list[str]:
    """Return the tokens of a unit, checked to alternate between names and operators and to close their brackets."""
    tokens: list[str] = []
    at, depth, operand_next = 0, 0, True
    while at < len(text):
        match = TOKEN.match(text, at)
        token = match.group(1).replace(" ", "") if match else ""
        opens = token == "(" or (token[:1].isalpha() or token[:1] in ("_", "1"))
        depth += (token == "(") - (token == ")")
        if match is None or opens != operand_next or depth < 0:
            raise NotAllowed(shorten(unit), "a unit such as 'nmol/(million_cell*h)', a number only as an exponent")
        if token.startswith("**") and tokens[-1].startswith("**"):
            raise NotAllowed(shorten(unit), "one exponent after a unit")
        operand_next = token in ("(", "*", "/")
        tokens.append(token)
        at = match.end()
        while at < len(text) and text[at].isspace():
            at += 1
    if depth or operand_next:
        raise NotAllowed(shorten(unit), "a complete unit such as 'nmol/(million_cell*h)'")
    return tokens


@cache
def _names() -> tuple[str, ...]:
    """Return the unit names and symbols that a misspelt one is compared with."""
    return (*COMMON, *(str(name) for name in _registry()._units if str(name).isidentifier()))


def _split(text: str, unit: str) -> tuple[str, str]:
    """Return the number and the unit text of a quantity."""
    match = NUMBER.fullmatch(text.strip()) if len(text) <= LONGEST else None
    if match is None:
        raise NotAllowed(shorten(text), _expected(unit))
    return match.group(1), match.group(2)


def _product(number: str, factor: Fraction, given: str | float, unit: str) -> float:
    """Return number times factor, rounded once, or refuse what is not a finite number."""
    if math.isfinite(float(number)):
        with contextlib.suppress(OverflowError):
            return float(Fraction(number) * factor)
    raise NotAllowed(shorten(given), f"a finite number, {_expected(unit)}")


def _words(dimension: str) -> str:
    """Return a dimension in words."""
    return WORDS.get(dimension, f"dimension {dimension}")


def _expected(unit: str) -> str:
    """Return what is expected where `unit` is, with an example."""
    dimension = dimension_of(unit)
    if dimension == "1":
        return "a pure number such as '0.5' or '50 %'"
    plural = unit + "s" if unit in ("cell", "particle") else unit
    return f"{_words(dimension)} such as '5 {plural}'"
