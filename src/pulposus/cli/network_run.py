"""`pulposus network run`: one experiment on the cell network, by flags or from a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pulposus.cli.output import LANGUAGES, allowed_word, document, json_text, print_json, print_table, refuse
from pulposus.core.errors import Fault

__all__ = ["named_values", "run"]

Repeated = list[str] | None
LONGEST = 8760.0  # hours


def run(
    file: Annotated[Path | None, typer.Argument(metavar="[EXPERIMENT]", help="An experiment file (.yaml), in place of the flags.")] = None,
    stimulus: Annotated[Repeated, typer.Option(help="What every dish gets: NODE=share or NODE='10 ng/mL'; repeat.")] = None,
    cargo: Annotated[Repeated, typer.Option(help="Cargo of the treated dish, such as miR21=0.9; repeat.")] = None,
    vesicle: Annotated[Repeated, typer.Option(help="Whole vesicles, such as EV_BMSC=1 or EV_BMSC='1e4 particles/cell'.")] = None,
    drug: Annotated[Repeated, typer.Option(help="A drug or inhibitor of the treated dish, such as LY294002=1.")] = None,
    knock_down: Annotated[Repeated, typer.Option(help="What is left of a node, such as PTEN=0.3.")] = None,
    force: Annotated[Repeated, typer.Option(help="A node held at a state, such as TRAF6=0.9.")] = None,
    read: Annotated[Repeated, typer.Option(help="A node to read; repeat. The phenotypes unless told.")] = None,
    cell: Annotated[str, typer.Option(help="NP, AF, CEP or macrophage.")] = "NP",
    hours: Annotated[float, typer.Option(help="Length of the course in hours; 0 for the steady state.")] = 0.0,
    hypothesis: Annotated[Repeated, typer.Option(help="A rival, such as traf6=interleukin_and_toll; repeat for more.")] = None,
    hypotheses: Annotated[str, typer.Option(help="'all' shows every rival beside the defaults.")] = "",
    basis: Annotated[
        str, typer.Option(help="Leave out edges checked less far: assumed, title, review, inferred, secondary, abstract.")
    ] = "assumed",
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the page with the drawn network.")] = None,
    lang: Annotated[str, typer.Option(help="Language of the answer: en or zh.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Run one experiment: unstimulated, stimulated and treated cells side by side, with the paths that carried the change."""
    wrong = [] if hypotheses in ("", "all") else [Fault("", "--hypotheses", repr(hypotheses), "all")]
    refuse(allowed_word("--lang", lang, LANGUAGES) + wrong)
    from pulposus.mechanism.calibration import calibrated
    from pulposus.mechanism.experiment import run as run_on
    from pulposus.mechanism.experiment_file import experiment_of, read_experiment
    from pulposus.mechanism.network import load_network

    network = load_network()
    flags = {"stimulus": stimulus, "cargo": cargo, "vesicle": vesicle, "drug": drug, "force": force, "knock-down": knock_down}
    if file is not None:
        refuse([Fault("", "EXPERIMENT", "a file and flags", "one of them")] if any(flags.values()) or read else [])
        experiment = read_experiment(file, network)
    else:
        experiment = experiment_of(_said(flags, read, cell, hours, hypothesis, hypotheses, basis), network)
    found = run_on(experiment, network, calibrated())
    states = found.pop("states")
    whole = document("network_run/1", found)
    if out is not None:
        _write(whole, states, out, lang)
    if as_json:
        print_json(whole)
    else:
        _print(whole, lang)


def named_values(given: Repeated, option: str, faults: list[Fault]) -> dict[str, str]:
    """Return the NAME=VALUE pairs of an option that may be repeated; adds what is wrong to `faults`.

    >>> named_values(["TNF_ext=10 ng/mL; LPS=1"], "--stimulus", [])
    {'TNF_ext': '10 ng/mL', 'LPS': '1'}
    """
    found: dict[str, str] = {}
    for part in (piece.strip() for each in given or () for piece in each.split(";")):
        name, mark, value = (word.strip() for word in part.partition("="))
        if not mark or not name or not value:
            faults.append(Fault("", option, repr(part), "NAME=VALUE"))
        elif found.get(name, value) != value:
            faults.append(Fault("", option, f"{name} twice", "one value of a name"))
        else:
            found[name] = value
    return found


