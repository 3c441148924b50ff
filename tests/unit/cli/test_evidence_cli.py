from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from pulposus.cli.main import run
from pulposus.evidence.table_import import template

BCG = "study,ai,bi,ci,di,alloc\nA,4,119,11,128,random\nB,6,300,29,274,random\nC,3,228,11,209,random\nD,62,13536,248,12619,systematic\nE,33,5036,47,5761,alternate\n"


def said(capsys, *arguments, code=0):
    assert run(["evidence", *arguments]) == code, capsys.readouterr().err
    return capsys.readouterr()


def test_search_in_chinese_prints_one_document(capsys):
    found = json.loads(said(capsys, "search", "软骨终板", "--json", "--limit", "3").out)
    assert found["schema"] == "evidence_search/1" and found["total"] > 3 and len(found["hits"]) == 3


def test_show_prints_a_record_with_its_paper(capsys):
    out = said(capsys, "show", "noriega2017").out
    assert "Intervertebral disc repair by allogeneic" in out and "E17" in out and "S000-13-c" in out
    found = json.loads(said(capsys, "show", "AX02", "--json").out)
    assert found["reference"]["key"] == "CHENG2018" and found["record"]["target"] == "PTEN"


def test_contradictions_and_errata_list_both_sides_and_every_review(capsys):
    out = said(capsys, "contradictions", "--lang", "zh").out
    assert "TGF-β" in out and out.count("   - ") >= 22
    found = json.loads(said(capsys, "errata", "--review", "001", "--json").out)["errata"]
    assert {each["review"] for each in found} == {"001"} and len(found) == 38


def test_map_as_table_document_and_pictures(capsys, tmp_path):
    assert "transannular" in said(capsys, "map").out
    found = json.loads(said(capsys, "map", "--rows", "source", "--columns", "mechanism", "--json").out)
    assert {"row", "column", "papers", "level"} <= found["cells"][0].keys()
    for ending in (".svg", ".png", ".csv"):
        said(capsys, "map", "--out", str(tmp_path / f"map{ending}"), "--lang", "zh")
        assert (tmp_path / f"map{ending}").stat().st_size > 1000
    assert "csv" in said(capsys, "map", "--out", str(tmp_path / "map.pdf"), code=2).err


def test_import_preview_commit_list_export_remove(capsys, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(template(), encoding="utf-8")
    database = f"sqlite:///{tmp_path / 'x.db'}"
    assert json.loads(said(capsys, "import", str(path), "--preview", "--json", "--database", database).out)["import"] is None
    id = json.loads(said(capsys, "import", str(path), "--json", "--database", database).out)["import"]
    assert json.loads(said(capsys, "imports", "--json", "--database", database).out)["imports"][0]["id"] == id
    said(capsys, "export", "--where", "origin=user", "--where", "kind=outcome", "--out", str(tmp_path / "out.csv"), "--database", database)
    assert len(list(csv.DictReader((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()))) == 2
    assert "6 records removed" in said(capsys, "remove", id, "--database", database).out
    assert "an import" in said(capsys, "remove", id, "--database", database, code=2).err


def test_meta_prints_the_contract_and_writes_pictures(capsys, tmp_path):
    path = tmp_path / "bcg.csv"
    path.write_text(BCG)
    found = json.loads(said(capsys, "meta", str(path), "--measure", "RR", "--method", "REML", "--knha", "--json").out)
    for key in ("k", "estimate", "se", "ci_lower", "ci_upper", "tau2", "q", "q_p", "i2", "h2", "pi_lower", "pi_upper", "warnings", "estimate_bt"):
        assert key in found
    out = tmp_path / "out"
    said(capsys, "meta", str(path), "--measure", "OR", "--subgroup", "alloc", "--out", str(out), "--lang", "zh")
    page = (out / "meta.html").read_text(encoding="utf-8")
    assert {"forest.svg", "forest.png", "funnel.svg", "radial.svg", "baujat.svg", "meta.json", "meta.html"} == {each.name for each in out.iterdir()} - {
        "funnel.png", "radial.png", "baujat.png"}
    assert 'id="study:A"' in page and "森林图" in page and not re.search(r'(src|href)="http', page)


def test_the_shipped_examples_say_what_their_page_says(capsys):
    folder = Path(__file__).parents[3] / "examples" / "meta"
    found = json.loads(said(capsys, "meta", str(folder / "responders_one_trial.csv"), "--measure", "RR", "--method", "FE", "--json").out)
    assert {"same_subjects"} <= {each["id"] for each in found["audits"]} and found["shared_control"]["se_gls"] > found["se"]
    found = json.loads(said(capsys, "meta", str(folder / "bcg.csv"), "--measure", "RR", "--knha", "--mods", "ablat", "--json").out)
    assert round(next(each["estimate"] for each in found["coefficients"] if each["name"] == "ablat"), 4) == -0.0291


def test_meta_of_a_network(capsys, tmp_path):
    path = tmp_path / "net.csv"
    path.write_text("study,treat,mean,sd,n\n1,A,10,2,20\n1,B,12,2,20\n2,A,9,2,30\n2,C,11,2,28\n3,B,10,2,25\n3,C,10.2,2,26\n")
    said(capsys, "meta", str(path), "--measure", "MD", "--out", str(tmp_path / "o"))
    assert (tmp_path / "o" / "network.svg").exists()


@pytest.mark.parametrize(("arguments", "told"), [
    (["search", "x", "--where", "specie=rat"], "nearest: species"), (["show", "nobody"], "the id of a record"), (["map", "--rows", "rote"], "nearest: route"),
    (["meta", "none.csv", "--measure", "MD"], "no such file"), (["meta", "none.csv", "--measure", "MD", "--method", "RML"], "nearest: REML"),
    (["meta", "none.csv", "--measure", "MD", "--level", "5", "--r", "2"], "--level"), (["template", "study"], "nearest: studies"), (["errata", "--review", "2"], "000"),
    (["search", "外泌体", "--lang", "fr"], "en, zh"), (["export", "--format", "pdf"], "bibtex"), (["import", "x.doc"], "the ending"),
    (["search", "a", "--database", "mysql://x"], "sqlite:///FILE")])
def test_wrong_use_ends_with_two_and_says_what_is_allowed(capsys, arguments, told):
    assert told in said(capsys, *arguments, code=2).err


def test_template_and_dictionary(capsys, tmp_path):
    assert said(capsys, "template").out.startswith("study,title")
    assert "m1i" in said(capsys, "template", "meta", "--dictionary").out
    said(capsys, "template", "--out", str(tmp_path / "t.xlsx"))
    assert (tmp_path / "t.xlsx").stat().st_size > 1000
