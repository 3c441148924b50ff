"""Data against a model: every fault at once, with its line, its path, what is allowed and the nearest name."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from pulposus.core.errors import Fault, InputError
from pulposus.core.files import validate
from pulposus.core.units import si
from pulposus.core.yaml_reader import parse_yaml


class Strict(BaseModel):
    """A model that refuses unknown keys."""

    model_config = ConfigDict(extra="forbid")


Cells = Annotated[float, BeforeValidator(lambda value: si(value, "cell"))]
Volume = Annotated[float, BeforeValidator(lambda value: si(value, "m**3"))]


class CellProduct(Strict):
    """A product of cells."""

    kind: Literal["cells"]
    source: str
    dose: Cells
    volume: Volume


class Vehicle(Strict):
    """A product without cells."""

    kind: Literal["vehicle"]
    carrier: Literal["saline", "collagen"]
    volume: Volume = Field(description="a volume such as '2 mL'")


class Dose(Strict):
    """A dose."""

    product: Annotated[CellProduct | Vehicle, Field(discriminator="kind")]
    at: str = "0 d"


class Arm(Strict):
    """An arm."""

    name: str = Field(min_length=1)
    n: int = Field(1, ge=1, le=10)
    doses: list[Dose] = []


class Override(Strict):
    """A value set by the user."""

    value: str
    why: str


class Study(Strict):
    """A study."""

    version: Literal[1]
    arms: list[Arm] = []
    grade: int | list[int] = 3
    overrides: dict[str, str | Override] = {}
    follow_up: Literal["short", "long"] | Volume = "short"
    blind: bool = False
    window: tuple[int, float] | None = None
    extra_arm: CellProduct | Vehicle | None = None

    @model_validator(mode="after")
    def names_differ(self) -> "Study":
        """Refuse two arms of one name."""
        if len({arm.name for arm in self.arms}) < len(self.arms):
            raise ValueError("every arm has a name of its own")
        return self


def faults(text: str) -> tuple[Fault, ...]:
    """Return the faults of a study text."""
    data, line_of = parse_yaml("version: 1\n" + text)
    with pytest.raises(InputError) as caught:
        validate(Study, data, "study.yaml", line_of)
    return caught.value.faults


def only(text: str) -> Fault:
    """Return the only fault of a study text."""
    (fault,) = faults(text)
    return fault


def in_dose(product: str) -> str:
    """Return a study text with one product in it, in line 5."""
    return f"arms:\n- name: a\n  doses:\n  - product: {product}\n"


def test_good_data_give_the_model() -> None:
    data, line_of = parse_yaml("version: 1\n" + in_dose("{kind: vehicle, carrier: saline, volume: 2 mL}"))
    study = validate(Study, data, "study.yaml", line_of)
    product = study.arms[0].doses[0].product
    assert isinstance(product, Vehicle) and product.volume == 2e-6


CASES: list[tuple[str, Fault]] = [
    ("arsm: []\n", Fault("study.yaml", "line 2: arsm", "the key 'arsm'", ", ".join(Study.model_fields), "arms")),
    ("grade: high\n", Fault("study.yaml", "line 2: grade", "'high'", "a whole number or a list")),
    ("grade: [3, x]\n", Fault("study.yaml", "line 2: grade.1", "'x'", "a whole number")),
    ("grade: 2.5\n", Fault("study.yaml", "line 2: grade", "2.5", "a whole number or a list")),
    ("blind: perhaps\n", Fault("study.yaml", "line 2: blind", "'perhaps'", "true or false")),
    ("arms: {a: 1}\n", Fault("study.yaml", "line 2: arms", "{'a': 1}", "a list")),
    ("arms:\n- 7\n", Fault("study.yaml", "line 3: arms.0", "7", "a mapping of keys and values")),
    ("arms:\n- {name: a, n: 11}\n", Fault("study.yaml", "line 3: arms.0.n", "11", "a number of at most 10")),
    ("arms:\n- {name: ''}\n", Fault("study.yaml", "line 3: arms.0.name", "''", "text of at least 1 characters")),
    ("arms:\n- {n: 2}\n", Fault("study.yaml", "line 3: arms.0.name", "nothing", "text (required)")),
    ("follow_up: 5 s\n", Fault("study.yaml", "line 2: follow_up", "'5 s'", "short, long or a volume such as '5 m**3'")),
    ("window: [1, x]\n", Fault("study.yaml", "line 2: window.1", "'x'", "a number")),
    ("overrides: {a: 4}\n", Fault("study.yaml", "line 2: overrides.a", "4", "text or a mapping of keys and values")),
    ("overrides:\n  b:\n    value: x\n", Fault("study.yaml", "line 3: overrides.b.why", "nothing", "text (required)")),
    (
        "extra_arm: {kind: vehicle, carrier: saline, volume: 5 m}\n",
        Fault("study.yaml", "line 2: extra_arm.volume", "'5 m' (a length)", "a volume such as '5 m**3'"),
    ),
    (
        in_dose("{kind: cells, source: BM, dose: 1e10 particles, volume: 2 mL}"),
        Fault(
            "study.yaml",
            "line 5: arms.0.doses.0.product.dose",
            "'1e10 particles' (a number of particles)",
            "a number of cells such as '5 cells'",
        ),
    ),
    (
        in_dose("{kind: vehicel, carrier: saline, volume: 2 mL}"),
        Fault("study.yaml", "line 5: arms.0.doses.0.product.kind", "'vehicel'", "cells, vehicle", "vehicle"),
    ),
    (
        in_dose("{carrier: saline, volume: 2 mL}"),
        Fault("study.yaml", "line 5: arms.0.doses.0.product.kind", "nothing", "cells, vehicle"),
    ),
    (
        in_dose("{kind: vehicle, carrier: salin, volume: 2 mL}"),
        Fault("study.yaml", "line 5: arms.0.doses.0.product.carrier", "'salin'", "saline, collagen", "saline"),
    ),
    (
        in_dose("{kind: vehicle, carrier: saline}"),
        Fault("study.yaml", "line 5: arms.0.doses.0.product.volume", "nothing", "a volume such as '2 mL' (required)"),
    ),
    (
        in_dose("cells"),
        Fault("study.yaml", "line 5: arms.0.doses.0.product", "'cells'", "a mapping of keys and values"),
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[case[1].where for case in CASES])
def test_a_fault_says_where_what_and_what_else(text: str, expected: Fault) -> None:
    assert only(text) == expected


def test_an_unknown_key_is_compared_with_keys_that_are_still_free() -> None:
    found = faults(in_dose("{kind: vehicle, carrier: saline, volum: 2 mL}"))
    assert {fault.nearest for fault in found} == {None, "volume"}


def test_all_faults_come_at_once_in_the_order_of_the_file() -> None:
    texts = ["blind: perhaps\n", "grade: high\n", in_dose("{kind: vehicel}"), "follow_up: 5 s\n", "arsm: 1\n"]
    found = faults("".join(texts))
    lines = [int(fault.where.split(":")[0].removeprefix("line ")) for fault in found]
    assert lines == [2, 3, 7, 8, 9]


def test_a_rule_of_the_whole_is_said_in_its_own_words() -> None:
    assert only("arms: [{name: a}, {name: a}]\n").allowed == "every arm has a name of its own"


def test_long_values_are_cut_and_no_jargon_is_shown() -> None:
    found = only(f"grade: {'x' * 500}\n")
    assert len(found.given) == 80
    everything = " ".join(str(fault) for text, _ in CASES for fault in faults(text)).lower()
    for jargon in ("pydantic", "http", "input_value", "type=", "literal", "constrained", "function-", "_type", "none]"):
        assert jargon not in everything


def test_without_lines_the_path_alone_is_told() -> None:
    with pytest.raises(InputError) as caught:
        validate(Study, {"version": 2})
    assert [(fault.where, fault.allowed) for fault in caught.value.faults] == [("version", "1")]


@pytest.mark.parametrize("data", [[], "x", None])
def test_data_that_are_no_mapping_are_refused(data: Any) -> None:
    with pytest.raises(InputError, match="a mapping of keys and values"):
        validate(Study, data, "study.yaml")
