"""Spreads: quantiles against closed forms and scipy's distributions, and what is refused."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from pulposus.core.errors import NotAllowed
from pulposus.core.spread import Spread

U = [1e-6, 0.01, 0.25, 0.5, 0.9, 1 - 1e-6]


def test_no_spread_gives_the_value() -> None:
    assert [Spread("none", why="a law").quantile(u, 3.0) for u in U] == [3.0] * len(U)


@pytest.mark.parametrize(
    ("spread", "value", "reference"),
    [
        (Spread("normal", sd=0.5), 3.0, stats.norm(3.0, 0.5)),
        (Spread("normal", cv=0.2), -3.0, stats.norm(-3.0, 0.6)),
        (Spread("normal", sd=1.0, low=2.5, high=5.0), 3.0, stats.truncnorm(-0.5, 2.0, 3.0, 1.0)),
        (Spread("normal", sd=1.0, low=0.0), 0.2, stats.truncnorm(-0.2, math.inf, 0.2, 1.0)),
        (Spread("lognormal", gsd=2.0), 3.0, stats.lognorm(math.log(2.0), scale=3.0)),
        (Spread("lognormal", cv=0.4), 3.0, stats.lognorm(math.sqrt(math.log(1.16)), scale=3.0)),
        (Spread("uniform", low=1.0, high=5.0), 3.0, stats.uniform(1.0, 4.0)),
        (Spread("loguniform", low=0.1, high=10.0), 1.0, stats.loguniform(0.1, 10.0)),
        (Spread("beta", a=2.0, b=5.0, low=1.0, high=3.0), 1.5, stats.beta(2.0, 5.0, 1.0, 2.0)),
    ],
)
def test_quantiles_are_those_of_the_distribution(spread: Spread, value: float, reference: Any) -> None:
    found = [spread.quantile(u, value) for u in U]
    assert found == pytest.approx([float(reference.ppf(u)) for u in U], rel=1e-10, abs=1e-12)


def test_a_lognormal_is_cut_to_its_limits() -> None:
    spread = Spread("lognormal", gsd=3.0, low=1.0, high=4.0)
    found = [spread.quantile(u, 2.0) for u in np.linspace(0.001, 0.999, 99)]
    assert all(1.0 <= x <= 4.0 for x in found)
    assert found == sorted(found)
    assert spread.quantile(0.5, 2.0) == pytest.approx(
        2.0 * math.exp(math.log(3.0) * stats.truncnorm(-math.log(2) / math.log(3), math.log(2) / math.log(3)).ppf(0.5))
    )


def test_a_normal_cut_far_out_keeps_its_digits() -> None:
    far = Spread("normal", sd=1.0, low=9.0, high=10.0)
    reference = stats.truncnorm(9.0, 10.0)
    assert far.quantile(0.5, 0.0) == pytest.approx(float(reference.ppf(0.5)), rel=1e-9)


def test_a_normal_of_relative_width_around_zero_is_zero() -> None:
    assert Spread("normal", cv=0.5).quantile(0.9, 0.0) == 0.0


def test_scaling_carries_lengths_and_leaves_ratios() -> None:
    spread = Spread("normal", cv=0.1, low=1.0, high=2.0).scaled(1000.0)
    assert (spread.cv, spread.low, spread.high) == (0.1, 1000.0, 2000.0)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "a spread such as"),
        ({"kind": "uniformm", "low": 1, "high": 2}, "nearest: uniform"),
        ({"kind": "uniform", "low": 1}, "high"),
        ({"kind": "uniform", "low": 2, "high": 1}, "low less than high"),
        ({"kind": "uniform", "low": 1, "high": 2, "sd": 1}, "only high, low, why"),
        ({"kind": "uniform", "low": 1, "hihg": 2}, "nearest: high"),
        ({"kind": "uniform", "low": True, "high": 2}, "finite number"),
        ({"kind": "uniform", "low": 1, "high": math.inf}, "finite number"),
        ({"kind": "uniform", "low": "1 mm", "high": 2}, "finite number"),
        ({"kind": "none"}, "why"),
        ({"kind": "normal"}, "sd or cv"),
        ({"kind": "normal", "sd": 1, "cv": 1}, "one of them"),
        ({"kind": "normal", "sd": 0}, "greater than 0"),
        ({"kind": "lognormal", "gsd": 1}, "greater than 1"),
        ({"kind": "loguniform", "low": 0, "high": 1}, "greater than 0"),
        ({"kind": "beta", "a": 1, "b": 2}, "low"),
    ],
)
def test_a_spread_without_sense_is_refused(data: Any, words: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        Spread.read(data)
    assert words in str(caught.value)


def test_a_spread_says_what_it_holds() -> None:
    assert Spread("uniform", low=1.0, high=2.0).holds(2.0)
    assert not Spread("uniform", low=1.0, high=2.0).holds(2.1)
    assert not Spread("lognormal", gsd=2.0).holds(0.0)
    assert Spread("normal", sd=1.0).holds(-5.0)
