"""Size tables as instruments export them: which columns, which rows, which unit."""

from __future__ import annotations

import pytest

from pulposus.core.errors import InputError
from pulposus.therapy.size_table import load_size_table, read_size_table

NANOSIGHT = """[Experiment Details],
[Results],
Concentration (Particles / ml),1.2e9,1.3e9
[Size Data],
Mean,110,112
Graph Data,
Bin centre (nm),Concentration (particles / ml),Concentration (particles / ml),Concentration average,Standard Error,
0.5,0,0,0,0,
100.5,1e6,3e6,2e6,1e5,
200.5,1e6,1e6,1e6,1e5,

Percentile,Size (nm)
10,20
"""
AUTOSAMPLER = NANOSIGHT.replace(",Concentration average,Standard Error", "").replace("2e6,1e5,", "").replace("1e6,1e5,", "").replace("0,0,0,0,", "0,0,")
ZETAVIEW = ("Operator:\tA\nSize Distribution\n\nSize / nm\tNumber\tConcentration / cm-3\tVolume / nm^3\tArea / nm^2\n"
            "7.500E+0\t0\t0.000E+0\t0\t0\n1.125E+2\t30\t4.0E+6\t1\t1\n2.125E+2\t10\t1.0E+6\t1\t1\n"
            "-1.000E+0\t-1\t-1\t-1\t-1\nlog section\n1.0E+1\t1\t9.0E+9\t1\t1\n")
ZETASIZER = "Sizes (d.nm);Numbers (%)\n58,77;2,5\n105,7;7,5\n190,1;10\n"
QNANO = "Particle Diameter (nm)\n101\n130\n220\n140\n"


@pytest.mark.parametrize(("text", "program", "kind", "share", "median"), [
    (NANOSIGHT, "NanoSight", "number_concentration", 2 / 3, 100.5),
    (AUTOSAMPLER, "NanoSight", "number_concentration", 2 / 3, 100.5),
    (ZETAVIEW, "ZetaView", "number_concentration", 4 / 5, 112.5),
    (ZETASIZER, "Zetasizer", "number_percent", 1 / 2, 105.7),
    (QNANO, "Izon", "number", 3 / 4, 130.0),
    ("size_nm,particles\n100,1\n160,3\n", "plain", "number", 1 / 4, 160.0),
], ids=["nanosight", "autosampler", "zetaview", "zetasizer", "qnano", "plain"])
def test_the_tables_of_the_instruments(text, program, kind, share, median):
    table = read_size_table(text)
    assert (table.program, table.kind, table.counts) == (program, kind, True)
    assert table.share(30e-9, 150e-9) == pytest.approx(share) and table.median == pytest.approx(median * 1e-9)


def test_a_concentration_is_told_where_there_is_one():
    assert read_size_table(NANOSIGHT).total == pytest.approx(3e6 * 1e6)
    assert read_size_table(QNANO).total is None


def test_light_scattering_by_intensity_counts_no_particles():
    table = read_size_table(ZETASIZER.replace("Numbers", "Intensities"))
    assert table.kind == "intensity_percent" and not table.counts


def test_the_ends_of_a_range_belong_to_it():
    table = read_size_table("size_nm,particles\n29.9,1\n30,1\n150,1\n150.1,1\n")
    assert table.share(30e-9, 150e-9) == pytest.approx(0.5)


@pytest.mark.parametrize(("text", "words"), [
    ("Bin centre (µm),Concentration average\n0.1,1e6\n", ("line 1: Bin centre (µm)", "sizes in um", "diameters in nm")),
    ("Size (um),Concentration\n0.1,1e6\n", ("sizes in um",)),
    ("Sizes (r.nm),Numbers (%)\n50,10\n", ("radii in nm", "diameters in nm")),
    ("size_nm,particles\n0.1,5\n0.2,3\n", ("at most 0.2", "look like um")),
    ("Bin center (nm),Concentration average\n100,3\n", ("no known headings", "nearest: Bin centre (nm)")),
    ("Bin centre (nm),Concentraton average\n100,3\n", ("no column of amounts", "nearest: Concentration average")),
    ("size_nm,particles\n100,0\n", ("no particles",)),
    ("size_nm,particles\n100,many\n", ("line 2", "numbers below the headings")),
    ("size_nm,particles\n100,-1\n", ("line 2", "zero or more")),
    ("size_nm,particles\n100,nan\n", ("line 2", "numbers below the headings")),
    ("", ("no known headings",)),
], ids=["um", "size in um", "radii", "um by their size", "misspelt size", "misspelt amount", "empty bins", "words", "negative", "nan", "empty"])
def test_a_table_that_is_none_is_refused(text, words):
    with pytest.raises(InputError) as error:
        read_size_table(text, "sizes.csv")
    assert all(word in str(error.value) for word in ("sizes.csv", *words)), str(error.value)


def test_letters_of_another_system_are_read_and_pictures_are_not(tmp_path):
    (tmp_path / "a.csv").write_bytes("Temperature,22 °C\n".encode("latin-1") + NANOSIGHT.encode())
    assert load_size_table(tmp_path / "a.csv").program == "NanoSight"
    (tmp_path / "b.csv").write_bytes(b"\x89PNG\0\0")
    for name in ("b.csv", "missing.csv"):
        with pytest.raises(InputError, match=name):
            load_size_table(tmp_path / name)
