"""Files: packaged data, YAML read safely, data checked against a model, files written whole or not at all.

Whatever a user hands over (a folder, a picture, an endless stream) ends in an `InputError` that names the file.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pulposus.core.errors import Fault, InputError, nearest
from pulposus.core.yaml_reader import LineOf, parse_yaml

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["LineOf", "packaged", "packaged_files", "parse_yaml", "read_text", "read_yaml", "validate", "write_atomic"]

DATA = Path(__file__).resolve().parent.parent / "data"
LARGEST = 5e6  # bytes

Model = TypeVar("Model", bound="BaseModel")


def packaged(path: str) -> Path:
    """Return the path of a packaged data file or folder, given relative to the data folder.

    Raises `InputError` if there is none of this name.

    >>> packaged("messages.yaml").name
    'messages.yaml'
    """
    found = DATA / path
    if not found.exists():
        choices = [str(file.relative_to(DATA)) for file in packaged_files("**/*")]
        raise InputError([Fault(path, "", "no such packaged file", "a packaged data file", nearest(path, choices))])
    return found


def packaged_files(pattern: str) -> tuple[Path, ...]:
    """Return the packaged data files that match a pattern such as `parameters/*.yaml`, sorted by name.

    >>> [file.name for file in packaged_files("messages.*")]
    ['messages.yaml']
    """
    return tuple(sorted(file for file in DATA.glob(pattern) if file.is_file()))


def read_text(path: str | Path, max_bytes: float = LARGEST) -> str:
    """Return the text of a UTF-8 file of at most `max_bytes` bytes; raises `InputError` for anything else."""
    name = str(path)
    try:
        with open(path, "rb") as file:
            if (size := os.fstat(file.fileno()).st_size) > max_bytes:
                raise InputError([Fault(name, "", f"{size} bytes", f"a text file of at most {max_bytes:.0f} bytes")])
            raw = file.read(int(max_bytes) + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError([Fault(name, "", reason[:1].lower() + reason[1:], "a file that can be read")]) from None
    if len(raw) > max_bytes:
        raise InputError([Fault(name, "", "no end", f"a text file of at most {max_bytes:.0f} bytes")])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError([Fault(name, "", f"not a text file (byte {error.start})", "text in UTF-8")]) from None
    if "\0" in text:
        raise InputError([Fault(name, "", "not a text file (zero byte)", "text in UTF-8")])
    return text


def read_yaml(path: str | Path, max_bytes: float = LARGEST) -> tuple[dict[str, Any], LineOf]:
    """Return the mapping that a YAML file holds, and the function that tells the line of a value.

    Raises `InputError` with all faults: too large, not text, empty, no mapping, wrong syntax, duplicate keys,
    anchors, tags.
    """
    return parse_yaml(read_text(path, max_bytes), str(path))


def validate(model: type[Model], data: Mapping[str, Any], file: str = "", line_of: LineOf | None = None) -> Model:
    """Return the model that the data describe; raises `InputError` with every fault, its line and path."""
    import pydantic

    from pulposus.core.model_faults import faults_of

    try:
        return model.model_validate(data)
    except pydantic.ValidationError as error:
        raise InputError(faults_of(error, model, data, file, line_of)) from None


def write_atomic(path: str | Path, content: str | bytes) -> Path:
    """Write a file whole or not at all, with its folders, and return its path; text is written as UTF-8."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    raw = content.encode("utf-8") if isinstance(content, str) else content
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with open(part, "xb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
    return target
