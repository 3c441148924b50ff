from __future__ import annotations

import csv
import io
import json

import pytest
import sqlalchemy as sa

from pulposus.core.errors import InputError
from pulposus.evidence import batches
from pulposus.evidence.bias import judgements
from pulposus.evidence.duplicates import duplicates
from pulposus.evidence.exports import export
from pulposus.evidence.home import open_store
from pulposus.evidence.imports import commit, preview
from pulposus.evidence.reference_import import references_of
from pulposus.evidence.search import find, search
from pulposus.evidence.store import Record
from pulposus.evidence.table_import import columns, template
from pulposus.evidence.templates import dictionary, write
from pulposus.report.evidence.bias import traffic_light


@pytest.fixture
def store(tmp_path):
    return open_store(f"sqlite:///{tmp_path / 'own.db'}")


def table(tmp_path, change=None, name="mine.csv"):
    rows = list(csv.DictReader(io.StringIO(template())))
    if change:
        change(rows)
    path = tmp_path / name
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def count(store):
    with store.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Record))


def test_a_template_imports_is_found_in_both_languages_flagged_and_taken_out_whole(store, tmp_path):
    before = count(store)
    shown = preview(store, table(tmp_path))
    assert shown.counts() == {"papers": 1, "arms": 2, "outcomes": 2, "references": 1, "duplicates": 0} and count(store) == before
    id = commit(store, shown)
    assert find(store, "paper:u.smith2027").origin == "user"
    hits, total = search(store, "兔 骨髓间充质干细胞", ["origin=user"])
    assert total and {hit.origin for hit in hits} == {"user"}
    assert [each["records"] for each in batches.batches(store)] == [6]
    assert batches.remove(store, id) == 6 and count(store) == before
    assert not search(store, "smith2027")[1]


def test_risk_of_bias_comes_with_a_study_and_is_shown_beside_the_packaged_ones(store, tmp_path):
    def judged(rows):
        for row in rows:
            row["bias_tool"], row["bias"] = "SYRCLE", "sequence generation=low; assessor blinding=high"

    commit(store, preview(store, table(tmp_path, judged)))
    found = dict(judgements(store, "SYRCLE"))
    assert found["u.smith2027"] == {"sequence generation": "low", "assessor blinding": "high"} and "zhang2011goat" in found
    assert traffic_light(list(found.items()), "SYRCLE").axes[0].get_ylim()[0] == len(found) - 0.5
    with pytest.raises(InputError, match="nearest: baseline"):
        preview(store, table(tmp_path, lambda rows: [row.__setitem__("bias", "baselin=low") for row in rows], "c.csv"))


def test_the_same_file_twice_is_refused_and_nothing_changes(store, tmp_path):
    path = table(tmp_path)
    commit(store, preview(store, path))
    before = count(store)
    with pytest.raises(InputError, match="another name|imported already"):
        commit(store, preview(store, path))
    assert count(store) == before


def test_packaged_records_cannot_be_removed(store):
    with pytest.raises(InputError, match="packaged records stay"):
        batches.remove(store, "paper:noriega2017")


def test_a_users_records_outlive_a_new_version_of_the_packaged_ones(store, tmp_path):
    id = commit(store, preview(store, table(tmp_path)))
    with store.writing() as session:
        session.execute(sa.text("UPDATE meta SET value = 'older'"))
    again = open_store(store.place)
    assert find(again, "paper:u.smith2027").batch == id
    assert search(again, "smith2027")[1] >= 1


def test_documents_of_an_older_schema_are_brought_up_to_date(monkeypatch):
    monkeypatch.setitem(batches.UPGRADES, "evidence_paper/0", (batches.CURRENT, lambda d: {"paper": {"id": d["paper"]["id"], "gist": d["paper"]["summary"]}}))
    (found,) = batches.upgraded("evidence_paper/0", [{"paper": {"id": "a", "summary": "s"}}])
    assert found["paper"] == {"id": "a", "gist": "s"}
    with pytest.raises(InputError, match="schema"):
        batches.upgraded("evidence_paper/99", [])


def set_(row, column, value):
    return lambda rows: rows[row].__setitem__(column, value)


BAD = [
    (set_(0, "species", "rabit"), r"row 2, column species: .*nearest: rabbit"), (set_(0, "cells", "-5"), "row 2, column cells: .*more than zero"),
    (set_(0, "sd", "-1"), "column sd: .*zero or more"), (set_(0, "value", "78,5"), "decimal comma"), (set_(0, "n", "3-Jan"), "a date"),
    (set_(0, "value", "=A1"), "a formula"), (set_(0, "value", "12,500"), "separators of thousands"), (set_(0, "animals", "6.5"), "a whole number"),
    (set_(0, "design", ""), "column design: given nothing"), (set_(1, "title", "Other"), "as in row 2"), (set_(1, "against", "nobody"), "an arm"),
    (set_(0, "role", "cure"), "column role"), (set_(0, "low", "9"), None), (set_(0, "events", "99"), "at most n events"), (set_(0, "study", "a b"), "letters, digits"),
    (set_(0, "route", "transannular;by magic"), "route"), (set_(0, "instrument", ""), "without an instrument"),
]


