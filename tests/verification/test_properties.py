"""Properties over random discs: positive, monotone, and free of the units in which they were written."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import LIMITED, bath, kPa, mm, nutrition, per_mL

from pulposus.core.units import si
from pulposus.tissue.mesh import line

FEW = settings(max_examples=15, deadline=None, derandomize=True)


def slab(half, density, oxygen, glucose, laws=LIMITED):
    """Return the steady fields of a nucleus slab on 40 equal cells, densities in 1e6 cells/mL."""
    problem = nutrition(line("slab", [("NP", half * mm)], 40), bath(oxygen * kPa, 0.8, glucose), laws,
                        density=density * 1e6 * per_mL)
    return problem.steady(1e-10).c


@FEW
@given(half=st.floats(0.2, 10), density=st.floats(0, 40), oxygen=st.floats(0.05, 20), glucose=st.floats(0.1, 25))
def test_fields_are_positive_and_bounded(half, density, oxygen, glucose):
    """Oxygen and glucose lie between zero and the bath, lactate above it, for any disc."""
    O, L, G = slab(half, density, oxygen, glucose)
    assert O.min() >= -1e-6 and G.min() >= -1e-9
    assert O.max() <= oxygen * kPa * (1 + 1e-9) and G.max() <= glucose * (1 + 1e-9)
    assert L.min() >= 0.8 * (1 - 1e-9)


@FEW
@given(half=st.floats(1, 8), density=st.floats(0.5, 10), more=st.floats(1.05, 3), glucose=st.floats(0.5, 5))
def test_more_cells_leave_less_glucose(half, density, more, glucose):
    """At every node, more cells leave less glucose and more lactate."""
    few, many = slab(half, density, 5.1, glucose), slab(half, density * more, 5.1, glucose)
    assert np.all(many[2] <= few[2] + 1e-9) and many[2, 0] < few[2, 0]
    assert np.all(many[1] >= few[1] - 1e-9)


@FEW
@given(half=st.floats(1, 6), density=st.floats(0.5, 8), taller=st.floats(1.05, 2))
def test_a_taller_disc_has_less_in_its_centre(half, density, taller):
    """The centre of a thicker slab has less glucose."""
    assert slab(half * taller, density, 5.1, 4.0)[2, 0] < slab(half, density, 5.1, 4.0)[2, 0]


@settings(max_examples=50, deadline=None, derandomize=True)
@given(value=st.floats(1e-6, 1e6))
def test_si_does_not_depend_on_the_unit_of_the_text(value):
    """The same quantity in two units reads as the same SI number."""
    for text, same, unit in ((f"{value!r} mL", f"{value * 1e-3!r} L", "m**3"), (f"{value!r} mm", f"{value * 1e-1!r} cm", "m"),
                             (f"{value!r} kPa", f"{value * 1e3!r} Pa", "Pa"), (f"{value!r} mM", f"{value!r} mol/m**3", "mol/m**3"),
                             (f"{value!r} d", f"{value * 24!r} h", "s"), (f"{value!r} cell/mL", f"{value * 1e6!r} cell/m**3", "cell/m**3")):
        assert abs(si(text, unit) - si(same, unit)) <= 1e-12 * si(same, unit)
