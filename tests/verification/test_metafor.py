"""Effects, pools, heterogeneity, dependence and small-study tests against R's metafor (rtol 1e-6, atol 1e-8)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pulposus.evidence.meta.binary import effects_of_tables
from pulposus.evidence.meta.continuous import hedges_j, of_change, of_means
from pulposus.evidence.meta.heterogeneity import q_profile
from pulposus.evidence.meta.moderators import between, cumulative, design, influence, leave_one_out, shrunken
from pulposus.evidence.meta.multilevel import robust, three_level
from pulposus.evidence.meta.network_meta import contrasts_of_arms, fit_network
from pulposus.evidence.meta.pooling import pool, predict
from pulposus.evidence.meta.proportions import of_proportions, proportion
from pulposus.evidence.meta.shared_control import covariance, groups_that_share
from pulposus.evidence.meta.small_study import begg, egger, fail_safe, trim_and_fill
from pulposus.evidence.meta.two_by_two import mantel_haenszel, peto

FOLDER = Path(__file__).parent / "metafor"
BCG = json.loads((FOLDER / "bcg.json").read_text())
EFFECTS = json.loads((FOLDER / "effects.json").read_text())
MODELS = json.loads((FOLDER / "models.json").read_text())
Y, V = (np.array(BCG["escalc"]["RR"][name]) for name in ("yi", "vi"))
CELLS = [np.array(BCG["input"][name], dtype=float) for name in ("tpos", "tneg", "cpos", "cneg")]
FITS = {name: each for name, each in BCG["results"].items() if isinstance(each, dict) and "method" in each and each["method"] != "GENQ"}


def numbers(values):
    return np.array([np.nan if v in (None, "NA") else v for v in np.atleast_1d(np.asarray(values, dtype=object)).ravel()], dtype=float)


def same(got, wanted, rtol=1e-6, atol=1e-8):
    """Return True, or fail with both sides shown."""
    np.testing.assert_allclose(numbers(got), numbers(wanted), rtol=rtol, atol=atol)
    return True


def columns(table, names):
    return [numbers([row.get(name) for row in EFFECTS[table]]) for name in names]


# Effects

@pytest.mark.parametrize(("measure", "kind"), [(m, "tables") for m in ("RR", "OR", "RD", "AS", "PETO")]
                         + [(m, "means") for m in ("MD", "SMD", "SMDH", "ROM")] + [(m, "change") for m in ("MC", "SMCC", "SMCR", "ROMC")]
                         + [(m, "single") for m in ("PR", "PLN", "PLO", "PAS", "PFT")])
def test_effects_of_every_measure(measure, kind):
    names, form = {"tables": (("ai", "bi", "ci", "di"), effects_of_tables), "means": (("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"), of_means),
                   "change": (("m1i", "sd1i", "m2i", "sd2i", "ni", "ri"), of_change), "single": (("xi", "ni"), of_proportions)}[kind]
    cells = columns(kind, names)
    if measure == "PETO":  # metafor's escalc adds 1/2 to these tables too; Peto's own method needs no such addition
        keep = np.array([min(row) > 0 for row in zip(*cells, strict=True)])
        y, v = form(measure, *[cell[keep] for cell in cells])
        assert same(y, numbers(EFFECTS["results"]["PETO"]["yi"])[keep])
        assert same(v, numbers(EFFECTS["results"]["PETO"]["vi"])[keep])
    else:
        y, v = form(measure, *cells)
        assert same(y, EFFECTS["results"][measure]["yi"])
        assert same(v, EFFECTS["results"][measure]["vi"])


@pytest.mark.parametrize("measure", ["RR", "OR", "RD", "PETO", "AS"])
def test_effects_of_bcg(measure):
    y, v = effects_of_tables(measure, *CELLS)
    assert same(y, BCG["escalc"][measure]["yi"])
    assert same(v, BCG["escalc"][measure]["vi"])


def test_hedges_j_and_the_inverse_of_the_double_arcsine():
    assert same(hedges_j(np.array(EFFECTS["results"]["J"]["m"], dtype=float)), EFFECTS["results"]["J"]["j"])
    back = EFFECTS["results"]["PFT_back"]
    assert same([proportion("PFT", at, back["n"]) for at in back["at"]], back["p"])


# Pools

@pytest.mark.parametrize("name", FITS)
def test_pools_of_bcg(name):
    wanted = FITS[name]
    fit = pool(Y, V, method=wanted["method"], test=wanted["test"])
    for got, key in ((fit.b, "b"), (fit.se, "se"), (fit.statistic, "stat"), (fit.p_value, "pval"), (fit.ci_lower, "ci_lb"), (fit.ci_upper, "ci_ub"),
                     (fit.tau2.value, "tau2"), (fit.i2, "I2"), (fit.h2, "H2"), (fit.q, "QE"), (fit.q_p, "QEp"), (fit.qm, "QM"), (fit.qm_p, "QMp"),
                     (fit.vb, "vb"), (fit.weights, "weights_pct")):
        assert same(got, wanted[key])
    if wanted["se_tau2"] is not None:
        assert same(fit.tau2.se, wanted["se_tau2"])
    if wanted["pred"].get("pi_lb") is not None:
        assert same([predict(fit).pi_lower, predict(fit).pi_upper], [wanted["pred"]["pi_lb"], wanted["pred"]["pi_ub"]])


@pytest.mark.parametrize("name", MODELS["pooled"])
@pytest.mark.parametrize("kind", next(iter(MODELS["pooled"].values())))
def test_pools_of_six_data_sets(name, kind):
    method, test = kind.split("_")
    wanted = MODELS["pooled"][name][kind]
    fit = pool(numbers(MODELS["sets"][name]["yi"]), numbers(MODELS["sets"][name]["vi"]), method=method, test=test)
    for got, key in ((fit.b, "b"), (fit.se, "se"), (fit.ci_lower, "ci_lb"), (fit.ci_upper, "ci_ub"), (fit.p_value, "pval"), (fit.tau2.value, "tau2"),
                     (fit.i2, "I2"), (fit.h2, "H2"), (fit.q, "QE"), (fit.q_p, "QEp"), (fit.loglik_ml, "ml"), (fit.loglik_reml, "reml")):
        assert same(got, wanted[key])
    if wanted.get("se_tau2") not in (None, "NA"):
        assert same(fit.tau2.se, wanted["se_tau2"])
    if wanted.get("pi_lb") not in (None, "NA"):
        assert same([predict(fit).pi_lower, predict(fit).pi_upper], [wanted["pi_lb"], wanted["pi_ub"]])


@pytest.mark.parametrize("name", MODELS["profile"])
def test_q_profile_intervals(name):
    fit = pool(numbers(MODELS["sets"][name]["yi"]), numbers(MODELS["sets"][name]["vi"]))
    found, wanted = q_profile(fit), MODELS["profile"][name]
    assert same(found.tau2, wanted["tau2"], atol=1e-7)
    assert same(found.i2, wanted["I2"], atol=1e-5)
    assert same(found.h2, wanted["H2"], atol=1e-7)


@pytest.mark.parametrize("method", ["REML", "DL", "PM"])
def test_q_profile_of_bcg(method):
    found, wanted = q_profile(pool(Y, V, method=method)), BCG["results"]["tau2_ci_Qprofile"][method]
    assert same(found.tau2, wanted["tau2"][1:])
    assert same(found.i2, wanted["I2"][1:])
    assert same(found.h2, wanted["H2"][1:])


@pytest.mark.parametrize("kind", MODELS["moderators"]["fits"])
def test_moderators_with_a_factor(kind):
    data, wanted = MODELS["moderators"], MODELS["moderators"]["fits"][kind]
    method, test = kind.split("_")
    made = design({"x": data["x"], "g": data["g"]}, len(data["yi"]))
    assert made.names == ("intrcpt", "x", "g b") and made.references == {"g": "a"}
    fit = pool(numbers(data["yi"]), numbers(data["vi"]), made.X, method, test)
    for got, key in ((fit.b, "b"), (fit.se, "se"), (fit.ci_lower, "ci_lb"), (fit.p_value, "pval"), (fit.tau2.value, "tau2"), (fit.i2, "I2"),
                     (fit.q, "QE"), (fit.qm, "QM"), (fit.qm_p, "QMp")):
        assert same(got, wanted[key])
    if fit.r2 is not None and wanted.get("R2") not in (None, "NA"):
        assert same(fit.r2, wanted["R2"])


@pytest.mark.parametrize("name", BCG["metareg"])
def test_meta_regressions_of_bcg(name):
    wanted = BCG["metareg"][name]
    given = {"ablat": BCG["input"]["ablat"], "year": BCG["input"]["year"], "alloc": BCG["input"]["alloc"]}
    chosen = {key: given[key] for key in given if key in name}
    fit = pool(Y, V, design(chosen, len(Y)).X, wanted["method"], wanted["test"])
    order = [wanted["coef_names"].index(n) for n in _as_metafor(design(chosen, len(Y)).names)]
    for got, key in ((fit.b, "b"), (fit.se, "se"), (fit.p_value, "pval")):
        assert same(got, numbers(wanted[key])[order])
    for got, key in ((fit.tau2.value, "tau2"), (fit.i2, "I2"), (fit.q, "QE"), (fit.qm, "QM"), (fit.qm_p, "QMp"), (fit.r2, "R2")):
        assert same(got, wanted[key])


def _as_metafor(names):
    return [name.replace("alloc ", "factor(alloc)") for name in names]


def test_subgroups_leave_one_out_cumulative_and_influence_of_bcg():
    found = between(Y, V, BCG["input"]["alloc"], "DL")
    for name, wanted in BCG["subgroup_DL_by_alloc"].items():
        assert same([found.groups[name].b[0], found.groups[name].tau2.value, found.groups[name].i2], [wanted["b"], wanted["tau2"], wanted["I2"]])
    for method in ("DL", "REML"):
        left, wanted = leave_one_out(pool(Y, V, method=method)), BCG["results"][f"leave1out_{method}"]
        assert same([each.b[0] for each in left], wanted["estimate"])
        assert same([each.se[0] for each in left], wanted["se"])
        assert same([each.tau2.value for each in left], wanted["tau2"])
    added, wanted = cumulative(pool(Y, V, method="DL")), BCG["results"]["cumul_DL_input_order"]
    assert same([each.b[0] for each in added], wanted["estimate"])
    assert same([each.se[0] for each in added], wanted["se"])
    fit = pool(Y, V)
    for key, got in zip(("rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "QE_del", "hat", "weight"), vars(influence(fit, leave_one_out(fit))).values(), strict=True):
        assert same(got, BCG["results"]["influence_REML"][key])
    assert same(shrunken(fit)[0], BCG["results"]["blup_REML"]["pred"])
    assert same(shrunken(fit)[1], BCG["results"]["blup_REML"]["se"])


def test_mantel_haenszel_and_peto_of_bcg():
    for measure in ("RR", "OR"):
        found, wanted = mantel_haenszel(*CELLS, measure), BCG[f"mantel_haenszel_{measure}"]
        assert same([found.estimate, found.se, found.ci_lower, found.ci_upper, found.q, found.q_p],
             [wanted[key] for key in ("b", "se", "ci_lb", "ci_ub", "QE", "QEp")])
    assert same(mantel_haenszel(*CELLS, "RR").i2, BCG["mantel_haenszel_RR"]["I2"])
    odds, wanted = mantel_haenszel(*CELLS, "OR"), BCG["mantel_haenszel_OR"]
    assert same([odds.cmh, odds.cmh_p, odds.tarone, odds.breslow_day], [wanted[key] for key in ("CMH", "CMHp", "TA", "BD")])
    found, wanted = peto(*CELLS), BCG["peto_OR"]
    assert same([found.estimate, found.se, found.ci_lower, found.ci_upper, found.q], [wanted[key] for key in ("b", "se", "ci_lb", "ci_ub", "QE")])


# Small studies

@pytest.mark.parametrize("name", [name for name in MODELS["small"] if name in MODELS["sets"]])
def test_small_study_tests(name):
    y, v, wanted = numbers(MODELS["sets"][name]["yi"]), numbers(MODELS["sets"][name]["vi"]), MODELS["small"][name]
    for form in ("rma", "lm"):
        for predictor in ("sei", "vi"):
            found, told = egger(y, v, form, predictor), wanted[f"{form}_{predictor}"]
            assert same([found.statistic, found.p, found.limit], [told["stat"], told["p"], told["limit"]])
    assert same([begg(y, v).slope, begg(y, v).p], [wanted["rank"]["tau"], wanted["rank"]["p"]])
    for estimator in ("L0", "R0", "Q0"):
        found, told = trim_and_fill(pool(y, v, method="DL"), estimator), wanted[estimator]
        assert found.k0 == told["k0"]
        assert same([found.filled.b[0], found.filled.se[0], found.se_k0], [told["b"], told["se"], told["se_k0"]])


def test_small_study_tests_of_bcg():
    told = BCG["egger"] if "egger" in BCG else BCG["results"]["egger"]
    for key, found in (("lm_classic_sei", egger(Y, V)), ("rma_sei_REML", egger(Y, V, "rma")), ("rma_sei_DL", egger(Y, V, "rma", method="DL")),
                       ("rma_vi_REML", egger(Y, V, "rma", "vi"))):
        assert same([found.statistic, found.p, found.limit], [told[key]["stat"], told[key]["pval"], told[key]["limit_est"]])
    for key, wanted in BCG["results"]["trimfill"].items():
        method, estimator = key.split("_")
        found = trim_and_fill(pool(Y, V, method=method), estimator)
        assert (found.k0, found.side) == (wanted["k0"], wanted["side"])
        assert same([found.filled.b[0], found.filled.se[0], found.se_k0], [wanted["b"], wanted["se"], wanted["se_k0"]])
        if method != "REML" or not found.k0:  # that reference stopped at metafor's usual threshold, 1e-6 short of the solution
            assert same(found.filled.tau2.value, wanted["tau2"])
    found, wanted = trim_and_fill(pool(Y, V)), MODELS["small"]["bcg_REML_L0"]  # the same, iterated to the end
    assert same([found.k0, found.filled.b[0], found.filled.se[0], found.filled.tau2.value], [wanted[key] for key in ("k0", "b", "se", "tau2")])
    assert fail_safe(Y, V) == BCG["results"]["failsafe"]["rosenthal"]


def test_the_predictor_of_sample_size():
    told = MODELS["small"]["sqrtninv"]
    found = egger(numbers(told["yi"]), numbers(told["vi"]), "rma", "sqrtninv", numbers(told["ni"]))
    assert same([found.statistic, found.p], [told["stat"], told["p"]])


# Dependence

@pytest.mark.parametrize("method", ["REML", "ML"])
def test_three_levels_and_robust_variance(method):
    data, wanted = MODELS["three_level"]["data"], MODELS["three_level"][method]
    fit = three_level(numbers(data["yi"]), numbers(data["vi"]), [str(d) for d in data["district"]], restricted=method == "REML")
    assert fit.loglik >= wanted["loglik"] - 1e-9
    assert same([fit.b[0], fit.se[0], fit.between, fit.within], [wanted["b"], wanted["se"], *wanted["sigma2"]], rtol=1e-4)
    assert same(fit.q, wanted["QE"])
    found = robust(fit)
    assert same([found.se[0], found.p_value[0]], [wanted["robust_se"], wanted["robust_p"]], rtol=1e-4)
    assert found.df == wanted["robust_df"]


@pytest.mark.parametrize("measure", ["MD", "SMD"])
def test_covariance_of_a_shared_control(measure):
    data = MODELS["shared"]["data"]
    cells = {name: numbers([row[name] for row in data]) for name in ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")}
    y, v = of_means(measure, *cells.values())
    groups = groups_that_share([row["study"] for row in data], [""] * len(data), cells)
    assert groups == [[0, 1, 2], [3, 4]]
    assert same(y, MODELS["shared"][measure]["yi"])
    assert same(v, MODELS["shared"][measure]["vi"])
    found = covariance(measure, y, v, cells, groups)
    np.testing.assert_allclose(found, found.T)
    assert (np.linalg.eigvalsh(found) > 0).all()
    if measure == "MD":
        assert found[0, 1] == pytest.approx(21**2 / 20) and found[3, 4] == pytest.approx(24**2 / 26) and found[0, 3] == 0
    else:
        N = 30 + 30 + 28 + 20
        assert found[0, 1] == pytest.approx(1 / 20 + y[0] * y[1] / (2 * N))


def test_network_against_a_written_gls_and_metafor():
    data, wanted = MODELS["network"]["data"], MODELS["network"]["fits"]
    values = {name: numbers(data[name]) for name in ("mean", "sd", "n")}
    contrasts = contrasts_of_arms(data["study"], data["treat"], values, "MD")
    fixed, random = fit_network(contrasts, "A", "FE"), fit_network(contrasts, "A", "REML")
    assert same(fixed.d, wanted["fixed"]["b"])
    assert same(np.sqrt(np.diag(fixed.vd)), wanted["fixed"]["se"])
    assert same(fixed.q, wanted["fixed"]["QE"])
    assert random.loglik >= wanted["random"]["loglik"] - 1e-9
    assert same([*random.d, random.tau2], [*wanted["random"]["b"], wanted["random"]["tau2"]], rtol=1e-4, atol=1e-6)
    # the same by hand: every study centred on its weighted mean of arms, which is the arm-based form of the fixed model
    arms = [(s, t, m, d**2 / n) for s, t, m, d, n in zip(data["study"], data["treat"], *values.values(), strict=True)]
    studies = sorted({a[0] for a in arms})
    X = np.array([[float(a[0] == s) for s in studies] + [float(a[1] == t) for t in ("B", "C")] for a in arms])
    w = np.array([1 / a[3] for a in arms])
    b = np.linalg.solve((X.T * w) @ X, X.T @ (w * np.array([a[2] for a in arms])))
    np.testing.assert_allclose(fixed.d, b[-2:], rtol=1e-9)
