"""`pulposus disc`: one disc, its steady nutrition (`solve`); its years (`run`) are not built yet."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from pulposus.cli.output import document, json_text, print_json, print_table, refuse
from pulposus.cli.verbs import NotBuilt
from pulposus.core.errors import Fault

__all__ = ["app"]

app = typer.Typer(help="Solve one disc.", rich_markup_mode=None)
DONE = ("converged", "converged_by_continuation")


@app.command("solve")
def solve(
    spec: Annotated[Path, typer.Argument(metavar="SPEC.yaml", help="A disc file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    out: Annotated[Path | None, typer.Option(help="File for the JSON document.", show_default=False)] = None,
    fields: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Folder for the solved fields, disc.vtu and disc.xdmf.", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over files that exist.")] = False,
) -> None:
    """Solve the steady nutrition of one disc: oxygen, lactate, glucose, and who survives."""
    from pulposus.tissue.disc_file import load_disc

    faults = []
    if out is not None and out.exists() and (not force or not out.is_file()):
        faults.append(
            Fault(str(out), "--out", "a file that exists" if out.is_file() else "no file", "a new file, or --force")
        )
    if fields is not None and fields.exists() and (not fields.is_dir() or (any(fields.iterdir()) and not force)):
        given = "a folder that holds files" if fields.is_dir() else "no folder"
        faults.append(Fault(str(fields), "--fields", given, "a new or empty folder, or --force"))
    refuse(faults)
    file = load_disc(spec)
    from pulposus.core.files import write_atomic
    from pulposus.tissue.answer import solve_disc

    look = None if fields is None else partial(keep_fields, fields)
    answer = document("disc_answer/1", solve_disc(file, look))
    if out is not None:
        write_atomic(out, json_text(answer))
    if as_json:
        print_json(answer)
    else:
        print_table({"value of": name, "value": value} for name, value in flat(answer))
    for warning in answer.get("warnings", ()):
        print(f"{spec}: {warning}", file=sys.stderr)
    if answer["status"] not in DONE:
        print(f"{spec}: status {answer['status']}", file=sys.stderr)
        raise typer.Exit(1)


def keep_fields(folder: Path, disc: Any, solution: Any) -> None:
    """Write the solved fields of a disc into a folder."""
    from pulposus.exchange.fields import write_fields
    from pulposus.tissue.answer import maps_of

    write_fields(folder, disc.mesh, maps_of(disc, solution))


@app.command("run", context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def run() -> None:
    """The disc over months or years (not built yet)."""
    raise NotBuilt("pulposus disc run")


def flat(answer: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values of nested mappings with their dotted names.

    >>> list(flat({"means": {"NP": {"pH": 7.0}}}))
    [('means.NP.pH', 7.0)]
    """
    for key, value in answer.items():
        name = f"{before}{key}"
        if isinstance(value, Mapping):
            yield from flat(value, f"{name}.")
        else:
            yield name, value
