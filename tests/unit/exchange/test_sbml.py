"""SBML out and in: consistent, equal to libroadrunner, byte-equal on the second write, loud about what it cannot read."""

from __future__ import annotations

import numpy as np
import pytest

from pulposus.core.errors import InputError
from pulposus.exchange.qual import qual_text
from pulposus.exchange.sbml_read import read_network, read_sbml
from pulposus.exchange.sbml_write import sbml_text
from pulposus.mechanism.calibration import calibrated
from pulposus.mechanism.conditions import Condition, states
from pulposus.mechanism.kinetics import Kinetics
from pulposus.mechanism.network import load_network
from pulposus.mechanism.trajectory import course

libsbml = pytest.importorskip("libsbml", reason="not run: pip install 'pulposus[sbml]'")
NETWORK = load_network().of("NP")
HEAD = '<?xml version="1.0" encoding="UTF-8"?><sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"><model id="m">'
PARTS = (
    '<listOfCompartments><compartment id="c" size="1" constant="true"/></listOfCompartments><listOfSpecies>'
    '<species id="A" compartment="c" initialConcentration="0.2" hasOnlySubstanceUnits="false" boundaryCondition="false" constant="false"/>'
    '<species id="S" compartment="c" initialConcentration="1" hasOnlySubstanceUnits="false" boundaryCondition="true" constant="false"/></listOfSpecies>'
    '<listOfParameters><parameter id="h" value="10" constant="true"/><parameter id="g" value="1" constant="true"/></listOfParameters>'
)
TAIL = "</model></sbml>"


def rule(math):
    return f'<listOfRules><rateRule variable="A"><math xmlns="http://www.w3.org/1998/Math/MathML">{math}</math></rateRule></listOfRules>'


