"""The command line: verbs, exit codes, what goes to which stream, what is handed to the rooms below."""

from __future__ import annotations

import json
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from pulposus.cli import main
from pulposus.cli.main import run
from pulposus.cli.verbs import LATER
from pulposus.core.errors import NotConverged
from pulposus.core.vocabulary import names

HEAVY = ("numpy", "scipy", "pandas", "xarray", "h5netcdf", "matplotlib", "jinja2", "pint", "pydantic", "yaml", "rich")
EXAMPLES = Path(__file__).parents[3] / "examples"
STUDY = EXAMPLES / "studies" / "routes_human_l45.yaml"


def imported(code: str) -> set[str]:
    """The heavy modules that a fresh process has imported after running some code."""
    tail = f"\nimport sys\nprint('\\n' + ' '.join(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code + tail], capture_output=True, text=True, timeout=120, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_importing_the_package_imports_nothing_heavy() -> None:
    assert imported("import pulposus") == set()


def test_help_imports_nothing_heavy() -> None:
    assert imported("from pulposus.cli.main import run\nassert run(['--help']) == 0") == set()


@pytest.mark.parametrize("verb", ["compare", "presets", "cite", "check"])
def test_the_help_of_a_verb_imports_nothing_heavy_of_ours(verb: str) -> None:
    # Typer itself reads options with pydantic.
    assert imported(f"from pulposus.cli.main import run\nassert run(['{verb}', '--help']) == 0") <= {"pydantic"}


def test_a_verb_that_is_refused_imports_nothing_heavy() -> None:
    assert imported("from pulposus.cli.main import run\nassert run(['web']) == 2") <= {"pydantic"}


def test_the_check_for_heavy_modules_would_notice_one() -> None:
    assert "yaml" in imported("import yaml")


def test_help_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    said = capsys.readouterr().out
    for verb in ("compare", "new", "schema", "presets", "disc", "product", "cite", "check", *LATER):
        assert verb in said.replace("-\n  ", "-"), verb  # a line may break at a hyphen
    assert run([]) == 0
    assert capsys.readouterr().out == said


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.strip() == "0.1.0"


@pytest.mark.parametrize("words", [[verb, "search", "--json"] for verb in LATER])
def test_what_is_not_built_is_refused_by_name(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words) == 2
    said = capsys.readouterr()
    assert said.err == f"pulposus {words[0]}: not built yet\n" and said.out == ""


def test_an_unknown_verb_or_option_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["comprae"]) == 2
    assert "nearest: compare" in capsys.readouterr().err
    assert run(["compare", "--frce"]) == 2
    said = capsys.readouterr().err
    assert "--frce" in said and "Traceback" not in said


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_new_files_are_good_and_never_overwritten(
    lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from pulposus.study.study_file import load_study
    from pulposus.tissue.disc_file import load_disc

    study, disc = tmp_path / "study.yaml", tmp_path / "disc.yaml"
    assert run(["new", "study", "--out", str(study), "--lang", lang]) == 0
    assert run(["new", "disc", "--out", str(disc), "--lang", lang]) == 0
    assert len(load_study(study)[0].arms) == 3 and load_disc(disc).mesh.nodes == 5000
    before = study.read_text(encoding="utf-8")
    study.write_text(before + "# mine\n", encoding="utf-8")
    assert run(["new", "study", "--out", str(study)]) == 2
    assert study.read_text(encoding="utf-8") == before + "# mine\n"
    capsys.readouterr()
    assert run(["new", "study", "--lang", lang]) == 0
    assert capsys.readouterr().out == before


def test_the_templates_of_both_languages_say_the_same() -> None:
    from pulposus.core.files import packaged
    from pulposus.study.product_sheet import load_product
    from pulposus.study.study_file import load_study
    from pulposus.tissue.disc_file import load_disc

    first = (("study", lambda path: load_study(path)[0]), ("disc", load_disc), ("product", lambda path: load_product(path)[0]))
    for kind, load in first:
        english, chinese = (load(packaged(f"templates/{kind}.{lang}.yaml")) for lang in ("en", "zh"))
        assert english.model_dump(exclude={"title"}) == chinese.model_dump(exclude={"title"})


@pytest.mark.parametrize("kind", ["study", "disc", "product"])
def test_the_schema_is_one_document(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", kind]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["version"]) == (f"{kind}/1", "0.1.0")
    assert document["additionalProperties"] is False and "version" in document["required"]


def test_an_unknown_schema_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "stdy"]) == 2
    assert "nearest: study" in capsys.readouterr().err


class Comparison:
    """A comparison that only knows how it ended."""

    def __init__(self, exit_code: int = 0) -> None:
        self.exit_code, self.interrupted = exit_code, exit_code == 130

    def document(self) -> dict[str, Any]:
        return {"sentence": "nothing is decided"}


