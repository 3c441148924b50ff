"""Every broken study, disc or product file ends with exit code 2, readable words, no traceback and nothing written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from broken_discs import DISCS
from broken_files import DISC, FILES, STUDY, Case
from broken_products import PRODUCT, PRODUCTS, both
from broken_studies import STUDIES

from pulposus.cli.main import run
from pulposus.study.study_file import load_study
from pulposus.tissue.disc_file import load_disc

CASES = FILES + STUDIES + DISCS + PRODUCTS


def _arguments(case: Case, path: Path, out: Path) -> list[str]:
    if case.kind == "product":
        return ["product", "check", str(path)]
    verb = ["compare"] if case.kind == "study" else ["disc", "solve"]
    return [*verb, str(path), "--out", str(out)]


def check_refusal(case: Case, code: int, said: str, printed: str, path: Path, out: Path) -> None:
    """Assert what every complaint has in common, and the words of this one."""
    assert code == 2, said
    assert "Traceback" not in said and printed == ""
    assert path.name in said or "sizes.csv" in said
    for word in case.words:
        assert word in said, f"{word!r} is missing in:\n{said}"
    assert not out.exists()
    assert all(len(line) < 2000 for line in said.splitlines())


def test_the_base_files_are_good(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(STUDY)
    (tmp_path / "disc.yaml").write_text(DISC)
    assert len(load_study(tmp_path / "study.yaml")[0].arms) == 3
    assert load_disc(tmp_path / "disc.yaml").mesh.nodes == 5000


def test_there_are_enough_cases_and_none_twice() -> None:
    assert len(CASES) >= 45
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_bad_file(case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "broken.yaml", tmp_path / "out"
    case.make(path)
    code = run(_arguments(case, path, out))
    said = capsys.readouterr()
    check_refusal(case, code, said.err, said.out, path, out)


@pytest.mark.parametrize("name", ["binary", "yaml bomb", "dose without unit"])
def test_bad_file_in_a_process_of_its_own(name: str, tmp_path: Path) -> None:
    case = next(case for case in CASES if case.name == name)
    path, out = tmp_path / "broken.yaml", tmp_path / "out"
    case.make(path)
    command = [sys.executable, "-m", "pulposus.cli.main", *_arguments(case, path, out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    check_refusal(case, done.returncode, done.stderr, done.stdout, path, out)


def test_all_faults_of_a_file_and_of_the_options_are_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(
        STUDY.replace("22G", "17G").replace("6e6 cells", "6e6").replace("24 months", "0 d").replace("seed: 1", "sed: 1")
    )
    assert run(["compare", str(path), "--draws", "0", "--lang", "fr", "--progress", "loud"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 9  # four options (--out is missing), two needles, dose, follow-up, key
    for word in (
        "--draws",
        "--lang",
        "--progress",
        "--out",
        "line 7: arms.1",
        "line 8: arms.2",
        "follow_up",
        "sampling.sed",
    ):
        assert sum(word in line for line in lines) >= 1, word


def test_a_run_record_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = tmp_path / "run.json"
    record.write_text("{not json")
    assert run(["compare", str(record), "--out", str(tmp_path / "out"), "--draws", "5"]) == 2
    said = capsys.readouterr().err
    assert "valid JSON" in said and "a repeat takes it from run.json" in said and "Traceback" not in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words", [["compare", "a", "b"], ["compare", "a", "b", "c", "--out", "d"], ["cite", "nothing"]]
)
def test_results_that_are_not_there_are_refused(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(words) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_folder_that_holds_something_else_is_not_written_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study, out = tmp_path / "study.yaml", tmp_path / "out"
    study.write_text(STUDY)
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    assert run(["compare", str(study), "--out", str(out)]) == 2
    assert "holds something else" in capsys.readouterr().err
    assert [each.name for each in out.iterdir()] == ["thesis.txt"]


def test_faults_of_a_product_and_of_its_size_table_are_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "product.yaml"
    both(PRODUCT.replace("BM-MSC", "BMMSC").replace("1e10 particles", "3"), "Size (um),Number\n0.1,3\n")(path)
    assert run(["product", "check", str(path), "--lang", "fr", "--grade", "VI"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 5, lines  # language, source, dose, table, grade
