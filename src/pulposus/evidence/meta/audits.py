"""Audits of a table before it is believed: what looks wrong in it, with the arithmetic that shows it.

They run by default and change nothing: they warn. Each looks for one error that published pools of this field have made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pulposus.evidence.meta.effects import Effects
from pulposus.evidence.meta.measures import back
from pulposus.evidence.meta.pooling import Pooled
from pulposus.evidence.sheet import NUMBER

__all__ = ["AUDITS", "Audit", "audit"]

FACTOR = 1.25  # implied subjects beyond those there, from which it is told
SMALL_SD = 0.55  # of the sqrt(n)-fold of an SD, up to which it looks like a standard error
BALANCE = 0.5  # standardised difference before treatment from which groups are unlike
HIGH_I2 = 95.0
ROUNDING = 0.5  # of the last printed digit
TERMINAL = ("histology", "thompson", "gag", "gene_expression", "protein_expression", "stiffness")
NO_NAME = ("", "-", "none", "na", "n/a", "nr", "n/r", "not stated", "unknown")


@dataclass(frozen=True)
class Audit:
    """One finding: which audit, whom it concerns, what it says and the arithmetic behind it."""

    id: str
    study: str
    message: str
    arithmetic: str


def audit(effects: Effects, pooled: Pooled | None = None) -> list[Audit]:
    """Return what the audits find in effects and, where given, in their pool."""
    found = [finding for check in AUDITS.values() for finding in check(effects)]
    return found + list(_pooled_n(effects, pooled)) if pooled is not None else found


def _numbers(effects: Effects, column: str) -> NDArray[Any]:
    """Return a column as numbers, NaN where a cell has none."""
    return np.array([float(cell) if NUMBER.fullmatch(cell) else np.nan for cell in effects.words(column)])


def _implied_n(effects: Effects) -> Iterator[Audit]:
    """Entered standardised effects whose variance needs more subjects than there are: N = 4 / (v - d^2 / (2 N))."""
    entered = effects.measure.name == "GEN" and "SMD" in " ".join(effects.words("scale")).upper()
    sizes = _numbers(effects, "ni") if effects.rows.has("ni") else np.full(len(effects.y), np.nan)
    for label, y, v, n in zip(effects.labels, effects.y, effects.v, sizes, strict=True):
        if entered and np.isfinite(n):
            needed = (4 + y**2 / 2) / v
            if needed > n * FACTOR:
                yield Audit(
                    "implied_n",
                    label,
                    f"its variance needs about {needed:.0f} independent subjects, {n:.0f} are there",
                    f"N = (4 + d^2/2)/v = (4 + {y:.3g}^2/2)/{v:.4g} = {needed:.0f}",
                )


def _named(text: str) -> str:
    """Return a name to compare, empty where the cell says that there is none."""
    plain = text.strip().casefold()
    return "" if plain in NO_NAME else plain


def _pooled_n(effects: Effects, pooled: Pooled) -> Iterator[Audit]:
    """A pooled standardised effect that is surer than all its distinct subjects allow; heterogeneity only adds to that."""
    entered = effects.measure.name == "GEN" and "SMD" in " ".join(effects.words("scale")).upper() and effects.rows.has("ni")
    sizes = _numbers(effects, "ni") if entered else effects.n
    if not (entered or effects.measure.name in ("SMD", "SMDH")) or sizes is None or pooled.p != 1:
        return
    registries, cohorts = ([_named(said) for said in effects.words(column)] for column in ("registry", "cohort"))
    keys = [registry or cohort or study.casefold() for registry, cohort, study in zip(registries, cohorts, effects.studies, strict=True)]
    largest: dict[str, float] = {}
    for key, n in zip(keys, sizes, strict=True):
        largest[key] = max(largest.get(key, 0.0), float(np.nan_to_num(n)))
    there, d, v = sum(largest.values()), float(pooled.b[0]), float(pooled.vb[0, 0])
    needed = (4 + d**2 / 2) / v
    if there > 0 and needed > there * FACTOR:
        honest = float(np.sqrt((4 + d**2 / 2) / there))
        message = f"the pooled variance needs about {needed:.0f} independent subjects, {there:.0f} distinct ones are there"
        sums = f"N = (4 + d^2/2)/SE^2 = (4 + {d:.3g}^2/2)/{v:.4g} = {needed:.0f}; with {there:.0f} the SE is at least {honest:.3g}"
        yield Audit("implied_n", "pool", message, sums)


def _same_subjects(effects: Effects) -> Iterator[Audit]:
    """One registry number or cohort in several rows that are pooled as if they were different subjects."""
    for column in ("registry", "cohort"):
        rows: dict[str, list[str]] = {}
        for said, label in zip(effects.words(column), effects.labels, strict=True):
            if _named(said):
                rows.setdefault(_named(said), []).append(label)
        for said, labels in rows.items():
            if len(labels) > 1:
                message = f"{column} {said.upper()} stands in {len(labels)} rows: the same subjects pooled again"
                yield Audit("same_subjects", ", ".join(labels), message, f"{len(labels)} rows, 1 {column}; --cluster {column}, or one row")


def _se_as_sd(effects: Effects) -> Iterator[Audit]:
    """An SD that is smaller than the others of the same outcome by about sqrt(n): a standard error, perhaps."""
    for sd, n in (("sd1i", "n1i"), ("sd2i", "n2i"), ("sd1i", "ni")):
        if sd not in effects.rows.numbers or n not in effects.rows.numbers or len(effects.y) < 3:
            continue
        s, size = effects.number(sd), effects.number(n)
        if sd == "sd1i" and n == "ni" and "n1i" in effects.rows.numbers:
            continue
        kinds = list(zip(effects.words("instrument"), effects.words("scale"), strict=True))
        for at, label in enumerate(effects.labels):
            alike = [float(s[k]) for k in range(len(s)) if k != at and kinds[k] == kinds[at]]
            if len(alike) < 2:
                continue
            others, scaled = float(np.median(alike)), float(s[at] * np.sqrt(size[at]))
            if others > 2 * s[at] > 0 and size[at] > 2 and scaled * SMALL_SD <= others <= scaled / SMALL_SD:
                sums = f"{sd} = {s[at]:.3g}, the median of the others is {others:.3g}; {s[at]:.3g} x sqrt({size[at]:.0f}) = {scaled:.3g}"
                yield Audit("se_as_sd", label, f"{sd} looks like a standard error", sums)


def _percent(effects: Effects) -> Iterator[Audit]:
    """A printed percentage that no whole number of subjects gives."""
    for percent, n in (("pct1", "n1i"), ("pct2", "n2i"), ("pct1", "ni")):
        if n not in effects.rows.numbers or not effects.rows.has(percent):
            continue
        for label, text, size in zip(effects.labels, effects.words(percent), effects.number(n), strict=True):
            if not NUMBER.fullmatch(text):
                continue
            digits = len(text.partition(".")[2])
            count = float(text) / 100 * size
            near = round(count)
            if abs(near / size * 100 - float(text)) > ROUNDING * 10.0**-digits * (1 + 1e-9):
                yield Audit(
                    "percent",
                    label,
                    f"{text} % of {size:.0f} is not a whole number",
                    f"{text} x {size:.0f}/100 = {count:.3g}; {near} of {size:.0f} is {near / size * 100:.2f} %",
                )


def _outside(effects: Effects) -> Iterator[Audit]:
    """An estimate outside its own interval, or far from its middle on the scale it is given on."""
    if not (effects.rows.has("ci.lb") and effects.rows.has("ci.ub")):
        return
    for label, y, low, high in zip(effects.labels, effects.y, _numbers(effects, "ci.lb"), _numbers(effects, "ci.ub"), strict=True):
        if not (np.isfinite(low) and np.isfinite(high)):
            continue
        if effects.measure.scale != "identity":  # a printed interval of a ratio or proportion is on the scale people read
            y = float(back(effects.measure, float(y)) or 0.0)
            if low > 0 and effects.measure.scale == "log":
                y, low, high = (float(np.log(value)) for value in (y, low, high))
        if not low <= y <= high:
            yield Audit("outside", label, "the estimate lies outside its own interval", f"{y:.4g} not in [{low:.4g}, {high:.4g}]")
        elif abs((low + high) / 2 - y) > (high - low) / 10:
            ratio = low > 0 and high > 0 and y > 0
            symmetric = ratio and abs(np.log(low * high) / 2 - np.log(y)) < np.log(high / low) / 20
            hint = "; its logs are symmetric: enter logs" if symmetric else ""
            yield Audit(
                "outside",
                label,
                f"the estimate is not the middle of its interval{hint}",
                f"({low:.4g} + {high:.4g})/2 = {(low + high) / 2:.4g}, not {y:.4g}",
            )


def _direction(effects: Effects) -> Iterator[Audit]:
    """Rows on which up is better pooled with rows on which down is better."""
    said = [word.lower() for word in effects.words("direction")]
    for label, word in zip(effects.labels, said, strict=True):
        if word not in ("", "up", "down"):
            yield Audit(
                "direction", label, f"the direction {word!r} is not understood, so it cannot be checked", "up or down: which is better"
            )
    ways = sorted({word for word in said if word in ("up", "down")})
    if len(ways) == 2:
        fewer = min(ways, key=said.count)
        labels = ", ".join(label for label, word in zip(effects.labels, said, strict=True) if word == fewer)
        yield Audit(
            "direction",
            labels,
            "better is up in some rows and down in others: effects of both signs would cancel",
            f"{said.count('up')} rows up, {said.count('down')} rows down; turn the sign of one kind",
        )


def _balance(effects: Effects) -> Iterator[Audit]:
    """Groups that differed before treatment."""
    columns = [_numbers(effects, name) for name in ("pre1", "presd1", "pre2", "presd2")]
    for label, m1, s1, m2, s2 in zip(effects.labels, *columns, strict=True):
        s = float(np.sqrt((s1**2 + s2**2) / 2))
        if np.isfinite(s) and s > 0 and abs(m1 - m2) / s > BALANCE:
            yield Audit(
                "balance",
                label,
                "the groups differed before treatment: pool changes or adjusted effects beside final values",
                f"({m1:g} - {m2:g})/{s:.3g} = {(m1 - m2) / s:.2f} SD before treatment",
            )


def _terminal(effects: Effects) -> Iterator[Audit]:
    """A measure that ends the animal's life reported as measured twice in the same subject."""
    if effects.measure.compares != "times":
        return
    for label, instrument in zip(effects.labels, effects.words("instrument"), strict=True):
        if instrument.lower() in TERMINAL:
            message = f"{instrument} cannot be measured twice in one disc: these are two groups"
            yield Audit("terminal", label, message, "use MD or SMD of the two groups")


