"""The solid disc of a disc file: its shape by lengths or from a file of the user, tracks of needles and holes of the endplate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from pulposus.core.errors import Fault, InputError, PulposusError
from pulposus.core.fields import Length, Part, Quantity, Share
from pulposus.core.joint_faults import Problem
from pulposus.tissue.places import Hole, Track
from pulposus.tissue.section import Section, area_within, kidney, polar
from pulposus.tissue.shapes import faces_over, read_labels, read_surface
from pulposus.tissue.solid import Faces, SolidGeometry, domed, sized

__all__ = ["Along", "HoleSpec", "OnFace", "OnWall", "Position", "Solid", "TrackSpec", "solid_geometry", "solid_problems"]

Array = NDArray[np.float64]
_WITHIN = 0.999  # the greatest nucleus stays this much within the outline
Position = Annotated[float, Quantity("mm", signed=True)]
Deep = Annotated[float, Quantity("mm", above_zero=False)]


class Outline(Part):
    """The outline of a disc seen along its axis (m)."""

    lateral_width: Length = Field(description="from side to side, such as '50.1 mm'")
    depth: Length = Field(description="from back to front, such as '38.5 mm'")
    widest: Share = Field(default=0.5, lt=1, description="how far in front of the back it is widest, share of the depth")
    concavity: Deep = Field(default=0.0, description="how far the middle of the back edge is drawn in, such as '2 mm'")


class Heights(Part):
    """Full heights with both endplates (m), in the middle of the nucleus and at four places of the rim."""

    middle: Length = Field(description="height in the middle, such as '14.3 mm'")
    anterior: Length = Field(description="height at the front")
    posterior: Length = Field(description="height at the back")
    left: Length | None = Field(default=None, description="height at the left; none for the mean of front and back")
    right: Length | None = Field(default=None, description="height at the right; none for the mean of front and back")


class Nucleus(Part):
    """Size, form and place of the nucleus."""

    share: Share = Field(lt=1, description="share of the nucleus in the volume of nucleus and annulus, such as 0.445")
    width_over_depth: float | None = Field(
        default=None, gt=0, allow_inf_nan=False, description="its width over its depth; none for that of the disc"
    )
    offset: tuple[Position, Position] = Field(
        default=(0.0, 0.0), description="[to the right, to the front] from the middle of the outline, such as [0 mm, -2.6 mm]"
    )


class Plates(Part):
    """The two cartilage endplates (m)."""

    thickness: Length = Field(description="thickness in the middle, such as '0.545 mm'")
    margin_thickness: Length | None = Field(default=None, description="thickness at the margin; none for that in the middle")
    area: Annotated[float, Quantity("mm**2")] = Field(description="area of one endplate, such as '980 mm**2'")


class Solid(Part):
    """A disc in three dimensions: by an outline and heights, or from a file that holds its surface or its labels."""

    outline: Outline | None = Field(default=None, description="width, depth and form seen along the axis")
    heights: Heights | None = Field(default=None, description="heights in the middle and at the rim")
    surface: str | None = Field(
        default=None, description="file of a closed surface in mm (STL, VTU, PLY), z along the axis, y to the front"
    )
    labels: str | None = Field(default=None, description="file of a label image (NIfTI): 1 nucleus, 2 annulus, 3 endplate")
    nucleus: Nucleus | None = Field(default=None, description="the nucleus; required but for labels")
    endplate: Plates = Field(description="the cartilage endplates")


class TrackSpec(Part):
    """The track of a needle along which cells die (m)."""

    start: tuple[Position, Position, Position] = Field(description="[x, y, z] where it enters")
    end: tuple[Position, Position, Position] = Field(description="[x, y, z] of the tip")
    diameter: Length = Field(description="width of the track, such as '0.7 mm'")
    killed: Share = Field(default=1.0, description="share of the cells within it that die")

    @property
    def track(self) -> Track:
        """The track it describes."""
        return Track(self.start, self.end, self.diameter, self.killed)


class HoleSpec(Part):
    """A round hole of the endplate (m)."""

    face: Literal["upper", "lower"] = Field(description="upper or lower")
    at: tuple[Position, Position] = Field(description="[x, y] of its middle")
    diameter: Length = Field(description="its width, such as '4 mm'")
    state: Literal["open", "closed"] = Field(default="closed", description="open to the supply of the bone, or closed")

    @property
    def hole(self) -> Hole:
        """The hole it describes."""
        return Hole(self.face, self.at, self.diameter, self.state == "open")


class Along(Part):
    """Where a needle went in a solid disc (m)."""

    start: tuple[Position, Position, Position] = Field(description="[x, y, z] where it enters, on the outline or outside")
    end: tuple[Position, Position, Position] = Field(description="[x, y, z] of the tip")


class OnWall(Part):
    """Where a cut of the wall of a solid disc lies (m)."""

    middle: tuple[Position, Position, Position] = Field(
        description="[x, y, z] of its middle; seen from the centre of the nucleus it lies in that direction"
    )


class OnFace(Part):
    """Where a hole of an endplate of a solid disc lies (m)."""

    face: Literal["upper", "lower"] = Field(description="upper or lower")
    at: tuple[Position, Position] = Field(description="[x, y] of its middle")


def solid_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong between the parts of a solid disc in raw data: shape given once, tracks and holes only there."""
    disc = data.get("disc")
    solid = disc.get("solid") if isinstance(disc, Mapping) else None
    if not isinstance(solid, Mapping):
        for key in ("tracks", "holes"):
            if data.get(key):
                yield (key,), "places in a disc of revolution", "tracks and holes with disc.solid only", None
        return
    given = [key for key in ("outline", "surface", "labels") if solid.get(key) is not None]
    if len(given) != 1:
        yield ("disc", "solid"), " and ".join(given) or "no shape", "one of outline, surface and labels", None
    if given == ["outline"] and solid.get("heights") is None:
        yield ("disc", "solid", "heights"), "nothing", "required with outline: middle, anterior and posterior", None
    if given != ["labels"] and solid.get("nucleus") is None:
        yield ("disc", "solid", "nucleus"), "nothing", "required but for labels: its share of the volume", None


