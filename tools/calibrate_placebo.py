"""Fit the pain course of control arms as a random effect of the trial, in size and in shape, and write the record of it.

    python tools/calibrate_placebo.py [--write]

In trial i the fall of the mean VAS at time t is PL(t; A_i, tau_i, k_i), of the mean ODI r times that, with

    A_i ~ N(a, s^2),  ln tau_i ~ N(ln tau, TAU_SD^2),  ln k_i ~ N(ln k, K_SD^2),  a reported mean ~ N(PL, SD^2 / n)

a, s, tau, k and r maximise the likelihood, integrated over the trials' effects, times weak priors (below, all assumed). Only one
trial reports its control arm at two times, so the spreads of tau and k between trials are assumed and not fitted. Each trial is
left out in turn: the rest is fitted and the trial's falls are foretold, with the scatter between trials and of its own means.
Nothing of a treated arm is read, and rows of `use: check` only stand beside the fit.
"""

from __future__ import annotations

import sys

import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm, qmc

from pulposus.core.files import packaged, write_atomic
from pulposus.tissue.placebo import ControlArm, control_arms, placebo_course

PERSON_SD = {"vas": 25.0, "odi": 15.0}  # of the change between persons: records pain_sd and odi_sd
TAU, TAU_SD = (4.0, 0.7), 0.5  # months: prior of the median (its ln normal), and spread of ln tau between trials
K, K_SD = (1.3, 0.4), 0.4
SIZE, SPREAD, RATIO = (20.0, 20.0), 15.0, (1.0, 0.5)  # prior of a; scale of the half-normal prior of s; prior of r
POINTS = norm.ppf(qmc.Sobol(3, seed=1).random(2**12))


def effects(theta):  # type: ignore[no-untyped-def]
    """Return size, tau (months) and k of many trials at the parameters (a, ln s, ln tau, ln k, r)."""
    return theta[0] + np.exp(theta[1]) * POINTS[:, 0], np.exp(theta[2] + TAU_SD * POINTS[:, 1]), np.exp(theta[3] + K_SD * POINTS[:, 2])


def foretold(theta, row: ControlArm):  # type: ignore[no-untyped-def]
    """Return the falls of a row over many trials."""
    size, tau, k = effects(theta)
    return placebo_course(row.month, size * (theta[4] if row.instrument == "odi" else 1.0), tau, k)


def error(row: ControlArm) -> float:
    """Return the standard error of a reported mean."""
    return PERSON_SD[row.instrument] / np.sqrt(row.n)


def loss(theta, rows):  # type: ignore[no-untyped-def]
    """Return minus the log of likelihood times priors."""
    total = -norm.logpdf(theta[0], *SIZE) - norm.logpdf(np.exp(theta[1]), 0, SPREAD) - theta[1]
    total -= norm.logpdf(theta[2], np.log(TAU[0]), TAU[1]) + norm.logpdf(theta[3], np.log(K[0]), K[1]) + norm.logpdf(theta[4], *RATIO)
    for trial in {row.trial for row in rows}:
        logs = sum(norm.logpdf(row.fall, foretold(theta, row), error(row)) for row in rows if row.trial == trial)
        total -= np.logaddexp.reduce(logs) - np.log(len(POINTS))
    return float(total)


def fit(rows):  # type: ignore[no-untyped-def]
    """Return the parameters that fit some rows best, and the standard deviation of r from the curvature."""
    found = minimize(loss, [20.0, np.log(12.0), np.log(4.0), np.log(1.3), 1.0], args=(rows,), method="Nelder-Mead",
                     options={"xatol": 1e-3, "fatol": 1e-4, "maxiter": 4000})
    step, at = 0.05, found.x
    sides = [loss([*at[:4], at[4] + side], rows) for side in (-step, step)]
    return at, float(step / np.sqrt(max(sum(sides) - 2 * found.fun, 1e-9)))


def interval(theta, row: ControlArm):  # type: ignore[no-untyped-def]
    """Return the median and the 5 and 95 % points of a reported mean that is still to come."""
    noise = norm.ppf(qmc.Sobol(1, seed=2).random(len(POINTS)))[:, 0] * error(row)
    return np.quantile(foretold(theta, row) + noise, [0.5, 0.05, 0.95])


def table(word: str, rows, theta_of) -> list[str]:  # type: ignore[no-untyped-def]
    """Return one line per row: reported and foretold."""
    lines = [f"{word}:"]
    for row in rows:
        median, low, high = interval(theta_of(row), row)
        inside = "true" if low <= row.fall <= high else "false"
        lines.append(f"- {{row: {row.id}, trial: {row.trial}, reported: {row.fall:g}, foretold: {median:.1f}, low: {low:.1f}, "
                     f"high: {high:.1f}, inside: {inside}}}")
    return lines


def main() -> None:
    """Print the record of the fit and, with --write, keep it."""
    every = control_arms()
    rows = [row for row in every if row.use == "fit"]
    theta, ratio_sd = fit(rows)
    left_out = {trial: fit([row for row in rows if row.trial != trial])[0] for trial in sorted({row.trial for row in rows})}
    lines = [
        "# The pain course of control arms as a random effect of the trial, fitted by tools/calibrate_placebo.py; months and points.",
        "# `left_out`: every trial foretold from the others, 90 % intervals of its reported means. `check`: untreated arms, not fitted;",
        "# the course of treated controls does not hold for them (record untreated_share).",
        "schema: placebo_course/1",
        "origin: fitted",
        f"size: {theta[0]:.1f}",
        f"size_sd: {np.exp(theta[1]):.1f}",
        f"tau: {np.exp(theta[2]):.2f}",
        f"tau_sd_ln: {TAU_SD:g}  # assumed",
        f"shape: {np.exp(theta[3]):.2f}",
        f"shape_sd_ln: {K_SD:g}  # assumed",
        f"odi_ratio: {theta[4]:.2f}",
        f"odi_ratio_sd: {ratio_sd:.2f}",
        f"priors: {{size: {list(SIZE)}, size_sd: {SPREAD:g}, tau: {list(TAU)}, shape: {list(K)}, odi_ratio: {list(RATIO)}, person_sd: "
        f"[{PERSON_SD['vas']:g}, {PERSON_SD['odi']:g}]}}  # all assumed",
        *table("left_out", rows, lambda row: left_out[row.trial]),
        *table("check", [row for row in every if row.use == "check"], lambda row: theta),
    ]
    text = "\n".join(lines) + "\n"
    print(text, end="")
    if "--write" in sys.argv:
        write_atomic(packaged("symptoms") / "placebo_course.yaml", text)


if __name__ == "__main__":
    main()
