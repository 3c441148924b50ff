"""Every broken study or disc file ends with exit code 2, readable words, no traceback and nothing written."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pulposus.cli.main import run

STUDY = """\
version: 1
subject: {species: human, level: L4/L5, grade: {scale: pfirrmann, value: 3}}
history: []
follow_up: 24 months
arms:
  - {name: untreated, doses: []}
  - {name: saline, control: true, doses: [{route: {kind: transannular, needle: 22G}, product: {kind: vehicle, carrier: saline, volume: 2 mL}, at: 0 d}]}
  - {name: cells, doses: [{route: {kind: transannular, needle: 22G}, product: {kind: cells, source: BM-MSC, dose: 6e6 cells, carrier: saline, volume: 2 mL}, at: 1 d}]}
model: {laws: {}, hypotheses: {}, overrides: {}}
sampling: {draws: 32, seed: 1}
observe: [height_index, t2]
reported: []
"""
DISC = """\
version: 1
disc:
  axisymmetric: {radius: 21 mm, nucleus_radius: 14 mm, half_height: 6.9 mm, endplate_thickness: 0.6 mm, endplate_radius: 17 mm}
  porosity: {NP: 0.80, AF: 0.75, CEP: 0.66}
  cells: {NP: 3.6e6 /mL, AF: 5.55e6 /mL, CEP: 13.5e6 /mL}
supply:
  endplate: {oxygen: 5.1 kPa, lactate: 0.8 mM, glucose: 4.0 mM}
  wall: {oxygen: 5.8 kPa, lactate: 0.9 mM, glucose: 5.0 mM}
  endplate_open: 1.0
