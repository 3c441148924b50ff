"""The cell network written as SBML-qual: a Boolean abstraction for the tools that run logic.

A node is on where a raising term is on (all members of a gate together) and no cutting term is; weights, doses and the
basal states have no place in it.
"""

from __future__ import annotations

from typing import Any

from pulposus.exchange.library import libsbml
from pulposus.mechanism.edges import Edge
from pulposus.mechanism.network import Network

__all__ = ["qual_text"]


def qual_text(network: Network) -> str:
    """Return the SBML-qual document of a network as text; raises `NotInstalled` without python-libsbml."""
    sbml = libsbml()
    spaces = sbml.SBMLNamespaces(3, 1, "qual", 1)
    document = sbml.SBMLDocument(spaces)
    document.setPackageRequired("qual", True)
    model = document.createModel()
    model.setId("pulposus_network")
    cell = model.createCompartment()
    cell.setId("cell")
    cell.setConstant(True)
    plugin = model.getPlugin("qual")
    for node in network.nodes:
        species = plugin.createQualitativeSpecies()
        species.setId(node.id)
        species.setName(node.name)
        species.setCompartment("cell")
        species.setConstant(node.is_input)
        species.setMaxLevel(1)
    for node in network.nodes:
        edges = network.edges_into(node.id)
        if edges and not node.is_input:
            _transition(plugin, sbml, node.id, edges)
    return str(sbml.writeSBMLToString(document))


def _transition(plugin: Any, sbml: Any, id: str, edges: tuple[Edge, ...]) -> None:
    transition = plugin.createTransition()
    transition.setId(f"t_{id}")
    signs: dict[str, set[int]] = {}
    for edge in edges:
        signs.setdefault(edge.source, set()).add(edge.sign)
    for source, found in signs.items():
        given = transition.createInput()
        given.setId(f"t_{id}_{source}")
        given.setQualitativeSpecies(source)
        given.setTransitionEffect(sbml.INPUT_TRANSITION_EFFECT_NONE)
        given.setSign(sbml.INPUT_SIGN_DUAL if len(found) > 1 else sbml.INPUT_SIGN_POSITIVE if found == {1} else sbml.INPUT_SIGN_NEGATIVE)
    output = transition.createOutput()
    output.setId(f"t_{id}_out")
    output.setQualitativeSpecies(id)
    output.setTransitionEffect(sbml.OUTPUT_TRANSITION_EFFECT_ASSIGNMENT_LEVEL)
    default = transition.createDefaultTerm()
    default.setResultLevel(0)
    term = transition.createFunctionTerm()
    term.setResultLevel(1)
    term.setMath(sbml.parseL3Formula(_formula(edges)))


def _formula(edges: tuple[Edge, ...]) -> str:
    gates: dict[str, list[Edge]] = {}
    for edge in edges:
        gates.setdefault(edge.gate or edge.id, []).append(edge)
    raising = [_all(members) for members in gates.values() if members[0].sign > 0]
    cutting = [_all(members) for members in gates.values() if members[0].sign < 0]
    on = f"({' || '.join(raising)})" if raising else "true"
    off = f"!({' || '.join(cutting)})" if cutting else ""
    return f"{on} && {off}" if off else on


def _all(members: list[Edge]) -> str:
    return "(" + " && ".join(f"{edge.source} == 1" for edge in members) + ")"