def written(tmp_path, text, name="x.xml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(text):
    document = libsbml.readSBMLFromString(text)
    document.checkConsistency()
    return [document.getError(at).getMessage() for at in range(document.getNumErrors()) if document.getError(at).getSeverity() >= libsbml.LIBSBML_SEV_ERROR]


def test_what_is_written_has_no_consistency_errors_and_carries_identifiers_and_papers():
    text = sbml_text(NETWORK, calibrated())
    assert faults_of(text) == [] and faults_of(qual_text(NETWORK)) == []
    assert "identifiers.org/uniprot:P60484" in text and "mirbase.mature:MIMAT0000076" in text and 'source="miR21"' in text


def test_written_read_and_simulated_it_equals_roadrunner_and_ourselves(tmp_path):
    roadrunner = pytest.importorskip("roadrunner", reason="not run: pip install libroadrunner")
    condition = Condition((("TNF_ext", 0.8), ("miR21", 0.9)), (("P38", 0.3),))
    text = sbml_text(NETWORK, calibrated(), condition)
    model = read_sbml(written(tmp_path, text))
    times = np.linspace(0, 72, 13)
    mine = model.run(times)
    runner = roadrunner.RoadRunner(text)
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = 1e-10, 1e-12
    table = np.array(runner.simulate(0, 72, 13))
    columns = [name.strip("[]") for name in runner.timeCourseSelections]
    theirs = table[:, [columns.index(id) for id in model.states]]
    assert np.abs(theirs - mine).max() < 1e-6
    kinetics = Kinetics(NETWORK, calibrated())
    x, held, ceiling = states(kinetics, [condition])
    own = course(kinetics, x, held, times, ceiling, tolerance=1e-7).x[:, [kinetics.network.index[id] for id in model.states], 0]
    assert np.abs(own - theirs).max() < 1e-6
    assert np.abs(course(kinetics, x, held, times, ceiling).x[:, [kinetics.network.index[id] for id in model.states], 0] - theirs).max() < 1e-4


def test_a_second_write_gives_the_same_bytes(tmp_path):
    held = Condition((("TNF_ext", 0.8),), (("P38", 0.3),))
    text = sbml_text(NETWORK, calibrated(), held)
    network, settings, condition = read_network(written(tmp_path, text))
    assert network.edges == NETWORK.edges and network.nodes == NETWORK.nodes and settings == calibrated() and condition == held
    assert sbml_text(network, settings, condition) == text


def test_a_file_whose_numbers_were_changed_is_not_taken_for_the_network(tmp_path):
    text = sbml_text(NETWORK, calibrated())
    changed = text.replace('id="w_0" name="EV_BMSC&gt;miR21" value="0.9"', 'id="w_0" name="EV_BMSC&gt;miR21" value="0.1"')
    assert changed != text
    with pytest.raises(InputError, match="do not follow"):
        read_network(written(tmp_path, changed))


def test_the_constructs_of_the_published_disc_networks_are_read(tmp_path):
    # S(omega) - g A with omega = 2 S / (1 + S): exp, minus of one and of two, nested sums, parameters, a boundary species
    omega = "<apply><divide/><apply><times/><cn>2</cn><ci>S</ci></apply><apply><plus/><cn type='integer'>1</cn><ci>S</ci></apply></apply>"
    up = "<apply><exp/><apply><times/><cn>0.5</cn><ci>h</ci></apply></apply>"
    down = f"<apply><exp/><apply><times/><apply><minus/><ci>h</ci></apply><apply><minus/>{omega}<cn>0.5</cn></apply></apply></apply>"
    top = f"<apply><plus/><apply><minus/>{up}</apply>{down}</apply>"
    below = f"<apply><times/><apply><minus/><cn>1</cn>{up}</apply><apply><plus/><cn>1</cn>{down}</apply></apply>"
    math = f"<apply><minus/><apply><divide/>{top}{below}</apply><apply><times/><ci>g</ci><ci>A</ci></apply></apply>"
    model = read_sbml(written(tmp_path, HEAD + PARTS + rule(math) + TAIL))
    found = model.run([0.0, 50.0])
    assert found[-1, 0] == pytest.approx(1.0, abs=1e-6)  # omega is 1 for a full input
    assert model.run([0.0, 50.0], {"S": 0.0})[-1, 0] == pytest.approx(0.0, abs=1e-6)
    with pytest.raises(InputError, match="nearest: S"):
        model.run([0.0, 1.0], {"s": 0.0})


def test_functions_piecewise_and_assignments_are_read_in_any_order(tmp_path):
    function = (
        '<listOfFunctionDefinitions><functionDefinition id="f"><math xmlns="http://www.w3.org/1998/Math/MathML"><lambda><bvar><ci>x</ci></bvar>'
        "<apply><power/><ci>x</ci><cn>2</cn></apply></lambda></math></functionDefinition></listOfFunctionDefinitions>"
    )
    parts = PARTS.replace("</listOfParameters>", '<parameter id="p" constant="false"/><parameter id="q" constant="false"/></listOfParameters>')
    math = 'xmlns="http://www.w3.org/1998/Math/MathML"'
    rules = (
        f'<listOfRules><assignmentRule variable="p"><math {math}><apply><plus/><ci>q</ci><cn>1</cn></apply></math></assignmentRule>'
        f'<assignmentRule variable="q"><math {math}><piecewise><piece><cn>3</cn><apply><gt/><ci>S</ci><cn>0.5</cn></apply></piece><otherwise><cn>0</cn>'
        f"</otherwise></piecewise></math></assignmentRule>"
        f'<rateRule variable="A"><math {math}><apply><minus/><apply><ci>f</ci><ci>p</ci></apply><ci>A</ci></apply></math></rateRule></listOfRules>'
    )
    model = read_sbml(written(tmp_path, HEAD + function + parts + rules + TAIL))
    assert model.run([0.0, 60.0])[-1, 0] == pytest.approx(16.0, rel=1e-6)
    assert model.run([0.0, 60.0], {"S": 0.0})[-1, 0] == pytest.approx(1.0, rel=1e-6)


GROW = "<apply><minus/><ci>S</ci><ci>A</ci></apply>"
EVENT = (
    '<listOfEvents><event useValuesFromTriggerTime="true"><trigger initialValue="false" persistent="true"><math xmlns="http://www.w3.org/1998/Math/MathML">'
    "<apply><gt/><ci>A</ci><cn>0.5</cn></apply></math></trigger></event></listOfEvents>"
)
REACTION = '<listOfReactions><reaction id="r" reversible="false"/></listOfReactions>'
LAW = "<apply><times/><ci>h</ci><apply><minus/><ci>S</ci><ci>A</ci></apply></apply>"


def reaction(id, product, law, more=""):
    return (
        f'<listOfReactions><reaction id="{id}" reversible="false"><listOfReactants><speciesReference species="S" stoichiometry="1" constant="true"/></listOfReactants>'
        f'<listOfProducts><speciesReference species="{product}" stoichiometry="2" constant="true"/></listOfProducts>'
        f'<kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML">{law}</math>{more}</kineticLaw></reaction></listOfReactions>'
    )


def test_reactions_change_their_species_by_stoichiometry_and_volume(tmp_path):
    roadrunner = pytest.importorskip("roadrunner", reason="not run: pip install libroadrunner")
    text = HEAD + PARTS.replace('size="1"', 'size="4"') + reaction("r", "A", LAW) + TAIL
    model = read_sbml(written(tmp_path, text))
    found = model.run([0.0, 0.1])
    # S is a boundary species; dA/dt = 2 h (S - A) / 4 = 5 (1 - A), from 0.2
    assert model.states == ("A",) and found[-1, 0] == pytest.approx(1 - 0.8 * np.exp(-0.5), rel=1e-7)
    runner = roadrunner.RoadRunner(text)
    runner.integrator.relative_tolerance = 1e-10
    assert found[-1, 0] == pytest.approx(np.array(runner.simulate(0, 0.1, 2))[-1, 1], rel=1e-6)


def test_a_level_2_model_of_one_reaction_an_edge_is_read(tmp_path):
    law = "<apply><minus/><apply><divide/><cn>1</cn><apply><plus/><cn>1</cn><apply><exp/><apply><times/><apply><minus/><ci>h</ci></apply><apply><minus/><ci>B</ci><cn>0.5</cn></apply></apply></apply></apply></apply><apply><times/><ci>g</ci><ci>A</ci></apply></apply>"
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><sbml xmlns="http://www.sbml.org/sbml/level2" level="2" version="1"><model id="m"><listOfCompartments>'
        '<compartment id="c" size="1"/></listOfCompartments><listOfSpecies><species id="A" compartment="c" initialConcentration="0.1"/>'
        '<species id="B" compartment="c" initialConcentration="1"/></listOfSpecies><listOfParameters><parameter id="h" value="10"/><parameter id="g" value="1"/>'
        '</listOfParameters><listOfReactions><reaction id="B_activates_A" reversible="false"><listOfReactants><speciesReference species="B"/></listOfReactants>'
        '<listOfProducts><speciesReference species="A"/></listOfProducts><kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML">'
        f"{law}</math></kineticLaw></reaction></listOfReactions></model></sbml>"
    )
    model = read_sbml(written(tmp_path, text))
    x = model.run([0.0, 0.5])
    assert x[-1].sum() == pytest.approx(1.1, rel=1e-9) and x[-1, model.states.index("A")] > 0.3  # what B loses A gains
