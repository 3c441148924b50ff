"""The history of a disc in an input file: what happened to it before day 0, event by event.

    history:
      - {event: puncture, needle: 18G, at: -4 weeks}
      - {event: wall_nutrition, level: 70 %, at: -10 yr, until: -5 yr}

`at` is a time up to the start of the study, told as a negative time or 0; `until`, where an event goes on, may lie later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema, field_validator

from pulposus.core.errors import NotAllowed, shorten
from pulposus.core.fields import Factor, Length, Part, Quantity, Share, Word
from pulposus.core.joint_faults import Problem
from pulposus.core.units import si
from pulposus.core.vocabulary import limit, names
from pulposus.tissue.solid_file import Along, OnFace, OnWall

__all__ = ["Happened", "History", "Needle", "Pattern", "place_problems", "turnover_problems"]


TURNOVER = "degenerate_turnover"


def _needle(value: Any) -> str:
    """Return the name of a needle; raises `NotAllowed` with the nearest gauge."""
    known = names("needle")
    if value in known:
        return str(value)
    digits = "".join(letter for letter in str(value) if letter.isdigit())
    gauge = int(digits) if 0 < len(digits) <= 2 else None
    near = None if gauge is None else min(known, key=lambda name: abs(int(name[:-1]) - gauge))
    raise NotAllowed(shorten(value), f"a known needle: {', '.join(known)}", near)


Needle = Annotated[str, BeforeValidator(_needle), WithJsonSchema({"type": "string", "enum": list(names("needle"))})]


def _when(value: Any) -> float:
    """Return a time (s) that is text with a unit, no longer from the start than a study may be."""
    if not isinstance(value, str):
        raise NotAllowed(shorten(value), "text with a unit such as '-4 weeks'")
    seconds = si(value, "d")
    if abs(seconds) > si(limit("longest_follow_up"), "d"):
        raise NotAllowed(shorten(value), f"within {limit('longest_follow_up')} of the start")
    return seconds


def _before(value: Any) -> float:
    """Return a time (s) that is not after the start."""
    seconds = _when(value)
    if seconds > 0:
        raise NotAllowed(shorten(value), "a time before the start, such as '-4 weeks', or '0 d'")
    return seconds


def _level(value: Any) -> float:
    """Return a level of zero or more, given as a number or a percentage."""
    allowed = "a level of zero or more, such as 0.7 or '70 %'"
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise NotAllowed(shorten(value), allowed)
    level = si(value, "1") if isinstance(value, str) else float(value)
    if not 0 <= level < float("inf"):
        raise NotAllowed(shorten(value), allowed)
    return level


def _one_pattern(events: Any) -> Any:
    """Refuse a second pattern of open endplate: a disc has one at a time."""
    if sum(isinstance(getattr(event, "open", None), Pattern) for event in events) > 1:
        raise NotAllowed("two patterns of open endplate", "one pattern in a history")
    return events


_SAID = WithJsonSchema({"type": "string", "examples": ["-4 weeks"]})
Before = Annotated[float, BeforeValidator(_before), _SAID]
Until = Annotated[float, BeforeValidator(_when), _SAID]
Content = Annotated[float, Quantity("ng/mL", above_zero=False)]
Level = Annotated[float, BeforeValidator(_level), WithJsonSchema({"type": ["number", "string"], "examples": ["70 %"]})]
Pressure = Annotated[float, Quantity("MPa")]


class Pattern(Part):
    """An endplate of which a part of the bone face is open: share of the area, ring width (m) for stripes."""

    pattern: Literal["stripes", "open_centre", "open_rim"] = Field(description="stripes, open_centre or open_rim")
    open: Share = Field(description="open share of the area, above 0 and below 1")
    width: Length | None = Field(default=None, validate_default=True, description="width of a stripe, such as '1 mm'")

    @field_validator("open")
    @classmethod
    def part(cls, value: float) -> float:
        """Refuse a fully open endplate, which is no pattern."""
        if value == 1:
            raise NotAllowed("1", "a share above 0 and below 1; a fully open endplate is 'endplate_open: 1.0'")
        return value

    @field_validator("width")
    @classmethod
    def for_stripes(cls, value: float | None, info: ValidationInfo) -> float | None:
        """Ask for a width where there are stripes, and only there."""
        pattern = info.data.get("pattern")
        if pattern == "stripes" and value is None:
            raise NotAllowed("nothing", "required for stripes: the width of a stripe, such as '1 mm'")
        if pattern not in ("stripes", None) and value is not None:
            raise NotAllowed(f"a width for {pattern}", "a width for stripes only")
        return value


class Happened(Part):
    """One event; `at` its time (s), 0 or less."""

    at: Before = Field(description="when it happened, such as '-4 weeks'")


class Lasting(Happened):
    """An event that goes on, to the end of the study where `until` (s) is left out."""

    until: Until | None = Field(default=None, description="when it ended, such as '-2 weeks'; left out: it goes on")

    @field_validator("until")
    @classmethod
    def later(cls, value: float | None, info: ValidationInfo) -> float | None:
        """Refuse an end before the beginning."""
        if value is not None and value <= info.data.get("at", value - 1):
            raise NotAllowed("an end before the event", "a time after 'at'")
        return value


class Puncture(Happened):
    """A needle through the annulus; depth_fraction is the share of it that is crossed."""

    event: Literal["puncture", "second_needle"] = Field(description="the event")
    needle: Needle = Field(description="the needle, such as 18G")
    where: Along | None = Field(default=None, description="its track in a solid disc; left out: evenly all over the annulus")
    depth_fraction: Share = Field(default=1.0, description="share of the annulus that the needle crosses")


class Lesion(Happened):
    """A cut of the annulus (m)."""

    event: Literal["lesion"] = Field(description="the event")
    where: OnWall | None = Field(default=None, description="where in a solid disc; left out: evenly all over the annulus")
    width: Length = Field(description="width of the cut, such as '20 mm'")
    depth: Length = Field(description="depth of the cut, such as '6 mm'")


class Nucleotomy(Happened):
    """A share of the nucleus taken out; the access (puncture, lesion or endplate damage) is an event of its own."""

    event: Literal["nucleotomy"] = Field(description="the event")
    removed: Share = Field(description="share of the nucleus that was taken out, such as 30 %")


class EndplateDamage(Lasting):
    """A hole in one endplate (m), or what is left open of both: a share of the diffusivity, or a pattern of open area."""

    event: Literal["endplate_damage"] = Field(description="the event")
    hole: Length | None = Field(default=None, description="diameter of a hole, such as '2 mm'")
    where: OnFace | None = Field(default=None, description="where a hole of a solid disc lies; left out: evenly all over the endplates")
    repair: Annotated[str, Word("repair")] = Field(default="none", description="repair of the hole: none, scaffold or cement")
    open: Share | Pattern | None = Field(
        default=None, validate_default=True, description="open share of the endplate, or a pattern of open area"
    )

    @field_validator("open")
    @classmethod
    def one_of_both(cls, value: Any, info: ValidationInfo) -> Any:
        """Ask for a hole or an open share, not both."""
        if (value is None) == (info.data.get("hole") is None) and "hole" in info.data:
            raise NotAllowed("both" if value is not None else "neither", "either hole: '2 mm' or open: 60 %")
        return value


class Calcification(Happened):
    """An extent of the endplate that calcified; what that does is the law `calcification`."""

    event: Literal["calcification"] = Field(description="the event")
    extent: Share = Field(description="share of the endplate that calcified, such as 30 %")


class Nutrition(Lasting):
    """Oxygen and glucose at the wall or the endplate, relative to the usual supply."""

    event: Literal["wall_nutrition", "endplate_nutrition"] = Field(description="the event")
    level: Level = Field(description="level of oxygen and glucose, such as 70 %")


class CytokineLoad(Lasting):
    """Cytokines given to the nucleus (kg/m3): the level that would be there without diffusion."""

    event: Literal["cytokine_load"] = Field(description="the event")
    il1b: Content = Field(default=0.0, description="IL-1b, such as '10 ng/mL'")
    tnf: Content = Field(default=0.0, description="TNF, such as '10 ng/mL'")
    chemokine: Content = Field(default=0.0, description="the chemokine CCL5, such as '10 ng/mL'")


class Ageing(Lasting):
    """Death, senescence and calcification at a multiple of their basal rates."""

    event: Literal["ageing"] = Field(description="the event")
    factor: Factor = Field(description="factor on the basal rates of death, senescence and calcification, such as 3")


class Growth(Lasting):
    """Division and synthesis at a multiple, as in a young disc; its dimensions do not change."""

    event: Literal["growth"] = Field(description="the event")
    division: Factor = Field(default=1.0, description="factor on the division of native cells")
    synthesis: Factor = Field(default=1.0, description="factor on matrix synthesis")


class DegenerateTurnover(Lasting):
    """Fragments of aggrecan are lost as fast as in degenerate tissue; how fast that is, is on record for man alone."""

    event: Literal["degenerate_turnover"] = Field(description="the event")


class Load(Lasting):
    """The pressure of daily life in the nucleus (Pa); what it does is the law `load`."""

    event: Literal["load"] = Field(description="the event")
    pressure: Pressure = Field(description="pressure in the nucleus, such as '0.8 MPa'")


Event = Annotated[
    Puncture | Lesion | Nucleotomy | EndplateDamage | Calcification | Nutrition | CytokineLoad | Ageing | Growth | DegenerateTurnover
    | Load,
    Field(discriminator="event"),
]
History = Annotated[tuple[Event, ...], AfterValidator(_one_pattern)]
"""The events of a history, in any order; `event` tells which."""


def place_problems(data: Mapping[str, Any], solid: bool) -> Iterator[Problem]:
    """Yield the events with a place that the disc or the event cannot have."""
    history = data.get("history")
    for i, event in enumerate(history if isinstance(history, list) else []):
        if not isinstance(event, Mapping) or event.get("where") is None:
            continue
        if not solid:
            yield ("history", i, "where"), "a place in a disc of revolution", "a place with disc.solid only", None
        if event.get("depth_fraction") is not None:
            yield ("history", i, "depth_fraction"), "depth_fraction beside where", "either where, which tells it, or depth_fraction", None
        if event.get("event") == "endplate_damage" and event.get("hole") is None:
            yield ("history", i, "where"), "a place without a hole", "a place with hole: '2 mm' only", None


def turnover_problems(data: Mapping[str, Any], species: Any) -> Iterator[Problem]:
    """Yield the events that need the turnover of degenerate tissue of a species of which it was not read."""
    history = data.get("history")
    for i, event in enumerate(history if isinstance(history, list) else []):
        if isinstance(event, Mapping) and event.get("event") == TURNOVER and species in names("species") and not _turns_over(species):
            allowed = "a species of which the turnover of degenerate tissue is on record: human"
            yield ("history", i), f"{TURNOVER} of a {species} disc", allowed, None


def _turns_over(species: str) -> bool:
    """Return whether degenerate tissue of a species has a turnover of its own on record."""
    from pulposus.core.parameters import ParameterSet

    healthy, degenerate = (ParameterSet.load().lookup("aggrecan_turnover", "NP", species, grade) for grade in ("I", "III"))
    return healthy.id != degenerate.id
