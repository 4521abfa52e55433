"""A text is read as far as it can be, and what is not read is said."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.problems import Problem
from explorer.text_input import READS, changes, notes, read_text, shortened
from lstm_core.sequences import ALPHABET, clean_text, in_alphabet

FOREIGN = {
    "Russian": "Привет, мир",
    "Chinese": "日本語の文章です",
    "Arabic": "مرحبا بالعالم",
    "Greek": "Καλημέρα κόσμε",
    "Hindi": "नमस्ते दुनिया",
    "emoji": "🎠🎠🎠🎠🎠",
    "digits": "1234567890",
    "symbols": "€€€ +++ ###",
}
EACH_FOREIGN = pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN)


def refusal(text: str) -> str:
    with pytest.raises(Problem) as caught:
        read_text(text)
    assert str(caught.value).endswith(".")
    return str(caught.value)


@EACH_FOREIGN
def test_what_cannot_be_read_is_not_called_too_short(text: str) -> None:
    said = refusal(text)
    assert "too short" not in said
    assert f"“{shortened(text)}”" in said
    assert READS in said
    assert notes(text) == "", "said twice"


@pytest.mark.parametrize("text", ["", " ", "ab", "a  ", "\n\n\n", "é", "...", "a, b!"])
def test_what_is_too_short_is_called_so(text: str) -> None:
    assert refusal(text) == "The text is too short: type at least three letters."


def test_punctuation_alone_is_no_letter() -> None:
    assert refusal("Привет, мир!").startswith("No letter of “Привет, мир!” can be read")


@EACH_FOREIGN
def test_what_little_can_be_read_is_said(text: str) -> None:
    said = refusal(text.replace(",", "") + "ab")
    assert "only “ab” can be read" in said


def test_the_sentence_names_what_the_cell_reads() -> None:
    letters = set(READS) | set("abcdefghijklmnopqrstuvwxyz")
    assert set(ALPHABET) <= letters


@pytest.mark.parametrize("text", ["the cat sat", "The Cat,\nit's mad!", "A\t b"])
def test_a_text_that_is_read_as_it_is_has_no_notes(text: str) -> None:
    assert notes(text) == ""


def test_what_is_changed_and_dropped_is_shown() -> None:
    said = notes("Café №7: 5 € für Straße “ok” ☃☃")
    assert said.startswith("Read as “cafe no fur strasse 'ok'”.")
    for pair in ("é as e", "№ as no", "ü as u", "ß as ss", "“ as '", "” as '"):
        assert pair in said
    assert said.endswith("Not read: 7, :, 5, €, ☃.")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_an_accent_is_the_same_however_it_is_written(form: str) -> None:
    text = unicodedata.normalize(form, "déjà vu")  # type: ignore[arg-type]
    assert changes(text) == ({"é": "e", "à": "a"}, [])


def test_what_has_no_shape_is_named_by_its_number() -> None:
    assert "U+202E" in notes("abc\u202e")
    assert "\u202e" not in notes("abc\u202e")


def test_a_long_list_is_cut() -> None:
    said = notes("abc " + "".join(map(chr, range(0x4E00, 0x4E60))))
    assert said.endswith("and 84 more.")


@settings(deadline=None)
@given(st.text())
def test_every_character_is_read_or_named(text: str) -> None:
    """What the cell reads is the characters one by one; each that it reads otherwise is said."""
    assert clean_text(text).split() == "".join(map(in_alphabet, text)).split()
    known, unknown = changes(text)
    for character in unicodedata.normalize("NFC", text):
        plain = character.isspace() or in_alphabet(character) == character.lower()
        named = character in known or character in unknown or f"U+{ord(character):04X}" in unknown
        assert plain != named
