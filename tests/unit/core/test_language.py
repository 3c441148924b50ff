"""Messages: both languages, the same names, clear refusals."""

from pathlib import Path

import pytest

from pulposus.core.errors import InputError
from pulposus.core.language import LANGUAGES, Catalogue, catalogue, placeholders, text


def write(folder: Path, body: str) -> Path:
    """Write a catalogue and return its path."""
    path = folder / "messages.yaml"
    path.write_text("schema: messages/1\nmessages:\n" + body, encoding="utf-8")
    return path


def test_every_packaged_message_has_both_languages_with_the_same_names() -> None:
    packaged = catalogue()
    assert "research_use" in packaged.keys()
    for key in packaged.keys():
        said = [packaged._messages[key][lang] for lang in LANGUAGES]
        assert all(isinstance(words, str) and words.strip() for words in said), key
        assert len({placeholders(words) for words in said}) == 1, key


def test_a_message_is_filled_in(tmp_path: Path) -> None:
    told = Catalogue.load(write(tmp_path, "  done: {en: '{n} of {m:.1f}', zh: '{m:.1f} 之 {n}'}\n"))
    assert told.text("done", "en", n=1, m=2) == "1 of 2.0"
    assert told.text("done", "zh", n=1, m=2, more=3) == "2.0 之 1"
    assert text("progress", "zh", label="比较", done=1, total=4) == "比较：1/4"


def test_what_is_unknown_or_missing_is_told() -> None:
    with pytest.raises(InputError) as caught:
        text("reserch_use", "en")
    assert caught.value.faults[0].nearest == "research_use"
    with pytest.raises(InputError, match="allowed: a known language: en, zh"):
        text("research_use", "de")
    with pytest.raises(InputError, match="no value for done") as caught:
        text("progress", "en", label="x", dune=1)
    assert [fault.nearest for fault in caught.value.faults] == ["dune", None]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("  a: {en: x}\n", "line 3: a"),
        ("  a: {en: x, zh: y, de: z}\n", "en and zh"),
        ("  a: {en: '{n}', zh: '{m}'}\n", "the same {names}"),
        ("  a: {en: x, zh: 1}\n", "text in every language"),
        ("  a: text\n", "en and zh"),
        ("- a\n", "a mapping of keys"),
    ],
)
def test_a_catalogue_with_gaps_is_refused(tmp_path: Path, body: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        Catalogue.load(write(tmp_path, body))
    assert words in str(caught.value)
