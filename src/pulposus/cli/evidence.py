"""`pulposus evidence`: search and show what is known, in Chinese or English, with its contradictions and errors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from pulposus.cli import evidence_files, evidence_meta
from pulposus.cli.output import LANGUAGES, allowed_word, document, print_json, print_table, refuse

__all__ = ["app"]

SHOWN = 20  # hits of a search unless told
SHOWN_PARTS = 60  # parts of a card on the screen

app = typer.Typer(
    name="evidence",
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="What is known, how well, and where papers contradict each other.",
)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Lang = Annotated[str, typer.Option(help="Language of the answer: en or zh.")]
Where = Annotated[list[str] | None, typer.Option("--where", help="A filter such as species=sheep or patients>=20; repeat for more.")]
Database = Annotated[str | None, typer.Option("--database", help="Address of the store, such as postgresql://USER@HOST/NAME.")]


@app.command()
def search(
    text: Annotated[
        str, typer.Argument(metavar="[TEXT]", help="Words, Chinese or English; none for everything that passes the filters.")
    ] = "",
    where: Where = None,
    limit: Annotated[int, typer.Option(min=1, help="Most hits to show.")] = SHOWN,
    lang: Lang = "en",
    as_json: Json = False,
    database: Database = None,
) -> None:
    """Find records by words of either language and by the values of fields."""
    refuse(allowed_word("--lang", lang, LANGUAGES))
    from pulposus.evidence.home import open_store
    from pulposus.evidence.search import search as found_by

    hits, total = found_by(open_store(database), text, where or (), limit)
    rows = [
        {"id": hit.id, "kind": hit.kind, "origin": hit.origin, "title": (hit.title_zh if lang == "zh" else "") or hit.title} for hit in hits
    ]
    if as_json:
        print_json(
            document("evidence_search/1", {"query": text, "filters": where or [], "total": total, "hits": [vars(hit) for hit in hits]})
        )
    else:
        print_table(rows, f"{total} found, {len(rows)} shown")


@app.command()
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="Such as noriega2017, AX02, E17, C1 or ref:NORIEGA2017.")],
    lang: Lang = "en",
    as_json: Json = False,
    database: Database = None,
) -> None:
    """Show a record whole, with its reference, its parts, and the errata and contradictions that name it."""
    refuse(allowed_word("--lang", lang, LANGUAGES))
    from pulposus.evidence.card import card
    from pulposus.evidence.home import open_store

    found = card(open_store(database), id).document()
    if as_json:
        print_json(document("evidence_record/1", found))
        return
    title = (found["title_zh"] if lang == "zh" else "") or found["title"]
    typer.echo(f"{found['id']}  ({found['origin']})\n{title}\n")
    if found["reference"]:
        said = found["reference"]
        told = [said.get(key, "") for key in ("authors", "year", "title", "journal")] + ([f"doi:{said['doi']}"] if said.get("doi") else [])
        typer.echo(". ".join(part for part in told if part) + f"  [read: {said.get('read', '')}]\n")
    print_table([{"field": key, "value": value} for key, value in _flat(found["record"])])
    for name in ("parts", "errata", "contradictions", "names"):
        rows = [_line(each, lang) for each in found[name]]
        if rows:
            more = f" ({len(rows)} in all)" if len(rows) > SHOWN_PARTS else ""
            print_table(rows[:SHOWN_PARTS], f"{name}{more}")


def _flat(value: Any, path: str = "") -> list[tuple[str, str]]:
    """Return plain data as pairs of path and text."""
    if isinstance(value, dict):
        return [pair for key, each in value.items() for pair in _flat(each, f"{path}.{key}" if path else key)]
    if isinstance(value, list) and any(isinstance(each, (dict, list)) for each in value):
        return [pair for number, each in enumerate(value, 1) for pair in _flat(each, f"{path} {number}")]
    return [(path, ", ".join(map(str, value)) if isinstance(value, list) else str(value))]


def _line(part: dict[str, Any], lang: str) -> dict[str, Any]:
    """Return a part of a card as one line of a table."""
    chinese = ["says_zh", "gist_zh", "right_zh", "title_zh"] if lang == "zh" else []
    texts = [*chinese, "says", "gist", "right", "title", "name", "instrument"]
    said = next((str(part[key]) for key in texts if part.get(key)), "")
    row = {"id": part["id"], "said": said}
    for key in ("seed_value", "source_value", "status", "value", "unit", "direction", "time", "basis"):
        if part.get(key) not in (None, ""):
            row[key] = part[key]
    return row


@app.command()
def contradictions(lang: Lang = "en", as_json: Json = False, database: Database = None) -> None:
    """List where papers say opposite things, both sides, and what follows for the rivals that are run."""
    refuse(allowed_word("--lang", lang, LANGUAGES))
    found = _listed("contradiction", database)
    if as_json:
        print_json(document("evidence_contradictions/1", {"contradictions": found}))
        return
    end = "_zh" if lang == "zh" else ""
    for each in found:
        typer.echo(f"{each['id']}  {each['title' + end]}")
        for side in each["sides"]:
            typer.echo(f"   - {side['says' + end]}  [{', '.join(side['records'])}]")
        typer.echo(f"   = {each['consequence' + end]}\n")


@app.command()
def errata(
    review: Annotated[str | None, typer.Option(help="Of one review alone: 000 or 001.")] = None,
    lang: Lang = "en",
    as_json: Json = False,
    database: Database = None,
) -> None:
    """List the errors found in the two reviews: what is printed, what is right, how well that was confirmed."""
    refuse(allowed_word("--lang", lang, LANGUAGES) + ([] if review is None else allowed_word("--review", review, ("000", "001"))))
    found = [each for each in _listed("erratum", database) if review in (None, each["review"])]
    if as_json:
        print_json(document("evidence_errata/1", {"errata": found}))
        return
    right = "right_zh" if lang == "zh" else "right"
    print_table(
        [
            {
                "id": each["id"].partition(":")[2],
                "review": each["review"],
                "section": each["section"],
                "printed": each["printed"],
                "right": each[right],
                "confirmed": each["confirmed"],
            }
            for each in found
        ],
        f"{len(found)} errata",
    )


def _listed(kind: str, database: str | None) -> list[dict[str, Any]]:
    """Return all records of a kind as plain data."""
    from pulposus.evidence.home import open_store
    from pulposus.evidence.search import record
    from pulposus.evidence.search import search as found_by

    store = open_store(database)
    hits, _ = found_by(store, "", [f"kind={kind}"])
    found = record(store, [hit.id for hit in hits])
    return [{"id": hit.id, **found[hit.id].body} for hit in hits]


@app.command("map")
def map_(
    rows: Annotated[str, typer.Option(help="Rows: route, outcome, species, cells; or source, mechanism, cell_type, setting.")] = "route",
    columns: Annotated[str, typer.Option(help="Columns, of the same four.")] = "outcome",
    out: Annotated[Path | None, typer.Option("--out", help="Write the map as a picture: .svg, .png, .html or .csv.")] = None,
    lang: Lang = "en",
    as_json: Json = False,
    database: Database = None,
) -> None:
    """Count papers by two fields, with the strongest level of evidence in each cell; an empty cell is a gap."""
    refuse(allowed_word("--lang", lang, LANGUAGES))
    from pulposus.evidence.home import open_store
    from pulposus.evidence.tally import evidence_map

    found = evidence_map(open_store(database), rows, columns)
    if out is not None:
        from pulposus.report.evidence.evidence_map import write_map

        typer.echo(f"{write_map(found, out, lang)}", err=as_json)
    cells = [vars(cell) for cell in found.cells.values()]
    if as_json:
        print_json(document("evidence_map/1", {"rows": found.rows, "columns": found.columns, "cells": cells}))
        return
    table = []
    for row in found.rows:
        line = {rows: row}
        for column in found.columns:
            cell = found.cells.get((row, column))
            line[column] = f"{len(cell.papers)} ({cell.level})" if cell else ""
        table.append(line)
    print_table(table, "papers (strongest level)")


app.command("import")(evidence_files.import_)
app.command("remove")(evidence_files.remove)
app.command("imports")(evidence_files.imports)
app.command("export")(evidence_files.export)
app.command("template")(evidence_files.template)
app.command("bias")(evidence_files.bias)
app.command("flow")(evidence_files.flow)
app.command("meta")(evidence_meta.meta)
