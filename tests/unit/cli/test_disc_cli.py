"""`pulposus disc`: one disc solved or followed, its documents, tables and pictures."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from pulposus.cli.main import run

DISC = Path(__file__).parents[3] / "examples" / "discs" / "ax1.yaml"


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A stand-in for the room that solves a disc."""
    said: dict[str, Any] = {
        "status": "converged",
        "probes": {"centre": {"oxygen_kPa": 1.5, "pH": 7.0}},
        "mesh": {"nodes": 9},
    }
    module = types.ModuleType("pulposus.tissue.answer")
    module.__dict__["solve_disc"] = lambda spec, look=None: said
    monkeypatch.setitem(sys.modules, "pulposus.tissue.answer", module)
    return said


def test_disc_solve_prints_and_writes_one_document(
    answer: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "answer.json"
    assert run(["disc", "solve", str(DISC), "--json", "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert json.loads(printed)["probes"]["centre"]["pH"] == 7.0 and out.read_text() == printed
    assert run(["disc", "solve", str(DISC), "--out", str(out)]) == 2
    assert run(["disc", "solve", str(DISC), "--out", str(out), "--force"]) == 0
    assert "probes.centre.oxygen_kPa" in capsys.readouterr().out


def test_a_disc_that_did_not_converge_ends_with_1(answer: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    answer["status"] = "partial"
    assert run(["disc", "solve", str(DISC), "--json"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["status"] == "partial" and "partial" in said.err


def test_a_disc_is_followed_and_written_as_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec, folder = tmp_path / "disc.yaml", tmp_path / "out"
    table, page = folder / "course.csv", folder / "disc.html"
    spec.write_text("version: 1\ndisc: {preset: {species: rabbit, level: lumbar}}\nmesh: {nodes: 150}\n"
                    "history: [{event: puncture, needle: 18G, at: -1 week}]\nfollow_up: 2 weeks\n")
    assert run(["disc", "run", str(spec), "--json", "--out", str(folder), "--lang", "zh"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert 'lang="zh-CN"' in page.read_text(encoding="utf-8") and sorted(p.name for p in folder.iterdir()) == ["course.csv", "disc.html"]
    assert answer["schema"] == "disc_course/1" and answer["days"] == [-7.0, 0.0, 7.0, 14.0] and answer["status"] == "complete"
    rows = table.read_text().splitlines()
    assert len(rows) == 5 and rows[0].startswith("day,height_index [percent],t2 [ms]") and rows[1].startswith("-7.0,100.0,")
    assert run(["disc", "run", str(spec), "--out", str(folder)]) == 2 and "a folder that holds files" in capsys.readouterr().err
    assert run(["disc", "run", str(spec), "--out", str(table), "--lang", "fr"]) == 2
    said = capsys.readouterr().err
    assert "no folder" in said and "en, zh" in said  # both faults at once
    assert run(["disc", "run", str(spec), "--out", str(folder), "--force"]) == 0
    said = capsys.readouterr().out
    assert "height_index" in said.replace(" ", "_") and "M07" in said


def test_a_solid_disc_is_followed_with_its_sides_its_page_and_its_fields(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (DISC.parents[1] / "injuries" / "human_solid_lesion.yaml").read_text(encoding="utf-8")
    spec, folder, fields = tmp_path / "disc.yaml", tmp_path / "out", tmp_path / "fields"
    spec.write_text(text.replace("nodes: 2000", "nodes: 700").replace("12 months", "2 weeks"), encoding="utf-8")
    command = ["disc", "run", str(spec), "--json", "--out", str(folder), "--fields", str(fields)]
    assert run(command) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["status"] == "complete" and answer["ledger_gap"] < 1e-8 and answer["history"] == ["lesion", "puncture", "endplate_damage"]
    assert answer["course"]["cells_by_side"]["left"][-1] < answer["course"]["cells_by_side"]["right"][-1] - 1
    header = (folder / "course.csv").read_text().splitlines()[0]
    assert all(f"height {place} [mm]" in header for place in ("middle", "left", "right", "front", "back"))
    assert "mid_sagittal" not in (page := (folder / "disc.html").read_text(encoding="utf-8")) and "front at the right" in page
    assert sorted(p.name for p in fields.iterdir()) == ["disc.h5", "disc.vtu", "disc.xdmf"]
    assert (fields / "disc.xdmf").read_text().count("<Time ") == len(answer["days"])
    assert run([*command[:-4], "--fields", str(fields)]) == 2 and "--fields" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "begins"), [("disc.svg", b"<?xml"), ("disc.png", b"\x89PNG"), ("disc.html", b"<!doctype html>")])
def test_a_solved_disc_has_a_picture_of_the_kind_asked_for(name: str, begins: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec, picture = tmp_path / "disc.yaml", tmp_path / name
    spec.write_text("version: 1\ndisc: {preset: {species: rabbit, level: lumbar}}\nmesh: {nodes: 150}\n")
    assert run(["disc", "solve", str(spec), "--json", "--picture", str(picture)]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "converged" and picture.read_bytes().startswith(begins)
    assert run(["disc", "solve", str(spec), "--picture", str(picture)]) == 2 and "--picture: given a file that exists" in capsys.readouterr().err


def test_a_picture_of_an_unknown_kind_is_refused_before_anything_is_solved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "none.yaml"
    assert run(["disc", "solve", str(spec), "--picture", str(tmp_path / "disc.svgz"), "--lang", "fr"]) == 2
    said = capsys.readouterr().err
    assert "disc.svgz" in said and ".svg, .png, .html" in said and "nearest: .svg" in said and "--lang" in said


def test_a_disc_without_a_follow_up_is_not_followed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "disc.yaml"
    spec.write_text("version: 1\ndisc: {preset: {species: rabbit, level: lumbar}}\n")
    assert run(["disc", "run", str(spec)]) == 2
    assert str(spec) in (said := capsys.readouterr().err) and "follow_up" in said