def _centre(outline: Array, offset: tuple[float, float]) -> tuple[float, float]:
    """Return the position at an offset (m) from the middle of an outline."""
    x, y = (outline.min(axis=0) + outline.max(axis=0)) / 2 + np.array(offset)
    return float(x), float(y)


def _section(centre: tuple[float, float], nucleus: Array, outer: Array, area: float) -> Section:
    """Return the section with an endplate of an area (m2) between nucleus and outline."""
    return Section(centre, nucleus, (nucleus + outer) / 2, outer).with_endplate(area)


def _with_nucleus(spec: Solid, outline: Array, faces: Callable[[tuple[float, float], Array], Faces]) -> SolidGeometry:
    """Return the disc whose nucleus has the form, the place and the share of the volume that the file asks for."""
    nucleus, plates = spec.nucleus, spec.endplate
    assert nucleus is not None
    centre = _centre(outline, nucleus.offset)
    form = nucleus.width_over_depth or float(np.ptp(outline[:, 0]) / np.ptp(outline[:, 1]))
    outer = polar(outline, centre)
    unit = polar(kidney(form, 1.0, spec.outline.widest if spec.outline else 0.5) + np.array(centre), centre)
    greatest = _WITHIN * min(float((outer / unit).min()), (plates.area / area_within(unit)) ** 0.5)
    return sized(lambda size: _section(centre, size * greatest * unit, outer, plates.area), faces(centre, outer),
                 nucleus.share, plates.thickness, plates.margin_thickness or plates.thickness)


def solid_geometry(spec: Solid) -> SolidGeometry:
    """Return the solid disc that a disc file describes; raises InputError where its parts do not fit into each other."""
    plates = spec.endplate
    try:
        if spec.outline is not None and spec.heights is not None:
            h, o = spec.heights, spec.outline
            side = (h.anterior + h.posterior) / 2
            level = domed(h.middle, h.anterior, h.posterior, h.left or side, h.right or side)
            return _with_nucleus(spec, kidney(o.lateral_width, o.depth, o.widest, o.concavity), lambda centre, outer: level)
        shape = read_surface(spec.surface) if spec.surface else read_labels(str(spec.labels))
        if shape.nucleus is None:
            return _with_nucleus(spec, shape.outline, partial(faces_over, shape))
        centre = _centre(shape.nucleus, (0.0, 0.0))
        outer = polar(shape.outline, centre)
        return SolidGeometry(_section(centre, polar(shape.nucleus, centre), outer, plates.area), faces_over(shape, centre, outer),
                             plates.thickness, plates.margin_thickness or plates.thickness)
    except PulposusError as error:
        raise InputError([Fault("", "disc.solid", "a shape that does not hold together", str(error))]) from error
