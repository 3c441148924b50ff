"""What is known, as records: a paper with its arms, outcomes, claims and statements; contradictions; errata.

A paper is one file. Its *outcomes* hold numbers of an arm; its *claims* say cargo -> target -> pathway -> effect; its
*statements* are what one of the two reviews says of it, with what the source says beside it. Nothing is a sentence of
a source: every text is in our words, with the place it was read at and how much of the source was read.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pulposus.core.errors import NotAllowed
from pulposus.core.fields import Known, Part
from pulposus.evidence.arms import Amount, Arm, Id, Model, Phenotype, Subjects

__all__ = ["Arm", "Bias", "Claim", "Contradiction", "Erratum", "Outcome", "Paper", "Side", "Statement", "Subjects"]

Basis = Literal["abstract", "table", "full_text", "registry", "secondary", "review", "user", "not_read"]
"""What was read: parts of the source itself; its registry entry; another paper that tells of it; the review alone; what
a user gave."""

Status = Literal["agrees", "differs", "unchecked"]
Sign = Literal["up", "down", "none", "mixed", "unknown"]


class Outcome(Part):
    """One number, or direction, of one arm at one time; instruments and scales are never mixed."""

    id: Id
    arm: str
    against: str | None = None
    instrument: Annotated[str, Known("instrument")]
    scale: str = ""
    time: str = ""
    n: float | None = Field(default=None, ge=0)
    n_unit: Literal["patients", "animals", "discs", "levels", "donors", "cultures", "studies", "events", "not stated"] = "not stated"
    kind: Literal["mean", "median", "change", "percent", "fraction", "count", "effect", "direction"]
    value: Amount = None
    unit: str = ""
    sd: Amount = Field(default=None, ge=0)
    se: Amount = Field(default=None, ge=0)
    low: Amount = None
    high: Amount = None
    p: str = ""
    events: float | None = Field(default=None, ge=0)
    baseline: Amount = None
    baseline_sd: Amount = Field(default=None, ge=0)
    against_value: Amount = None
    against_sd: Amount = Field(default=None, ge=0)
    direction: Sign = "unknown"
    better: Literal["up", "down", "neither"] = "neither"
    harm: bool = False
    basis: Basis
    locator: str
    note: str = ""


class Effect(Part):
    """What goes up or down."""

    what: Annotated[str, Known("phenotype", "phenotype_other")] | None = None
    molecule: str = ""
    sign: Sign

    @model_validator(mode="after")
    def names_something(self) -> Effect:
        """Refuse an effect on nothing."""
        if not (self.what or self.molecule):
            raise NotAllowed("neither what nor molecule", "a phenotype or a molecule")
        return self


class Said(Part):
    """What one of the reviews says, beside what the source says."""

    review: Literal["000", "001", "none"]
    section: str
    paragraph: int | None = Field(default=None, ge=1)
    seed_value: str
    source_value: str
    status: Status
    basis: Basis
    locator: str
    errata: tuple[Id, ...] = ()
    query: str = ""
    note: str = ""

    @model_validator(mode="after")
    def consistent(self) -> Said:
        """Refuse a status that what was read cannot carry."""
        if self.status == "differs" and not self.errata:
            raise NotAllowed("differs without an erratum", "errata: [id]")
        if self.status != "unchecked" and self.basis in ("review", "not_read"):
            raise NotAllowed(f"{self.status}, basis {self.basis}", "unchecked, or what was read of the source")
        if self.status == "unchecked" and not self.query:
            raise NotAllowed("unchecked without a query", "query: the words that were searched, or why it cannot be checked")
        return self


class Statement(Said):
    """One thing a review says of a paper, or of the field, in our words."""

    id: Id
    says: str
    says_zh: str
    quantitative: bool
    about: tuple[str, ...] = ()


class Claim(Said):
    """One axis: what carries what to which cell, and what it does there."""

    id: Id
    axis: str = ""
    source: Annotated[str, Known("cell_source", "vesicle_source", "source_other")] | None = None
    source_species: Annotated[str, Known("species", "species_other")] | None = None
    cargo: str
    cargo_kind: Annotated[str, Known("cargo_kind")]
    cargo_origin: Literal["endogenous", "enriched", "loaded", "donor transfected", "co-culture", "not stated", "not applicable"]
    target: str = ""
    target_sign: Literal["inhibits", "activates", "not stated"] = "not stated"
    pathway: str = ""
    pathway_sign: Literal["activated", "inhibited", "not stated", "not applicable"] = "not stated"
    cell_type: Annotated[str, Known("cell_type")]
    cell_species: Annotated[str, Known("species", "species_other")] | None = None
    stimulus: str = ""
    effects: tuple[Effect, ...]
    verdict: Literal["protective", "harmful", "neutral", "mixed", "not stated"]
    setting: Literal["in vitro", "in vivo", "in vitro and in vivo", "not stated"]
    animal_model: str = ""
    delivery: str = ""
    dose: str = "not stated"
    contradictions: tuple[Id, ...] = ()
    gist: str
    gist_zh: str


class BiasItem(Part):
    """One item of a risk-of-bias tool."""

    item: Annotated[str, Known("syrcle_item", "rob2_item")]
    judgement: Literal["low", "some concerns", "high", "unclear"]
    why: str


class Bias(Part):
    """Risk of bias, as far as what was read allows."""

    tool: Literal["SYRCLE", "RoB 2"]
    basis: Basis
    items: tuple[BiasItem, ...]


class Paper(Part):
    """One paper, trial or registry entry with everything that is recorded of it."""

    id: Id
    reference: str
    reports: tuple[str, ...] = ()
    in_review: Literal["000", "001", "both", "none"]
    design: Annotated[str, Known("design")]
    level: str | None = Field(default=None, description="a key of the evidence levels, none for a paper that is no evidence itself")
    species: tuple[Annotated[str, Known("species", "species_other")], ...] = ()
    n: Subjects = Subjects()
    disc_levels: str = ""
    model: Model | None = None
    phenotype: Phenotype | None = None
    registry: str = ""
    cohort: str = ""
    follow_up: str = ""
    read: Basis
    read_how: str
    gist: str
    gist_zh: str
    arms: tuple[Arm, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    claims: tuple[Claim, ...] = ()
    statements: tuple[Statement, ...] = ()
    bias: Bias | None = None
    note: str = ""


class Side(Part):
    """One side of a contradiction."""

    says: str
    says_zh: str
    records: tuple[str, ...]
    references: tuple[str, ...] = ()


class Contradiction(Part):
    """Papers that say opposite things; run as rivals, never averaged."""

    id: Id
    title: str
    title_zh: str
    hypothesis: Annotated[str, Known("hypothesis")] | None = None
    sides: tuple[Side, ...] = Field(min_length=2)
    consequence: str
    consequence_zh: str
    note: str = ""


class Erratum(Part):
    """An error of one of the reviews: where, what it prints, what is right, what it corrects."""

    id: Id
    review: Literal["000", "001"]
    section: str
    kind: Literal["citation", "list", "number", "attribution", "omission", "wording", "typography", "causality", "duplicate"]
    printed: str
    right: str
    right_zh: str
    confirmed: Literal["yes", "partly", "no"]
    corrects: tuple[str, ...] = Field(min_length=1)
    references: tuple[str, ...] = ()
    basis: Basis
    note: str = ""
