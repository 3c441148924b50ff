"""`pulposus check`: parameter records counted by origin and species, edges by how far they were checked, and what is wrong with the
packaged data."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pulposus.cli.output import allowed_word, document, print_json, print_table, refuse
from pulposus.core.errors import InputError

if TYPE_CHECKING:
    from pulposus.core.parameters import ParameterSet

__all__ = ["check", "problems_of"]


def problems_of(parameters: ParameterSet) -> Iterator[str]:
    """Yield what is wrong with parameter records beyond their form: claims without a source, names without a record."""
    from pulposus.core.references import load_references
    from pulposus.core.vocabulary import names

    known = load_references()
    for record in parameters:
        if record.source not in (*known, "none"):
            yield f"{record.id}: source {record.source!r} is no reference"
        if record.origin == "measured" and record.read in ("not_read", ""):
            yield f"{record.id}: measured, but its source was not read"
        if record.origin == "assumed" and not record.why:
            yield f"{record.id}: assumed without a reason"
    for needle in names("needle"):
        if f"needle_diameter_{needle}" not in {record.symbol for record in parameters}:
            yield f"needle_diameter_{needle}: a needle without a diameter"


def _loaded(load: Callable[[], object]) -> list[str]:
    """Return the faults of loading a part of the data, none if it loads."""
    try:
        load()
    except InputError as error:
        return [str(fault) for fault in error.faults]
    return []


def _of_species(assumed: str | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the counts per species, and the assumed records of one."""
    from pulposus.tissue.species_records import assumed_by_species, assumed_records

    return assumed_by_species(), [] if assumed is None else assumed_records(assumed)


def _print(counts: dict[str, int], by_species: list[dict[str, Any]], assumed: tuple[str | None, list[dict[str, Any]]],
           edges: dict[str, int], problems: list[str]) -> None:
    """Print the tables, and the problems on stderr."""
    print_table([{"origin": origin, "records": count} for origin, count in counts.items()])
    print_table(by_species)
    if assumed[0]:
        print_table(assumed[1], f"assumed, {assumed[0]}")
    print_table([{"checked by": basis, "edges": count} for basis, count in edges.items()])
    for problem in problems:
        print(problem, file=sys.stderr)


def check(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    assumed: Annotated[
        str | None, typer.Option(metavar="SPECIES", help="List the assumed records of a species.", show_default=False)
    ] = None,
) -> None:
    """Check the packaged parameter records, references, words, evidence and network; exit 1 if something is wrong.

    Told per species: how many records answer for its disc, how many of these are assumed, and those of its size.
    """
    from pulposus.core.vocabulary import names, terms

    refuse([] if assumed is None else allowed_word("--assumed", assumed, names("species")))
    from pulposus.core.language import Catalogue
    from pulposus.core.parameters import ParameterSet
    from pulposus.core.references import load_evidence_levels, load_references
    from pulposus.evidence.library import library
    from pulposus.mechanism.edges import BASES
    from pulposus.mechanism.network import load_network

    problems = [
        *_loaded(load_references),
        *_loaded(load_evidence_levels),
        *_loaded(Catalogue.load),
        *_loaded(lambda: terms("species")),
        *_loaded(library),
    ]
    counts: dict[str, int] = {}
    edges: dict[str, int] = {}
    network_faults = _loaded(load_network)
    problems += network_faults
    if not network_faults:
        found = load_network().edges
        edges = {basis: sum(edge.basis == basis for edge in found) for basis in BASES}
        known = load_references()
        problems += [f"edge {edge.id}: {key!r} is no reference" for edge in found for key in edge.references if key not in known]
    broken = _loaded(ParameterSet.load)
    problems += broken
    if not problems:
        parameters = ParameterSet.load()
        counts = {origin: len(ids) for origin, ids in parameters.by_origin().items()}
        problems += problems_of(parameters)
    by_species, listed = ([], []) if broken else _of_species(assumed)
    if as_json:
        told = {"origins": counts, "species": by_species, "edges": edges, "problems": problems}
        print_json(document("check/1", told | ({"assumed": listed} if assumed else {})))
    else:
        _print(counts, by_species, (assumed, listed), edges, problems)
    if problems:
        raise typer.Exit(1)
