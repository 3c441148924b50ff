"""Sex, age, Modic type and endplate defect of a person, and the medium of a cultured disc: what they change, and who may have them."""

from __future__ import annotations

import pytest

from pulposus.core.draws import Draw
from pulposus.core.errors import InputError
from pulposus.core.parameters import ParameterSet
from pulposus.core.units import si
from pulposus.study.plan import fed, make_plan
from pulposus.study.rivals import rival_laws
from pulposus.study.study_file import read_study
from pulposus.tissue.answer import solve_disc
from pulposus.tissue.course import run_course
from pulposus.tissue.disc_file import read_disc
from pulposus.tissue.geometry import geometry_of
from pulposus.tissue.person import Person, age_scaling, endplate_opening, marrow_supply, plan_scaling

HUMAN = {"species": "human", "level": "L4/L5", "grade": "III"}
STUDY = {"version": 1, "follow_up": "1 month", "arms": [{"name": "untreated", "doses": []}]}
GRADE = {"scale": "pfirrmann", "value": 3}


@pytest.fixture(scope="module")
def draw():
    return Draw(ParameterSet.load(), 0, 0, "human", "I", nominal=True)


def glucose(law="unchanged", **person):
    """Return the least glucose (mM) of a disc of this person."""
    spec = read_disc({"version": 1, "disc": {"preset": {**HUMAN, **person}}, "laws": {"marrow_supply": law}, "mesh": {"nodes": 200}})
    return solve_disc(spec)["extremes"]["glucose_mM"]["min"]["value"]


def test_height_follows_age_by_the_gain_of_the_sex(draw):
    of = ParameterSet.load()
    for sex in ("female", "male"):
        years = si("69 yr", "yr") - of["disc_height_age.human"].si
        gain = of[f"disc_height_gain_{sex}.human"].si / of["disc_height_gain_span.human"].si
        old = Person(sex=sex, age="69 yr")
        assert age_scaling(draw, old) == pytest.approx(1 + gain * years) and age_scaling(draw, old) > 1
        tall, usual = (geometry_of(draw, "human", "L4/L5", each) for each in (old, None))
        assert tall.height / usual.height == pytest.approx(age_scaling(draw, old))
        assert tall.radius / usual.radius == pytest.approx(plan_scaling(draw, old))
    assert age_scaling(draw, Person(sex="male")) == age_scaling(draw, None) == 1.0
    assert age_scaling(draw, Person(age="20 yr")) < 1


def test_the_sign_of_the_gain_is_contested_in_the_draws():
    gains = [age_scaling(Draw(ParameterSet.load(), 1, i, "human", "I"), Person(age="69 yr")) for i in range(16)]
    assert min(gains) < 1 < max(gains)


def test_sex_scales_the_plan_alone_and_leaves_one_without_it_as_measured(draw):
    usual, woman, man = (geometry_of(draw, "human", "L4/L5", Person(sex=sex)) for sex in (None, "female", "male"))
    assert woman.height == man.height == usual.height and woman.radius < usual.radius < man.radius
    assert (woman.radius + man.radius) / 2 == pytest.approx(usual.radius, rel=1e-3)
    assert woman.nucleus_radius / woman.radius == pytest.approx(usual.nucleus_radius / usual.radius)
    assert geometry_of(draw, "human", "L4/L5") == usual


def test_no_difference_between_the_sexes_is_within_the_draws():
    of = ParameterSet.load()
    women, men = (of[f"disc_plan_{sex}.human"].spread for sex in ("female", "male"))
    assert women.high == 1.0 == men.low
    bone = (8.22 / 10.98) ** 0.5  # root of the areas of lumbar vertebral bodies (GILSANZ1994)
    assert women.low / men.high < bone < of["disc_plan_female.human"].si / of["disc_plan_male.human"].si < 1


@pytest.mark.parametrize("person", [{"modic": 1}, {"modic": 2}, {"modic": 3}, {"endplate": "schmorl"}, {"endplate": "focal"},
                                    {"endplate": "corner"}, {"endplate": "erosion"}], ids=str)
