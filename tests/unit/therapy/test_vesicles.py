"""Vesicles at work: where they come, that every particle is accounted for, and what their cargo does - or does not."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from small_doses import DAY, cells, disc_of, dose, draw, holding, mL, run, vehicle, vesicles

from pulposus.core.errors import InputError
from pulposus.core.parameters import ParameterSet
from pulposus.core.vocabulary import names
from pulposus.mechanism import state_table
from pulposus.mechanism.network import load_network
from pulposus.therapy.cargo import cargo_names, contents_of, states_of
from pulposus.therapy.cautions import cautions
from pulposus.therapy.treatment import treat
from pulposus.therapy.vesicle_effect import half_dose, potency
from pulposus.therapy.vesicle_pool import pools_of, vesicle_dose
from pulposus.therapy.vesicle_reach import damkoehler, penetration_length, reached_share
from pulposus.tissue.points import Points

DAYS = np.array([0.0, 0.5, 1.0, 2.0, 3.0, 7.0, 14.0, 28.0, 42.0])
TOLD = ("gag", "height_index", "t2", "viable_cells")
BIG = 1e12


def entry(history, field, who):
    return float(history.ledger.entries[field].get(who, 0.0))


@pytest.fixture(scope="module")
def arms():
    """Return arms of vesicles and their vehicles in a disc whose cells answer fully, and the draw."""
    drawn = draw(cargo_full_share=1.0, vesicle_uptake_rate="1e-8 mL/cell/hour")
    given = {"fluid": [dose(vesicles(BIG, volume=2 * mL))], "gel": [dose(vesicles(BIG, "thermogel", 2 * mL))], "vehicle": [dose(vehicle())],
             "less": [dose(vesicles(BIG / 100, volume=2 * mL))], "pulp": [dose(vesicles(BIG, volume=2 * mL, source="DPSC"))],
             "macrophages": [dose(vesicles(BIG, volume=2 * mL, modification="loaded", cargo=holding("lncRNA CAHM")))],
             "two": [dose(vesicles(BIG, volume=2 * mL)), dose(vesicles(BIG, "thermogel", 0.5 * mL), day=7)],
             "with cells": [dose(cells(volume=2 * mL)), dose(vesicles(BIG, volume=2 * mL), day=1)]}
    _, found = run(given, drawn, DAYS)
    return found, drawn


# ---- where they are

@pytest.mark.parametrize("name", ["fluid", "gel", "two", "with cells"])
def test_every_particle_is_accounted_for_by_name(arms, name):
    history, given = arms[0][name], 2 * BIG if name == "two" else BIG
    assert history.stopped == ""
    end = history.ledger.end
    free, gel = end["vesicles"], end.get("gel_depot", 0.0)
    taken, decayed, vain = (-entry(history, "vesicles", who) for who in ("vesicle uptake", "vesicle decay", "uptake by transplanted cells"))
    assert min(taken, decayed) > 0 and (vain > 0) == (name == "with cells")
    assert free + gel + taken + decayed + vain + end["vesicles_lost"] == pytest.approx(given, rel=1e-8)


def test_what_leaks_is_lost_and_the_rest_arrives(arms):
    found, drawn = arms
    treated = treat([dose(vesicles(BIG, volume=2 * mL))], drawn, disc_of(drawn))
    assert found["fluid"].ledger.end["vesicles_lost"] == pytest.approx(BIG * treated.harms["leak"], rel=1e-12)
    assert entry(found["fluid"], "vesicles", "vesicle dose") == pytest.approx(BIG * (1 - treated.harms["leak"]), rel=1e-9)


def test_a_gel_releases_by_its_own_time_constant():
    drawn = draw()
    _, found = run({"gel": [dose(vesicles(carrier="thermogel"))]}, drawn, DAYS, tol=1e-4, vesicle_effect="none")
    history, tau = found["gel"], drawn.value("gel_release_time")
    dose_in = entry(history, "gel_depot", "vesicle dose")
    assert entry(history, "vesicles", "gel release") == pytest.approx(-entry(history, "gel_depot", "gel release"), rel=1e-12)
    assert history.ledger.end["gel_depot"] == pytest.approx(dose_in * np.exp(-DAYS[-1] * DAY / tau), rel=5e-3)


def test_free_vesicles_and_cargo_follow_their_closed_form():
    """Where cells neither die nor divide in time, e falls by k and the cells' cargo is a difference of two exponentials."""
    drawn = draw(vesicle_uptake_rate="1e-8 mL/cell/hour")
    _, found = run({"fluid": [dose(vesicles())]}, drawn, DAYS, tol=1e-4, vesicle_effect="none")
    history, t = found["fluid"], DAYS[1:] * DAY
    k_up, gone = drawn.value("vesicle_uptake_rate"), np.log(2) / drawn.value("cargo_half_life")
    k = k_up * drawn.value("cell_density", region="NP") + np.log(2) / drawn.value("vesicle_half_life")
    dose_in = entry(history, "vesicles", "vesicle dose")
    np.testing.assert_allclose(history.readings["vesicles_present"][1:] / dose_in, np.exp(-k * t), rtol=5e-3, atol=5e-4)
    volume = history.readings["target_cells_reached"][1:] / drawn.value("cell_density", region="NP")
    per_cell = k_up * dose_in / volume * (np.exp(-k * t) - np.exp(-gone * t)) / (gone - k)
    np.testing.assert_allclose(history.readings["cargo_per_cell"][1:], per_cell, rtol=1e-2, atol=1e-2 * per_cell.max())


