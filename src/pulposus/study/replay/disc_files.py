"""A disc file solved as it stands, looked at where the experiment looked: probes and regional means.

Read-outs: probes.<name>.<solute>, probes.<name>.pH and means.<region>.<solute>, in SI.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from pulposus.core.errors import InputError, PulposusError
from pulposus.core.fields import Label, Part
from pulposus.core.files import packaged, read_yaml
from pulposus.core.parameters import ParameterSet
from pulposus.core.units import si
from pulposus.study.replay.sample import NotRun, Readings, Sample
from pulposus.tissue.answer import solve_disc
from pulposus.tissue.disc_file import DiscSpec, read_disc

__all__ = ["DiscFile"]

_SOLVED = ("converged", "converged_by_continuation")


class DiscFile(Part):
    """A disc file of the examples."""

    kind: Literal["disc_file"]
    file: Label
    nodes: int | None = Field(default=None, strict=True, ge=1, description="in place of the file's own number")
    probes: dict[Label, tuple[str, ...]] = Field(default_factory=dict, description="in place of the file's own, such as [0 mm, 0 mm]")

    def predict(self, sample: Sample) -> Readings:
        """Return the numbers of the answer by their dotted names; raises `NotRun` when the file is not there or not
        readable yet, and under overrides, which a disc file does not see."""
        try:
            spec = self.spec()
        except InputError as error:
            raise NotRun("replay_disc_file_refused", file=self.file, why=str(error.faults[0])) from None
        if spec is None:
            raise NotRun("replay_no_disc_file", file=self.file)
        if sample.parameters.diff(ParameterSet.load()):
            raise NotRun("replay_no_override", file=self.file)
        mesh = spec.mesh.model_copy(update={"nodes": sample.nodes(self.nodes or spec.mesh.nodes)})
        answer = solve_disc(spec.model_copy(update={"mesh": mesh, "viability_after": None}))
        if answer["status"] not in _SOLVED:
            raise PulposusError(f"{self.file}: status {answer['status']}")
        return dict(_numbers({key: answer[key] for key in ("probes", "means")}))

    def spec(self) -> DiscSpec | None:
        """Return the disc of the file with the probes of the case; None where the file is not there. Raises InputError for faults."""
        place = next((path for path in _places(self.file) if path.is_file()), None)
        if place is None:
            return None
        data, _ = read_yaml(place)
        return read_disc({**data, "probes": {name: list(at) for name, at in self.probes.items()}} if self.probes else data)


def _places(file: str) -> tuple[Path, ...]:
    """Return where a disc file may lie: beside the cases, or among the examples of a checkout."""
    data = packaged("cases")
    return data / file, data.parents[3] / "examples" / "discs" / file


def _numbers(answer: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, float]]:
    """Yield the numbers of nested mappings by dotted names, those with a unit in their name in SI and without it."""
    for key, value in answer.items():
        name, _, unit = key.rpartition("_")
        if isinstance(value, Mapping):
            yield from _numbers(value, f"{before}{key}.")
        elif isinstance(value, (int, float)):
            yield f"{before}{name or key}", si(float(value), unit) if name else float(value)
