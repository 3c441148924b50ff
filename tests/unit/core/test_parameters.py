"""Parameter sets: lookup with its fallback, overrides, differences, counts."""

import pickle
from collections.abc import Callable

import pytest

from pulposus.core.errors import InputError
from pulposus.core.parameters import Parameter, ParameterSet, Spread


def record(symbol: str, region: str = "any", species: str = "any", grade: str = "any", **changes: object) -> Parameter:
    """Return a record whose value tells it from others."""
    given: dict[str, object] = {
        "label": symbol,
        "label_zh": symbol,
        "value": 2.0,
        "unit": "mm",
        "spread": Spread("uniform", low=1.0, high=3.0),
        "origin": "measured",
        "source": "UPF",
        "locator": "table 1",
        "read": "table",
    }
    return Parameter(symbol, region, species, grade, **(given | changes))  # type: ignore[arg-type]


def test_the_name_leaves_out_any() -> None:
    assert record("height").id == "height"
    assert record("height", "NP", "any", "III").id == "height.NP.III"
    assert record("height", "any", "human").id == "height.human"


def test_values_and_quantiles_are_in_si() -> None:
    one = record("height")
    assert one.si == 2e-3
    assert one.quantile(0.25) == pytest.approx(1.5e-3, rel=1e-15)
    assert record("height", spread=Spread("none", why="a law")).quantile(0.25) == 2e-3


ALL = [
    record("x"),
    record("x", grade="degenerate"),
    record("x", species="human"),
    record("x", "NP"),
    record("x", "NP", "any", "IV"),
    record("x", "NP", "human"),
    record("x", "NP", "human", "degenerate"),
    record("x", "NP", "human", "III"),
]


@pytest.mark.parametrize(
    ("region", "species", "grade", "expected"),
    [
        ("NP", "human", "III", "x.NP.human.III"),
        ("NP", "human", "IV", "x.NP.human.degenerate"),  # species before the very grade
        ("NP", "human", "I", "x.NP.human"),
        ("NP", "human", "any", "x.NP.human"),
        ("NP", "rat", "IV", "x.NP.IV"),
        ("NP", "rat", "V", "x.NP"),  # region before grade class
        ("AF", "human", "V", "x.human"),  # species before grade class
        ("AF", "rat", "V", "x.degenerate"),
        ("AF", "rat", "II", "x"),
        ("any", "any", "any", "x"),
    ],
)
def test_the_most_specific_record_answers(region: str, species: str, grade: str, expected: str) -> None:
    assert ParameterSet(ALL).lookup("x", region, species, grade).id == expected
    assert ParameterSet(reversed(ALL)).lookup("x", region, species, grade).id == expected


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [(("y",), None), (("x", "nP"), "NP"), (("x", "NP", "humann"), "human"), (("x", "NP", "human", "VI"), "V")],
)
def test_a_name_that_does_not_exist_is_told(asked: tuple[str, ...], nearest: str | None) -> None:
    with pytest.raises(InputError) as caught:
        ParameterSet(ALL).lookup(*asked)
    assert caught.value.faults[0].nearest == nearest


def test_a_symbol_without_a_fitting_record_lists_what_there_is() -> None:
    with pytest.raises(InputError, match=r"allowed: h\.NP, h\.AF"):
        ParameterSet([record("h", "NP"), record("h", "AF")]).lookup("h")


def test_exact_names() -> None:
    parameters = ParameterSet(ALL)
    assert parameters["x.NP"].region == "NP"
    assert "x.NP" in parameters and "x.AF" not in parameters
    assert len(parameters) == len(list(parameters)) == len(ALL)
    assert parameters.ids() == tuple(sorted(one.id for one in ALL))
    with pytest.raises(InputError) as caught:
        parameters["x.NP.humam"]
    assert caught.value.faults[0].nearest == "x.NP.human"
    with pytest.raises(InputError, match="a second record"):
        ParameterSet([*ALL, ALL[0]])


