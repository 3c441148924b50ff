"""What the program says, in English and Chinese, from one catalogue (`data/messages.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter

from pulposus.core.errors import Fault, InputError, nearest, shorten, unknown
from pulposus.core.files import packaged, read_yaml

__all__ = ["LANGUAGES", "Catalogue", "catalogue", "placeholders", "text"]

LANGUAGES = ("en", "zh")
SCHEMA = "messages/1"


class Catalogue:
    """Messages by key and language."""

    def __init__(self, messages: Mapping[str, Mapping[str, str]]) -> None:
        """Keep the messages."""
        self._messages = messages

    @classmethod
    def load(cls, file: str | Path | None = None) -> Catalogue:
        """Return the catalogue of a file, the packaged one by default.

        Raises `InputError` with every key that lacks a language, has another one, or other placeholders in one of them.
        """
        path = Path(file) if file is not None else packaged("messages.yaml")
        data, line_of = read_yaml(path)
        faults = []
        if data.get("schema") != SCHEMA:
            faults.append(Fault(path.name, "schema", shorten(data.get("schema")), SCHEMA))
        messages = data.get("messages")
        if not isinstance(messages, dict):
            raise InputError([*faults, Fault(path.name, "messages", shorten(messages), "a mapping of keys")])
        for key, said in messages.items():
            where = f"line {line_of(('messages', key))}: {key}"
            if not isinstance(said, dict) or sorted(said) != sorted(LANGUAGES):
                faults.append(Fault(path.name, where, shorten(said), " and ".join(LANGUAGES)))
            elif not all(isinstance(words, str) and words for words in said.values()):
                faults.append(Fault(path.name, where, shorten(said), "text in every language"))
            elif len({placeholders(words) for words in said.values()}) > 1:
                faults.append(Fault(path.name, where, shorten(said), "the same {names} in every language"))
        if faults:
            raise InputError(faults)
        return cls(messages)

    def keys(self) -> tuple[str, ...]:
        """Return the keys of all messages, sorted."""
        return tuple(sorted(self._messages))

    def text(self, key: str, lang: str, **values: object) -> str:
        """Return a message in a language with its {names} filled in.

        Raises `InputError` for an unknown key or language and for a name without a value.
        """
        if lang not in LANGUAGES:
            raise unknown("language", lang, LANGUAGES)
        if key not in self._messages:
            raise unknown("message", key, self.keys())
        message = self._messages[key][lang]
        missing = sorted(placeholders(message) - set(values))
        if missing:
            where = f"message {key}"
            faults = [
                Fault("", where, f"no value for {name}", f"{name}=...", nearest(name, values)) for name in missing
            ]
            raise InputError(faults)
        return message.format(**values)


def placeholders(message: str) -> frozenset[str]:
    """Return the names in braces of a message.

    >>> sorted(placeholders("{done} of {total}"))
    ['done', 'total']
    """
    return frozenset(name for _, name, _, _ in Formatter().parse(message) if name is not None)


@cache
def catalogue() -> Catalogue:
    """Return the packaged catalogue, read once."""
    return Catalogue.load()


def text(key: str, lang: str, **values: object) -> str:
    """Return a packaged message in a language with its {names} filled in.

    >>> text("progress", "en", label="compare", done=1, total=4)
    'compare: 1 of 4'
    """
    return catalogue().text(key, lang, **values)