@pytest.fixture
def rooms(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Stand-ins for the rooms that run and report; they note what they were handed."""
    told: dict[str, Any] = {"result": Comparison()}

    def compare(spec: Any, text: str, **options: Any) -> Any:
        told.update(spec=spec, text=text, options=options)
        if isinstance(told["result"], BaseException):
            raise told["result"]
        return told["result"]

    def repeat(record: Path, **options: Any) -> Any:
        told.update(record=record, options=options)
        return told["result"]

    def difference(first: Path, second: Path) -> dict[str, Any]:
        return {"rows": [{"arm": "saline", "first": 1.0, "second": 2.0}], "notes": [], "identical": False, "folders": [str(first), str(second)]}

    def write_report(comparison: Any, out: Path, lang: str) -> None:
        told.update(written=(out, lang))
        out.mkdir(parents=True, exist_ok=True)

    def print_screen(comparison: Any, lang: str) -> None:
        print("first screen", lang)

    for name, content in {
        "pulposus.study.compare": {"compare": compare, "repeat": repeat, "difference": difference},
        "pulposus.report.screen": {"print_screen": print_screen},
        "pulposus.report.write": {"write_report": write_report},
        "pulposus.report": {},
    }.items():
        module = types.ModuleType(name)
        module.__dict__.update(content)
        monkeypatch.setitem(sys.modules, name, module)
    return told


def test_compare_hands_over_what_was_asked(
    rooms: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "out"
    words = [
        "compare",
        str(STUDY),
        "--out",
        str(out),
        "--draws",
        "4",
        "--seed",
        "7",
        "--hypotheses",
        "all",
        "--workers",
        "2",
        "--lang",
        "zh",
        "--progress",
        "none",
    ]
    assert run(words) == 0
    assert len(rooms["spec"].arms) == 7 and rooms["text"] == STUDY.read_text(encoding="utf-8")
    options = rooms["options"]
    assert (options["draws"], options["seed"], options["hypotheses"], options["workers"]) == (4, 7, "all", 2)
    assert type(options["progress"]).__name__ == "NoProgress"
    assert options["name"] == STUDY.name
    assert rooms["written"] == (out, "zh")
    said = capsys.readouterr().out
    assert said.startswith("first screen zh") and str(out / "report.html") in said


def test_a_first_table_goes_to_the_error_stream(
    rooms: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["compare", str(STUDY), "--out", str(tmp_path)]) == 0
    capsys.readouterr()
    rooms["options"]["preview"](Comparison())
    said = capsys.readouterr()
    assert said.err == "first screen en\n" and said.out == ""


def test_compare_prints_one_document(rooms: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", str(STUDY), "--out", str(tmp_path), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert list(document)[:2] == ["schema", "version"] and document["sentence"] == "nothing is decided"
    assert rooms["options"]["draws"] is None and rooms["options"]["hypotheses"] == "default"
    assert rooms["options"]["preview"] is None


@pytest.mark.parametrize("code", [1, 130])
def test_a_problem_of_the_run_is_the_exit_code_and_the_report_is_kept(
    code: int, rooms: dict[str, Any], tmp_path: Path
) -> None:
    rooms["result"] = Comparison(code)
    assert run(["compare", str(STUDY), "--out", str(tmp_path)]) == code
    assert rooms["written"] == (tmp_path, "en")


def test_errors_of_a_run_end_with_their_code(
    rooms: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rooms["result"] = NotConverged("no solution at draw 3")
    assert run(["compare", str(STUDY), "--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == "no solution at draw 3"
    rooms["result"] = KeyboardInterrupt()
    assert run(["compare", str(STUDY), "--out", str(tmp_path)]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_a_bug_is_not_hidden(rooms: dict[str, Any], tmp_path: Path) -> None:
    rooms["result"] = ZeroDivisionError("a bug")
    with pytest.raises(ZeroDivisionError):
        run(["compare", str(STUDY), "--out", str(tmp_path)])


def test_an_earlier_result_may_be_written_over_and_force_writes_anywhere(rooms: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}")
    (tmp_path / "results.nc").write_text("")
    assert run(["compare", str(STUDY), "--out", str(tmp_path)]) == 0
    (tmp_path / "run.json").unlink()
    assert run(["compare", str(STUDY), "--out", str(tmp_path)]) == 2
    assert run(["compare", str(STUDY), "--out", str(tmp_path), "--force"]) == 0


def test_a_run_is_repeated_from_its_record(rooms: dict[str, Any], tmp_path: Path) -> None:
    from pulposus.core.run_record import begin

    record, out = tmp_path / "run.json", tmp_path / "again"
    record.write_text(begin(STUDY.read_text(encoding="utf-8"), 1).to_json())
    assert run(["compare", str(record), "--out", str(out), "--workers", "3"]) == 0
    assert rooms["record"] == record and rooms["options"]["workers"] == 3 and "spec" not in rooms
    assert run(["compare", str(record), "--out", str(out), "--seed", "2"]) == 2


def test_two_results_give_a_table_of_differences(
    rooms: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
        (folder / "run.json").write_text("{}")
        (folder / "results.nc").write_text("")
    assert run(["compare", *map(str, folders)]) == 0
    assert "saline" in capsys.readouterr().out
    assert run(["compare", *map(str, folders), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "difference/1"
    assert run(["compare", *map(str, folders), "--draws", "8", "--out", str(tmp_path / "c")]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2 and "--draws" in said[0] and "--out" in said[1] and not (tmp_path / "c").exists()


def test_presets_come_from_the_rooms(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def table(kind: str, lang: str) -> list[dict[str, Any]]:
        return [{"name": f"{kind} {lang}", "sources": ["A", "B"]}]

    for name in ("pulposus.tissue.presets", "pulposus.therapy.presets", "pulposus.therapy"):
        module = types.ModuleType(name)
        module.__dict__.update(table=table, __path__=[])
        monkeypatch.setitem(sys.modules, name, module)
    assert run(["presets", "routes", "--lang", "zh"]) == 0
    said = capsys.readouterr().out
    assert "routes zh" in said and "A, B" in said
    assert run(["presets", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert set(document) == {
        "schema",
        "version",
        "species",
        "levels",
        "grades",
        "geometry",
        "swelling",
        "loads",
        "products",
        "routes",
        "carriers",
    }
    assert run(["presets", "rotes"]) == 2
    assert "nearest: routes" in capsys.readouterr().err


def test_cite_tells_the_sources_of_a_result_with_reasons(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import xarray as xr

    from pulposus.core.parameters import ParameterSet
    from pulposus.core.result import Result
    from pulposus.core.run_record import begin

    sourced = [each for each in ParameterSet.load() if each.source not in ("none", "user")]
    record = sourced[0]
    replaced = next(each for each in sourced if each.source != record.source)
    attributes = {
        "used_parameters": json.dumps([record.id, replaced.id]),
        "cited": json.dumps({record.source: ["the law of a test"]}),
        "records": json.dumps({replaced.id: {"source": "user"}}),
    }
    Result(xr.Dataset({"t2": ("draw", [80.0])}, attrs=attributes), "done", begin("version: 1", 1)).save(tmp_path)
    assert run(["cite", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert f"{{{record.source}," in said and record.label[:20] in said and "the law of a test" in said
    assert run(["cite", str(tmp_path), "--json"]) == 0
    assert [each["key"] for each in json.loads(capsys.readouterr().out)["references"]] == [record.source]


def test_check_counts_records_and_finds_nothing_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["problems"] == [] and set(document["origins"]) == {"measured", "fitted", "derived", "assumed"}
    assert sum(document["origins"].values()) > 100
    species = {row["species"]: row for row in document["species"]}
    assert set(species) == set(names("species")) and all(row["size assumed"] <= row["assumed"] for row in species.values())


def test_check_lists_the_assumed_records_of_a_species(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--assumed", "mouse", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    listed = {row["record"]: row for row in document["assumed"]}
    assert len(listed) == next(row["assumed"] for row in document["species"] if row["species"] == "mouse")
    assert listed["disc_height.mouse"]["low"] < listed["disc_height.mouse"]["value"] and listed["disc_height.mouse"]["why"]
    assert run(["check", "--assumed", "mose"]) == 2
    assert "nearest: mouse" in capsys.readouterr().err


def test_presets_tell_the_states_of_the_grades(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from pulposus.tissue import grade_course

    monkeypatch.setattr(grade_course, "comparison", lambda: [{"grade": "V", "verdict": "miss"}])
    monkeypatch.setattr(grade_course, "tempo", lambda lang: [{"schedule": lang}])
    assert run(["presets", "grade_states", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["grade_states"] == [{"grade": "V", "verdict": "miss"}]
    assert run(["presets", "grade_courses", "--lang", "zh", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["grade_courses"] == [{"schedule": "zh"}]


def test_check_ends_with_1_when_something_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from pulposus.core import vocabulary

    known = vocabulary.names
    monkeypatch.setattr(vocabulary, "names", lambda kind, built=True: (*known(kind, built), "99G"))
    assert run(["check"]) == 1
    assert "needle_diameter_99G" in capsys.readouterr().err


def test_a_closed_pipe_is_no_error() -> None:
    command = f"{sys.executable} -m pulposus.cli.main schema study | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0 and done.stderr == "" and done.stdout.startswith("{")


def test_the_entry_is_the_one_of_the_script() -> None:
    import tomllib

    project = tomllib.loads((EXAMPLES.parent / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["scripts"]["pulposus"] == "pulposus.cli.main:run"
    assert callable(main.run)
