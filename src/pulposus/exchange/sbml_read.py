"""SBML files read: as a model that runs, and, where the file is this program's own, as a network with its evidence.

The part of SBML that is read: compartments of constant size, species, parameters, function definitions, assignment rules, rate
rules and reactions with a kinetic law. What would change the meaning if it were left out (events, delays, fast reactions,
algebraic rules, initial assignments, constraints, packages other than those of drawings) is refused by name.
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from pulposus.core.errors import Fault, InputError
from pulposus.core.files import read_text
from pulposus.exchange.library import libsbml
from pulposus.exchange.mathml import compile_rates, translate
from pulposus.exchange.rate_model import RateModel
from pulposus.exchange.reactions import reacting
from pulposus.exchange.sbml_write import NAMESPACE, sbml_text
from pulposus.mechanism.conditions import Condition
from pulposus.mechanism.edges import Edge
from pulposus.mechanism.kinetics import Settings
from pulposus.mechanism.network import Network
from pulposus.mechanism.nodes import Node

__all__ = ["read_network", "read_sbml"]

LARGEST = 20e6  # bytes
HARMLESS = ("l3v2extendedmath", "layout", "render")  # what the library calls a package and the standard does not; drawings


def read_sbml(path: str | Path) -> RateModel:
    """Return the model of an SBML file; raises `InputError` with everything in it that is not supported.

    Raises `NotInstalled` without python-libsbml.
    """
    sbml = libsbml()
    name = Path(path).name
    document = sbml.readSBMLFromString(read_text(path, LARGEST))
    faults = _broken(document, sbml, name)
    model = document.getModel()
    if faults or model is None:
        raise InputError(faults or [Fault(name, "", "no model in it", "an SBML file with a model")])
    faults = [*_refused(document, model, name)]
    found = _compiled(model, sbml, name, faults)
    if faults or found is None:
        raise InputError([Fault(each.file or name, each.where, each.given, each.allowed, each.nearest) for each in faults])
    return found


def _compiled(model: Any, sbml: Any, name: str, faults: list[Fault]) -> RateModel | None:
    """Return the model with its formulas compiled; adds what is not supported to `faults`."""
    rules = {rule.getVariable(): rule for rule in model.getListOfRules() if rule.getMath() is not None}
    faults.extend(
        Fault(name, f"rule of {rule.getVariable() or 'no variable'}", "no formula", "a formula")
        for rule in model.getListOfRules()
        if rule.getMath() is None
    )
    made = reacting(model, name, faults)
    faults.extend(Fault(name, f"species {id}", "changed by a rule and by reactions", "one of them") for id in made if id in rules)
    states = (*(id for id, rule in rules.items() if rule.isRate()), *(id for id in made if id not in rules))
    if not states and not faults:
        faults.append(Fault(name, "", "no rate rules and no reactions", "a model with rate rules or reactions"))
    values = _values(model)
    assigned = _in_order({id: rule for id, rule in rules.items() if rule.isAssignment()}, name, faults)
    fixed = {id: value for id, value in values.items() if id not in rules and id not in made}
    places = {id: f"v[{at}]" for at, id in enumerate((*states, *fixed, *assigned))}
    known: dict[str, str] = {}
    functions = []
    for at, each in enumerate(model.getListOfFunctionDefinitions()):
        tree = each.getMath()
        arguments = {tree.getChild(place).getName(): f"a{place}" for place in range(tree.getNumChildren() - 1)}
        body = translate(tree.getChild(tree.getNumChildren() - 1), sbml, arguments, known, f"function {each.getId()}", faults)
        known[each.getId()] = f"f{at}"
        functions.append((f"f{at}", list(arguments.values()), body))

    def said(id: str) -> str:
        if id in rules:
            return translate(rules[id].getMath(), sbml, places, known, f"rule of {id}", faults)
        parts = [f"{share!r} * {translate(law, sbml, places, known, f'reactions of {id}', faults)}" for share, law in made[id]]
        species = model.getSpecies(id)
        size = "" if species.getHasOnlySubstanceUnits() else f" / {places.get(species.getCompartment(), '1.0')}"
        return f"(({' + '.join(parts)}){size})"

    rates, steps = [said(id) for id in states], [said(id) for id in assigned]
    if faults:
        return None
    names = {each.getId(): each.getName() or each.getId() for each in model.getListOfSpecies()}
    start = {id: values.get(id, 0.0) for id in states}
    return RateModel(model.getId() or "model", model.getTimeUnits(), states, names, start, fixed, compile_rates(rates, steps, functions))


def _in_order(rules: dict[str, Any], name: str, faults: list[Fault]) -> tuple[str, ...]:
    """Return assigned names so that each follows what it reads; adds a fault for those that read each other."""
    needs = {id: {each for each in rules if each in _names_in(rule.getMath())} for id, rule in rules.items()}
    done: list[str] = []
    while len(done) < len(needs):
        ready = [id for id, reads in needs.items() if id not in done and reads <= set(done)]
        if not ready:
            faults.append(
                Fault(name, "assignment rules", ", ".join(id for id in needs if id not in done), "assignments that do not read each other")
            )
            return tuple(rules)
        done.extend(ready)
    return tuple(done)


def _names_in(node: Any) -> set[str]:
    found = {node.getName()} if node.isName() else set()
    for at in range(node.getNumChildren()):
        found |= _names_in(node.getChild(at))
    return found


def read_network(path: str | Path) -> tuple[Network, Settings, Condition] | None:
    """Return the network, its numbers and what was held from a file that this program wrote, None from any other.

    A file whose formulas no longer follow from the edges it tells of is refused.
    """
    text = read_text(path, LARGEST)
    if NAMESPACE not in text:
        return None
    tree = ElementTree.fromstring(text)
    nodes = [Node(**_typed(Node, each)) for each in _tags(tree, "node")]
    edges = [Edge(**_typed(Edge, each)) for each in _tags(tree, "edge")]
    said = _tags(tree, "settings")[0]
    network, (settings, condition) = Network(tuple(nodes), tuple(edges)), _numbers(said)
    if sbml_text(network, settings, condition) != text:
        raise InputError([Fault(Path(path).name, "", "formulas or numbers that do not follow from its edges", "a file as it was written")])
    return network, settings, condition


def _numbers(said: dict[str, str]) -> tuple[Settings, Condition]:
    def pairs(key: str) -> dict[str, float]:
        return {id: float(value) for id, value in (part.split(":") for part in said.get(key, "").split())}

    settings = Settings(hill=float(said["hill"]), ec50=float(said["ec50"]), ec50_of=pairs("ec50_of"))
    return settings, Condition(tuple(pairs("clamps").items()), tuple(pairs("factors").items()))


def _broken(document: Any, sbml: Any, name: str) -> list[Fault]:
    errors = (document.getError(at) for at in range(document.getNumErrors()))
    severe = [each for each in errors if each.getSeverity() >= sbml.LIBSBML_SEV_ERROR]
    return [Fault(name, f"line {each.getLine()}", " ".join(each.getShortMessage().split()), "well-formed SBML") for each in severe[:20]]


def _refused(document: Any, model: Any, name: str) -> list[Fault]:
    """Return what the file holds and this program would get wrong."""
    counts = {
        "events": model.getNumEvents(),
        "initial assignments": model.getNumInitialAssignments(),
        "algebraic rules": sum(rule.isAlgebraic() for rule in model.getListOfRules()),
        "constraints": model.getNumConstraints(),
    }
    found = [Fault(name, word, str(count), "none: species with rate rules or reactions") for word, count in counts.items() if count]
    for at in range(document.getNumPlugins()):
        package = document.getPlugin(at).getPackageName()
        if document.getPackageRequired(package) and package not in HARMLESS:
            found.append(Fault(name, "package", package, "core SBML"))
    return found


def _values(model: Any) -> dict[str, float]:
    """Return the value that every species, parameter and compartment starts with, nought where none is told."""
    found: dict[str, float] = {}
    for each in model.getListOfSpecies():
        amount = each.getInitialAmount() if each.isSetInitialAmount() else each.getInitialConcentration()
        found[each.getId()] = amount if each.isSetInitialAmount() or each.isSetInitialConcentration() else 0.0
    found |= {each.getId(): each.getValue() for each in model.getListOfParameters()}
    found |= {each.getId(): each.getSize() if each.isSetSize() else 1.0 for each in model.getListOfCompartments()}
    return found


def _tags(tree: ElementTree.Element, name: str) -> list[dict[str, str]]:
    return [dict(each.attrib) for each in tree.iter(f"{{{NAMESPACE}}}{name}")]


def _typed(kind: type, said: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in fields(kind):
        value = said.get(each.name, "")  # the library drops empty attributes
        wanted = str(each.type)
        found[each.name] = (
            float(value)
            if wanted == "float"
            else int(value)
            if wanted == "int"
            else tuple(value.split())
            if wanted.startswith("tuple")
            else value
        )
    return found
