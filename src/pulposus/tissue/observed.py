"""Outcomes that are worked out only when a study asks for them, from what a disc's read-outs hold over time.

    T2_AF  = T2_grade exp(b (w - w_start)) x site factor, by side; b the least-squares slope over grades I to IV, not below 0
    index  = 100 sqrt(J h) S / S_start,       S = w exp(-TE / T2)

J volume and h height ratio of the nucleus (its section has the area 2 r H, its volume pi r^2 H), w its water share of mass. In
rats and mice T2 stays as it was at the start (GRUNERT2013), so that the index falls by area and water: the only MRI read-out that
is told for them. The annulus swells by the law of the nucleus (porosity_after).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from pulposus.core.derived import derived
from pulposus.tissue.grading import expected, modified_pfirrmann_table, thompson_table
from pulposus.tissue.histology import damage, histology_score
from pulposus.tissue.imaging import GRADES, t2_slope, water_mass_fraction
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.swelling import porosity_after
from pulposus.tissue.symptoms import CYTOKINES, SYMPTOMS, Course, Symptoms, inflammation, structural_loss

__all__ = ["SIDES", "annulus_t2", "mri_index", "observed"]

SIDES = ("anterior", "posterior")
_SCALE = "human"  # the species whose annulus and pain are on record
_AF = REGIONS.index("AF")
_HISTOLOGY = "histology_"


def _water(draw: Any, porosity: Any) -> Any:
    return water_mass_fraction(porosity, draw.value("solid_density") / draw.value("water_density"))


def _annulus_slope(draw: Any, side: str) -> float:
    t2, water = ([draw.value(symbol, region="AF", grade=g, species=_SCALE) for g in GRADES[:-1]]
                 for symbol in (f"t2_{side}_annulus", "porosity"))
    return max(t2_slope(t2, [_water(draw, nf) for nf in water]), 0.0)


@derived("t2_anterior_annulus_slope")
def t2_anterior_annulus_slope(draw: Any, region: str, grade: str) -> float:
    """Return b of the anterior annulus."""
    return _annulus_slope(draw, "anterior")


@derived("t2_posterior_annulus_slope")
def t2_posterior_annulus_slope(draw: Any, region: str, grade: str) -> float:
    """Return b of the posterior annulus."""
    return _annulus_slope(draw, "posterior")


def annulus_t2(draw: Any, share: Any) -> Any:
    """Return T2 of the annulus (s), (time, side), once it holds this share of its aggrecan; NaN for what is no human disc."""
    share = np.asarray(share, dtype=float)
    if draw.species != _SCALE:
        return np.full((*share.shape, len(SIDES)), np.nan)
    phi = draw.value("porosity", region="AF")
    gained = _water(draw, porosity_after(phi, share)) - _water(draw, phi)
    return draw.value("t2_site_factor") * np.stack([_annulus_side(draw, side, gained) for side in SIDES], axis=-1)


def _annulus_side(draw: Any, side: str, gained: Any) -> Any:
    """Return T2 of one side after a gain of water share, within the table of grades."""
    symbol = f"t2_{side}_annulus"
    own = draw.value(symbol, region="AF")
    ends = [own, *(draw.value(symbol, region="AF", grade=g) for g in (GRADES[0], GRADES[-1]))]
    return np.clip(own * np.exp(draw.value(f"{symbol}_slope", region="AF") * gained), min(ends), max(ends))


def mri_index(draw: Any, volume: Any, height: Any, porosity: Any, t2: Any) -> Any:
    """Return the MRI index relative to the start from ratios of volume and height, porosity and T2 (s) over time."""
    w = _water(draw, np.asarray(porosity, dtype=float))
    decay = np.where(np.isfinite(t2), np.exp(-draw.value("echo_time") / np.asarray(t2, dtype=float)), 1.0)
    return np.sqrt(np.asarray(volume) * height) * w * decay / (w[0] * decay[0])


def observed(draw: Any, asked: Collection[str], readings: Mapping[str, Any], times: Any, course: Course) -> dict[str, Any]:
    """Return the asked outcomes that are not among the read-outs of a disc; nothing where the disc was not read at all."""
    if not readings:
        return {}
    out: dict[str, Any] = {}
    gag, chances = readings["gag"], readings["pfirrmann_probability"]
    if "t2_annulus" in asked:
        out["t2_annulus"] = annulus_t2(draw, gag[:, _AF] / gag[0, _AF])
    if "mri_index" in asked:
        out["mri_index"] = mri_index(draw, *(readings[n] for n in ("nucleus_volume", "height_index", "nucleus_porosity", "t2")))
    for scale, table in (("modified_pfirrmann", modified_pfirrmann_table), ("thompson", thompson_table)):
        if scale in asked:
            out[f"{scale}_probability"] = chances @ table(draw)
            out[scale] = expected(out[f"{scale}_probability"])
    for name in (n for n in asked if n.startswith(_HISTOLOGY)):
        out[name] = histology_score(draw, name.removeprefix(_HISTOLOGY), damage(*_healthy_shares(draw, readings)))
    told = [s for s in SYMPTOMS if s in asked]
    if told:
        I, L = _inflamed(draw, readings), structural_loss(readings["pfirrmann"])
        out.update({s: Symptoms.of(draw, s).at(np.asarray(times)[: len(L)], course, I, L) for s in told})
    return out


def _inflamed(draw: Any, readings: Mapping[str, Any]) -> Any:
    """Return I of the nucleus over time, 0 in a disc without cytokines."""
    none = np.zeros((len(readings["pfirrmann"]), 1))
    il1b, tnf = (np.asarray(readings.get(name, none))[:, 0] for name in CYTOKINES)
    return inflammation(il1b, tnf, (draw.value("inflammation_half_il1b"), draw.value("inflammation_half_tnf")))


def _healthy_shares(draw: Any, readings: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return the shares of a healthy disc's aggrecan and living cells over time, nucleus and annulus alike."""
    shares = []
    for symbol, name in (("aggrecan_content", "gag"), ("cell_density", "viable_cells")):
        each = []
        for i, region in enumerate(REGIONS[:2]):
            healthy, own = (draw.value(symbol, region=region, grade=g) for g in (GRADES[0], None))
            series = readings[name][:, i]
            each.append(series * own / healthy if symbol == "cell_density" else series / healthy)
        shares.append(np.mean(each, axis=0))
    return shares[0], shares[1]
