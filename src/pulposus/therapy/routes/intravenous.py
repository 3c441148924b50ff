"""Into a vein: most cells rest in the lungs, a tiny share reaches the disc through the endplate's vessels.

    lungs' = -k_l lungs,   blood' = k_l lungs - k_b blood,   flux into the disc = f_a k_b blood / endplate area
    synthesis modifier = 1 + eps_s (lungs + blood) / given

f, the share that ends in one disc, has never been counted: three decades of prior; f_a with the disc's attraction. eps_s is what cells
do from afar while they live in the body: sized apart, as so few arrive, and allowed to be nought.
"""

from __future__ import annotations

from math import log
from typing import Any

from pulposus.therapy import homing
from pulposus.therapy.product import ORDINARY, CellTraits, viable_cells
from pulposus.therapy.route import Delivery, DepotDose
from pulposus.tissue.geometry import Geometry
from pulposus.tissue.process import Event, Field, Process, State

__all__ = ["Bloodstream", "deliver"]


class Bloodstream(Process):
    """Owns the cells in lungs and blood."""

    name = "bloodstream"
    reads = ("lungs", "blood", "chemokine")
    sources = ("transplanted", "fresh", "lungs", "blood")
    modifies = ("synthesis",)
    parameters = ("lung_half_life", "blood_half_life", "disc_homing_share", "systemic_paracrine_gain", *homing.PARAMETERS)

    def __init__(self, doses: list[Event], cells: float, traits: CellTraits = ORDINARY, homes: str = homing.DEFAULT,
                 entering: float | None = None) -> None:
        """doses: events into lungs and blood; cells: all of them, to which tolerances refer; traits: of the product;
        homes: the law `homing`; entering: the share that homes where it is known."""
        self.doses, self.cells, self.factor, self.homes, self.entering = doses, cells, traits.homing, homes, entering
        self.paracrine = traits.paracrine

    def fields(self, p: State) -> list[Field]:
        """Return both compartments (cells)."""
        return [Field(n, "1", "global", max(self.cells, 1.0)) for n in ("lungs", "blood")]

    def events(self, p: State) -> list[Event]:
        """Return the doses."""
        return self.doses

    def surface(self, tag: str, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the flux of homing cells (1/(m2 s)) through the endplate."""
        if tag != "endplate":
            return {}
        alone = p["disc_homing_share"] if self.entering is None else self.entering
        share = homing.entering_share(min(1.0, self.factor * alone), state, p, xp, self.homes)
        flux = share * log(2) / p["blood_half_life"] * state["blood"] / p["geometry"].endplate_area
        return {"transplanted": flux, "fresh": flux}

    def global_rate(self, state: State, totals: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the rates of lungs and blood (cells/s)."""
        leaving = log(2) / p["lung_half_life"] * state["lungs"]
        return {"lungs": -leaving, "blood": leaving - log(2) / p["blood_half_life"] * state["blood"]}

    def modifiers(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the factor on native synthesis of cells that live elsewhere in the body."""
        return {"synthesis": 1 + self.paracrine * p["systemic_paracrine_gain"] * (state["lungs"] + state["blood"]) / max(self.cells, 1.0)}


def deliver(dose: Any, draw: Any, geometry: Geometry) -> Delivery:
    """Return what an intravenous dose becomes."""
    viable, held = viable_cells(draw, dose.product), draw.value("lung_first_pass_share")
    event = Event(dose.at, "intravenous dose",
                  lambda state, p, points: {"lungs": viable * held, "blood": viable * (1 - held)})
    return Delivery(expected=viable * draw.value("disc_homing_share"), depots=[DepotDose(Bloodstream, event, viable)],
                    lost={"thaw": dose.product.dose - viable} if viable else {},
                    harms={"lung_retention": held} if viable else {})
