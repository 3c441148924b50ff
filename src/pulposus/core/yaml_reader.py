"""YAML text turned into plain data, refusing what an input file has no need of.

The text is read as a stream of events, so that deep nesting, anchors (which can blow up a file), tags and duplicate
keys are refused before anything is built from them, and every value keeps its line. Scalars follow YAML 1.2: `6e6` is
a number; `no`, `1:30` and `2020-01-01` are text. Keys are always text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pulposus.core.errors import Fault, InputError, shorten

__all__ = ["LineOf", "parse_yaml"]

Path = tuple[str | int, ...]
LineOf = Callable[[Path], int]
"""Returns the line (from 1) of the value at a path such as `("arms", 2, "name")`, of its nearest parent if absent."""

DEEPEST = 40  # nested levels
MOST_FAULTS = 100  # after which the rest of a file is not read
LONGEST_NUMBER = 60  # characters; longer digits are text
INTEGER = re.compile(r"[-+]?[0-9]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
WORDS: dict[str, bool | None] = dict.fromkeys(("", "~", "null", "Null", "NULL"))
WORDS |= dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)


def parse_yaml(text: str, file: str = "") -> tuple[dict[str, Any], LineOf]:
    """Return the mapping that a YAML text holds, and the function that tells the line of a value.

    Raises `InputError` with all faults: wrong syntax, empty, no mapping, duplicate keys, anchors, tags, deep nesting.

    >>> data, line_of = parse_yaml("version: 1\\narms:\\n  - {name: saline, dose: 6e6}\\n")
    >>> data["arms"][0]["dose"], line_of(("arms", 0, "dose"))
    (6000000.0, 3)
    """
    import yaml

    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            builder.take(event)
            if len(builder.faults) >= MOST_FAULTS:
                break
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable characters"
        builder.faults.append(Fault(file, f"line {mark.line + 1}" if mark else "", str(problem), "valid YAML"))
    except RecursionError:
        builder.faults.append(Fault(file, "", "too many nested levels", f"at most {DEEPEST} nested levels"))
    if not builder.faults and not isinstance(builder.root, dict):
        given = "an empty file" if builder.root is None else shorten(builder.root)
        builder.faults.append(Fault(file, "line 1", given, "a mapping of keys and values"))
    if builder.faults:
        raise InputError(builder.faults)
    return builder.root, builder.line_of


@lru_cache(maxsize=4096)
def _scalar(text: str) -> bool | int | float | str | None:
    """Return what a plain scalar means: nothing, true or false, a number, or text."""
    if text in WORDS:
        return WORDS[text]
    if len(text) <= LONGEST_NUMBER and (text[-1].isdigit() or text[-1] == "."):
        if INTEGER.fullmatch(text):
            return int(text)
        if FLOAT.fullmatch(text):
            return float(text)
    return text


@dataclass
class _Open:
    """A mapping or list that is not closed yet; `key` is the key that waits for its value."""

    container: Any
    path: Path
    key: str | None = None


class _Builder:
    """Builds plain data from YAML events; keeps lines and faults."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Any = None
        self.documents = 0
        self.skipped = 0  # depth inside something that was refused
        self.faults: list[Fault] = []
        self.lines: dict[Path, int] = {}
        self.open: list[_Open] = []
        self.steps: dict[str, Callable[[Any], None]] = {
            "DocumentStartEvent": self.start_document,
            "MappingStartEvent": lambda event: self.enter(event, {}),
            "SequenceStartEvent": lambda event: self.enter(event, []),
            "ScalarEvent": self.scalar,
            "AliasEvent": self.scalar,
            "MappingEndEvent": self.close,
            "SequenceEndEvent": self.close,
        }

    def line_of(self, path: Path) -> int:
        """Return the line of the value at a path, of its nearest parent if it is absent."""
        known = tuple(path)
        while known and known not in self.lines:
            known = known[:-1]
        return self.lines.get(known, 1)

    def fault(self, event: Any, given: str, allowed: str) -> None:
        """Note a fault at the line of an event."""
        self.faults.append(Fault(self.file, f"line {event.start_mark.line + 1}", given, allowed))

    def take(self, event: Any) -> None:
        """Take the next event of the parser."""
        step = self.steps.get(type(event).__name__)
        if step is not None and self.documents < 2:
            step(event)

    def start_document(self, event: Any) -> None:
        """Count the documents; one is enough."""
        self.documents += 1
        if self.documents == 2:
            self.fault(event, "a second document", "one document in a file")

    def refuse(self, event: Any) -> None:
        """Note what is not allowed whatever its value: anchors, references to them, tags."""
        if event.anchor:
            self.fault(event, f"the anchor or reference {shorten(event.anchor)}", "values written out, without & and *")
        if getattr(event, "tag", None) and event.tag != "!":
            self.fault(event, f"the tag {shorten(event.tag)}", "values without tags")

    def scalar(self, event: Any) -> None:
        """Take a scalar: a key if one is due, a value otherwise."""
        self.refuse(event)
        if self.skipped:
            return
        text = getattr(event, "value", "")
        parent = self.open[-1] if self.open else None
        if parent is not None and isinstance(parent.container, dict) and parent.key is None:
            if text in parent.container:
                first = self.line_of((*parent.path, text))
                self.fault(event, f"the key {shorten(text)} again (first in line {first})", "every key once")
            parent.key = text
            self.lines.setdefault((*parent.path, text), event.start_mark.line + 1)
        else:
            plain = getattr(event, "style", None) in (None, "")
            self.place(event, _scalar(text) if plain else text)

    def place(self, event: Any, value: Any) -> Path:
        """Put a value where it belongs and return its path."""
        line = event.start_mark.line + 1
        if not self.open:
            self.root = value
            self.lines[()] = line
            return ()
        parent = self.open[-1]
        if isinstance(parent.container, dict):
            path = (*parent.path, str(parent.key))
            parent.container[parent.key] = value
            parent.key = None
        else:
            path = (*parent.path, len(parent.container))
            parent.container.append(value)
            self.lines[path] = line
        return path

    def enter(self, event: Any, container: Any) -> None:
        """Open a mapping or list as the current value."""
        self.refuse(event)
        if self.skipped:
            self.skipped += 1
            return
        parent = self.open[-1] if self.open else None
        if parent is not None and isinstance(parent.container, dict) and parent.key is None:
            self.fault(event, "a mapping or list as a key", "text as a key")
            parent.key = "?"
            self.skipped = 1
            return
        path = self.place(event, container)
        if len(self.open) >= DEEPEST:
            self.fault(event, "too many nested levels", f"at most {DEEPEST} nested levels")
            self.skipped = 1
            return
        self.open.append(_Open(container, path))

    def close(self, event: Any) -> None:
        """Close the innermost mapping or list."""
        if self.skipped:
            self.skipped -= 1
        else:
            self.open.pop()
