"""Duplicates: records that tell of the same paper or trial, by DOI, registry number or a title almost the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pulposus.core.references import Reference
from pulposus.evidence.records import Paper
from pulposus.evidence.words import tokens

__all__ = ["Duplicate", "duplicates", "plain_doi"]

ALIKE = 0.8  # shared share of the pairs of words of two titles (Jaccard) from which they count as one
FEWEST = 4  # pairs of words a title must have to be compared


@dataclass(frozen=True)
class Duplicate:
    """A given reference that seems to be a known one, and why."""

    given: str
    known: str
    by: str
    detail: str


def plain_doi(text: str) -> str:
    """Return a DOI without its address, in lower case.

    >>> plain_doi("https://doi.org/10.1000/ABC")
    '10.1000/abc'
    """
    return re.sub(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", "", text.strip().casefold())


def duplicates(
    references: Iterable[Reference], papers: Iterable[Paper], known: Mapping[str, Reference], registered: Mapping[str, str]
) -> list[Duplicate]:
    """Return which given references and papers are known already.

    `known` are the references to compare with by key, `registered` the ids of papers by their registry number. A title
    counts as the same if at least four fifths of the pairs of neighbouring words of both are shared.
    """
    by_doi = {plain_doi(each.doi): key for key, each in known.items() if each.doi}
    by_pair: dict[tuple[str, str], list[str]] = {}
    pairs = {key: _pairs(each.title) for key, each in known.items()}
    for key, of in pairs.items():
        for pair in of:
            by_pair.setdefault(pair, []).append(key)
    found: list[Duplicate] = []
    for each in references:
        if each.doi and plain_doi(each.doi) in by_doi:
            found.append(Duplicate(each.key, by_doi[plain_doi(each.doi)], "doi", each.doi))
            continue
        if match := _nearest_title(_pairs(each.title), pairs, by_pair):
            found.append(Duplicate(each.key, match[0], "title", f"{match[1]:.0%} of the pairs of words shared"))
    for paper in papers:
        if paper.registry and paper.registry.casefold() in registered:
            found.append(Duplicate(paper.id, registered[paper.registry.casefold()], "registry", paper.registry))
    return found


def _pairs(title: str) -> frozenset[tuple[str, str]]:
    """Return the pairs of neighbouring words of a title."""
    words = tokens(title)
    return frozenset(zip(words, words[1:], strict=False))


def _nearest_title(
    given: frozenset[tuple[str, str]], pairs: Mapping[str, frozenset[tuple[str, str]]], by_pair: Mapping[tuple[str, str], list[str]]
) -> tuple[str, float] | None:
    """Return the key of the title most like a given one and how alike they are, None if none is alike enough."""
    if len(given) < FEWEST:
        return None
    candidates: dict[str, int] = {}
    for pair in given:
        for key in by_pair.get(pair, ()):
            candidates[key] = candidates.get(key, 0) + 1
    scored = [(shared / len(given | pairs[key]), key) for key, shared in candidates.items()]
    best = max(scored, default=(0.0, ""))
    return (best[1], best[0]) if best[0] >= ALIKE else None
