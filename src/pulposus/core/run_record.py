"""The record of a run: all that is needed to say what was run, and to run it again bit for bit."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from pulposus.core.errors import Fault, InputError, nearest, shorten
from pulposus.core.files import packaged, packaged_files

__all__ = ["RunRecord", "begin", "data_files", "sha256", "versions"]

SCHEMA = "run/1"
PACKAGES = ("pulposus", "numpy", "scipy", "xarray")
TIMES = ("started", "seconds")  # what differs between two runs of the same input


@dataclass(frozen=True)
class RunRecord:
    """What was run: the input as it was written, the seed and options, and the versions and data it ran with."""

    input_name: str
    input_text: str
    seed: int
    options: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    data_files: Mapping[str, str] = field(default_factory=dict)
    started: str = ""
    seconds: float = 0.0

    @property
    def input_sha256(self) -> str:
        """The SHA-256 of the input text."""
        return sha256(self.input_text)

    @property
    def data_sha256(self) -> str:
        """The SHA-256 of the names and contents of all packaged data files together."""
        return sha256("".join(f"{digest}  {name}\n" for name, digest in sorted(self.data_files.items())))

    def finished(self, seconds: float) -> RunRecord:
        """Return the record with the time that the run took in seconds."""
        return replace(self, seconds=float(seconds))

    def timeless(self) -> RunRecord:
        """Return the record without times, the same for every run of the same input."""
        return replace(self, started="", seconds=0.0)

    def to_json(self, times: bool = True) -> str:
        """Return the record as JSON text, with or without its times."""
        plain = {"schema": SCHEMA, "input_sha256": self.input_sha256, "data_sha256": self.data_sha256} | asdict(self)
        kept = {key: value for key, value in plain.items() if times or key not in TIMES}
        return json.dumps(kept, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str, file: str = "run.json") -> RunRecord:
        """Return the record of JSON text; raises `InputError` with all faults, a later change by hand among them.

        >>> RunRecord.from_json(RunRecord("a.yaml", "version: 1", 3).to_json()).seed
        3
        """
        try:
            plain = json.loads(text)
        except (ValueError, RecursionError) as error:
            line = getattr(error, "lineno", None)
            fault = Fault(file, f"line {line}" if line else "", str(getattr(error, "msg", error)), "valid JSON")
            raise InputError([fault]) from None
        if not isinstance(plain, dict) or plain.get("schema") != SCHEMA:
            given = shorten(plain.get("schema") if isinstance(plain, dict) else plain)
            raise InputError([Fault(file, "schema", given, SCHEMA)])
        kinds = {"seed": int, "seconds": (int, float), "options": dict, "versions": dict, "data_files": dict}
        known = [each.name for each in fields(cls)]
        digests = ("schema", "input_sha256", "data_sha256")
        needed = ("input_name", "input_text", "seed")
        faults = [Fault(file, key, "nothing", "required") for key in needed if key not in plain]
        for key, value in plain.items():
            if key not in (*known, *digests):
                faults.append(Fault(file, key, f"the key {shorten(key)}", ", ".join(known), nearest(key, known)))
            elif not isinstance(value, kinds.get(key, str)) or isinstance(value, bool):  # type: ignore[arg-type]
                faults.append(Fault(file, key, shorten(value), "what the program wrote"))
        if faults:
            raise InputError(faults)
        record = cls(**{key: plain[key] for key in known if key in plain})
        for key, found in (("input_sha256", record.input_sha256), ("data_sha256", record.data_sha256)):
            if plain.get(key, found) != found:
                faults.append(Fault(file, key, shorten(plain[key]), f"{found}, the digest of what the record holds"))
        if faults:
            raise InputError(faults)
        return record


def begin(input_text: str, seed: int, options: Mapping[str, Any] | None = None, input_name: str = "") -> RunRecord:
    """Return the record of a run that starts now, of an input text, a seed and options (plain JSON values).

    >>> begin("version: 1", seed=3).seed
    3
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    plain = json.loads(json.dumps(dict(options or {}), allow_nan=False))
    return RunRecord(input_name, input_text, int(seed), plain, versions(), data_files(), now)


@cache
def versions() -> Mapping[str, str]:
    """Return the versions of Python, of this program and of the packages that its numbers depend on."""
    from importlib.metadata import version

    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


@cache
def data_files() -> Mapping[str, str]:
    """Return the SHA-256 of every packaged data file by its path in the data folder."""
    root = packaged("")
    return {file.relative_to(root).as_posix(): sha256(file.read_bytes()) for file in packaged_files("**/*")}


def sha256(content: str | bytes) -> str:
    """Return the SHA-256 of text (as UTF-8) or bytes.

    >>> sha256("")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(content.encode("utf-8") if isinstance(content, str) else content).hexdigest()
