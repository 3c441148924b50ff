from __future__ import annotations

import json
import math

import numpy as np
import pytest

from pulposus.core.errors import InputError, NotAllowed
from pulposus.evidence.meta import conversions as convert
from pulposus.evidence.meta.analysis import analyse
from pulposus.evidence.meta.moderators import design
from pulposus.evidence.meta.network_meta import contrasts_of_arms, contrasts_of_pairs, fit_network, league, ranking
from pulposus.evidence.meta.options import Options
from pulposus.evidence.meta.pooling import pool, predict
from pulposus.evidence.meta.time_windows import curves, days
from pulposus.evidence.sheet import read_sheet

MEANS = "study,m1i,sd1i,n1i,m2i,sd2i,n2i"


@pytest.fixture
def run(tmp_path):
    def go(text, **options):
        path = tmp_path / "t.csv"
        path.write_text(text.strip() + "\n", encoding="utf-8")
        return analyse(read_sheet(path), Options(**options))

    return go


def audits(document):
    return {each["id"]: each for each in document["audits"]}


ROWS = ["A,10,2,20,8,2,20", "B,11,2.2,18,8.5,2.1,19", "C,9.5,1.9,25,8.8,2.0,24"]


def test_the_document_has_the_keys_of_the_contract_and_is_plain(run):
    found = run("\n".join([MEANS, *ROWS]), measure="SMD", test="knha")
    keys = {"k", "estimate", "se", "ci_lower", "ci_upper", "tau2", "q", "q_p", "i2", "h2", "pi_lower", "pi_upper", "warnings", "audits", "studies"}
    assert keys <= found.keys() and found["k"] == 3
    json.dumps(found, default=float)
    assert found["estimate_bt"] == found["estimate"]


def test_a_log_measure_is_transformed_back_beside_its_own_scale(run):
    found = run("study,ai,n1i,ci,n2i\nA,4,20,8,20\nB,3,30,9,31", measure="RR", method="FE")
    assert found["estimate_bt"] == pytest.approx(math.exp(found["estimate"])) and found["scale"] == "log"
    both = run("study,ai,bi,ci,di\nA,4,16,8,12\nB,3,27,9,22", measure="RR", method="FE")
    assert both["estimate"] == pytest.approx(found["estimate"], rel=1e-12)


def test_standard_errors_and_intervals_stand_in_and_are_told(run):
    a = run("study,yi,vi\nA,0.5,0.04\nB,0.1,0.09", measure="GEN")
    b = run("study,yi,sei\nA,0.5,0.2\nB,0.1,0.3", measure="GEN")
    z = 1.959963984540054
    c = run(f"study,yi,ci.lb,ci.ub\nA,0.5,{0.5 - z * 0.2},{0.5 + z * 0.2}\nB,0.1,{0.1 - z * 0.3},{0.1 + z * 0.3}", measure="GEN")
    assert a["estimate"] == pytest.approx(b["estimate"]) == pytest.approx(c["estimate"])
    assert any("SE = (high - low)" in note for note in c["provenance"])
    d = run("study,m1i,se1i,n1i,m2i,se2i,n2i\nA,10,0.5,16,8,0.5,16\nB,11,1,9,9,1,9", measure="MD")
    assert any("SD = SE sqrt(n) = 0.5 x sqrt(16) = 2" in note for note in d["provenance"])


def test_conversions_give_what_they_say():
    assert convert.sd_from_interval(8, 12, 16).value == pytest.approx(3.7536, rel=1e-4)
    assert convert.sd_of_change(2, 2, 0.5).value == pytest.approx(2)
    mean, sd = convert.from_quartiles(4, 5, 6, 1000)
    assert mean.value == 5 and sd.value == pytest.approx(1.4826, rel=5e-3)
    with pytest.raises(NotAllowed):
        convert.se_from_p(0.5, 0.0)


def test_the_published_pool_that_needs_five_hundred_patients_is_found(run):
    """Four rows of one trial of 80 and one of 24, pooled as if each were its own: the audit counts the subjects."""
    rows = [f"T{t},{-0.5 + 0.01 * t},1,40,0,1,40,NCT01290367" for t in range(4)] + [f"N{t},{-0.5 - 0.01 * t},1,12,0,1,12,NCT01860417" for t in range(4)]
    found = audits(run("\n".join([f"{MEANS},registry", *rows]), measure="SMD", method="FE"))
    assert "104 distinct ones" in found["implied_n"]["message"] and "with 104 the SE is at least 0.199" in found["implied_n"]["arithmetic"]
    assert "NCT01860417" in found["same_subjects"]["message"]


