"""`pulposus replay`: published experiments run again, and a user's own study held against what it reported."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from pulposus.cli.network_run import named_values
from pulposus.cli.output import LANGUAGES, allowed_word, document, print_json, print_table, refuse
from pulposus.core.errors import Fault, InputError, nearest, shorten

__all__ = ["replay"]

METERS = ("bar", "text", "none")
FILES = (".yaml", ".yml")
DIRECTIONS = ("up", "down", "none")
UNITS = {"percent": "%", "1": ""}
MISSED = ("miss", "expected_miss")
MOST_DRAWS = 10_000
LARGEST_SEED = 2**32 - 1
MOST_WORKERS = 1024

Inputs = Annotated[list[str] | None, typer.Argument(metavar="[ID or FILE]...", help="Cases by id, or study files with `reported`.")]


def replay(
    what: Inputs = None,
    layer: Annotated[str | None, typer.Option(help="Only the cases of one layer: network, tissue or therapy.")] = None,
    draws: Annotated[int | None, typer.Option(help="Most draws of a set-up.", show_default="60; a study's own")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 1,
    workers: Annotated[int | None, typer.Option(help="Most processes.", show_default="one per core")] = None,
    override: Annotated[list[str] | None, typer.Option(help="A parameter set to another value, NAME='4 mM'; repeat.")] = None,
    lang: Annotated[str, typer.Option(help="Language of the answer: en or zh.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    progress: Annotated[str | None, typer.Option(help="bar, text or none.", show_default="bar on a terminal")] = None,
) -> None:
    """Run published experiments again: what was reported, what is predicted, and the verdict; exit 1 on a hard miss."""
    meter = progress or ("bar" if sys.stderr.isatty() else "text")
    faults = allowed_word("--lang", lang, LANGUAGES) + allowed_word("--progress", meter, METERS)
    bounds = (("--draws", draws, 1, MOST_DRAWS), ("--seed", seed, 0, LARGEST_SEED), ("--workers", workers, 1, MOST_WORKERS))
    for option, value, low, high in bounds:
        if value is not None and not low <= value <= high:
            faults.append(Fault("", option, str(value), f"a whole number from {low} to {high}"))
    from pulposus.study.replay.case_file import LAYERS

    faults += allowed_word("--layer", layer, LAYERS) if layer is not None else []
    changes = named_values(override, "--override", faults)
    cases = _chosen(what or [], layer, draws, faults)
    refuse(faults)
    from pulposus.core.progress import meter as progress_of
    from pulposus.study.execute import cores
    from pulposus.study.replay.document import document_of
    from pulposus.study.replay.replay import DRAWS
    from pulposus.study.replay.replay import replay as run_again

    rows = run_again(cases, draws=draws or DRAWS, seed=seed, overrides=changes, workers=workers or cores(), progress=progress_of(meter))
    told = document("replay/1", {"draws": draws or DRAWS, "seed": seed, "overrides": changes, **document_of(rows, lang)})
    if as_json:
        print_json(told)
    else:
        _print(told, lang)
    if any(row.counts_as_failure for row in rows):
        raise typer.Exit(1)


def _chosen(what: Iterable[str], layer: str | None, draws: int | None, faults: list[Fault]) -> list[Any]:
    """Return the cases that ids, files and layer name, all of them where nothing is named; adds what is wrong to `faults`."""
    from pulposus.study.replay.case_file import LAYERS, load_cases
    from pulposus.study.replay.own_study import cases_of_study

    known = [case for case in load_cases() if layer not in LAYERS or case.layer == layer]
    ids = list(dict.fromkeys(case.id for case in known))
    chosen: list[Any] = []
    for word in dict.fromkeys(what):
        if Path(word).suffix in FILES or "/" in word:
            try:
                chosen += cases_of_study(word, draws)
            except InputError as error:
                faults += error.faults
        elif word in ids:
            chosen += [case for case in known if case.id == word]
        else:
            allowed = f"a case ({', '.join(ids)}) or a study file (.yaml)" if ids else f"no case of the layer {layer} yet"
            faults.append(Fault("", "ID", shorten(word), allowed, nearest(word, ids)))
    if not list(what) and not known:
        faults.append(Fault("", "--layer", shorten(layer), "a layer that has cases: tissue"))
    return chosen if list(what) else known


def _print(told: Mapping[str, Any], lang: str) -> None:
    """Print the rows, what they amount to, and every miss with what it means."""
    from pulposus.core.language import text

    def say(key: str, **words: object) -> str:
        return text(f"replay_{key}", lang, **words)

    print_table(({say("col_id"): case["id"], say("col_set"): say(case["set"]), say("col_quantity"): _quantity(case),
                  say("col_reported"): _value(case["reported"], say), say("col_predicted"): _value(case["predicted"], say),
                  say("col_interval"): _interval(case), say("col_unit"): UNITS.get(case["unit"], case["unit"] or ""),
                  say("col_mesh"): "" if not case["grid"] or "of_tolerance" not in case["grid"] else f"{case['grid']['of_tolerance']:.1%}",
                  say("col_verdict"): _verdict(case, say)} for case in told["cases"]), say("title"))
    print_table(({say("col_set"): say(name), say("col_numbers"): f"{row['n']} ({row['clusters']})", say("col_inside"): _share(row),
                  say("col_classes"): _pair(row["three_class_balanced"]["model"], row["three_class_balanced"]["baseline"]),
                  say("col_score"): _pair(row["interval_score"], row["interval_score_baseline"]), say("col_width"): _width(row),
                  say("col_power"): ", ".join(f"{true}: {power:.0%}" for true, power in (row["power"] or {}).items()),
                  **{say("col_counted", what=say(kind)): _counts(told["counts"][name][kind], say) for kind in ("numbers", "ordinal")}}
                 for name, row in told["summary"].items()), say("title_summary"))
    print(say("summary_note"))
    seen: set[str] = set()
    for case in told["cases"]:
        if case["verdict"] in MISSED:
            print(f"\n{case['id']} {_quantity(case)}: {say(case['verdict'])}. {case['meaning']}"
                  + (f" {case['explanation']}" if case["explanation"] else ""))
        elif case["reason"] and (line := f"{case['id']} ({case['source']}): {say('not_run')}, {case['reason']}") not in seen:
            seen.add(line)
    for line in sorted(seen):
        print(f"\n{line}")


def _quantity(case: Mapping[str, Any]) -> str:
    return str(case["quantity"]) + (f" ({case['comparator']})" if case["comparator"] else "")


def _value(value: Any, say: Callable[..., str] = str) -> str:
    """Return a number, a range, a direction or an order as the text of a cell.

    >>> _value([0.5, 12.0]), _value(-31.1), _value(None)
    ('0.5 – 12', '-31.1', '')
    """
    if isinstance(value, list):
        return " – ".join(_value(each) for each in value)
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else say(value) if value in DIRECTIONS else str(value)


def _interval(case: Mapping[str, Any]) -> str:
    if case["kind"] == "order" or case["lower90"] is None:
        return "" if case["chance"] is None or case["kind"] == "number" else f"{case['chance']:.0%}"
    return f"{case['lower90']:.3g} – {case['upper90']:.3g}"


def _verdict(case: Mapping[str, Any], say: Callable[..., str]) -> str:
    if case["verdict"] == "not_scored" and case["agrees"] is not None:
        return f"{say('not_scored')} ({say('agrees' if case['agrees'] else 'disagrees')})"
    return str(say(case["verdict"]))


def _share(row: Mapping[str, Any]) -> str:
    return "" if row["inside90"] is None else f"{row['inside90']:.0%} ({row['inside90_ci'][0]:.0%} – {row['inside90_ci'][1]:.0%})"


def _pair(model: float | None, baseline: float | None) -> str:
    return "" if model is None or baseline is None else f"{model:.2f} / {baseline:.2f}"


def _width(row: Mapping[str, Any]) -> str:
    return "" if row["width_over_sd"] is None else f"{row['width_over_sd']:.1f} ({row['scored']})"


def _counts(counts: Mapping[str, int], say: Callable[..., str]) -> str:
    return ", ".join(f"{say(verdict)} {count}" for verdict, count in counts.items() if count)
