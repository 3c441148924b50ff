"""`pulposus presets`: the choices a study has, with their sources."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated

import typer

from pulposus.cli.output import LANGUAGES, allowed_word, document, print_json, print_table, refuse

__all__ = ["presets"]

ROOMS = {
    "species": "pulposus.tissue.presets",
    "levels": "pulposus.tissue.presets",
    "grades": "pulposus.tissue.presets",
    "geometry": "pulposus.tissue.presets",
    "swelling": "pulposus.tissue.presets",
    "loads": "pulposus.tissue.presets",
    "grade_states": "pulposus.tissue.grade_course",
    "grade_courses": "pulposus.tissue.grade_course",
    "products": "pulposus.therapy.presets",
    "routes": "pulposus.therapy.presets",
    "carriers": "pulposus.therapy.presets",
}
"""Which room lists which kind."""
RUN = ("grade_states", "grade_courses")
"""Kinds that are run forward, seconds each; listed when they are named."""


def presets(
    kind: Annotated[
        str | None,
        typer.Argument(metavar="[KIND]", help=f"One of {', '.join(ROOMS)}; all but {' and '.join(RUN)} if left out.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    lang: Annotated[str, typer.Option(help="Language of the names: en or zh.")] = "en",
) -> None:
    """List species, levels, grades, geometry, swelling, loads, products, routes and carriers with their sources.

    grade_states: a healthy disc run forward through degeneration, beside the tables of grades; grade_courses: what drives it."""
    refuse(allowed_word("--lang", lang, LANGUAGES) + ([] if kind is None else allowed_word("presets", kind, ROOMS)))
    wanted = [kind] if kind else [each for each in ROOMS if each not in RUN]
    tables = {each: import_module(ROOMS[each]).table(each, lang) for each in wanted}
    if as_json:
        print_json(document("presets/1", tables))
        return
    for each, rows in tables.items():
        print_table(rows, each)
