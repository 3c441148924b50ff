"""The command line `pulposus`: its verbs, and how errors end.

Exit codes: 0 did it; 1 ran and reports a problem; 2 bad input; 130 interrupted. Every fault of an input is one line
on the error stream. Nothing heavy is imported before a verb runs.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Annotated

import typer

from pulposus.cli import check, cite, compare, disc, evidence, network, new, presets, product, replay, schema
from pulposus.cli.output import program_version
from pulposus.cli.verbs import LATER, VerbGroup
from pulposus.core.errors import PulposusError

__all__ = ["app", "main", "run"]

INTERRUPTED = 130

app = typer.Typer(
    cls=VerbGroup,
    name="pulposus",
    help="An open in-silico laboratory for regenerative therapy of the intervertebral disc. Research use only.",
    epilog=f"Not built yet: {', '.join(LATER)}.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("compare", short_help="Compare the arms of a study on one disc.")(compare.compare)
app.add_typer(new.app, name="new", short_help="Write a study, disc or product file to start from.")
app.command("schema", short_help="Print what a study, disc or product file may hold.")(schema.schema)
app.command("presets", short_help="List the choices a study has, with their sources.")(presets.presets)
app.add_typer(disc.app, name="disc", short_help="Solve one disc.")
app.add_typer(evidence.app, name="evidence", short_help="What is known: search, contradictions, errata, meta-analysis.")
app.add_typer(network.app, name="network", short_help="The cell network: experiments, rescues, scores.")
app.add_typer(product.app, name="product", short_help="Check a product of cells or vesicles: identity, quality, dose.")
app.command("replay", short_help="Run published experiments again and judge the predictions.")(replay.replay)
app.command("cite", short_help="Print the references of a finished run.")(cite.cite)
app.command("check", short_help="Check the packaged parameter records.")(check.check)


def _tell_version(wanted: bool) -> None:
    """Print the version and end, if it is wanted."""
    if wanted:
        typer.echo(program_version())
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """An open in-silico laboratory for regenerative therapy of the intervertebral disc. Research use only."""


def _complain(error: object) -> None:
    """Write an error to the error stream, one line per fault."""
    print(error, file=sys.stderr)


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code; `arguments` are those of the process by default."""
    command = typer.main.get_command(app)
    words = sys.argv[1:] if arguments is None else arguments
    if arguments is None:  # a process that is told to end keeps what was finished, as after Ctrl-C
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = command.main(args=words or ["--help"], prog_name="pulposus", standalone_mode=False)
        sys.stdout.flush()
        if code == INTERRUPTED:
            _complain("pulposus: interrupted")
        return code if isinstance(code, int) else 0
    except PulposusError as error:
        _complain(error)
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        _complain("pulposus: interrupted")
        return INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe has gone: nothing is left to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # a place that turned out not to be writable, or a full disk
        _complain(f"pulposus: {error.strerror or error}: {error.filename or ''}".rstrip(": "))
        return 2
    except Exception as error:
        if not hasattr(error, "format_message"):  # a wrong use of the command line says so; anything else is a bug
            raise
        _complain(f"pulposus: {error.format_message()}")
        return int(getattr(error, "exit_code", 2))


if __name__ == "__main__":
    sys.exit(run())
