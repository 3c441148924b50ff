"""The evidence badges: every entry is complete and honest, and the most specific entry is the one shown."""

from __future__ import annotations

import re

import pytest

from pulposus.core.files import packaged, read_yaml
from pulposus.core.references import load_evidence_levels, load_references
from pulposus.core.vocabulary import names
from pulposus.therapy.evidence import Badge, badge

ENTRIES = read_yaml(packaged("route_evidence.yaml"))[0]["entries"]
ROUTES = ("transannular", "transpedicular", "intravenous", "endplate_seeding", "epidural")
KINDS = ("cells", "vesicles", "vehicle", "needle_only", "extradiscal_sham")
SOURCES = {"cells": "cell_source", "vesicles": "vesicle_source"}
ALL = [(r, k, s) for r in ROUTES for k in KINDS for s in (None, *(names(SOURCES[k]) if k in SOURCES else ()))]
CHINESE = re.compile("[\u4e00-\u9fff]")


def named(entry: dict[str, str]) -> str:
    return "/".join(str(entry.get(key)) for key in ("route", "kind", "source"))


@pytest.mark.parametrize("entry", ENTRIES, ids=named)
def test_every_entry_is_complete(entry):
    assert entry["level"] in load_evidence_levels()
    assert set(entry["sources"]) <= set(load_references())
    assert entry["n_unit"] in ("patients", "volunteers", "animals", "discs", "reports")
    assert CHINESE.search(entry["text_zh"]) and not CHINESE.search(entry["text_en"])
    assert entry["text_en"].endswith(".") and entry["text_zh"].endswith("。")


@pytest.mark.parametrize("entry", ENTRIES, ids=named)
def test_every_entry_speaks_of_the_vocabulary(entry):
    assert entry["kind"] in (*names("product"), "untreated")
    assert entry.get("route") is None or entry["route"] in names("route")
    if "source" in entry:
        assert entry["source"] in names(SOURCES[entry["kind"]], built=False)


@pytest.mark.parametrize("entry", ENTRIES, ids=named)
def test_no_evidence_has_nobody_and_evidence_has_a_source(entry):
    if entry["level"] == "none":
        assert entry["n"] == 0
    else:
        assert entry["sources"]
        assert entry["n"] is None or entry["n"] > 0
    if entry["level"].startswith("human"):
        assert entry["n_unit"] in ("patients", "volunteers") and entry["n"] is not None
    if entry["level"] == "animal":
        assert entry["n_unit"] in ("animals", "discs")


def test_no_entry_twice():
    assert len({named(entry) for entry in ENTRIES}) == len(ENTRIES)


def test_every_route_speaks_of_cells_vesicles_and_vehicle():
    assert {(r, k) for r in ROUTES for k in KINDS[:3]} <= {(e.get("route"), e["kind"]) for e in ENTRIES}


@pytest.mark.parametrize("route", ["transpedicular", "intravenous", "endplate_seeding"])
def test_three_routes_have_no_human_evidence(route):
    ranks = [badge(*asked).rank for asked in ALL if asked[0] == route]
    assert max(ranks) <= load_evidence_levels()["animal"].rank


def test_vesicles_have_no_human_evidence():
    assert {badge(*asked).level for asked in ALL if asked[1] == "vesicles"} <= {"none", "in_vitro", "animal"}


def test_epidural_evidence_is_one_confounded_man_and_one_dog():
    man, dog = badge("epidural", "cells", None), badge("epidural", "cells", "ADSC")
    assert (man.level, man.n, man.n_unit) == ("human_uncontrolled", 1, "patients")
    assert "confounded" in man.text_en
    assert (dog.level, dog.n, dog.n_unit) == ("animal", 1, "animals")


def test_the_null_trials_stand_in_the_text():
    shown = badge("transannular", "cells", None)
    assert shown.level == "human_rct" and "PERS2024" in shown.sources
    assert "Mixed" in shown.text_en and "no difference" in shown.text_en
    assert "结果不一" in shown.text_zh


def test_the_most_specific_entry_wins():
    assert badge("transannular", "cells", "UC-MSC").n == 2
    assert badge("transannular", "cells", "UC-MSC") != badge("transannular", "cells", None)
    assert badge("intravenous", "cells", "UC-MSC") == badge("intravenous", "cells", None)


def test_a_finer_entry_never_claims_more_than_its_route():
    for route, kind, source in ALL:
        if (route, kind, source) != ("endplate_seeding", "vesicles", "CEP-SC"):  # the only one found by source alone
            assert badge(route, kind, source).rank <= badge(route, kind, None).rank


def test_dental_pulp_vesicles_have_no_evidence():
    assert {badge(route, "vesicles", "DPSC").level for route in ROUTES} == {"none"}


@pytest.mark.parametrize("asked", [("intravenous", "needle_only", None), ("moon", "cells", None), (None, "cells", None),
                                   ("transannular", "untreated", None), ("epidural", "tea", "BM-MSC")])
def test_an_unknown_combination_has_no_evidence(asked):
    shown = badge(*asked)
    assert (shown.level, shown.rank, shown.n, shown.sources) == ("none", 0, 0, ())
    assert shown.text_en and CHINESE.search(shown.text_zh)


def test_untreated_is_the_natural_course():
    shown = badge(None, "untreated", None)
    assert isinstance(shown, Badge)
    assert shown.level == "human_uncontrolled" and shown.n == 40
