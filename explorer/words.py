"""Words as they are: what comes from outside is shown, and never read as Markdown.

The only place that shows a sentence with words from outside in it: of a link, a file, a field.
"""

from __future__ import annotations

import re

import streamlit as st

# What Markdown or one of the framework's additions to it reads: emphasis, links, images, formulas,
# colours, icons, arrows, HTML. As a character reference it is a character, and no mark.
_MARKS = re.compile(r"[\\`*_{}\[\]#+\-!|<>&$~:=@]")
_NUMBERED = re.compile(r"^(\d+)([.)])")  # a list, where a paragraph begins so
# Addresses, icons and arrows are also looked for in what has been read, when references are
# characters again: an invisible joiner behind each mark hides them.
_JOINER = "\u2060"
_ADDRESS = re.compile(r"www(?=\.)", re.IGNORECASE)


def plain(text: str) -> str:
    """Markdown that shows ``text`` as it is, in one paragraph."""
    text = _ADDRESS.sub(rf"\g<0>{_JOINER}", " ".join(text.split()))
    return _NUMBERED.sub(
        lambda found: found[1] + _reference(found[2]),
        _MARKS.sub(lambda found: _reference(found[0]), text),
    )


def _reference(mark: str) -> str:
    return f"&#{ord(mark)};{_JOINER}"


def as_read(markdown: str) -> str:
    """What a reader sees of ``plain`` text."""
    return re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), markdown).replace(_JOINER, "")


def error(text: str) -> None:
    """Say that something is wrong, and what would be right."""
    st.error(plain(text), icon=":material/error:")


def info(text: str) -> None:
    """Say what a page waits for."""
    st.info(plain(text), icon=":material/info:")


def note(text: str) -> None:
    """Say something in small letters."""
    st.caption(plain(text))


def toast(text: str, icon: str = "error") -> None:
    """Say something over the page, for some seconds."""
    st.toast(plain(text), icon=f":material/{icon}:")
