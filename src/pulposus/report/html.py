"""The report as one page that stands alone: no script, nothing loaded from elsewhere, to be read, printed and kept.

The first screen comes before any figure: the sentence, one row per arm, the assumptions that could reverse an order,
the counts by origin, the research-use sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulposus.report.facts import OUTCOMES, Facts, read

if TYPE_CHECKING:
    from pulposus.core.result import Result

__all__ = ["page"]

_TEMPLATES = Path(__file__).parent / "templates"
_LIMITS = ("first_form", "sources", "start", "effects", "vesicles", "pain", "shape", "calibration", "turnover", "intervals", "evidence")


def page(result: Result | Facts, lang: str = "en") -> str:
    """Return the report of a result as HTML in a language; raises `InputError` for an unknown language."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from pulposus.report import sources
    from pulposus.report.person import person
    from pulposus.report.sentence import status

    facts = result if isinstance(result, Facts) else read(result)
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined,
                              trim_blocks=True, lstrip_blocks=True)
    records = sources.records(facts, lang)
    shared = {**_words(lang), "records": records, "anchors": {row["id"] for group in records for row in group["rows"]}}
    discs = [_disc(environment, place if level else 0, level, each, shared, lang) for place, (level, each) in
             enumerate(facts.levels.items(), 1)]
    return environment.get_template("report.html.j2").render(
        **shared, **_head(facts, lang), **_tail(facts, lang), **_run(facts, lang), discs=discs,
        status=status(facts, lang), person=person(facts, lang) if len(discs) > 1 else None)


