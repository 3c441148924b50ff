"""`pulposus evidence meta`: a meta-analysis of any table, as a document, a summary on the screen, and pictures."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pulposus.cli.output import LANGUAGES, allowed_word, document, json_text, print_json, print_table, refuse
from pulposus.core.errors import Fault

__all__ = ["meta"]

METHODS = ("FE", "EE", "DL", "REML", "ML", "PM", "EB", "SJ", "HE", "HS", "MH")


def meta(
    file: Annotated[Path, typer.Argument(metavar="DATA", help="A table (.csv, .tsv, .xlsx) with columns named as in metafor.")],
    measure: Annotated[
        str, typer.Option(help="GEN, MD, SMD, SMDH, ROM, MC, SMCC, SMCR, ROMC, OR, RR, RD, AS, PETO, PR, PLN, PLO, PAS, PFT.")
    ],
    method: Annotated[str, typer.Option(help="FE, DL, REML, ML, PM, EB, SJ, HE, HS, or MH for two-by-two tables.")] = "REML",
    knha: Annotated[bool, typer.Option("--knha", help="Knapp-Hartung tests and intervals.")] = False,
    test: Annotated[str | None, typer.Option(help="z, knha, or adhoc (Knapp-Hartung, never narrower).")] = None,
    level: Annotated[float, typer.Option(help="Level of intervals in percent.")] = 95.0,
    mods: Annotated[list[str] | None, typer.Option(help="A column as a moderator; repeat, or separate by commas.")] = None,
    subgroup: Annotated[str | None, typer.Option(help="A column whose values are pooled apart.")] = None,
    cluster: Annotated[str | None, typer.Option(help="A column within which effects depend: three-level model, robust errors.")] = None,
    order: Annotated[str | None, typer.Option(help="A column by which studies are added one by one.")] = None,
    r: Annotated[float | None, typer.Option(help="Correlation of before and after, for rows without ri.")] = None,
    windows: Annotated[str | None, typer.Option(help="Windows of time such as '0 d, 3 months, 12 months, 24 months'.")] = None,
    reference: Annotated[str | None, typer.Option(help="Treatment that others are compared with (network).")] = None,
    title: Annotated[str, typer.Option(help="Title of the pictures.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the pictures, the page and the document.")] = None,
    lang: Annotated[str, typer.Option(help="Language of pictures and page: en or zh.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Pool the effects of a table; audits and warnings come with it."""
    tested = test or ("knha" if knha else "z")
    faults = allowed_word("--lang", lang, LANGUAGES) + allowed_word("--method", method.upper(), METHODS)
    faults += allowed_word("--test", tested, ("z", "knha", "adhoc"))
    if not 50.0 <= level < 100.0:
        faults.append(Fault("", "--level", f"{level:g}", "percent, from 50 to below 100"))
    if r is not None and not -1 < r < 1:
        faults.append(Fault("", "--r", f"{r:g}", "between -1 and 1"))
    if knha and test not in (None, "knha"):
        faults.append(Fault("", "--test", f"{test} and --knha", "one of them"))
    refuse(faults)
    from pulposus.evidence.meta.analysis import analyse
    from pulposus.evidence.meta.options import Options
    from pulposus.evidence.sheet import read_sheet

    named = tuple(part.strip() for each in mods or () for part in each.split(",") if part.strip())
    times = tuple(part.strip() for part in (windows or "").split(",") if part.strip())
    options = Options(measure, method.upper(), tested, level / 100, named, subgroup, cluster, order, r, times, reference, title)
    found = analyse(read_sheet(file), options)
    whole = document("evidence_meta/1", {"data": file.name, **found})
    if out is not None:
        _write(whole, out, lang)
    if as_json:
        print_json(whole)
    else:
        _print(whole)


def _write(whole: dict[str, Any], out: Path, lang: str) -> None:
    """Write pictures, page and document into a folder and say where."""
    from pulposus.core.files import write_atomic
    from pulposus.report.evidence.page import write_pictures

    write_atomic(out / "meta.json", json_text(whole))
    for path in write_pictures(whole, out, lang):
        print(path, file=sys.stderr)


def _print(whole: dict[str, Any]) -> None:
    """Print the pooled effect, what it hangs on, audits and warnings."""
    shown = ("k", "estimate", "se", "ci_lower", "ci_upper", "p", "pi_lower", "pi_upper", "tau2", "i2", "h2", "q", "q_p")
    row = {key: whole[key] for key in shown if whole.get(key) is not None}
    row |= {
        key: whole[key]
        for key in ("estimate_bt", "ci_lower_bt", "ci_upper_bt")
        if whole.get(key) is not None and whole.get("scale") != "identity"
    }
    print_table([row], f"{whole['measure']}, {whole['method']}")
    for key in ("coefficients", "subgroups", "by_design", "effects", "windows", "r_sensitivity", "ranking"):
        if whole.get(key):
            kept = [{name: value for name, value in each.items() if not isinstance(value, (list, dict))} for each in whole[key]]
            print_table(kept, key)
    for each in whole["audits"]:
        print(f"audit {each['id']}: {each['study']}: {each['message']} [{each['arithmetic']}]", file=sys.stderr)
    for said in (*whole["warnings"], *whole["provenance"]):
        print(f"note: {said}", file=sys.stderr)
