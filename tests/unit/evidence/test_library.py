"""The packaged evidence is complete, consistent and says what was read."""

from __future__ import annotations

import re

import pytest

from pulposus.core.errors import InputError
from pulposus.core.references import load_references
from pulposus.evidence.library import library, read_paper

L = library()
PAPERS = {paper.id: paper for paper in L.papers}
SAID = {said.id: said for paper in L.papers for said in (*paper.statements, *paper.claims)}
ERRATA = {erratum.id: erratum for erratum in L.errata}


def known(id):
    kind, _, bare = id.partition(":")
    if kind == "list":
        review, _, number = bare.partition("-")
        return any((each.review, each.number) == (review, number) for each in L.listed)
    if kind == "ref":
        return bare in load_references()
    if kind == "paper":
        return bare in PAPERS
    return bare in SAID or bare.rpartition("/")[2] in SAID


def test_every_genuine_entry_of_both_lists_has_a_paper_and_the_spliced_ones_none():
    genuine = [each for each in L.listed if each.genuine == "yes"]
    assert {each.number for each in genuine if each.review == "000"} == {str(n) for n in range(1, 42)}
    assert {each.number for each in genuine if each.review == "001"} == {str(n) for n in range(1, 56)}
    held = {paper.reference for paper in L.papers}
    assert [each for each in genuine if each.reference not in held] == []
    spliced = [each for each in L.listed if each.genuine == "no"]
    assert len(spliced) == 11 and not any(each.reference for each in spliced)
    assert [(each.number, each.duplicate_of) for each in L.listed if each.duplicate_of] == [("35", "33")]


def test_all_registered_errors_are_records_and_point_at_records():
    assert {f"E{n:02d}" for n in range(1, 32)} | {f"F{n:02d}" for n in range(1, 21)} | {f"D{n}" for n in range(1, 19)} <= ERRATA.keys()
    assert [(e.id, id) for e in L.errata for id in e.corrects if not known(id)] == []
    assert [(e.id, key) for e in L.errata for key in e.references if key not in load_references()] == []


def test_every_difference_has_an_erratum_and_every_erratum_named_exists():
    for said in SAID.values():
        assert said.status != "differs" or said.errata, said.id
        assert set(said.errata) <= ERRATA.keys(), said.id


def test_what_agrees_or_differs_was_read_and_what_was_not_says_how_it_was_sought():
    for said in SAID.values():
        assert said.status == "unchecked" or said.basis not in ("review", "not_read"), said.id
        assert said.status != "unchecked" or said.query, said.id


def test_contradictions_have_two_sides_of_known_records():
    found = {each.id: each for each in L.contradictions}
    assert {f"C{n}" for n in range(1, 8)} <= found.keys()
    assert [(c.id, id) for c in found.values() for side in c.sides for id in side.records if not known(id)] == []
    named = {code for paper in L.papers for claim in paper.claims for code in claim.contradictions}
    assert named <= found.keys()


def test_every_axis_of_the_second_review_is_a_claim():
    axes = {claim.axis for paper in L.papers for claim in paper.claims}
    wanted = {f"AX{n:02d}" for n in range(1, 33)} - {"AX14"}  # 14 was never given
    assert wanted | {"AX34"} <= axes
    cited = {each.reference for each in L.listed if each.review == "001" and each.number.isdigit() and int(each.number) in
             {23, *range(26, 48), *range(49, 56)}}
    assert cited <= {paper.reference for paper in L.papers if paper.claims}


def test_the_paragraph_table_covers_both_reviews_and_its_records_exist():
    numbers = {review: [int(p.paragraph) for p in L.paragraphs if p.review == review] for review in ("000", "001")}
    assert numbers == {"000": list(range(1, 52)), "001": list(range(1, 67))}
    for paragraph in L.paragraphs:
        assert re.fullmatch("[0-9a-f]{64}", paragraph.sha256)
        records = [each for each in paragraph.records.split("; ") if each]
        assert records or paragraph.kind in ("heading", "front matter"), paragraph
        assert all(known(each) if each.startswith("list:") else each in SAID for each in records), paragraph
    placed = {(said.review, said.paragraph) for said in SAID.values() if said.paragraph}
    assert placed == {(p.review, int(p.paragraph)) for p in L.paragraphs if p.kind in ("text",) or "S001-r-p" in p.records}


def test_only_a_read_source_carries_numbers_of_its_own():
    for paper in L.papers:
        for outcome in paper.outcomes:
            if paper.read in ("not_read",):
                assert outcome.basis == "review", (paper.id, outcome.id)


def test_the_carrier_is_apart_from_the_control_and_units_are_not_converted():
    amirdelfan = PAPERS["amirdelfan2021"]
    arms = {arm.id: arm for arm in amirdelfan.arms}
    assert arms["mpc6"].carrier == "hyaluronic acid" and arms["ha"].comparator == "carrier" and arms["saline"].comparator == "saline"
    sharan = PAPERS["sharan2023"].arms[0]
    assert [route.kind for route in sharan.routes] == ["epidural", "facet", "intravenous"] and len(sharan.co_interventions) == 2


BROKEN = [
    ({"design": "trial"}, "design"), ({"level": "strong"}, "level"), ({"reference": "NOBODY2000"}, "references"),
    ({"outcomes": [{"id": "a", "arm": "no", "instrument": "vas", "kind": "mean", "basis": "abstract", "locator": "x"}]}, "an arm"),
    ({"unknown": 1}, "unknown"),
    ({"statements": [{"id": "s", "says": "a", "says_zh": "b", "quantitative": False, "review": "000", "section": "1", "seed_value": "1", "source_value": "2",
                      "status": "differs", "basis": "abstract", "locator": "abstract"}]}, "erratum"),
    ({"statements": [{"id": "s", "says": "a", "says_zh": "b", "quantitative": False, "review": "000", "section": "1", "seed_value": "1", "source_value": "2",
                      "status": "agrees", "basis": "not_read", "locator": "x"}]}, "unchecked"),
]


@pytest.mark.parametrize(("change", "said"), BROKEN)
def test_a_broken_paper_is_refused(change, said):
    paper = {"schema": "evidence_paper/1", "id": "x", "reference": "TAM2014", "in_review": "none", "design": "rct", "read": "abstract", "read_how": "y",
             "gist": "g", "gist_zh": "h"}
    read_paper(paper)
    with pytest.raises(InputError, match=said):
        read_paper({**paper, **change})
