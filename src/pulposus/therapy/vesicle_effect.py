"""What cargo does in the cells that took vesicles up: the cell network with it, told from the same cells without it.

    s = E q / (q + q_half)                            place along the cargo vector, 0 to 1, of q vesicles at work per cell
    factor = 1 + w (m(env, s) / m(env, 0) - 1)        on the basal rates of death, division, senescence, secretion, matrix ...

m the network's modifiers (mechanism/phenotypes.py) at the cytokines and oxygen of a point, w the share of its cells that is reached.
E is how far along the vector full cells come, none to all; q_half a dose of half effect: vesicles per cell for a whole vesicle, copies
per cell over copies per vesicle, counted or drawn, for a named cargo. Both priors are wide and hold no effect. An arm without vesicles,
without potency or without evidence of a cargo has no factor at all and differs by nothing; where no cell lives a factor has nothing to
multiply. What two cargos do to one cell at once is not built. Gains and potencies are drawn; the network's edges are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pulposus.core.errors import PulposusError
from pulposus.mechanism.phenotypes import GAINS, Gains, factors
from pulposus.mechanism.state_table import table_of
from pulposus.therapy.cargo import Cargo, cargo_of
from pulposus.therapy.vesicles import VesicleDose
from pulposus.tissue.process import Process, State
from pulposus.tissue.surroundings import NETWORK_MODIFIERS, READ_BY_NETWORK, modifiers_of, surroundings

__all__ = ["VesicleEffect", "potency", "vesicle_effects"]

_COPIES = {"native": "cargo_copies_native"}  # of a named cargo per vesicle, where it is not loaded
_LOADED = "cargo_copies_loaded"
_LEAST = 1e-6  # of the way along a vector; less is nothing


def potency(q: Any, full: Any, half: Any) -> Any:
    """Return s, how far along their vector cells with q vesicles at work are.

    >>> potency(np.array([0.0, 1000.0]), 0.5, 1000.0).tolist()
    [0.0, 0.25]
    """
    return full * q / (q + half)


class VesicleEffect(Process):
    """Owns nothing; sets the modifiers as cargo changes them."""

    reads = (*READ_BY_NETWORK, "cargo")
    modifies = NETWORK_MODIFIERS
    name = "vesicle effect"

    def __init__(self, cargo: Cargo) -> None:
        """cargo: what is in the vesicles; its table of the network is made ready."""
        self.cargo = cargo
        self.table = table_of(cargo.vector)
        self.copies = _COPIES.get(cargo.modification, _LOADED) if cargo.copies is None else None
        own = ("vesicle_half_dose",) if cargo.whole else ("cargo_half_copies", *([self.copies] if self.copies else []))
        self.parameters = (*GAINS, "cargo_full_share", *own)
        self._last: tuple[bytes, dict[str, Any]] = (b"", {})  # a step asks for the same state several times

    def half(self, p: State) -> Any:
        """Return q_half, vesicles at work per cell for half of the effect."""
        if self.cargo.whole:
            return p["vesicle_half_dose"]
        return p["cargo_half_copies"] / (p[self.copies] if self.copies else self.cargo.copies)

    def modifiers(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the factors that cargo sets; none where it does nothing."""
        w = p["reached_share"]
        s = potency(np.maximum(state["cargo"], 0.0), p["cargo_full_share"], self.half(p))
        here = np.flatnonzero((w > 0) & (s > _LEAST))
        if not here.size:
            return {}
        seen = surroundings(state, here)
        key = b"".join(each.tobytes() for each in (*seen.values(), s))
        if key != self._last[0]:
            self._last = key, self._factors(here, seen, s[here], w, p)
        return self._last[1]

    def _factors(self, here: Any, seen: dict[str, Any], s: Any, w: Any, p: State) -> dict[str, Any]:
        gains = Gains.of(lambda symbol: p[symbol] if np.ndim(p[symbol]) == 0 else p[symbol][here])
        both = self.table.with_and_without(seen, s)
        with_cargo, without = (modifiers_of(factors(states, self.table.rested, gains)) for states in both)
        out = {}
        for name in NETWORK_MODIFIERS:
            ratio = np.divide(with_cargo[name], without[name], out=np.ones(len(here)), where=without[name] > 0)
            out[name] = np.ones(len(w))
            out[name][here] = 1 + w[here] * (ratio - 1)
        return out


def vesicle_effects(doses: Sequence[VesicleDose], laws: Mapping[str, Any], draw: Any) -> list[Process]:
    """Return what the cargo of these doses sets: nothing under `vesicle_effect: none`, in a draw without potency, or where no cargo
    acts on cells of the nucleus.

    Raises PulposusError for different cargo in one arm.
    """
    if laws.get("vesicle_effect") == "none" or draw.value("cargo_full_share") == 0:
        return []
    found = list(dict.fromkeys(cargo_of(dose.product) for dose in doses))
    if len(found) > 1:
        raise PulposusError("vesicles of different cargo in one arm are not built; give them in arms of their own, or vesicle_effect: none")
    return [VesicleEffect(cargo) for cargo in found if cargo.acts]
