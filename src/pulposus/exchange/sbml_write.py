"""The cell network written as SBML Level 3 Version 2 core: rate rules, units, identifiers, the evidence of every edge.

Inputs, and nodes that a condition holds, are boundary species. Weights, time constants and basal states are parameters of
their own; a weight carries its edge (source, target, sign, gate, basis) and the papers behind it. Time is in hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any
from xml.sax.saxutils import quoteattr

from pulposus.core.references import load_references
from pulposus.exchange.library import libsbml
from pulposus.mechanism.conditions import Condition
from pulposus.mechanism.edges import Edge
from pulposus.mechanism.kinetics import Kinetics, Settings
from pulposus.mechanism.network import Network
from pulposus.mechanism.nodes import Node

__all__ = ["NAMESPACE", "sbml_text"]

NAMESPACE = "https://pulposus.org/network"
RESOURCES = {"hgnc": "hgnc", "uniprot": "uniprot", "chebi": "chebi", "mirbase": "mirbase.mature"}
HOURS = 3600
ONE = "1 dimensionless"


def sbml_text(network: Network, settings: Settings | None = None, condition: Condition | None = None) -> str:
    """Return the SBML document of a network (one cell, one option of every hypothesis) as text, the same for the same input.

    Raises `NotInstalled` without python-libsbml.
    """
    sbml = libsbml()
    settings, condition = settings or Settings(), condition or Condition()
    document = sbml.SBMLDocument(3, 2)
    model = document.createModel()
    model.setId("pulposus_network")
    model.setName("Cell network of the intervertebral disc")
    _units(model, sbml)
    kinetics = Kinetics(network, settings)
    model.appendAnnotation(_tag("settings", _told(settings, condition)))
    _hill(model, sbml)
    _parameter(model, "n", settings.hill, "dimensionless", "steepness of every curve")
    held = dict(condition.clamps)
    cut = dict(condition.factors)
    for at, node in enumerate(network.nodes):
        _species(model, sbml, node, held.get(node.id, kinetics.basal[at] * cut.get(node.id, 1.0)), node.is_input or node.id in held)
        _parameter(model, f"B_{_sid(node.id)}", float(kinetics.B[at, 0]), "dimensionless", f"curve of {node.id}")
    for at, node in enumerate(network.nodes):
        if not node.is_input:
            _parameter(model, f"tau_{_sid(node.id)}", float(kinetics.tau[at]), "hour", f"time constant of {node.id}")
            _parameter(model, f"b_{_sid(node.id)}", float(kinetics.basal[at]), "dimensionless", f"basal state of {node.id}")
    references = load_references()
    for place, edge in enumerate(network.edges):
        _weight(model, sbml, place, edge, settings.weights.get(edge.id, edge.weight), references)
    places = {edge.id: place for place, edge in enumerate(network.edges)}
    for node in network.nodes:
        if not node.is_input and node.id not in held:
            rule = model.createRateRule()
            rule.setVariable(_sid(node.id))
            rule.setMath(sbml.parseL3Formula(_rate(network, node, places, cut.get(node.id, 1.0))))
    return str(sbml.writeSBMLToString(document))


def _told(settings: Settings, condition: Condition) -> dict[str, str]:
    def pairs(values: Iterable[tuple[str, float]]) -> str:
        return " ".join(f"{id}:{value!r}" for id, value in values)

    numbers = {"hill": repr(settings.hill), "ec50": repr(settings.ec50), "ec50_of": pairs(settings.ec50_of.items())}
    return {**numbers, "clamps": pairs(condition.clamps), "factors": pairs(condition.factors)}


def _units(model: Any, sbml: Any) -> None:
    hour = model.createUnitDefinition()
    hour.setId("hour")
    unit = hour.createUnit()
    for value, name in ((sbml.UNIT_KIND_SECOND, "Kind"), (1, "Exponent"), (0, "Scale"), (HOURS, "Multiplier")):
        getattr(unit, f"set{name}")(value)
    model.setTimeUnits("hour")
    model.setSubstanceUnits("dimensionless")
    model.setExtentUnits("dimensionless")
    cell = model.createCompartment()
    cell.setId("cell")
    cell.setConstant(True)
    cell.setSize(1.0)
    cell.setSpatialDimensions(3)
    cell.setUnits("dimensionless")


def _hill(model: Any, sbml: Any) -> None:
    function = model.createFunctionDefinition()
    function.setId("hill")
    function.setMath(
        sbml.parseL3Formula("lambda(x, B, n, B * max(x, 0 dimensionless)^n / (B - 1 dimensionless + max(x, 0 dimensionless)^n))")
    )


def _parameter(model: Any, id: str, value: float, units: str, name: str) -> Any:
    parameter = model.createParameter()
    parameter.setId(id)
    parameter.setName(name)
    parameter.setValue(value)
    parameter.setUnits(units)
    parameter.setConstant(True)
    return parameter


def _species(model: Any, sbml: Any, node: Node, start: float, boundary: bool) -> None:
    species = model.createSpecies()
    species.setId(_sid(node.id))
    species.setMetaId(f"meta_{_sid(node.id)}")
    species.setName(node.name)
    species.setCompartment("cell")
    species.setInitialAmount(start)
    species.setHasOnlySubstanceUnits(True)
    species.setSubstanceUnits("dimensionless")
    species.setBoundaryCondition(boundary)
    species.setConstant(False)
    known = [each.split(":", 1) for each in node.identifiers]
    uris = [f"https://identifiers.org/{RESOURCES[key]}:{value}" for key, value in known if key in RESOURCES]
    _terms(species, sbml, sbml.BQB_HAS_VERSION if len(uris) > 2 else sbml.BQB_IS, uris)
    species.appendAnnotation(_tag("node", {key: _text(getattr(node, key)) for key in (each.name for each in fields(Node))}))


def _weight(model: Any, sbml: Any, place: int, edge: Edge, value: float, references: Mapping[str, Any]) -> None:
    weight = _parameter(model, f"w_{place}", value, "dimensionless", edge.id)
    weight.setMetaId(f"meta_w_{place}")
    uris = []
    for key in edge.references:
        paper = references[key]
        if paper.pmid:
            uris.append(f"https://identifiers.org/pubmed:{paper.pmid}")
        elif paper.doi:
            uris.append(f"https://identifiers.org/doi:{paper.doi}")
    _terms(weight, sbml, sbml.BQB_IS_DESCRIBED_BY, uris)
    weight.appendAnnotation(_tag("edge", {key: _text(getattr(edge, key)) for key in (each.name for each in fields(Edge))}))


def _terms(element: Any, sbml: Any, qualifier: int, uris: list[str]) -> None:
    if not uris:
        return
    term = sbml.CVTerm()
    term.setQualifierType(sbml.BIOLOGICAL_QUALIFIER)
    term.setBiologicalQualifierType(qualifier)
    for uri in dict.fromkeys(uris):
        term.addResource(uri)
    element.addCVTerm(term)


def _tag(name: str, values: Mapping[str, str]) -> str:
    inner = " ".join(f"{key}={quoteattr(value)}" for key, value in values.items())
    return f'<pulposus:{name} xmlns:pulposus="{NAMESPACE}" {inner}/>'


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(value)
    return repr(value) if isinstance(value, float) else str(value)


def _sid(id: str) -> str:
    return id.replace("-", "_")


def _rate(network: Network, node: Node, places: Mapping[str, int], ceiling: float) -> str:
    """Return the rate rule of a node in SBML's infix: (y A R - x) / tau."""
    gates: dict[str, list[Edge]] = {}
    for edge in network.edges_into(node.id):
        gates.setdefault(edge.gate or edge.id, []).append(edge)
    sides: dict[int, list[str]] = {1: [], -1: []}
    for members in gates.values():
        curves = " * ".join(f"hill({_sid(edge.source)}, B_{_sid(edge.source)}, n)" for edge in members)
        sides[members[0].sign].append(f"({ONE} - w_{places[members[0].id]} * {curves})")
    id = _sid(node.id)
    raised = f"({ONE} - ({ONE} - b_{id}) * {' * '.join(sides[1])})" if sides[1] else f"b_{id}"
    parts = ([f"{ceiling!r} dimensionless"] if ceiling != 1.0 else []) + [raised, *sides[-1]]
    return f"({' * '.join(parts)} - {id}) / tau_{id}"
