"""Errors of the program and the faults they list.

One place for every exception class. A `Fault` says where a value stands, what was given, what is allowed and which
allowed name is nearest; an `InputError` carries all faults of an input at once, so that a user corrects a file in one
pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

__all__ = [
    "Fault",
    "InputError",
    "NotAllowed",
    "NotConverged",
    "PulposusError",
    "RejectedDraw",
    "nearest",
    "shorten",
    "unknown",
]

SIMILARITY = 0.6  # share of matching letters from which a name counts as a likely misspelling
SHOWN_CHOICES = 20  # more choices than this are cut to the first ones
SHOWN_LENGTH = 80  # longest text of a given value in a message


@dataclass(frozen=True)
class Fault:
    """One fault of an input: file, place in it, what was given, what is allowed, the nearest allowed name.

    >>> str(Fault("study.yaml", "line 3: grade", "'VI'", "I, II, III, IV, V", "IV"))
    "study.yaml, line 3: grade: given 'VI'; allowed: I, II, III, IV, V; nearest: IV"
    """

    file: str
    where: str
    given: str
    allowed: str
    nearest: str | None = None

    def __str__(self) -> str:
        """Return the fault as one readable line."""
        place = ", ".join(part for part in (self.file, self.where) if part)
        said = [f"given {self.given}"] if self.given else []
        said += [f"allowed: {self.allowed}"] if self.allowed else []
        said += [f"nearest: {self.nearest}"] if self.nearest else []
        text = "; ".join(said)
        return " ".join((f"{place}: {text}" if place else text).split())


class PulposusError(Exception):
    """Base of every error that the program raises on purpose; it ran and reports a problem."""

    exit_code = 1


class InputError(PulposusError):
    """Bad input, with all its faults.

    >>> InputError([Fault("a.yaml", "line 1: x", "'1'", "a length such as '2 mm'")]).exit_code
    2
    """

    exit_code = 2

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Keep the faults in the order in which they were found."""
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        """Return one line per fault."""
        return "\n".join(str(fault) for fault in self.faults)


class NotConverged(PulposusError):
    """A solution that did not converge; `partial` holds what was reached."""

    def __init__(self, message: str, partial: Any = None) -> None:
        """Keep the message and the partial result."""
        self.message = message
        self.partial = partial
        super().__init__(message, partial)

    def __str__(self) -> str:
        """Return the message alone, as the partial result may be large."""
        return self.message


class RejectedDraw(PulposusError):
    """A draw whose values cannot hold together, with the reason."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        self.reason = reason
        super().__init__(reason)


class NotAllowed(ValueError):
    """A single value that is not allowed, raised where file and line are not known yet.

    >>> str(NotAllowed("'5 ml'", "a volume such as '2 mL'"))
    "given '5 ml'; allowed: a volume such as '2 mL'"
    """

    def __init__(self, given: str, allowed: str, nearest: str | None = None) -> None:
        """Keep the parts, so that a reader of files can make a `Fault` of them."""
        self.given, self.allowed, self.nearest = given, allowed, nearest
        super().__init__(given, allowed, nearest)

    def __str__(self) -> str:
        """Return the refusal as one readable line."""
        return str(Fault("", "", self.given, self.allowed, self.nearest))


def shorten(value: object, length: int = SHOWN_LENGTH) -> str:
    """Return a value as one line of text of at most `length` characters, text in quotes.

    >>> shorten("22G"), shorten(3.5)
    ("'22G'", '3.5')
    """
    text = " ".join(repr(value).split())
    return text if len(text) <= length else text[: length - len("...")] + "..."


def nearest(name: str, choices: Iterable[str]) -> str | None:
    """Return the choice that a misspelt name most likely meant, or None.

    >>> nearest("Transanular", ["transannular", "epidural"])
    'transannular'
    """
    from difflib import get_close_matches

    known = {choice.casefold(): choice for choice in reversed(list(choices))}
    found = get_close_matches(str(name).casefold(), list(known), n=1, cutoff=SIMILARITY)
    return known[found[0]] if found else None


def unknown(kind: str, given: object, choices: Iterable[str], file: str = "", where: str = "") -> InputError:
    """Return (not raise) the error for a name that is none of the choices.

    >>> print(unknown("route", "epidral", ["epidural", "transannular"]))
    given 'epidral'; allowed: a known route: epidural, transannular; nearest: epidural
    """
    names = list(choices)
    shown = ", ".join(names[:SHOWN_CHOICES]) + (f" ... ({len(names)} in all)" if len(names) > SHOWN_CHOICES else "")
    allowed = f"a known {kind}: {shown}" if names else f"a known {kind} (there is none yet)"
    return InputError([Fault(file, where, shorten(given), allowed, nearest(str(given), names))])
