"""Figures as files."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from pulposus.core.files import write_atomic
from pulposus.report.pictures import svg_of

__all__ = ["ENDINGS", "save"]

ENDINGS = (".svg", ".png")


def save(figure: Any, path: Path) -> Path:
    """Write a figure as .svg or .png, whole or not at all, and return its path."""
    if path.suffix.lower() == ".svg":
        return write_atomic(path, svg_of(figure))
    content = BytesIO()
    figure.savefig(content, format="png", metadata={"Software": None})
    return write_atomic(path, content.getvalue())
