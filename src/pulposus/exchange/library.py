"""python-libsbml, asked for only where SBML is read or written."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pulposus.core.errors import PulposusError

__all__ = ["NotInstalled", "libsbml"]


class NotInstalled(PulposusError):
    """A library that an extra installs is not there."""

    exit_code = 2


def libsbml() -> Any:
    """Return the library; raises `NotInstalled` with the line that installs it."""
    try:
        return import_module("libsbml")
    except ImportError:
        raise NotInstalled("SBML needs python-libsbml: pip install 'pulposus[sbml]'") from None
