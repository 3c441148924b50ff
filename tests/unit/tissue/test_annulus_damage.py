"""Denatured collagen of the annulus weakens its wall: at once for the modulus, by creep for the shape."""

from __future__ import annotations

import numpy as np
import pytest

from pulposus.tissue.answer import begin_disc
from pulposus.tissue.disc_file import read_disc
from pulposus.tissue.past import live, past_of

YEAR = 365.25 * 86400.0


def lived(gain):
    """Return the readings of an old disc whose annulus weakens with this gain."""
    spec = read_disc({"version": 1, "disc": {"preset": {"species": "human", "level": "L4/L5", "grade": "I"}}, "mesh": {"nodes": 150},
                      "history": [{"event": "ageing", "factor": 5, "at": "0 d"}]})
    laws, draw, geometry, build = begin_disc(spec)
    draw._values["annulus_damage_gain", "any"] = gain
    _, history = live(past_of(spec.history, draw, geometry, laws), build, geometry, [0.0, 20 * YEAR, 40 * YEAR])
    return history.readings


@pytest.fixture(scope="module")
def discs():
    return {gain: lived(gain) for gain in (0.0, 1.0, 4.0)}


def test_damage_is_the_gain_times_the_denatured_collagen_of_the_annulus(discs):
    for gain, readings in discs.items():
        assert readings["annulus_damage"] == pytest.approx(np.minimum(gain * readings["collagen_denatured"][:, 1], 1.0))
    assert discs[1.0]["annulus_damage"][-1] > 0.02


def test_without_a_gain_collagen_changes_nothing_and_with_one_the_disc_is_lower_and_softer(discs):
    heights, moduli = ([discs[gain][name][-1] for gain in (0.0, 1.0, 4.0)] for name in ("height_index", "axial_modulus"))
    assert heights[0] > heights[1] > heights[2] and np.all(discs[0.0]["annulus_damage"] == 0)
    assert moduli[2] < moduli[1]
