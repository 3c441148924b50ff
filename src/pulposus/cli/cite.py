"""`pulposus cite`: what a finished run rests on, as BibTeX, each entry with its reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from pulposus.cli.output import document, print_json, refuse
from pulposus.core.errors import Fault

__all__ = ["cite"]

NUMBERS, RECORD = "results.nc", "run.json"
USED, REASONS, RECORDS = "used_parameters", "cited", "records"  # attributes of the numbers of a run, as JSON


def cite(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="A result folder.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Print the references of a finished run as BibTeX, each with what it was used for."""
    if not (result / NUMBERS).is_file() or not (result / RECORD).is_file():
        given = "no finished result" if result.exists() else "nothing there"
        refuse([Fault(str(result), "", given, f"a result folder with {NUMBERS} and {RECORD}")])
    from pulposus.core.parameters import ParameterSet
    from pulposus.core.references import bibtex
    from pulposus.core.references import cite as cited_by
    from pulposus.core.result import Result
    from pulposus.therapy.product import record_and_name

    attributes = Result.load(result).dataset.attrs
    used, reasons, records = (
        json.loads(attributes.get(name, empty)) for name, empty in ((USED, "[]"), (REASONS, "{}"), (RECORDS, "{}"))
    )
    # a value of the user's cites nobody; the factors of several donors are of one record
    published = list(dict.fromkeys(record_and_name(id)[0] for id in used if records.get(id, {}).get("source") != "user"))
    cited = cited_by(published, ParameterSet.load(), reasons)
    if as_json:
        rows = [{"key": reference.key, "doi": reference.doi, "reasons": list(reasons)} for reference, reasons in cited]
        print_json(document("citations/1", {"references": rows}))
    else:
        typer.echo(bibtex(cited), nl=False)
