"""Words of both languages for the search: how text becomes tokens, and which words mean the same.

Chinese text has no spaces, so a run of characters is written as its pairs; a word is then a phrase of pairs. Latin text
is folded (case, Greek letters, plural s). The vocabulary says what means the same: a name, its texts, short forms and
synonyms are one group, and a query for one of them is a query for all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from pulposus.core.vocabulary import Term, kinds, terms

__all__ = ["Chunk", "chunks", "meanings", "texts_of_names", "tokens"]

Chunk = tuple[tuple[str, ...], ...]
"""One thing asked for: phrases of tokens, any of which will do."""

RUNS = re.compile(r"[㐀-鿿豈-﫿]+|[^\W_㐀-鿿豈-﫿]+")
CJK = re.compile(r"[㐀-鿿豈-﫿]+")
GREEK = str.maketrans({"α": "a", "β": "b", "γ": "g", "κ": "k", "δ": "d", "ρ": "rho", "μ": "u", "µ": "u"})
EMPTY = ("none", "various", "several", "mixed", "other", "not stated")  # words that name nothing
SHORTEST_PLURAL = 4
_SPELLED = {"labelling": "labeling", "tumor": "tumour", "annular": "anular"}


@lru_cache(maxsize=20_000)
def tokens(text: str) -> tuple[str, ...]:
    """Return the tokens of a text, Chinese as pairs of characters.

    >>> tokens("Exosomes 外泌体 IL-1β")
    ('exosome', '外泌', '泌体', 'il', '1b')
    """
    found: list[str] = []
    for run in RUNS.findall(unicodedata.normalize("NFKC", text).translate(GREEK).casefold()):
        if CJK.match(run):
            found += [run[at : at + 2] for at in range(len(run) - 1)] or [run]
        else:
            found.append(_folded(run))
    return tuple(found)


def _folded(word: str) -> str:
    """Return a word without its plural s."""
    plain = _SPELLED.get(word, word)
    return plain[:-1] if len(plain) >= SHORTEST_PLURAL and plain.endswith("s") and not plain.endswith(("ss", "is", "us")) else plain


@lru_cache(maxsize=1)
def meanings() -> Mapping[tuple[str, ...], frozenset[tuple[str, ...]]]:
    """Return for every phrase of the vocabulary all phrases that mean the same."""
    groups: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for kind in kinds():
        for entry in terms(kind).values():
            group = {phrase for text in _texts(entry) if (phrase := tokens(text))}
            for phrase in group:
                groups.setdefault(phrase, set()).update(group)
    return {phrase: frozenset(group) for phrase, group in groups.items()}


def _texts(entry: Term) -> Iterable[str]:
    """Return every text that stands for a term; what is in brackets explains and is no name."""
    named = (entry.name, entry.en, entry.zh, entry.short, entry.short_zh, *entry.synonyms)
    return {re.sub(r"\s*[(（].*?[)）]", "", text) for text in named}


@lru_cache(maxsize=1)
def _labels() -> Mapping[str, str]:
    """Return all texts of a name, of whichever kind; words that name nothing have none."""
    found: dict[str, set[str]] = {}
    for kind in kinds():
        for name, entry in terms(kind).items():
            if name not in EMPTY:
                found.setdefault(name, set()).update(_texts(entry))
    return {name: " . ".join(sorted(texts)) for name, texts in found.items()}


def texts_of_names(body: Any) -> Iterable[str]:
    """Yield the texts of every word of the vocabulary that stands as a value in plain data."""
    if isinstance(body, Mapping):
        for value in body.values():
            yield from texts_of_names(value)
    elif isinstance(body, (list, tuple)):
        for value in body:
            yield from texts_of_names(value)
    elif isinstance(body, str) and (label := _labels().get(body)):
        yield label


def chunks(query: str) -> list[Chunk]:
    """Return what a query asks for: known words with all that mean the same, other words as they are.

    >>> ("extracellular", "vesicle") in chunks("外泌体")[0]
    True
    """
    left = [(run, bool(CJK.match(run))) for run in RUNS.findall(unicodedata.normalize("NFKC", query).translate(GREEK).casefold())]
    found: list[Chunk] = []
    position = 0
    while position < len(left):
        run, chinese = left[position]
        if chinese:
            found += [_chunk(tokens(part)) for part in _split(run)]
            position += 1
            continue
        taken = _longest([word for word, _ in left[position : position + LONGEST]])
        found.append(_chunk(tokens(" ".join(word for word, _ in left[position : position + taken]))))
        position += taken
    return found


LONGEST = 6  # words of a known name


def _longest(words: list[str]) -> int:
    """Return how many of the first words make a known name, at least one; `miR-21` stays together."""
    for count in range(len(words), 1, -1):
        phrase = tokens(" ".join(words[:count]))
        if phrase in meanings():
            return count
    joined = len(words) > 1 and words[0] in JOINED
    return 2 + (len(words) > 2 and words[2] in ARMS) if joined else 1


JOINED = ("mir", "il", "tgf", "tnf", "col", "mmp", "nf", "hif", "ccl", "cxcl", "nct", "cd")
ARMS = ("3p", "5p")


def _split(run: str) -> list[str]:
    """Return a run of Chinese characters cut into the longest known words and what stands between them."""
    parts: list[str] = []
    rest, position = "", 0
    while position < len(run):
        size = next((n for n in range(len(run) - position, 1, -1) if tokens(run[position : position + n]) in meanings()), 0)
        if size:
            parts += [part for part in (rest, run[position : position + size]) if part]
            rest = ""
        else:
            rest += run[position]
        position += size or 1
    return [*parts, rest] if rest else parts


def _chunk(phrase: tuple[str, ...]) -> Chunk:
    """Return a phrase with everything that means the same, itself first."""
    return (phrase, *sorted(meanings().get(phrase, frozenset()) - {phrase}))
