"""`pulposus new`: a study, disc, experiment or product file to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pulposus.cli.output import LANGUAGES, allowed_word, refuse
from pulposus.core.errors import Fault

__all__ = ["app"]

app = typer.Typer(help="Write a study, disc, experiment or product file to start from.", rich_markup_mode=None)
Out = Annotated[Path | None, typer.Option(help="File to write; printed if left out.", show_default=False)]
Lang = Annotated[str, typer.Option(help="Language of the comments: en or zh.")]


def _write(kind: str, out: Path | None, lang: str) -> None:
    """Print a template or write it to a file that does not exist yet."""
    faults = allowed_word("--lang", lang, LANGUAGES)
    if out is not None and (out.exists() or out.is_symlink()):
        faults.append(Fault(str(out), "--out", "a file that exists", "a new file; nothing is overwritten"))
    elif out is not None and not out.absolute().parent.is_dir():
        faults.append(Fault(str(out), "--out", "no such folder", "a file in a folder that exists"))
    refuse(faults)
    from pulposus.core.files import packaged, read_text, write_atomic

    template = read_text(packaged(f"templates/{kind}.{lang}.yaml"))
    if out is None:
        typer.echo(template, nl=False)
    else:
        write_atomic(out, template)


@app.command("study")
def study(out: Out = None, lang: Lang = "en") -> None:
    """Write a study file to start from."""
    _write("study", out, lang)


@app.command("disc")
def disc(out: Out = None, lang: Lang = "en") -> None:
    """Write a disc file to start from."""
    _write("disc", out, lang)


@app.command("experiment")
def experiment(out: Out = None, lang: Lang = "en") -> None:
    """Write a file of an experiment on the cell network to start from."""
    _write("experiment", out, lang)


@app.command("product")
def product(out: Out = None, lang: Lang = "en") -> None:
    """Write a product file to start from."""
    _write("product", out, lang)