AUDITS = [
    ("se_as_sd", f"{MEANS}\nA,10,2,25,8,2,25\nB,11,2.2,25,8.5,2.1,25\nC,9.5,0.4,25,8.8,0.42,25\nD,9,2.1,25,8,1.9,25", "MD", "2.1"),
    ("percent", "study,ai,n1i,ci,n2i,pct1\nA,5,12,3,12,45\nB,6,20,5,20,30", "OR", "41.67"),
    ("outside", "study,yi,vi,ci.lb,ci.ub\nA,0.9,0.04,0.1,0.8\nB,0.1,0.09,-0.5,0.7", "GEN", "not in"),
    ("direction", f"{MEANS},direction\nA,10,2,20,8,2,20,up\nB,11,2,18,8,2,19,down\nC,9,2,25,8,2,24,up", "SMD", "2 rows up, 1 rows down"),
    ("balance", f"{MEANS},pre1,presd1,pre2,presd2\nA,22,24,12,34,25,12,34,23,24,14\nB,20,20,30,25,20,30,30,20,30,20", "MD", "34"),
    ("terminal", "study,m1i,sd1i,m2i,sd2i,ni,ri,instrument\nA,4,0.4,22,2.2,12,0.5,histology\nB,5,1,20,2,12,0.5,histology", "MC", "MD or SMD"),
    ("unit", f"{MEANS},unit,animals\nA,10,2,18,8,2,18,discs,12\nB,11,2,18,8,2,18,animals,36", "SMD", "36/12 = 3.00"),
    ("batch", f"{MEANS},batches\nA,10,2,18,8,2,18,1\nB,11,2,18,8,2,18,4", "SMD", "batches = 1"),
    ("i2", f"{MEANS}\nA,10,0.2,20,8,0.2,20\nB,13,0.2,20,8,0.2,20\nC,8,0.2,20,8,0.2,20", "MD", "Q = "),
    ("same_subjects", "study,yi,vi,cohort\nA,0.2,0.1,X\nB,0.3,0.1,x", "GEN", "2 rows, 1 cohort"),
]


@pytest.mark.parametrize(("id", "text", "measure", "arithmetic"), AUDITS, ids=[each[0] for each in AUDITS])
def test_each_audit_finds_its_error_and_shows_the_arithmetic(run, id, text, measure, arithmetic):
    found = audits(run(text, measure=measure))
    assert id in found and arithmetic in found[id]["arithmetic"]


def test_a_clean_table_is_not_blamed(run):
    assert run("\n".join([MEANS, *ROWS]), measure="SMD")["audits"] == []


def test_design_is_a_moderator_by_default(run):
    rows = [f"S{n},{-40 - n},30,case_series" for n in range(4)] + [f"R{n},{-6 + n},30,rct" for n in range(4)]
    found = run("\n".join(["study,yi,vi,design", *rows]), measure="GEN")
    uncontrolled = next(each for each in found["by_design"] if each["name"] == "design uncontrolled")
    assert uncontrolled["estimate"] == pytest.approx(-37.0, abs=0.5) and any("by_design" in said for said in found["warnings"])


def test_a_shared_control_makes_the_error_larger(run):
    found = run(f"{MEANS},control\nT,-32,28,30,-12,28,20,saline\nT,-42,28,30,-12,28,20,saline\nU,-20,28,12,-15,28,12,", measure="MD", method="FE")
    shared = found["shared_control"]
    assert shared["groups"] == [["T (2)", "T (3)"]] and shared["se_gls"] > 1.1 * shared["se_naive"]


def test_clusters_give_the_three_level_answer(run):
    rows = [f"S{s},{0.2 * s + 0.05 * i},0.04,c{s}" for s in range(5) for i in range(3)]
    plain = run("\n".join(["study,yi,vi,lab", *rows]), measure="GEN")
    found = run("\n".join(["study,yi,vi,lab", *rows]), measure="GEN", cluster="lab")
    assert found["three_level"]["clusters"] == 5 and found["df"] == 4 and found["se"] > plain["se"]
    assert any("--cluster study" in said for said in plain["warnings"])


def test_r_must_be_told_and_its_sensitivity_is_shown(run):
    text = "study,m1i,sd1i,m2i,sd2i,ni\nA,47,36,67,26,12\nB,40,30,60,25,20"
    with pytest.raises(InputError, match="--r VALUE"):
        run(text, measure="MC")
    found = run(text, measure="MC", r=0.5)
    errors = [each["se"] for each in found["r_sensitivity"]]
    assert [each["r"] for each in found["r_sensitivity"]] == [0.0, 0.3, 0.5, 0.7, 0.9] and errors == sorted(errors, reverse=True)


def test_changes_stand_beside_final_values(run):
    text = f"{MEANS},pre1,presd1,pre2,presd2\nA,22,24,12,34,25,12,34,23,24,14\nB,25,20,30,30,20,30,40,20,39,20"
    found = run(text, measure="MD", r=0.6)
    assert found["changes"]["k"] == 2 and found["changes"]["estimate"] != pytest.approx(found["estimate"], rel=0.05)
    assert any("--r VALUE" in said for said in run(text, measure="MD")["warnings"])


def test_windows_count_a_study_once_each(run):
    rows = ["A,0.1,0.04,4 weeks,rat", "A,0.3,0.04,8 weeks,rat", "B,0.2,0.04,1 month,rat", "A,0.5,0.04,1 year,rat", "C,0.4,0.04,6 weeks,sheep"]
    found = run("\n".join(["study,yi,vi,time,species", *rows]), measure="GEN", windows=("0 d", "3 months", "2 years"))["windows"]
    assert [(each["group"], each["k"]) for each in found] == [("rat", 2), ("rat", 1), ("sheep", 1)]
    assert days("36 h") == 1.5
    with pytest.raises(NotAllowed, match="later"):
        curves(np.zeros(1), np.ones(1), [1.0], ["a"], ["g"], [5.0, 1.0])


