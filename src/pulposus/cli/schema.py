"""`pulposus schema`: what a study, disc, experiment or product file may hold, as JSON schema."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from pulposus.cli.output import allowed_word, document, print_json, refuse

__all__ = ["schema"]

KINDS = ("study", "disc", "experiment", "product")
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(kind: Annotated[str, typer.Argument(metavar="study|disc|experiment|product", help="Which file.")]) -> None:
    """Print the JSON schema of a study, disc, experiment or product file."""
    refuse(allowed_word("schema", kind, KINDS))
    model: Any
    if kind == "study":
        from pulposus.study.study_file import StudySpec as model
    elif kind == "disc":
        from pulposus.tissue.disc_file import DiscSpec as model
    elif kind == "product":
        from pulposus.study.product_sheet import ProductSheet as model
    else:
        from pulposus.mechanism.experiment_file import ExperimentFile as model
    print_json({"$schema": DIALECT, **document(f"{kind}/1", model.model_json_schema())})
