"""YAML: what is read, where it stands, and what is refused."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pulposus.core.errors import Fault, InputError
from pulposus.core.yaml_reader import parse_yaml

TEXT = """\
version: 1
# a comment
arms:
  - {name: untreated, doses: []}
  - name: saline

    doses:
      - at: 0 d
        "quoted": 'no'
block: |
  two
  lines
"""


def faults(text: str) -> tuple[Fault, ...]:
    """Return the faults of a text."""
    with pytest.raises(InputError) as caught:
        parse_yaml(text, "study.yaml")
    return caught.value.faults


def test_data_are_plain() -> None:
    data, _ = parse_yaml(TEXT)
    assert data == {
        "version": 1,
        "arms": [
            {"name": "untreated", "doses": []},
            {"name": "saline", "doses": [{"at": "0 d", "quoted": "no"}]},
        ],
        "block": "two\nlines\n",
    }


def test_every_value_keeps_its_line() -> None:
    _, line_of = parse_yaml(TEXT)
    assert line_of(("version",)) == 1
    assert line_of(("arms", 0, "name")) == 4
    assert line_of(("arms", 1)) == 5
    assert line_of(("arms", 1, "doses")) == 7
    assert line_of(("arms", 1, "doses", 0, "quoted")) == 9
    assert line_of(("block",)) == 10
    assert line_of(("arms", 1, "doses", 0, "missing", "deep")) == 8
    assert line_of(()) == 1
    assert line_of(("missing",)) == 1


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("6e6", 6e6),
        ("6E+6", 6e6),
        ("-1.5e-3", -1.5e-3),
        ("1.", 1.0),
        (".5", 0.5),
        ("12", 12),
        ("-7", -7),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("no", "no"),
        ("on", "on"),
        ("1:30", "1:30"),
        ("2020-01-01", "2020-01-01"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("6e6 cells", "6e6 cells"),
        ("'6e6'", "6e6"),
        ('"true"', "true"),
        ("9" * 5000, "9" * 5000),
        ("L4/L5", "L4/L5"),
        ("22G", "22G"),
    ],
)
def test_scalars_follow_yaml_1_2(written: str, meant: object) -> None:
    data, _ = parse_yaml(f"a: {written}\n")
    assert data == {"a": meant}
    assert type(data["a"]) is type(meant)


def test_without_the_compiled_parser_the_same_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    fast, line = parse_yaml(TEXT)
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    slow, line_of = parse_yaml(TEXT)
    assert slow == fast
    for path in (("arms", 0, "name"), ("arms", 1, "doses", 0, "quoted"), ("block",)):
        assert line_of(path) == line(path)
    assert "too many nested levels" in str(faults("a: " + "[" * 20000 + "\n")[0])
    assert "valid YAML" in str(faults("a: [1\n")[0])


def test_keys_are_text() -> None:
    assert list(parse_yaml("1: a\nnone: b\ntrue: c\nnull: d\n")[0]) == ["1", "none", "true", "null"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "an empty file"),
        ("# only a comment\n", 1, "an empty file"),
        ("- 1\n- 2\n", 1, "a mapping of keys and values"),
        ("just text\n", 1, "a mapping of keys and values"),
        ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' again (first in line 1)"),
        ("a: {b: 1, b: 2}\n", 1, "the key 'b' again"),
        ("a: 1\nb: &x 2\n", 2, "anchor or reference 'x'"),
        ("a: &x [1]\nb: *x\n", 1, "anchor or reference 'x'"),
        ("a: !!python/object:os.system x\n", 1, "the tag"),
        ("a: 1\nb: !secret {c: 1}\n", 2, "the tag"),
        ("a: 1\n---\nb: 2\n", 2, "a second document"),
        ("? [1, 2]\n: 3\n", 1, "a mapping or list as a key"),
        ("? {x: 1}\n: {y: {z: 2}}\nb: 1\n", 1, "a mapping or list as a key"),
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "valid YAML"),
        ("a: 1\n\tb: 2\n", 2, "valid YAML"),
        ("a: 'x\n", 2, "valid YAML"),
        ("a: " + "[" * 60 + "]" * 60 + "\n", 1, "too many nested levels"),
        ("a: " + "[" * 20000 + "\n", 1, "too many nested levels"),
    ],
)
def test_what_an_input_file_has_no_need_of_is_refused(text: str, line: int, words: str) -> None:
    found = faults(text)
    assert words in str(found[0])
    assert found[0].file == "study.yaml"
    assert found[0].where == f"line {line}"


def test_a_bomb_of_references_is_refused_before_it_grows() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]
    assert "without & and *" in str(faults("\n".join(lines))[0])
    assert len(faults("\n".join(lines))) == 100


def test_several_faults_are_told_at_once() -> None:
    found = faults("a: 1\na: 2\nb: &x 3\nc: !t 4\n")
    assert [fault.where for fault in found] == ["line 2", "line 3", "line 4"]


def test_control_characters_are_refused() -> None:
    assert "valid YAML" in str(faults("a: \x01\n")[0])


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        data, line_of = parse_yaml(text)
    except InputError as error:
        assert error.faults
    else:
        assert isinstance(data, dict)
        assert all(line_of((key,)) >= 1 for key in data)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**9), 10**9)
        | st.floats(-1e9, 1e9)
        | st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcdef", min_size=1), inner, max_size=3),
        max_leaves=10,
    )
)
def test_what_json_writes_is_read_back(value: object) -> None:
    import json

    text = json.dumps({"a": value})
    assert parse_yaml(text)[0] == {"a": value}
