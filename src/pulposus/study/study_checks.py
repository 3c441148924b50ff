"""What can be wrong between the parts of a study file: names, times, and products that do not go with their route.

The checks read the plain data, so that they speak even where another part of the file is at fault; what is not of the
expected shape is passed over, as the model refuses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulposus.core.errors import InputError, NotAllowed, nearest, shorten
from pulposus.core.joint_faults import Problem
from pulposus.core.units import convert, si
from pulposus.core.vocabulary import limit, names, terms
from pulposus.study.comparator import arms_without_comparator
from pulposus.study.levels import levels_of
from pulposus.tissue.symptoms import SYMPTOMS

__all__ = ["ORDER_MARK", "hypothesis_problems", "override_problems", "problems_across"]

ORDER_MARK = "<"  # between the arms of a reported order, the lowest first

INJECTED = ("cells", "vesicles", "vehicle")  # products that take up room


def problems_across(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong between arms, doses and reported results."""
    arms = [(i, arm) for i, arm in enumerate(_list(data, "arms")) if isinstance(arm, Mapping)]
    known = list(dict.fromkeys(arm["name"] for _, arm in arms if isinstance(arm.get("name"), str)))
    yield from _name_problems(arms, known)
    nuclei = {level: _nucleus_volume(data.get("subject"), level) for _, level, _ in levels_of(data.get("subject"))}
    for i, arm in arms:
        yield from _cargo_problems(("arms", i, "doses"), arm)
        for j, dose in enumerate(_list(arm, "doses")):
            if isinstance(dose, Mapping):
                yield from _dose_problems(("arms", i, "doses", j), dose, data.get("follow_up"))
                yield from _volume_problems(("arms", i, "doses", j, "product", "volume"), dose, _least(nuclei, dose))
    for i, row in enumerate(_list(data, "reported")):
        if isinstance(row, Mapping):
            yield from _reported_problems(i, row, known, data.get("follow_up"))
    observed = [name for name in _list(data, "observe") if isinstance(name, str)]
    for i, name in enumerate(observed):
        if name in observed[:i]:
            yield ("observe", i), f"{shorten(name)} again", "every outcome once", None
        yield from _unfit(i, name, data.get("subject"))
        if name in SYMPTOMS:
            yield from _alone(i, name, data)


def _unfit(i: int, name: str, subject: Any) -> Iterator[Problem]:
    """Yield an outcome that is not told for the species of the subject."""
    allowed = terms("observe")[name].more.get("species") if name in names("observe") else None
    species = subject.get("species") if isinstance(subject, Mapping) else None
    if allowed and species in names("species") and species not in allowed:
        yield ("observe", i), f"{shorten(name)} of a {species} disc", f"a subject of the species {', '.join(allowed)}", None


def _alone(i: int, name: str, data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield pain or disability of an arm that is neither compared with an arm nor another's comparator."""
    alone = arms_without_comparator(_list(data, "arms"))
    if alone:
        yield ("observe", i), f"{shorten(name)} of {', '.join(alone)}, compared with no arm", \
            f"{name} only beside a named comparator: a control arm, an untreated arm, or comparator: NAME", None


def _least(nuclei: Mapping[str, float | None], dose: Mapping[str, Any]) -> float | None:
    """Return the volume of the smallest nucleus that a dose goes into, None where none is known."""
    chosen = _list(dose, "levels") or list(nuclei)
    return min((volume for level, volume in nuclei.items() if level in chosen and volume is not None), default=None)


def _nucleus_volume(subject: Any, level: str) -> float | None:
    """Return the nominal volume of the nucleus (m3) of a level of a subject, None where the subject itself is at fault."""
    from pulposus.core.draws import Draw
    from pulposus.core.parameters import ParameterSet
    from pulposus.tissue.geometry import geometry_of

    species = subject.get("species") if isinstance(subject, Mapping) else None
    if not isinstance(species, str) or species not in names("species") or level not in terms("species")[species].more["levels"]:
        return None
    return geometry_of(Draw(ParameterSet.load(), 0, 0, species, "I", nominal=True), species, level).nucleus_volume


def _volume_problems(path: tuple[str | int, ...], dose: Mapping[str, Any], nucleus: float | None) -> Iterator[Problem]:
    """Yield an injected volume that no nucleus of this subject could take."""
    route, product = dose.get("route"), dose.get("product")
    if nucleus is None or not isinstance(route, Mapping) or not isinstance(product, Mapping) or not product.get("volume"):
        return
    way = route.get("kind")
    try:
        volume = si(product["volume"], "m**3") if way in names("route") and terms("route")[way].more["intradiscal"] else 0.0
    except NotAllowed:
        return
    most = limit("most_overfill") * nucleus
    if volume > most:
        yield path, shorten(product["volume"]), f"at most {convert(most, 'm**3', 'mL'):.2g} mL, twice the nucleus of this disc", None


def _list(data: Any, key: str) -> list[Any]:
    """Return the list of a key, an empty one if there is none."""
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, list) else []