def _unit(effects: Effects) -> Iterator[Audit]:
    """Discs or levels counted as if each were an animal or patient."""
    if effects.n is None:
        return
    told = zip(effects.labels, effects.words("unit"), effects.n, _numbers(effects, "animals"), strict=True)
    for label, unit, n, animals in told:
        if np.isfinite(animals) and animals > 0 and n > animals:
            share = float(n / animals)
            sums = (
                f"{n:.0f}/{animals:.0f} = {share:.2f} a subject; the SE may be too small by up to sqrt({share:.2f}) = {np.sqrt(share):.2f}"
            )
            yield Audit("unit", label, f"{n:.0f} {unit or 'units'} of {animals:.0f} animals counted as independent", sums)


def _batch(effects: Effects) -> Iterator[Audit]:
    """A product of one batch or donor behind a whole arm."""
    for label, count in zip(effects.labels, _numbers(effects, "batches"), strict=True):
        if count == 1:
            message = "one batch or donor behind the whole arm: the effect of the product cannot be told from that of the batch"
            yield Audit("batch", label, message, "batches = 1")


def _extreme(effects: Effects) -> Iterator[Audit]:
    """Effects that disagree far more than their errors allow: SE taken for SD, or units that differ."""
    if len(effects.y) < 3:
        return
    w = 1 / effects.v
    q = float((w * (effects.y - (w @ effects.y) / w.sum()) ** 2).sum())
    df = len(effects.y) - 1
    i2 = max(0.0, 100 * (q - df) / q) if q > 0 else 0.0
    if i2 > HIGH_I2:
        yield Audit(
            "i2",
            "all",
            f"I2 = {i2:.1f} %: check that no standard error was entered as an SD",
            f"Q = {q:.1f} on {df} degrees of freedom, p = {float(stats.chi2.sf(q, df)):.1e}; I2 = (Q - df)/Q",
        )


AUDITS: dict[str, Callable[[Effects], Iterator[Audit]]] = {
    "implied_n": _implied_n,
    "same_subjects": _same_subjects,
    "se_as_sd": _se_as_sd,
    "percent": _percent,
    "outside": _outside,
    "direction": _direction,
    "balance": _balance,
    "terminal": _terminal,
    "unit": _unit,
    "batch": _batch,
    "i2": _extreme,
}
