"""`pulposus product check`: is a product what it says, how much of it reaches a disc, what would a reader still ask."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pulposus.cli.output import LANGUAGES, allowed_word, document, print_json, print_table, refuse

__all__ = ["app"]

app = typer.Typer(help="Check a product of cells or vesicles before it is given.", rich_markup_mode=None)
GRADE = "III"


@app.callback()
def product() -> None:
    """Check a product of cells or vesicles before it is given."""


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE.yaml", help="A product file.")],
    species: Annotated[str | None, typer.Option(help="Species of the disc, if not that of the file.", show_default=False)] = None,
    level: Annotated[str | None, typer.Option(help="Level of the disc, if not that of the file.", show_default=False)] = None,
    grade: Annotated[str | None, typer.Option(help="Grade of the disc, I to V, if not that of the file.", show_default=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    lang: Annotated[str, typer.Option(help="Language of the report: en or zh.")] = "en",
) -> None:
    """Check identity, quality and dose of a product; exit 1 if a line fails."""
    from pulposus.core.errors import Fault, InputError
    from pulposus.core.vocabulary import names, terms
    from pulposus.study.product_sheet import load_product

    faults = allowed_word("--lang", lang, LANGUAGES)
    sheet = table = None
    try:
        sheet, table = load_product(file)
    except InputError as error:
        faults += error.faults
    disc = sheet.disc if sheet else None
    where = {"species": species or (disc.species if disc else None), "level": level or (disc.level if disc else None),
             "grade": grade or (disc.grade if disc else GRADE)}
    for option, given in (("species", where["species"]), ("level", where["level"])):
        if sheet and given is None:
            faults.append(Fault(str(file), "for", f"no {option}", f"for: {{species: human, level: L4/L5}}, or --{option}"))
    if where["species"] is not None:
        wrong = allowed_word("--species", where["species"], names("species"))
        faults += wrong
        if not wrong and where["level"] is not None:
            faults += allowed_word("--level", where["level"], terms("species")[where["species"]].more["levels"])
    faults += allowed_word("--grade", str(where["grade"]), names("grade"))
    refuse(faults)
    assert sheet is not None

    from pulposus.report.product import counted, document_of, dose_rows, heading, verdict_rows
    from pulposus.therapy.product_check import check_product
    from pulposus.therapy.product_dose import Place

    report = check_product(sheet.product, Place(str(where["species"]), str(where["level"]), str(where["grade"])), table)
    if as_json:
        print_json(document("product_check/1", {"title": sheet.title, **document_of(report, lang)}))
    else:
        print_table(verdict_rows(report, lang), heading(report, sheet.title, sheet.product.kind, lang))
        if rows := dose_rows(report, sheet.product.kind, lang):
            print_table(rows)
        typer.echo(counted(report, lang))
    if report.failed:
        raise typer.Exit(1)
