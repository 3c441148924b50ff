"""The pictures of a meta-analysis as files, and one page that stands alone: pictures, table, audits, downloads.

On the page a study shows what it adds when the pointer or the keyboard is on it: its effect, its weight, and the pooled
effect without it. Nothing is loaded from elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pulposus.core.files import write_atomic
from pulposus.core.language import text
from pulposus.report.evidence.export import save
from pulposus.report.evidence.forest import forest
from pulposus.report.evidence.funnel import baujat, funnel, radial
from pulposus.report.evidence.graph import graph
from pulposus.report.evidence.scale import scale_of
from pulposus.report.pictures import data_link, svg_of

__all__ = ["page", "pictures_of", "write_pictures"]

TEMPLATES = Path(__file__).parent.parent / "templates"
FEWEST = {"funnel": 3, "radial": 2, "baujat": 3}  # studies a picture needs


def pictures_of(document: Mapping[str, Any], lang: str = "en") -> dict[str, Any]:
    """Return the figures that the document of a meta-analysis has the numbers for, by name."""
    if "edges" in document:
        return {"network": graph(document, lang)}
    made: dict[str, Callable[[Mapping[str, Any], str], Any]] = {"funnel": funnel, "radial": radial, "baujat": baujat}
    needed = {"funnel": "small_study", "radial": "radial", "baujat": "baujat"}
    further = {name: draw(document, lang) for name, draw in made.items() if document.get(needed[name]) and document["k"] >= FEWEST[name]}
    return {"forest": forest(document, lang), **further}


def write_pictures(document: Mapping[str, Any], out: Path, lang: str = "en") -> list[Path]:
    """Write every figure as SVG and PNG and the page; return the paths."""
    figures = pictures_of(document, lang)
    paths = [save(figure, out / f"{name}{ending}") for name, figure in figures.items() for ending in (".svg", ".png")]
    return [*paths, write_atomic(out / "meta.html", page(document, lang, figures))]


def page(document: Mapping[str, Any], lang: str = "en", figures: Mapping[str, Any] | None = None) -> str:
    """Return the page of a meta-analysis as HTML."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    drawn = pictures_of(document, lang) if figures is None else figures
    svgs = {name: svg_of(figure) for name, figure in drawn.items()}
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    inline = {name: Markup(svg[svg.index(b"<svg") :].decode("utf-8")) for name, svg in svgs.items()}
    links = {name: data_link(svg, "image/svg+xml") for name, svg in svgs.items()}
    return environment.get_template("meta.html.j2").render(
        lang="zh-CN" if lang == "zh" else "en",
        t=lambda key, **values: text(key, lang, **values),
        document=document,
        svgs=inline,
        links=links,
        style=Markup((TEMPLATES / "meta.css").read_text("utf-8")),
        script=Markup((TEMPLATES / "meta.js").read_text("utf-8")),
        data=data_link(json.dumps(document, ensure_ascii=False, default=float).encode(), "application/json"),
        rows=_rows(document),
        headline=_headline(document, lang),
        research_use=text("research_use", lang),
    )


def _rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the studies with their numbers as they are read and the pooled effect without each."""
    if "edges" in document:
        return []
    scale = scale_of(document)
    without = {each["slab"]: each for each in document.get("leave_one_out", ())}
    rows = []
    for each in document["studies"]:
        less = without.get(each["slab"])
        interval = f"{scale.number(each['yi'])} [{scale.number(each['ci_lower'])}, {scale.number(each['ci_upper'])}]"
        told = f"{scale.number(less['estimate'])} [{scale.number(less['ci_lower'])}, {scale.number(less['ci_upper'])}]" if less else ""
        rows.append(
            {
                "slab": each["slab"],
                "effect": interval,
                "weight": "" if each["weight"] is None else f"{each['weight']:.1f}",
                "without": told,
                "i2": f"{less['i2']:.0f}" if less else "",
            }
        )
    return rows


def _headline(document: Mapping[str, Any], lang: str) -> str:
    """Return the pooled effect in one sentence."""
    if document.get("estimate") is None:
        return text("meta_network", lang, k=document["k"], n=len(document["treatments"]))
    scale = scale_of(document)
    said = {key: scale.number(document[key]) for key in ("estimate", "ci_lower", "ci_upper")}
    low, high = document.get("pi_lower"), document.get("pi_upper")
    wide = ""
    if low is not None and high is not None:
        wide = text("meta_prediction", lang, low=scale.number(low), high=scale.number(high))
    return text("meta_headline", lang, k=document["k"], measure=document["measure"], method=document["method"], **said) + wide
