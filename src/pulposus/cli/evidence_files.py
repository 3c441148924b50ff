"""`pulposus evidence import, imports, remove, export, template, flow`: a user's own records in, and records out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pulposus.cli.output import LANGUAGES, allowed_word, document, print_json, print_table, refuse

__all__ = ["bias", "export", "flow", "import_", "imports", "remove", "template"]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Database = Annotated[str | None, typer.Option("--database", help="Address of the store, such as postgresql://USER@HOST/NAME.")]
MOST_SHOWN = 20


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Studies as .csv, .tsv or .xlsx; references as .ris, .bib or .json (CSL).")],
    preview: Annotated[bool, typer.Option("--preview", help="Show what would be imported and write nothing.")] = False,
    as_json: Json = False,
    database: Database = None,
) -> None:
    """Import your own studies or references, all of a file or nothing; they stay marked as yours."""
    from pulposus.evidence.home import open_store
    from pulposus.evidence.imports import commit
    from pulposus.evidence.imports import preview as previewed

    store = open_store(database)
    shown = previewed(store, file)
    batch = None if preview else commit(store, shown)
    found = [vars(each) for each in shown.duplicates]
    if as_json:
        print_json(document("evidence_import/1", {"file": file.name, "import": batch, "counts": shown.counts(), "duplicates": found}))
        return
    print_table(
        [{"records": name, "count": count} for name, count in shown.counts().items()], "preview" if preview else f"imported as {batch}"
    )
    if found:
        print_table(found[:MOST_SHOWN], f"seem to be known already ({len(found)}); they are imported all the same")


def imports(as_json: Json = False, database: Database = None) -> None:
    """List your imports."""
    from pulposus.evidence.batches import batches
    from pulposus.evidence.home import open_store

    found = batches(open_store(database))
    if as_json:
        print_json(document("evidence_imports/1", {"imports": found}))
    else:
        print_table(found, f"{len(found)} imports")


def remove(
    id: Annotated[str, typer.Argument(metavar="ID", help="The import to take out, as `imports` lists it.")],
    as_json: Json = False,
    database: Database = None,
) -> None:
    """Take one of your imports out again, whole; packaged records stay."""
    from pulposus.evidence.batches import remove as removed
    from pulposus.evidence.home import open_store

    count = removed(open_store(database), id)
    if as_json:
        print_json(document("evidence_remove/1", {"import": id, "records": count}))
    else:
        typer.echo(f"{id}: {count} records removed")


def export(
    text: Annotated[str, typer.Argument(metavar="[TEXT]", help="Words to search; none for everything that passes the filters.")] = "",
    form: Annotated[str, typer.Option("--format", help="csv, json, bibtex or ris.")] = "csv",
    where: Annotated[list[str] | None, typer.Option("--where", help="A filter such as kind=outcome; repeat for more.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="File to write; the screen if left out.")] = None,
    database: Database = None,
) -> None:
    """Export what a search finds; BibTeX and RIS give the references behind it."""
    from pulposus.core.files import write_atomic
    from pulposus.evidence.exports import FORMATS
    from pulposus.evidence.exports import export as exported
    from pulposus.evidence.home import open_store
    from pulposus.evidence.search import search

    refuse(allowed_word("--format", form, FORMATS))
    store = open_store(database)
    hits, _ = search(store, text, where or ())
    content = exported(store, [hit.id for hit in hits], form)
    if out is None:
        typer.echo(content, nl=False)
    else:
        typer.echo(f"{write_atomic(out, content)}: {len(hits)} records")


def template(
    what: Annotated[str, typer.Argument(metavar="studies|meta", help="A table of studies to import, or one to pool.")] = "studies",
    dictionary: Annotated[bool, typer.Option("--dictionary", help="Print what every column holds instead of a table.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="File to write (.csv or .xlsx); the screen if left out.")] = None,
    lang: Annotated[str, typer.Option(help="Language of the dictionary: en or zh.")] = "en",
) -> None:
    """Write a table to start from, or its data dictionary."""
    from pulposus.evidence import templates

    refuse(allowed_word("template", what, templates.TABLES) + allowed_word("--lang", lang, LANGUAGES))
    if dictionary:
        print_table(templates.dictionary(what, lang))
    elif out is None:
        typer.echo(templates.text(what), nl=False)
    else:
        typer.echo(str(templates.write(what, out)))


def bias(
    tool: Annotated[str, typer.Option(help="SYRCLE (animals) or 'RoB 2' (trials).")] = "SYRCLE",
    where: Annotated[list[str] | None, typer.Option("--where", help="A filter such as species=goat; repeat for more.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write the traffic light as .svg or .png.")] = None,
    lang: Annotated[str, typer.Option(help="Language of the picture: en or zh.")] = "en",
    as_json: Json = False,
    database: Database = None,
) -> None:
    """Show the risk of bias of papers, as far as what was read of them allows; as a table or a traffic light."""
    from pulposus.evidence.bias import TOOLS, judgements
    from pulposus.evidence.home import open_store

    faults = allowed_word("--tool", tool, TOOLS) + allowed_word("--lang", lang, LANGUAGES)
    if out is not None:
        faults += allowed_word("--out", out.suffix.lower(), (".svg", ".png"))
    refuse(faults)
    rows = judgements(open_store(database), tool, where or ())
    if out is not None and rows:
        from pulposus.report.evidence.bias import traffic_light
        from pulposus.report.evidence.export import save

        typer.echo(str(save(traffic_light(rows, tool, lang), out)), err=as_json)
    if as_json:
        print_json(document("evidence_bias/1", {"tool": tool, "papers": [{"id": id, **judged} for id, judged in rows]}))
    else:
        print_table([{"paper": id, **judged} for id, judged in rows], f"{tool}: {len(rows)} papers judged")


def flow(as_json: Json = False, database: Database = None) -> None:
    """Count how the records came together, in the steps of a PRISMA flow."""
    from pulposus.evidence.home import open_store
    from pulposus.evidence.tally import flow as counted

    steps = counted(open_store(database))
    if as_json:
        print_json(document("evidence_flow/1", {"steps": [{"step": step, "count": count} for step, count in steps]}))
    else:
        print_table([{"step": step, "count": count} for step, count in steps])
