"""The page of a network experiment: what changed, the drawn paths, and the papers behind every edge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pulposus.core.files import write_atomic
from pulposus.core.language import text
from pulposus.core.references import load_references
from pulposus.mechanism.edges import BASES
from pulposus.mechanism.network import load_network
from pulposus.report.network.courses import courses
from pulposus.report.network.drawing import drawing
from pulposus.report.pictures import data_link

__all__ = ["edge_card", "page", "write_page"]

SHORT = ("receptor", "protein", "kinase", "transcription factor", "enzyme", "cytokine")
TEMPLATES = Path(__file__).parent.parent / "templates"


def edge_card(id: str) -> dict[str, Any]:
    """Return what is known of an edge of the packaged network: its action, how far it was checked, its papers with their links.

    >>> edge_card("miR21|PTEN")["papers"][0]["key"]
    'CHENG2018'
    """
    edge = next(each for each in load_network().edges if each.id == id)
    known = load_references()
    papers = []
    for key in edge.references:
        paper = known[key]
        link = (
            f"https://doi.org/{paper.doi}"
            if paper.doi
            else f"https://pubmed.ncbi.nlm.nih.gov/{paper.pmid}/"
            if paper.pmid
            else paper.url or ""
        )
        papers.append(
            {
                "key": key,
                "text": ", ".join(part for part in (paper.authors, str(paper.year or ""), paper.title, paper.journal or "") if part),
                "link": link,
            }
        )
    return {
        "id": edge.id,
        "source": edge.source,
        "target": edge.target,
        "sign": "+" if edge.sign > 0 else "-",
        "mechanism": edge.mechanism,
        "told": edge.told,
        "weight": edge.weight,
        "weight_low": edge.weight_low,
        "weight_high": edge.weight_high,
        "basis": edge.basis,
        "cells": ", ".join(edge.cells) or "all",
        "species": edge.species,
        "system": edge.system,
        "option": f"{edge.hypothesis}={' '.join(edge.options)}" if edge.hypothesis else "",
        "note": edge.note,
        "papers": papers,
    }


def page(document: Mapping[str, Any], states: Mapping[str, tuple[float, float]], lang: str = "en") -> str:
    """Return the page of an experiment as HTML; `states` are before and after by node."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    names = _names(lang)
    cards = {id: edge_card(id) for each in document["readouts"] for path in each["paths"] for id in path["edges"]}
    drawn = {each["id"]: drawing(each, states, cards, names) for each in document["readouts"]}
    course = _courses(document, names, lang)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("network.html.j2").render(
        lang="zh-CN" if lang == "zh" else "en",
        t=lambda key, **values: text(key, lang, **values),
        document=document,
        names=names,
        drawings={id: Markup(svg) for id, svg in drawn.items() if svg},
        course=Markup(course),
        course_link=data_link(course.encode("utf-8"), "image/svg+xml"),
        links={id: data_link(svg.encode("utf-8"), "image/svg+xml") for id, svg in drawn.items() if svg},
        cards=Markup(json.dumps(cards, ensure_ascii=False).replace("<", "\\u003c")),
        bases={each: text(f"network_basis_{each}", lang) for each in BASES},
        style=Markup((TEMPLATES / "network.css").read_text("utf-8")),
        script=Markup((TEMPLATES / "network.js").read_text("utf-8")),
        data=data_link(json.dumps(document, ensure_ascii=False).encode("utf-8"), "application/json"),
        research_use=text("research_use", lang),
    )


def write_page(document: Mapping[str, Any], states: Mapping[str, tuple[float, float]], out: Path, lang: str = "en") -> list[Path]:
    """Write the page and every drawing; return the paths."""
    names = _names(lang)
    cards = {id: edge_card(id) for each in document["readouts"] for path in each["paths"] for id in path["edges"]}
    drawn = {each["id"]: drawing(each, states, cards, names) for each in document["readouts"]}
    paths = [write_atomic(out / f"{id}.svg", svg) for id, svg in drawn.items() if svg]
    if course := _courses(document, names, lang):
        paths.append(write_atomic(out / "courses.svg", course))
    return [*paths, write_atomic(out / "network.html", page(document, states, lang))]


def _courses(document: Mapping[str, Any], names: Mapping[str, str], lang: str) -> str:
    keys = ("hours", "state", "stimulated", "treated")
    return courses(document, names, {key: text(f"network_{key}", lang) for key in keys})


def _names(lang: str) -> dict[str, str]:
    """Return what every node is called on the page: molecules by their short names, everything else in words."""
    return {node.id: node.id if node.kind in SHORT else node.name_zh if lang == "zh" else node.name for node in load_network().nodes}
