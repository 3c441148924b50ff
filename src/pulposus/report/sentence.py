"""The one sentence of a comparison: what is decided between its arms and what is not.

Decided is a pair whose chance exceeds the limit under the default laws and under every rival; without the rivals
nothing is. Chances are told as draws (31 of 32), so that few draws look like few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pulposus.report.facts import Facts
from pulposus.report.numbers import number, with_unit
from pulposus.report.words import joined, outcome, said, unit

__all__ = ["sentence", "status"]

_ROUNDING = 1e-9
_MOST = 3  # pairs or arms named in the sentence


def sentence(facts: Facts, lang: str) -> str:
    """Return the sentence that stands first in a report."""
    say = said(lang)
    if not facts.done:
        return say("s_no_draw")
    parts = [_verdict(facts, lang)]
    parts += [_detected(facts, lang)] if any(row["comparator"] for row in facts.arms.values()) else []
    parts += [_failed(facts, lang)] if facts.failed else []
    whole = say("s_clause_separator").join(parts)
    if facts.done < facts.asked:
        whole = say("s_unfinished", done=facts.done, asked=facts.asked, rest=whole)
    return say("s_end", sentence=whole[:1].upper() + whole[1:])


def status(facts: Facts, lang: str) -> str:
    """Return in one sentence how the run ended: draws finished, rivals finished, draws rejected, arms that ended early."""
    from pulposus.report.words import reason

    say = said(lang)
    key = "status_unfinished" if facts.unfinished else "status_finished"
    parts = [say(key, done=facts.done, asked=facts.asked)]
    if facts.rivals_asked:
        parts.append(say("status_rivals", done=len(facts.rivals), asked=len(facts.rivals_asked)))
    else:
        parts.append(say("status_no_rivals"))
    rejected = list(facts.about["rejected"].values())
    for why in dict.fromkeys(rejected):
        parts.append(say("status_rejected", n=rejected.count(why), why=reason(why, lang)))
    parts += [_failed(facts, lang)] if facts.failed else []
    whole = say("s_clause_separator").join(parts)
    return say("s_end", sentence=whole[:1].upper() + whole[1:])


def _verdict(facts: Facts, lang: str) -> str:
    """Return which pairs are decided, which are likely and why they are not decided, or that nothing is."""
    from pulposus.study.summary import DECIDED

    say = said(lang)
    if len(facts.arms) < 2:
        return say("s_one_arm")
    limit, rivals = number(DECIDED), len(facts.rivals)
    likely = _pairs(facts.likely, facts, lang)
    if facts.decided:
        parts = [say("s_decided", count=rivals, pairs=_pairs(facts.decided, facts, lang, strictest=True))]
        parts += [say("s_rival_disagrees", pairs=likely)] if facts.likely else []
        return say("s_clause_separator").join(parts)
    if facts.draws_needed:
        return say("s_nothing_few_draws", limit=limit, draws=facts.done, needed=facts.draws_needed, count=rivals,
                   pairs=_pairs(facts.likely, facts, lang, strictest=True))
    if facts.rivals_whole:
        key = "s_nothing_rival_disagrees" if facts.likely else "s_nothing_any_law"
    elif facts.rivals_asked:
        key = "s_nothing_rivals_missing_likely" if facts.likely else "s_nothing_rivals_missing"
    else:
        key = "s_nothing_no_rivals_likely" if facts.likely else "s_nothing_no_rivals"
    return say(key, limit=limit, count=rivals, asked=len(facts.rivals_asked), pairs=likely)


def _pairs(pairs: Sequence[Mapping[str, Any]], facts: Facts, lang: str, strictest: bool = False) -> str:
    """Return pairs in words: which arm ends above which, in what, by how much, in how many draws."""
    groups = _grouped(pairs)
    told = [_group(group, facts, lang, strictest) for group in groups[:_MOST]]
    return _shortened(told, len(told) + sum(len(group) for group in groups[_MOST:]), lang)


def _grouped(pairs: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Return pairs in groups that share the outcome and one of the two arms, the largest group first."""
    left, groups = list(pairs), []
    while left:
        by: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
        for pair in left:
            for side in ("better", "worse"):
                by.setdefault((side, pair[side], pair["outcome"]), []).append(pair)
        groups.append(max(by.values(), key=len))
        left = [pair for pair in left if pair not in groups[-1]]
    return groups


def _group(group: Sequence[Mapping[str, Any]], facts: Facts, lang: str, strictest: bool) -> str:
    """Return a group of pairs in words; the differences from the least to the greatest, the fewest draws."""
    say = said(lang)
    draws = [(min([p["chance"], *(p["under_rivals"].values() if strictest else ())]), p["n"]) for p in group]
    least, of = min(draws)
    ends = sorted({number(p["by"]): p["by"] for p in group}.items(), key=lambda item: item[1])
    by = ends[0][0] if len(ends) == 1 else say("interval", low=ends[0][0], high=ends[-1][0])
    how = "_all" if least == 1 else "_least" if strictest or len(group) > 1 else ""
    values = {"of": of} if least == 1 else {"of": of, "draws": f"{int(least * of + _ROUNDING)}"}  # a tie is half a draw
    return say(
        "s_pair_several" if len({p["better"] for p in group}) > 1 else "s_pair",
        better=_arms([p["better"] for p in group], facts, lang),
        worse=_arms([p["worse"] for p in group], facts, lang),
        outcome=outcome(group[0]["outcome"], lang, short=True),
        by=with_unit(by, unit(facts.data[group[0]["outcome"]].attrs["units"], lang)),
        draws=say(f"s_draws{how}", **values),
    )


def _arms(names: Sequence[str], facts: Facts, lang: str) -> str:
    """Return arms by name, or how many they are when they are many."""
    known = list(dict.fromkeys(names))
    if len(known) > 1 and len(known) == len(facts.arms) - 1:
        return said(lang)("s_every_other_arm")
    return joined(known, lang) if len(known) <= _MOST else said(lang)("s_arms", n=len(known))


def _detected(facts: Facts, lang: str) -> str:
    """Return which differences from the named comparator exceed what the instrument detects, or that none does."""
    say = said(lang)
    smallest = facts.screen["smallest_change"]
    if not facts.beyond:
        return say("s_none_detected", height=number(smallest["height_index"]), t2=number(smallest["t2"]))
    told = []
    for row in facts.beyond[:_MOST]:
        told_in = unit(facts.data[row["outcome"]].attrs["units"], lang)
        told.append(
            say(
                "s_detected_item",
                arm=row["arm"],
                comparator=row["comparator"],
                outcome=outcome(row["outcome"], lang, short=True),
                median=with_unit(number(row["median"]), told_in),
                smallest=with_unit(number(smallest[row["outcome"]]), told_in),
            )
        )
    return say("s_detected", items=_shortened(told, len(facts.beyond), lang))


def _failed(facts: Facts, lang: str) -> str:
    """Return which arms ended early in how many draws."""
    say = said(lang)
    told = [say("s_failed_item", arm=arm, n=n, of=facts.done) for arm, n in facts.failed.items()]
    return say("s_failed", items=_shortened(told[:_MOST], len(told), lang))


def _shortened(told: list[str], count: int, lang: str) -> str:
    """Return the first items of a list and how many more there are."""
    more = [said(lang)("s_more", n=count - len(told))] if count > len(told) else []
    return joined([*told, *more], lang)