def _disc(environment: Any, place: int, level: str, facts: Facts, shared: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """Return what is told of one disc as HTML: its first screen, and its figures and tables; a place marks one of several."""
    from markupsafe import Markup

    from pulposus.core.vocabulary import label
    from pulposus.report.sentence import status
    from pulposus.report.words import disc

    at, name = (f"level-{place}-", label("level", level, lang)) if place else ("", "")
    told = {**shared, "at": at, "level": name, "disc": disc(facts.about["subject"], lang), "status": "" if place else status(facts, lang)}
    first = environment.get_template("first.html.j2").render(**told, **_first(facts, lang))
    more = environment.get_template("disc.html.j2").render(**told, **_more(facts, lang))
    return {"at": at, "level": name, "first": Markup(first), "more": Markup(more)}


def _words(lang: str) -> dict[str, Any]:
    """Return the language, the messages and the style of the page."""
    from markupsafe import Markup

    from pulposus.core.language import text
    from pulposus.report.words import said

    style = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    return {"lang": "zh-CN" if lang == "zh" else "en", "t": said(lang), "style": Markup(style), "chinese": lang == "zh",
            "research_use": text("research_use", lang)}


def _head(facts: Facts, lang: str) -> dict[str, Any]:
    """Return what the head of the page tells."""
    from pulposus.core.language import text
    from pulposus.report.words import moment, subject, subject_notes

    return {"title": facts.about["title"] or facts.result.record.input_name, "note": facts.about["note"],
            "subject": subject(facts.about["subject"], lang), "subject_notes": subject_notes(facts.about["subject"], lang),
            "unfinished": facts.unfinished, "draws": facts.done, "until": moment(facts.screen["follow_up_days"], lang),
            "preview": text("preview", lang, draws=facts.done, percent=facts.percent) if facts.screen["preview"] else ""}


def _first(facts: Facts, lang: str) -> dict[str, Any]:
    """Return what the first screen of a disc tells."""
    from pulposus.report.first_rows import counts, first_rows, reversals
    from pulposus.report.numbers import number, with_unit
    from pulposus.report.sentence import sentence
    from pulposus.report.words import outcome, unit
    from pulposus.tissue.repeatability import instruments

    smallest = facts.screen["smallest_change"]
    columns = [{"name": name, "outcome": outcome(name, lang, short=True), "record": instruments()[name].record,
                "smallest": with_unit(number(smallest[name]), unit(facts.data[name].attrs["units"], lang))}
               for name in OUTCOMES]
    return {"sentence": sentence(facts, lang), "columns": columns, "percent": facts.percent, "landmark": f"{facts.landmark:g}",
            "rows": first_rows(facts, lang), "reversals": reversals(facts, lang), "counts": counts(facts, lang)}


def _more(facts: Facts, lang: str) -> dict[str, Any]:
    """Return what comes after the first screen of a disc: evidence, figures, tables."""
    from pulposus.report import deliveries, sections
    from pulposus.report.curves import curve_pictures
    from pulposus.report.maps import empty_maps, map_pictures
    from pulposus.report.pairs import pairs
    from pulposus.report.pictures import drawable, figure_language
    from pulposus.report.words import outcome, unit

    maps = map_pictures(facts, lang)
    pictures = {picture.name: picture for picture in curve_pictures(facts, lang)}
    shown = [{"name": name, "title": outcome(name, lang), "picture": pictures[name], "rows": sections.outcomes(facts, name, lang),
              "unit": unit(facts.data[name].attrs["units"], lang), "instrument": sections.instrument(facts, name, lang)}
             for name in facts.about["observe"] if name in pictures]
    foreign = figure_language(lang) != lang or any(drawable(arm, 0, lang) != arm for arm in facts.arms)
    return {"evidence": sections.evidence(facts, lang), "maps": maps,
            "maps_empty": empty_maps(facts, lang) if maps else "", "outcomes": shown,
            "grades": sections.grades(facts, lang), "amounts": deliveries.amounts(facts, lang),
            "fates": deliveries.fates(facts, lang), "harms": deliveries.harms(facts, lang),
            "access": deliveries.access(facts, lang), "next": deliveries.next_measurements(facts, lang), "percent": facts.percent,
            "ceilings": sections.ceilings(facts, lang), "rivals": sections.rivals(facts, lang), "pairs": pairs(facts, lang),
            "outcome_names": [column for column in OUTCOMES], "short": {n: outcome(n, lang, short=True) for n in OUTCOMES},
            "reported": sections.reported(facts, lang), "figures_in_english": foreign}


def _tail(facts: Facts, lang: str) -> dict[str, Any]:
    """Return what is told once of all discs: laws, limits, references."""
    from pulposus.report import sections, sources

    return {"laws": sections.laws(facts, lang), "limits": _limits(facts), "references": sources.references(facts, lang)}


def _limits(facts: Facts) -> list[str]:
    """Return the limits that hold for a run: what is said of pain depends on whether it was asked for."""
    from pulposus.tissue.symptoms import SYMPTOMS

    if not set(SYMPTOMS) & set(facts.about["observe"]):
        return list(_LIMITS)
    told = ["pain_told", *([] if facts.about.get("cytokines") else ["pain_no_cytokines"])]
    return [each for name in _LIMITS for each in (told if name == "pain" else [name])]


def _run(facts: Facts, lang: str) -> dict[str, Any]:
    """Return the record of the run, why draws were rejected, and why arms ended early."""
    from pulposus.report.words import reason

    record = facts.result.record
    rejected: dict[str, list[str]] = {}
    for index, why in sorted(facts.about["rejected"].items(), key=lambda item: int(item[0])):
        rejected.setdefault(reason(why, lang), []).append(index)
    stops: dict[tuple[str, str], int] = {}
    for arm in facts.failed:
        for why in facts.data["stopped"].sel(arm=arm).values.ravel():
            if why:
                stops[arm, reason(str(why), lang)] = stops.get((arm, reason(str(why), lang)), 0) + 1
    return {"record": record, "versions": dict(sorted(record.versions.items())),
            "options": dict(sorted(record.options.items())), "rejected": rejected, "stops": stops,
            "seconds": f"{record.seconds:.0f}", "asked": facts.asked}
