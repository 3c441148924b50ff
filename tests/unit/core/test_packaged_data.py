"""The packaged data files: all of them load, and what they promise holds."""

from pathlib import Path

import pytest

from pulposus.core.draws import Draw
from pulposus.core.files import packaged_files, read_yaml
from pulposus.core.parameters import Parameter, ParameterSet
from pulposus.core.references import bibtex, cite, load_evidence_levels, load_references
from pulposus.core.units import dimension_of

SET = ParameterSet.load()
U = (1e-6, 0.25, 0.5, 0.75, 1 - 1e-6)


@pytest.mark.parametrize("path", packaged_files("**/*.yaml"), ids=lambda path: path.name)
def test_every_yaml_file_is_read_and_says_its_kind(path: Path) -> None:
    data, _ = read_yaml(path)
    assert ("version" if path.parent.name == "templates" else "schema") in data


def test_there_are_parameters_of_every_file_and_of_several_origins() -> None:
    assert len(SET) > 100
    assert sum(map(len, SET.by_origin().values())) == len(SET)
    assert all(SET.by_origin()[origin] for origin in ("measured", "assumed"))


@pytest.mark.parametrize("record", SET, ids=lambda record: record.id)
def test_every_record_can_be_drawn(record: Parameter) -> None:
    drawn = [record.quantile(u) for u in U]
    width = drawn[-1] - drawn[0]
    assert drawn == sorted(drawn)
    assert (width > 0) == (record.spread.kind != "none")
    room = 1e-3 * width + 1e-12 * abs(record.si)
    assert drawn[0] - room <= record.si <= drawn[-1] + room
    assert dimension_of(record.unit)


def test_a_draw_of_a_human_disc_uses_records_of_its_species_or_any() -> None:
    draw = Draw(SET, 1, 0, "human", "III")
    for record in SET:
        if not record.rule and record.species in ("human", "any"):
            draw.value(record.symbol, record.region, record.grade if record.grade != "any" else "III")
    assert all(SET[id].species in ("human", "any") for id in draw.used)


def test_every_source_can_be_cited() -> None:
    text = bibtex(cite(SET.ids(), SET))
    used = {record.source for record in SET} - {"none"}
    assert used <= set(load_references())
    assert all(f"{{{key},\n" in text for key in used)


def test_evidence_levels_rise_from_none() -> None:
    levels = load_evidence_levels()
    assert list(levels) == ["none", "in_vitro", "cadaver", "animal", "human_uncontrolled", "human_rct"]
    assert [level.rank for level in levels.values()] == sorted({level.rank for level in levels.values()})
