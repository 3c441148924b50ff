"""The one sentence says what is decided and what is not, for every way a comparison can end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pulposus.core.result import Result
from pulposus.report import sentence as told
from pulposus.report.facts import Facts, read

MANY = 60  # draws that all agree tell a chance above 0.95


def sentence(facts: Facts, lang: str) -> str:
    """Return the sentence with plain spaces."""
    return told.sentence(facts, lang).replace("\u00a0", " ")


def test_without_rivals_a_likely_pair_is_not_decided(make: Callable[..., Result]) -> None:
    said = sentence(read(make()), "en")
    assert said.startswith("Nothing is decided between these arms, because the rival laws were not run")
    assert "cells ends above untreated in T2 (by 4.0 ms, in all 5 draws)" in said
    assert "exceeds the smallest change that the instrument detects" in said and said.endswith(".")


def test_a_pair_that_holds_under_every_rival_in_enough_draws_is_decided(make: Callable[..., Result], rivals: list[str]) -> None:
    facts = read(make(draws=MANY, rivals=rivals))
    assert sentence(facts, "en").startswith("Decided under the laws of this run and all 6 rivals: cells ends above untreated in T2")
    assert [(p["better"], p["outcome"]) for p in facts.decided] == [("cells", "t2")]
    assert sentence(facts, "zh").startswith("在本次所用定律及全部 6 个对立定律下已确定：cells的T2最终高于untreated")


def test_few_draws_that_all_agree_do_not_decide(make: Callable[..., Result], rivals: list[str]) -> None:
    facts = read(make(draws=8, rivals=rivals))
    assert not facts.decided and facts.draws_needed == 59
    assert "8 draws are too few to tell a chance above 0.95 (59 that all agree would do)" in sentence(facts, "en")


def test_a_rival_that_disagrees_takes_the_decision_back(make: Callable[..., Result], rivals: list[str]) -> None:
    facts = read(make(draws=MANY, rivals=rivals, rival_sign=-1.0))
    assert not facts.decided
    assert "because at least one of the 6 rival laws disagrees" in sentence(facts, "en")


def test_rivals_that_are_missing_decide_nothing(make: Callable[..., Result], rivals: list[str]) -> None:
    facts = read(make(draws=MANY, rivals=rivals[:2]))
    assert facts.unfinished and not facts.decided
    assert "because only 2 of 6 rival laws were finished" in sentence(facts, "en")
    assert "2 of 6 rival laws were run" in told.status(facts, "en") and "not finished" in told.status(facts, "en")


def test_arms_that_do_not_differ(make: Callable[..., Result], rivals: list[str]) -> None:
    assert "no pair differs with a chance above 0.95, and the rival laws were not run" in sentence(read(make(effect={})), "en")
    assert "nor under all 6 rivals" in sentence(read(make(effect={}, draws=MANY, rivals=rivals)), "en")


def test_a_difference_the_size_of_the_solvers_tolerance_is_no_difference(make: Callable[..., Result]) -> None:
    facts = read(make(effect={"cells": 0.001}))
    assert not facts.screen["likely"] and not facts.likely
    assert "no pair differs" in sentence(facts, "en")


def test_what_an_instrument_would_see_is_named(make: Callable[..., Result]) -> None:
    said = sentence(read(make(effect={"cells": 40.0})), "en")
    assert "larger than the smallest change that the instrument detects: cells against untreated in T2 (median 40 ms, detects 2" in said


def test_an_interrupted_run_says_how_much_of_it_is_there(make: Callable[..., Result]) -> None:
    facts = read(make(asked=32))
    assert facts.unfinished
    assert sentence(facts, "en").startswith("With only 5 of 32 draws finished, nothing is decided")
    assert sentence(facts, "zh").startswith("32 次抽样仅完成 5 次：")
    assert told.status(facts, "en").startswith("This run is not finished: 5 of 32 draws are")


def test_a_failed_arm_is_named_with_its_draws(make: Callable[..., Result]) -> None:
    said = sentence(read(make(stopped={"cells": 2})), "en")
    assert "ended early: cells in 2 of 5 draws" in said and "in all 3 draws" in said


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_one_arm_or_no_draw_has_nothing_to_compare(make: Callable[..., Result], lang: str) -> None:
    alone, none = sentence(read(make(names=["untreated"])), lang), sentence(read(make(draws=0, asked=8)), lang)
    assert {"en": "only one arm", "zh": "只有一个组"}[lang] in alone
    assert {"en": "No draw was finished", "zh": "没有任何一次抽样完成"}[lang] in none


def test_many_pairs_are_told_as_one(make: Callable[..., Result]) -> None:
    names = ["untreated", *(f"arm {i}" for i in range(6))]
    said = sentence(read(make(names=names, effect={"arm 0": -30.0})), "en")
    assert "all other arms end above arm 0 in T2 (by 30 ms, in all 5 draws)" in said


def test_the_status_tells_why_draws_were_rejected_in_both_languages(make: Callable[..., Result]) -> None:
    facts = read(make())
    assert "draws rejected and replaced: 1, because T2 would fall with water" in told.status(facts, "en")
    assert "T2将随含水量下降" in told.status(facts, "zh")
