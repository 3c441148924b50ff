"""`pulposus network`: experiments on the cell network, with the paper behind every edge, and how far to believe it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pulposus.cli import network_files, network_run
from pulposus.cli.network_run import named_values
from pulposus.cli.output import allowed_word, document, print_json, print_table, refuse
from pulposus.core.errors import Fault

__all__ = ["app"]

SHOWN = 25

app = typer.Typer(
    name="network",
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="The cell network: run an experiment, find a rescue, score it against published perturbations.",
)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Cell = Annotated[str, typer.Option(help="NP, AF, CEP or macrophage.")]
Options = Annotated[list[str] | None, typer.Option("--hypothesis", help="A rival, such as traf6=interleukin_and_toll; repeat for more.")]
Basis = Annotated[str, typer.Option(help="Leave out edges checked less far: assumed, title, review, inferred, secondary, abstract.")]


@app.command()
def rescue(
    readout: Annotated[str, typer.Argument(metavar="READOUT", help="The phenotype or node to bring back.")],
    stimulus: Annotated[list[str], typer.Option(help="What harms: NODE=share or NODE='10 ng/mL'; repeat.")],
    pairs: Annotated[bool, typer.Option("--pairs", help="Try pairs of the best single perturbations too.")] = False,
    cell: Cell = "NP",
    hypothesis: Options = None,
    basis: Basis = "assumed",
    limit: Annotated[int, typer.Option(min=1, help="Most rows to show.")] = SHOWN,
    as_json: Json = False,
) -> None:
    """Which single or paired perturbation brings a read-out back to that of unstimulated cells."""
    from pulposus.core.errors import InputError
    from pulposus.mechanism.calibration import calibrated
    from pulposus.mechanism.conditions import read_ops
    from pulposus.mechanism.network import load_network
    from pulposus.mechanism.rescue import rescue as search

    faults: list[Fault] = []
    network = load_network()
    harm = read_ops(";".join(stimulus), network, "--stimulus", faults)
    chosen = named_values(hypothesis, "--hypothesis", faults)
    if faults:
        raise InputError(faults)
    found = search(harm, network[readout].id, network, cell, chosen, basis, pairs, calibrated())
    whole = document("network_rescue/1", found)
    if as_json:
        print_json(whole)
        return
    print_table(
        (
            {"perturbation": r["perturbation"], "rescued": f"{r['rescued']:.0%}", "direct": "yes" if r["direct"] else ""}
            for r in found["single"][:limit]
        ),
        f"{readout}: single perturbations",
    )
    if pairs:
        print_table(
            ({"perturbation": r["perturbation"], "rescued": f"{r['rescued']:.0%}"} for r in found["pairs"][:limit]), f"{readout}: pairs"
        )


@app.command()
def score(
    bank: Annotated[
        Path, typer.Argument(metavar="BANK", help="A bank of perturbations (.csv), or 'reviews' or 'second' for the shipped ones.")
    ],
    cargo: Annotated[str, typer.Option(help="named (the one cargo) or vesicle (all that the source carries).")] = "named",
    formalism: Annotated[str, typer.Option(help="logic, or squad (Mendoza's standardised dynamics).")] = "logic",
    hypothesis: Options = None,
    basis: Basis = "assumed",
    permutations: Annotated[int, typer.Option(min=0, max=1000, help="Networks with permuted signs.")] = 30,
    draws: Annotated[int, typer.Option(min=0, max=1000, help="Draws of weights, basal states and curves.")] = 30,
    as_json: Json = False,
) -> None:
    """Score the network against published perturbations, beside the rule without a model and permuted networks."""
    refuse(allowed_word("--formalism", formalism, ("logic", "squad")))
    from pulposus.core.errors import InputError
    from pulposus.core.files import packaged
    from pulposus.mechanism.bank import read_bank
    from pulposus.mechanism.calibration import calibrated
    from pulposus.mechanism.edges import BASES
    from pulposus.mechanism.network import load_network
    from pulposus.mechanism.scoring import score as score_of
    from pulposus.mechanism.squad import squad

    faults: list[Fault] = []
    network = load_network()
    chosen = named_values(hypothesis, "--hypothesis", faults)
    if faults:
        raise InputError(faults)
    network.of("NP", chosen, basis)
    kept = network.with_edges(edge for edge in network.edges if edge.rank >= BASES.index(basis))
    path = packaged(f"network/banks/{bank}.csv") if str(bank) in ("reviews", "second") else bank
    rows = read_bank(path, network, cargo)
    settings = calibrated()
    solve = squad() if formalism == "squad" else None
    found = score_of(
        rows, kept, chosen, settings, solve, permutations, 0 if solve else draws, True, lambda words: print(words, file=sys.stderr)
    )
    whole = document("network_score/1", {"bank": path.name, "cargo": cargo, "formalism": formalism, **found})
    if as_json:
        print_json(whole)
    else:
        _print_score(whole)


app.command("run", short_help="Run one experiment.")(network_run.run)
app.command("nodes", short_help="List the nodes.")(network_files.nodes)
app.command("show", short_help="Show a node with the edges and papers around it.")(network_files.show)
app.command("hypotheses", short_help="List the rivals and their options.")(network_files.hypotheses)
app.command("export", short_help="Write the network as SBML or SBML-qual.")(network_files.export)
app.command("import", short_help="Read an SBML model of rate rules and run it.")(network_files.import_)


def _print_score(whole: dict[str, Any]) -> None:
    """Print the network beside its baselines, then by class, by distance and without the rows' own papers."""
    scores = {"network": whole, **{name: each for name, each in whole["baselines"].items() if each}}
    named = {"accuracy": "accuracy", "balanced": "balanced_accuracy", "sign": "sign_accuracy"}
    rows = [{"": word.replace("_", " "), **_said(each, named)} for word, each in scores.items()]
    print_table(rows, f"{whole['bank']}, {whole['cargo']} cargo: {whole['n_scored']} rows, classes {', '.join(whole['classes'])}")
    sides = {"network": "accuracy", "no model": "no_model", "sign": "sign_accuracy", "no model, sign": "no_model_sign"}
    for title, key in (
        ("by class of evidence", "by_class"),
        ("by edges between what was done and what was read", "by_distance"),
        ("without the edges that only the row's own paper supports", "without_own_paper"),
    ):
        found = whole.get(key, {}).items()
        print_table(({"": word.replace("_", " "), "rows": each["n"], **_said(each, sides)} for word, each in found if each["n"]), title)
    if whole["unscored"]:
        print_table(whole["unscored"], "not scored")


def _said(scores: dict[str, Any], named: dict[str, str]) -> dict[str, str]:
    """Return scores as text under their headings, empty where there is none."""
    return {word: "" if scores.get(key) is None else f"{scores[key]:.3f}" for word, key in named.items()}
