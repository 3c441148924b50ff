"""The routes of a study file: the five ways into or beside the disc, each with what it needs to be told.

Quantities are text with units in the file and SI floats in the model.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pulposus.core.fields import Part, Share, Word
from pulposus.tissue.history_file import Needle

__all__ = ["Route"]


class Transannular(Part):
    """Through the annulus; depth_fraction is the share of the annulus that the needle crosses."""

    kind: Literal["transannular"] = Field(description="the kind of route")
    needle: Needle = Field(description="the needle, such as 22G")
    depth_fraction: Share | None = Field(default=None, description="share of the annulus that the needle crosses")


class Transpedicular(Part):
    """Through pedicle and endplate, the hole repaired or not."""

    kind: Literal["transpedicular"] = Field(description="the kind of route")
    needle: Needle = Field(description="the needle, such as 18G")
    repair: Annotated[str, Word("repair")] = Field(
        default="none", description="repair of the endplate: none, scaffold or cement"
    )


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


Route = Annotated[Transannular | Transpedicular | Intravenous | EndplateSeeding | Epidural, Field(discriminator="kind")]
"""A route; `kind` tells which."""
