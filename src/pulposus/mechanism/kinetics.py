"""Rates of the cell network: weighted logic with Hill curves, for many conditions at once.

For node i with basal b_i, ceiling y_i (1, or less under a knock-down), time constant tau_i and terms t (one edge, or the
edges of an AND gate), with the normalised Hill curve of the source s:

    f_s(x)  = B x^n / (K^n + x^n),  B = (e^n - 1)/(2 e^n - 1),  K = (B - 1)^(1/n)     f(0) = 0, f(e) = 1/2, f(1) = 1
    g_t     = product of f over the members of term t
    A_i     = 1 - (1 - b_i) prod over activating t of (1 - w_t g_t)
    R_i     = prod over repressing t of (1 - w_t g_t)
    dx_i/dt = (y_i A_i R_i - x_i) / tau_i

Inputs, and nodes that a condition clamps, keep their value. Sources: KRAEUTLER2010 (normalised Hill, weights), WITTMANN2009
(logic as products). The weights are priors, not fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pulposus.core.errors import NotAllowed
from pulposus.mechanism.network import Network

__all__ = ["Kinetics", "Settings"]

Array = NDArray[np.float64]

TINY = 1e-300


@dataclass(frozen=True)
class Settings:
    """Numbers of the kinetics: `hill` n and `ec50` e of every curve, `ec50_of` of single sources.

    `weights`, `basal` and `tau` replace those of the tables, by edge or node id.
    """

    hill: float = 1.4
    ec50: float = 0.5
    ec50_of: dict[str, float] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    basal: dict[str, float] = field(default_factory=dict)
    tau: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class _Products:
    """Products of (1 - w g) for every target and sign at once: layer j holds the j-th term of each, busiest first."""

    rows: NDArray[np.intp]  # rows of the curves that the terms read, layer after layer
    weight: Array  # (terms, 1)
    cuts: tuple[int, ...]  # where the layers start and the last ends
    raising: NDArray[np.intp]  # place of the product of every node, the last place for those without a term
    cutting: NDArray[np.intp]

    @property
    def slots(self) -> int:
        """Return how many products there are, with the one that stays 1."""
        return (self.cuts[1] - self.cuts[0] if len(self.cuts) > 1 else 0) + 1


class Kinetics:
    """A network made ready to run; arrays are (nodes, conditions).

    >>> from pulposus.mechanism.network import load_network
    >>> network = load_network().of("NP")
    >>> kinetics = Kinetics(network)
    >>> x = np.zeros((len(network.nodes), 1)); x[network.index["IL1B_ext"]] = 1.0
    >>> round(float(kinetics.target(x)[network.index["IL1R1"], 0]), 3)  # 0.95 from the ligand, nothing else yet
    0.95
    """

    def __init__(self, network: Network, settings: Settings | None = None) -> None:
        """Compile a network; raises `NotAllowed` for numbers outside what the curves allow."""
        self.network = network
        self.settings = settings = settings or Settings()
        self.size = len(network.nodes)
        self.basal = np.array([settings.basal.get(node.id, node.basal) for node in network.nodes])
        self.tau = np.array([settings.tau.get(node.id, node.tau) or np.inf for node in network.nodes])
        self.is_input = np.array([node.is_input for node in network.nodes])
        self.n = settings.hill
        e = np.array([settings.ec50_of.get(node.id, settings.ec50) for node in network.nodes]) ** self.n
        if self.n < 1.0 or not ((e > 0) & (2 * e < 1)).all():
            raise NotAllowed(f"hill {self.n:g} with ec50 {settings.ec50:g}", "hill from 1 and 0 < 2 ec50^hill < 1")
        self.B = ((e - 1) / (2 * e - 1))[:, None]
        self.Kn = self.B - 1
        self._build()

    def _build(self) -> None:
        """Sort edges into terms, and terms into layers."""
        place, wanted = self.network.index, self.settings.weights
        gates: dict[tuple[str, str], int] = {}
        members: list[list[int]] = []
        targets, weights, signs = [], [], []
        for edge in self.network.edges:
            key = (edge.gate, edge.target)
            if edge.gate and key in gates:
                members[gates[key]].append(place[edge.source])
                continue
            if edge.gate:
                gates[key] = len(members)
            members.append([place[edge.source]])
            targets.append(place[edge.target])
            weights.append(wanted.get(edge.id, edge.weight))
            signs.append(edge.sign)
        self.terms = [tuple(each) for each in members]
        self.of_target, self.weight = np.array(targets, dtype=np.intp), np.array(weights)
        self.sign = np.array(signs)
        self.single = np.array([each[0] for each in self.terms], dtype=np.intp)
        self.gated = tuple((t, np.array(each, dtype=np.intp)) for t, each in enumerate(self.terms) if len(each) > 1)
        self.products = self._layers()

    def _layers(self) -> _Products:
        by_slot: dict[tuple[int, int], list[int]] = {}
        for term, (sign, target) in enumerate(zip(self.sign, self.of_target, strict=True)):
            by_slot.setdefault((int(sign), int(target)), []).append(term)
        order = sorted(by_slot, key=lambda slot: (-len(by_slot[slot]), slot))
        deepest = len(by_slot[order[0]]) if order else 0
        layers = [[by_slot[slot][depth] for slot in order if len(by_slot[slot]) > depth] for depth in range(deepest)]
        terms = [term for layer in layers for term in layer]
        places = {1: np.full(self.size, len(order), dtype=np.intp), -1: np.full(self.size, len(order), dtype=np.intp)}
        for place, (sign, target) in enumerate(order):
            places[sign][target] = place
        rows = np.array([self._row(term) for term in terms], dtype=np.intp)
        cuts = tuple(int(each) for each in np.cumsum([0, *(len(layer) for layer in layers)]))
        return _Products(rows, self.weight[terms][:, None], cuts, places[1], places[-1])

    def _row(self, term: int) -> int:
        """Return the row of the curves that a term reads: a node's, or beyond the nodes one of the gates'."""
        for place, (gated, _) in enumerate(self.gated):
            if gated == term:
                return self.size + place
        return int(self.single[term])

    def curves(self, x: Array) -> Array:
        """Return f of every node, and the products of the gates below them, shape (nodes + gates, conditions)."""
        found = np.empty((self.size + len(self.gated), x.shape[1]))
        power = np.maximum(x, TINY, out=found[: self.size])
        np.log(power, out=power)  # x^n by logarithms is twice as fast as by np.power
        power *= self.n
        np.exp(power, out=power)
        below = power + self.Kn
        power *= self.B
        power /= below
        for place, (_, rows) in enumerate(self.gated):
            np.prod(found[rows], axis=0, out=found[self.size + place])
        return found

    def target(self, x: Array, ceiling: Array | None = None) -> Array:
        """Return the state y A R that every node moves to, shape (nodes, conditions); inputs stay where they are."""
        free, left = self._sides(self.curves(x))
        found = free
        found *= (self.basal - 1.0)[:, None]
        found += 1.0
        found *= left
        if ceiling is not None:
            found *= ceiling
        found[self.is_input] = x[self.is_input]
        return found

    def _sides(self, f: Array) -> tuple[Array, Array]:
        """Return the products of (1 - w g) over raising and over cutting terms, shape (nodes, conditions) each."""
        held = self.products
        part = f.take(held.rows, axis=0)
        part *= -held.weight
        part += 1.0
        found = np.ones((held.slots, f.shape[1]))
        for first, last in zip(held.cuts, held.cuts[1:], strict=False):
            found[: last - first] *= part[first:last]
        return found.take(held.raising, axis=0), found.take(held.cutting, axis=0)

    def jacobian(self, x: Array, ceiling: Array | None = None) -> Array:
        """Return the derivative of `target` as full matrices, shape (conditions, nodes, nodes); rows of inputs are zero."""
        found = np.zeros((x.shape[1], self.size * self.size))
        targets, sources = self.pairs
        found[:, targets * self.size + sources] = self.entries(x, ceiling).T
        return found.reshape(-1, self.size, self.size)

    def entries(self, x: Array, ceiling: Array | None = None) -> Array:
        """Return d target_i / d x_s at the `pairs` (i, s) by the product rule, shape (pairs, conditions)."""
        f = self.curves(x)
        g = f[: self.size][self.single].copy()
        for place, (term, _) in enumerate(self.gated):
            g[term] = f[self.size + place]
        free, left = self._sides(f)
        top = 1.0 if ceiling is None else ceiling
        raised = top * left * (1.0 - self.basal)[:, None] * free
        cut = top * (1.0 - (1.0 - self.basal)[:, None] * free) * left
        slope = self.weight[:, None] / (1.0 - self.weight[:, None] * g)
        gain = np.where((self.sign > 0)[:, None], raised[self.of_target], -cut[self.of_target]) * slope
        parts = self._parts(gain, self._slopes(x, f[: self.size]), f)
        found = np.zeros((len(self.pairs[0]), x.shape[1]))
        for chosen, places in self._passes:
            found[places] += parts[chosen]
        return found

    def _slopes(self, x: Array, f: Array) -> Array:
        """Return df/dx = n f (1 - f/B) / x, zero at x = 0."""
        return np.where(x > 0, self.n * f * (1.0 - f / self.B) / np.maximum(x, TINY), 0.0)

    @cached_property
    def _pattern(self) -> tuple[tuple[int, int, int], ...]:
        """Return (term, target, source) of every derivative of a term that is not zero by structure."""
        found = ((t, int(self.of_target[t]), s) for t, each in enumerate(self.terms) for s in each)
        return tuple(each for each in found if not self.is_input[each[1]])

    @cached_property
    def pairs(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return targets and sources of the entries of the Jacobian, every pair once."""
        both = list(dict.fromkeys((target, source) for _, target, source in self._pattern))
        return np.array([t for t, _ in both], dtype=np.intp), np.array([s for _, s in both], dtype=np.intp)

    @cached_property
    def _passes(self) -> tuple[tuple[NDArray[np.intp], NDArray[np.intp]], ...]:
        """Return parts and their places among the pairs, in groups within which no place is met twice."""
        place = {both: at for at, both in enumerate(zip(*self.pairs, strict=True))}
        seen: dict[int, int] = {}
        groups: list[list[tuple[int, int]]] = []
        for at, (_, target, source) in enumerate(self._pattern):
            here = place[target, source]
            depth = seen[here] = seen.get(here, -1) + 1
            groups.extend([[]] if depth == len(groups) else [])
            groups[depth].append((at, here))
        return tuple((np.array([a for a, _ in each], dtype=np.intp), np.array([h for _, h in each], dtype=np.intp)) for each in groups)

    def _parts(self, gain: Array, rise: Array, f: Array) -> Array:
        """Return the derivatives of `_pattern`, shape (parts, conditions)."""
        which = np.array([term for term, _, _ in self._pattern], dtype=np.intp)
        columns = np.array([source for _, _, source in self._pattern], dtype=np.intp)
        found = gain[which] * rise[columns]
        for term, members in self.gated:
            for at in np.flatnonzero(which == term):
                found[at] *= np.prod(f[[each for each in members if each != columns[at]]], axis=0)
        return found

    def start(self, clamps: Sequence[dict[str, float]]) -> tuple[Array, NDArray[np.bool_]]:
        """Return the state of unstimulated cells with the clamps of every condition set, and where it is held."""
        x = np.repeat(self.basal[:, None], len(clamps), axis=1)
        held = np.repeat(self.is_input[:, None], len(clamps), axis=1)
        for column, each in enumerate(clamps):
            for id, value in each.items():
                row = self.network.index[id]
                x[row, column], held[row, column] = value, True
        return x, held
