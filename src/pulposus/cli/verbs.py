"""The verbs of the contract that are not built yet, and how the command line refuses them by name."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

from pulposus.core.errors import PulposusError, nearest

__all__ = ["LATER", "NotBuilt", "VerbGroup"]

LATER = (
    "plan",
    "fit",
    "trial",
    "optimise",
    "design-cargo",
    "cohort",
    "write",
    "web",
    "verify",
    "pack",
)
"""Verbs that are part of the contract and not built yet."""
# as the help lists them
ORDER = ("compare", "new", "schema", "presets", "disc", "evidence", "network", "product", "replay", "cite", "check")


class NotBuilt(PulposusError):
    """Something of the contract that is not built yet; bad input as long as it is not.

    >>> str(NotBuilt("pulposus web"))
    'pulposus web: not built yet'
    """

    exit_code = 2

    def __str__(self) -> str:
        """Return the refusal as one line."""
        return f"{self.args[0]}: not built yet"


class VerbGroup(TyperGroup):
    """The verbs; one that is not built yet is refused as such, an unknown one with the nearest known name."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the verbs, the main one first."""
        return sorted(super().list_commands(ctx), key=lambda verb: ORDER.index(verb) if verb in ORDER else len(ORDER))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that the first word names."""
        word = args[0] if args else ""
        if word in LATER:
            raise NotBuilt(f"pulposus {word}")
        if word and not word.startswith("-") and self.get_command(ctx, word) is None:
            known = [*self.list_commands(ctx), *LATER]
            near = nearest(word, known)
            said = f"no such verb; allowed: {', '.join(known)}" + (f"; nearest: {near}" if near else "")
            ctx.fail(f"{word!r}: {said}")
        return super().resolve_command(ctx, args)
