"""The house rules a machine can see: small files, small functions, named public parts, nothing about this machine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pulposus

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "pulposus"
FILES = sorted(SRC.rglob("*.py"))
LINES, FUNCTION = 300, 50
PUBLIC = {
    "Comparison", "Disc", "Draw", "Event", "Field", "Geometry", "InputError", "ParameterSet", "Process", "PulposusError", "Result",
    "__version__", "bibtex", "cite", "compare", "convert", "gradient", "load_disc", "load_references", "load_study", "repeat",
    "run_discs", "solve_disc", "write_report",
}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SRC)))
def test_a_file_holds_one_idea_and_says_which(path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "no module docstring"
    assert text.count("\n") <= LINES
    long = [(n.name, n.end_lineno - n.lineno + 1) for n in ast.walk(tree)
            if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)) and n.end_lineno - n.lineno + 1 > FUNCTION]
    assert not long, f"functions over {FUNCTION} lines: {long}"
    if path.name != "__init__.py":
        assert any(isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "__all__" for n in tree.body), "no __all__"


def test_the_public_names_are_these_and_load():
    assert set(pulposus.__all__) == PUBLIC and len(PUBLIC) <= 40
    for name in pulposus.__all__:
        assert getattr(pulposus, name) is not None
    with pytest.raises(AttributeError, match="no public name"):
        pulposus.__getattr__("no_such_name")


def tracked():
    """Return the text files under version control, or all text files where there is no git."""
    found = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    names = found.stdout.split("\n") if found.returncode == 0 else [str(p.relative_to(ROOT)) for p in SRC.rglob("*")]
    return [ROOT / n for n in names if n and (ROOT / n).is_file() and (ROOT / n).suffix not in (".png", ".nc", ".svg")]


def test_nothing_in_the_tree_names_a_machine_or_a_registry():
    wrong = re.compile("|".join(["index" + "-url", r"(?<![\w.])/" + r"(work|root|home)/\w", "/tmp/" + "build", r"py" + r"pi\.org",
                                 "registry" + r"\.npm"]))
    found = [(p.name, n, line.strip()[:100]) for p in tracked() for n, line in enumerate(p.read_text("utf-8", "replace").split("\n"), 1)
             if wrong.search(line)]
    assert not found


def imported_by(code: str) -> set[str]:
    """Return the top-level modules loaded in a fresh interpreter after running code."""
    told = subprocess.run([sys.executable, "-c", f"{code}\nimport sys\nprint('\\n'.join(sorted(sys.modules)))"], capture_output=True,
                          text=True, check=True).stdout
    return {name.split(".")[0] for name in told.split()}


def test_importing_pulposus_loads_nothing_heavy():
    heavy = {"numpy", "scipy", "xarray", "pandas", "pint", "pydantic", "matplotlib", "jinja2", "rich", "typer", "yaml", "h5netcdf"}
    assert not heavy & imported_by("import pulposus")


def test_no_file_imports_itself_by_a_detour():
    """Remove files that import nothing left, again and again: what stays is a circle."""
    import grimp

    graph = grimp.build_graph("pulposus", exclude_type_checking_imports=True)
    left = {m: set(graph.find_modules_directly_imported_by(m)) for m in graph.modules}
    while done := [m for m, wants in left.items() if not wants & left.keys() - {m}]:
        for m in done:
            del left[m]
    assert not left, f"files in a circle: {sorted(left)}"
