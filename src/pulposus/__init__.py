"""pulposus: an open in-silico laboratory for regenerative therapy of the intervertebral disc.

Research use only; not for treatment decisions. Names are loaded when they are first used.

>>> import pulposus
>>> pulposus.convert(2.0, "mL", "m**3")
2e-06
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "Comparison": "pulposus.study.compare",
    "Disc": "pulposus.tissue.disc",
    "Draw": "pulposus.core.draws",
    "Event": "pulposus.tissue.process",
    "Field": "pulposus.tissue.process",
    "Geometry": "pulposus.tissue.geometry",
    "InputError": "pulposus.core.errors",
    "ParameterSet": "pulposus.core.parameters",
    "Process": "pulposus.tissue.process",
    "PulposusError": "pulposus.core.errors",
    "Result": "pulposus.core.result",
    "bibtex": "pulposus.core.references",
    "cite": "pulposus.core.references",
    "compare": "pulposus.study.compare",
    "convert": "pulposus.core.units",
    "gradient": "pulposus.tissue.adjoint",
    "load_disc": "pulposus.tissue.disc_file",
    "load_references": "pulposus.core.references",
    "load_study": "pulposus.study.study_file",
    "repeat": "pulposus.study.compare",
    "run_discs": "pulposus.tissue.history",
    "solve_disc": "pulposus.tissue.answer",
    "write_report": "pulposus.report.write",
}
__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    """Load a public name from its room when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"pulposus has no public name {name!r}; there are {', '.join(_HOMES)}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
