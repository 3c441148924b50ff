"""Calibrate the stimulus gates of the cell network on stimulus-only rows, and write the record of it.

    python tools/calibrate_network.py [--write]

One number is fitted: the state of half effect e of the signalling nodes that a stimulus passes through. The rows are those of
the bank of the reviews in which a stimulus, or its dose, is all that differs; no therapy row and no row of the second bank is
read. A reported change is taken to mean |dx| of at least DETECTED (assumed), with a normal error of BLUR:

    loss = - sum over up and down of log Phi((+-dx - d)/s) - sum over none of log(Phi((d - dx)/s) - Phi((-d - dx)/s))

Each paper is left out in turn: e is fitted on the others and the loss taken on its rows.
"""

from __future__ import annotations

import sys

import numpy as np
from scipy.stats import norm

from pulposus.core.files import packaged, write_atomic
from pulposus.mechanism.bank import read_bank
from pulposus.mechanism.kinetics import Settings
from pulposus.mechanism.network import load_network
from pulposus.mechanism.score import predict, steady

DETECTED, BLUR = 0.05, 0.03
GATES = (
    "IL1R1 TNFR1 TLR4 MYD88 TRAF6 TRAF2 TAK1 IKK NFKB P38 JNK AP1 ROS ERSTRESS PERK CHOP NLRP3 INFLAMMASOME CASP1 GSDMD proIL1B "
    "MITODYS CASP8 CASP9 CASP3 BAX DDR P53"
).split()
TRIED = np.round(np.arange(0.20, 0.501, 0.02), 2)
DEFAULT = 0.5


def losses(rows, network, e):  # type: ignore[no-untyped-def]
    """Return the loss of every row, and whether its direction is right, at gates of half effect e."""
    cells = {cell: network.of(cell) for cell in dict.fromkeys(row.cell for row in rows)}
    outcomes = predict(rows, cells, steady(Settings(ec50_of=dict.fromkeys(GATES, float(e)))))
    found = []
    for each in outcomes:
        dx = each.delta
        if each.row.direction == "none":
            share = norm.cdf((DETECTED - dx) / BLUR) - norm.cdf((-DETECTED - dx) / BLUR)
        else:
            share = norm.cdf(((dx if each.row.direction == "up" else -dx) - DETECTED) / BLUR)
        found.append((-float(np.log(max(share, 1e-12))), each.predicted == each.row.direction, abs(dx)))
    return np.array(found)


def _line(word: str, e: float, rows) -> str:  # type: ignore[no-untyped-def]
    told = f"loss: {rows[:, 0].sum():.2f}, right: {int(rows[:, 1].sum())}, of: {len(rows)}"
    return f"- {{gates: {word}, ec50: {e:g}, {told}, median_change: {np.median(rows[:, 2]):.3f}}}"


def main() -> None:
    """Print the table of the calibration and, with --write, keep it."""
    network = load_network()
    every = read_bank(packaged("network/banks/reviews.csv"), network)
    rows = [row for row in every if row.scored and (row.kind in ("stimulus", "dose") or (row.kind == "none" and not row.treatment.factors))]
    table = {float(e): losses(rows, network, e) for e in TRIED}
    total = {e: float(each[:, 0].sum()) for e, each in table.items()}
    best = min(total, key=total.get)  # type: ignore[arg-type]
    papers = np.array([row.reference for row in rows])
    held = []
    for paper in sorted(set(papers)):
        own = papers == paper
        chosen = min(table, key=lambda e: table[e][~own, 0].sum())
        held.append((paper, int(own.sum()), chosen, float(table[chosen][own, 0].sum()), float(table[DEFAULT][own, 0].sum())))
    before, after = table[DEFAULT], table[best]
    lines = [
        "# Stimulus gates of the network: one number fitted on stimulus-only rows of the reviews (tools/calibrate_network.py).",
        "# No therapy row and no row of the second bank was read. `gate_ec50` is the state of half effect of the signalling nodes",
        "# that a stimulus passes through; `ec50` that of all others.",
        "schema: network_calibration/1",
        "hill: 1.4",
        "ec50: 0.5",
        f"gate_ec50: {best:g}",
        "origin: fitted",
        f"detected: {DETECTED:g}  # change of a state that a reported change is taken to mean, assumed",
        f"blur: {BLUR:g}  # its error, assumed",
        f"gates: [{', '.join(GATES)}]",
        f"rows: [{', '.join(row.id for row in rows)}]",
        "table:",
        _line("before", DEFAULT, before),
        _line("after", best, after),
        "left_out:",
        *(f"- {{paper: {p}, rows: {n}, ec50: {e:g}, loss: {mine:.2f}, loss_before: {old:.2f}}}" for p, n, e, mine, old in held),
        f"left_out_loss: {sum(each[3] for each in held):.2f}",
        f"left_out_loss_before: {sum(each[4] for each in held):.2f}",
    ]
    print("\n".join(lines))
    print({e: round(value, 1) for e, value in total.items()})
    if "--write" in sys.argv:
        write_atomic(packaged("network") / "calibration.yaml", "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
