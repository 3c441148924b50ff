"""The page of the living disc: one scale for all times, units, nothing loaded, nothing of the user's taken for markup."""

import json
import re
from base64 import b64decode

import numpy as np
import pytest

from pulposus.core.errors import InputError
from pulposus.report import slider
from pulposus.report.slider import frames_kept, slider_page, told_film
from pulposus.tissue.course import run_course
from pulposus.tissue.disc_file import read_disc
from pulposus.tissue.film import FILMED, Film

EVIL = "<script>alert('disc')</script> & co"
SPEC = {"version": 1, "title": EVIL, "disc": {"preset": {"species": "sheep", "level": "lumbar"}}, "mesh": {"nodes": 150},
        "history": [{"event": "nucleotomy", "removed": "33 %", "at": "-1 week"}], "follow_up": "3 weeks"}


@pytest.fixture(scope="module")
def filmed():
    film = Film()
    return film, run_course(read_disc(SPEC), film=film)


def page_of(filmed, lang="en", **changes):
    film, answer = filmed
    return slider_page(film, {**answer, **changes}, [(-7.0, "nucleotomy")], EVIL, lang)


def content(page):
    return json.loads(re.search(r'<script type="application/json" id="disc">(.*?)</script>', page, re.S)[1])


def test_frames_stand_at_the_times_of_the_course(filmed):
    data = content(page_of(filmed))
    assert data["days"] == pytest.approx(filmed[1]["days"], abs=1e-9)
    assert data["height"] == [v / 100 for v in filmed[1]["course"]["height_index"]] and data["height"][-1] < data["height"][0] == 1
    assert all(len(each["frames"]) == len(data["days"]) for each in data["maps"]) and len(data["maps"]) == len(FILMED)


def test_one_scale_serves_all_times_and_gives_the_values_back(filmed):
    film, _ = filmed
    for each in content(page_of(filmed))["maps"]:
        values = np.array([frame[each["name"]] for frame in film.frames])
        back = np.array([np.frombuffer(b64decode(frame), "<u2") for frame in each["frames"]]) / slider.STEPS * (each["high"] - each["low"]) + each["low"]
        assert back == pytest.approx(values, abs=(each["high"] - each["low"]) / slider.STEPS)
        assert each["high"] == pytest.approx(values.max()) and each["low"] == pytest.approx(0 if each["name"] in slider.COUNTED else values.min())
        assert each["levels"] and all(each["low"] < level < each["high"] for level in each["levels"])


def test_every_map_has_its_unit_in_both_languages(filmed):
    film, _ = filmed
    units = {lang: {each["name"]: each["unit"] for each in told_film(film.frames[:1], lang)} for lang in ("en", "zh")}
    assert units["en"] == {"glucose": "mM", "oxygen": "kPa", "lactate": "mM", "living": "million cells/mL", "aggrecan": "mg/mL"}
    assert units["zh"]["living"] == "百万细胞/mL"
    page = page_of(filmed)
    assert all(f"/ {each}" in page for each in units["en"].values())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_loads_nothing_and_keeps_words_apart_from_markup(filmed, lang):
    page = page_of(filmed, lang, status="partial", note="<i>stopped</i>")
    assert {*re.findall(r"https?://[^\s\"'<]+", page)} == {"http://www.w3.org/2000/svg"}  # the name of SVG, which is not fetched
    assert not re.search(r"<link|<script[^>]*src|@import|url\((?!#)|fetch\(|XMLHttp|import\(", page)
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page and "<i>stopped" not in page and "&lt;i&gt;stopped" in page


def test_the_slider_is_for_hands_without_a_mouse(filmed):
    page = page_of(filmed)
    assert '<input type="range" id="time" min="0" max="4"' in page and 'for="time"' in page and page.count("aria-label=") >= 3 * len(FILMED)
    assert all(key in page for key in ("ArrowLeft", "ArrowRight", "Home", "End")) and page.count('data-save="svg"') == page.count('data-save="png"') == 6


def test_events_are_named_at_their_day(filmed):
    assert "nucleotomy · day −7" in page_of(filmed) and "髓核摘除" in page_of(filmed, "zh")


def test_an_unknown_language_is_refused(filmed):
    with pytest.raises(InputError, match="fr"):
        page_of(filmed, "fr")


def test_a_heavy_film_is_thinned_evenly_and_says_so(filmed, monkeypatch):
    days = [float(7 * week) for week in range(-10, 91)]
    kept = frames_kept(days, slider.MOST // 11)
    assert kept == [*range(0, 101, 10)] and days[10] == 0.0
    assert frames_kept(days, slider.MOST // 7)[:3] == [0, 10, 17]  # day 0 stays
    monkeypatch.setattr(slider, "MOST", 2 * 5 * len(filmed[0].points.volume))
    page = page_of(filmed)
    assert "3 of 5 times are shown" in page and content(page)["kept"] == [0, 1, 4]


def test_a_field_that_is_the_same_everywhere_still_has_a_scale(filmed):
    assert all(each["high"] > each["low"] for each in told_film([{name: np.full(3, 2.0) for name in FILMED}], "en"))
