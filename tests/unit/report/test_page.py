"""The page stands alone, opens with its first screen, and says everything in its language."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from pulposus.core.files import packaged, read_yaml
from pulposus.core.language import catalogue
from pulposus.core.parameter_records import ORIGINS, READ
from pulposus.core.result import Result
from pulposus.report import pictures
from pulposus.report.html import page
from pulposus.study.summary import COSTS, HARMS_TO_PATIENTS

REPORTED = [{"arm": "cells", "quantity": "t2", "time": 180 * 86400.0, "value": 101.0, "sd": 5.0, "n": 12, "kind": "number",
             "tier": "primary", "set": "validation", "expected_miss": False, "source": "SIVAN2006"},
            {"arm": "cells", "quantity": "vas", "time": 0.0, "value": "down", "sd": None, "n": None, "kind": "direction",
             "tier": "memory", "set": "validation", "expected_miss": False, "source": "SIVAN2006"}]


class Tags(HTMLParser):
    """Collects tags with their attributes, and the text outside of style and of what the user or a source wrote."""

    def __init__(self, html: str) -> None:
        """Read a page."""
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, {k: v or "" for k, v in attrs}))
        self.inside = tag

    def handle_data(self, data: str) -> None:
        """Keep text."""
        if self.inside not in ("style", "pre"):
            self.text.append(data)


@pytest.fixture(scope="module")
def both(make: Callable[..., Result]) -> dict[str, str]:
    result = make(reported=REPORTED, draws=6)
    return {lang: page(result, lang) for lang in ("en", "zh")}


def test_the_first_screen_stands_before_any_figure(both: dict[str, str]) -> None:
    for html in both.values():
        screen = html.index('id="first"')
        figure = min(html.index(tag) for tag in ("<img", "<figure") if tag in html)
        order = [html.index(mark, screen) for mark in ('class="sentence"', "<tbody>", 'class="two"', 'class="research"')]
        assert [screen, *order, figure] == sorted([screen, *order, figure])
        assert html.index('id="evidence"') > order[-1] and "<svg" not in html


def test_nothing_is_loaded_from_elsewhere(both: dict[str, str]) -> None:
    for html in both.values():
        for tag, attributes in Tags(html).tags:
            assert tag not in ("script", "link", "iframe", "object", "embed")
            assert attributes.get("src", "data:").startswith("data:")
            if "href" in attributes:
                assert tag == "a" and attributes["href"].startswith(("#", "data:", "https://", "http://"))
            assert not [name for name in attributes if name.startswith("on")]
        assert "url(" not in html and "@import" not in html and "default-src 'none'" in html


def test_every_link_within_the_page_leads_somewhere(both: dict[str, str]) -> None:
    for html in both.values():
        tags = Tags(html).tags
        ids = [a["id"] for _, a in tags if "id" in a]
        assert len(ids) == len(set(ids))
        assert not [a["href"] for _, a in tags if a.get("href", "").startswith("#") and a["href"][1:] not in ids]


def test_every_figure_has_words_and_two_downloads(both: dict[str, str]) -> None:
    for html in both.values():
        tags = Tags(html).tags
        images = [a for tag, a in tags if tag == "img"]
        downloads = [a["download"] for tag, a in tags if "download" in a]
        assert len(images) == 6 + 3 and all(image["alt"] for image in images)
        assert len(downloads) == 2 * len(images) and {name.rsplit(".")[-1] for name in downloads} == {"csv", "svg"}


def test_each_language_is_whole(both: dict[str, str]) -> None:
    said = {key: each for key, each in read_yaml(packaged("messages.yaml"))[0]["messages"].items() if key.startswith("report_")}
    said.pop("report_figures_in_english")  # of a Chinese page alone, where no font has Chinese
    plain = [each for each in said.values() if len(each["en"].split()) > 2 and "{" not in each["en"]]
    text = {lang: " ".join(" ".join(Tags(html).text).split()) for lang, html in both.items()}
    assert len(plain) > 50
    assert not [each["en"] for each in plain if each["en"] in text["zh"]]
    shown = [each["en"] for each in plain if each["zh"] in text["zh"]]
    assert len(shown) > 40 and not [words for words in shown if words not in text["en"]]
    assert '<html lang="zh-CN">' in both["zh"] and '<html lang="en">' in both["en"]


def test_every_message_of_the_template_exists() -> None:
    folder = Path(pictures.__file__).parent / "templates"
    template = "".join((folder / f"{name}.html.j2").read_text(encoding="utf-8") for name in ("report", "first", "disc", "person", "marks"))
    asked = set(re.findall(r"""\bt\(["']([a-z_]+)["'][,)]""", template))
    assert len(asked) > 80 and not [key for key in asked if f"report_{key}" not in catalogue().keys()]


def test_what_a_user_or_a_record_says_is_never_markup(both: dict[str, str]) -> None:
    assert "A &lt;small&gt; study" in both["en"] and "<small>" not in both["en"]
    assert "Gain of &lt;b&gt;cells&lt;/b&gt;" in both["en"]


def test_records_references_and_the_run_are_told(both: dict[str, str]) -> None:
    html = both["en"]
    for told in ('id="rec-turnover"', 'id="ref-SIVAN2006"', "https://doi.org/", "Nobody knows.", "made_up.yaml", "version: 1",
                 'id="rec-t2_repeatability"', "某物周转率"):
        assert (told in html) is (told != "某物周转率")
    assert "某物周转率" in both["zh"]


def test_reported_results_stand_beside_the_prediction(both: dict[str, str]) -> None:
    html = both["en"]
    row = html[html.index('id="reported"'):html.index('id="laws"')]
    assert "101 ± 5.0\u00a0ms (n = 12)" in row and "not modelled" in row and 'href="#ref-SIVAN2006"' in row


def test_the_dose_stands_beside_its_ceiling(both: dict[str, str]) -> None:
    part = both["en"][both["en"].index('id="ceiling"'):both["en"].index('id="rivals"')]
    assert "6 million cells" in part and "times the ceiling" in part and "none: glucose is below that level" in part


def test_a_winner_is_marked_only_when_it_is_decided(make: Callable[..., Result], rivals: list[str]) -> None:
    assert 'class="better"' not in page(make(), "en")
    html = page(make(draws=60, rivals=rivals), "en")
    assert "decided: above untreated in T2, by less than the instrument detects" in html
    assert "laws of this run" in html and "Michaelis-Menten" in html


@pytest.mark.parametrize("change", [{"asked": 32}, {"stopped": {"cells": 2}}, {"stopped": {"cells": 5}}, {"draws": 0, "asked": 4},
                                    {"names": ["untreated"]}, {"effect": {}}])
def test_every_ending_has_a_page_in_both_languages(make: Callable[..., Result], change: dict[str, Any]) -> None:
    english, chinese = (page(make(**change), lang) for lang in ("en", "zh"))
    if "asked" in change:
        assert "not finished" in english and "未完成" in chinese
    if "stopped" in change:
        assert f"ended early in {change['stopped']['cells']} of 5 draws" in english and "NotConverged: no step" in english
    assert "nan" not in re.sub(r"data:[^\"]*", "", english).lower().replace("finance", "")


def test_the_page_of_a_result_read_again_is_the_same(make: Callable[..., Result], tmp_path: Path) -> None:
    fresh = make()
    fresh.save(tmp_path)
    assert page(Result.load(tmp_path), "zh") == page(fresh, "zh")


def test_without_a_chinese_font_figures_are_english_and_the_page_says_so(make: Callable[..., Result],
                                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_chinese_font", lambda: None)
    html = page(make(names=["未治疗", "cells"]), "zh")  # a missing letter would be a warning, and so an error
    assert "由于未安装中文字体" in html and pictures.figure_language("zh") == "en"
    assert pictures.drawable("未治疗", 0, "en") == "arm 1"


def test_arms_may_have_chinese_names_in_an_english_report(make: Callable[..., Result]) -> None:
    assert "未治疗" in page(make(names=["未治疗", "cells"]), "en")  # as above: a missing letter would be an error


def test_lines_of_arms_differ() -> None:
    styles = [(s["color"], s["linestyle"]) for s in map(pictures.line_style, range(50))]
    assert len(set(styles)) == 50
    assert len({c for c, _ in styles[:7]}) == len({d for _, d in styles[:7]}) == 7


def test_every_word_that_data_may_hold_has_a_message() -> None:
    known = catalogue().keys()
    units = {entry["n_unit"] for entry in read_yaml(packaged("route_evidence.yaml"))[0]["entries"]} | {"reports"}
    asked = [f"n_{one}{unit}" for unit in units for one in ("", "one_")]
    asked += [f"harm_{harm}" for harm in (*HARMS_TO_PATIENTS, *COSTS)] + [f"read_{read}" for read in READ] + [f"origin_{o}" for o in ORIGINS]
    assert not [key for key in asked if f"report_{key}" not in known]


def test_an_animal_carries_its_thiele_number_and_its_nucleus_cells(make: Callable[..., Result]) -> None:
    import json

    def head(**subject: Any) -> str:
        result = make()
        known = json.loads(result.dataset.attrs["subject"])
        result.dataset.attrs["subject"] = json.dumps(known | subject)
        return page(result, "en").split("<main", 1)[0]

    rat, human = head(species="rat", level="tail"), head(sex="female", age=45 * 365.25 * 86400.0, modic="1", endplate="erosion")
    assert "Thiele number of glucose" in rat and "mostly notochordal cells" in rat
    assert "Thiele" not in human and "female" in human and "45 years" in human and "Modic type 1" in human and "endplate erosion" in human
    assert "mature" not in head(species="sheep", level="lumbar").split("Thiele", 1)[1]
