"""`pulposus compare`: the arms of a study side by side, a run repeated, or two finished runs against each other."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from shutil import rmtree
from typing import Annotated, Any

import typer

from pulposus.cli.output import LANGUAGES, allowed_word, document, print_json, print_table
from pulposus.core.errors import Fault, InputError, shorten

__all__ = ["compare"]

METERS = ("bar", "text", "none")
HYPOTHESES = ("default", "all")
RECORD = "run.json"  # what every finished run has
NUMBERS = "results.nc"
PARTS = "parts"  # finished draws of a run that is not finished

Inputs = Annotated[list[Path], typer.Argument(metavar="INPUT...", help="A study, a run.json, or two result folders.")]
Out = Annotated[Path | None, typer.Option(help="Folder for the report and the numbers.", show_default=False)]
Draws = Annotated[int | None, typer.Option(help="Number of draws, instead of the study's.", show_default=False)]
Seed = Annotated[int | None, typer.Option(help="Seed of the draws, instead of the study's.", show_default=False)]
Hypotheses = Annotated[str, typer.Option(help="default: the laws of the study; all: each rival against them.")]
Workers = Annotated[int | None, typer.Option(help="Number of processes.", show_default="one per core")]
Lang = Annotated[str, typer.Option(help="Language of table and report: en or zh.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Meter = Annotated[str | None, typer.Option(help="bar, text or none.", show_default="bar on a terminal")]
Force = Annotated[bool, typer.Option("--force", help="Write into a folder that holds something else.")]


def compare(
    inputs: Inputs,
    out: Out = None,
    draws: Draws = None,
    seed: Seed = None,
    hypotheses: Hypotheses = "default",
    workers: Workers = None,
    lang: Lang = "en",
    as_json: Json = False,
    progress: Meter = None,
    force: Force = False,
) -> None:
    """Compare the arms of a study on one disc; repeat a run bit for bit; or set two finished runs side by side."""
    meter = progress or ("bar" if sys.stderr.isatty() else "text")
    faults = allowed_word("--lang", lang, LANGUAGES) + allowed_word("--progress", meter, METERS)
    faults += allowed_word("--hypotheses", hypotheses, HYPOTHESES) + _number_faults(draws, seed, workers)
    given = {"--draws": draws, "--seed": seed, "--hypotheses": None if hypotheses == HYPOTHESES[0] else hypotheses}
    if len(inputs) == 2:
        given |= {"--workers": workers, "--out": None if out is None else str(out), "--force": force or None}
        faults += _needless(given, "nothing: two finished results are only set side by side")
        _difference(inputs[0], inputs[1], faults, as_json)
        return
    if len(inputs) > 2:
        faults.append(Fault("", "INPUT", f"{len(inputs)} inputs", "a study, a run.json, or two result folders"))
    faults += out_faults(out, force)
    study = inputs[0]
    repeated = study.suffix == ".json"
    if repeated:
        faults += _needless(given, "nothing: a repeat takes it from run.json")
        comparison = _repeat(study, faults, workers, meter)
    else:
        options = {"draws": draws, "seed": seed, "hypotheses": hypotheses, "workers": workers, "keep": Path(str(out)) / PARTS}
        comparison = _run(study, faults, options, meter, None if as_json else lang)
    _tell(comparison, Path(str(out)), lang, as_json)


def _repeat(record: Path, faults: list[Fault], workers: int | None, meter: str) -> Any:
    """Check a run record and run it again; raises `InputError` with the faults of options and record together."""
    from pulposus.core.files import read_text
    from pulposus.core.progress import meter as progress_of
    from pulposus.core.run_record import RunRecord

    _gather(lambda: RunRecord.from_json(read_text(record), str(record)), faults)
    from pulposus.study.compare import repeat

    return repeat(record, workers=workers, progress=progress_of(meter))


def _run(study: Path, faults: list[Fault], options: dict[str, Any], meter: str, lang: str | None) -> Any:
    """Check a study and run it; raises `InputError` with the faults of options and study together.

    With a language, a first table is shown as soon as a few draws are done.
    """
    from pulposus.core.progress import meter as progress_of
    from pulposus.study.study_file import load_study

    spec, text = _gather(lambda: load_study(study), faults)
    from pulposus.study.compare import compare as run_study

    preview = None if lang is None else lambda comparison: _preview(comparison, lang)
    return run_study(spec, text, **options, progress=progress_of(meter), preview=preview, name=study.name)


def _preview(comparison: Any, lang: str) -> None:
    """Show a first table on the error stream, so that the output stream holds the final one alone."""
    from contextlib import redirect_stdout

    from pulposus.report.screen import print_screen

    with redirect_stdout(sys.stderr):
        print_screen(comparison, lang)


def _gather(load: Any, faults: list[Fault]) -> Any:
    """Return what is loaded; raises `InputError` with the faults found so far and those of loading."""
    loaded = None
    try:
        loaded = load()
    except InputError as error:
        faults = [*faults, *error.faults]
    if faults:
        raise InputError(faults)
    return loaded


def _tell(comparison: Any, out: Path, lang: str, as_json: bool) -> None:
    """Write the report, print the first screen or the document, and end with the code of the comparison."""
    from pulposus.core.language import text
    from pulposus.report.screen import print_screen
    from pulposus.report.write import write_report

    write_report(comparison, out, lang)
    if not comparison.interrupted:
        rmtree(out / PARTS, ignore_errors=True)
    if as_json:
        print_json(document("comparison/1", {**comparison.document(), "out": str(out)}))
    else:
        print_screen(comparison, lang)
        print(text("report_written", lang, path=out / "report.html"))
    if comparison.exit_code:
        raise typer.Exit(comparison.exit_code)


def _difference(first: Path, second: Path, faults: list[Fault], as_json: bool) -> None:
    """Print how two finished runs differ."""
    for folder in (first, second):
        if not (folder / RECORD).is_file() or not (folder / NUMBERS).is_file():
            allowed = f"a finished result folder with {RECORD} and {NUMBERS}"
            faults.append(Fault(str(folder), "", "no finished result" if folder.exists() else "nothing there", allowed))
    if faults:
        raise InputError(faults)
    from pulposus.study.compare import difference

    found = difference(first, second)
    if as_json:
        print_json(document("difference/1", found))
    else:
        for note in found["notes"]:
            print(note)
        print_table([] if found["identical"] else found["rows"])


def _needless(given: dict[str, Any], allowed: str) -> list[Fault]:
    """Return the faults of options that have no meaning for this kind of input, so that none is silently ignored."""
    return [Fault("", option, shorten(value), allowed) for option, value in given.items() if value is not None]


def _number_faults(draws: int | None, seed: int | None, workers: int | None) -> list[Fault]:
    """Return the faults of the numbers among the options."""
    from pulposus.core.vocabulary import limit

    bounds = (
        ("--draws", draws, 1, limit("most_draws")),
        ("--seed", seed, 0, limit("largest_seed")),
        ("--workers", workers, 1, limit("most_workers")),
    )
    return [
        Fault("", option, str(value), f"a whole number from {low} to {high}")
        for option, value, low, high in bounds
        if value is not None and not low <= value <= high
    ]


def out_faults(out: Path | None, force: bool) -> list[Fault]:
    """Return the faults of the folder that the report shall go to: missing, no folder, not empty, not writable."""
    if out is None:
        return [Fault("", "--out", "nothing", "a folder for the report, such as --out results/my_study")]
    if out.exists() and not out.is_dir():
        return [Fault(str(out), "--out", "a file", "a folder")]
    if out.is_dir() and not force and any(f.name != PARTS for f in out.iterdir()) and not (out / RECORD).is_file():
        return [
            Fault(
                str(out),
                "--out",
                "a folder that holds something else",
                "an empty, new or earlier result folder, or --force",
            )
        ]
    parent = next(each for each in (out, *out.absolute().parents) if each.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        return [Fault(str(out), "--out", f"{parent} cannot be written", "a folder that can be written")]
    return []
