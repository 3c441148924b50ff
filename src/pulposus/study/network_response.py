"""The cell network in the place of the simple law of how cells answer cytokines (law `response: network`).

    modifiers = phenotypes(IL-1b, TNF, oxygen, senescent share) of the cell network, at every point

The network reads cytokines in ng/mL and oxygen in kPa; the load stays at rest, as the tissue has a law of its own for it. Grids of
the network are kept, so that a point costs a polynomial. It is slower than the simple law by far: half a minute for a coarse disc.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pulposus.core.parameters import ParameterSet
from pulposus.core.units import convert
from pulposus.tissue.cytokine_response import CytokineResponse
from pulposus.tissue.process import Process, State

__all__ = ["NetworkResponse", "response_of"]

_CHEMOKINE = "CCL5"


def response_of(laws: Mapping[str, Any], parameters: ParameterSet | None = None) -> Process:
    """Return the process that the law `response` names.

    >>> response_of({"response": "simple"}).name
    'cytokine response'
    """
    return NetworkResponse(parameters) if laws.get("response") == "network" else CytokineResponse()


class NetworkResponse(Process):
    """Owns nothing; sets the modifiers as the cell network has it."""

    name = "network response"
    reads = ("il1b", "tnf", "oxygen", "native", "senescent")
    modifies = (*CytokineResponse.modifies, "division", "calcification")

    def __init__(self, parameters: ParameterSet | None = None) -> None:
        """parameters: those of the network's gains, the packaged ones when None."""
        self.parameters_used = parameters
        self._last: tuple[bytes, dict[str, Any]] = (b"", {})  # a step asks for the same state several times
        self._per_ng, self._per_kPa = convert(1.0, "kg/m**3", "ng/mL"), convert(1.0, "Pa", "kPa")

    def modifiers(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the network's factors on the basal rates."""
        from pulposus.mechanism.phenotypes import phenotypes

        living = np.maximum(state["native"], 0.0) + np.maximum(state["senescent"], 0.0)
        share = np.divide(np.maximum(state["senescent"], 0.0), living, out=np.zeros_like(living), where=living > 0)
        seen = {"il1b": np.maximum(state["il1b"], 0.0) * self._per_ng, "tnf": np.maximum(state["tnf"], 0.0) * self._per_ng,
                "oxygen": np.maximum(state["oxygen"], 0.0) * self._per_kPa, "load": 0.0}
        key = b"".join(np.asarray(each, dtype=float).tobytes() for each in (*seen.values(), share))
        if key == self._last[0]:
            return self._last[1]
        of = phenotypes(seen, senescence=share, parameters=self.parameters_used)
        found = {"death": of.death, "division": of.division, "senescence": of.senescence, "calcification": of.calcification,
                "synthesis": of.synthesis, "degradation": of.degradation, "secretion_il1b": of.secretion["IL1B"],
                "secretion_tnf": of.secretion["TNF"], "secretion_chemokine": of.secretion[_CHEMOKINE]}
        self._last = key, found
        return found
