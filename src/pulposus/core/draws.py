"""Draws: the value of every parameter in draw d, evenly spread by parameter name.

A parameter's value is the quantile of its spread at

    u(seed, stream, name, d) = (reverse32(shuffle(d)) xor scramble + 1/2) / 2**32

`shuffle` flips bit j of the index d by a keyed hash of the bits above j (a nested uniform, or Owen, scramble), so
that every aligned run of 2**k draws stays together; `reverse32` (van der Corput's radical inverse) sends such a run
into each of the 2**k equal cells once; `scramble` is a keyed constant. The key is a hash of seed, stream and name:
names are mutually decorrelated, and one more name never changes the draws of another.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from pulposus.core.errors import PulposusError, unknown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pulposus.core.parameters import Parameter, ParameterSet

__all__ = ["STREAMS", "Draw", "u"]

STREAMS = ("parameter", "subject", "measurement")
"""What a draw may vary: doubt about a parameter, differences between subjects, noise of a measurement."""

BITS = 32  # binary digits of a draw, and of its index
WORD = (1 << 64) - 1
# Constants of the splitmix64 mixer, which turn neighbouring inputs into unrelated bits.
STEP, FIRST, SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


@overload
def u(seed: int, stream: str, name: str, d: int) -> float: ...
@overload
def u(seed: int, stream: str, name: str, d: Sequence[int] | NDArray[Any]) -> NDArray[np.float64]: ...
def u(seed: int, stream: str, name: str, d: Any) -> Any:
    """Return the number in (0, 1) of a name in draw d (from 0), or an array of them for an array of draws.

    Raises `InputError` for an unknown stream and ValueError for an index below 0 or above 2**32 - 1.

    >>> sorted(int(4 * u(1, "parameter", "porosity.NP", d)) for d in range(4))
    [0, 1, 2, 3]
    """
    if stream not in STREAMS:
        raise unknown("stream", stream, STREAMS)
    key, scramble = _key(int(seed), stream, name)
    if isinstance(d, (int, np.integer)):
        index = int(d)
        _check(index, index)
        return ((_reversed(_shuffled(index, index.bit_length(), key)) ^ scramble) + 0.5) / 2**BITS
    raw = np.asarray(d)
    if raw.size == 0:
        return np.zeros(raw.shape)
    if raw.dtype.kind not in "iu":
        raise ValueError("the index of a draw is a whole number")
    _check(int(raw.min()), int(raw.max()))
    indices = raw.astype(np.uint64).ravel()
    bits = _reversed(_shuffled(indices, int(indices.max()).bit_length(), key)) ^ scramble
    return ((bits.astype(np.float64) + 0.5) / 2**BITS).reshape(raw.shape)


class Draw:
    """One draw of all parameters for a subject of one species and grade; what was asked is remembered in `used`."""

    def __init__(
        self, parameters: ParameterSet, seed: int, index: int, species: str, grade: str, nominal: bool = False, site: str = ""
    ) -> None:
        """Keep what names the draw; nothing is drawn before it is asked for. site: which of several discs of the subject, for `luck`."""
        self.parameters = parameters
        self.seed = int(seed)
        self.index = int(index)
        self.species = species
        self.grade = grade
        self.nominal = bool(nominal)
        self.site = site
        self.used: dict[str, float] = {}
        self._values: dict[tuple[str, str, str, str], float] = {}
        self._asked: list[str] = []

    def value(self, symbol: str, region: str = "any", grade: str | None = None, species: str | None = None) -> float:
        """Return the SI value of a parameter in this draw, of the subject's grade and species unless others are asked for.

        Raises `InputError` for an unknown parameter or rule, `RejectedDraw` when a rule finds that the draw cannot
        hold.
        """
        wanted = self.grade if grade is None else grade
        kind = species or self.species
        known = self._values.get((symbol, region, wanted, kind))
        if known is not None:
            return known
        record = self.parameters.lookup(symbol, region, kind, wanted)
        value = self._ruled(record, region, wanted) if record.rule else self._drawn(record)
        self._values[symbol, region, wanted, kind] = value
        self.used[record.id] = value
        return value

    def u(self, name: str, stream: str = "subject") -> float:
        """Return this draw's number in (0, 1) for a name that is no parameter, one half in the nominal draw."""
        return 0.5 if self.nominal else u(self.seed, stream, name, self.index)

    def luck(self, name: str) -> float:
        """Return this draw's number in (0, 1) for what befalls each disc of a subject by itself."""
        return self.u(f"{name} {self.site}" if self.site else name)

    def __repr__(self) -> str:
        """Return what names the draw."""
        kind = "nominal" if self.nominal else f"index={self.index}"
        return f"Draw(seed={self.seed}, {kind}, species={self.species!r}, grade={self.grade!r})"

    def _drawn(self, record: Parameter) -> float:
        """Return the quantile of a record's spread, or its nominal value."""
        if self.nominal or record.spread.kind == "none":
            return record.si
        return record.quantile(u(self.seed, "parameter", record.draw_name, self.index))

    def _ruled(self, record: Parameter, region: str, grade: str) -> float:
        """Return what a record's rule makes of this draw."""
        from pulposus.core.derived import rule

        asked = f"{record.id} ({region}, {grade})"
        if asked in self._asked:
            raise PulposusError(f"rules ask for each other without end: {' -> '.join([*self._asked, asked])}")
        self._asked.append(asked)
        try:
            return float(rule(record.rule)(self, region, grade))
        finally:
            self._asked.pop()


def _check(least: int, largest: int) -> None:
    """Raise ValueError for an index outside the range of the sequence."""
    if least < 0 or largest >= 2**BITS:
        raise ValueError(f"the index of a draw lies between 0 and 2**{BITS} - 1")


@lru_cache(maxsize=65536)
def _key(seed: int, stream: str, name: str) -> tuple[int, int]:
    """Return the 64-bit key of the shuffle and the 32-bit constant of the scramble."""
    digest = blake2b("\x1f".join((str(seed), stream, name)).encode(), digest_size=12).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little")


def _shuffled(index: Any, bits: int, key: int) -> Any:
    """Return the index with every bit flipped or not by a hash of the bits above it; for an int or an array of uint64.

    Bits with nothing above them are left as they are: a constant flip there is what the scramble does.
    """
    flips = index ^ index
    for j in range(bits - 1):
        above = index >> (j + 1)
        mixed = (above * STEP + ((key + (j + 1) * FIRST) & WORD)) & WORD
        mixed = ((mixed ^ (mixed >> 30)) * FIRST) & WORD
        mixed = ((mixed ^ (mixed >> 27)) * SECOND) & WORD
        flips = flips | ((((mixed ^ (mixed >> 31)) & (above > 0)) & 1) << j)
    return index ^ flips


def _reversed(index: Any) -> Any:
    """Return the 32 bits in reverse order; for an int or an array of uint64."""
    for shift, mask in ((1, 0x55555555), (2, 0x33333333), (4, 0x0F0F0F0F), (8, 0x00FF00FF), (16, 0x0000FFFF)):
        index = ((index >> shift) & mask) | ((index & mask) << shift)
    return index
