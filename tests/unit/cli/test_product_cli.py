"""`pulposus product check`: the shipped examples, exit codes, languages, JSON, another disc."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pulposus.cli.main import run

PRODUCTS = Path(__file__).parents[3] / "examples" / "products"
VESICLES, CELLS = PRODUCTS / "vesicles.yaml", PRODUCTS / "cells.yaml"


def document(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict:
    assert run(["product", "check", *words, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_the_shipped_vesicles_are_made_up_and_say_so() -> None:
    for path in (VESICLES, CELLS, PRODUCTS / "sizes_tracking.csv"):
        assert "made-up" in path.read_text(encoding="utf-8").splitlines()[0].casefold()


def test_the_shipped_vesicles_end_with_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, str(VESICLES))
    assert (found["schema"], found["failed"], found["size_table"]["program"]) == ("product_check/1", False, "NanoSight")
    status = {each["check"]: each["status"] for each in found["findings"]}
    assert {check for check, verdict in status.items() if verdict == "WARN"} == {"purity", "storage", "cargo"}
    assert found["dose"]["per_disc"]["value"] < 1.2e11 and "single-miRNA" in next(e["why"] for e in found["findings"] if e["check"] == "cargo")


def test_a_line_that_fails_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sizes_tracking.csv").write_text((PRODUCTS / "sizes_tracking.csv").read_text())
    path = tmp_path / "protein.yaml"
    path.write_text(VESICLES.read_text(encoding="utf-8").replace("  particles_per_ug: 1.2e10\n", ""), encoding="utf-8")
    found = document(capsys, str(path), code=1)
    assert found["failed"] and found["dose"] is None and found["cargo"] == []


@pytest.mark.parametrize(("lang", "words"), [("en", ("PASS", "viability", "82% live", "living cells per disc", "Research use only")),
                                             ("zh", ("PASS", "活率82%", "每椎间盘活细胞", "仅供研究"))])
def test_the_table_in_both_languages(lang: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["product", "check", str(CELLS), "--lang", lang]) == 0
    said = capsys.readouterr().out
    assert all(word in said for word in words), said


def test_another_disc_by_options(capsys: pytest.CaptureFixture[str]) -> None:
    human = document(capsys, str(CELLS))
    rabbit = document(capsys, str(CELLS), "--species", "rabbit", "--level", "lumbar", "--grade", "II", code=1)
    assert rabbit["for"] == {"species": "rabbit", "level": "lumbar", "grade": "II"}
    assert rabbit["dose"]["per_cell"]["value"] > human["dose"]["per_cell"]["value"]
    assert {each["code"] for each in rabbit["findings"] if each["status"] == "FAIL"} == {"volume_too_large"}


def test_wrong_options_are_refused_together(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["product", "check", str(CELLS), "--species", "rabit", "--grade", "VI", "--lang", "fr"]) == 2
    said = capsys.readouterr().err
    assert "nearest: rabbit" in said and "--grade" in said and "--lang" in said
    assert run(["product", "check", str(CELLS), "--species", "rat"]) == 2
    assert "--level" in capsys.readouterr().err