def test_an_override_is_an_assumption_of_the_user_and_leaves_the_old_set_alone() -> None:
    old = ParameterSet([record("height"), record("double", rule="twice", spread=Spread("none", why="rule"))])
    new = old.override({"height": "0.5 cm", "double": {"value": "1 mm", "why": "own MRI"}})
    assert new["height"].si == 5e-3
    assert (new["height"].origin, new["height"].source, new["height"].spread.kind) == ("assumed", "user", "none")
    assert new["height"].quantile(0.9) == 5e-3
    assert (new["double"].rule, new["double"].why) == ("", "own MRI")
    assert old["height"].si == 2e-3
    assert list(new.diff(old)) == ["double", "height"]
    assert new.lookup("height").si == 5e-3


def test_numbers_of_a_users_spread_are_in_the_users_unit() -> None:
    old = ParameterSet([record("height")])
    spread = {"kind": "uniform", "low": 0.4, "high": "6 mm"}
    new = old.override({"height": {"value": "0.5 cm", "spread": spread}})["height"]
    assert new.quantile(0.5) == pytest.approx(5e-3, rel=1e-12)
    assert new.quantile(0.0) == pytest.approx(4e-3, rel=1e-12)


def test_a_users_cell_density_may_leave_the_cell_out() -> None:
    density = record("density", unit="cell/mL", value=3e6, spread=Spread("none", why="t"))
    new = ParameterSet([density]).override({"density": {"value": "4e6 /mL", "spread": {"kind": "normal", "sd": 1e6}}})
    assert new["density"].si == 4e12
    assert new["density"].unit == "cell/mL"
    assert new["density"].spread.sd == 1e6


def test_a_pure_number_needs_no_text() -> None:
    share = record("share", unit="percent", value=40.0, spread=Spread("none", why="t"))
    assert ParameterSet([share]).override({"share": 0.3})["share"].si == 0.3


def test_all_faults_of_overrides_at_once() -> None:
    changes = {
        "heigth": "5 mm",
        "height": "5 s",
        "x": {"valeu": "5 mm"},
        "x.NP": {"value": "5 mm", "spread": {"kind": "uniform", "low": 6, "high": 7}},
        "x.human": {"value": "5 mm", "spread": {"kind": "unifrom"}},
        "x.NP.human": 5,
        "x.degenerate": None,
        "x.NP.IV": {"why": "x"},
        "x.NP.human.III": {"value": "5 mm", "spread": {"kind": "normal", "sd": "1 s"}},
        "x.NP.human.degenerate": True,
    }
    with pytest.raises(InputError) as caught:
        ParameterSet([record("height"), *ALL]).override(changes, "study.yaml", "model.overrides")
    faults = caught.value.faults
    assert len(faults) == len(changes)
    assert all(fault.file == "study.yaml" and fault.where.startswith("model.overrides") for fault in faults)
    assert [fault.nearest for fault in faults[:3]] == ["height", None, "value"]
    assert "a time" in faults[1].given
    assert "[6.0, 7.0]" in faults[3].allowed
    assert "a length such as" in faults[5].allowed


def test_differences_name_what_one_set_lacks() -> None:
    one, two = ParameterSet([record("a"), record("b")]), ParameterSet([record("b"), record("c")])
    assert one.diff(two) == {"a": (one["a"], None), "c": (None, two["c"])}
    assert one.diff(one) == {}


def test_origins_are_counted_even_if_there_are_none() -> None:
    counted = ParameterSet([record("b"), record("a"), record("c", origin="assumed")]).by_origin()
    assert counted == {"measured": ("a", "b"), "fitted": (), "derived": (), "assumed": ("c",)}


@pytest.mark.parametrize("copied", [lambda one: pickle.loads(pickle.dumps(one))])
def test_a_set_can_be_sent_to_another_process(copied: Callable[[ParameterSet], ParameterSet]) -> None:
    parameters = ParameterSet(ALL)
    parameters.lookup("x", "NP")
    assert copied(parameters).diff(parameters) == {}


def test_the_packaged_set_is_read_once() -> None:
    assert ParameterSet.load() is ParameterSet.load()
