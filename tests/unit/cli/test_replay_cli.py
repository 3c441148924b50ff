"""`pulposus replay`: ids, files, layers, languages, and how it ends."""

from __future__ import annotations

import json

from pulposus.cli.main import run


def said(capsys, *arguments):
    code = run(["replay", *arguments, "--progress", "none"])
    out = capsys.readouterr()
    return code, out.out, out.err


def test_one_case_as_json(capsys):
    code, out, err = said(capsys, "T08", "M02", "--json", "--draws", "8")
    told = json.loads(out)
    assert code == 0 and err == "" and told["schema"] == "replay/1" and told["draws"] == 8
    assert {each["id"] for each in told["cases"]} == {"T08", "M02"}
    assert [each["verdict"] for each in told["cases"] if each["id"] == "T08"] == ["expected_miss"] * 2
    assert set(told["summary"]) == {"verification", "calibration", "validation"}


def test_the_table_in_both_languages(capsys):
    code, english, _ = said(capsys, "M02", "--draws", "8")
    assert code == 0 and "mean residence" in english and "hit" in english and "held fixed" in english
    _, chinese, _ = said(capsys, "M02", "--draws", "8", "--lang", "zh")
    assert "平均停留时间" in chinese and "命中" in chinese and "胶原" in chinese


def test_a_hard_miss_ends_with_1(capsys):
    code, out, _ = said(capsys, "M02", "--json", "--draws", "1", "--override", "aggrecan_turnover.NP.human.healthy=0.09 1/yr")
    missed = [each for each in json.loads(out)["cases"] if each["verdict"] == "miss" and each["hard"]]
    assert code == 1 and missed


def test_bad_input_ends_with_2_and_all_faults(capsys, tmp_path):
    broken = tmp_path / "own.yaml"
    broken.write_text("version: 1\n", encoding="utf-8")
    code, out, err = said(capsys, "T55", "m02", str(broken), "--layer", "tisue", "--lang", "fr", "--draws", "0", "--workers", "0", "--override", "x")
    assert code == 2 and out == ""
    for told in ("'T55'", "nearest: T", "nearest: M02", "own.yaml", "nearest: tissue", "--lang: given 'fr'", "--draws: given 0", "--workers: given 0", "--override"):
        assert told in err


def test_a_layer_without_cases_says_so(capsys):
    code, _, err = said(capsys, "--layer", "network")
    assert code == 2 and "a layer that has cases: tissue" in err
