"""Writes the frozen medians of the small study anew, with the reason why its numbers changed.

    python tools/refreeze.py --reason "what changed the numbers, and why that is right"

The reasons of all changes stay in the file, the newest last.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
import yaml

FOLDER = Path(__file__).parents[1] / "tests" / "regression"
STUDY, FROZEN = FOLDER / "small_study.yaml", FOLDER / "frozen.yaml"
NODES = 160
DIGITS = 12


def medians() -> dict[str, Any]:
    """Run the study in this process on a coarse mesh and return its medians over the draws: arm -> quantity -> numbers.

    A series is told at day 28 and at the end; a quantity by region or grade has one number of each at either time.
    """
    from pulposus.study.dataset import QUANTITIES, build
    from pulposus.study.plan import accepted_draws, make_plan
    from pulposus.study.run import run_draw
    from pulposus.study.study_file import load_study

    spec, _ = load_study(STUDY)
    plan = make_plan(spec, NODES)
    indices, _ = accepted_draws(plan, spec.sampling.draws)
    data = build(plan, indices, [run_draw(plan, i) for i in indices], run_draw(plan, None), {})
    found: dict[str, Any] = {"draws": [int(i) for i in indices], "arms": {}}
    for arm in data["arm"].values:
        mine = data.sel(arm=arm)
        at = {name: mine[name].sel(time=[28.0, data["time"].values[-1]]).transpose("draw", ...).values for name in QUANTITIES}
        at |= {name: mine[name].values for name in ("alive_share", "arrived_share")}
        at |= {f"harm {h}": mine["harm_chance"].sel(harm=h).values for h in data["harm"].values}
        found["arms"][str(arm)] = {name: _told(np.median(values, axis=0)) for name, values in at.items() if np.isfinite(values).all()}
    return found


def _told(values: Any) -> list[float]:
    """Return numbers with as many digits as are worth keeping."""
    return [float(f"{v:.{DIGITS}g}") for v in np.ravel(values)]


def main(arguments: list[str] | None = None) -> int:
    """Write the file and say how far the numbers moved."""
    parser = argparse.ArgumentParser(description="Freeze the small study anew.")
    parser.add_argument("--reason", required=True, help="what changed the numbers, and why that is right")
    reason = parser.parse_args(arguments).reason.strip()
    if not reason:
        parser.error("the reason is empty")
    before = yaml.safe_load(FROZEN.read_text("utf-8")) if FROZEN.exists() else {"reasons": [], "arms": {}}
    now = medians()
    plain = {"reasons": [*before["reasons"], reason], **now}
    text = yaml.safe_dump(plain, sort_keys=False, width=140, default_flow_style=None)
    FROZEN.write_text(f"# Written by tools/refreeze.py; not by hand.\n{text}", "utf-8")
    print(f"{FROZEN.name}: largest relative change {largest_change(before, now):.2g}", file=sys.stderr)
    return 0


def largest_change(before: dict[str, Any], now: dict[str, Any]) -> float:
    """Return the largest relative change of a number that both have, 0 when they share none.

    >>> largest_change({"arms": {"a": {"t2": [100.0]}}}, {"arms": {"a": {"t2": [101.0]}}})
    0.01
    """
    pairs = [(x, y) for arm, mine in before["arms"].items() for name, values in mine.items()
             for x, y in zip(values, now["arms"].get(arm, {}).get(name, []), strict=False)]
    return max((abs(y - x) / (abs(x) or 1.0) for x, y in pairs), default=0.0)


if __name__ == "__main__":
    raise SystemExit(main())
