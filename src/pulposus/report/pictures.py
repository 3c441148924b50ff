"""Pictures that stand alone: drawn without a display, kept as SVG with its numbers as CSV, both as data links.

Lines have the colours of Okabe and Ito, told apart without colour by their dashes. Chinese needs a font that has it;
where none is installed, figures are labelled in English.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from pulposus.core.language import text

__all__ = ["Picture", "canvas", "data_link", "drawable", "figure_language", "line_style", "svg_of"]

_STYLE = Path(__file__).parent / "templates" / "figures.mplstyle"
_COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A5C00")
_DASHES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (2, 1.4)), (0, (7, 2, 1.5, 2)), (0, (10, 3)), (0, (4, 1.5, 1, 1.5, 1, 1.5)),
                            (0, (1, 1)))
_LATIN = "DejaVu Sans"  # comes with the drawing package
_IDEOGRAPHS = 0x2E80  # from here on letters are Chinese, Japanese or Korean
_CHINESE = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei",
            "WenQuanYi Zen Hei", "Microsoft YaHei", "SimHei", "PingFang SC", "Heiti SC", "Noto Sans CJK JP")


@dataclass(frozen=True)
class Picture:
    """A figure with its title, a text for those who do not see it, and its numbers."""

    name: str
    title: str
    alt: str
    svg: bytes
    csv: str

    @property
    def svg_link(self) -> str:
        """The picture as a link that holds it."""
        return data_link(self.svg, "image/svg+xml")

    @property
    def csv_link(self) -> str:
        """The numbers as a link that holds them."""
        return data_link(self.csv.encode("utf-8-sig"), "text/csv")


def data_link(content: bytes, kind: str) -> str:
    """Return a link that holds its content.

    >>> data_link(b"a", "text/csv")
    'data:text/csv;base64,YQ=='
    """
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


@cache
def _chinese_font() -> str | None:
    """Return the first installed font that has Chinese."""
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in _CHINESE if name in installed), None)


def figure_language(lang: str) -> str:
    """Return the language in which figures can be labelled: English where Chinese has no font."""
    return lang if lang != "zh" or _chinese_font() else "en"


def drawable(name: str, place: int, lang: str) -> str:
    """Return the name of an arm as it can be drawn: its number where no installed font has its letters.

    >>> drawable("saline", 0, "en")
    'saline'
    """
    foreign = any(ord(letter) >= _IDEOGRAPHS for letter in name)
    return text("report_arm_number", lang, n=place + 1) if foreign and not _chinese_font() else name


@contextmanager
def canvas(width: float, height: float, lang: str) -> Iterator[Any]:
    """Yield an empty figure (inches) in the style of the report, with the fonts of a language."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    chinese = [font for font in [_chinese_font()] if font]
    fonts = [*chinese, _LATIN] if lang == "zh" else [_LATIN, *chinese]
    with rc_context(fname=_STYLE):
        from matplotlib import rcParams

        rcParams["font.family"] = fonts  # a list of fonts, so that a letter missing in one is taken from the next
        yield Figure(figsize=(width, height), layout="constrained")


def svg_of(figure: Any) -> bytes:
    """Return a figure as SVG, the same bytes for the same figure."""
    from matplotlib import rc_context

    buffer = BytesIO()
    with rc_context(fname=_STYLE):  # its salt makes the ids of the file the same every time
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def line_style(index: int) -> dict[str, Any]:
    """Return colour and dashes of the line of an arm by its place; no two of the first fifty are alike.

    >>> line_style(1)["color"], line_style(9)["color"], line_style(1)["linestyle"] == line_style(9)["linestyle"]
    ('#0072B2', '#0072B2', False)
    """
    return {"color": _COLOURS[index % len(_COLOURS)], "linestyle": _DASHES[index % len(_DASHES)]}
