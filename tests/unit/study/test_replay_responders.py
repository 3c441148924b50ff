"""Responders: hand-made limits, against persons drawn at random."""

from __future__ import annotations

import numpy as np
import pytest

from pulposus.core.draws import Draw
from pulposus.core.parameters import ParameterSet
from pulposus.study.replay.responders import Responders

MEANS = {"vas": (60.0, 42.0), "odi": (45.0, 38.0)}
RULE = {"at": "12 months", "any_of": [{"of": "vas", "share": "20 %", "points": 20}, {"of": "odi", "share": "20 %"}]}


def share(rule, means, **overrides):
    parameters = ParameterSet.load().override(overrides)
    return Responders.model_validate({**RULE, **rule}).share(Draw(parameters, 1, 0, "human", "III", nominal=True), means)


def test_persons_who_do_not_change_on_the_mean_respond_as_often_as_not():
    half = share({"any_of": [{"of": "vas", "points": 0}]}, {"vas": (50.0, 50.0)}, pain_sd="10")
    assert half == pytest.approx(0.5, abs=0.01)


def test_the_share_is_that_of_persons_drawn_at_random():
    """Pain SD 25, disability SD 15, correlated 0.6 between persons and 0.5 in time."""
    rng, n = np.random.default_rng(3), 200_000
    between = np.linalg.cholesky([[1.0, 0.6], [0.6, 1.0]])
    x, y = between @ rng.normal(size=(2, n)), between @ rng.normal(size=(2, n))
    met = np.zeros(n, dtype=bool)
    for i, (name, points, sd) in enumerate((("vas", 20.0, 25.0), ("odi", 0.0, 15.0))):
        start = np.clip(MEANS[name][0] + sd * x[i], 0, 100)
        fall = start - np.clip(MEANS[name][1] + sd * (0.5 * x[i] + np.sqrt(0.75) * y[i]), 0, 100)
        met |= (fall >= points) & (fall >= 0.2 * start)
    assert share({}, MEANS) == pytest.approx(met.mean(), abs=0.015)


def test_a_wider_limit_finds_fewer_and_a_larger_fall_more():
    assert share({"any_of": [{"of": "vas", "share": "50 %"}]}, MEANS) < share({"any_of": [{"of": "vas", "share": "30 %"}]}, MEANS)
    assert share({}, {"vas": (60.0, 60.0), "odi": (45.0, 45.0)}) < share({}, MEANS)


def test_who_starts_below_the_entry_score_is_not_taken_in():
    """Pain that starts low cannot fall by twenty points: with such persons left out the share rises."""
    rule = {"any_of": [{"of": "vas", "points": 20}]}
    assert share({**rule, "entry": {"vas": 40}}, {"vas": (45.0, 30.0)}) > share(rule, {"vas": (45.0, 30.0)})
