"""How disc cells answer IL-1b and TNF: the default, simple law. The cell network may take its place (law `response: network`).

    x = (c_IL1 / K_IL1 + c_TNF / K_TNF)+,   h = x / (1 + x),   h2 = x^2 / (1 + x^2)

    degradation 1 + a h,   synthesis 1 - b h,   death 1 + d h2 / basal,   senescence 1 + s h2 / basal,   secretion 1 + e h2

All factors are 1 where no cytokine is above rest. What feeds back on cytokines goes by h2, flat at nought: a little of them
dies away, as it must in discs that live for decades, a large pulse may not. The chemokine follows IL-1b and a share w of TNF;
published work disagrees on w (PATTAPPA2014 none, GRUBER2014 more than IL-1b). No constant was measured in a disc; every prior
holds no effect.
"""

from __future__ import annotations

from typing import Any

from pulposus.tissue.process import Process, State

__all__ = ["CytokineResponse"]


class CytokineResponse(Process):
    """Owns nothing; sets the modifiers that cytokines set."""

    name = "cytokine response"
    reads = ("il1b", "tnf")
    modifies = ("degradation", "synthesis", "death", "senescence", "secretion_il1b", "secretion_tnf", "secretion_chemokine")
    parameters = ("half_effect_il1b", "half_effect_tnf", "cytokine_degradation_gain", "cytokine_synthesis_loss",
                  "cytokine_death_rate", "cytokine_senescence_rate", "cytokine_secretion_gain", "chemokine_tnf_share",
                  "native_death_rate", "senescence_rate")

    def modifiers(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the factors on the basal rates."""
        of_il1b, of_tnf = state["il1b"] / p["half_effect_il1b"], state["tnf"] / p["half_effect_tnf"]
        x = xp.maximum(of_il1b + of_tnf, 0.0)
        h, square = x / (1 + x), x * x
        h2 = square / (1 + square)
        amplified = 1 + p["cytokine_secretion_gain"] * h2
        y = xp.maximum(of_il1b + p["chemokine_tnf_share"] * of_tnf, 0.0) ** 2
        return {"degradation": 1 + p["cytokine_degradation_gain"] * h, "synthesis": 1 - p["cytokine_synthesis_loss"] * h,
                "death": 1 + p["cytokine_death_rate"] / p["native_death_rate"] * h2,
                "senescence": 1 + p["cytokine_senescence_rate"] / p["senescence_rate"] * h2,
                "secretion_il1b": amplified, "secretion_tnf": amplified,
                "secretion_chemokine": 1 + p["cytokine_secretion_gain"] * y / (1 + y)}
