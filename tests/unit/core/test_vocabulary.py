"""The vocabulary: both languages everywhere, and every name in accord with the parameter records."""

from __future__ import annotations

import pytest

from pulposus.core.errors import InputError
from pulposus.core.parameters import ParameterSet
from pulposus.core.units import si
from pulposus.core.vocabulary import label, limit, names, not_built, term, terms
from pulposus.mechanism.hypotheses import choose

KINDS = (
    "species",
    "level",
    "grade_scale",
    "grade",
    "region",
    "route",
    "repair",
    "product",
    "comparator",
    "cell_source",
    "vesicle_source",
    "carrier",
    "needle",
    "observe",
    "event",
    "hypothesis",
    "law",
)


@pytest.mark.parametrize("kind", KINDS)
def test_every_term_has_both_languages_and_says_what_it_needs(kind: str) -> None:
    for entry in terms(kind).values():
        for each in (entry, *entry.choices.values()):
            assert each.en and each.zh and each.short and each.short_zh
            assert each.built or each.needs


def test_the_lists_of_the_two_reviews_are_whole() -> None:
    assert names("route") == ("transannular", "transpedicular", "intravenous", "endplate_seeding", "epidural")
    assert len(names("comparator")) == 6
    with_evidence = [name for name, entry in terms("vesicle_source").items() if entry.more.get("evidence") != "none"]
    assert len(with_evidence) == 8 and term("vesicle_source", "DPSC").more["evidence"] == "none"
    assert {
        "BM-MSC",
        "ADSC",
        "UC-MSC",
        "MPC",
        "CD146+ MSC",
        "CD146- MSC",
        "CXCR4-MSC",
        "chondroprogenitor",
        "fibroblast",
    } == set(names("cell_source"))
    assert [name for name, entry in terms("cell_source").items() if entry.more.get("negative_control")] == ["fibroblast"]


def test_what_is_not_built_is_known_by_name() -> None:
    assert {"adverse_events", "stiffness", "histology", "histology_boos2002", "protrusion", "gait"} <= set(
        not_built("observe")
    )
    assert not set(names("observe")) & set(not_built("observe"))
    assert set(names("observe", built=False)) == set(names("observe")) | set(not_built("observe"))
    assert {"puncture", "nucleotomy", "ageing"} <= set(names("event"))


def test_hypotheses_of_the_evidence_are_those_of_the_cell_network() -> None:
    assert names("hypothesis") and set(names("hypothesis")) <= set(choose())


def test_every_needle_and_carrier_has_its_record() -> None:
    symbols = {record.symbol for record in ParameterSet.load()}
    assert [name for name in names("needle") if f"needle_diameter_{name}" not in symbols] == []
    assert [name for name in names("carrier") if f"carrier_leak_{name.replace(' ', '_')}" not in symbols] == []


def test_every_species_has_levels_that_have_words() -> None:
    for species in terms("species").values():
        assert species.more["levels"] and set(species.more["levels"]) <= set(names("level"))


def test_the_default_of_every_law_is_one_of_its_choices() -> None:
    for law in terms("law").values():
        assert law.more["default"] in law.choices or si(law.more["default"], "mM") > 0


def test_labels_and_refusals() -> None:
    assert label("carrier", "hyaluronic acid", short=True) == "HA"
    assert label("carrier", "moon dust") == "moon dust"
    with pytest.raises(InputError, match="nearest: cells"):
        term("product", "cell")
    with pytest.raises(InputError, match="kind of word"):
        terms("colour")
    with pytest.raises(InputError, match="limit"):
        limit("longest_arm")
