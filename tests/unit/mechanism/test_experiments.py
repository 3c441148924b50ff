"""Experiments, what carried them, rescues, doses, draws, and what the network tells the tissue."""

from __future__ import annotations

import numpy as np
import pytest

from pulposus.core.errors import InputError, NotAllowed
from pulposus.core.parameters import ParameterSet
from pulposus.mechanism.calibration import calibrated
from pulposus.mechanism.conditions import Condition, states
from pulposus.mechanism.doses import load_responses, read_share
from pulposus.mechanism.experiment import Experiment, run
from pulposus.mechanism.experiment_file import read_experiment
from pulposus.mechanism.kinetics import Kinetics, Settings
from pulposus.mechanism.network import load_network
from pulposus.mechanism.phenotypes import direct, phenotypes
from pulposus.mechanism.prior import draw_settings
from pulposus.mechanism.rescue import rescue
from pulposus.mechanism.sparse_grid import build
from pulposus.mechanism.steady import steady_state

NETWORK = load_network()
TNF = Condition((("TNF_ext", 0.8),))
REST = {"il1b": 0.0, "tnf": 0.0, "oxygen": 3.03975, "load": 0.0}


def test_the_mir_21_axis_carries_akt_whole_and_its_sign_is_told():
    found = run(Experiment(TNF, Condition((("miR21", 0.9),)), readouts=("AKT", "PTEN")), NETWORK)
    akt, pten = found["readouts"]
    assert akt["direction"] == "up" and pten["direction"] == "down"
    first = akt["paths"][0]
    assert first["nodes"] == ["miR21", "PTEN", "PI3K", "AKT"] and first["signs"] == ["-", "-", "+"] and first["share"] > 0.8


def test_a_knock_down_explains_itself():
    found = run(Experiment(TNF, Condition((), (("PTEN", 0.2),)), readouts=("AKT",)), NETWORK)
    assert found["readouts"][0]["direction"] == "up" and found["readouts"][0]["paths"][0]["nodes"][0] == "PTEN"


def test_shares_of_paths_add_up_to_the_change_in_a_chain():
    found = run(Experiment(Condition(), Condition((("IL1B_ext", 0.5),)), readouts=("MYD88",)), NETWORK)
    assert found["readouts"][0]["explained"] == pytest.approx(1.0, abs=0.02)


def test_a_course_ends_where_it_was_asked_to_and_starts_from_rested_cells():
    found = run(Experiment(TNF, Condition(), hours=24.0, readouts=("IL6",)), NETWORK)
    hours, course = found["course"]["hours"], found["course"]["states"]["IL6"]["stimulus"]
    assert hours[0] == 0 and hours[-1] == 24.0 and course[0] == pytest.approx(found["readouts"][0]["unstimulated"], abs=1e-6)
    assert course[-1] > course[0]


def test_every_rival_and_every_filter_is_shown_beside_the_default():
    found = run(Experiment(TNF, Condition((("miR194", 0.9),)), readouts=("JNK", "TRAF6"), all_hypotheses=True), NETWORK)
    by_option = {each["option"]: {r["id"]: r["change"] for r in each["readouts"]} for each in found["rivals"]}
    assert len(by_option) == 11 and by_option["defaults"]["TRAF6"] < -0.05
    assert by_option["traf6=interleukin_and_toll"] != by_option["defaults"]
    kept = run(Experiment(TNF, Condition((("miR194", 0.9),)), readouts=("TRAF6",), basis="abstract"), NETWORK)
    assert kept["edges"] < len(NETWORK.of("NP").edges) and kept["whole_network"][0]["id"] == "TRAF6"


def test_a_rescue_finds_the_receptor_antagonist_and_marks_what_acts_directly():
    found = rescue(Condition((("IL1B_ext", 0.8),)), "MATDEG", NETWORK, pairs=True)
    names = [each["perturbation"] for each in found["single"][:3]]
    assert "IL1RA=1" in names and found["single"][0]["rescued"] > 0.7
    assert {each["perturbation"]: each["direct"] for each in found["single"]}["TIMP3=0.9"] is True
    assert found["pairs"][0]["rescued"] >= found["single"][0]["rescued"] - 0.05
    with pytest.raises(InputError, match="changes by"):
        rescue(Condition((("IL1B_ext", 0.8),)), "CALCIF", NETWORK)


def test_doses_follow_their_curves_and_wrong_units_are_refused():
    curves = load_responses()
    assert curves["ACID"].share(6.6) == pytest.approx(0.5) and curves["ACID"].share(5.0) == 1.0
    assert curves["HYPOXIA"].share(21.0) < 0.1 < 0.8 < curves["HYPOXIA"].share(1.0)
    assert read_share("LPS", "300 ng/mL", "", []) == pytest.approx(0.5)
    assert read_share("RAPAMYCIN", "0.01 uM", "", []) == pytest.approx(0.5)
    for node, text in (("TNF_ext", "3 MPa"), ("PTEN", "3 uM"), ("OXID", "-3 uM"), ("TNF_ext", "1.5"), ("TNF_ext", "ten"), ("EV_BMSC", "3 ug/mL")):
        faults = []
        assert read_share(node, text, "x", faults) is None and len(faults) == 1


def test_every_dose_says_that_it_is_assumed_why_and_how_wide():
    for curve in load_responses().values():
        assert curve.origin == "assumed" and curve.why and curve.low < curve.half < curve.high
        assert curve.node in NETWORK.index and NETWORK[curve.node].is_input


