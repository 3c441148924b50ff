"""A past and what comes of it: every event does what it says, the past is lived once, and a course tells how it ended."""

from __future__ import annotations

import numpy as np
import pytest

from pulposus.core.errors import InputError
from pulposus.tissue.answer import begin_disc
from pulposus.tissue.course import READINGS, rows_of, run_course
from pulposus.tissue.disc_file import read_disc
from pulposus.tissue.past import past_of
from pulposus.tissue.stepper import Stepper

BASE = {"version": 1, "disc": {"preset": {"species": "human", "level": "L4/L5", "grade": "II"}}, "mesh": {"nodes": 200}, "follow_up": "6 months"}


def told(*events, **changes):
    """Return the course after these events."""
    return run_course(read_disc({**BASE, "history": list(events), **changes}))


def last(answer, name, region=None):
    """Return the last value of a reading."""
    series = answer["course"][name]
    return (series[region] if region else series)[-1]


@pytest.fixture(scope="module")
def plain():
    """Return the course of a disc to which nothing happened."""
    return told()


def test_without_a_history_a_course_starts_at_day_0(plain):
    assert plain["status"] == "complete" and plain["days"][0] == 0.0 and plain["days"][-1] == pytest.approx(182.625)
    assert plain["course"]["height_index"][0] == 100.0 and plain["species"] == "human"
    assert set(plain["course"]) == set(READINGS) - {"degradation_activity", "granulation", "nerve_term", "confinement", "nucleus_volume_lost"}


def test_a_past_starts_at_its_first_event_and_100_is_the_intact_disc():
    answer = told({"event": "puncture", "needle": "14G", "at": "-2 weeks"}, {"event": "nucleotomy", "removed": "20 %", "at": "-3 weeks"})
    assert answer["days"][:4] == [-21.0, -14.0, -7.0, 0.0] and answer["history"] == ["puncture", "nucleotomy"]
    assert answer["course"]["height_index"][0] == 100.0 > answer["course"]["height_index"][1]
    assert answer["course"]["nucleus_volume_lost"][1] == pytest.approx(20.0)
    assert answer["ledger_gap"] < 1e-10
    header, rows = rows_of(answer)
    assert header[:2] == ["day", "height_index [percent]"] and len(rows) == len(answer["days"]) and len(set(header)) == len(header)


EVENTS = [
    ({"event": "wall_nutrition", "level": "30 %"}, "glucose_min", -1),
    ({"event": "endplate_nutrition", "level": 0.5}, "glucose_min", -1),
    ({"event": "endplate_damage", "open": "30 %"}, "glucose_min", -1),
    ({"event": "endplate_damage", "open": {"pattern": "open_rim", "open": 0.5}}, "glucose_min", -1),
    ({"event": "calcification", "extent": "60 %"}, "glucose_min", -1),
    ({"event": "growth", "synthesis": 2}, "gag", 1),
    ({"event": "load", "pressure": "3 MPa"}, "gag", -1),
    ({"event": "degenerate_turnover"}, "gag", -1),
    ({"event": "cytokine_load", "il1b": "10 ng/mL", "tnf": "5 ng/mL"}, "gag", -1),
    ({"event": "ageing", "factor": 100}, "viable_cells", -1),
]


@pytest.mark.parametrize(("event", "name", "sign"), EVENTS, ids=[f"{e['event']}{i}" for i, (e, _, _) in enumerate(EVENTS)])
def test_a_driver_drives_its_way_and_stops(event, name, sign, plain):
    region = "NP" if READINGS[name][2] else None
    on = told({**event, "at": "0 d"})
    assert on["status"] == "complete" and sign * (last(on, name, region) - last(plain, name, region)) > 1e-4 * abs(last(plain, name, region))
    if event["event"] not in ("calcification",):
        short = told({**event, "at": "0 d", "until": "2 weeks"})
        assert sign * (last(on, name, region) - last(short, name, region)) > 0
    if name == "glucose_min" and event["event"] != "calcification":
        assert last(short, name) > 0.998 * last(plain, name)  # supply comes back, to the cells that are left
        assert last(short, "viable_cells", "NP") <= last(plain, "viable_cells", "NP") * (1 + 1e-9)


def test_a_rival_law_turns_a_contested_sign(plain):
    event = {"event": "calcification", "extent": "30 %", "at": "0 d"}
    closes, neutral, opens = (last(told(event, laws={"calcification": law}), "glucose_min") for law in ("closes", "neutral", "opens"))
    assert closes < neutral < opens and neutral == pytest.approx(last(plain, "glucose_min"), rel=2e-3)
    load = {"event": "load", "pressure": "3 MPa", "at": "0 d"}
    assert last(told(load, laws={"load": "none"}), "gag", "NP") == pytest.approx(last(plain, "gag", "NP"), rel=1e-6)


def test_events_of_a_past_are_shared_out_at_day_0():
    spec = read_disc({**BASE, "history": [{"event": "load", "pressure": "1 MPa", "at": "-2 weeks", "until": "2 weeks"},
                                          {"event": "puncture", "needle": "22G", "at": "0 d"}]})
    laws, draw, geometry, _ = begin_disc(spec)
    past = past_of(spec.history, draw, geometry, laws)
    before, after = (past.processes(*span) for span in ((-np.inf, 0.0), (0.0, np.inf)))
    assert past.start == -14 * 86400 and len(past.wounds_from(-np.inf, 0.0)) == 1 and past.wounds_from(0.0, np.inf) == []
    assert [e.what for q in before for e in q.events({})] == ["load"] and [e.what for q in after for e in q.events({})] == ["end of load"]


def test_a_course_needs_to_know_how_long():
    with pytest.raises(InputError, match="follow_up"):
        run_course(read_disc({k: v for k, v in BASE.items() if k != "follow_up"}))


def test_a_course_that_fails_tells_what_it_reached(monkeypatch):
    step = Stepper.step
    monkeypatch.setattr(Stepper, "step", lambda self, s, h: None if s.t + h > 30 * 86400.0 else step(self, s, h))
    answer = told()
    assert answer["status"] == "partial" and "followed to day 28 of" in answer["note"] and answer["days"][-1] == 28.0


def test_a_thicker_needle_hurts_a_small_disc_more():
    heights = [last(told({"event": "puncture", "needle": needle, "at": "0 d"}, disc={"preset": {"species": "rabbit", "level": "lumbar"}}, follow_up="4 weeks"),
                    "height_index") for needle in ("18G", "25G", "27G")]
    assert heights[0] < 99 < heights[2] and heights[0] < heights[1] < heights[2]
