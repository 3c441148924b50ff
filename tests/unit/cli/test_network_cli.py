"""`pulposus network` as a user meets it: answers, documents, pages, refusals."""

from __future__ import annotations

import json
import re

import pytest

from pulposus.cli.main import run


def said(capsys, *arguments, code=0):
    assert run(["network", *arguments]) == code, capsys.readouterr().err
    return capsys.readouterr()


def test_run_tells_the_change_and_what_carried_it(capsys):
    out = said(capsys, "run", "--stimulus", "TNF_ext=10 ng/mL", "--cargo", "miR-21=0.9", "--read", "AKT", "--read", "Apoptosis").out
    assert "miR21 → PTEN → PI3K → AKT" in out and "assumed" in out
    found = json.loads(said(capsys, "run", "--stimulus", "TNF_ext=1", "--vesicle", "EV_BMSC=1e4 particles/cell", "--read", "PTEN", "--json").out)
    assert found["schema"] == "network_run/1" and found["readouts"][0]["direction"] == "down" and found["hypotheses"]["traf6"] == "under_tnf"


def test_run_from_a_file_is_run_from_flags(capsys, tmp_path):
    path = tmp_path / "e.yaml"
    path.write_text("version: 1\nstimulus: {IL1B_ext: 10 ng/mL}\ntreatment: {P38i: 1}\nread: [MMP3]\n", encoding="utf-8")
    first = json.loads(said(capsys, "run", str(path), "--json").out)
    second = json.loads(said(capsys, "run", "--stimulus", "IL1B_ext=10 ng/mL", "--drug", "P38i=1", "--read", "MMP3", "--json").out)
    assert first == second
    assert "one of them" in said(capsys, "run", str(path), "--drug", "NAC=1", code=2).err


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_draws_the_paths_and_opens_the_papers(capsys, tmp_path, lang):
    said(capsys, "run", "--stimulus", "TNF_ext=1", "--cargo", "miR21=0.9", "--hypotheses", "all", "--out", str(tmp_path), "--lang", lang)
    page = (tmp_path / "network.html").read_text(encoding="utf-8")
    assert "miR-21-5p" in page and 'data-edge="miR21|PTEN"' in page and "traf6=interleukin_and_toll" in page
    assert ("细胞网络" in page) == (lang == "zh") and not re.search(r'(src|href)="http', page.split("<script")[0])
    cards = json.loads(re.search(r'<script type="application/json" id="cards">(.*?)</script>', page, re.S).group(1))
    assert cards["miR21|PTEN"]["papers"][0]["link"].startswith("https://doi.org/") and cards["miR21|PTEN"]["sign"] == "-"
    svg = (tmp_path / "APOPTOSIS.svg").read_text(encoding="utf-8")
    assert svg.startswith("<svg") and "bar-ink" in svg
    assert json.loads((tmp_path / "network.json").read_text(encoding="utf-8"))["schema"] == "network_run/1"


def test_an_edge_that_rests_on_a_title_alone_is_dashed_and_one_that_was_read_is_not(capsys, tmp_path):
    said(capsys, "run", "--cargo", "miR125=0.9", "--cargo", "miR21=0.9", "--read", "SUV39H1", "--read", "PTEN", "--out", str(tmp_path))
    assert "stroke-dasharray" in (tmp_path / "SUV39H1.svg").read_text(encoding="utf-8")
    assert "stroke-dasharray" not in (tmp_path / "PTEN.svg").read_text(encoding="utf-8")


def test_courses_are_drawn_with_hours_and_both_dishes(capsys, tmp_path):
    said(capsys, "run", "--stimulus", "TNF_ext=1", "--cargo", "miR21=0.9", "--read", "PTEN", "--hours", "48", "--out", str(tmp_path))
    svg = (tmp_path / "courses.svg").read_text(encoding="utf-8")
    assert svg.count("<polyline") == 2 and ">48<" in svg and ">hours<" in svg and ">treated<" in svg
    stimulated, treated = (re.findall(r"[\d.]+,([\d.]+)", each) for each in re.findall(r'points="([^"]+)"', svg))
    assert float(treated[-1]) > float(stimulated[-1])  # PTEN falls under its micro-RNA: lower on the page
    assert "<polyline" in (tmp_path / "network.html").read_text(encoding="utf-8")


