"""What discs there are: species, levels, grades and the one geometry of each, with their sources."""

from __future__ import annotations

from typing import Any

from pulposus.core.draws import Draw
from pulposus.core.parameters import ParameterSet
from pulposus.core.units import convert
from pulposus.core.vocabulary import terms
from pulposus.tissue.geometry import geometry_of
from pulposus.tissue.swelling import swelling_pressure

__all__ = ["table"]


def table(kind: str, lang: str = "en") -> list[dict[str, Any]]:
    """Return the rows of a kind: species, levels, grades or geometry.

    >>> [row["species"] for row in table("species")][0]
    'human'
    """
    if kind == "species":
        return [{"species": name, "name": term.label(lang), "levels": ", ".join(term.more["levels"])}
                for name, term in terms("species").items()]
    if kind == "levels":
        return [{"species": name, "level": level} for name, term in terms("species").items() for level in term.more["levels"]]
    if kind == "grades":
        return [_grade(grade) for grade in terms("grade")]
    return [_geometry(name, level) for name, term in terms("species").items() for level in term.more["levels"]]


def _grade(grade: str) -> dict[str, Any]:
    """Return what a human grade sets: porosity, aggrecan and T2 of the nucleus, with their origins."""
    parameters = ParameterSet.load()
    row: dict[str, Any] = {"grade": grade}
    draw = Draw(parameters, 0, 0, "human", grade, nominal=True)
    row["swelling pressure [kPa]"] = convert(swelling_pressure(draw), "Pa", "kPa")
    for symbol in ("porosity", "aggrecan_content", "t2"):
        record = parameters.lookup(symbol, "NP", "human", grade)
        row[f"{symbol} [{record.unit}]"] = record.value
        row[f"{symbol} origin"] = f"{record.origin} ({record.source})"
    return row


def _geometry(species: str, level: str) -> dict[str, Any]:
    """Return the nominal geometry of a level, its nucleus volume and its Thiele number."""
    draw = Draw(ParameterSet.load(), 0, 0, species, "I", nominal=True)
    geometry = geometry_of(draw, species, level)
    v = draw.value
    rate = v("glucose_per_lactate") * _lactate_rate(draw)
    diffusivity = v("water_diffusivity_glucose") * (v("porosity", "NP") / (2 - v("porosity", "NP"))) ** 2
    origins = sorted({ParameterSet.load()[name].origin for name in draw.used if name.startswith(("disc_", "axisymmetric"))})
    return {"species": species, "level": level, "height [mm]": geometry.height * 1e3, "radius [mm]": geometry.radius * 1e3,
            "nucleus radius [mm]": geometry.nucleus_radius * 1e3, "endplate [mm]": geometry.endplate_thickness * 1e3,
            "nucleus [mL]": convert(geometry.nucleus_volume, "m**3", "mL"),
            "Thiele number": geometry.thiele(v("cell_density", "NP"), rate, diffusivity, v("supply_endplate_glucose")),
            "origin": ", ".join(origins)}


def _lactate_rate(draw: Draw) -> float:
    """Return the lactate release per cell at the supply of the endplate (mol/(cell s))."""
    import numpy as np

    from pulposus.tissue.metabolism import lactate_release
    from pulposus.tissue.nutrition import SOLUTES

    p = {s: draw.value(s) for s in ("lactate_rate_unit", "lactate_rate_log", "lactate_rate_pH", "lactate_rate_oxygen",
                                    "lactate_rate_oxygen_square", "pH_at_zero_lactate", "pH_per_lactate")}
    O, L, G = (np.array(draw.value(f"supply_endplate_{s}")) for s in SOLUTES)
    return float(lactate_release(O, L, G, p, False, np)[0])
