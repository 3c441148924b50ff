"""What cargo does in the cells that took vesicles up: the cell network with it, told from the same cells without it.

    s_n = E x_n / (1 + x_n),   x_n = sum over pools of q / q_half         place of a cargo n, 0 to 1, of q vesicles at work per cell
    factor = 1 + sum over shells of (w_j - w_j+1) (m(env, s) / m(env, 0) - 1)      on the basal rates of death, division, matrix ...

m the network's modifiers (mechanism/phenotypes.py) at the cytokines and oxygen of a point, w_j the share of its cells that the pools 1
to j reach, the widest first: the cells of the inner shell hold all cargo, those of an outer one what reaches so far. E is how far
full cells come, none to all; q_half a dose of half effect: vesicles per cell for a whole vesicle, copies per cell over copies per
vesicle, counted or drawn, for a named cargo. Both priors are wide and hold no effect.

Doses of one cargo add up before they saturate, whatever product they came in. Different cargo acts at once: the network is solved with
all of it (mechanism/state_table.py), so that what two do by the same way saturates there and nothing is counted twice. An arm without
vesicles, without potency or without evidence of a cargo has no factor at all and differs by nothing; where no cell lives a factor has
nothing to multiply. Gains and potencies are drawn; the network's edges are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pulposus.mechanism.phenotypes import GAINS, Gains, factors
from pulposus.mechanism.state_table import table_of
from pulposus.therapy.cargo import Cargo, states_of
from pulposus.therapy.vesicle_pool import Pool
from pulposus.tissue.process import Process, State
from pulposus.tissue.surroundings import NETWORK_MODIFIERS, READ_BY_NETWORK, modifiers_of, surroundings

__all__ = ["VesicleEffect", "half_dose", "potency", "vesicle_effects"]

_LEAST = 1e-6  # of the way along a vector; less is nothing


def potency(q: Any, full: Any, half: Any) -> Any:
    """Return s, how far along their vector cells with q vesicles at work are.

    >>> potency(np.array([0.0, 1000.0]), 0.5, 1000.0).tolist()
    [0.0, 0.25]
    """
    return full * q / (q + half)


def half_dose(cargo: Cargo, p: State) -> Any:
    """Return q_half, vesicles at work per cell for half of the effect of a cargo.

    >>> half_dose(Cargo("USC", "MATN3", 0.9, False, copies=2.0), {"cargo_half_copies": 300.0})
    150.0
    """
    if cargo.whole:
        return p["vesicle_half_dose"]
    return p["cargo_half_copies"] / (p[cargo.symbol] if cargo.symbol else cargo.copies)


class VesicleEffect(Process):
    """Owns nothing; sets the modifiers as cargo changes them."""

    modifies = NETWORK_MODIFIERS
    name = "vesicle effect"

    def __init__(self, pools: Sequence[Pool], hypotheses: Mapping[str, str] | None = None) -> None:
        """pools: vesicles that carry something that acts; hypotheses: options of the cell network, the defaults where None. The table
        of the network with all cargo is made ready."""
        self.pools = list(pools)
        cargo = [each for pool in pools for each in pool.cargo]
        self.table = table_of(states_of(cargo), hypotheses=hypotheses)
        self.reads = (*READ_BY_NETWORK, *(pool.held for pool in pools))
        own = {"vesicle_half_dose" if each.whole else "cargo_half_copies" for each in cargo} | {e.symbol for e in cargo if e.symbol}
        self.parameters = (*GAINS, "cargo_full_share", *sorted(own))
        self._last: tuple[bytes, dict[str, Any]] = (b"", {})  # a step asks for the same state several times

    def modifiers(self, state: State, p: State, t: float, xp: Any) -> dict[str, Any]:
        """Return the factors that cargo sets; none where it does nothing."""
        within = self._nested(p)
        shells = []
        for rank, pool in enumerate(within):
            inner = p[within[rank + 1].share] if rank + 1 < len(within) else 0.0
            s = self._along(within[:rank + 1], state, p)
            here = np.flatnonzero((p[pool.share] - inner > 0) & (s > _LEAST).any(axis=1))
            if here.size:
                shells.append((here, (p[pool.share] - inner)[here], s[here]))
        if not shells:
            return {}
        seen = [surroundings(state, here) for here, _, _ in shells]
        key = b"".join(each.tobytes() for told in seen for each in told.values()) + b"".join(s.tobytes() for _, _, s in shells)
        if key != self._last[0]:
            self._last = key, self._factors(shells, seen, p)
        return self._last[1]

    def _nested(self, p: State) -> list[Pool]:
        """Return the pools from the one that reaches most to the one that reaches least; each lies within the one before."""
        return sorted(self.pools, key=lambda pool: -float(np.sum(p[pool.share])))

    def _along(self, pools: Sequence[Pool], state: State, p: State) -> Any:
        """Return s of every point and cargo of the table, of these pools alone."""
        found = np.zeros((len(p[pools[0].share]), len(self.table.cargo)))
        for column, node in enumerate(self.table.cargo):
            holding = [(pool, cargo) for pool in pools for cargo in pool.cargo if cargo.node == node]
            doses = [(np.maximum(state[pool.held], 0.0), half_dose(cargo, p)) for pool, cargo in holding]
            if doses:
                half = doses[0][1]  # of others, so many as would do the same
                found[:, column] = potency(sum(q * (half / each) for q, each in doses), p["cargo_full_share"], half)
        return found

    def _factors(self, shells: Sequence[tuple[Any, Any, Any]], seen: Sequence[Mapping[str, Any]], p: State) -> dict[str, Any]:
        out = {name: np.ones(len(p[self.pools[0].share])) for name in NETWORK_MODIFIERS}
        for (here, w, s), told in zip(shells, seen, strict=True):
            gains = Gains.of(lambda symbol, at=here: p[symbol] if np.ndim(p[symbol]) == 0 else p[symbol][at])  # type: ignore[misc]
            both = self.table.with_and_without(told, s)
            with_cargo, without = (modifiers_of(factors(states, self.table.rested, gains)) for states in both)
            for name in NETWORK_MODIFIERS:
                ratio = np.divide(with_cargo[name], without[name], out=np.ones(len(here)), where=without[name] > 0)
                out[name][here] += w * (ratio - 1)
        return out


def vesicle_effects(pools: Sequence[Pool], laws: Mapping[str, Any], draw: Any,
                    hypotheses: Mapping[str, str] | None = None) -> list[Process]:
    """Return what the cargo of these pools sets: nothing under `vesicle_effect: none`, in a draw without potency, or where no cargo
    acts on cells of the nucleus."""
    acting = [pool for pool in pools if pool.cargo]
    if laws.get("vesicle_effect") == "none" or draw.value("cargo_full_share") == 0 or not acting:
        return []
    return [VesicleEffect(acting, hypotheses)]
