"""Parameter files: a good one is read, all problems of bad ones are told at once with file, line and record."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from pulposus.core.errors import InputError
from pulposus.core.parameters import ParameterSet

GOOD: dict[str, Any] = {
    "symbol": "cell_density",
    "region": "NP",
    "species": "human",
    "grade": "any",
    "label": "Native cell density of the nucleus",
    "label_zh": "髓核细胞密度",
    "value": 3.6e6,
    "unit": "cell/mL",
    "spread": {"kind": "uniform", "low": 1.8e6, "high": 5.4e6},
    "origin": "measured",
    "source": "UPF",
    "locator": "NP_PROPS.inp",
    "read": "code",
}


def write(folder: Path, *given: Any, name: str = "cells.yaml", schema: str = "parameters/1") -> Path:
    """Write a parameter file and return its path."""
    path = folder / name
    records = [deepcopy(one) for one in given]  # the same object twice would be written as a reference
    path.write_text(yaml.safe_dump({"schema": schema, "records": records}, allow_unicode=True), encoding="utf-8")
    return path


def faults(*files: Path) -> list[str]:
    """Return the faults of some files, as text."""
    with pytest.raises(InputError) as caught:
        ParameterSet.load(files, sources=["UPF", "SIVAN2006"])
    return [str(fault) for fault in caught.value.faults]


def test_a_good_record_is_read(tmp_path: Path) -> None:
    one = ParameterSet.load([write(tmp_path, GOOD)], sources=["UPF"])["cell_density.NP.human"]
    assert one.si == 3.6e12
    assert one.label_zh == "髓核细胞密度"
    assert one.quantile(0.5) == pytest.approx(3.6e12, rel=1e-12)
    assert (one.why, one.rule) == ("", "")


def test_region_species_and_grade_may_be_left_out(tmp_path: Path) -> None:
    short = {key: value for key, value in GOOD.items() if key not in ("region", "species", "grade")}
    assert ParameterSet.load([write(tmp_path, short)], sources=["UPF"]).ids() == ("cell_density",)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"symbol": "cell density"}, "letters, digits and _"),
        ({"symbol": None}, "no symbol"),
        ({"region": "nucleus"}, "region 'nucleus'; allowed: NP, AF, CEP, any"),
        ({"species": "humann"}, "nearest: human"),
        ({"grade": "VI"}, "I, II, III, IV, V, healthy, degenerate, any"),
        ({"origin": "mesured"}, "nearest: measured"),
        ({"read": "skimmed"}, "abstract, table, full_text"),
        ({"label_zh": ""}, "no label_zh"),
        ({"value": "many"}, "a finite number"),
        ({"value": True}, "a finite number"),
        ({"value": None}, "no value"),
        ({"spread": 3}, "a spread such as"),
        ({"unit": "cells/millilitr"}, "a known unit"),
        ({"spread": None}, "no spread"),
        ({"spread": {"kind": "none"}}, "why"),
        ({"spread": {"kind": "uniform", "low": 4e6, "high": 5e6}}, "value 3.6e+06; allowed: a value within its spread"),
        ({"origin": "assumed"}, "an assumed value without why"),
        ({"source": "none"}, "a measured value without source"),
        ({"source": "SIVAN2O06"}, "nearest: SIVAN2006"),
        ({"locator": ""}, "a source without locator"),
        ({"read": "not_read"}, "was not read in its source"),
        ({"vlaue": 3}, "nearest: value"),
    ],
)
def test_each_problem_is_told(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    found = faults(write(tmp_path, GOOD | change))
    assert any(words in fault for fault in found)
    assert len(found) == 1


def test_all_problems_of_all_files_at_once_with_file_line_and_record(tmp_path: Path) -> None:
    first = write(tmp_path, GOOD, GOOD, GOOD | {"symbol": "other", "unit": "furlong", "origin": "x"}, name="a.yaml")
    second = write(tmp_path, "text", GOOD | {"region": "AF", "source": "X"}, GOOD, name="b.yaml", schema="parameters/9")
    third = tmp_path / "c.yaml"
    third.write_text("a: [", encoding="utf-8")
    found = faults(first, second, third)
    assert [Path(fault.split(",")[0]).name for fault in found] == ["a.yaml"] * 3 + ["b.yaml"] * 4 + ["c.yaml"]
    assert "cell_density.NP.human again" in found[0] and "line" in found[0]
    assert "other.NP.human" in found[1] and "origin 'x'" in found[1]
    assert "'furlong' is none" in found[2]
    assert "allowed: parameters/1" in found[3]
    assert "records.0: given 'text'" in found[4]
    assert "cell_density.AF.human: given source 'X'" in found[5]
    assert "again" in found[6] and "a.yaml, line" in found[6]


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "schema: parameters/1\nrecords:\n- {symbol: a}\n# comment\n- {symbol: b, unti: mm}\n", encoding="utf-8"
    )
    found = faults(path)
    assert any("line 3: a: given no value" in fault for fault in found)
    assert any("line 5: b: given the key 'unti'" in fault and fault.endswith("nearest: unit") for fault in found)


def test_other_keys_of_a_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("schema: parameters/1\nrecord: []\n", encoding="utf-8")
    found = faults(path)
    assert any("nearest: records" in fault for fault in found)
    assert any("allowed: a list" in fault for fault in found)