def _seconds(value: Any) -> float | None:
    """Return a time (s), None if it is none."""
    try:
        return si(value, "s") if isinstance(value, str) else None
    except NotAllowed:
        return None


def _name_problems(arms: list[tuple[int, Mapping[str, Any]]], known: list[str]) -> Iterator[Problem]:
    """Yield arm names that occur twice and comparators that are no other arm."""
    seen: set[str] = set()
    for i, arm in arms:
        name, other = arm.get("name"), arm.get("comparator")
        if isinstance(name, str) and name in seen:
            yield ("arms", i, "name"), f"{shorten(name)} again", "a name that no other arm has", None
        if isinstance(name, str):
            seen.add(name)
        if isinstance(other, str) and other == name:
            yield ("arms", i, "comparator"), f"{shorten(other)}, the arm itself", "another arm", None
        elif isinstance(other, str) and other not in known:
            allowed = ", ".join(each for each in known if each != name) or "an arm of this study"
            yield ("arms", i, "comparator"), shorten(other), allowed, nearest(other, known)


def _dose_problems(path: tuple[str | int, ...], dose: Mapping[str, Any], follow_up: Any) -> Iterator[Problem]:
    """Yield what is wrong with a dose: after the end, without volume, or a product that does not go with the route."""
    at, end = _seconds(dose.get("at")), _seconds(follow_up)
    if at is not None and end is not None and at >= end > 0:
        yield (*path, "at"), shorten(dose["at"]), f"before the end of the follow-up, {follow_up}", None
    route, product = dose.get("route"), dose.get("product")
    if not isinstance(route, Mapping) or not isinstance(product, Mapping):
        return
    way, what = route.get("kind"), product.get("kind")
    if way not in names("route") or what not in names("product"):
        return
    enters = bool(terms("route")[way].more["intradiscal"])
    if enters and what in INJECTED and product.get("volume") is None:
        yield (*path, "product", "volume"), "nothing", f"required with {way}: the injected volume, such as '2 mL'", None
    if what == "needle_only" and "needle" not in route:
        yield (*path, "product", "kind"), f"'needle_only' with {way} and no needle", "a route with a needle", None
    onto = way == "endplate_seeding" or route.get("target") == "endplate"
    if what == "vesicles" and (onto or not enters):
        allowed = "vesicles into the nucleus: by other routes they are not built yet"
        yield (*path, "product", "kind"), f"'vesicles' by the route {way}" + (" onto the endplate" if onto else ""), allowed, None
    if route.get("target") == "endplate" and route.get("repair") not in (None, "none"):
        allowed = "none: no hole is left that could be repaired"
        yield (*path, "route", "repair"), f"{shorten(route['repair'])} with the target endplate", allowed, None
    held = [each.get("name") for each in _list(product, "cargo") if isinstance(each, Mapping)]
    for k, name in enumerate(held):
        if what == "vesicles" and isinstance(name, str) and name in held[:k]:
            yield (*path, "product", "cargo", k, "name"), f"{shorten(name)} again", "every cargo of a product once", None
    if what == "extradiscal_sham" and way != "epidural":
        yield (*path, "route", "kind"), shorten(way), "epidural, as an extradiscal sham stays outside the disc", None


