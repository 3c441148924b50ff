"""An arm of a study: who, with which discs, was given what, how much of it, in what, by which ways."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pulposus.core.fields import Known, Part

__all__ = ["Amount", "Arm", "ArmDose", "ArmProduct", "ArmRoute", "Id", "Model", "Phenotype", "Subjects"]

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$", max_length=60)]
Amount = float | None


class Subjects(Part):
    """How many, each unit apart."""

    patients: int | None = Field(default=None, ge=0)
    animals: int | None = Field(default=None, ge=0)
    discs: int | None = Field(default=None, ge=0)
    levels: int | None = Field(default=None, ge=0)
    donors: int | None = Field(default=None, ge=0)
    studies: int | None = Field(default=None, ge=0)
    specimens: int | None = Field(default=None, ge=0)


class Model(Part):
    """How the disc came to be degenerate, and how long before treatment."""

    injury: Annotated[str, Known("event", "injury_other")]
    interval: str = ""
    detail: str = ""


class Phenotype(Part):
    """What else decides how a disc answers."""

    maturity: str = ""
    age: str = ""
    sex: str = ""
    modic: str = ""
    endplate: str = ""
    grade: str = ""


class ArmProduct(Part):
    """What was given: cells, vesicles, a drug, a vehicle or nothing."""

    kind: Annotated[str, Known("product", "product_other")]
    source: Annotated[str, Known("cell_source", "vesicle_source", "source_other")] | None = None
    cargo: str = ""
    donor_relation: Annotated[str, Known("donor_relation")] | None = None
    donor: str = ""
    passage: str = ""
    batch: str = ""
    batches: int | None = Field(default=None, ge=0)
    detail: str = ""


class ArmDose(Part):
    """How much; units are never converted into each other."""

    cells: Amount = Field(default=None, gt=0)
    cells_per_mL: Amount = Field(default=None, gt=0)
    particles: Amount = Field(default=None, gt=0)
    particles_per_mL: Amount = Field(default=None, gt=0)
    ug: Amount = Field(default=None, gt=0)
    ug_per_mL: Amount = Field(default=None, gt=0)
    volume_mL: Amount = Field(default=None, gt=0)
    per: Literal["disc", "subject", "kg", "culture", "not stated"] = "not stated"
    times: str = ""
    detail: str = ""


class ArmRoute(Part):
    """One way in; an arm may have several."""

    kind: Annotated[str, Known("route", "route_other")]
    needle: str = ""
    guidance: str = ""
    detail: str = ""


class Arm(Part):
    """One arm of a study."""

    id: Id
    name: str
    role: Literal["treatment", "comparator", "observation"]
    comparator: Annotated[str, Known("comparator", "comparator_other")] | None = None
    n: Subjects = Subjects()
    product: ArmProduct | None = None
    dose: ArmDose | None = None
    carrier: Annotated[str, Known("carrier", "carrier_other")] | None = None
    routes: tuple[ArmRoute, ...] = ()
    co_interventions: tuple[str, ...] = ()
    level: str = ""
    detail: str = ""
