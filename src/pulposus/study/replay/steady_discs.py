"""Discs at rest: what their cells have to live on, where it runs out, and how many survive.

    onset of a pathway: the level x of its supply (oxygen and glucose together) at which the first cell begins to die,
    min over the disc of G - Gt = 0 or of pH - pHt = 0

Read-outs per disc: <solute>_centre, _border (mid-plane, nucleus edge), _nucleus (mean), _min, _max; pH_centre, pH_border,
pH_nucleus; oxygen_share_centre (share of a gas, as cultures tell it); lactate_per_glucose (what gathers over what is used,
in the centre); with `alive_after` also living_centre, _border, _nucleus, _all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from pydantic import Field
from scipy.optimize import brentq

from pulposus.core.errors import PulposusError
from pulposus.core.fields import Factor, Label, Part, Share, Time
from pulposus.study.replay.sample import STILL, Readings, Sample
from pulposus.tissue.clock import Course, advance
from pulposus.tissue.disc import Disc, supply_of, tissue_processes
from pulposus.tissue.disc_file import Supply
from pulposus.tissue.endplate import open_share
from pulposus.tissue.geometry import geometry_of
from pulposus.tissue.iterate import Solution
from pulposus.tissue.laws import CourseLaws
from pulposus.tissue.mesh import REGIONS
from pulposus.tissue.metabolism import pH
from pulposus.tissue.nutrition import SOLUTES
from pulposus.tissue.stepper import Control, Snapshot, Stepper

__all__ = ["Onset", "RestingDisc", "SteadyDiscs", "living", "resting_disc"]

_RUN = Control(tol=1e-3, transient=True, first=600.0)
_NODES, _FEWER = 400, 250
_TOL = 1e-7  # of the steady solve, relative to the supply
_CLOSE = 2e-3  # of the onset level
_LOWEST = 0.02  # least supply level that is tried


class RestingDisc(Part):
    """One disc: whose, how it is fed, and for how long its survivors are followed."""

    species: str = "human"
    level: str = "L4/L5"
    grade: str = "I"
    medium: Supply | None = Field(default=None, description="the same bath all round, as in organ culture")
    endplate_level: Factor = 1.0
    wall_level: Factor = 1.0
    endplate_open: Share = 1.0
    alive_after: Time | None = None


def resting_disc(disc: RestingDisc, laws: CourseLaws, sample: Sample, nodes: int) -> Disc:
    """Return the disc of a draw with nutrition and native cells that neither age nor divide."""
    draw = sample.draw(disc.species, disc.grade, STILL)
    if disc.medium is None:
        boundary = supply_of(draw, disc.endplate_level, disc.wall_level)
    else:
        boundary = {s: dict.fromkeys(("endplate", "wall"), getattr(disc.medium, s)) for s in SOLUTES}
    named = laws.model_dump()
    gate = open_share(draw, named["endplate_degeneration"]) * disc.endplate_open
    processes = tissue_processes(named, boundary, gate, matrix=False)
    return Disc(draw, geometry_of(draw, disc.species, disc.level), processes, sample.nodes(nodes))


def _at_rest(disc: Disc) -> Solution:
    solution = disc.steady(_TOL)
    if not solution.converged:
        raise PulposusError("the steady state of the disc was not reached")
    return solution


def _places(disc: Disc) -> dict[str, int]:
    """Return the nodes of the mid-plane at the axis and at the edge of the nucleus."""
    return {"centre": disc.mesh.nearest(0.0, 0.0), "border": disc.mesh.nearest(disc.p["geometry"].nucleus_radius, 0.0)}


def _told(disc: Disc, c: Any) -> Readings:
    """Return the read-outs of the solutes at rest."""
    out: Readings = {}
    at = disc.points.at(c)
    for i, solute in enumerate(SOLUTES):
        out |= {f"{solute}_{place}": float(c[i, node]) for place, node in _places(disc).items()}
        out |= {f"{solute}_nucleus": float(disc.points.mean(at[i], REGIONS.index("NP"))), f"{solute}_min": float(c[i].min()),
                f"{solute}_max": float(c[i].max())}
    out |= {f"pH_{place}": float(pH(out[f"lactate_{place}"], disc.p)) for place in ("centre", "border", "nucleus")}
    out["oxygen_share_centre"] = out["oxygen_centre"] / disc.draw.value("humidified_gas_pressure")
    edge = {s: disc.system.fields[s].start for s in SOLUTES}
    used = edge["glucose"] - out["glucose_centre"]
    out["lactate_per_glucose"] = (out["lactate_centre"] - edge["lactate"]) / used if used > 0 else float("nan")
    return out


def living(disc: Disc, solution: Solution, until: float, count: Callable[[float, float], None] | None = None) -> Readings:
    """Return the living shares of native cells after `until` (s) of a coupled run that starts at rest with all alive.

    count(t, share of all cells that live) is called after every step.
    """
    stepper = Stepper(disc.coupled, _RUN)
    _, y, g = disc.initial()
    first = stepper.start(0.0, solution.c, y, g)
    if first is None:
        raise PulposusError("the run of the living cells could not start")
    all_cells = disc.points.total(y["native"])

    def told(before: Snapshot, after: Snapshot) -> None:
        if count is not None:
            count(after.t, float(disc.points.total(after.y["native"]) / all_cells))

    course = Course(stepper, first, [], told)
    advance([course], until, _RUN)
    if course.stopped:
        raise PulposusError(course.stopped)
    share = np.asarray(course.now.y["native"]) / y["native"]
    nodes = disc.points.to_nodes(share)
    return {**{f"living_{place}": float(nodes[node]) for place, node in _places(disc).items()},
            "living_nucleus": float(disc.points.mean(share, REGIONS.index("NP"))),
            "living_all": float(disc.points.total(course.now.y["native"]) / all_cells)}


class SteadyDiscs(Part):
    """Discs at rest, side by side."""

    kind: Literal["steady_discs"]
    nodes: int = Field(default=_NODES, strict=True, ge=1)
    laws: CourseLaws = Field(default_factory=CourseLaws)
    discs: dict[Label, RestingDisc] = Field(min_length=1)

    def predict(self, sample: Sample) -> Readings:
        """Return <disc>.<read-out> of every disc."""
        out: Readings = {"glucose_death_threshold": sample.draw("human", "any").value("glucose_death_threshold")}
        for name, options in self.discs.items():
            disc = resting_disc(options, self.laws, sample, self.nodes)
            solution = _at_rest(disc)
            found = _told(disc, solution.c)
            if options.alive_after is not None:
                found |= living(disc, solution, options.alive_after)
            out |= {f"{name}.{read}": value for read, value in found.items()}
        return out


class Onset(Part):
    """How far each pathway of nutrition may fall before the first cells of a disc begin to die."""

    kind: Literal["onset"]
    nodes: int = Field(default=_FEWER, strict=True, ge=1)
    laws: CourseLaws = Field(default_factory=CourseLaws)
    disc: RestingDisc = Field(default_factory=RestingDisc)
    pathways: dict[Label, tuple[Literal["endplate", "wall"], ...]] = Field(min_length=1)

    def predict(self, sample: Sample) -> Readings:
        """Return <pathway>: the level below which death begins; 1 where it has begun at full supply, 0 where it never does."""
        return {name: self._level(tags, sample) for name, tags in self.pathways.items()}

    def _level(self, tags: tuple[str, ...], sample: Sample) -> float:
        def margin(x: float) -> float:
            options = self.disc.model_copy(update={f"{tag}_level": x for tag in tags})
            disc = resting_disc(options, self.laws, sample, self.nodes)
            c = _at_rest(disc).c
            starve = float(c[2].min()) - disc.p["glucose_death_threshold"]
            acid = float(pH(c[1].max(), disc.p)) - disc.p["acid_death_threshold"]
            return min(starve, acid)

        if margin(1.0) <= 0 or margin(_LOWEST) >= 0:
            return float(margin(1.0) <= 0)
        return float(brentq(margin, _LOWEST, 1.0, xtol=_CLOSE))