laws: {formulation: upf, oxygen: bibby, glucose_limiter: none, endplate_diffusivity: porosity}
mesh: {nodes: 5000}
probes: {centre: [0 mm, 0 mm]}
viability_after: 6 d
"""
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(9)
)


@dataclass(frozen=True)
class Case:
    """One broken file: its kind, how it is made and the words that the complaint must hold."""

    name: str
    kind: str
    make: Callable[[Path], None]
    words: tuple[str, ...]


def _write(content: str | bytes) -> Callable[[Path], None]:
    raw = content.encode() if isinstance(content, str) else content
    return lambda path: path.write_bytes(raw) and None


def _changed(kind: str, name: str, old: str, new: str, *words: str) -> Case:
    """A file with one thing changed."""
    base = STUDY if kind == "study" else DISC
    assert base.count(old) >= 1, old
    return Case(name, kind, _write(base.replace(old, new, 1)), words)


def _study(name: str, old: str, new: str, *words: str) -> Case:
    return _changed("study", name, old, new, *words)


def _disc(name: str, old: str, new: str, *words: str) -> Case:
    return _changed("disc", name, old, new, *words)


def _file(name: str, content: str | bytes, *words: str, kind: str = "study") -> Case:
    return Case(name, kind, _write(content), words)


def _huge(path: Path) -> None:
    path.write_text(STUDY)
    with path.open("r+b") as file:
        file.truncate(100_000_000)


FILES = [
    _file("empty", "", "an empty file", "a mapping"),
    _file("only comments", "# nothing\n\n", "an empty file"),
    _file("binary", bytes(range(256)) * 8, "not a text file"),
    _file("zero byte", STUDY.replace("human", "hum\0an"), "not a text file"),
    _file("latin-1", STUDY.replace("untreated", "unbehandelt \xe4", 1).encode("latin-1"), "not a text file", "UTF-8"),
    _file("utf-16", STUDY.encode("utf-16"), "not a text file"),
    Case("100 MB", "study", _huge, ("100000000 bytes", "at most")),
    _file("yaml bomb", BOMB, "anchor", "&"),
    _file("deep nesting", "version: " + "[" * 5000 + "]" * 5000, "nested levels"),
    _file("list at top", "- version: 1\n- arms: []\n", "a mapping of keys and values"),
    _file("scalar at top", "just text\n", "a mapping of keys and values"),
    _file("tabs", STUDY.replace("  - {name: untreated", "\t- {name: untreated"), "line 6", "valid YAML"),
    _file("open bracket", STUDY.replace("value: 3}}", "value: 3}"), "line", "valid YAML"),
    _file("python tag", STUDY + "note: !!python/object/apply:os.system ['true']\n", "tag"),
    _file("two documents", STUDY + "---\n" + STUDY, "second document"),
    _file("duplicate key", STUDY + "follow_up: 12 months\n", "follow_up", "again"),
    Case("directory", "study", lambda path: path.mkdir(), ("directory",)),
    Case("missing file", "study", lambda path: None, ("no such file",)),
    _file("nothing but a version", "version: 1\n", "subject", "follow_up", "arms", "required"),
]
STUDIES = [
    _study("version 2", "version: 1", "version: 2", "line 1", "version", "given 2", "allowed: 1"),
    _study("version missing", "version: 1\n", "", "version", "required"),
    _study("unknown key", "sampling:", "samplng:", "samplng", "nearest: sampling"),
    _study("unknown species", "human", "humn", "line 2: subject.species", "nearest: human"),
    _study("unknown level", "L4/L5", "L4L5", "subject.level", "nearest: L4/L5"),
    _study("level of another species", "species: human", "species: rat", "subject.level", "lumbar, tail"),
    _study("several levels", "L4/L5", "[L4/L5, L5/S1]", "several levels", "not built yet"),
    _study("pfirrmann 7", "value: 3", "value: 7", "subject.grade.value", "given 7", "from 1 to 5"),
    _study("modified pfirrmann 9", "pfirrmann, value: 3", "modified_pfirrmann, value: 9", "from 1 to 8"),
    _study("grade range backwards", "value: 3", "value: [4, 2]", "ordered pair"),
    _study("grade 2.5", "value: 3", "value: 2.5", "a whole number"),
    _study("unknown scale", "pfirrmann,", "pfirman,", "nearest: pfirrmann"),
    _study(
        "history",
        "history: []",
        "history: [{event: puncture, needle: 18G, at: -4 weeks}]",
        "history",
        "puncture",
        "not built yet",
    ),
    _study("follow-up 0", "24 months", "0 months", "follow_up", "more than zero"),
    _study("follow-up negative", "24 months", "-1 yr", "follow_up", "more than zero"),
    _study("follow-up without unit", "24 months", "24", "follow_up", "no unit", "24 months"),
    _study("follow-up in mL", "24 months", "24 mL", "follow_up", "a volume", "a time"),
    _study("follow-up misspelt unit", "24 months", "24 mnths", "follow_up", "nearest: month"),
    _study("follow-up of 60 years", "24 months", "60 years", "follow_up", "at most 50 yr"),
    _study("follow-up nan", "24 months", "nan months", "follow_up", "a time"),
    _study("no arms", STUDY[STUDY.index("  - {name: untreated") : STUDY.index("model:")], "", "arms"),
    _study(
        "arms empty",
        "arms:\n" + STUDY[STUDY.index("  - {name: untreated") : STUDY.index("model:")],
        "arms: []\n",
        "arms",
        "at least 1",
    ),
    _study(
        "arms a mapping",
        "arms:\n" + STUDY[STUDY.index("  - {name: untreated") : STUDY.index("model:")],
        "arms: {a: 1}\n",
        "a list",
    ),
    _study("duplicate arm names", "name: cells", "name: saline", "line 8: arms.2.name", "'saline' again"),
    _study("empty arm name", "name: cells", "name: ''", "arms.2.name", "1 to 60 characters"),
    _study("long arm name", "name: cells", f"name: {'x' * 61}", "arms.2.name", "1 to 60 characters"),
    _study("arm name a number", "name: cells", "name: 7", "arms.2.name", "not text"),
    _study(
        "comparator unknown", "name: cells,", "name: cells, comparator: salin,", "arms.2.comparator", "nearest: saline"
    ),
    _study("comparator itself", "name: cells,", "name: cells, comparator: cells,", "the arm itself"),
    _study("control not a bool", "control: true", "control: maybe", "control", "true or false"),
    _study(
        "co-interventions",
        "name: cells,",
        "name: cells, co_interventions: [exercise],",
        "co_interventions",
        "not built yet",
    ),
    _study(
        "unknown route",
        "transannular, needle: 22G}, product: {kind: cells",
        "transanular, needle: 22G}, product: {kind: cells",
        "arms.2.doses.0.route.kind",
        "nearest: transannular",
    ),
    _study(
        "route without kind",
        "route: {kind: transannular, needle: 22G}",
        "route: {needle: 22G}",
        "route.kind",
        "given nothing",
    ),
    _study("impossible needle", "22G", "17G", "route.needle", "'17G'", "nearest: 16G"),
    _study("needle in mm", "22G", "0.7 mm", "route.needle", "a known needle"),
    _study("needle missing", "{kind: transannular, needle: 22G}", "{kind: transannular}", "route.needle", "required"),
    _study(
        "needle for a vein", "{kind: transannular, needle: 22G}", "{kind: intravenous, needle: 22G}", "the key 'needle'"
    ),
    _study("depth over 1", "needle: 22G}", "needle: 22G, depth_fraction: 1.2}", "depth_fraction", "up to 1"),
    _study(
        "unknown repair",
        "{kind: transannular, needle: 22G}",
        "{kind: transpedicular, needle: 14G, repair: cemnt}",
        "nearest: cement",
    ),
    _study("unknown product", "kind: cells,", "kind: cell,", "product.kind", "nearest: cells"),
    _study("unknown cell source", "BM-MSC", "BMMSC", "product.source", "nearest: BM-MSC"),
    _study(
        "unknown carrier",
        "carrier: saline, volume: 2 mL}, at: 1 d",
        "carrier: hyaluronic, volume: 2 mL}, at: 1 d",
        "product.carrier",
        "nearest: hyaluronic acid",
    ),
    _study("negative dose", "6e6 cells", "-6e6 cells", "product.dose", "more than zero"),
    _study("dose of zero", "6e6 cells", "0 cells", "product.dose", "more than zero"),
    _study("dose without unit", "6e6 cells", "6e6", "product.dose", "no unit", "6e6 cells"),
    _study("dose infinite", "6e6 cells", "1e999 cells", "product.dose", "finite"),
    _study(
        "cells dosed in particles",
        "6e6 cells",
        "6e6 particles",
        "product.dose",
        "a number of particles",
        "a number of cells",
    ),
    _study(
        "vesicles dosed in cells",
        "kind: cells, source: BM-MSC",
        "kind: vesicles, source: BM-MSC",
        "product.dose",
        "a number of particles",
    ),
    _study(
        "vesicles dosed in ug",
        "kind: cells, source: BM-MSC, dose: 6e6 cells",
        "kind: vesicles, source: BM-MSC, dose: 5 ug",
        "product.dose",
        "a mass",
        "a number of particles",
    ),
    _study(
        "volume missing",
        ", carrier: saline, volume: 2 mL}, at: 1 d",
        ", carrier: saline}, at: 1 d",
        "product.volume",
        "required with transannular",
    ),
    _study("volume in kPa", "volume: 2 mL", "volume: 2 kPa", "product.volume", "a pressure", "a volume"),
    _study("volume misspelt", "volume: 2 mL}, at: 1 d", "volum: 2 mL}, at: 1 d", "the key 'volum'", "nearest: volume"),
    _study(
        "thaw viability 120 %",
        "carrier: saline, volume: 2 mL}, at: 1 d",
        "carrier: saline, volume: 2 mL, thaw_viability: 120 %}, at: 1 d",
        "thaw_viability",
        "up to 1",
    ),
    _study(
        "needle only without needle",
        "{route: {kind: transannular, needle: 22G}, product: {kind: vehicle, carrier: saline, volume: 2 mL}",
        "{route: {kind: epidural}, product: {kind: needle_only}",
        "no needle",
    ),
    _study(
        "sham inside the disc",
        "product: {kind: vehicle, carrier: saline, volume: 2 mL}",
        "product: {kind: extradiscal_sham}",
        "epidural",
        "outside the disc",
    ),
    _study(
        "vesicles beside the disc",
        "{route: {kind: transannular, needle: 22G}, product: {kind: cells, source: BM-MSC, dose: 6e6 cells",
        "{route: {kind: epidural}, product: {kind: vesicles, source: BM-MSC, dose: 1e10 particles",
        "vesicles",
        "not built yet",
    ),
    _study("more than the nucleus could take", "volume: 2 mL}, at: 1 d", "volume: 20 mL}, at: 1 d", "product.volume", "at most 16 mL"),
    _study("override that a human disc never reads", "overrides: {}", "overrides: {cell_density.NP: 4e6 /mL}", "cell_density.NP.human"),
    _study("negative override", "overrides: {}", "overrides: {cell_density.NP.human: -2e7 /mL}", "zero or more"),
    _study("cells that are not told from others", "source: BM-MSC", "source: fibroblast", "fibroblast", "not built yet"),
    _study("dose before the start", "at: 1 d", "at: -1 d", "doses.0.at", "zero or more"),
    _study("dose after the end", "at: 1 d", "at: 3 yr", "doses.0.at", "before the end of the follow-up, 24 months"),
    _study("dose time without unit", "at: 1 d", "at: 1", "doses.0.at", "no unit"),
    _study("unknown law", "laws: {}", "laws: {oxigen: bibby}", "model.laws.oxigen", "nearest: oxygen"),
    _study("unknown choice of a law", "laws: {}", "laws: {oxygen: michaelis}", "model.laws.oxygen", "michaelis_menten"),
    _study("limiter without unit", "laws: {}", "laws: {glucose_limiter: 0.05}", "glucose_limiter", "0.05 mM"),
    _study("limiter of zero", "laws: {}", "laws: {glucose_limiter: 0 mM}", "glucose_limiter", "above zero"),
    _study(
        "network hypothesis",
        "hypotheses: {}",
        "hypotheses: {mir_21: protects}",
        "mir_21",
        "cell network",
        "not built yet",
    ),
    _study("unknown hypothesis", "hypotheses: {}", "hypotheses: {mir21: protects}", "nearest: mir_21"),
    _study(
        "unknown override",
        "overrides: {}",
        "overrides: {cell_densty.NP: 4e6 /mL}",
        "model.overrides.cell_densty.NP",
        "nearest: cell_density.NP",
    ),
    _study(
        "override of the wrong unit",
        "overrides: {}",
        "overrides: {native_death_rate: 2 mL}",
        "model.overrides.native_death_rate",
        "a volume",
    ),
    _study("override without unit", "overrides: {}", "overrides: {native_death_rate: 2}", "no unit"),
    _study(
        "override with a wrong spread",
        "overrides: {}",
        "overrides: {native_death_rate: {value: 1 /yr, spread: {kind: unifrm, low: 0, high: 1}}}",
        "nearest: uniform",
    ),
    _study("no draws", "draws: 32", "draws: 0", "sampling.draws", "at least 1"),
    _study("too many draws", "draws: 32", "draws: 100001", "sampling.draws", "at most 100000"),
    _study("draws a text", "draws: 32", "draws: many", "sampling.draws", "a whole number"),
    _study("seed negative", "seed: 1", "seed: -1", "sampling.seed", "at least 0"),
    _study(
        "observe pain",
        "[height_index, t2]",
        "[height_index, vas]",
        "observe.1",
        "vas",
        "not built yet",
        "the pain model",
    ),
    _study("observe stiffness", "[height_index, t2]", "[stiffness]", "observe.0", "not built yet"),
    _study("observe unknown", "[height_index, t2]", "[hight_index]", "observe.0", "nearest: height_index"),
    _study("observe twice", "[height_index, t2]", "[t2, t2]", "'t2' again"),
    _study("observe nothing", "[height_index, t2]", "[]", "observe", "at least 1"),
    _study(
        "reported of no arm",
        "reported: []",
        "reported: [{arm: cels, quantity: t2, time: 12 months, value: 80, kind: number, "
        "tier: primary, set: validation, source: X}]",
        "reported.0.arm",
        "nearest: cells",
    ),
    _study(
        "reported without tier",
        "reported: []",
        "reported: [{arm: cells, quantity: t2, time: 12 months, value: 80, kind: number, set: validation, source: X}]",
        "reported.0.tier",
        "required",
    ),
    _study(
        "reported nan",
        "reported: []",
        "reported: [{arm: cells, quantity: t2, time: 1 yr, value: .nan, kind: number, "
        "tier: primary, set: validation, source: X}]",
        "reported.0.value",
        "a number",
    ),
]
DISCS = [
    _file("disc empty", "", "an empty file", kind="disc"),
    _disc("disc unknown key", "probes:", "prbes:", "nearest: probes"),
    _disc("radius without unit", "radius: 21 mm", "radius: 21", "disc.axisymmetric.radius", "no unit"),
    _disc("radius negative", "radius: 21 mm", "radius: -21 mm", "more than zero"),
    _disc("radius missing", "{radius: 21 mm, ", "{", "disc.axisymmetric.radius", "required"),
    _disc(
        "nucleus wider than endplate",
        "nucleus_radius: 14 mm",
        "nucleus_radius: 18 mm",
        "at most the endplate radius, 17 mm",
    ),
    _disc(
        "endplate as wide as the disc",
        "endplate_radius: 17 mm",
        "endplate_radius: 21 mm",
        "less than the radius, 21 mm",
    ),
    _disc(
        "endplate thicker than the disc", "thickness: 0.6 mm", "thickness: 7 mm", "less than the half height, 6.9 mm"
    ),
    _disc("porosity over 1", "NP: 0.80", "NP: 1.2", "disc.porosity.NP", "up to 1"),
    _disc("porosity missing", "  porosity: {NP: 0.80, AF: 0.75, CEP: 0.66}\n", "", "disc.porosity", "required"),
    _disc("porosity nan", "NP: 0.80", "NP: .nan", "disc.porosity.NP"),
    _disc("unknown region", "CEP: 0.66", "CP: 0.66", "disc.porosity", "nearest: CEP"),
    _disc("cells negative", "3.6e6 /mL", "-3.6e6 /mL", "disc.cells.NP", "zero or more"),
    _disc("cells per area", "3.6e6 /mL", "3.6e6 /cm2", "disc.cells.NP", "a cell density"),
    _disc("oxygen in mM", "oxygen: 5.1 kPa", "oxygen: 5.1 mM", "supply.endplate.oxygen", "a pressure"),
    _disc(
        "wall missing", "  wall: {oxygen: 5.8 kPa, lactate: 0.9 mM, glucose: 5.0 mM}\n", "", "supply.wall", "required"
    ),
    _disc("endplate closed", "endplate_open: 1.0", "endplate_open: 0", "supply.endplate_open", "above 0"),
    _disc("endplate over open", "endplate_open: 1.0", "endplate_open: 1.5", "supply.endplate_open", "up to 1"),
    _disc("unknown pattern", "endplate_open: 1.0", "endplate_open: {pattern: stripez, open: 0.5}", "nearest: stripes"),
    _disc(
        "stripes without width",
        "endplate_open: 1.0",
        "endplate_open: {pattern: stripes, open: 0.5}",
        "width",
        "required for stripes",
    ),
    _disc(
        "rim with width",
        "endplate_open: 1.0",
        "endplate_open: {pattern: open_rim, open: 0.5, width: 1 mm}",
        "stripes only",
    ),
    _disc("pattern fully open", "endplate_open: 1.0", "endplate_open: {pattern: open_rim, open: 1}", "below 1"),
    _disc(
        "level negative",
        "  endplate_open: 1.0",
        "  endplate_open: 1.0\n  wall_level: -1",
        "supply.wall_level",
        "zero or more",
    ),
    _disc("unknown oxygen law", "oxygen: bibby", "oxygen: biby", "laws.oxygen", "nearest: bibby"),
    _disc("law of a study", "oxygen: bibby,", "oxygen: bibby, aggrecan: one_pool,", "the key 'aggrecan'"),
    _disc("3 nodes", "nodes: 5000", "nodes: 3", "mesh.nodes", "at least 100"),
    _disc("too many nodes", "nodes: 5000", "nodes: 200001", "mesh.nodes", "at most 200000"),
    _disc("nodes 5000.5", "nodes: 5000", "nodes: 5000.5", "mesh.nodes", "a whole number"),
    _disc("probe outside in r", "[0 mm, 0 mm]", "[22 mm, 0 mm]", "probes.centre.0", "r from 0 to the radius, 21 mm"),
    _disc(
        "probe outside in z", "[0 mm, 0 mm]", "[0 mm, 1 cm]", "probes.centre.1", "z from 0 to the half height, 6.9 mm"
    ),
    _disc("probe with one number", "[0 mm, 0 mm]", "[0 mm]", "probes.centre"),
    _disc("probe without unit", "[0 mm, 0 mm]", "[0, 0]", "probes.centre.0", "no unit"),
    _disc("viability at zero", "6 d", "0 d", "viability_after", "more than zero"),
    _disc(
        "two shapes",
        "  porosity:",
        "  preset: {species: human, level: L4/L5}\n  porosity:",
        "axisymmetric and preset",
        "either",
    ),
    _file("no shape", "version: 1\ndisc: {}\n", "no shape", "either axisymmetric", kind="disc"),
    _file(
        "preset of no species",
        "version: 1\ndisc: {preset: {species: cat, level: L4/L5}}\n",
        "nearest: rat",
        kind="disc",
    ),
    _file(
        "preset grade 3",
        "version: 1\ndisc: {preset: {species: human, level: L4/L5, grade: 3}}\n",
        "disc.preset.grade",
        "III",
        kind="disc",
    ),
]
CASES = FILES + STUDIES + DISCS


def _arguments(case: Case, path: Path, out: Path) -> list[str]:
    verb = ["compare"] if case.kind == "study" else ["disc", "solve"]
    return [*verb, str(path), "--out", str(out)]


def _check(case: Case, code: int, said: str, printed: str, path: Path, out: Path) -> None:
    """Assert what every complaint has in common, and the words of this one."""
    assert code == 2, said
    assert "Traceback" not in said and printed == ""
    assert path.name in said
    for word in case.words:
        assert word in said, f"{word!r} is missing in:\n{said}"
    assert not out.exists()
    assert all(len(line) < 2000 for line in said.splitlines())


def test_the_base_files_are_good(tmp_path: Path) -> None:
    from pulposus.study.study_file import load_study
    from pulposus.tissue.disc_file import load_disc

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
    _check(case, code, said.err, said.out, path, out)


@pytest.mark.parametrize("name", ["binary", "yaml bomb", "dose without unit"])
def test_bad_file_in_a_process_of_its_own(name: str, tmp_path: Path) -> None:
    case = next(case for case in CASES if case.name == name)
    path, out = tmp_path / "broken.yaml", tmp_path / "out"
    case.make(path)
    command = [sys.executable, "-m", "pulposus.cli.main", *_arguments(case, path, out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    _check(case, done.returncode, done.stderr, done.stdout, path, out)


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
