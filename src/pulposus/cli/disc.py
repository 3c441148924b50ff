"""`pulposus disc`: one disc, its steady nutrition (`solve`) and its months or years after what happened to it (`run`)."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Annotated, Any

import typer

from pulposus.cli.output import LANGUAGES, allowed_word, document, json_text, print_json, print_table, refuse
from pulposus.core.errors import Fault, InputError, nearest

__all__ = ["app"]

app = typer.Typer(help="Solve one disc, or follow it over years.", rich_markup_mode=None)
PICTURES = (".svg", ".png", ".html")
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
    picture: Annotated[
        Path | None,
        typer.Option(metavar="FILE.svg|png|html", help="File for maps and profiles, published values of this very disc over them; "
                     "a solid also in three dimensions.", show_default=False),
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of the picture: en or zh.")] = "en",
    force: Annotated[bool, typer.Option("--force", help="Write over files that exist.")] = False,
) -> None:
    """Solve the steady nutrition of one disc: oxygen, lactate, glucose, and who survives."""
    from pulposus.tissue.disc_file import load_disc

    refuse([*allowed_word("--lang", lang, LANGUAGES), *_existing(out, "--out", force), *_used_folder(fields, "--fields", force),
            *_existing(picture, "--picture", force), *_other_kind(picture)])
    file = load_disc(spec)
    from pulposus.core.files import write_atomic
    from pulposus.tissue.answer import solve_disc

    def look(disc: Any, solution: Any) -> None:
        if fields is not None:
            keep_fields(fields, disc, solution)
        if picture is not None and solution.converged:
            keep_picture(picture, file, disc, solution, lang)

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


def keep_picture(path: Path, spec: Any, disc: Any, solution: Any, lang: str) -> None:
    """Write the picture of a solved disc by the ending of its file."""
    from pulposus.core.files import write_atomic
    from pulposus.report.solved_disc import picture_file, read_solution

    write_atomic(path, picture_file(read_solution(spec, disc, solution), path.suffix.lower(), lang))


def _other_kind(path: Path | None) -> list[Fault]:
    """Return the fault of a picture whose ending says no kind that is known."""
    if path is None or path.suffix.lower() in PICTURES:
        return []
    return [Fault("", "--picture", path.name, f"a file that ends in {', '.join(PICTURES)}", nearest(path.suffix.lower(), PICTURES))]


@app.command("run")
def run(
    spec: Annotated[Path, typer.Argument(metavar="SPEC.yaml", help="A disc file with a follow_up, and a history if it has one.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Folder for course.csv, one row per time, and disc.html, maps of the disc over time.",
                     show_default=False),
    ] = None,
    fields: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Folder for the fields over time, disc.xdmf, and those of the last day, disc.vtu.",
                     show_default=False),
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of the page: en or zh.")] = "en",
    force: Annotated[bool, typer.Option("--force", help="Write over files that exist.")] = False,
) -> None:
    """Follow one disc over months or years: its history, then untreated. Beside it the published controls that were read."""
    from pulposus.tissue.disc_file import load_disc

    refuse([*allowed_word("--lang", lang, LANGUAGES), *_used_folder(out, "--out", force), *_used_folder(fields, "--fields", force)])
    disc = load_disc(spec)
    from pulposus.study.network_response import response_of
    from pulposus.study.replay.untreated import beside_course
    from pulposus.tissue.course import rows_of, run_course
    from pulposus.tissue.film import Film

    film = None if out is None and fields is None else Film()
    course = _naming(spec, lambda: run_course(disc, response_of(disc.laws.model_dump()), film))
    answer = document("disc_course/1", {**course, "published_controls": beside_course(course)})
    header, rows = rows_of(answer)
    if out is not None and film is not None:
        _keep_course(out, disc, answer, film, lang)
    if fields is not None and film is not None and film.mesh is not None and film.days:
        from pulposus.exchange.fields import write_series

        write_series(fields, film.mesh, film.days, film.maps())
    if as_json:
        print_json(answer)
    else:
        ends = sorted({0, answer["days"].index(0.0) if 0.0 in answer["days"] else 0, len(rows) - 1}) if rows else []
        print_table({"value of": name, **{f"day {rows[i][0]:.4g}": rows[i][place] for i in ends}}
                    for place, name in enumerate(header) if place)
        published = answer["published_controls"]
        print_table(published, "published controls") if isinstance(published, list) else print(f"published controls: {published}")
    if answer["status"] != "complete":
        print(f"{spec}: {answer['note']}", file=sys.stderr)
        raise typer.Exit(1)


def _keep_course(folder: Path, disc: Any, answer: Mapping[str, Any], film: Any, lang: str) -> None:
    """Write the table and the page of a course into a folder; no page of a disc that could not be solved at the start."""
    from pulposus.core.files import write_atomic
    from pulposus.core.units import convert
    from pulposus.report.slider import slider_page
    from pulposus.tissue.course import rows_of

    header, rows = rows_of(dict(answer))
    table = StringIO()
    csv.writer(table, lineterminator="\n").writerows([header, *rows])
    write_atomic(folder / "course.csv", table.getvalue())
    if film.days:
        events = [(convert(each.at, "s", "day"), each.event) for each in disc.history]
        write_atomic(folder / "disc.html", slider_page(film, answer, events, disc.title, lang))


def _naming(spec: Path, work: Callable[[], Any]) -> Any:
    """Return what work returns; faults that it finds carry the name of the file."""
    try:
        return work()
    except InputError as error:
        raise InputError([replace(fault, file=fault.file or str(spec)) for fault in error.faults]) from None


def _existing(file: Path | None, option: str, force: bool) -> list[Fault]:
    """Return the fault of a file that exists."""
    if file is None or not file.exists() or (force and file.is_file()):
        return []
    return [Fault(str(file), option, "a file that exists" if file.is_file() else "no file", "a new file, or --force")]


def _used_folder(folder: Path | None, option: str, force: bool) -> list[Fault]:
    """Return the fault of a folder that cannot be written into: one that is a file, or holds files without --force."""
    if folder is None or not folder.exists() or (folder.is_dir() and (force or not any(folder.iterdir()))):
        return []
    given = "a folder that holds files" if folder.is_dir() else "no folder"
    return [Fault(str(folder), option, given, "a new or empty folder, or --force")]


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
