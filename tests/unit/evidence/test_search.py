from __future__ import annotations

import json

import pytest

from pulposus.core.errors import InputError
from pulposus.evidence.card import card
from pulposus.evidence.home import open_store
from pulposus.evidence.search import find, read_filter, search
from pulposus.evidence.tally import evidence_map, flow
from pulposus.evidence.words import chunks, meanings, tokens


@pytest.fixture(scope="module")
def store():
    return open_store()


def ids(store, text="", *filters):
    return {hit.id for hit in search(store, text, filters)[0]}


def test_chinese_words_of_two_characters_are_found_and_a_split_word_is_not():
    assert tokens("细胞凋亡") == ("细胞", "胞凋", "凋亡")
    assert tokens("凋") == ("凋",)
    assert tokens("TGF-β κB") == ("tgf", "b", "kb")


def test_exosome_and_its_names_in_both_languages_find_the_same_records(store):
    found = [ids(store, word) for word in ("外泌体", "exosome", "exosomes", "EV", "extracellular vesicles", "细胞外囊泡")]
    assert len(found[0]) > 100 and all(each == found[0] for each in found)
    assert "paper:xing2021" in found[0] and "ref:XING2021" in found[0]


def test_endplate_cartilage_in_chinese_finds_the_endplate_records(store):
    assert {"claim:AX13", "paper:xiel2020"} <= ids(store, "软骨终板")
    assert ids(store, "cartilage endplate") == ids(store, "软骨终板")


def test_every_word_must_be_found_and_a_run_of_chinese_is_cut_at_known_words(store):
    both = ids(store, "外泌体凋亡")
    assert both == ids(store, "外泌体") & ids(store, "凋亡") and both
    assert len(chunks("外泌体凋亡")) == 2


def test_a_micro_rna_is_one_word_and_its_number_is_not_a_prefix(store):
    found = {each for each in ids(store, "miR-21", "kind=claim")}
    assert found == {"claim:AX02", "claim:wang2018mir21/wang21", "claim:liu2014/liu21"}
    assert ids(store, "miR-155", "kind=claim") == {"claim:AX03", "claim:AX07"}


def test_one_character_finds_the_words_that_begin_with_it(store):
    assert ids(store, "犬") and ids(store, "犬") <= ids(store)


def test_filters_compare_words_and_numbers_and_join(store):
    trials = ids(store, "", "design=rct", "kind=paper", "patients>=100")
    assert trials == {"paper:pers2024", "paper:mesop3", "paper:vast2021", "paper:amirdelfan2021"}
    assert ids(store, "", "kind=outcome", "route=intravenous") == ids(store, "", "kind=outcome", "route=intravenous", "species!=rat")
    assert not ids(store, "", "kind=paper", "patients>100000")


def test_an_outcome_is_found_by_the_route_of_its_arm_and_the_species_of_its_paper(store):
    assert "outcome:tam2014/h_iv" in ids(store, "", "kind=outcome", "route=intravenous", "species=mouse")
    assert "outcome:tam2014/h_id" not in ids(store, "", "kind=outcome", "route=intravenous")


def test_wrong_filters_are_told_with_the_nearest_field(store):
    with pytest.raises(InputError, match="nearest: species"):
        search(store, "", ["specie=rat"])
    with pytest.raises(InputError, match="field=value"):
        read_filter("species")
    with pytest.raises(InputError, match="a number"):
        read_filter("patients>many")
    with pytest.raises(InputError, match="nearest: claim"):
        search(store, "", ["kind=claims"])
    with pytest.raises(InputError, match="words, Chinese or English"):
        search(store, "!?")


@pytest.mark.parametrize("text", ['"', "a AND", "NEAR(", "x*y", "' OR 1=1", "外泌体)", "(((", "-", "miR-", "a" * 5000])
def test_no_text_breaks_the_search(store, text):
    try:
        hits, total = search(store, text, limit=3)
    except InputError as error:
        assert "words, Chinese or English" in str(error)
    else:
        assert len(hits) <= min(3, total)
    assert search(store, "外泌体", limit=3)[0]  # the store still answers


def test_a_card_brings_paper_reference_errata_and_contradictions(store):
    found = card(store, "AX08")
    assert found.parent.id == "paper:went2021" and found.reference.doi == "10.1080/15384101.2020.1863682"
    assert {"erratum:F07", "erratum:D8"} <= {each.id for each in found.errata}
    assert {"contradiction:C3", "contradiction:C6"} <= {each.id for each in found.contradictions}
    assert "claim:AX08" in {each.id for each in card(store, "E01").names} | {each.id for each in card(store, "D8").names}
    json.dumps(found.document())


def test_an_unknown_id_is_told_with_the_nearest(store):
    with pytest.raises(InputError, match="nearest: noriega2017"):
        find(store, "norega2017")
    assert find(store, "E17").kind == "erratum" and find(store, "ref:TAM2014").kind == "reference"


def test_the_map_counts_papers_and_names_the_strongest_level(store):
    found = evidence_map(store, "route", "outcome")
    cell = found.cells["transannular", "responder"]
    assert set(cell.papers) == {"amirdelfan2021", "pers2024"} and cell.level == "human_rct"
    assert ("epidural", "t2") not in found.cells
    sources = evidence_map(store, "source", "mechanism")
    assert "xing2021" in sources.cells["adsc", "pyroptosis"].papers and not any("dpsc" in key for key in sources.cells)
    with pytest.raises(InputError, match="axis"):
        evidence_map(store, "route", "mechanism")


def test_the_flow_adds_up(store):
    steps = dict(flow(store))
    assert steps["entries printed in the two reference lists"] == 107
    assert steps["distinct entries of the reviews"] == 95
    assert steps["papers recorded"] == 95 + 2 + steps["papers and registry entries from outside the reviews"]


def test_words_with_one_meaning_form_one_group():
    group = meanings()[tokens("外泌体")]
    assert tokens("exosome") in group and tokens("EV") in group