def test_warnings_for_few_studies_and_what_cannot_be_tested(run):
    found = run("\n".join([MEANS, *ROWS]), measure="SMD")
    told = " ".join(found["warnings"])
    assert "k = 3" in told and "--knha" in told and "biased by construction" in told and "no power below 10" in told
    assert found["small_study"]["egger_sqrtn"].keys() >= {"slope"} or "not_done" in found["small_study"]["egger_sqrtn"]


def test_one_study_is_returned_as_it_is(run):
    found = run(f"{MEANS}\n{ROWS[0]}", measure="MD")
    assert found["k"] == 1 and found["estimate"] == pytest.approx(2) and "nothing is pooled" in " ".join(found["warnings"])


def test_adhoc_is_never_narrower():
    y, v = np.array([0.20, 0.21, 0.19]), np.array([0.04, 0.05, 0.03])
    narrow, safe, plain = (pool(y, v, method="REML", test=test) for test in ("knha", "adhoc", "z"))
    assert narrow.se[0] < plain.se[0] and safe.se[0] >= plain.se[0] and "adhoc" in " ".join(narrow.warnings)


def test_a_prediction_interval_may_be_vacuous_with_three_trials():
    """The reconstructed pain of three trials: the interval reaches from much worse to much better."""
    at = predict(pool(np.array([-14.0, -49.0, -36.0]), np.array([80.0, 60.0, 70.0]), test="knha"))
    assert at.pi_lower < -80 and at.pi_upper > 10


def test_designs_that_say_nothing_are_refused():
    with pytest.raises(NotAllowed, match="one value"):
        design({"x": ["1", "1"]}, 2)
    with pytest.raises(NotAllowed, match="alone"):
        design({"x": ["a", "a"]}, 2)
    with pytest.raises(NotAllowed, match="independent"):
        pool(np.arange(4.0), np.ones(4), np.column_stack([np.ones(4), np.arange(4), 2 * np.arange(4)]))


ARMS = {"mean": np.array([10.0, 12, 10, 13, 12, 13]), "sd": np.full(6, 2.0), "n": np.full(6, 20.0)}


def test_networks_in_pieces_twice_told_arms_and_lone_arms_are_refused():
    with pytest.raises(NotAllowed, match="A, B | C, D"):
        fit_network(contrasts_of_arms(["1", "1", "2", "2"], ["A", "B", "C", "D"], {k: v[:4] for k, v in ARMS.items()}, "MD"))
    with pytest.raises(NotAllowed, match="twice"):
        contrasts_of_arms(["1", "1"], ["A", "A"], {k: v[:2] for k, v in ARMS.items()}, "MD")
    with pytest.raises(NotAllowed, match="one arm"):
        contrasts_of_arms(["1"], ["A"], {k: v[:1] for k, v in ARMS.items()}, "MD")
    with pytest.raises(NotAllowed, match="several contrasts"):
        contrasts_of_pairs(["1", "1"], ["A", "A"], ["B", "C"], np.zeros(2), np.ones(2))


def test_a_loop_shows_inconsistency_and_ranks_wait_for_ten_studies():
    pairs = contrasts_of_pairs(["1", "2", "3"], ["B", "C", "C"], ["A", "A", "B"], np.array([1.0, 2.0, 3.0]), np.full(3, 0.01))
    fit = fit_network(pairs, "A", "FE")
    assert fit.df_inconsistency == 1 and fit.q_inconsistency == pytest.approx(4 / 0.03) and fit.p_inconsistency < 1e-6
    assert ranking(fit, True) is None and any("no ranking" in said for said in fit.warnings)
    many = contrasts_of_pairs([str(n) for n in range(12)], ["B", "C", "C"] * 4, ["A", "A", "B"] * 4, np.array([1.0, 3.0, 2.0] * 4), np.full(12, 0.05))
    assert [name for name, _ in ranking(fit_network(many, "A"), True)] == ["C", "B", "A"]
    rows = {(row["treatment"], row["against"]): row["estimate"] for row in league(fit_network(many, "A"))}
    assert rows["B", "A"] == pytest.approx(-rows["A", "B"]) == pytest.approx(1.0)


def test_a_table_with_treatments_gives_a_network(run):
    rows = ["1,A,10,2,20", "1,B,12,2,20", "1,C,13,2,19", "2,A,9,2,30", "2,B,11.5,2,28", "3,A,10,2,25", "3,C,12.2,2,26"]
    found = run("\n".join(["study,treat,mean,sd,n", *rows]), measure="MD", reference="A")
    assert [each["treatment"] for each in found["effects"]] == ["B", "C"] and found["k"] == 3 and found["ranking"] is None
    assert {(e["a"], e["b"]): e["studies"] for e in found["edges"]} == {("A", "B"): 2, ("A", "C"): 2, ("B", "C"): 1}
