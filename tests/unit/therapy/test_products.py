"""Products: viability, factors of sources, relation, donors and batches, particles after storage; their records."""

from __future__ import annotations

from math import prod
from types import SimpleNamespace

import pytest
from small_doses import RECORDS, cells, draw

from pulposus.core.errors import InputError
from pulposus.core.vocabulary import names, terms
from pulposus.therapy import presets
from pulposus.therapy.product import (
    CellTraits,
    cell_traits,
    potency,
    record_and_name,
    stored_share,
    vesicle_dose_particles,
    viable_share,
)
from pulposus.therapy.product_records import FILES, record_of, records

DAY = 86400.0
TRAITS = ("migration", "homing", "differentiation", "paracrine")


def of(source: str = "BM-MSC", **more):
    return SimpleNamespace(kind="cells", source=source, dose=6e6, **more)


def kept(temperature="-80 C", days=30.0, cycles=None, counted="before storage"):
    return SimpleNamespace(temperature=temperature, time=days * DAY, freeze_thaw_cycles=cycles, counted=counted)


def test_marrow_cells_of_the_subject_are_the_reference():
    drawn = draw(7)
    assert cell_traits(drawn, of(donor_relation="autologous")) == CellTraits(drawn.value("thaw_viability"))
    assert viable_share(drawn, cells(alive=0.4)) == 0.4


@pytest.mark.parametrize("source", [name for name, each in terms("cell_source").items() if not each.more.get("reference")])
def test_every_other_source_draws_its_own_factors(source):
    about = terms("cell_source")[source].more["record"]
    a, b = (cell_traits(draw(index), of(source)) for index in (3, 4))
    for trait in TRAITS:
        record = RECORDS[f"{trait}_factor_{about}"]
        assert record.origin == "assumed" and record.why
        low, high = record.spread.low, record.spread.high
        if low is None:
            assert source == "fibroblast" and trait == "differentiation" and getattr(a, trait) == 0.0
            continue
        assert low <= 1.0 <= high, f"{trait} of {source}: no difference is not allowed"
        assert low <= getattr(a, trait) <= high and getattr(a, trait) != getattr(b, trait)


def test_a_fibroblast_may_do_nothing_and_never_turns_nucleus_like():
    drawn = [cell_traits(draw(index), of("fibroblast", donor="D", batch="B")) for index in range(64)]
    assert {traits.differentiation for traits in drawn} == {0.0}
    assert RECORDS["paracrine_factor_fibroblast"].spread.low == 0.0
    assert min(traits.paracrine for traits in drawn) < 0.05 and all(traits.paracrine >= 0 for traits in drawn)


def test_the_directions_of_wangler_hold_in_every_draw():
    """CD146-positive cells migrate more, negative ones do more to native cells, or there is no difference."""
    for index in range(32):
        positive, negative = (cell_traits(draw(index), of(f"CD146{sign} MSC")) for sign in "+-")
        assert positive.migration >= 1.0 >= negative.migration
    nominal = draw()
    assert cell_traits(nominal, of("CD146- MSC")).paracrine > cell_traits(nominal, of("CD146+ MSC")).paracrine


def test_clearance_goes_with_the_relation():
    rate = {relation: [cell_traits(draw(i), of(donor_relation=relation)).clearance_rate for i in range(64)]
            for relation in ("autologous", "allogeneic", "xenogeneic", "not stated")}
    assert set(rate["autologous"]) == {0.0}
    assert rate["not stated"] == rate["allogeneic"] and cell_traits(draw(5), of()).clearance_rate == rate["allogeneic"][5]
    assert max(rate["allogeneic"]) < 0.005 / DAY < max(rate["xenogeneic"]) and min(rate["xenogeneic"]) < 0.005 / DAY
    with pytest.raises(InputError):
        cell_traits(draw(0), of(donor_relation="cousin"))


def test_arms_that_share_a_batch_share_its_factor_and_others_do_not():
    drawn = draw(9)
    first, again = (potency(drawn, of(donor="D1", batch="B1")) for _ in range(2))
    assert first == again != 1.0
    assert potency(draw(9), of(donor="D1", batch="B1")) == first
    others = [of(donor="D1", batch="B2"), of(donor="D2", batch="B1"), of("ADSC", donor="D1", batch="B1"), of(donor="D1")]
    assert len({first, *(potency(drawn, other) for other in others)}) == 5
    assert potency(drawn, of()) == 1.0 and potency(draw(), of(donor="D1", batch="B1")) == pytest.approx(1.0)


def test_donors_differ_by_as_much_as_their_record_says():
    import numpy as np

    logs = np.log([potency(draw(index), of(donor="D1")) for index in range(256)])
    assert np.exp(logs.std()) == pytest.approx(RECORDS["donor_effect"].spread.gsd, rel=0.05)
    assert abs(logs.mean()) < 0.02


