"""The words of a comparison in the language of the reader: outcomes, units, arms, harms, laws, reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from pulposus.core.language import catalogue, text
from pulposus.core.units import convert
from pulposus.core.vocabulary import label, terms
from pulposus.report.numbers import count, number, printed_unit

__all__ = ["caution", "disc", "given", "hypothesis", "joined", "law", "moment", "outcome", "reason", "record_label", "rival", "said",
           "subject", "subject_notes", "unit", "what"]

_BESIDE = {"modic": "modic", "endplate": "endplate_defect"}  # of a subject -> kind of word
_MAN = ("human", "L4/L5")  # the disc that others are held against
_LONG = 3  # months; from here on times are told in months


def said(lang: str) -> Callable[..., str]:
    """Return the function that tells a message of the report, `report_` left out, in a language.

    >>> said("en")("interval", low="1", high="2")
    '1 to 2'
    """

    def tell(name: str, **values: object) -> str:
        return text(f"report_{name}", lang, **values)

    return tell


def joined(parts: list[str], lang: str) -> str:
    """Return parts as a list in a sentence.

    >>> joined(["a", "b"], "zh")
    'a、b'
    """
    return text("report_list_separator", lang).join(parts)


def outcome(name: str, lang: str, short: bool = False) -> str:
    """Return the name of an outcome.

    >>> outcome("t2", "zh"), outcome("pfirrmann_probability", "en")
    ('髓核T2值', 'probability of the Pfirrmann grade')
    """
    known = label("observe", name, lang, short)
    key = f"report_outcome_{name}"
    return text(key, lang) if known == name and key in catalogue().keys() else known


def unit(name: str, lang: str) -> str:
    """Return a unit as it is printed; nothing for a plain number.

    >>> unit("percent", "en"), unit("cell", "zh"), unit("million_cell/mL", "en"), unit("1", "en")
    ('%', '个细胞', 'million cells/mL', '')
    """
    key = f"report_unit_{name.replace('/', '_per_')}"
    if name in ("", "1"):
        return ""
    return text(key, lang) if key in catalogue().keys() else printed_unit(name)


def what(about: Mapping[str, Any], lang: str) -> str:
    """Return what an arm is: its product and route, in words.

    >>> what({"kind": "cells", "route": "transannular"}, "zh")
    '细胞 · 经纤维环椎间盘内注射'
    """
    kind = about["kind"]
    product = text("report_untreated", lang) if kind == "untreated" else label("product", kind, lang)
    return " · ".join([product, *([label("route", about["route"], lang)] if about["route"] else [])])


def given(about: Mapping[str, Any], lang: str) -> str:
    """Return the dose that an arm was given; nothing for an arm without cells or vesicles.

    >>> given({"kind": "cells", "given": 6e6}, "en"), given({"kind": "vehicle", "given": 0}, "en")
    ('6 million cells', '')
    """
    if not about["given"]:
        return ""
    dose = text(f"report_dose_{about['kind']}", lang, n=count(about["given"], lang))
    excipient = about.get("excipient")
    return dose if excipient is None else text("report_dose_in", lang, dose=dose, excipient=label("carrier", excipient, lang))


def caution(about: Mapping[str, Any], lang: str) -> str:
    """Return the sentence of a caution: its code and the numbers or words that it names."""
    from pulposus.core.vocabulary import term

    values = {key: f"{100 * value:.0f}" if isinstance(value, float) else value for key, value in about["values"].items()}
    if "what" in values:
        values["what"] = joined([term("co_intervention", word).label(lang) for word in values["what"]], lang)
    return said(lang)(f"caution_{about['code']}", **values)


def law(name: str, choice: Any, lang: str) -> tuple[str, str]:
    """Return a law and a choice of it in words.

    >>> law("oxygen", "bibby", "en")
    ('oxygen uptake', 'Bibby (falls with acidity)')
    """
    term = terms("law")[name]
    if isinstance(choice, (int, float)):
        return term.label(lang), f"{number(choice)} mM"
    known = term.choices.get(str(choice).lower())
    return term.label(lang), known.label(lang) if known else str(choice)


def hypothesis(name: str, option: str, lang: str) -> tuple[str, str]:
    """Return a hypothesis of the cell network and an option of it in words, as they stand where they are not known.

    >>> hypothesis("timp1", "repair", "en")
    ('TIMP1', 'TIMP1 holds degradation back')
    """
    from pulposus.mechanism.hypotheses import load_hypotheses

    for each in load_hypotheses():
        if each.id == name:
            said_of = {o.id: o.says_zh if lang == "zh" else o.says for o in each.options}
            return each.label_zh if lang == "zh" else each.label, said_of.get(option, option)
    return name, option


def rival(name: str, lang: str) -> str:
    """Return a rival such as `oxygen: michaelis_menten` in words.

    >>> rival("aggrecan: one_pool", "zh")
    '蛋白聚糖周转：单池'
    """
    key, _, choice = name.partition(": ")
    if not choice:
        return name
    first, second = law(key, choice, lang) if key in terms("law") else hypothesis(key, choice, lang)
    return text("report_rival", lang, law=first, choice=second)


def reason(english: str, lang: str) -> str:
    """Return why a draw was rejected or an arm ended early; in its own words where the catalogue does not have them."""
    known = catalogue()
    keys = (key for key in known.keys() if key.startswith("report_reason_"))
    found = next((key for key in keys if known.text(key, "en") == english), None)
    return text(found, lang) if found else english


def record_label(record: Mapping[str, Any], name: str, lang: str) -> str:
    """Return what a record is called."""
    return str(record.get("label_zh" if lang == "zh" else "label") or name)


def moment(days: float, lang: str) -> str:
    """Return a time of the study in words.

    >>> moment(28.0, "en"), moment(730.5, "zh")
    ('day 28', '第 24 个月')
    """
    months = convert(days, "day", "month")
    key, value = ("report_month", months) if months > _LONG else ("report_day", days)
    return text(key, lang, n=f"{value:.3g}")


def subject(about: Mapping[str, Any], lang: str) -> str:
    """Return whose disc it is, in words; of several levels those alone, as each tells its own grade.

    >>> subject({"species": "human", "level": "L4/L5", "grade": {"scale": "pfirrmann", "value": [3, 6]}}, "en")
    'human · L4/L5 · Pfirrmann grade 3–6'
    >>> subject({"species": "human", "level": ["L4/L5", "L5/S1"], "grade": {"scale": "pfirrmann", "value": 3}}, "en")
    'human · L4/L5, L5/S1'
    """
    name = partial(label, lang=lang)
    sex = [name("sex", about["sex"])] if about.get("sex") not in (None, "none") else []
    age = [text("report_age", lang, n=f"{convert(about['age'], 's', 'yr'):.3g}")] if about.get("age") is not None else []
    medium = [text("report_in_culture", lang)] if about.get("medium") == "culture" else []
    several = isinstance(about["level"], list)
    discs = joined([name("level", each) for each in about["level"]], lang) if several else disc(about, lang)
    return " · ".join([name("species", about["species"]), discs, *sex, *age, *medium])


def disc(about: Mapping[str, Any], lang: str) -> str:
    """Return a disc in words: level, grade, what the marrow and the endplates beside it are like.

    >>> disc({"level": "L5/S1", "grade": {"scale": "pfirrmann", "value": 4}, "modic": "1"}, "en")
    'L5/S1 · Pfirrmann grade 4 · Modic type 1'
    """
    value = about["grade"]["value"]
    grades = "–".join(str(v) for v in value) if isinstance(value, (list, tuple)) else str(value)
    name = partial(label, lang=lang)
    beside = [name(kind, about[key]) for key, kind in _BESIDE.items() if about.get(key) not in (None, "none")]
    return " · ".join([name("level", about["level"]), f"{name('grade_scale', about['grade']['scale'])} {grades}", *beside])


def subject_notes(about: Mapping[str, Any], lang: str) -> list[str]:
    """Return what has to be said where the subject is no man: how far nutrition can limit cells, and other nucleus cells.

    >>> len(subject_notes({"species": "rat", "level": "tail"}, "en")), subject_notes({"species": "human", "level": "L4/L5"}, "en")
    (2, [])
    """
    from pulposus.tissue.presets import thiele_number

    species, (man, level) = about["species"], _MAN
    if species == man:
        return []
    first = about["level"][0] if isinstance(about["level"], list) else about["level"]
    own, his = (f"{thiele_number(*disc):.2g}" for disc in ((species, first), _MAN))
    notes = [text("report_thiele", lang, own=own, human=his, level=level)]
    cells = terms("species")[species].more["nucleus_cells"]
    if cells != terms("species")[man].more["nucleus_cells"]:
        notes.append(text("report_other_cells", lang, species=label("species", species, lang), cells=label("nucleus_cells", cells, lang)))
    return notes
