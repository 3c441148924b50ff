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

__all__ = ["NetworkResponse", "cargo_read", "ready_tables", "response_of"]


def response_of(laws: Mapping[str, Any], hypotheses: Mapping[str, str] | None = None) -> Process:
    """Return the process that the law `response` names; hypotheses: options of the cell network, the defaults where None.

    >>> response_of({"response": "simple"}).name
    'cytokine response'
    """
    return NetworkResponse(hypotheses) if laws.get("response") == "network" else CytokineResponse()


def cargo_read(laws: Mapping[str, Any], arms: Iterable[Iterable[Any]]) -> list[dict[str, float]]:
    """Return every cargo (node -> state, empty for none) with which a study with these laws and arms, each its products, reads the
    cell network; nothing where it does not read it.

    >>> cargo_read({"response": "simple", "vesicle_effect": "none"}, []), cargo_read({"response": "network"}, [])
    ([], [{}])
    """
    found: list[dict[str, float]] = [{}] if laws.get("response") == "network" else []
    if laws.get("vesicle_effect") != "none":
        for products in arms:
            states = states_of(cargo for each in products if each.kind == "vesicles" for cargo in contents_of(each))
            found += [states] if states and states not in found else []
    return found


def ready_tables(cargo: Iterable[Mapping[str, float]], hypotheses: Mapping[str, str] | None = None) -> float:
    """Make the tables of the network with each of these cargos; returns how long that took (s).

    >>> ready_tables([])
    0.0
    """
    begun, asked = time.monotonic(), list(cargo)
    for each in asked:
        table_of(each, hypotheses=hypotheses)
    return time.monotonic() - begun if asked else 0.0


class NetworkResponse(Process):
    """Owns nothing; sets the modifiers as the cell network has it."""

    name = "network response"
    reads = READ_BY_NETWORK
    modifies = NETWORK_MODIFIERS
    parameters = GAINS

    def __init__(self, hypotheses: Mapping[str, str] | None = None) -> None:
        """Make the table of the network ready; hypotheses: its options, the defaults where None."""
        self.table = table_of({}, hypotheses=hypotheses)
        self._last: tuple[bytes, dict[str, Any]] = (b"", {})  # a step asks for the same state several times

    def modifiers(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the network's factors on the basal rates."""
        seen = surroundings(state)
        key = b"".join(each.tobytes() for each in seen.values())
        if key != self._last[0]:
            of = factors(self.table.at(seen), self.table.rested, Gains.of(lambda symbol: p[symbol]))
            self._last = key, modifiers_of(of)
        return self._last[1]