def test_draws_stay_within_their_bounds_and_repeat():
    settings = draw_settings(NETWORK, 3, base=calibrated())
    edges = {edge.id: edge for edge in NETWORK.edges}
    assert all(edges[id].weight_low <= value <= edges[id].weight_high for id, value in settings.weights.items())
    assert settings == draw_settings(NETWORK, 3, base=calibrated()) != draw_settings(NETWORK, 4, base=calibrated())
    Kinetics(NETWORK.of("NP"), settings)


def test_the_calibration_read_no_therapy_row_and_was_worth_it_on_papers_left_out():
    from pulposus.core.files import packaged, read_yaml
    from pulposus.mechanism.bank import read_bank

    data, _ = read_yaml(packaged("network/calibration.yaml"))
    kinds = {row.id: row.kind for row in read_bank(packaged("network/banks/reviews.csv"), NETWORK)}
    assert {kinds[id] for id in data["rows"]} <= {"stimulus", "dose", "none"}
    assert data["left_out_loss"] < data["left_out_loss_before"] and data["table"][1]["loss"] < data["table"][0]["loss"]
    assert calibrated().ec50_of["NFKB"] == data["gate_ec50"] and all(id in NETWORK.index for id in data["gates"])


def test_the_tissue_reads_no_change_from_rested_cells_and_more_loss_from_inflamed_ones():
    rested = phenotypes(REST)
    assert rested.death[0] == pytest.approx(1.0, rel=0.02) and rested.synthesis[0] == pytest.approx(1.0, rel=0.01)
    inflamed = phenotypes({**REST, "il1b": [1.0, 100.0]})
    assert (np.diff(inflamed.degradation) > 0).all() and (np.diff(inflamed.synthesis) < 0).all() and (inflamed.secretion["IL6"] > 1.5).all()


def test_the_kept_grid_is_within_one_percent_of_the_direct_solve_at_random_points(tmp_path):
    rng = np.random.default_rng(11)
    n = 1000
    environment = {"il1b": 10 ** rng.uniform(-2, 2, n), "tnf": 10 ** rng.uniform(-2, 2.5, n), "oxygen": rng.uniform(0.1, 20, n), "load": rng.uniform(0, 2, n)}
    extra = (rng.random(n), {"miR21": 0.9}, rng.random(n))
    kept, solved = phenotypes(environment, *extra, folder=tmp_path), direct(environment, *extra)
    for name in ("death", "division", "senescence", "synthesis", "degradation"):
        a, b = getattr(kept, name), getattr(solved, name)
        assert np.abs(a - b).max() < 0.01 * np.ptp(b), name
    for id, b in solved.secretion.items():
        assert np.abs(kept.secretion[id] - b).max() < 0.01 * np.ptp(b), id
    assert len(list(tmp_path.glob("phenotypes-*.npz"))) == 1


def test_priors_of_the_modifiers_include_no_effect():
    parameters = ParameterSet.load()
    nothing = {"apoptosis_death_rate": 0, "pyroptosis_death_rate": 0, "network_senescence_rate": 0, "synthesis_exponent": 0, "degradation_most": 1, "secretion_most": 1}
    for symbol, value in nothing.items():
        assert parameters.lookup(symbol).spread.low == value and parameters.lookup(symbol).origin == "assumed"
    quiet = parameters.override({parameters.lookup(symbol).id: f"{value} {parameters.lookup(symbol).unit}" if parameters.lookup(symbol).unit != "1" else value for symbol, value in nothing.items()})
    said = phenotypes({**REST, "tnf": 100.0}, parameters=quiet)
    assert said.death[0] == said.senescence[0] == said.synthesis[0] == said.degradation[0] == said.secretion["IL6"][0] == 1.0


def test_nutrition_and_acid_stay_with_the_tissue():
    with pytest.raises(NotAllowed, match="il1b, tnf, oxygen, load"):
        phenotypes({**REST, "pH": 6.5})
    with pytest.raises(NotAllowed):
        phenotypes(REST, cargo=1.2)


def test_a_sparse_grid_is_exact_for_low_powers():
    grid = build(lambda u: np.column_stack([u[:, 0] * u[:, 1], np.sqrt(u[:, 2])]), 3, 4)
    u = np.random.default_rng(1).random((20, 3))
    assert grid(u) == pytest.approx(np.column_stack([u[:, 0] * u[:, 1], np.sqrt(u[:, 2])]), abs=1e-10)


def test_an_experiment_file_is_read_and_its_faults_come_at_once(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("version: 1\ncell: AF\nstimulus: {IL-1b: 10 ng/mL}\ntreatment: {RAPAMYCIN: 1}\nread: [AUTOPHAGY]\nhours: 6\n", encoding="utf-8")
    found = read_experiment(path, NETWORK)
    assert found.cell == "AF" and found.stimulus.clamps[0][0] == "IL1B_ext" and found.readouts == ("AUTOPHAGY",)
    path.write_text("version: 1\ncell: bone\nstimulus: {IL-1c: 1}\ntreatment: {PTEN: 3}\nread: [FOO]\nhypotheses: {traf6: no}\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_experiment(path, NETWORK)
    for word in ("bone", "IL-1c", "PTEN", "FOO"):
        assert word in str(error.value)
    for text in ("version: 2\n", "stimulus: [a]\n", "version: 1\nknock_down: {PTEN: high}\n", "version: 1\nunknown: 1\n", "version: 1\nhours: -3\n"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match="x.yaml"):
            read_experiment(path, NETWORK)


def test_settings_of_single_weights_are_used():
    network = NETWORK.of("NP")
    for weight in (0.1, 0.9):
        kinetics = Kinetics(network, Settings(weights={"miR21|PTEN": weight}))
        found = steady_state(kinetics, *states(kinetics, [Condition((("miR21", 1.0),))]))
        assert found.x[network.index["PTEN"], 0] == pytest.approx(NETWORK["PTEN"].basal * (1 - weight), rel=0.2)