def test_penetration_and_damkoehler_are_those_of_the_records(arms):
    found, drawn = arms
    loss = drawn.value("vesicle_uptake_rate") * drawn.value("cell_density", region="NP") + np.log(2) / drawn.value("vesicle_half_life")
    L = found["fluid"].readings["penetration_length"][-1]
    assert pytest.approx(np.sqrt(drawn.value("vesicle_diffusivity") / loss)) == L
    assert found["fluid"].readings["damkoehler"][-1] == pytest.approx((3 * 2e-6 / (4 * np.pi)) ** (2 / 3) / L**2)
    faster = draw(vesicle_diffusivity="0.12 um**2/s", vesicle_uptake_rate="1e-8 mL/cell/hour")
    _, other = run({"fluid": [dose(vesicles(BIG, volume=2 * mL))]}, faster, DAYS[:3])
    assert other["fluid"].readings["penetration_length"][-1] == pytest.approx(2 * L)
    assert other["fluid"].readings["target_cells_reached"][-1] > found["fluid"].readings["target_cells_reached"][1]


def test_the_reached_volume_is_soaked_tissue_and_a_shell():
    radii = np.linspace(0.1, 9.9, 400) * 1e-3
    points = Points(np.eye(401), np.append(4 * np.pi * radii**2 * (radii[1] - radii[0]), 1.0), np.append(np.zeros(400, dtype=int), 1),
                    place=np.append(radii, 0.0)[:, None])
    V, L = 2e-7, 5e-5
    area = 4 * np.pi * (3 * V / (4 * np.pi)) ** (2 / 3)
    share = reached_share(V, L, 0.3, points)
    assert points.total(share) == pytest.approx(0.3 * V + L * area, rel=1e-9)
    assert np.all(np.diff(share[:400]) <= 0) and share[400] == 0.0 and np.sum((share > 0) & (share < 1)) == 1
    assert reached_share(1e-3, L, 0.0, points)[:400].min() == 1.0  # as large as the nucleus: all of it
    assert reached_share(V, L, 0.0, points).sum() < share.sum()


def test_priors_of_the_penetration_length_span_what_was_told():
    """D 0.001 to 1 um2/s at 1e-7 mL/cell/h and 3.6e6 cells/mL: some um to about a hundred."""
    loss = 1e-13 / 3600 * 3.6e12
    assert penetration_length(1e-15, loss) == pytest.approx(3.2e-6, rel=0.02) and penetration_length(1e-12, loss) == pytest.approx(1e-4, rel=0.01)
    assert damkoehler(2e-7, 2e-6) == pytest.approx(4 * damkoehler(2e-7, 4e-6))
    record = ParameterSet.load().lookup("vesicle_diffusivity")
    assert (record.spread.low, record.spread.high, record.unit) == (0.001, 1.0, "um**2/s")


# ---- what they do

def differs(a, b):
    return {n: float(np.abs(a.readings[n] - b.readings[n])[1:].max()) for n in TOLD}