def test_marrow_and_defects_change_supply_only_under_a_rival(person, draw):
    who = Person(**person)
    both = [marrow_supply(draw, who, law) * endplate_opening(draw, who, law) for law in ("falls", "unchanged", "rises")]
    assert both[0] < both[1] == 1.0 < both[2]


@pytest.mark.parametrize("person", [{"modic": 2}, {"endplate": "erosion"}], ids=str)
def test_supply_reaches_the_cells(person):
    plain = glucose()
    assert glucose("falls", **person) < glucose("unchanged", **person) == plain < glucose("rises", **person)


def test_cytokines_come_from_modic_type_1_marrow():
    base = {"version": 1, "mesh": {"nodes": 200}, "follow_up": "4 weeks"}
    with_it, without = (run_course(read_disc({**base, "disc": {"preset": {**HUMAN, "modic": modic}}})) for modic in (1, "none"))
    levels = [answer["course"]["tnf"]["CEP"][-1] for answer in (with_it, without)]
    assert levels[0] > levels[1] + 0.01 and with_it["course"]["tnf"]["CEP"][-1] > with_it["course"]["tnf"]["NP"][-1] * 0.99


def test_a_study_is_fed_as_its_person_is():
    subject = {"species": "human", "level": "L4/L5", "grade": GRADE, "modic": 2, "endplate": "erosion"}
    spec = read_study({**STUDY, "subject": subject, "model": {"laws": {"marrow_supply": "falls"}}})
    plan = make_plan(spec, 100)
    own, share = fed(plan.draw(None), plan)
    plain = make_plan(read_study({**STUDY, "subject": {k: subject[k] for k in ("species", "level", "grade")}}), 100)
    usual, open_share = fed(plain.draw(None), plain)
    of = ParameterSet.load()
    assert own["glucose"]["endplate"] / usual["glucose"]["endplate"] == pytest.approx(of["modic_2_falls.human"].si)
    assert own["glucose"]["wall"] == usual["glucose"]["wall"] and own["lactate"] == usual["lactate"]
    assert share / open_share == pytest.approx(of["defect_erosion_falls.human"].si)
    assert {"marrow_supply: unchanged", "marrow_supply: rises"} <= set(rival_laws(plan))
    assert not any(rival.startswith("marrow_supply") for rival in rival_laws(plain))


@pytest.mark.parametrize("subject", [{"modic": 1}, {"sex": "male"}, {"age": "30 yr"}, {"endplate": "focal"}, {"medium": "culture"}], ids=str)
def test_what_a_person_has_is_refused_of_an_animal(subject):
    with pytest.raises(InputError, match=f"subject.{next(iter(subject))}"):
        read_study({**STUDY, "subject": {"species": "sheep", "level": "lumbar", "grade": GRADE, **subject}})


def test_the_turnover_of_degenerate_tissue_is_refused_where_it_was_not_read():
    history = [{"event": "degenerate_turnover", "at": "-1 yr"}]
    read_disc({"version": 1, "disc": {"preset": HUMAN}, "history": history})
    with pytest.raises(InputError, match="history.0"):
        read_disc({"version": 1, "disc": {"preset": {"species": "rat", "level": "tail"}}, "history": history})


def test_a_culture_medium_stands_at_all_faces():
    base = {"version": 1, "disc": {"preset": {"species": "bovine", "level": "Cd1-4"}}, "mesh": {"nodes": 200}}
    bath = {"oxygen": "20 kPa", "lactate": "0 mM", "glucose": "5 mM"}
    said = [solve_disc(read_disc({**base, "supply": supply}))["means"]["NP"]["glucose_mM"]
            for supply in ({"medium": "culture"}, {"medium": bath}, {"endplate": bath, "wall": bath}, {})]
    assert said[0] == said[1] == said[2] != said[3]
    with pytest.raises(InputError, match=r"supply\.wall.*beside medium"):
        read_disc({**base, "supply": {"medium": bath, "wall": bath}})
    subject = {"species": "bovine", "level": "Cd1-4", "grade": {"scale": "pfirrmann", "value": 1}, "medium": "culture"}
    plan = make_plan(read_study({**STUDY, "subject": subject}), 100)
    assert fed(plan.draw(None), plan)[0]["glucose"] == {"endplate": pytest.approx(5.0), "wall": pytest.approx(5.0)}