@pytest.mark.parametrize(("change", "said"), [each for each in BAD if each[1]])
def test_a_wrong_cell_is_told_with_row_and_column_and_nothing_is_written(store, tmp_path, change, said):
    before = count(store)
    with pytest.raises(InputError, match=said):
        commit(store, preview(store, table(tmp_path, change)))
    assert count(store) == before


def test_all_faults_come_at_once(store, tmp_path):
    def spoil(rows):
        rows[0]["species"], rows[0]["cells"], rows[1]["sd"] = "rabit", "many", "-1"

    with pytest.raises(InputError) as told:
        preview(store, table(tmp_path, spoil))
    assert len(told.value.faults) == 3


def test_unknown_and_missing_columns_are_told(store, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("study,titel,arm\na,b,c\n", encoding="utf-8")
    with pytest.raises(InputError, match="nearest: title"):
        preview(store, path)


def test_a_workbook_reads_like_its_table(store, tmp_path):
    path = write("studies", tmp_path / "mine.xlsx")
    assert preview(store, path).counts()["outcomes"] == 2
    assert {row["column"] for row in dictionary("studies", "zh")} == set(columns())


RIS = "TY  - JOUR\nAU  - Li, A\nAU  - Wu, B\nTI  - Discs and cells in a new light of day\nPY  - 2020/03//\nDO  - 10.1/ABC\nJO  - J\nER  - \n"
BIB = "@article{li2020,\n author = {Li, A and Wu, B},\n title = {{Discs} and cells \\& more},\n year = 2020,\n doi = {10.1/abc}\n}\n"
CSL = json.dumps([{"id": "li2020", "title": "Discs", "author": [{"family": "Li", "given": "A"}], "issued": {"date-parts": [[2020]]}, "DOI": "10.1/abc"}])


@pytest.mark.parametrize(("name", "text"), [("a.ris", RIS), ("a.bib", BIB), ("a.json", CSL)])
def test_references_of_three_forms(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    (found,) = references_of(path).values()
    assert found.year == "2020" and found.doi.lower() == "10.1/abc" and found.authors.startswith("Li, A") and found.key.startswith("u.")


@pytest.mark.parametrize(("name", "text", "said"), [
    ("a.ris", "TY  - JOUR\nTI  - x\n", "does not end"), ("a.ris", "hello\n", "lines such as"), ("a.bib", "@article{a,\n title = {x\n", "does not end"),
    ("a.bib", "@article{a,\n title = {x}\n}\n", "no authors"), ("a.json", "{", "CSL-JSON"), ("a.json", "[1]", "a mapping"), ("a.bib", "", "no reference"),
    ("a.txt2", "x", "the ending"), ("a.bib", BIB + BIB, "every key once")])
def test_broken_references_are_refused(tmp_path, name, text, said):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        references_of(path)


def test_duplicates_by_doi_registry_and_almost_the_same_title(store, tmp_path):
    def known(rows):
        for row in rows:
            row["title"], row["doi"], row["registry"] = "x y", "https://doi.org/10.1136/ARD-2024-225771", "nct03737461"

    found = {(each.by, each.known) for each in preview(store, table(tmp_path, known)).duplicates}
    assert found == {("doi", "PERS2024"), ("registry", "paper:pers2024")}

    def titled(rows):
        for row in rows:
            row["title"] = "A comparison of intravenous and intradiscal delivery of multipotential stem cells on healing of injured intervertebral disk"

    (twin,) = preview(store, table(tmp_path, titled, "b.csv")).duplicates
    assert (twin.by, twin.known) == ("title", "TAM2014")
    assert duplicates([], [], {}, {}) == []


def test_exports_are_read_back(store, tmp_path):
    hits, _ = search(store, "", ["kind=outcome", "design=rct"])
    ids = [hit.id for hit in hits]
    rows = list(csv.DictReader(io.StringIO(export(store, ids, "csv"))))
    assert len(rows) == len(ids) and {row["record_kind"] for row in rows} == {"outcome"}
    assert {each["record"] for each in json.loads(export(store, ids, "json"))} == set(ids)
    path = tmp_path / "out.ris"
    path.write_text(export(store, ids, "ris"), encoding="utf-8")
    assert {"u.AMIRDELFAN2021", "u.PERS2024"} <= references_of(path).keys()
    bib = tmp_path / "out.bib"
    bib.write_text(export(store, ids, "bibtex"), encoding="utf-8")
    assert references_of(bib).keys() == references_of(path).keys()
    with pytest.raises(InputError, match="form"):
        export(store, ids, "pdf")


def test_a_store_that_cannot_be_written_is_read_from_memory_and_a_wrong_address_is_told(monkeypatch, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("x")
    monkeypatch.setenv("PULPOSUS_HOME", str(blocked))
    assert search(open_store(), "noriega2017")[1]
    with pytest.raises(InputError, match="sqlite:///FILE"):
        open_store("mysql://x")
    with pytest.raises(InputError, match="sqlite:///FILE"):
        open_store("nonsense")
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"not a database at all" * 100)
    with pytest.raises(InputError, match="that can be opened"):
        open_store(f"sqlite:///{broken}")