def _said(flags: dict[str, Repeated], read: Repeated, cell: str, hours: float, hypothesis: Repeated, hypotheses: str, basis: str) -> Any:
    """Return what the flags say as the content of an experiment file; raises `InputError` with all that is wrong."""
    from pulposus.mechanism.experiment import READOUTS
    from pulposus.mechanism.experiment_file import ExperimentFile

    faults: list[Fault] = []
    by_flag = {name: named_values(given, f"--{name}", faults) for name, given in flags.items()}
    treatment: dict[str, float | str] = {}
    for name in ("cargo", "vesicle", "drug", "force"):
        faults.extend(Fault("", f"--{name}", f"{id} set twice", "one value of a node") for id in by_flag[name] if id in treatment)
        treatment |= by_flag[name]
    left = {id: _factor(value, f"--knock-down {id}", faults) for id, value in by_flag["knock-down"].items()}
    chosen = named_values(hypothesis, "--hypothesis", faults)
    if not 0.0 <= hours <= LONGEST:
        faults.append(Fault("", "--hours", f"{hours:g}", f"0 to {LONGEST:g}"))
    refuse(faults)
    stimulus: dict[str, float | str] = {**by_flag["stimulus"]}
    options: Any = "all" if hypotheses else chosen
    parts = {"stimulus": stimulus, "treatment": treatment, "knock_down": left, "hypotheses": options, "basis": basis}
    return ExperimentFile(version=1, cell=cell, read=read or list(READOUTS), hours=hours, **parts)


def _factor(text: str, where: str, faults: list[Fault]) -> float:
    try:
        return float(text)
    except ValueError:
        faults.append(Fault("", where, repr(text), "a factor from 0 (knocked out) to 1 (untouched)"))
        return 1.0


def _write(whole: dict[str, Any], states: dict[str, list[float]], out: Path, lang: str) -> None:
    """Write the document and the page with its drawings, and say where."""
    from pulposus.core.files import write_atomic
    from pulposus.report.network.page import write_page

    first, second = (1, 2) if whole["treatment"] else (0, 1)
    pairs = {id: (each[first], each[second]) for id, each in states.items()}
    write_atomic(out / "network.json", json_text(whole))
    for path in write_page(whole, pairs, out, lang):
        print(path, file=sys.stderr)


def _print(whole: dict[str, Any], lang: str) -> None:
    rows = [
        {
            "read-out": each["name_zh"] if lang == "zh" else each["name"],
            "unstimulated": f"{each['unstimulated']:.3f}",
            "stimulated": f"{each['stimulated']:.3f}",
            "treated": "" if each["treated"] is None else f"{each['treated']:.3f}",
            "change": f"{each['change']:+.3f}",
            "": each["direction"],
            "most by": " → ".join(each["paths"][0]["nodes"]) + f" ({each['paths'][0]['share']:.0%})" if each["paths"] else "",
        }
        for each in whole["readouts"]
    ]
    print_table(rows, f"{whole['cell']}: {whole['edges']} edges, {whole['edges_assumed']} of them assumed")
    if "rivals" in whole:
        changes = ({"option": each["option"], **{r["id"]: f"{r['change']:+.3f}" for r in each["readouts"]}} for each in whole["rivals"])
        print_table(changes, "under every rival")
    if "whole_network" in whole:
        shown = (
            {"read-out": each["id"], "all edges": f"{each['change']:+.3f}", "kept edges": f"{each['kept']:+.3f}"}
            for each in whole["whole_network"]
        )
        print_table(shown, f"with edges checked at least as far as {whole['basis']}")
    if "not_converged" in whole["status"]:
        print("a steady state was not settled; its last state is shown", file=sys.stderr)