def test_vesicles_do_something_and_more_do_more(arms):
    found, _ = arms
    much, less = differs(found["fluid"], found["vehicle"]), differs(found["less"], found["vehicle"])
    assert all(much[n] > less[n] > 0 for n in ("gag", "viable_cells"))
    gag = {name: found[name].readings["gag"][-1, 0] for name in ("vehicle", "less", "fluid")}
    assert gag["vehicle"] < gag["less"] < gag["fluid"]


@pytest.mark.parametrize("name", ["pulp", "macrophages"])
def test_without_evidence_or_target_cell_the_disc_is_as_with_its_vehicle(arms, name):
    found, _ = arms
    assert found[name].readings["vesicles_present"][1] > 0
    assert differs(found[name], found["vehicle"]) == dict.fromkeys(TOLD, 0.0)


@pytest.mark.parametrize("off", [{"overrides": {"cargo_full_share": 0.0}}, {"laws": {"vesicle_effect": "none"}}],
                         ids=["no potency", "no effect"])
def test_zero_potency_is_exactly_nothing(off):
    drawn = draw(**off.get("overrides", {}))
    _, found = run({"vesicles": [dose(vesicles(BIG, volume=2 * mL))], "vehicle": [dose(vehicle())]}, drawn, [0, 1, 7, 28], **off.get("laws", {}))
    assert differs(found["vesicles"], found["vehicle"]) == dict.fromkeys(TOLD, 0.0)


def test_cargo_in_cells_that_do_not_answer_does_nothing_within_the_tolerance_of_the_solver():
    """Every gain from the network's states at nought: all factors are 1, and local fields are solved to 1e-7."""
    silent = dict.fromkeys(("apoptosis_death_rate", "pyroptosis_death_rate", "network_senescence_rate"), "0 1/day") | dict(
        synthesis_exponent=0, network_calcification_rate="0 1/yr", degradation_most=1, secretion_most=1, native_division_rate="0 1/yr")
    _, found = run({"vesicles": [dose(vesicles(BIG, volume=2 * mL))], "vehicle": [dose(vehicle())]}, draw(**silent), [0, 1, 7, 28])
    size = {name: np.abs(found["vehicle"].readings[name]).max() for name in TOLD}
    assert all(off <= 1e-7 * size[name] for name, off in differs(found["vesicles"], found["vehicle"]).items())


def test_no_cells_no_uptake_and_no_effect():
    drawn = draw()
    process = next(q for q in treat([dose(vesicles(BIG))], drawn, disc_of(drawn)).processes if q.name == "vesicle uptake")
    p = {"vesicle_uptake_rate": 1e-17, "cargo_half_life": 1e5, "reached_share": np.ones(2)}
    state = {"vesicles": np.full(2, 1e16), "native": np.array([0.0, 1e12]), "senescent": np.zeros(2), "cargo": np.zeros(2)}
    taken = process.source(state, p, 0.0, np)["vesicles"]
    assert taken[0] == 0.0 and taken[1] < 0
    view = SimpleNamespace(state={**state, "native": np.zeros(2), "cargo": np.full(2, 1e4)}, p=p,
                           points=Points(np.eye(2), np.ones(2), np.zeros(2, dtype=int)))
    assert process.observe(view) == {"target_cells_reached": 0.0, "target_share_reached": 0.0, "cargo_per_cell": 0.0}


def test_the_factors_are_one_without_cargo_and_grow_with_it():
    drawn = draw()
    process = next(q for q in treat([dose(vesicles(BIG))], drawn, disc_of(drawn)).processes if q.name == "vesicle effect")
    p = {n: drawn.value(n) for n in process.parameters} | {"reached_share": np.array([1.0, 1.0, 1.0, 0.5, 0.0]), "cargo_full_share": 1.0}
    state = {"il1b": np.full(5, 1e-6), "tnf": np.zeros(5), "oxygen": np.full(5, 2e3), "cargo": np.array([0.0, 1e3, 1e4, 1e4, 1e4])}
    of = process.modifiers(state, p, 0.0, np)
    assert all(of[n][0] == of[n][4] == 1.0 for n in of)
    assert of["death"][2] < of["death"][1] < 1 and of["synthesis"][2] > of["synthesis"][1] > 1 and of["degradation"][2] < of["degradation"][1] < 1
    np.testing.assert_allclose([of[n][3] - 1 for n in of], [(of[n][2] - 1) / 2 for n in of], rtol=1e-12)
    assert process.modifiers({**state, "cargo": np.zeros(5)}, p, 0.0, np) == {}


