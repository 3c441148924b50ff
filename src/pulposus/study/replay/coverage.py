"""What the numbers of a set amount to: how many lie in their interval, and how sharp the intervals are.

    inside90      mean over papers of the share of a paper's numbers inside; a paper counts once
    its interval  exact binomial (Clopper-Pearson) with the papers as trials; a paper half inside counts half (Korn & Graubard)
    score         (u - l) + (2 / a) (l - y)+ + (2 / a) (y - u)+,   a = 0.10        (interval score, Gneiting & Raftery 2007)
                  over the SD of the calibration results of that measure and species, averaged over papers
    baseline      the same score of calibration mean +- 1.64 SD; where fewer than two calibration papers have the measure
                  a number is listed, not scored
    width         u - l over that SD, averaged over papers: how sharp what is scored is
    power         chance that so many papers would put 0.90 outside the exact interval if only this share lay inside in truth
    three classes mean over the classes present (better, none, worse) of the share predicted right; baseline: always better
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Scored", "balanced_recall", "calibration_moments", "clopper_pearson", "coverage_power", "interval_score", "summary_of"]

_ALPHA = 0.10
_CONFIDENCE = 0.95
_TWO = 2  # calibration papers a baseline needs
_WORSE = (0.7, 0.5)  # true shares inside for which the power is told
CLASSES = ("better", "none", "worse")


@dataclass(frozen=True)
class Scored:
    """One row as the summary sees it: a primary number with its interval, or a primary direction with its class."""

    paper: str
    measure: str = ""
    species: str = ""
    reported: float | None = None
    lower: float | None = None
    upper: float | None = None
    reported_class: str | None = None
    predicted_class: str | None = None


def clopper_pearson(inside: float, n: int) -> tuple[float, float]:
    """Return the exact 95 % interval of a share; `inside` may be a fraction of n that is no whole number.

    >>> [round(x, 3) for x in clopper_pearson(9, 10)]
    [0.555, 0.997]
    """
    from scipy.stats import beta

    tail = (1 - _CONFIDENCE) / 2
    low = float(beta.ppf(tail, inside, n - inside + 1)) if inside > 0 else 0.0
    high = float(beta.ppf(1 - tail, inside + 1, n - inside)) if inside < n else 1.0
    return low, high


def coverage_power(true: float, n: int) -> float:
    """Return the chance that the exact interval of n papers lies below 0.90 when this share is inside in truth.

    >>> round(coverage_power(0.5, 20), 3), round(coverage_power(0.5, 2), 3), coverage_power(0.5, 1)
    (0.979, 0.25, 0.0)
    """
    from scipy.stats import binom

    low = [k for k in range(n + 1) if clopper_pearson(k, n)[1] < 1 - _ALPHA]
    return float(binom.pmf(low, n, true).sum())


def interval_score(lower: float, upper: float, y: float) -> float:
    """Return the interval score at 90 %, smaller is better.

    >>> interval_score(1.0, 2.0, 1.5), round(interval_score(1.0, 2.0, 2.1), 6)
    (1.0, 3.0)
    """
    return (upper - lower) + 2 / _ALPHA * (max(lower - y, 0.0) + max(y - upper, 0.0))


def calibration_moments(rows: Iterable[Scored]) -> dict[tuple[str, str], tuple[float, float]]:
    """Return (measure, species) -> mean and SD of what the calibration papers reported, where at least two have it."""
    found: dict[tuple[str, str], dict[str, list[float]]] = {}
    for row in rows:
        if row.measure and row.reported is not None:
            found.setdefault((row.measure, row.species), {}).setdefault(row.paper, []).append(row.reported)
    means = {key: [float(np.mean(each)) for each in papers.values()] for key, papers in found.items()}
    return {key: (float(np.mean(each)), float(np.std(each, ddof=1))) for key, each in means.items()
            if len(each) >= _TWO and np.std(each, ddof=1) > 0}


def balanced_recall(reported: Sequence[str], predicted: Sequence[str]) -> float | None:
    """Return the mean recall over the classes that were reported, None where there is none.

    >>> balanced_recall(["better", "none", "none"], ["better", "better", "none"])
    0.75
    """
    present = [c for c in CLASSES if c in reported]
    recalls = [np.mean([p == c for r, p in zip(reported, predicted, strict=True) if r == c]) for c in present]
    return float(np.mean(recalls)) if recalls else None


def _over_papers(pairs: Iterable[tuple[str, float]]) -> tuple[float, int]:
    """Return the mean over papers of the mean of a paper, and how many papers there are."""
    by_paper: dict[str, list[float]] = {}
    for paper, value in pairs:
        by_paper.setdefault(paper, []).append(value)
    means = [float(np.mean(values)) for values in by_paper.values()]
    return (float(np.mean(means)) if means else float("nan")), len(means)


def summary_of(rows: Sequence[Scored], calibration: Sequence[Scored]) -> dict[str, Any]:
    """Return the summary of one set; what does not apply is None."""
    numbers = [row for row in rows if row.reported is not None]
    judged = [row for row in numbers if row.lower is not None and row.upper is not None]
    inside, trials = _over_papers((row.paper, float(_in(row))) for row in judged)
    moments = calibration_moments(calibration)
    scores, baselines, widths = [], [], []
    for row in judged:
        if (row.measure, row.species) in moments:
            mean, sd = moments[row.measure, row.species]
            y, half = float(row.reported or 0.0), _normal(1 - _ALPHA / 2) * sd
            widths.append((row.paper, (float(row.upper or 0.0) - float(row.lower or 0.0)) / sd))
            scores.append((row.paper, interval_score(float(row.lower or 0.0), float(row.upper or 0.0), y) / sd))
            baselines.append((row.paper, interval_score(mean - half, mean + half, y) / sd))
    classed = [row for row in rows if row.reported_class is not None and row.predicted_class is not None]
    told, seen = [str(row.reported_class) for row in classed], [str(row.predicted_class) for row in classed]
    return {"n": len(numbers), "clusters": len({row.paper for row in numbers}), "inside90": inside if trials else None,
            "inside90_ci": list(clopper_pearson(inside * trials, trials)) if trials else None,
            "three_class_balanced": {"model": balanced_recall(told, seen), "baseline": balanced_recall(told, ["better"] * len(told))},
            "interval_score": _over_papers(scores)[0] if scores else None,
            "interval_score_baseline": _over_papers(baselines)[0] if baselines else None,
            "width_over_sd": _over_papers(widths)[0] if widths else None, "scored": len(widths),
            "power": {f"{true:g}": coverage_power(true, trials) for true in _WORSE} if trials else None}


def _in(row: Scored) -> bool:
    return float(row.lower or 0.0) <= float(row.reported or 0.0) <= float(row.upper or 0.0)


def _normal(share: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(share))
