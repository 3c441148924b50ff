"""The network as data: every edge has its ends, its sign, its word; every axis of the second review is in it."""

from __future__ import annotations

import pytest

from pulposus.core.errors import InputError
from pulposus.core.references import load_references
from pulposus.mechanism.hypotheses import choose, load_hypotheses, rivals
from pulposus.mechanism.network import load_network

NETWORK = load_network()
AXES = [
    ("miR21", "PTEN", "CHENG2018"), ("miR142", "MLK3", "ZHULF2020"), ("miR155", "TRIM32", "CHENF2024"), ("miR155", "BACH1", "SHIM2021"),
    ("miR194", "TRAF6", "SUNZY2022"), ("miR532", "RASSF5", "ZHUGD2020"), ("miR199a", "GREM1", "WENT2021"), ("miR105", "PDE4D", "SUNYJ2021"),
    ("miR125", "SUV39H1", "CHEND2022"), ("miR31", "ATF6", "XIEL2020"), ("miR302c", "NLRP3", "YUYW2023"), ("miR26a", "METTL14", "YUANXQ2021"),
    ("miR145a", "USP31", "SUKK2024"), ("antagomiR4450", "miR4450", "YUANQL2020"), ("miR4450", "ZNF121", "YUANQL2020"),
    ("miR129", "LRG1", "CUISQ2021"), ("MATN3", "TGFB", "GUOZ2021"), ("CAHM", "M1", "LIW2022"), ("UC_KEAP1", "KEAP1", "XUGY2023"),
    ("UC_FTO", "FTO", "GAOX2025"), ("UC_NLRP3", "NLRP3", "XIAC2019"), ("UC_ROS", "ROS", "HUYQ2021"), ("UC_TIMP1", "TIMP1", "ZHOURY2020"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "target", "reference"), AXES)
def test_every_axis_of_the_review_is_an_edge_with_its_paper(source, target, reference):
    found = [edge for edge in NETWORK.edges if (edge.source, edge.target) == (source, target)]
    assert found and any(reference in edge.references for edge in found), [e.references for e in found]


def test_every_reference_is_known_and_every_edge_says_how_far_it_was_checked():
    known = load_references()
    assert [key for edge in NETWORK.edges for key in edge.references if key not in known] == []
    assert [e.id for e in NETWORK.edges if e.basis not in ("assumed", "definition") and not e.references] == []
    assert [e.id for e in NETWORK.edges if e.basis == "definition" and NETWORK[e.target].kind != "phenotype"] == []
    assert {e.id for e in NETWORK.edges if e.basis == "assumed"} == {"SRI011381>SMAD23", "IL1R1>CCL22"}
    assert [e.id for e in NETWORK.edges if not e.weight_low <= e.weight <= e.weight_high < 1] == []


def test_nodes_that_nothing_identifies_stay_unidentified_and_micro_rnas_keep_their_strand():
    unknown = [node for node in NETWORK.nodes if node.id.startswith("UC_")]
    assert len(unknown) == 9 and not any(node.identifiers for node in unknown)
    assert NETWORK["miR21"].name == "miR-21-5p" and NETWORK["miR302c"].name.endswith("-3p")
    assert all(any(each.startswith("mirbase:MIMAT") for each in node.identifiers) for node in NETWORK.nodes if node.kind == "mirna")
    assert "CCL22" in NETWORK.index and "hgnc:10621" in NETWORK["CCL22"].identifiers


def test_every_option_of_a_rival_changes_the_network():
    base = NETWORK.of("NP", choose()).edges
    annulus = NETWORK.of("AF", choose()).edges
    for chosen in rivals()[1:]:
        assert NETWORK.of("NP", chosen).edges != base or NETWORK.of("AF", chosen).edges != annulus, chosen
    named = {(each.id, option.id) for each in load_hypotheses() for option in each.options}
    assert {(e.hypothesis, o) for e in NETWORK.edges if e.hypothesis for o in e.options} <= named


def test_a_cell_has_only_the_edges_that_act_in_it():
    assert any("AF" in edge.cells for edge in NETWORK.of("AF").edges)
    assert not any(edge.cells and "NP" not in edge.cells for edge in NETWORK.of("NP").edges)


def test_papers_can_be_taken_out():
    left = NETWORK.without_papers({"CHENG2018"})
    assert "EV_BMSC>miR21" not in {edge.id for edge in left.edges} and len(left.edges) < len(NETWORK.edges)
    assert [e.id for e in NETWORK.edges if not e.references and e not in left.edges] == []


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: NETWORK["miR-2l"], "nearest"),
        (lambda: NETWORK.of("nucleus"), "allowed: NP, AF, CEP, macrophage"),
        (lambda: NETWORK.of("NP", {"traf6": "maybe"}), "under_tnf"),
        (lambda: NETWORK.of("NP", {"traf7": "under_tnf"}), "nearest: traf6"),
        (lambda: NETWORK.of("NP", None, "abstrct"), "nearest: abstract"),
    ],
)
def test_what_is_unknown_is_refused_with_the_nearest_name(ask, said):
    with pytest.raises(InputError, match=said):
        ask()
