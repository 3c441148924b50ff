"""The domain words that all rooms share: every name that may stand in an input file, with its English and Chinese text.

The words are one table in several files (`data/vocabulary/*.yaml`). A name may be known and not built yet: then it carries what it still
needs, so that it can be refused by name instead of being ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pulposus.core.errors import Fault, InputError, unknown
from pulposus.core.files import packaged_files, read_yaml

__all__ = ["LANGUAGES", "Term", "kinds", "label", "limit", "names", "not_built", "term", "terms"]

LANGUAGES = ("en", "zh")
SCHEMA = "vocabulary/1"
_OWN = ("en", "zh", "short", "short_zh", "synonyms", "built", "needs", "choices")


@dataclass(frozen=True)
class Term:
    """One name of a kind: its texts, short forms, whether it is built, what it needs if not, and what else is known."""

    kind: str
    name: str
    en: str
    zh: str
    short: str
    short_zh: str
    built: bool = True
    needs: str = ""
    synonyms: tuple[str, ...] = ()
    choices: Mapping[str, Term] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    def label(self, lang: str = "en", short: bool = False) -> str:
        """Return the text in a language, English where the language is unknown."""
        return str(getattr(self, ("short" if short else "en") if lang != "zh" else ("short_zh" if short else "zh")))


def _term(kind: str, name: str, data: Mapping[str, Any]) -> Term:
    """Return the term that plain data describe."""
    en, zh = str(data["en"]), str(data["zh"])
    own = {key: _term(name, key, value) for key, value in data.get("choices", {}).items()}
    more = {key: value for key, value in data.items() if key not in _OWN}
    return Term(
        kind,
        name,
        en,
        zh,
        str(data.get("short", en)),
        str(data.get("short_zh", zh)),
        bool(data.get("built", True)),
        str(data.get("needs", "")),
        tuple(str(each) for each in data.get("synonyms", ())),
        own,
        more,
    )


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[dict[str, dict[str, Term]], dict[str, Any]]:
    """Return all terms by kind and the limits of input files."""
    found: dict[str, dict[str, Term]] = {}
    limits: dict[str, Any] = {}
    for file in packaged_files("vocabulary/*.yaml"):
        data, _ = read_yaml(file)
        if data.get("schema") != SCHEMA:
            raise unknown("schema", data.get("schema"), [SCHEMA], file.name)
        for kind, entries in data["terms"].items():
            if kind in found:
                raise InputError([Fault(file.name, kind, "a kind of another file again", "every kind in one file")])
            found[kind] = {name: _term(kind, name, value) for name, value in entries.items()}
        limits |= data.get("limits", {})
    return found, limits


def kinds() -> tuple[str, ...]:
    """Return the kinds of words.

    >>> "route" in kinds()
    True
    """
    return tuple(_vocabulary()[0])


def terms(kind: str) -> Mapping[str, Term]:
    """Return all terms of a kind by name; raises `InputError` for an unknown kind.

    Kinds of the study file: species, level, grade_scale, grade, region, route, repair, product, comparator,
    cell_source, vesicle_source, carrier, needle, observe, event, hypothesis, law; further ones of the evidence base.

    >>> terms("route")["transannular"].short
    'TAA'
    """
    known = _vocabulary()[0]
    if kind not in known:
        raise unknown("kind of word", kind, known)
    return known[kind]


def term(kind: str, name: str) -> Term:
    """Return one term; raises `InputError` with the nearest name if there is none.

    >>> term("carrier", "hyaluronic acid").zh
    '透明质酸'
    """
    known = terms(kind)
    if name not in known:
        raise unknown(kind.replace("_", " "), name, known)
    return known[name]


def names(kind: str, built: bool = True) -> tuple[str, ...]:
    """Return the names of a kind, without those that are not built yet unless `built` is False.

    >>> names("product")[:2]
    ('cells', 'vesicles')
    """
    return tuple(name for name, entry in terms(kind).items() if entry.built or not built)


def not_built(kind: str) -> tuple[str, ...]:
    """Return the names of a kind that are known and not built yet.

    >>> "gait" in not_built("observe")
    True
    """
    return tuple(name for name, entry in terms(kind).items() if not entry.built)


def label(kind: str, name: str, lang: str = "en", short: bool = False) -> str:
    """Return the text of a name in a language, the name itself where the vocabulary does not have it.

    >>> label("route", "epidural", "zh", short=True)
    '硬膜外'
    """
    known = terms(kind).get(name)
    return known.label(lang, short) if known else name


def limit(name: str) -> Any:
    """Return a limit of input files: a number, or text with a unit.

    >>> limit("longest_name")
    60
    """
    limits = _vocabulary()[1]
    if name not in limits:
        raise unknown("limit", name, limits)
    return limits[name]
