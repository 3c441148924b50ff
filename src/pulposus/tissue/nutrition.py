"""Oxygen, lactate and glucose in the disc (TM-1): what diffuses in, what native cells take and give.

    dO/dt = div(D_O grad O) - (f rho / S) qO,   dL/dt = div(D_L grad L) + rho qL,   dG/dt = div(D_G grad G) - rho Y qL

formulation ``upf``: f = porosity on the oxygen sink only, storage 1 (as the published model code has it);
formulation ``conservative``: d(nf K c)/dt = div(nf D grad c) -/+ rho q with partition K, f = 1.
D = Dw (nf / (2 - nf))^2 (Mackie-Meares), times the open fraction in the endplate; endplate law ``measured_low`` puts the
measured endplate diffusivities in its place. rho = native + senescent cells per volume, times the active fraction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pulposus.tissue import metabolism
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.points import regional
from pulposus.tissue.process import Field, Process, State

__all__ = ["SOLUTES", "Nutrition", "diffusivity", "mobility"]

SOLUTES = ("oxygen", "lactate", "glucose")
_UNITS = {"oxygen": "Pa", "lactate": "mol/m**3", "glucose": "mol/m**3"}


def mobility(nf: float, formulation: str) -> float:
    """Return (nf / (2 - nf))^2, times nf in the conservative formulation: a diffusivity relative to that in water.

    >>> round(mobility(0.8, "upf"), 4)
    0.4444
    """
    return (nf / (2 - nf)) ** 2 * (nf if formulation == "conservative" else 1.0)


def diffusivity(solute: str, p: State, laws: Mapping[str, Any], open_share: float = 1.0) -> dict[str, float]:
    """Return region -> effective diffusivity (m2/s) of a solute, times porosity in the conservative formulation."""
    out = {}
    for index, region in enumerate(REGIONS):
        nf = float(p["porosity_by_region"][index])
        D = p[f"water_diffusivity_{solute}"] * mobility(nf, laws["formulation"])
        if region == "CEP":
            if laws["endplate_diffusivity"] == "measured_low":
                D = p[f"endplate_diffusivity_{solute}"] * (nf if laws["formulation"] == "conservative" else 1.0)
            D *= open_share
        out[region] = float(D)
    return out


class Nutrition(Process):
    """Owns oxygen, lactate and glucose, and the draw of native and senescent cells on them."""

    name = "nutrition"
    reads = (*SOLUTES, "native", "senescent")
    sources = SOLUTES
    def __init__(self, laws: Mapping[str, Any], boundary: Mapping[str, Mapping[str, float]], open_share: float = 1.0,
                 ) -> None:
        """laws: the named laws of the run; boundary: solute -> tag -> value (Pa, mol/m3); open_share of the endplate."""
        self.laws, self.boundary, self.open_share = laws, boundary, open_share
        self.parameters = (*metabolism.OXYGEN[laws["oxygen"]], *metabolism.LACTATE, "oxygen_solubility", "porosity",
                           "active_fraction", *(f"water_diffusivity_{s}" for s in SOLUTES),
                           *(("glucose_limiter",) if self._limited else ()),
                           *((f"partition_{s}" for s in SOLUTES) if self._conservative else ()))

    def prepare(self, draw: Any, points: Any) -> dict[str, Any]:
        """Return the porosity of each region, from which the diffusivities follow, or the measured endplate diffusivities."""
        measured = SOLUTES if self.laws["endplate_diffusivity"] == "measured_low" else ()
        return {"porosity_by_region": regional(draw, "porosity", REGIONS),
                **{f"endplate_diffusivity_{s}": draw.value(f"endplate_diffusivity_{s}", region="CEP") for s in measured}}

    def fields(self, p: State) -> list[Field]:
        """Return the three solutes with their diffusivities, boundary values and storage."""
        out = []
        for solute in SOLUTES:
            edge = self.boundary[solute]
            store = {r: float(p["porosity_by_region"][i] * p[f"partition_{solute}"]) if self._conservative else 1.0
                     for i, r in enumerate(REGIONS)}
            # a bath may hold no lactate: its typical size is then that of the glucose it comes from
            typical = [*edge.values(), *(self.boundary["glucose"].values() if solute == "lactate" else ())]
            spreads = diffusivity(solute, p, self.laws, self.open_share)
            out.append(Field(solute, _UNITS[solute], "steady", max(map(abs, typical)) or 1.0, spreads, edge, store,
                             start=float(np.mean(list(edge.values())))))
        return out

    def _oxygen_share(self, p: State) -> Any:
        """Cells' oxygen sink per mol: porosity / solubility (upf) or 1 / solubility."""
        return (1.0 if self.laws["formulation"] == "conservative" else p["porosity"]) / p["oxygen_solubility"]

    def source(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the solute rates (Pa/s, mol/(m3 s)) of native and senescent cells."""
        rho = (state["native"] + state["senescent"]) * p["active_fraction"]
        qO, _, _ = metabolism.oxygen_uptake(state["oxygen"], state["lactate"], p, self.laws["oxygen"], xp)
        qL = metabolism.lactate_release(state["oxygen"], state["lactate"], state["glucose"], p, self._limited, xp)[0]
        return {"oxygen": -rho * qO * self._oxygen_share(p), "lactate": rho * qL,
                "glucose": -rho * p["glucose_per_lactate"] * qL}

    @property
    def _conservative(self) -> bool:
        return bool(self.laws["formulation"] == "conservative")

    @property
    def _limited(self) -> bool:
        return self.laws["glucose_limiter"] is not None

    def derivatives(self, state: State, p: State, t: float, xp: Any) -> dict[tuple[str, str], Any]:
        """Return the analytic derivative blocks of `source`."""
        active = p["active_fraction"]
        rho = (state["native"] + state["senescent"]) * active
        O, L, G = (state[s] for s in SOLUTES)
        qO, qO_O, qO_L = metabolism.oxygen_uptake(O, L, p, self.laws["oxygen"], xp)
        qL, qL_O, qL_L, qL_G = metabolism.lactate_release(O, L, G, p, self._limited, xp)
        f, Y = self._oxygen_share(p), p["glucose_per_lactate"]
        out = {("oxygen", "oxygen"): -rho * f * qO_O, ("oxygen", "lactate"): -rho * f * qO_L}
        for by, slope in (("oxygen", qL_O), ("lactate", qL_L), ("glucose", qL_G)):
            out["lactate", by] = rho * slope
            out["glucose", by] = -rho * Y * slope
        for cells in ("native", "senescent"):
            out["oxygen", cells] = -active * f * qO
            out["lactate", cells] = active * qL
            out["glucose", cells] = -active * Y * qL
        return out
