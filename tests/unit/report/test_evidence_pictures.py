from __future__ import annotations

import json
import re

import pytest

from pulposus.evidence.home import open_store
from pulposus.evidence.meta.analysis import analyse
from pulposus.evidence.meta.options import Options
from pulposus.evidence.sheet import read_sheet
from pulposus.evidence.tally import evidence_map
from pulposus.report.evidence.evidence_map import draw_map
from pulposus.report.evidence.forest import forest
from pulposus.report.evidence.funnel import baujat, funnel, radial
from pulposus.report.evidence.graph import graph
from pulposus.report.evidence.page import page, pictures_of
from pulposus.report.evidence.scale import Scale, scale_of
from pulposus.report.pictures import svg_of

ROWS = ["Aronson,4,119,11,128,a", "Ferguson,6,300,29,274,a", "Rosenthal,3,228,11,209,b", "Hart,62,13536,248,12619,b", "Frimodt,33,5036,47,5761,b"]


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("study,ai,bi,ci,di,group,rob\n" + "\n".join(f"{row},sequence generation=low; baseline=high" for row in ROWS) + "\n")
    return analyse(read_sheet(path), Options("RR", "REML", "knha", subgroup="group", title="Discs & needles"))


def words(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts] + [text.get_text() for text in figure.texts]


def test_a_forest_has_every_study_its_numbers_and_its_judgements(document):
    figure = forest(document)
    said = words(figure)
    assert {"Aronson", "Ferguson", "Rosenthal", "Hart", "Frimodt", "prediction interval", "Discs & needles"} <= set(said)
    assert "0.41 [0.13, 1.26]" in said and said.count("+") == 5 and said.count("–") == 5
    weights = [float(each.removesuffix(" %")) for each in said if re.fullmatch(r"\d+\.\d %", each)]
    assert sum(weights) == pytest.approx(100, abs=0.3)
    assert sum("I2" in each and each.startswith("subgroup") for each in said) == 2


def test_squares_grow_with_weight_and_log_axes_have_round_ticks(document):
    svg = svg_of(forest(document)).decode()
    assert all(f'id="study:{row.split(",")[0]}"' in svg for row in ROWS)
    scale = scale_of(document)
    ticks = [scale.label(tick) for tick in scale.ticks(-3.0, 1.0)]
    assert ticks == ["0.05", "0.1", "0.2", "0.5", "1", "2"]
    assert Scale("MD", False, 0.0).ticks(-12, 9) and Scale("OR", True, 0.0).number(0.6931471805599453) == "2.00"


def test_a_wide_interval_does_not_squeeze_the_rest(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("study,yi,vi\nA,0.1,0.01\nB,0.2,0.01\nC,0.15,0.02\nD,0.3,900\n")
    found = analyse(read_sheet(path), Options("GEN"))
    low, high = scale_of(found).limits(found)
    assert high - low < 5


def test_scatter_pictures_have_one_point_per_study(document):
    for draw, label in ((funnel, "standard error"), (radial, "standardised effect"), (baujat, "influence")):
        axes = draw(document).axes[0]
        points = max(len(each.get_offsets()) for each in axes.collections if hasattr(each, "get_offsets"))
        assert points >= 5 and label in axes.get_ylabel()
    low, high = funnel(document).axes[0].get_ylim()
    assert low > high == 0


def test_the_page_stands_alone_in_both_languages_and_escapes_names(document, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('study,yi,vi\n<script>alert(1)</script>,0.1,0.01\nB,0.2,0.02\nC,0.4,0.02\n')
    spiteful = page(analyse(read_sheet(path), Options("GEN")), "zh")
    assert "<script>alert" not in spiteful and "&lt;script&gt;" in spiteful
    html = page(document, "en")
    assert not re.search(r'(src|href)="(http|//)', html) and html.count("<figure") == 4 and 'data-name="Hart"' in html
    assert {"forest", "funnel", "radial", "baujat"} == set(pictures_of(document))


def test_pictures_are_the_same_bytes_again(document):
    assert svg_of(forest(document)) == svg_of(forest(json.loads(json.dumps(document, default=float))))


def test_a_network_graph_names_every_treatment_and_counts_studies(tmp_path):
    path = tmp_path / "n.csv"
    path.write_text("study,treat,mean,sd,n\n1,A,10,2,20\n1,B,12,2,20\n2,A,9,2,30\n2,C,11,2,28\n3,A,9,2,30\n3,C,11,2,28\n")
    said = words(graph(analyse(read_sheet(path), Options("MD"))))
    assert {"A", "B", "C", "1", "2"} <= set(said)


def test_the_map_shows_dental_pulp_without_evidence():
    found = evidence_map(open_store(), "source", "mechanism")
    labels = [label.get_text() for label in draw_map(found).axes[0].get_yticklabels()]
    assert "dpsc" in found.rows and any("dental" in label or "DPSC" in label for label in labels)
    assert not any(row == "dpsc" for row, _ in found.cells)