def test_show_nodes_hypotheses_and_rescue(capsys):
    assert "CHENG2018" in said(capsys, "show", "miR-21").out
    found = json.loads(said(capsys, "nodes", "--kind", "mirna", "--json").out)["nodes"]
    assert len(found) == 14 and all("mirbase" in each["identifiers"] for each in found)
    assert "interleukin_and_toll" in said(capsys, "hypotheses").out
    table = json.loads(said(capsys, "rescue", "MATDEG", "--stimulus", "IL1B_ext=10 ng/mL", "--json").out)
    assert table["single"][0]["rescued"] > 0.5


def test_export_and_import_in_one_go(capsys, tmp_path):
    said(capsys, "export", str(tmp_path / "n.xml"), "--sbml", "--stimulus", "TNF_ext=1")
    found = json.loads(said(capsys, "import", str(tmp_path / "n.xml"), "--until", "24", "--json").out)
    ends = {each["species"]: each["end"] for each in found["species"]}
    assert found["time_unit"] == "hour" and ends["TNFR1"] > 0.9
    said(capsys, "export", str(tmp_path / "q.xml"), "--qual")
    assert "qual" in (tmp_path / "q.xml").read_text(encoding="utf-8")


BAD = {
    "unknown node": (("run", "--stimulus", "TNFX=1"), "nearest: TNF"),
    "clamp above one": (("run", "--stimulus", "TNF_ext=2"), "0 to 1"),
    "wrong unit": (("run", "--stimulus", "TNF_ext=2 MPa"), "ng/mL"),
    "twice": (("run", "--stimulus", "TNF_ext=1", "--stimulus", "TNF_ext=0.5"), "twice"),
    "set twice": (("run", "--cargo", "miR21=1", "--force", "miR21=0.2"), "set twice"),
    "held and cut": (("run", "--stimulus", "PTEN=1", "--knock-down", "PTEN=0.2"), "knocked down"),
    "no value": (("run", "--cargo", "miR21"), "NAME=VALUE"),
    "no factor": (("run", "--knock-down", "PTEN=much"), "factor"),
    "unknown cell": (("run", "--cell", "bone"), "NP, AF"),
    "unknown rival": (("run", "--hypothesis", "traf9=x"), "nearest: traf6"),
    "unknown option": (("run", "--hypothesis", "traf6=x"), "under_tnf"),
    "unknown basis": (("run", "--basis", "hearsay"), "assumed"),
    "negative hours": (("run", "--hours", "-3"), "8760"),
    "unknown language": (("run", "--lang", "fr"), "en, zh"),
    "unknown read-out": (("run", "--read", "APOPTOSSIS"), "nearest"),
    "no experiment file": (("run", "nowhere.yaml"), "can be read"),
    "unknown node shown": (("show", "miR-2"), "nearest"),
    "unknown kind": (("nodes", "--kind", "gene"), "mirna"),
    "nothing to rescue": (("rescue", "CALCIF", "--stimulus", "IL1B_ext=1"), "changes by"),
    "both formats": (("export", "x.xml", "--sbml", "--qual"), "one of them"),
    "no bank": (("score", "nowhere.csv"), "can be read"),
    "unknown cargo": (("score", "reviews", "--cargo", "some"), "named, vesicle"),
    "unknown formalism": (("score", "reviews", "--formalism", "boolean"), "squad"),
    "no SBML": (("import", "nowhere.xml"), "can be read"),
    "no end": (("import", "nowhere.xml", "--until", "-1"), "above 0"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_with_exit_2(capsys, name):
    arguments, words = BAD[name]
    captured = said(capsys, *arguments, code=2)
    assert words in captured.err and captured.out == ""


def test_all_faults_come_at_once(capsys):
    err = said(capsys, "run", "--stimulus", "TNFX=1", "--cargo", "miR21=2", "--read", "FOO", "--cell", "bone", code=2).err
    assert all(word in err for word in ("TNFX", "miR21", "FOO", "bone")) and err.count("\n") >= 4
