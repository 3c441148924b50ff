"""Published therapies: every study of the reviews is a case, nulls and harms stand beside successes, and only raw units are held."""

from __future__ import annotations

from pulposus.study.replay.case_file import load_cases

PLANNED = {f"M{n}" for n in range(11, 27) if n != 21} | {"RESPINE"}  # M21 is a case of the disc
OF_THE_ROUTES = {"HENRIKSSON2009", "SHU2018", "EKRAM2021", "YIM2014", "YOSHIKAWA2010", "NORIEGA2017", "ELABD2016", "AMIRDELFAN2021", "XIE2021",
                 "OROZCO2011", "CENTENO2017", "VADALA2012", "VADALA2013A", "VADALA2013B", "VADALA2018", "LEFOURNIER2017", "DECANTE2021", "PONTE2007",
                 "PATTAPPA2014", "WEI2016", "TAM2014", "SAKAI2015", "ILLIEN2012", "WANGLER2019", "PEREIRA2016", "MRKOVACKI2021", "SHARAN2023"}
OF_THE_VESICLES = {"CHENG2018", "LIAO2019", "CUISQ2021", "SUNYJ2021", "LUOLW2021", "XIANGHF2020", "XIEL2020", "XING2021", "GUOZ2021", "YUANQL2020",
                   "YUYW2023", "WENT2021", "XIAO2022", "XUGY2023"}
FEWEST_NULL_OR_ADVERSE = 6


def therapies():
    return [case for case in load_cases() if case.layer == "therapy"]


def test_every_planned_therapy_and_every_study_of_the_reviews_is_there():
    assert {case.id for case in therapies()} >= PLANNED
    assert {case.source for case in therapies()} >= OF_THE_ROUTES | OF_THE_VESICLES


def test_nulls_and_harms_stand_beside_successes():
    def bad(row):
        return row.kind == "direction" and (row.reported == "none" or (row.better_when is not None and row.reported != row.better_when))

    read = {case.source for case in therapies() if case.tier == "primary" and any(bad(row) for row in case.results)}
    assert len(read) >= FEWEST_NULL_OR_ADVERSE


def test_no_number_is_a_standardised_difference():
    assert not [row.quantity for case in therapies() for row in case.results if row.kind == "number" and "SMD" in row.quantity]


def test_pain_is_held_beside_its_comparator():
    """A study that tells pain has more than one arm, so that no level stands alone."""
    for case in therapies():
        if case.set_up.kind == "study" and {"vas", "odi"} & set(case.set_up.study["observe"]):
            assert len(case.set_up.study["arms"]) > 1
