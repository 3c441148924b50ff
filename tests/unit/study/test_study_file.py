"""The study file: units at the door, six comparators, the named comparator, shipped studies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pulposus.core.errors import InputError
from pulposus.study.arm import Arm
from pulposus.study.comparator import named_comparator
from pulposus.study.study_file import StudySpec, comparator_kind, load_study, read_study

EXAMPLES = Path(__file__).parents[3] / "examples" / "studies"
NEEDLE = {"kind": "transannular", "needle": "22G"}


def dose(product: dict[str, Any], route: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"route": route or NEEDLE, "product": product, "at": "0 d"}


def vehicle(carrier: str) -> dict[str, Any]:
    return {"kind": "vehicle", "carrier": carrier, "volume": "2 mL"}


def cells(carrier: str) -> dict[str, Any]:
    return {"kind": "cells", "source": "BM-MSC", "dose": "6e6 cells", "carrier": carrier, "volume": "2 mL"}


def study(*arms: dict[str, Any], **changes: Any) -> StudySpec:
    subject = {"species": "human", "level": "L4/L5", "grade": {"scale": "pfirrmann", "value": 3}}
    return read_study({"version": 1, "subject": subject, "follow_up": "12 months", "arms": list(arms), **changes})


def test_quantities_are_si_in_the_model() -> None:
    spec = study({"name": "a", "doses": [{**dose(cells("saline")), "at": "2 weeks"}]})
    one = spec.arms[0].doses[0]
    assert spec.follow_up == 365.25 * 86400
    assert one.at == 14 * 86400
    assert one.product.kind == "cells" and one.product.dose == 6e6 and one.product.volume == 2e-6
    assert one.route.kind == "transannular" and one.route.needle == "22G" and one.route.depth_fraction is None


def test_what_is_left_out_has_the_default_of_the_vocabulary() -> None:
    spec = study({"name": "a", "doses": []})
    laws = spec.model.laws
    assert (laws.formulation, laws.oxygen, laws.glucose_limiter) == ("upf", "bibby", 0.05)
    assert (laws.endplate_diffusivity, laws.endplate_degeneration, laws.aggrecan) == (
        "porosity",
        "unchanged",
        "two_pools",
    )
    assert laws.model_fields_set == set()
    assert (spec.sampling.draws, spec.sampling.seed) == (32, 1)
    assert spec.observe == ("height_index", "t2", "pfirrmann", "viable_cells", "transplanted_cells", "gag")


def test_laws_can_be_set() -> None:
    laws = study(
        {"name": "a", "doses": []}, model={"laws": {"glucose_limiter": "none", "aggrecan": "one_pool"}}
    ).model.laws
    assert laws.glucose_limiter is None and laws.aggrecan == "one_pool"
    assert (
        study({"name": "a", "doses": []}, model={"laws": {"glucose_limiter": "100 uM"}}).model.laws.glucose_limiter
        == 0.1
    )


def test_a_spec_does_not_change() -> None:
    spec = study({"name": "a", "doses": []})
    with pytest.raises(ValueError, match="frozen"):
        spec.follow_up = 1.0  # type: ignore[misc]


@pytest.mark.parametrize(("value", "bounds"), [(3, (3, 3)), ([2, 4], (2, 4)), ([5, 5], (5, 5))])
def test_a_grade_is_a_number_or_a_range(value: Any, bounds: tuple[int, int]) -> None:
    subject = {"species": "human", "level": ["L4/L5"], "grade": {"scale": "pfirrmann", "value": value}}
    spec = study({"name": "a", "doses": []}, subject=subject)
    assert spec.subject.grade.bounds == bounds
    assert spec.subject.level == "L4/L5"


SHAM = dose({"kind": "extradiscal_sham"}, {"kind": "epidural"})
KINDS = [
    ([], "untreated"),
    ([SHAM], "extradiscal_sham"),
    ([dose({"kind": "needle_only"})], "needle_only"),
    ([dose(vehicle("saline"))], "saline"),
    ([dose(vehicle("hyaluronic acid"))], "carrier"),
    ([dose(vehicle("cryomedium"))], "cryomedium"),
    ([dose(cells("saline"))], None),
    ([dose(vehicle("saline")), dose(cells("saline"))], None),
    ([SHAM, dose(vehicle("saline")), dose(vehicle("collagen"))], "carrier"),
]


@pytest.mark.parametrize(("doses", "kind"), KINDS)
def test_the_six_comparators_are_told_apart(doses: list[dict[str, Any]], kind: str | None) -> None:
    assert comparator_kind(Arm.model_validate({"name": "x", "doses": doses})) == kind


def test_the_named_comparator() -> None:
    untreated = {"name": "untreated", "doses": []}
    saline = {"name": "saline", "control": True, "doses": [dose(vehicle("saline"))]}
    acid = {"name": "HA", "control": True, "doses": [dose(vehicle("hyaluronic acid"))]}
    in_saline = {"name": "cells in saline", "doses": [dose(cells("saline"))]}
    in_acid = {"name": "cells in HA", "doses": [dose(cells("hyaluronic acid"))]}
    in_gel = {"name": "cells in gel", "doses": [dose(cells("thermogel"))]}
    told = {**in_acid, "name": "told", "comparator": "untreated"}

    spec = study(untreated, saline, acid, in_saline, in_acid, in_gel, told)
    assert {arm.name: named_comparator(spec, arm) for arm in spec.arms} == {
        "untreated": None,
        "saline": "untreated",
        "HA": "untreated",
        "cells in saline": "saline",
        "cells in HA": "HA",
        "cells in gel": "saline",
        "told": "untreated",
    }
    sham = {"name": "sham", "control": True, "doses": [SHAM]}
    by_route = study(untreated, sham, acid, in_gel)
    assert named_comparator(by_route, by_route.arm("cells in gel")) == "HA", "an injected control before a sham outside the disc"
    without_control = study(untreated, in_acid)
    assert named_comparator(without_control, without_control.arm("cells in HA")) == "untreated"
    alone = study(in_acid)
    assert named_comparator(alone, alone.arms[0]) is None


def test_a_route_outside_the_disc_needs_no_volume() -> None:
    product = {key: value for key, value in cells("saline").items() if key != "volume"}
    for kind in ("intravenous", "epidural"):
        assert study({"name": "a", "doses": [dose(product, {"kind": kind})]}).arms[0].doses[0].product.kind == "cells"
    for route in (NEEDLE, {"kind": "transpedicular", "needle": "14G"}, {"kind": "endplate_seeding"}):
        with pytest.raises(InputError, match="volume"):
            study({"name": "a", "doses": [dose(product, route)]})


def test_reported_results_are_carried_along() -> None:
    row = {
        "arm": "a",
        "quantity": "vas",
        "time": "12 months",
        "value": 30.5,
        "n": 20,
        "kind": "number",
        "tier": "primary",
        "set": "validation",
        "source": "X",
    }
    up = {**row, "kind": "direction", "value": "up"}
    reported = study({"name": "a", "doses": []}, reported=[row, up]).reported
    assert (reported[0].value, reported[0].n, reported[0].expected_miss, reported[1].value) == (30.5, 20, False, "up")


def test_overrides_are_checked_and_kept() -> None:
    spec = study({"name": "a", "doses": []}, model={"overrides": {"cell_density.NP.human": "4e6 /mL"}})
    assert spec.model.overrides == {"cell_density.NP.human": "4e6 /mL"}


@pytest.mark.parametrize("name", ["routes_human_l45", "amirdelfan_2021"])
def test_shipped_studies_load(name: str) -> None:
    path = EXAMPLES / f"{name}.yaml"
    spec, text = load_study(path)
    assert text == path.read_text(encoding="utf-8")
    for arm in spec.arms:
        other = named_comparator(spec, arm)
        assert other is not None or comparator_kind(arm) is not None  # every therapy has a comparator


def test_the_shipped_routes_are_all_five() -> None:
    spec, _ = load_study(EXAMPLES / "routes_human_l45.yaml")
    kinds = [one.route.kind for arm in spec.arms if comparator_kind(arm) is None for one in arm.doses]
    assert kinds == ["transannular", "transpedicular", "intravenous", "endplate_seeding", "epidural"]
    assert spec.sampling.draws == 32
