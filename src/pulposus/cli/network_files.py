"""The network itself on the command line: its nodes, edges and rivals, and SBML in and out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pulposus.cli.output import document, print_json, print_table, refuse
from pulposus.core.errors import Fault, InputError

__all__ = ["export", "hypotheses", "import_", "nodes", "show"]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def nodes(kind: Annotated[str, typer.Option(help="Only nodes of a kind, such as mirna or phenotype.")] = "", as_json: Json = False) -> None:
    """List the nodes of the network with their identifiers."""
    from pulposus.mechanism.network import load_network
    from pulposus.mechanism.nodes import KINDS

    if kind and kind not in KINDS:
        refuse([Fault("", "--kind", repr(kind), ", ".join(KINDS))])
    rows = [
        {
            "id": node.id,
            "name": node.name,
            "name_zh": node.name_zh,
            "kind": node.kind,
            "basal": node.basal,
            "tau_h": node.tau,
            "identifiers": " ".join(node.identifiers),
        }
        for node in load_network().nodes
        if not kind or node.kind == kind
    ]
    if as_json:
        print_json(document("network_nodes/1", {"nodes": rows}))
    else:
        print_table(rows)


def show(id: Annotated[str, typer.Argument(metavar="NODE", help="A node by its id, name or alias.")], as_json: Json = False) -> None:
    """Show a node, what acts on it and what it acts on, with the papers."""
    from pulposus.mechanism.network import load_network
    from pulposus.report.network.page import edge_card

    network = load_network()
    node = network[id]
    cards = [edge_card(edge.id) for edge in (*network.edges_into(node.id), *network.edges_from(node.id))]
    if as_json:
        about = {
            "id": node.id,
            "name": node.name,
            "name_zh": node.name_zh,
            "kind": node.kind,
            "identifiers": list(node.identifiers),
            "note": node.note,
        }
        print_json(document("network_node/1", {"node": about, "edges": cards}))
        return
    print(f"{node.id}: {node.name} ({node.kind}) {' '.join(node.identifiers)}")
    if node.note:
        print(node.note)
    rows = [
        {
            "edge": card["id"],
            "sign": card["sign"],
            "weight": card["weight"],
            "basis": card["basis"],
            "option": card["option"],
            "papers": " ".join(paper["key"] for paper in card["papers"]),
        }
        for card in cards
    ]
    print_table(rows)


def hypotheses(as_json: Json = False) -> None:
    """List the rivals: where papers contradict each other, and what each option says."""
    from pulposus.mechanism.hypotheses import load_hypotheses

    rows: list[dict[str, Any]] = []
    for each in load_hypotheses():
        for option in each.options:
            word = f"{option.id} (default)" if option.id == each.default else option.id
            rows.append(
                {
                    "rival": each.id,
                    "contradiction": each.contradiction,
                    "option": word,
                    "says": option.says,
                    "papers": " ".join(option.references),
                }
            )
    if as_json:
        print_json(document("network_hypotheses/1", {"options": rows}))
    else:
        print_table(rows)


def export(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="File to write (.xml).")],
    sbml: Annotated[bool, typer.Option("--sbml", help="SBML Level 3 Version 2 core, with rate rules.")] = False,
    qual: Annotated[bool, typer.Option("--qual", help="SBML-qual, a Boolean abstraction.")] = False,
    cell: Annotated[str, typer.Option(help="NP, AF, CEP or macrophage.")] = "NP",
    hypothesis: Annotated[list[str] | None, typer.Option("--hypothesis", help="A rival, such as traf6=interleukin_and_toll.")] = None,
    stimulus: Annotated[list[str] | None, typer.Option(help="What is held: NODE=share or a dose; repeat.")] = None,
) -> None:
    """Write the network of one cell as SBML or SBML-qual."""
    from pulposus.core.files import write_atomic
    from pulposus.exchange.qual import qual_text
    from pulposus.exchange.sbml_write import sbml_text
    from pulposus.mechanism.calibration import calibrated
    from pulposus.mechanism.conditions import read_ops
    from pulposus.mechanism.network import load_network

    faults: list[Fault] = []
    if sbml == qual:
        faults.append(Fault("", "--sbml, --qual", "both or neither", "one of them"))
    pairs = dict(part.partition("=")[::2] for part in hypothesis or ())
    network = load_network()
    condition = read_ops(";".join(stimulus or ()), network, "--stimulus", faults)
    if faults:
        raise InputError(faults)
    part = network.of(cell, pairs)
    write_atomic(out, qual_text(part) if qual else sbml_text(part, calibrated(), condition))
    print(out, file=sys.stderr)


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An SBML file with rate rules.")],
    until: Annotated[float, typer.Option(help="Time to run to, in the unit of the model.")] = 100.0,
    change: Annotated[list[str] | None, typer.Option(help="A species or parameter held at a value, NAME=VALUE; repeat.")] = None,
    as_json: Json = False,
) -> None:
    """Read an SBML model, run it, and print where its species end; a file of this program comes back with its edges."""
    from pulposus.exchange.sbml_read import read_network, read_sbml

    faults: list[Fault] = []
    changes: dict[str, float] = {}
    for part in change or ():
        name, _, value = part.partition("=")
        try:
            changes[name] = float(value)
        except ValueError:
            faults.append(Fault("", "--change", repr(part), "NAME=VALUE"))
    if not 0 < until <= 1e6:
        faults.append(Fault("", "--until", f"{until:g}", "above 0, at most 1e6"))
    refuse(faults)
    model, own = read_sbml(file), read_network(file)
    x = model.run([0.0, until], changes)
    rows = [
        {"species": id, "name": model.names.get(id, id), "start": float(x[0, at]), "end": float(x[-1, at])}
        for at, id in enumerate(model.states)
    ]
    found = {"model": model.id, "time_unit": model.time_unit, "until": until, "edges": len(own[0].edges) if own else None, "species": rows}
    if as_json:
        print_json(document("network_import/1", found))
    else:
        print_table(rows, f"{model.id}: {len(rows)} species" + (f", {len(own[0].edges)} edges with their papers" if own else ""))
