"""The score of a bank as one document: the network beside the rule without a model and beside permuted networks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pulposus.mechanism.bank import BankRow, unscored
from pulposus.mechanism.baselines import changed_nodes, permuted_scores, reach, without_own_paper
from pulposus.mechanism.hypotheses import choose, rivals
from pulposus.mechanism.kinetics import Settings
from pulposus.mechanism.network import Network
from pulposus.mechanism.prior import draw_settings
from pulposus.mechanism.rule import no_model
from pulposus.mechanism.score import ABSOLUTE, RELATIVE, Outcome, Solve, classes_of, predict, steady, summary

__all__ = ["KINDS", "score"]

KINDS = ("stimulus", "dose", "therapy", "rescue", "none", "conflict")
BOOTSTRAPS = 2000
PERCENTILES = (2.5, 97.5)
FAR = 5  # edges from which on distances are pooled

Say = Callable[[str], None]


def score(
    rows: Sequence[BankRow],
    network: Network,
    hypotheses: Mapping[str, str] | None = None,
    settings: Settings | None = None,
    solve: Solve | None = None,
    permutations: int = 30,
    draws: int = 30,
    papers: bool = True,
    say: Say | None = None,
) -> dict[str, Any]:
    """Return the score of a bank; `permutations` and `draws` are how many networks each baseline and spread takes.

    Raises `InputError` for unknown hypotheses.
    """
    say = say or (lambda _: None)
    options = choose(hypotheses)
    solve = solve or steady(settings)
    scored = [row for row in rows if row.scored]
    classes = classes_of(rows)
    networks = {cell: network.of(cell, options) for cell in dict.fromkeys(row.cell for row in scored)}
    say(f"{len(scored)} rows")
    outcomes = predict(scored, networks, solve)
    ruled = {row.id: no_model(row.comparator, row.treatment, row.readout, network) for row in scored}
    near = {each.row.id: _distance(networks, each.row) for each in outcomes}
    document: dict[str, Any] = {
        "n_scored": len(scored),
        "classes": list(classes),
        "threshold": {"absolute": ABSOLUTE, "relative": RELATIVE},
        "hypotheses": options,
        **_whole(outcomes, classes),
        "interval": _bootstrap(outcomes, ruled, classes),
        "by_class": {kind: _beside([e for e in outcomes if e.row.kind == kind], ruled, classes) for kind in KINDS},
        "by_distance": _by_distance(outcomes, ruled, near, classes),
        "not_settled": sum(each.status == "not_converged" for each in outcomes),
    }
    say(f"{permutations} networks with permuted signs, twice")
    document["baselines"] = _baselines(scored, ruled, network, options, classes, permutations, solve)
    if draws:
        say(f"{draws} draws of the weights")
        document["draws"] = _over_draws(scored, network, options, classes, settings, draws)
    say("rivals")
    document["rivals"] = _over_rivals(scored, network, classes, solve)
    if papers:
        say("every row without its own paper")
        document["without_own_paper"] = _without(scored, ruled, network, options, classes, solve, permutations)
    document["rows"] = [_row(each, ruled[each.row.id], near[each.row.id]) for each in outcomes]
    document["unscored"] = unscored(rows)
    return document


def _baselines(scored, ruled, network, options, classes, permutations, solve):  # type: ignore[no-untyped-def]
    """Return the accuracies of the rule without a model and of networks with permuted signs."""
    rule = summary([(row.direction, ruled[row.id]) for row in scored], classes)
    whole = {key: rule[key] for key in ("accuracy", "balanced_accuracy")}
    found: dict[str, Any] = {"no_model": {**whole, "sign_accuracy": _ruled_signs(scored, ruled)}}
    for name, backbone in (("permuted_signs", False), ("permuted_backbone", True)):
        found[name] = permuted_scores(scored, network, options, classes, permutations, backbone, solve) if permutations else None
    return found


def _whole(outcomes: Sequence[Outcome], classes: Sequence[str]) -> dict[str, Any]:
    said = summary([(each.row.direction, each.predicted) for each in outcomes], classes)
    return {key: said[key] for key in ("accuracy", "balanced_accuracy")} | {"sign_accuracy": _signs(outcomes)}


def _signs(outcomes: Sequence[Outcome]) -> float | None:
    """Return the share of up and down rows whose change has the right sign, however small it is."""
    signed = [(each.delta > 0) == (each.row.direction == "up") and each.delta != 0 for each in outcomes if each.row.direction != "none"]
    return float(np.mean(signed)) if signed else None


def _ruled_signs(rows: Sequence[BankRow], ruled: Mapping[str, str]) -> float | None:
    """Return the same share for the rule without a model."""
    signed = [ruled[row.id] == row.direction for row in rows if row.direction != "none"]
    return float(np.mean(signed)) if signed else None


def _beside(outcomes: Sequence[Outcome], ruled: Mapping[str, str], classes: Sequence[str]) -> dict[str, Any]:
    """Return the accuracy of the network and of the rule on some rows."""
    mine = summary([(each.row.direction, each.predicted) for each in outcomes], classes)
    rule = summary([(each.row.direction, ruled[each.row.id]) for each in outcomes], classes)
    signs = {"sign_accuracy": _signs(outcomes), "no_model_sign": _ruled_signs([each.row for each in outcomes], ruled)}
    return {"n": mine["n"], "accuracy": mine["accuracy"], "no_model": rule["accuracy"], **signs}


def _bootstrap(outcomes: Sequence[Outcome], ruled: Mapping[str, str], classes: Sequence[str]) -> dict[str, Any]:
    """Return intervals by resampling papers, of the network, of the rule and of what the network has over the rule."""
    papers = sorted({each.row.paper for each in outcomes})
    if len(papers) < 2:
        return {}
    rng = np.random.default_rng(1)
    by_paper = [[e for e in outcomes if e.row.paper == paper] for paper in papers]
    counts = [
        [[sum(e.row.direction == w and hit(e) for e in own) for w in ("up", "down", "none")] for own in by_paper]
        for hit in (_hit, lambda e: ruled[e.row.id] == e.row.direction)
    ]
    totals = np.array([[sum(e.row.direction == w for e in own) for w in ("up", "down", "none")] for own in by_paper])
    hits = np.array(counts)
    picks = rng.integers(0, len(papers), (BOOTSTRAPS, len(papers)))
    n = totals[picks].sum(axis=1)
    got = hits[:, picks].sum(axis=2)
    held = np.array([w in classes for w in ("up", "down", "none")])
    with np.errstate(invalid="ignore", divide="ignore"):
        accuracy = got.sum(axis=2) / n.sum(axis=1)
        balanced = np.nanmean(np.where(held, got / n, np.nan), axis=2) if held.any() else np.full(accuracy.shape, np.nan)
    named = {"accuracy": accuracy[0], "balanced_accuracy": balanced[0], "balanced_accuracy_over_no_model": balanced[0] - balanced[1]}
    return {key: [float(each) for each in np.nanpercentile(value, PERCENTILES)] for key, value in named.items() if np.isfinite(value).any()}


def _hit(each: Outcome) -> bool:
    return each.predicted == each.row.direction


def _distance(networks: Mapping[str, Network], row: BankRow) -> int | None:
    return reach(networks[row.cell], changed_nodes(row)).get(row.readout)


def _by_distance(
    outcomes: Sequence[Outcome], ruled: Mapping[str, str], near: Mapping[str, int | None], classes: Sequence[str]
) -> dict[str, Any]:
    groups: dict[str, list[Outcome]] = {}
    for each in outcomes:
        steps = near[each.row.id]
        word = "no path" if steps is None else f"{steps}" if steps < FAR else f"{FAR} or more"
        groups.setdefault(word, []).append(each)
    return {word: _beside(groups[word], ruled, classes) for word in sorted(groups)}


def _over_draws(scored, network, options, classes, settings, draws):  # type: ignore[no-untyped-def]
    """Return the spread of the accuracies over draws of weights, basal states and curves."""
    found = []
    cells = {cell: network.of(cell, options) for cell in dict.fromkeys(row.cell for row in scored)}
    for d in range(draws):
        outcomes = predict(scored, cells, steady(draw_settings(network, d, base=settings)))
        found.append(_whole(outcomes, classes))
    return {
        key: {
            "median": float(np.median([each[key] for each in found])),
            "lowest": min(each[key] for each in found),
            "highest": max(each[key] for each in found),
        }
        for key in ("accuracy", "balanced_accuracy", "sign_accuracy")
        if found[0][key] is not None
    } | {"n": draws}


def _over_rivals(scored: Sequence[BankRow], network: Network, classes: Sequence[str], solve: Solve) -> list[dict[str, Any]]:
    """Return the accuracies under the default and under every other option, one at a time."""
    found, base = [], choose()
    for chosen in rivals():
        outcomes = predict(scored, {cell: network.of(cell, chosen) for cell in dict.fromkeys(row.cell for row in scored)}, solve)
        other = {key: option for key, option in chosen.items() if option != base[key]}
        found.append({"option": "=".join(next(iter(other.items()))) if other else "defaults", **_whole(outcomes, classes)})
    return found


def _without(scored, ruled, network, options, classes, solve, permutations):  # type: ignore[no-untyped-def]
    """Return the score of rows without the edges that only their own paper supports, beside the baselines under the same removal."""
    pairs = list(without_own_paper(scored, network, options, solve))
    halves = {"reachable": [e for e, near in pairs if near], "not_reachable": [e for e, near in pairs if not near]}
    found: dict[str, Any] = {
        word: _beside(each, ruled, classes)
        | {"balanced_accuracy": summary([(e.row.direction, e.predicted) for e in each], classes)["balanced_accuracy"]}
        for word, each in halves.items()
    }
    kept = {each.row.id for each in halves["reachable"]}
    own = [row for row in scored if row.id in kept]
    if permutations and own:
        few = max(1, permutations // 6)
        from pulposus.mechanism.baselines import permuted

        for name, backbone in (("permuted_signs", False), ("permuted_backbone", True)):
            shares = []
            for seed in range(few):
                dealt = permuted(network, seed, backbone)
                shares.append(
                    float(np.mean([each.predicted == each.row.direction for each, _ in without_own_paper(own, dealt, options, solve)]))
                )
            found["reachable"][name] = float(np.mean(shares))
    return found


def _row(each: Outcome, rule: str, near: int | None) -> dict[str, Any]:
    row = each.row
    return {
        "id": row.id,
        "paper": row.paper,
        "readout": row.readout,
        "expected": row.direction,
        "predicted": each.predicted,
        "no_model": rule,
        "before": each.before,
        "after": each.after,
        "delta": each.delta,
        "class": row.kind,
        "distance": near,
        "status": each.status,
    }
