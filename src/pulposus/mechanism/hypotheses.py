"""Rivals of the network: every contradiction between papers as a named hypothesis with its options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pulposus.core.errors import Fault, InputError, nearest
from pulposus.core.files import packaged, read_yaml

__all__ = ["Hypothesis", "choose", "load_hypotheses", "rivals"]

_loaded: list[tuple[Hypothesis, ...]] = []


@dataclass(frozen=True)
class Option:
    """One reading of a contradiction."""

    id: str
    says: str
    says_zh: str
    references: tuple[str, ...]


@dataclass(frozen=True)
class Hypothesis:
    """A contradiction with its readings; `default` is that of the reviewed exosome papers."""

    id: str
    contradiction: str
    label: str
    label_zh: str
    default: str
    options: tuple[Option, ...]


def load_hypotheses() -> tuple[Hypothesis, ...]:
    """Return the packaged hypotheses, read once.

    >>> [each.contradiction for each in load_hypotheses()]
    ['C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7']
    """
    if not _loaded:
        data, _ = read_yaml(packaged("network/hypotheses.yaml"))
        _loaded.append(tuple(_read(each) for each in data["hypotheses"]))
    return _loaded[0]


def choose(wanted: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the option of every hypothesis, the default where none is wanted; raises `InputError` for unknown ones.

    >>> choose({"traf6": "interleukin_and_toll"})["traf6"], choose()["traf6"]
    ('interleukin_and_toll', 'under_tnf')
    """
    known = {each.id: each for each in load_hypotheses()}
    faults = []
    for key, option in (wanted or {}).items():
        if key not in known:
            faults.append(Fault("", "hypothesis", repr(key), ", ".join(known), nearest(key, list(known))))
            continue
        ids = [each.id for each in known[key].options]
        if option not in ids:
            faults.append(Fault("", f"hypothesis {key}", repr(option), ", ".join(ids), nearest(option, ids)))
    if faults:
        raise InputError(faults)
    return {key: (wanted or {}).get(key, each.default) for key, each in known.items()}


def rivals() -> tuple[dict[str, str], ...]:
    """Return the default choice and every other option against it, one at a time.

    >>> len(rivals())
    11
    """
    base = choose()
    others = [choose({each.id: option.id}) for each in load_hypotheses() for option in each.options if option.id != each.default]
    return (base, *others)


def _read(data: dict[str, object]) -> Hypothesis:
    options = tuple(Option(each["id"], each["says"], each["says_zh"], tuple(each["references"])) for each in data.pop("options"))  # type: ignore[attr-defined]
    return Hypothesis(options=options, **data)  # type: ignore[arg-type]