def test_potency_saturates_and_named_cargo_is_counted_in_copies():
    assert potency(np.array([0.0, 10.0, 1e30]), 0.6, 10.0).tolist() == [0.0, 0.3, 0.6]
    p = {"vesicle_half_dose": 1e3, "cargo_half_copies": 300.0, "cargo_copies_native": 0.01, "cargo_copies_loaded": 10.0}
    halves = {how: half_dose(*contents_of(SimpleNamespace(source="BM-MSC", modification=how, cargo=holding("miR-21"))), p) for how in ("native", "loaded")}
    assert halves == {"native": pytest.approx(3e4), "loaded": pytest.approx(30.0)}
    assert half_dose(*contents_of(SimpleNamespace(source="BM-MSC")), p) == 1e3
    counted, = contents_of(SimpleNamespace(source="BM-MSC", modification="loaded", cargo=holding("miR-21", 2.0)))
    assert half_dose(counted, p) == pytest.approx(150.0) and counted.symbol is None


# ---- several cargos at once

MIR21, FAT = {"cargo": holding("miR-21", 5.0), "modification": "loaded"}, {"source": "ADSC"}


@pytest.fixture
def coarse(monkeypatch):
    """Let tables be coarse: what is looked at does not hang on how fine they are."""
    monkeypatch.setattr(state_table, "AXES", {"il1b": (2, True), "tnf": (4, True), "oxygen": (3, False)})
    monkeypatch.setattr(state_table, "CARGO_NODES", (0, 4, 4, 3))


def effect_of(given, drawn):
    """Return the process that cargo acts by, and what it reads of a draw whose cells are all reached."""
    process = next(q for q in treat(given, drawn, disc_of(drawn)).processes if q.name == "vesicle effect")
    p = {n: drawn.value(n) for n in process.parameters} | {pool.share: np.ones(4) for pool in process.pools}
    return process, p


def factors_of(given, drawn, **held):
    """Return the factors of four points under TNF, with so many vesicles at work per cell as `held` says of each source or cargo."""
    process, p = effect_of(given, drawn)
    q = {pool.held: np.full(4, held.get(pool.cargo[0].node, 0.0)) for pool in process.pools}
    state = {"il1b": np.zeros(4), "tnf": np.array([0.0, 1e-6, 5e-6, 5e-5]), "oxygen": np.full(4, 2e3), **q}
    return process.modifiers(state, p, 0.0, np)


def test_different_cargo_acts_at_once_and_is_not_counted_twice(coarse):
    """Of two cargos with a shared way the pair does more than either and less than both changes multiplied."""
    drawn = draw(cargo_full_share=1.0)
    both = [dose(vesicles()), dose(vesicles(source="USC"), day=7)]  # PI3K and ERK by cargo that was not identified in either
    pair, marrow, urine = (factors_of(both, drawn, **held) for held in ({"EV_BMSC": 1e4, "EV_USC": 1e4}, {"EV_BMSC": 1e4}, {"EV_USC": 1e4}))
    stressed = slice(2, None)  # below, no cell dies in either
    assert np.all(pair["death"][stressed] < np.minimum(marrow["death"], urine["death"])[stressed])
    assert np.all(pair["death"][stressed] > (marrow["death"] * urine["death"])[stressed])
    assert np.all(urine["death"][stressed] < 1)


def test_the_order_of_doses_makes_no_difference(coarse):
    drawn = draw(cargo_full_share=1.0)
    given = [dose(vesicles(BIG, volume=2 * mL)), dose(vesicles(BIG / 2, "thermogel", 0.5 * mL, **FAT), day=3), dose(vesicles(BIG, volume=0.5 * mL, **MIR21), day=3)]
    turned = [given[2], given[0], given[1]]
    _, found = run({"given": given, "turned": turned}, drawn, DAYS[:6])
    for name in (*TOLD, "cargo_per_cell", "vesicles_present", "target_cells_reached"):
        np.testing.assert_array_equal(found["given"].readings[name], found["turned"].readings[name])