def test_potency_multiplies_what_cells_do_and_not_how_many_live():
    drawn = draw(2)
    plain, named = cell_traits(drawn, of()), cell_traits(drawn, of(batch="B1"))
    factor = potency(drawn, of(batch="B1"))
    assert named.paracrine == pytest.approx(plain.paracrine * factor) and named.differentiation == pytest.approx(plain.differentiation * factor)
    assert (named.viable_share, named.migration, named.homing, named.clearance_rate) == (
        plain.viable_share, plain.migration, plain.homing, plain.clearance_rate)


@pytest.mark.parametrize("temperature", names("storage_temperature"))
def test_storage_takes_particles_with_time_and_never_gives_any(temperature):
    drawn = draw(11)
    shares = [stored_share(drawn, kept(temperature, days)) for days in (0.01, 1, 30, 3650)]
    assert all(0 < b <= a <= 1 for a, b in zip(shares, shares[1:], strict=False)) and shares[-1] < shares[0]
    thawed = [stored_share(drawn, kept(temperature, 30, cycles)) for cycles in (0, 1, 2)]
    assert thawed[1] / thawed[0] == pytest.approx(drawn.value("vesicle_freeze_thaw_kept"))
    assert thawed[2] / thawed[1] == pytest.approx(thawed[1] / thawed[0])


def test_what_was_frozen_was_thawed_once_at_least():
    drawn = draw(1)
    assert stored_share(drawn, kept("-80 C", 30)) == stored_share(drawn, kept("-80 C", 30, 1))
    assert stored_share(drawn, kept("4 C", 2)) == stored_share(drawn, kept("4 C", 2, 0))


def test_two_days_at_four_degrees_cover_what_was_counted():
    """EVTUSHENKO2020: 15 to 51 % of the particles gone after 48 h, by tube and medium."""
    import numpy as np

    lost = [1 - stored_share(draw(index), kept("4 C", 2)) for index in range(256)]
    low, high = np.percentile(lost, (2.5, 97.5))
    assert low < 0.15 and high > 0.51


def test_a_dose_counted_after_storage_is_what_is_given():
    product = SimpleNamespace(kind="vesicles", dose=1e10, storage=kept(counted="after storage"))
    assert vesicle_dose_particles(draw(3), product) == 1e10
    product.storage = kept()
    assert vesicle_dose_particles(draw(3), product) == pytest.approx(1e10 * stored_share(draw(3), kept()))
    assert vesicle_dose_particles(draw(3), cells()) == 0.0


def test_every_name_has_a_record_whose_facts_have_sources():
    for kind, (_, words) in FILES.items():
        assert tuple(records(kind)) == names(words, built=False)
    assert record_of("vesicles", "DPSC").facts == () and terms("vesicle_source")["DPSC"].more["evidence"] == "none"
    assert all(record.facts for name, record in records("vesicles").items() if name != "DPSC")
    with pytest.raises(InputError, match="nearest: thermogel"):
        record_of("carrier", "termogel")


def test_the_presets_show_what_is_known_and_its_sources():
    rows = {(row["kind"], row["source"]): row for row in presets.table("products")}
    assert rows["cells", "CD146+ MSC"]["sources"] == "WANGLER2019" and rows["cells", "CD146+ MSC"]["migration"] == "1.7 (1 to 4)"
    assert rows["cells", "BM-MSC"]["paracrine"] == "1" and rows["vesicles", "DPSC"]["in the disc"] == "nothing was found"
    carriers = {row["carrier"]: row for row in presets.table("carriers", "zh")}
    assert carriers["thermogel"]["in the disc"] == "未找到" and "XING2021" in carriers["matrix hydrogel"]["sources"]


def test_a_cargo_that_is_no_other_is_a_node_of_the_cell_network():
    from pulposus.mechanism.network import load_network
    from pulposus.therapy.cargo import cargo_names, contents_of

    nodes = {node.id: node.kind for node in load_network().nodes}
    assert set(terms("cargo")) == {*cargo_names(), "other"}
    for name in cargo_names():
        held = (SimpleNamespace(name=name, copies_per_particle=None),)
        (carried,) = contents_of(SimpleNamespace(source="BM-MSC", cargo=held))
        assert nodes[carried.node] in ("mirna", "cargo", "lncrna"), name


def test_a_named_donor_and_batch_stand_among_the_parameters_of_a_draw():
    first, second = draw(9), draw(9)
    factor = potency(first, of(donor="D1", batch="7"))
    own = {name: value for name, value in first.used.items() if "[" in name}
    assert set(own) == {"donor_effect[BM-MSC/D1]", "batch_effect[BM-MSC/D1/7]"}
    assert prod(own.values()) == pytest.approx(factor, rel=1e-12)
    assert {record_and_name(name) for name in own} == {("donor_effect", "BM-MSC/D1"), ("batch_effect", "BM-MSC/D1/7")}
    potency(second, of())
    assert not [name for name in second.used if "[" in name]
