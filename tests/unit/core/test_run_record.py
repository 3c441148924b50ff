"""Run records: complete, readable again, refused when changed."""

import hashlib
import json
from datetime import datetime
from pathlib import Path

import pytest

from pulposus.core.errors import InputError
from pulposus.core.files import packaged, packaged_files
from pulposus.core.run_record import RunRecord, begin, data_files, sha256, versions

TEXT = "version: 1\nname: 髓核\n"
RECORD = RunRecord(
    "study.yaml",
    TEXT,
    7,
    {"draws": 32, "hypotheses": None},
    {"python": "3.11.7", "numpy": "2.2.0"},
    {"a.yaml": "00"},
    "2024-05-01T10:00:00+00:00",
    12.5,
)


def test_a_record_comes_back_from_its_json() -> None:
    assert RunRecord.from_json(RECORD.to_json()) == RECORD
    plain = json.loads(RECORD.to_json())
    assert plain["input_text"] == TEXT
    assert plain["input_sha256"] == hashlib.sha256(TEXT.encode()).hexdigest()
    assert "髓核" in RECORD.to_json()


def test_without_times_two_runs_of_one_input_are_the_same() -> None:
    later = RECORD.finished(99.0)
    assert later.seconds == 99.0
    assert later.to_json(times=False) == RECORD.to_json(times=False)
    assert "started" not in json.loads(RECORD.to_json(times=False))
    assert RunRecord.from_json(RECORD.to_json(times=False)) == RECORD.timeless() == later.timeless()


def test_a_run_begins_with_versions_data_and_time() -> None:
    record = begin(TEXT, 3, {"draws": 8, "levels": ("L4/L5",)}, "study.yaml")
    assert set(record.versions) == {"python", "pulposus", "numpy", "scipy", "xarray"}
    assert record.versions == versions()
    assert record.options == {"draws": 8, "levels": ["L4/L5"]}
    assert datetime.fromisoformat(record.started).utcoffset() is not None
    assert record.started.endswith("+00:00")
    assert RunRecord.from_json(record.to_json()) == record


def test_every_packaged_data_file_is_digested() -> None:
    root = packaged("")
    assert set(data_files()) == {path.relative_to(root).as_posix() for path in packaged_files("**/*")}
    messages = Path(packaged("messages.yaml")).read_bytes()
    assert data_files()["messages.yaml"] == hashlib.sha256(messages).hexdigest() == sha256(messages)


def test_the_digest_of_the_data_depends_on_names_and_contents() -> None:
    def digest(files: dict[str, str]) -> str:
        return RunRecord("", "", 0, data_files=files).data_sha256

    assert digest({"a": "1", "b": "2"}) == digest({"b": "2", "a": "1"})
    assert len({digest(files) for files in ({"a": "1"}, {"b": "1"}, {"a": "2"}, {"a": "1", "b": "1"}, {})}) == 5


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"input_text": TEXT + "#"}, "input_sha256"),
        ({"data_files": {"a.yaml": "01"}}, "data_sha256"),
        ({"seed": "7"}, "seed"),
        ({"seed": True}, "seed"),
        ({"options": []}, "options"),
        ({"sede": 1}, "sede"),
        ({"schema": "run/2"}, "schema"),
    ],
)
def test_a_record_that_was_changed_is_refused(change: dict[str, object], where: str) -> None:
    text = json.dumps(json.loads(RECORD.to_json()) | change)
    with pytest.raises(InputError) as caught:
        RunRecord.from_json(text, "out/run.json")
    assert [(fault.file, fault.where) for fault in caught.value.faults] == [("out/run.json", where)]


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"schema": "run/1"}', "[" * 100000])
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        RunRecord.from_json(text)
    assert all(fault.file == "run.json" for fault in caught.value.faults)


def test_options_that_json_cannot_hold_are_refused() -> None:
    with pytest.raises((TypeError, ValueError)):
        begin(TEXT, 1, {"x": float("nan")})
