"""The cell network in the place of the simple law of how cells answer cytokines (law `response: network`).

    modifiers = phenotypes(IL-1b, TNF, oxygen) of the cell network, at every point

The network's states are read from its table (mechanism/state_table.py), which is made once; the gains from states to factors are
drawn.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from pulposus.mechanism.phenotypes import GAINS, Gains, factors
from pulposus.mechanism.state_table import table_of
from pulposus.therapy.cargo import contents_of, states_of
from pulposus.tissue.cytokine_response import CytokineResponse
from pulposus.tissue.process import Process, State
from pulposus.tissue.surroundings import NETWORK_MODIFIERS, READ_BY_NETWORK, modifiers_of, surroundings

__all__ = ["NetworkResponse", "ready_tables", "response_of"]


def response_of(laws: Mapping[str, Any]) -> Process:
    """Return the process that the law `response` names.

    >>> response_of({"response": "simple"}).name
    'cytokine response'
    """
    return NetworkResponse() if laws.get("response") == "network" else CytokineResponse()


def ready_tables(laws: Mapping[str, Any], arms: Iterable[Iterable[Any]]) -> float:
    """Make the tables of the network that a study with these laws and arms, each its products, reads; returns how long that took (s).

    >>> ready_tables({"response": "simple", "vesicle_effect": "none"}, [])
    0.0
    """
    asked: list[dict[str, float]] = [{}] if laws.get("response") == "network" else []
    if laws.get("vesicle_effect") != "none":
        held = ([cargo for each in products if each.kind == "vesicles" for cargo in contents_of(each)] for products in arms)
        asked += [states for states in map(states_of, held) if states]
    begun = time.monotonic()
    for cargo in asked:
        table_of(cargo)
    return time.monotonic() - begun if asked else 0.0


class NetworkResponse(Process):
    """Owns nothing; sets the modifiers as the cell network has it."""

    name = "network response"
    reads = READ_BY_NETWORK
    modifies = NETWORK_MODIFIERS
    parameters = GAINS

    def __init__(self) -> None:
        """Make the table of the network ready."""
        self.table = table_of({})
        self._last: tuple[bytes, dict[str, Any]] = (b"", {})  # a step asks for the same state several times

    def modifiers(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the network's factors on the basal rates."""
        seen = surroundings(state)
        key = b"".join(each.tobytes() for each in seen.values())
        if key != self._last[0]:
            of = factors(self.table.at(seen), self.table.rested, Gains.of(lambda symbol: p[symbol]))
            self._last = key, modifiers_of(of)
        return self._last[1]