@pytest.mark.parametrize("of", [{}, MIR21, {"carrier": "thermogel"}], ids=["whole", "named", "gel"])
def test_equal_cargo_in_two_products_is_one_product_with_the_summed_dose(of):
    drawn = draw(cargo_full_share=1.0)
    other = {**of, "source": "UC-MSC"} if "cargo" in of else of  # a named cargo is the same whatever cell it came from
    two = [dose(vesicles(BIG / 4, volume=2 * mL, **of)), dose(vesicles(BIG * 3 / 4, volume=2 * mL, **other))]
    assert len(pools_of([vesicle_dose(0.0, each.product, 1.0) for each in two])) == 1
    # the two needles of two doses are no matter of cargo: both arms have them
    once = [dose(vesicles(BIG, volume=2 * mL, **of)), dose(vesicles(1.0, volume=2 * mL, **of))]
    _, found = run({"two": two, "once": once}, drawn, DAYS[:6])
    for name in (*TOLD, "cargo_per_cell", "vesicles_present"):
        np.testing.assert_allclose(found["two"].readings[name], found["once"].readings[name], rtol=1e-7)
    assert found["once"].readings["cargo_per_cell"][1] > 0


def test_copies_of_one_cargo_add_up_before_they_saturate(coarse):
    drawn = draw(cargo_full_share=1.0)
    loaded, counted = ({"cargo": holding("miR-21", copies), "modification": "loaded"} for copies in (2.0, 6.0))
    process, p = effect_of([dose(vesicles(**loaded)), dose(vesicles(**counted))], drawn)
    q = {pool.held: np.full(4, 30.0 if pool.cargo[0].copies == 2.0 else 70.0) for pool in process.pools}
    s = process._along(process.pools, q, p)
    assert s.shape == (4, 1) and s[0, 0] == pytest.approx((60 + 420) / (60 + 420 + drawn.value("cargo_half_copies")))


def test_a_little_of_a_second_cargo_changes_a_little(coarse):
    """A miRNA that a whole vesicle brings too is raised from where that vesicle has it, never pulled down to its own dose."""
    drawn = draw(cargo_full_share=1.0)
    given = [dose(vesicles()), dose(vesicles(**MIR21))]
    alone, with_little, with_much = (factors_of(given, drawn, EV_BMSC=1e4, miR21=q) for q in (0.0, 1.0, 1e6))
    assert all(np.all(np.abs(with_little[n] / alone[n] - 1) < 0.05) for n in alone)
    assert np.all(with_much["death"][2:] < alone["death"][2:])


@pytest.mark.parametrize("held", [{"EV_BMSC": 2e3}, {"miR21": 40.0}], ids=["whole", "named"])
def test_one_of_two_cargos_alone_is_as_in_its_own_table(coarse, held):
    """A named cargo and the whole vesicle that holds it too: as either goes to nought, the pair is the other alone."""
    drawn = draw(cargo_full_share=1.0)
    own = vesicles() if "EV_BMSC" in held else vesicles(**MIR21)
    of_two, of_one = (factors_of(given, drawn, **held) for given in ([dose(vesicles()), dose(vesicles(**MIR21))], [dose(own)]))
    assert any(np.any(np.abs(of_one[n] - 1) > 0.01) for n in of_one)
    for n in of_one:
        np.testing.assert_allclose(of_two[n], of_one[n], rtol=1e-6)


def test_cells_hold_the_cargo_of_the_pools_that_reach_them(coarse):
    drawn = draw(cargo_full_share=1.0)
    process, p = effect_of([dose(vesicles()), dose(vesicles(**FAT))], drawn)
    wide, narrow = (next(pool for pool in process.pools if pool.cargo[0].node == node) for node in ("EV_BMSC", "EV_ADSC"))
    state = {"il1b": np.zeros(4), "tnf": np.full(4, 5e-6), "oxygen": np.full(4, 2e3), wide.held: np.full(4, 1e4), narrow.held: np.full(4, 1e4)}
    shares = {wide.share: np.array([1.0, 1.0, 0.6, 0.0]), narrow.share: np.array([1.0, 0.5, 0.0, 0.0])}
    of = process.modifiers(state, {**p, **shares}, 0.0, np)["synthesis"]
    both, first = of[0], 1 + (of[2] - 1) / 0.6
    assert of[3] == 1.0 and both != pytest.approx(first, rel=1e-3) and of[1] == pytest.approx((both + first) / 2)


