"""Reactions of an SBML model as rates of its species.

    d[s]/dt = sum over reactions of (made - used) v / V_s,   v the kinetic law, V_s the size of the compartment of s

A species that counts amounts is not divided by V. Boundary and constant species are left as they are. Fast reactions, stoichiometry
that is not a number, laws that are missing and parameters of single laws are refused by name.
"""

from __future__ import annotations

from typing import Any

from pulposus.core.errors import Fault

__all__ = ["reacting"]


def reacting(model: Any, name: str, faults: list[Fault]) -> dict[str, list[tuple[float, Any]]]:
    """Return (coefficient, kinetic law) of every reaction by the species it changes; adds what is not supported to `faults`."""
    found: dict[str, list[tuple[float, Any]]] = {}
    for reaction in model.getListOfReactions():
        where = f"reaction {reaction.getId()}"
        law = reaction.getKineticLaw()
        if reaction.isSetFast() and reaction.getFast():
            faults.append(Fault(name, where, "fast", "reactions with a rate"))
        if law is None or law.getMath() is None:
            faults.append(Fault(name, where, "no kinetic law", "a kinetic law"))
            continue
        if law.getNumParameters() or law.getNumLocalParameters():
            faults.append(Fault(name, where, "parameters of its own", "parameters of the model"))
        for sign, sides in ((-1.0, reaction.getListOfReactants()), (1.0, reaction.getListOfProducts())):
            for side in sides:
                species = model.getSpecies(side.getSpecies())
                if side.isSetStoichiometryMath() or (side.isSetId() and model.getRule(side.getId())):
                    faults.append(Fault(name, f"{where}: {side.getSpecies()}", "stoichiometry by a formula", "a number"))
                elif species is not None and not species.getBoundaryCondition() and not species.getConstant():
                    coefficient = side.getStoichiometry() if side.isSetStoichiometry() or model.getLevel() < 3 else 1.0
                    found.setdefault(species.getId(), []).append((sign * coefficient, law.getMath()))
    return found
