"""Quantities: what is read, into which number, and what is refused with which words."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulposus.core.errors import NotAllowed
from pulposus.core.units import convert, dimension_of, quantity, si, si_unit


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("2 mL", "m**3", 2e-6),
        ("5 cells", "cell", 5.0),
        ("6e6 cells", "cell", 6e6),
        ("2 million_cells", "cell", 2e6),
        ("1e10 particles", "particle", 1e10),
        ("3 d", "s", 259200.0),
        ("3 day", "h", 259200.0),
        ("1 week", "s", 604800.0),
        ("24 months", "s", 2 * 365.25 * 86400),
        ("12 month", "yr", 365.25 * 86400),
        ("-4 weeks", "s", -2419200.0),
        ("1 h", "s", 3600.0),
        ("20 mm2/s", "m**2/s", 2e-5),
        ("20 mm**2/s", "m**2/s", 2e-5),
        ("20 mm^2/s", "m**2/s", 2e-5),
        ("20 mm²/s", "m**2/s", 2e-5),
        ("5.1 kPa", "Pa", 5100.0),
        ("0.5MPa", "Pa", 5e5),
        ("4 mM", "mol/m**3", 4.0),
        ("0.29 meq/mL", "mol/m**3", 290.0),
        ("0.29 mEq/mL", "mM", 290.0),
        ("300 mosmol/L", "mM", 300.0),
        ("50 %", "1", 0.5),
        ("50 percent", "1", 0.5),
        ("0.35", "1", 0.35),
        ("2 point", "1", 2.0),
        ("3 µL", "m**3", 3e-9),
        ("7.2 nmol/(million_cell*h)", "mol/(cell*s)", 7.2e-9 / 1e6 / 3600),
        ("1 cm", "m", 0.01),
        ("5 ug/mL", "kg/m**3", 0.005),
        ("0.059 1/yr", "1/s", 0.059 / (365.25 * 86400)),
        ("0.059 /yr", "1/s", 0.059 / (365.25 * 86400)),
        ("4000 cells/mm3", "cell/m**3", 4e12),
        (" 2  mL ", "m**3", 2e-6),
        ("+.5e1 m", "m", 5.0),
    ],
)
def test_a_quantity_is_read_into_si(text: str, unit: str, expected: float) -> None:
    assert si(text, unit) == pytest.approx(expected, rel=1e-15)


def test_decimal_prefixes_leave_no_rounding_behind() -> None:
    assert si("20 mm2/s", "m**2/s") == 2e-5
    assert si("3 cells/mm3", "cell/m**3") == 3e9
    assert si(20.0, "mm2/s") == 2e-5


@pytest.mark.parametrize("text", ["3.6e6 cells/mL", "3.6e6 cell/mL", "3.6e6 /mL", "3.6e6 1/mL", "3.6 million_cell/mL"])
def test_a_cell_density_may_leave_the_cell_out(text: str) -> None:
    assert si(text, "cell/m**3") == 3.6e12
    assert si(text, "cell/mL") == 3.6e12


def test_only_a_cell_density_may_leave_the_cell_out() -> None:
    with pytest.raises(NotAllowed, match="particle concentration"):
        si("1e10 /mL", "particle/mL")
    with pytest.raises(NotAllowed, match="number of cells"):
        si("5e6", "cell")
    with pytest.raises(NotAllowed):
        si("5 cell/mL", "1/mL")


def test_a_number_is_in_the_named_unit() -> None:
    assert si(5.0, "kPa") == 5000.0
    assert si(2, "mL") == 2e-6
    assert si("5 Pa", "kPa") == 5.0


def test_a_cell_dose_in_particles_is_refused_in_words() -> None:
    with pytest.raises(NotAllowed) as caught:
        si("1e10 particles", "cell")
    said = "given '1e10 particles' (a number of particles); allowed: a number of cells such as '5 cells'"
    assert str(caught.value) == said
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("text", "unit", "words"),
    [
        ("5", "m", "no unit"),
        ("5 s", "m", "a time"),
        ("x", "m", "a length"),
        ("", "m", "a length"),
        ("22G", "m", "'G' is none"),
        ("5 furlong", "m", "'furlong' is none"),
        ("1e400 m", "m", "finite"),
        ("1e999999999 m", "m", "a length"),
        ("inf m", "m", "a length"),
        ("nan m", "m", "a length"),
        ("5 m**9**9", "m", "one exponent"),
        ("5 m**0", "m", "exponent"),
        ("5 m**99", "m", "exponent"),
        ("5 mL/", "m**3", "complete unit"),
        ("5 (mL", "m**3", "complete unit"),
        ("5 mL)", "m**3", "a unit such as"),
        ("5 * mL", "m**3", "a unit such as"),
        ("5 nmol/(1e6 cells)", "mol/cell", "million_cell"),
        ("5 million cells", "cell", "a unit such as"),
        ("5 __import__", "m", "is none"),
        ("5 m; import os", "m", "a unit such as"),
        ("5 " + "m*" * 500 + "m", "m", "a length"),
        ("1,5 m", "m", "a unit such as"),
    ],
)
def test_what_is_no_quantity_is_refused(text: str, unit: str, words: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        si(text, unit)
    assert words in str(caught.value)


def test_a_misspelt_unit_gets_the_nearest() -> None:
    with pytest.raises(NotAllowed) as caught:
        si("5 kpa", "Pa")
    assert caught.value.nearest == "kPa"


@pytest.mark.parametrize("value", [True, None, [1], float("nan"), float("inf")])
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(NotAllowed):
        si(value, "m")  # type: ignore[arg-type]


def test_units_convert_both_ways() -> None:
    assert convert(1.0, "yr", "d") == 365.25
    assert convert(3.6e12, "cell/m**3", "cell/mL") == 3.6e6
    assert convert(7.0, "mmHg", "mmHg") == 7.0
    with pytest.raises(NotAllowed, match="a time"):
        convert(1.0, "mm", "h")


def test_the_si_unit_names_what_is_kept() -> None:
    named = {"kPa": "Pa", "mM": "mol/m**3", "cells/mL": "cell/m**3", "%": "1", "1": "1", "h": "s", "mg/mL": "kg/m**3"}
    assert {unit: si_unit(unit) for unit in named} == named
    assert si_unit("nmol/(million_cell*h)") == "mol/cell/s"


@pytest.mark.parametrize("unit", ["kPa", "mM/kPa", "nmol/(million_cell*h)", "J/(mol*K)", "1/kPa**2", "cm**2/s", "%"])
def test_a_value_in_its_si_unit_is_the_si_value(unit: str) -> None:
    assert dimension_of(si_unit(unit)) == dimension_of(unit)
    assert si(1.0, si_unit(unit)) == 1.0


def test_cells_particles_and_copies_are_three_dimensions() -> None:
    assert len({dimension_of(unit) for unit in ("cells", "particles", "copies", "1", "mol")}) == 5
    assert dimension_of("percent") == "1"


def test_a_quantity_splits_into_number_and_unit() -> None:
    assert quantity("2.5 mL") == (2.5, "mL")
    assert quantity("-3e2kPa") == (-300.0, "kPa")
    assert quantity("7") == (7.0, "1")
    with pytest.raises(NotAllowed):
        quantity("7 furlong")


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert isinstance(si(text, "m"), float)
    except NotAllowed as refusal:
        assert str(pickle.loads(pickle.dumps(refusal))) == str(refusal)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e100, max_value=1e100))
def test_written_numbers_come_back(number: float) -> None:
    assert si(f"{number!r} m", "m") == number