def test_particles_of_every_pool_are_accounted_for_and_a_cargo_without_effect_is_a_pool_too():
    drawn = draw(cargo_full_share=1.0)
    given = {"beside": [dose(vesicles(BIG, volume=2 * mL)), dose(vesicles(BIG, "thermogel", 2 * mL, source="DPSC"))]}
    treatments, found = run(given, drawn, DAYS)
    history, book = found["beside"], found["beside"].ledger
    assert len(next(q for q in treatments["beside"].processes if q.name == "vesicle effect").pools) == 1
    held = sum(book.end.get(name, 0.0) for mark in ("", "_2") for name in (f"vesicles{mark}", f"gel_depot{mark}"))
    gone = sum(-entry(history, f"vesicles{mark}", who) for mark in ("", "_2") for who in ("vesicle uptake", "vesicle decay"))
    assert held + gone + book.end["vesicles_lost"] == pytest.approx(2 * BIG, rel=1e-8)


def test_a_product_may_name_several_cargos(coarse):
    held = (*holding("miR-21"), *holding("MATN3"))
    contents = contents_of(SimpleNamespace(source="BM-MSC", modification="loaded", cargo=held))
    assert states_of(contents) == {"MATN3": 0.9, "miR21": 0.9}
    drawn = draw(cargo_full_share=1.0)
    process, p = effect_of([dose(vesicles(modification="loaded", cargo=held))], drawn)
    s = process._along(process.pools, {"cargo": np.full(4, 10.0)}, p)
    assert len(process.pools) == 1 and s.shape == (4, 2) and np.all(s > 0)


# ---- cargo

def test_every_vesicle_source_has_a_record_and_dental_pulp_no_effect():
    network = load_network()
    found = {source: contents_of(SimpleNamespace(source=source))[0] for source in names("vesicle_source")}
    assert [source for source, cargo in found.items() if not cargo.acts] == ["P-MSC", "DPSC"]
    for cargo in found.values():
        assert not cargo.acts or (network[cargo.node].kind == "vesicle" and cargo.references)
        carried = {reference for edge in network.edges_from(cargo.node) for reference in edge.references} if cargo.node else set()
        assert set(cargo.references) == carried and all(cargo.says)


def test_every_named_cargo_is_that_of_its_papers():
    network = load_network()
    for name in cargo_names():
        cargo, = contents_of(SimpleNamespace(source="BM-MSC", modification="loaded", cargo=holding(name)))
        assert set(cargo.references) <= {r for edge in network.edges_from(cargo.node) for r in edge.references}, name
        assert cargo.acts == (name != "lncRNA CAHM")
    with pytest.raises(InputError, match="miR-21"):
        contents_of(SimpleNamespace(source="BM-MSC", cargo=holding("miR-2l")))
    assert not contents_of(SimpleNamespace(source="BM-MSC", cargo=holding("other", 5.0)))[0].acts


def test_the_products_of_a_file_carry_what_they_say():
    from pulposus.study.product_sheet import read_product

    plain = {"kind": "vesicles", "source": "USC", "dose": "1e10 particles", "carrier": "saline"}
    whole, named = (contents_of(read_product({"version": 1, "product": {**plain, **more}}).product)[0]
                    for more in ({}, {"modification": "loaded", "cargo": [{"name": "MATN3", "copies_per_particle": 3}]}))
    assert (whole.node, whole.whole, whole.copies) == ("EV_USC", True, None)
    assert (named.node, named.whole, named.copies, named.modification) == ("MATN3", False, 3.0, "loaded")


def test_what_vesicles_are_worth_is_assumed_and_may_be_nothing():
    records = ParameterSet.load()
    for symbol in ("cargo_full_share", "vesicle_half_dose", "cargo_half_copies", "cargo_copies_loaded", "cargo_copies_native", "vesicle_uptake_rate",
                   "vesicle_diffusivity", "injectate_soaked_share", "cargo_half_life", "vesicle_half_life", "gel_release_time"):
        assert records.lookup(symbol).origin == "assumed" and records.lookup(symbol).why, symbol
    assert records.lookup("cargo_full_share").spread.low == 0.0


def test_cargo_without_a_target_cell_is_a_caution():
    given = {name: [dose(vesicles(modification="loaded", cargo=holding(name)))] for name in ("lncRNA CAHM", "miR-21")}
    codes = {name: [(each.code, each.values) for each in cautions(doses, disc_of(draw()))] for name, doses in given.items()}
    assert codes == {"lncRNA CAHM": [("no_target", {"cargo": "CAHM"})], "miR-21": []}
