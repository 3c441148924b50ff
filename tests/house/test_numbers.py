"""No physical, biological or clinical number stands in the code: it lives in a data file with unit, origin and source."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src" / "pulposus"
MODELS = [p for room in ("core", "tissue", "therapy", "study") for p in sorted((SRC / room).rglob("*.py"))]
TOLD = {"draws.py", "units.py", "yaml_reader.py", "errors.py"}  # bits, characters and digits of the machinery, no body
PLAIN = {0, 1, 2, 3, 4, 6, 8, 12, 0.5, 1 / 3, 0.25, 100}  # counts, halves, Gauss orders and the integrals of P1, percent
EXPONENTS = {1e3, 1e6, 1e-3}  # between SI and a told unit


def numbers(path: Path):
    """Yield (line, number) of every literal outside docstrings, slices' steps and module-level constants."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {id(n) for node in tree.body if isinstance(node, (ast.Assign, ast.AnnAssign))
             for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
             if isinstance(target, (ast.Name, ast.Tuple)) for n in ast.walk(node)}
    classes = {id(n) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == "Control" for n in ast.walk(node)}
    for node in ast.walk(tree):
        if (isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool)
                and id(node) not in named | classes):
            yield node.lineno, node.value


@pytest.mark.parametrize("path", [p for p in MODELS if p.name not in TOLD], ids=lambda p: str(p.relative_to(SRC)))
def test_a_model_file_holds_no_number_of_its_own(path):
    found = [(line, value) for line, value in numbers(path) if value not in PLAIN | EXPONENTS]
    assert not found, f"{path.name}: numbers that belong into a data file: {found}"


def test_the_scan_sees_a_number_that_was_slipped_in(tmp_path):
    slipped = tmp_path / "slip.py"
    slipped.write_text('"""Doc 7.4."""\nTOL = 1e-9\n\ndef f(x):\n    """Say 5.1."""\n    return 7.28 * x + 4.07e-10 + 28\n')
    assert sorted(numbers(slipped)) == [(6, 4.07e-10), (6, 7.28), (6, 28)]


@pytest.mark.parametrize("path", [p for p in MODELS if p.parent.name != "core"], ids=lambda p: str(p.relative_to(SRC)))
def test_named_constants_are_of_the_method_not_of_the_body(path):
    """A module-level number is a tolerance, a limit, a time unit or a coefficient of the time-stepping scheme."""
    allowed = {0.0, 1.0, 2.0, 3.0}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            for n in ast.walk(node.value):
                if isinstance(n, ast.Constant) and isinstance(n.value, float) and n.value not in allowed:
                    name = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
                    assert name.strip("()").lstrip("_").isupper() or "_" in name, (path.name, name)
                    assert (path.name, name) in METHOD, f"{path.name}: {name} = {ast.unparse(node.value)} is not a known method constant"


METHOD = {
    ("adjoint.py", "_STEP"), ("adjoint.py", "_TOL"), ("answer.py", "_VIABILITY"), ("answer.py", "_NEGATIVE"), ("ceiling.py", "_NEAR"), ("ceiling.py", "_TOL"),
    ("clock.py", "(_SAFE, _SHRINK, _GROW)"), ("clock.py", "_DAY"), ("clock.py", "_SMALLEST_ERROR"), ("coupled.py", "_DECREASE"), ("repetition.py", "_SINGULAR"), ("repetition.py", "_SLOW"), ("repetition.py", "_STRIDE"),
    ("course.py", "(_DAY, _WEEK)"), ("cytokines.py", "_DOSE"), ("coupled.py", "_NEAR"), ("coupled.py", "_FORCING"), ("coupled.py", "_LOCAL"), ("disc.py", "STEADY"), ("disc.py", "_MOVED"),
    ("endplate.py", "_EDGE"), ("mesh.py", "_SAME"), ("mesh.py", "_ROUND"), ("coupled.py", "TOL"), ("operators.py", "_ROUND_OFF"), ("process.py", "_LEAST"), ("mesh.py", "_ENDPLATE_WEIGHT"), ("mesh.py", "_RADIAL_SHARE"), ("mesh.py", "_RIM_WEIGHT"), ("plan.py", "(DAY, WEEK)"),
    ("process.py", "_STEP"), ("product_dose.py", "_MIDDLE"), ("repeatability.py", "_TWO_SIDED_95"), ("statistics.py", "(_NARROW, _WIDE)"), ("statistics.py", "_FAMILY"), ("statistics.py", "_HALF_TIE"), ("summary.py", "_TIE"), ("stepper.py", "(_GLOBAL_TOL, _GLOBAL_STEP)"), ("stepper.py", "(_D, _W)"),
    ("per_cell.py", "PER"),  # so many cells or particles an effect is told for
    ("stepper.py", "_C"), ("stepper.py", "_E"), ("stepper.py", "_B"), ("summary.py", "DECIDED"), ("summary.py", "_NOTICED"), ("transport.py", "_SAME"),
    ("vesicle_effect.py", "_LEAST"), ("vesicle_reach.py", "_LEAST"), ("viability.py", "_FAR"), ("swelling.py", "(_NEWTON, _ROUND_OFF)"), ("swelling.py", "_LEAST"),
    # set-ups and verdicts of replay: tolerances, shares that count as settled or alive, levels of the tests
    ("steady_discs.py", "_RUN"), ("steady_discs.py", "_TOL"), ("steady_discs.py", "_CLOSE"), ("steady_discs.py", "_LOWEST"),
    ("dishes.py", "_ENDLESS"), ("dishes.py", "_LEAST"), ("dishes.py", "_EXACT"), ("line_chamber.py", "_RUN"), ("line_chamber.py", "_ALIVE"),
    ("tissue_samples.py", "_SETTLED"), ("years.py", "_RUN"), ("years.py", "_SETTLED"), ("years.py", "_FEW"), ("verdict.py", "(_LOW, _HIGH)"),
    ("verdict.py", "_LEVEL"), ("verdict.py", "_HALF"), ("coverage.py", "_ALPHA"), ("coverage.py", "_CONFIDENCE"), ("coverage.py", "_WORSE"),
    ("extrusion.py", "_ROUND_OFF"), ("injection.py", "_RTOL"), ("injection.py", "_LEAST"), ("multigrid.py", "_LOWEST"), ("multigrid.py", "_SAFE"), ("places.py", "_GOLDEN"), ("plane.py", "_FINER"),
    ("plane.py", "_FLAT"), ("shapes.py", "_EDGE"), ("shapes.py", "_FLAT"), ("shapes.py", "_OUTERMOST"), ("solid.py", "_FLATTER"),
    ("solid.py", "_ROOM"), ("solid.py", "_LEAST"), ("solid_file.py", "_WITHIN"),
}
