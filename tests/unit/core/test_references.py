"""References, evidence levels and citations."""

from pathlib import Path

import pytest

from pulposus.core.errors import InputError
from pulposus.core.parameters import Parameter, ParameterSet, Spread
from pulposus.core.references import Reference, bibtex, cite, load_evidence_levels, load_references

UPF = Reference("UPF", "Group, A.", "A disc & its 50 % water", "2015", "J. Discs", doi="10.1/a_b", read="code")
SIV = Reference("SIV06", "Sivan, S.", "Turnover", "2006")
KNOWN = {"UPF": UPF, "SIV06": SIV}


def record(symbol: str, source: str) -> Parameter:
    """Return a record of a source."""
    spread = Spread("none", why="t")
    return Parameter(
        symbol, "any", "any", "any", f"Label of {symbol}", "x", 1.0, "mm", spread, "assumed", source, "p", why="t"
    )


SET = ParameterSet(
    [record("a", "UPF"), record("b", "SIV06"), record("c", "UPF"), record("d", "none"), record("e", "user")]
)


def test_what_was_used_is_cited_once_with_all_its_reasons() -> None:
    cited = cite(["c", "a", "d", "e", "a"], SET, {"SIV06": ["law of turnover"], "UPF": ["oxygen law"]}, KNOWN)
    assert cited == [
        (SIV, ("law of turnover",)),
        (UPF, ("Label of a (a)", "Label of c (c)", "oxygen law")),
    ]


def test_what_is_not_known_cannot_be_cited() -> None:
    with pytest.raises(InputError) as caught:
        cite([], SET, {"SIV6": ["x"], "ZZZZZZ": ["y"]}, KNOWN)
    assert [fault.nearest for fault in caught.value.faults] == ["SIV06", None]
    with pytest.raises(InputError):
        cite(["nothing"], SET, None, KNOWN)


def test_bibtex_escapes_text_and_leaves_identifiers_alone() -> None:
    text = bibtex([(UPF, ("water_content & height",)), (SIV, ())])
    assert "title = {A disc \\& its 50 \\% water}" in text
    assert "doi = {10.1/a_b}" in text
    assert "note = {Used for: water\\_content \\& height}" in text
    assert text.count("@article{UPF,") == 1 and text.count("@misc{SIV06,") == 1
    assert "note" not in text.split("@misc")[1]
    assert text.count("{") - text.count("\\{") == text.count("}") - text.count("\\}")


def test_a_file_of_references_is_read_and_all_its_faults_told(tmp_path: Path) -> None:
    path = tmp_path / "good.yaml"
    path.write_text(
        "schema: references/1\nreferences:\n- {key: A, authors: B, year: 2001, title: T, doi: null}\n", encoding="utf-8"
    )
    assert load_references(path) == {"A": Reference("A", "B", "T", "2001")}
    bad = tmp_path / "bad.yaml"
    bad.write_text(
        "schema: references/2\nreferences:\n- {key: A, authors: B, title: T, jurnal: J}\n- {key: A, authors: B}\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        load_references(bad)
    said = [str(fault) for fault in caught.value.faults]
    assert len(said) == 4
    assert "references/1" in said[0]
    assert said[1].endswith("nearest: journal") and "line 3" in said[1]
    assert "line 4: A: given no title" in said[2]
    assert "A again" in said[3]


def test_evidence_levels_come_weakest_first(tmp_path: Path) -> None:
    path = tmp_path / "levels.yaml"
    path.write_text(
        "schema: evidence_levels/1\nlevels:\n- {key: strong, rank: 2, label: S, label_zh: S}\n"
        "- {key: none, rank: 0, label: N, label_zh: N}\n",
        encoding="utf-8",
    )
    levels = load_evidence_levels(path)
    assert list(levels) == ["none", "strong"]
    assert levels["strong"].rank == 2
    path.write_text(path.read_text(encoding="utf-8").replace("rank: 2", "rank: two"), encoding="utf-8")
    with pytest.raises(InputError, match="a whole number"):
        load_evidence_levels(path)
