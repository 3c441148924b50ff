"""The disc file: SI floats, both shapes, patterns of open area, shipped discs."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulposus.core.errors import InputError
from pulposus.tissue.disc_file import Pattern, load_disc, read_disc

EXAMPLES = Path(__file__).parents[3] / "examples" / "discs"
PRESET = {"preset": {"species": "human", "level": "L4/L5", "grade": "III"}}


def test_the_canonical_disc() -> None:
    spec = load_disc(EXAMPLES / "ax1.yaml")
    shape = spec.disc.axisymmetric
    assert shape is not None and spec.disc.cells is not None and spec.supply.endplate is not None
    assert (shape.radius, shape.nucleus_radius, shape.half_height) == (0.021, 0.014, 0.0069)
    assert (shape.endplate_thickness, shape.endplate_radius) == (0.0006, 0.017)
    assert (spec.disc.cells.NP, spec.disc.cells.AF, spec.disc.cells.CEP) == (3.6e12, 5.55e12, 13.5e12)
    assert (spec.supply.endplate.oxygen, spec.supply.endplate.lactate, spec.supply.endplate.glucose) == (
        5100.0,
        0.8,
        4.0,
    )
    assert spec.laws.glucose_limiter is None and spec.laws.formulation == "upf"
    assert spec.probes == {"centre": (0.0, 0.0)} and spec.viability_after == 6 * 86400


def test_the_shipped_scenarios_change_one_thing_each() -> None:
    base = load_disc(EXAMPLES / "ax1.yaml").model_dump(exclude={"title"})
    open_endplate = load_disc(EXAMPLES / "ax1_endplate_60_open.yaml").model_dump(exclude={"title"})
    degenerate = load_disc(EXAMPLES / "ax1_degenerate_grade3.yaml").model_dump(exclude={"title"})
    assert open_endplate["supply"].pop("endplate_open") == 0.6 and base["supply"].pop("endplate_open") == 1.0
    assert open_endplate == base
    degenerate["supply"].pop("endplate_open")
    assert degenerate["disc"].pop("porosity") == {"NP": 0.76, "AF": 0.7, "CEP": 0.6}
    base["disc"].pop("porosity")
    assert degenerate == base


def test_a_preset_leaves_the_rest_to_the_records() -> None:
    spec = read_disc({"version": 1, "disc": PRESET})
    assert spec.disc.preset is not None and spec.disc.preset.grade == "III"
    assert spec.disc.porosity is None and spec.disc.cells is None and spec.supply.endplate is None
    assert spec.supply.endplate_open == 1.0 and spec.mesh.nodes == 5000 and spec.laws.glucose_limiter == 0.05


@pytest.mark.parametrize(
    "pattern", [{"pattern": "stripes", "open": 0.5, "width": "1 mm"}, {"pattern": "open_rim", "open": "50 %"}]
)
def test_patterns_of_open_area(pattern: dict[str, object]) -> None:
    spec = read_disc({"version": 1, "disc": PRESET, "supply": {"endplate_open": pattern}})
    assert isinstance(spec.supply.endplate_open, Pattern)
    assert spec.supply.endplate_open.open == 0.5
    assert spec.supply.endplate_open.width == (1e-3 if pattern["pattern"] == "stripes" else None)


def test_faults_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "disc.yaml"
    text = (EXAMPLES / "ax1.yaml").read_text(encoding="utf-8")
    path.write_text(
        text.replace("nucleus_radius: 14 mm", "nucleus_radius: 18 mm")
        .replace("NP: 0.80", "NP: 2")
        .replace("nodes: 5000", "nodes: 1")
        .replace("[0 mm, 0 mm]", "[30 mm, 0 mm]")
    )
    with pytest.raises(InputError) as caught:
        load_disc(path)
    places = [fault.where.split(": ")[1] for fault in caught.value.faults]
    assert places == ["disc.axisymmetric.nucleus_radius", "disc.porosity.NP", "mesh.nodes", "probes.centre.0"]
