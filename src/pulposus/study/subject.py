"""The subject of a study: whose discs they are, which levels, and how degenerate each is.

One level is written as text, several as a list, each as text or with what is its own: grade, Modic type, endplate defect and what
happened to it alone. What a level does not say is that of the subject.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationInfo, WithJsonSchema, field_validator

from pulposus.core.errors import NotAllowed, shorten
from pulposus.core.fields import Part, Word
from pulposus.core.vocabulary import term
from pulposus.tissue.disc_file import level_of
from pulposus.tissue.history_file import History
from pulposus.tissue.person import Person, modic_word

__all__ = ["Grade", "Site", "Subject"]


class Grade(Part):
    """How degenerate the disc is: a grade, or a range of which every draw has one."""

    scale: Annotated[str, Word("grade_scale")] = Field(description="pfirrmann or modified_pfirrmann")
    value: int | tuple[int, int] = Field(description="a grade such as 3, or a range such as [3, 6]")

    @field_validator("value", mode="before")
    @classmethod
    def on_scale(cls, value: Any, info: ValidationInfo) -> int | tuple[int, int]:
        """Refuse what is no whole number of the scale, or a range in the wrong order."""
        entry = term("grade_scale", info.data.get("scale", "modified_pfirrmann"))
        low, high = entry.more["lowest"], entry.more["highest"]
        allowed = f"a whole number from {low} to {high} ({entry.en}), or an ordered pair such as [{low}, {high}]"
        ends = list(value) if isinstance(value, (list, tuple)) else [value]
        whole = all(isinstance(end, int) and not isinstance(end, bool) and low <= end <= high for end in ends)
        if not whole or (isinstance(value, (list, tuple)) and len(ends) != 2) or ends[0] > ends[-1]:
            raise NotAllowed(shorten(value), allowed)
        return ends[0] if len(ends) == 1 else (ends[0], ends[1])

    @property
    def bounds(self) -> tuple[int, int]:
        """The lowest and the highest grade."""
        return self.value if isinstance(self.value, tuple) else (self.value, self.value)


class Site(Part):
    """One level, with what is its own; what is left out is that of the subject."""

    level: Annotated[str, Word("level")] = Field(description="the level of the disc, such as L4/L5")
    grade: Grade | None = Field(default=None, description="scale and value of its own grade")
    modic: Annotated[str, Word("modic")] | None = Field(default=None, description="Modic type of the marrow beside it")
    endplate: Annotated[str, Word("endplate_defect")] | None = Field(default=None, description="defect of its endplates")
    history: History = Field(default=(), description="what happened to this disc alone before day 0")

    @field_validator("modic", mode="before")
    @classmethod
    def as_word(cls, value: Any) -> Any:
        """Return a type given as a number as its word."""
        return modic_word(value)


class Subject(Person):
    """Whose discs they are: `sites` of which `level` in the file tells one or several."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    species: Annotated[str, Word("species")] = Field(description="the species, such as human")
    sites: Annotated[tuple[Site, ...], WithJsonSchema({"type": ["string", "array"], "items": {"type": ["string", "object"]}})] = Field(
        alias="level", description="the level of the disc, such as L4/L5, or a list of levels such as [L4/L5, L5/S1]")
    grade: Grade = Field(description="scale and value of the grade")
    medium: Literal["body", "culture"] = Field(default="body", description="what the disc lies in: the body, or a culture medium")
    painful: Annotated[str, Word("level")] | None = Field(
        default=None, description="of several levels the one that pain comes from; left out: between the worst disc and their mean")

    @field_validator("sites", mode="before")
    @classmethod
    def as_sites(cls, value: Any, info: ValidationInfo) -> Any:
        """Return one level or several as sites; a level that the species does not have is refused."""
        if not isinstance(value, (list, tuple)):
            return ({"level": level_of(value, info)},)
        if not value:
            raise NotAllowed("an empty list", "a level such as L4/L5, or a list of levels")
        return tuple({"level": level_of(each, info)} if isinstance(each, str) else each for each in value)

    @property
    def level(self) -> str:
        """The level of the disc, the first of several."""
        return self.sites[0].level

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels in their order."""
        return tuple(site.level for site in self.sites)
