"""The routes of a study file: the five ways into or beside the disc, each with what it needs to be told.

Quantities are text with units in the file and SI floats in the model.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pulposus.core.fields import Part, Quantity, Share, Word
from pulposus.tissue.history_file import Needle

__all__ = ["Route"]

Rate = Annotated[float, Quantity("mL/s")]
Dwell = Annotated[float, Quantity("min", above_zero=False)]

class Transannular(Part):
    """Through the annulus; depth_fraction is the share of the annulus that the needle crosses."""

    kind: Literal["transannular"] = Field(description="the kind of route")
    needle: Needle = Field(description="the needle, such as 22G")
    depth_fraction: Share | None = Field(default=None, description="share of the annulus that the needle crosses")
    rate: Rate | None = Field(default=None, description="rate of the injection, such as '0.03 mL/s'")
    dwell: Dwell | None = Field(default=None, description="how long the needle stays after the injection, such as '2 min'")


class Transpedicular(Part):
    """Through pedicle and endplate, the hole repaired or not."""

    kind: Literal["transpedicular"] = Field(description="the kind of route")
    needle: Needle = Field(description="the needle, such as 18G")
    repair: Annotated[str, Word("repair")] = Field(
        default="none", description="repair of the endplate: none, scaffold or cement"
    )
    target: Annotated[str, Word("pedicle_target")] = Field(default="nucleus", description="where the tip goes: nucleus or endplate")
    guidance: Annotated[str, Word("guidance")] | None = Field(default=None, description="fluoroscopy or CT")
    operator: Annotated[str, Word("operator")] | None = Field(default=None, description="experienced or learning")
    rate: Rate | None = Field(default=None, description="rate of the injection, such as '0.03 mL/s'")
    dwell: Dwell | None = Field(default=None, description="how long the needle stays after the injection, such as '2 min'")


class Intravenous(Part):
    """Into a vein, from where cells have to find the disc."""

    kind: Literal["intravenous"] = Field(description="the kind of route")


class EndplateSeeding(Part):
    """Seeded onto the bone side of the endplate, from where cells have to cross it."""

    kind: Literal["endplate_seeding"] = Field(description="the kind of route")
    needle: Needle | None = Field(default=None, description="the needle, if one is used")


class Epidural(Part):
    """Into the epidural space or beside the spine."""

    kind: Literal["epidural"] = Field(description="the kind of route")
    fissure: Share | None = Field(default=None, description="share of the depot that enters through a fissure of the annulus")


Route = Annotated[Transannular | Transpedicular | Intravenous | EndplateSeeding | Epidural, Field(discriminator="kind")]
"""A route; `kind` tells which."""
