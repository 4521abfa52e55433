"""The text that a cell reads, and what is said of the characters that it does not know."""

from __future__ import annotations

import unicodedata

from explorer.limits import MAX_STEPS
from explorer.problems import Problem
from lstm_core.sequences import clean_text, in_alphabet

SHORTEST = 3  # letters
READS = "the letters a to z, the space and . , ? ! '"
SHOWN = 12  # characters of a kind
SHOWN_TEXT = 40


def read_text(text: str) -> str:
    """The text in the alphabet of the cell. Raises Problem where too little of it is left."""
    clean = clean_text(text)[: MAX_STEPS + 1]
    letters = _letters(clean)
    if letters >= SHORTEST:
        return clean
    _, unknown = changes(text)
    if not unknown:
        raise Problem("The text is too short: type at least three letters.")
    named = f"“{shortened(text)}”"
    found = f"Of {named} only “{clean.strip()}”" if letters else f"No letter of {named}"
    raise Problem(
        f"{found} can be read: the cell was trained on English, and reads {READS}."
        " Type at least three letters."
    )


def _letters(clean: str) -> int:
    return sum(symbol.isalpha() for symbol in clean)


def changes(text: str) -> tuple[dict[str, str], list[str]]:
    """The characters of a text that are read as others, and those for which there is only a space, each
    once."""
    known: dict[str, str] = {}
    unknown: dict[str, None] = {}
    for character in unicodedata.normalize("NFC", text):
        read = in_alphabet(character)
        if character.isspace() or read == character.lower():
            continue
        if read.strip():
            known[character] = read
        else:
            unknown[_visible(character)] = None
    return known, list(unknown)


def notes(text: str) -> str:
    """What is said of a text that is read otherwise than it is written; capitals aside. A text that cannot
    be read has none: the Problem says more."""
    known, unknown = changes(text)
    clean = clean_text(text)
    if _letters(clean) < SHORTEST or not (known or unknown):
        return ""
    said = [f"Read as “{clean.strip()}”."]
    if known:
        pairs = [f"{character} as {read.strip()}" for character, read in known.items()]
        said.append(f"Changed: {_first_few(pairs)}.")
    if unknown:
        said.append(f"Not read: {_first_few(unknown)}.")
    return " ".join(said)


def shortened(text: str) -> str:
    """A text of the visitor's as it is named in a sentence."""
    words = " ".join(text.split())
    return words if len(words) <= SHOWN_TEXT else f"{words[: SHOWN_TEXT - 1]}…"


def _visible(character: str) -> str:
    """A character, or its number where it has no shape of its own."""
    invisible = unicodedata.category(character)[0] in "CM"
    return f"U+{ord(character):04X}" if invisible else character


def _first_few(items: list[str]) -> str:
    more = len(items) - SHOWN
    shown = ", ".join(items[:SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown
