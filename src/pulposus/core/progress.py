"""Progress of long work, told on the error stream so that results can be piped."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, Protocol, TextIO

from pulposus.core.errors import unknown

__all__ = ["METERS", "BarProgress", "NoProgress", "Progress", "TextProgress", "meter"]

METERS = ("bar", "text", "none")
PAUSE = 1.0  # s between two lines of text


class Progress(Protocol):
    """The role: something that is told how far the work is."""

    def start(self, total: int, label: str = "") -> None:
        """Begin with `total` pieces of work ahead."""

    def advance(self, n: int = 1, note: str = "") -> None:
        """Count `n` more pieces as done."""

    def stop(self) -> None:
        """End, whether or not all is done; to stop twice does no harm."""


class NoProgress:
    """Says nothing."""

    def start(self, total: int, label: str = "") -> None:
        """Begin in silence."""

    def advance(self, n: int = 1, note: str = "") -> None:
        """Count in silence."""

    def stop(self) -> None:
        """End in silence."""


class TextProgress:
    """Writes plain lines, at most one a second, and always the last."""

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """Write to a stream (the error stream by default), with seconds from `clock`."""
        self._stream = stream
        self._clock = clock
        self._total, self._done, self._label = 0, 0, ""
        self._told: int | None = None  # what was done when the last line was written
        self._last = 0.0
        self._running = False

    def start(self, total: int, label: str = "") -> None:
        """Begin, and say so."""
        self._total, self._done, self._label, self._running = total, 0, label, True
        self._tell("")

    def advance(self, n: int = 1, note: str = "") -> None:
        """Count, and say so if a second has passed or all is done."""
        self._done += n
        if self._done >= self._total or self._clock() - self._last >= PAUSE:
            self._tell(note)

    def stop(self) -> None:
        """End, and say how far it came unless that was said."""
        if self._running and self._told != self._done:
            self._tell("")
        self._running = False

    def _tell(self, note: str) -> None:
        """Write one line."""
        self._last, self._told = self._clock(), self._done
        label = f"{self._label}: " if self._label else ""
        more = f" ({note})" if note else ""
        print(f"{label}{self._done}/{self._total}{more}", file=self._stream or sys.stderr, flush=True)


class BarProgress:
    """Draws a bar with rich."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """Draw on a stream, the error stream by default."""
        self._stream = stream
        self._bar: Any = None
        self._task: Any = None

    def start(self, total: int, label: str = "") -> None:
        """Draw an empty bar."""
        from rich.console import Console
        from rich.markup import escape
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        self.stop()
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", markup=False),
        )
        self._bar = RichProgress(*columns, console=Console(file=self._stream or sys.stderr))
        self._bar.start()
        self._task = self._bar.add_task(escape(label), total=total, note="")

    def advance(self, n: int = 1, note: str = "") -> None:
        """Fill the bar by `n` pieces."""
        if self._bar is not None:
            self._bar.update(self._task, advance=n, note=note)

    def stop(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def meter(kind: str | None) -> Progress:
    """Return the progress of a kind: "bar", "text", "none" or None; raises `InputError` for any other.

    >>> type(meter(None)).__name__
    'NoProgress'
    """
    if kind is None or kind == "none":
        return NoProgress()
    if kind == "bar":
        return BarProgress()
    if kind == "text":
        return TextProgress()
    raise unknown("progress", kind, METERS)
