"""Benchmarks of the cell network: courses and steady states per condition, the same SBML in libroadrunner, growth with size.

    python benchmarks/network.py          # libroadrunner is measured in the same run where it is installed
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from pulposus.core.threads import one_blas_thread
from pulposus.mechanism.calibration import calibrated
from pulposus.mechanism.conditions import Condition, states
from pulposus.mechanism.kinetics import Kinetics
from pulposus.mechanism.network import Network, load_network
from pulposus.mechanism.steady import steady_state
from pulposus.mechanism.trajectory import course

MANY, HOURS = 1000, 72.0
CARGO = ("miR21", "miR142", "miR155", "miR194", "miR532", "miR31", "miR302c", "UC_AKTERK", "UC_PI3K")


def row(what: str, got: str, held_against: str = "") -> None:
    print(f"{what:<66} {got:>26}   {held_against}", flush=True)


def seconds(work, times: int = 3) -> tuple[float, object]:
    best, found = float("inf"), None
    for _ in range(times):
        start = time.process_time()
        found = work()
        best = min(best, time.process_time() - start)
    return best, found


def conditions(count: int) -> list[Condition]:
    draw = np.random.default_rng(1)
    return [
        Condition((("TNF_ext", float(draw.random())), ("IL1B_ext", float(draw.random())), (CARGO[n % len(CARGO)], float(draw.random()))))
        for n in range(count)
    ]


def ours(network: Network) -> float:
    kinetics = Kinetics(network, calibrated())
    wanted = conditions(MANY)
    x, held, ceiling = states(kinetics, wanted)
    took, found = seconds(lambda: course(kinetics, x, held, [HOURS], ceiling))
    tight = course(kinetics, x[:, :100], held[:, :100], [HOURS], ceiling[:, :100], tolerance=1e-9)
    error = float(np.abs(found.x[-1][:, :100] - tight.x[-1]).max())
    row(f"{HOURS:g} h of one condition, amortised over {MANY}", f"{took / MANY * 1e3:.3f} core-ms", "<= 1 ms")
    row("  largest error against a tight run of our own", f"{error:.1e}", "<= 1e-4")
    steady, ends = seconds(lambda: steady_state(kinetics, x, held, ceiling))
    row(f"steady state, amortised over {MANY}", f"{steady / MANY * 1e3:.3f} core-ms", "<= 2 ms")
    row("  how they were settled", ", ".join(f"{ends.status.count(s)} {s}" for s in dict.fromkeys(ends.status)), "")
    return took / MANY


def peer(network: Network, mine: float) -> None:
    try:
        import roadrunner
    except ImportError:
        row("libroadrunner on the same SBML", "not run", "pip install libroadrunner")
        return
    from pulposus.exchange.sbml_write import sbml_text

    text = sbml_text(network, calibrated())
    load, runner = seconds(lambda: roadrunner.RoadRunner(text), 1)
    row("libroadrunner: loading the SBML", f"{load:.2f} core-s", "apart")
    kinetics = Kinetics(network, calibrated())
    free = [node.id for node in network.nodes if not node.is_input]
    places = [network.index[id] for id in free]
    cut = conditions(40)
    # the file has no clamped cargo: the same conditions without it, in both programs
    plain = [Condition(tuple(pair for pair in each.clamps if pair[0] in ("TNF_ext", "IL1B_ext"))) for each in cut]
    x, held, ceiling = states(kinetics, plain)

    def theirs(rtol: float, atol: float) -> np.ndarray:
        out = []
        runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = rtol, atol
        for each in plain:
            runner.reset()
            for id, value in each.clamps:
                runner[id] = value
            runner.simulate(0, HOURS, 2)
            out.append([runner.getValue(id) for id in free])
        return np.array(out).T

    exact = theirs(1e-11, 1e-13)
    wanted = float(np.abs(course(kinetics, x, held, [HOURS], ceiling).x[-1][places] - exact).max())
    row("our largest error against libroadrunner at 1e-11", f"{wanted:.1e}", "<= 1e-4")
    for rtol in (1e-3, 1e-4, 1e-5, 1e-6):
        took, found = seconds(lambda rtol=rtol: theirs(rtol, rtol * 1e-2))
        error = float(np.abs(found - exact).max())
        row(f"libroadrunner, rtol {rtol:g}", f"{took / len(plain) * 1e3:.2f} core-ms", f"error {error:.1e}")
        if error <= wanted:
            row("  at an error no larger than ours: times as slow", f"{took / len(plain) / mine:.0f}", ">= 10")
            break


def grown(size: int) -> Network:
    """Return a network of random wiring with as many edges per node as ours, a twentieth of the nodes inputs."""
    base, draw = load_network(), np.random.default_rng(1)
    inner = next(node for node in base.nodes if node.kind == "kinase")
    outer = next(node for node in base.nodes if node.kind == "stimulus")
    inputs = size // 20
    nodes = [
        replace(
            outer if n < inputs else inner,
            id=f"n{n}",
            name=f"n{n}",
            aliases=(),
            tau=float(draw.uniform(0.5, 24)),
            basal=0.0 if n < inputs else float(draw.uniform(0, 0.3)),
        )
        for n in range(size)
    ]
    edges = [
        replace(
            base.edges[0],
            id=f"e{n}",
            source=f"n{draw.integers(size)}",
            target=f"n{draw.integers(inputs, size)}",
            sign=1 if draw.random() < 0.68 else -1,
            gate="",
            weight=float(draw.uniform(0.2, 0.9)),
        )
        for n in range(int(size * 2.2))
    ]
    return Network(tuple(nodes), tuple(edges))


def growth() -> None:
    for size in (200, 1000, 5000):
        network = grown(size)
        kinetics, draw = Kinetics(network), np.random.default_rng(0)
        x, held = kinetics.start([{f"n{n}": float(draw.random()) for n in range(size // 20)} for _ in range(32)])
        took, _ = seconds(lambda k=kinetics, x=x, h=held: course(k, x, h, [HOURS]), 2)
        settled, found = seconds(lambda k=kinetics, x=x, h=held: steady_state(k, x, h), 2)
        per = 1e6 / 32 / len(network.edges)
        row(
            f"{size} nodes, {len(network.edges)} edges: course, steady state per edge",
            f"{took * per:.2f}, {settled * per:.2f} core-us",
            f"all settled: {'not_converged' not in found.status}",
        )
    kinetics = Kinetics(load_network().of("NP"), calibrated())
    for count in (100, 1000, 10000):
        x, held, ceiling = states(kinetics, conditions(count))
        took, _ = seconds(lambda x=x, h=held, c=ceiling: course(kinetics, x, h, [HOURS], c), 1)
        row(f"{count} conditions at once: course per condition", f"{took / count * 1e3:.3f} core-ms", "level: cost is linear")


def building() -> None:
    from pulposus.mechanism.phenotypes import phenotypes

    dish = {"il1b": np.linspace(0, 10, 1000), "tnf": 1.0, "oxygen": 3.0, "load": 0.1}
    first, _ = seconds(lambda: phenotypes(dish, 0.5, {"miR21": 0.9}, settings=calibrated()), 1)
    again, _ = seconds(lambda: phenotypes(dish, 0.5, {"miR21": 0.9}, settings=calibrated()))
    row("map of the phenotypes, one cargo vector and draw: building", f"{first - again:.2f} core-s", "< 5 s")
    row("  reading it at 1000 points", f"{again * 1e3:.1f} core-ms", "")


@one_blas_thread
def main() -> None:
    network = load_network().of("NP")
    peer(network, ours(network))
    growth()
    building()


if __name__ == "__main__":
    main()
