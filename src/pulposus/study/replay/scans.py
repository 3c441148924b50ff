"""Discs under MRI: T2 of the nucleus by grade, on a scanner that shifts all of it by one factor.

    site factor = T2 reported for one grade (or border) / T2 of the model there

Read-outs: <scan>.t2 of a grade; <scan>.border, the T2 between a grade and the next.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pulposus.core.fields import Label, Part, Time
from pulposus.study.replay.sample import Readings, Sample
from pulposus.tissue.disc import Disc, supply_of, tissue_processes
from pulposus.tissue.geometry import geometry_of
from pulposus.tissue.imaging import GRADES
from pulposus.tissue.laws import CourseLaws

__all__ = ["Scan", "Scans", "Site"]


class Scan(Part):
    """A disc of a grade, or the border between that grade and the next."""

    species: str = "human"
    level: str = "L4/L5"
    grade: Literal["I", "II", "III", "IV", "V"]


class Site(Part):
    """The one value of a series from which its scanner's factor is taken."""

    scan: Label
    read: Literal["t2", "border"]
    value: Time


class Scans(Part):
    """Scans of one centre, side by side; without `site` the scanner is that of the calibration."""

    kind: Literal["scans"]
    nodes: int = Field(default=100, strict=True, ge=1)
    laws: CourseLaws = Field(default_factory=CourseLaws)
    site: Site | None = None
    scans: dict[Label, Scan] = Field(min_length=1)

    def predict(self, sample: Sample) -> Readings:
        """Return <scan>.<read-out> (s)."""
        out = {f"{name}.{read}": value for name, scan in self.scans.items() for read, value in self._told(scan, sample).items()}
        factor = self.site.value / out[f"{self.site.scan}.{self.site.read}"] if self.site else 1.0
        return {name: factor * value for name, value in out.items()}

    def _told(self, scan: Scan, sample: Sample) -> Readings:
        draw = sample.draw(scan.species, scan.grade, {("t2_site_factor", "any"): 1.0})
        disc = Disc(draw, geometry_of(draw, scan.species, scan.level),
                    tissue_processes(self.laws.model_dump(), supply_of(draw), 1.0), sample.nodes(self.nodes))
        cuts = disc.laws[1].cuts
        here = GRADES.index(scan.grade)
        border = {"border": float(cuts[here])} if here < len(cuts) else {}
        return {"t2": float(disc.read([disc.view(0.0, *disc.initial())])["t2"][0]), **border}
