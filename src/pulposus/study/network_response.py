"""The cell network in the place of the simple law of how cells answer cytokines (law `response: network`).

    modifiers = phenotypes(IL-1b, TNF, oxygen, senescent share) of the cell network, at every point

The network's states are read from its table (mechanism/state_table.py), which is made once; the gains from states to factors are
drawn. The load stays at rest, as the tissue has a law of its own for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulposus.tissue.cytokine_response import CytokineResponse
from pulposus.tissue.process import Process, State
from pulposus.tissue.surroundings import NETWORK_MODIFIERS, READ_BY_NETWORK, modifiers_of, surroundings

__all__ = ["NetworkResponse", "response_of"]


def response_of(laws: Mapping[str, Any]) -> Process:
    """Return the process that the law `response` names.

    >>> response_of({"response": "simple"}).name
    'cytokine response'
    """
    return NetworkResponse() if laws.get("response") == "network" else CytokineResponse()


class NetworkResponse(Process):
    """Owns nothing; sets the modifiers as the cell network has it."""

    name = "network response"
    reads = READ_BY_NETWORK
    modifies = NETWORK_MODIFIERS

    def __init__(self) -> None:
        """Make the table of the network ready."""
        from pulposus.mechanism.phenotypes import GAINS
        from pulposus.mechanism.state_table import table_of

        self.parameters = GAINS
        self.table = table_of({})
        self._last: tuple[bytes, dict[str, Any]] = (b"", {})  # a step asks for the same state several times

    def modifiers(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the network's factors on the basal rates."""
        from pulposus.mechanism.phenotypes import Gains, factors

        seen, share = surroundings(state)
        key = b"".join(each.tobytes() for each in (*seen.values(), share))
        if key != self._last[0]:
            of = factors(self.table.at(seen, share), self.table.rested, Gains.of(lambda symbol: p[symbol]))
            self._last = key, modifiers_of(of)
        return self._last[1]
