"""What discs there are: species, levels, grades and the one geometry of each, with their sources."""

from __future__ import annotations

from typing import Any

from pulposus.core.draws import Draw
from pulposus.core.parameters import ParameterSet
from pulposus.core.units import convert
from pulposus.core.vocabulary import terms
from pulposus.tissue.fixed_charge import donnan_pressure, fixed_charge, thermal
from pulposus.tissue.geometry import Geometry, geometry_of
from pulposus.tissue.loads import loads_of
from pulposus.tissue.species_records import assumed_by_species
from pulposus.tissue.swelling import Swelling, swelling_pressure

__all__ = ["table", "thiele_number"]


def table(kind: str, lang: str = "en") -> list[dict[str, Any]]:
    """Return the rows of a kind: species, levels, grades, geometry, swelling or loads.

    >>> [row["species"] for row in table("species")][0]
    'human'
    """
    if kind == "species":
        return [_species(name, lang) for name in terms("species")]
    if kind == "levels":
        return [{"species": name, "level": level} for name, term in terms("species").items() for level in term.more["levels"]]
    if kind == "grades":
        return [_grade(grade) for grade in terms("grade")]
    if kind == "swelling":
        return [_swelling(region, grade) for region, grade in (*(("NP", g) for g in terms("grade")), ("AF", "I"), ("AF", "III"))]
    row = _loads if kind == "loads" else _geometry
    return [row(name, level) for name, term in terms("species").items() for level in term.more["levels"]]


def thiele_number(species: str, level: str, grade: str = "I") -> float:
    """Return Phi^2 = rho q_G H^2 / (4 D_G G_0) of glucose in a disc at the central values of its records.

    The zero-order slab with this number keeps 1 - Phi^2 / 2 of its glucose in the middle: discs far below 1 cannot show that
    nutrition limits cells.

    >>> round(thiele_number("human", "L4/L5"), 2), round(thiele_number("rat", "tail"), 4)
    (2.2, 0.0104)
    """
    draw = Draw(ParameterSet.load(), 0, 0, species, grade, nominal=True)
    return _thiele(draw, geometry_of(draw, species, level))


def _thiele(draw: Draw, geometry: Geometry) -> float:
    v = draw.value
    rate = v("glucose_per_lactate") * _lactate_rate(draw)
    diffusivity = v("water_diffusivity_glucose") * (v("porosity", "NP") / (2 - v("porosity", "NP"))) ** 2
    return geometry.thiele(v("cell_density", "NP"), rate, diffusivity, v("supply_endplate_glucose"))


def _species(name: str, lang: str) -> dict[str, Any]:
    """Return a species with its levels, the Thiele number of each, its nucleus cells, and how much of it is assumed."""
    term, share = terms("species")[name], ParameterSet.load().lookup("notochordal_share", "NP", name)
    counts = {row["species"]: row for row in assumed_by_species()}[name]
    return {"species": name, "name": term.label(lang), "levels": ", ".join(term.more["levels"]),
            "Thiele number": ", ".join(f"{level} {thiele_number(name, level):.3g}" for level in term.more["levels"]),
            "nucleus cells": terms("nucleus_cells")[term.more["nucleus_cells"]].label(lang, short=True),
            "notochordal [%]": 100 * share.si, "notochordal origin": f"{share.origin} ({share.source})",
            "assumed": counts["assumed"], "of records": counts["records"], "size assumed": counts["size assumed"],
            "of size": counts["of its size"]}


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
    origins = sorted({ParameterSet.load()[name].origin for name in draw.used if name.startswith(("disc_", "axisymmetric"))})
    return {"species": species, "level": level, "height [mm]": geometry.height * 1e3, "radius [mm]": geometry.radius * 1e3,
            "nucleus radius [mm]": geometry.nucleus_radius * 1e3, "endplate [mm]": geometry.endplate_thickness * 1e3,
            "nucleus [mL]": convert(geometry.nucleus_volume, "m**3", "mL"),
            "Thiele number": _thiele(draw, geometry),
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


def _swelling(region: str, grade: str) -> dict[str, Any]:
    """Return the pressure of a human grade by four tellings side by side, and the height of its nucleus's law and table.

    Charge of the aggrecan at osmotic factor 1, that of a peer model, the measured swelling stress, and the law of this
    program; the height relative to grade I by the law (a sound annulus) and by the assumed table, and the damage of the
    annulus that would close the gap. The annulus has no measured stress and no factor of its own.
    """
    parameters, draw = ParameterSet.load(), Draw(ParameterSet.load(), 0, 0, "human", grade, nominal=True)
    bath, RT, peer = draw.value("bath_osmolarity"), thermal(draw), f"peer_fixed_charge.{region}.human.{grade}"
    row: dict[str, Any] = {"region": region, "grade": grade}

    def pressure(charge: float) -> float:
        return convert(donnan_pressure(charge, bath, RT), "Pa", "kPa")

    row["charge, factor 1 [mM]"] = fixed_charge(draw, region, grade)
    row["pressure, factor 1 [kPa]"] = pressure(row["charge, factor 1 [mM]"])
    row["pressure, peer model [kPa]"] = pressure(parameters[peer].si) if peer in parameters else None
    if region != "NP":
        return row
    stress, law = parameters.lookup("swelling_stress", "NP", "human", grade), Swelling.of(draw)
    row["measured stress [kPa]"] = convert(stress.si, "Pa", "kPa")
    row["SD [kPa]"] = convert((stress.spread.sd or 0.0) * stress.factor, "Pa", "kPa")
    row["osmotic factor"] = draw.value("osmotic_factor")
    row["pressure [kPa]"] = convert(swelling_pressure(draw), "Pa", "kPa")
    table = draw.value("grade_height") / draw.value("grade_height", grade="I")
    row |= {"volume to grade I": law.volume, "height to grade I": law.height, "height, table": table,
            "law over table [%]": 100 * (law.height / table - 1),
            "damage for the table's height": float(law.damage_at(table, law.start)) if table < law.height else 0.0}
    return row


def _loads(species: str, level: str) -> dict[str, Any]:
    """Return the nominal loads of a level, and what a day of them does to a disc of grade I."""
    parameters, draw = ParameterSet.load(), Draw(ParameterSet.load(), 0, 0, species, "I", nominal=True)
    loads, law = loads_of(draw, geometry_of(draw, species, level)), Swelling.of(draw)
    origins = [f"{parameters[i].origin} ({parameters[i].source})" for i in draw.used if i.startswith(("load_rest", "load_active"))]
    water, height = law.daily(law.start, loads)
    modulus = float(law.axial_modulus(law.start, loads.step))
    row = {"species": species, "level": level, "rest [MPa]": convert(loads.rest, "Pa", "MPa"),
           "upright [MPa]": convert(loads.active, "Pa", "MPa"), "share of the day": loads.upright,
           "relaxation [h]": convert(loads.tau, "s", "h"), "axial modulus [MPa]": convert(modulus, "Pa", "MPa"),
           "water lost in a day [%]": 100 * float(water), "height lost in a day [%]": 100 * float(height)}
    for name, symbol in (("water, published [%]", "daily_fluid_swing"), ("height, published [%]", "daily_height_loss")):
        known = f"{symbol}.{species}"
        row[name] = 100 * parameters[known].si if known in parameters else None
    return {**row, "origin": ", ".join(origins)}