def _cargo_problems(path: tuple[str | int, ...], arm: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield an arm whose vesicles bring more different cargo than the tables of the cell network can hold at once."""
    from types import SimpleNamespace

    from pulposus.mechanism.state_table import MOST_CARGOS
    from pulposus.therapy.cargo import contents_of, states_of

    held: list[Any] = []
    for dose in _list(arm, "doses"):
        product = dose.get("product") if isinstance(dose, Mapping) else None
        if not isinstance(product, Mapping) or product.get("kind") != "vesicles" or product.get("source") not in names("vesicle_source"):
            continue
        named = [each.get("name") for each in _list(product, "cargo") if isinstance(each, Mapping)]
        if all(name in names("cargo") for name in named):
            cargo = tuple(SimpleNamespace(name=name, copies_per_particle=None) for name in named)
            held += contents_of(SimpleNamespace(source=product["source"], cargo=cargo))
    found = states_of(held)
    if len(found) > MOST_CARGOS:
        yield path, f"{len(found)} different cargos at once: {', '.join(found)}", f"at most {MOST_CARGOS} in one arm", None


def _reported_problems(i: int, row: Mapping[str, Any], known: list[str], follow_up: Any) -> Iterator[Problem]:
    """Yield what is wrong with a reported result: no such arm, after the end, or a value that is not of its kind."""
    arm, kind, value = row.get("arm"), row.get("kind"), row.get("value")
    if isinstance(arm, str) and arm not in known:
        yield ("reported", i, "arm"), shorten(arm), ", ".join(known) or "an arm of this study", nearest(arm, known)
    if kind == "number" and isinstance(value, str):
        yield ("reported", i, "value"), shorten(value), "a number", None
    if kind == "direction" and "value" in row and value not in ("up", "down", "none"):
        yield ("reported", i, "value"), shorten(value), "up, down, none", None
    if kind == "order":
        arms = [part.strip() for part in value.split(ORDER_MARK)] if isinstance(value, str) else []
        wrong = next((name for name in arms if name not in known), None)
        if len(arms) < 2 or wrong is not None or len(set(arms)) < len(arms):
            near = nearest(wrong, known) if wrong else None
            yield ("reported", i, "value"), shorten(value), f"arms from the lowest to the highest, such as '{' < '.join(known[:2])}'", near
    at, end = _seconds(row.get("time")), _seconds(follow_up)
    if at is not None and end is not None and at > end > 0:
        yield ("reported", i, "time"), shorten(row["time"]), f"up to the end of the follow-up, {follow_up}", None


def hypothesis_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield hypotheses and options that the cell network does not have, and hypotheses of a study that does not read it."""
    from pulposus.mechanism.hypotheses import load_hypotheses

    model = data.get("model")
    chosen, laws = (model.get(key) if isinstance(model, Mapping) else None for key in ("hypotheses", "laws"))
    if not isinstance(chosen, Mapping) or not chosen:
        return
    known = {each.id: [option.id for option in each.options] for each in load_hypotheses()}
    for name, option in chosen.items():
        path = ("model", "hypotheses", str(name))
        if name not in known:
            yield path, shorten(name), ", ".join(known), nearest(str(name), list(known))
        elif isinstance(option, str) and option not in known[name]:
            yield path, shorten(option), ", ".join(known[name]), nearest(option, known[name])
    laws = laws if isinstance(laws, Mapping) else {}
    products = [dose.get("product") for arm in _list(data, "arms") for dose in _list(arm, "doses") if isinstance(dose, Mapping)]
    vesicles = any(isinstance(each, Mapping) and each.get("kind") == "vesicles" for each in products)
    if laws.get("response") != "network" and (not vesicles or laws.get("vesicle_effect") == "none"):
        allowed = "{} where nothing reads the cell network: response: network does, and vesicles unless vesicle_effect is none"
        yield ("model", "hypotheses"), shorten(dict(chosen)), allowed, None


def override_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with overrides: unknown records, wrong units, spreads that do not hold their value."""
    model = data.get("model")
    changes = model.get("overrides") if isinstance(model, Mapping) else None
    if not isinstance(changes, Mapping) or not changes:
        return
    from pulposus.core.parameters import ParameterSet

    parameters = ParameterSet.load()
    for name, change in changes.items():
        path = ("model", "overrides", name)
        try:
            record = parameters[name]
            _refuse_bare_number(change, record.unit)
            changed = parameters.override({name: change})[name]
            least = min(changed.value, changed.spread.low if changed.spread.low is not None else changed.value)
            if record.value > 0 > least or (record.value > 0 and (record.spread.low or 0) >= 0 > least):
                yield path, shorten(change), "zero or more, as the record it replaces", None
            yield from _unread(path, parameters, record, data)
        except NotAllowed as wrong:
            yield path, wrong.given, wrong.allowed, wrong.nearest
        except InputError as error:
            for fault in error.faults:
                yield path, fault.given, fault.allowed, fault.nearest


def _unread(path: tuple[str | int, ...], parameters: Any, record: Any, data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield an override of a record that this study's species never reads, because it has a more specific one."""
    subject = data.get("subject")
    species = subject.get("species") if isinstance(subject, Mapping) else None
    if species not in names("species"):
        return
    regions = names("region") if record.region == "any" else (record.region,)
    read = {parameters.lookup(record.symbol, region, species, grade).id for region in (*regions, record.region)
            for grade in names("grade") if _has(parameters, record.symbol, region, species, grade)}
    if read and record.id not in read:
        yield path, shorten(record.id), f"a record that a study of this species reads: {', '.join(sorted(read))}", nearest(record.id, read)


def _has(parameters: Any, *wanted: str) -> bool:
    """Return whether a lookup finds a record."""
    try:
        parameters.lookup(*wanted)
    except InputError:
        return False
    return True


def _refuse_bare_number(change: Any, unit: str) -> None:
    """Raise `NotAllowed` for a value without a unit where the record has one."""
    value = change.get("value") if isinstance(change, Mapping) else change
    if isinstance(value, (int, float)) and not isinstance(value, bool) and unit != "1":
        raise NotAllowed(f"{shorten(value)} (no unit)", f"text with a unit such as '{value} {unit}'")