DELAY = (
    '<apply><csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/delay">delay</csymbol><ci>A</ci><cn>1</cn></apply>'
)
LOOP = (
    '<listOfRules><assignmentRule variable="p"><math xmlns="http://www.w3.org/1998/Math/MathML"><ci>q</ci></math></assignmentRule>'
    '<assignmentRule variable="q"><math xmlns="http://www.w3.org/1998/Math/MathML"><ci>p</ci></math></assignmentRule></listOfRules>'
)
ALGEBRAIC = f'<listOfRules><algebraicRule><math xmlns="http://www.w3.org/1998/Math/MathML">{GROW}</math></algebraicRule></listOfRules>'
START = (
    '<listOfInitialAssignments><initialAssignment symbol="A"><math xmlns="http://www.w3.org/1998/Math/MathML"><cn>1</cn></math></initialAssignment></listOfInitialAssignments>'
)
REFUSED = {
    "events": (PARTS + rule(GROW) + EVENT, "events"),
    "reactions without a law": (PARTS + REACTION, "kinetic law"),
    "a rule and a reaction": (PARTS + rule(GROW) + reaction("r", "A", LAW), "one of them"),
    "parameters of a law": (PARTS + reaction("r", "A", LAW, '<listOfLocalParameters><localParameter id="k" value="1"/></listOfLocalParameters>'), "of its own"),
    "delays": (PARTS + rule(DELAY), "delay"),
    "algebraic rules": (PARTS + ALGEBRAIC, "algebraic"),
    "initial assignments": (PARTS + START + rule(GROW), "initial assignments"),
    "no rules": (PARTS, "no rate rules and no reactions"),
    "circles": (PARTS.replace("</listOfParameters>", '<parameter id="p" constant="false"/><parameter id="q" constant="false"/></listOfParameters>') + LOOP, "each other"),
    "unknown names": (PARTS + rule("<ci>Z</ci>"), "Z"),
    "functions that are not known": (PARTS + rule("<apply><factorial/><ci>A</ci></apply>"), "factorial"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_be_wrong_if_left_out_is_refused_by_name(tmp_path, name):
    body, said = REFUSED[name]
    with pytest.raises(InputError) as error:
        read_sbml(written(tmp_path, HEAD + body + TAIL))
    assert "x.xml" in str(error.value) and said in str(error.value)


def test_a_fast_reaction_is_refused(tmp_path):
    text = HEAD.replace("version2", "version1").replace('version="2"', 'version="1"') + PARTS + reaction("r", "A", LAW) + TAIL
    text = text.replace('reversible="false"', 'reversible="false" fast="true"').replace('species="S" s', 'species="S" constant="true" s').replace('"1" constant="true"/></listOfReactants', '"1"/></listOfReactants')
    with pytest.raises(InputError, match="fast"):
        read_sbml(written(tmp_path, text))


@pytest.mark.parametrize("text", ["", "not xml", "<html/>", HEAD, HEAD.replace("model", "modle") + TAIL, HEAD + "</model>"])
def test_malformed_files_are_refused(tmp_path, text):
    with pytest.raises(InputError, match="x.xml"):
        read_sbml(written(tmp_path, text))
    assert read_network(written(tmp_path, "<a/>", "y.xml")) is None


def test_no_text_of_a_file_is_ever_run(tmp_path):
    name = "__import__('os').system('true')"
    body = PARTS.replace('id="A"', 'id="A" name="' + name.replace("'", "&apos;") + '"')
    assert read_sbml(written(tmp_path, HEAD + body + rule(GROW) + TAIL)).names["A"] == name
