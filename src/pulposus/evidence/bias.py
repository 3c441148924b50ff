"""Risk of bias of the recorded papers, as far as what was read of them allows."""

from __future__ import annotations

from collections.abc import Iterable

from pulposus.evidence.search import record, search
from pulposus.evidence.store import Store

__all__ = ["TOOLS", "judgements"]

TOOLS = ("SYRCLE", "RoB 2")


def judgements(store: Store, tool: str, filters: Iterable[str] = ()) -> list[tuple[str, dict[str, str]]]:
    """Return the papers that were judged with a tool, each with its judgement by item; packaged and the user's own."""
    hits, _ = search(store, "", [*filters, "kind=paper", f"bias.tool={tool}"])
    found = record(store, [hit.id for hit in hits])
    rows = []
    for hit in hits:
        items = found[hit.id].body["bias"]["items"]
        rows.append((hit.id.removeprefix("paper:"), {each["item"]: each["judgement"] for each in items}))
    return rows
