"""Files: packaged data, reading anything a user hands over, writing whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from pulposus.core.errors import InputError
from pulposus.core.files import packaged, packaged_files, read_text, read_yaml, write_atomic


def fault(path: str | Path, max_bytes: float = 1000) -> str:
    """Return the only fault of a file, as text."""
    with pytest.raises(InputError) as caught:
        read_yaml(path, max_bytes)
    (only,) = caught.value.faults
    return str(only)


def test_a_packaged_file_is_found_by_name() -> None:
    assert packaged("messages.yaml").is_file()
    assert packaged("messages.yaml") in packaged_files("*.yaml")
    assert packaged_files("no/such/*") == ()
    with pytest.raises(InputError) as caught:
        packaged("mesages.yaml")
    assert caught.value.faults[0].nearest == "messages.yaml"


def test_a_yaml_file_is_read_with_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + "a: 髓核\r\nb: [6e6]\r\n".encode())
    data, line_of = read_yaml(path)
    assert data == {"a": "髓核", "b": [6e6]}
    assert line_of(("b", 0)) == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "an empty file"),
        (b"\x89PNG\r\n\x1a\n\x00", "not a text file (byte 0)"),
        (b"a: \xff\xfe", "not a text file (byte 3)"),
        (b"a: b\x00c", "not a text file (zero byte)"),
        ("a: b".encode("utf-16"), "not a text file"),
        (b"a: " + b"x" * 2000, "2003 bytes; allowed: a text file of at most 1000 bytes"),
        (b"a: {b: ]\n", "line 1: given"),
    ],
)
def test_what_is_no_yaml_text_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes(content)
    said = fault(path)
    assert words in said
    assert said.startswith(str(path))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert "no such file or directory" in fault(tmp_path / "missing.yaml")
    assert "is a directory" in fault(tmp_path)
    assert "at most 1000 bytes" in fault("/dev/zero")


def test_text_up_to_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x" * 1000, encoding="utf-8")
    assert len(read_text(path, 1000)) == 1000


def test_writing_makes_folders_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deep" / "a.txt"
    assert write_atomic(path, "髓核\n") == path
    assert path.read_bytes() == "髓核\n".encode()
    write_atomic(path, b"\x00\x01")
    assert path.read_bytes() == b"\x00\x01"
    assert os.listdir(path.parent) == ["a.txt"]
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_atomic(tmp_path / "a.txt", "old")

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="disk full"):
        write_atomic(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["a.txt"]
