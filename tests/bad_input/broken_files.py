"""What a broken file is made of: two good files, one change, and the words that the complaint must hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

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


def written(content: str | bytes) -> Callable[[Path], None]:
    raw = content.encode() if isinstance(content, str) else content
    return lambda path: path.write_bytes(raw) and None


def changed(kind: str, name: str, old: str, new: str, *words: str) -> Case:
    """A file with one thing changed."""
    base = STUDY if kind == "study" else DISC
    assert base.count(old) >= 1, old
    return Case(name, kind, written(base.replace(old, new, 1)), words)


def study_with(name: str, old: str, new: str, *words: str) -> Case:
    return changed("study", name, old, new, *words)


def disc_with(name: str, old: str, new: str, *words: str) -> Case:
    return changed("disc", name, old, new, *words)


def file_of(name: str, content: str | bytes, *words: str, kind: str = "study") -> Case:
    return Case(name, kind, written(content), words)


def huge(path: Path) -> None:
    path.write_text(STUDY)
    with path.open("r+b") as file:
        file.truncate(100_000_000)


FILES = [
    file_of("empty", "", "an empty file", "a mapping"),
    file_of("only comments", "# nothing\n\n", "an empty file"),
    file_of("binary", bytes(range(256)) * 8, "not a text file"),
    file_of("zero byte", STUDY.replace("human", "hum\0an"), "not a text file"),
    file_of("latin-1", STUDY.replace("untreated", "unbehandelt \xe4", 1).encode("latin-1"), "not a text file", "UTF-8"),
    file_of("utf-16", STUDY.encode("utf-16"), "not a text file"),
    Case("100 MB", "study", huge, ("100000000 bytes", "at most")),
    file_of("yaml bomb", BOMB, "anchor", "&"),
    file_of("deep nesting", "version: " + "[" * 5000 + "]" * 5000, "nested levels"),
    file_of("list at top", "- version: 1\n- arms: []\n", "a mapping of keys and values"),
    file_of("scalar at top", "just text\n", "a mapping of keys and values"),
    file_of("tabs", STUDY.replace("  - {name: untreated", "\t- {name: untreated"), "line 6", "valid YAML"),
    file_of("open bracket", STUDY.replace("value: 3}}", "value: 3}"), "line", "valid YAML"),
    file_of("python tag", STUDY + "note: !!python/object/apply:os.system ['true']\n", "tag"),
    file_of("two documents", STUDY + "---\n" + STUDY, "second document"),
    file_of("duplicate key", STUDY + "follow_up: 12 months\n", "follow_up", "again"),
    Case("directory", "study", lambda path: path.mkdir(), ("directory",)),
    Case("missing file", "study", lambda path: None, ("no such file",)),
    file_of("nothing but a version", "version: 1\n", "subject", "follow_up", "arms", "required"),
]
