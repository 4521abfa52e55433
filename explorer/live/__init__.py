"""The parts of a page that live in the browser: controls that report while they are dragged, the
time cursor, the animated cell. Each is a small file of JavaScript beside this one, named by its kind;
``hub.js`` is what they share.

Their code is sent once by ``start``; every part after that is a stub with its data, so that an
answer to a drag stays small.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

HERE = Path(__file__).parent
KINDS = ("cursor", "slider", "recording", "steps", "strip", "answer", "plane", "schedule")
WORDS = "live/words"  # in the session: the text alternatives of the picture's charts, in order
TAKERS = "live/takers"  # in the session: the key of every control -> what takes its values
ANSWERED = "live/answered"  # in the session: the newest request that was taken
RUN = "live/run"  # in the session: how often the whole page ran
START = "live/start"
ANSWER = "live/answer"


def _read(name: str) -> str:
    return (HERE / f"{name}.js").read_text(encoding="utf-8")


def _code() -> str:
    """All files in one, each in a scope of its own; one that fails leaves the others alone."""
    parts = "".join(
        f"try {{ (() => {{\n{_read(name)}\n}})(); }}"
        f" catch (error) {{ console.warn('carousel: {name}', error); }}\n"
        for name in ("charts", *KINDS)
    )
    return (
        "export default (component) => {\n"
        "if (!window.carousel?.mount) begin();\n"
        "window.carousel.whole = component;\n};\n"
        f"function begin() {{\n{_read('hub')}\n"
        "const early = window.carousel?.early ?? [];\n"
        f"window.carousel = hub;\n{parts}"
        "for (const [kind, component] of early) hub.mount(kind, component);\n}\n"
    )


_START = st.components.v2.component("carousel_start", js=_code(), isolate_styles=False)
_PARTS = {
    kind: st.components.v2.component(
        f"carousel_{kind}", js=_read("stub").replace("KIND", json.dumps(kind)), isolate_styles=False
    )
    for kind in KINDS
}


def start(on_rest: Callable[[], None] | None = None) -> None:
    """Send the code; once on every page, before any part. ``on_rest``: called when all that a visitor
    set has been answered, before the whole page runs again."""
    st.session_state[TAKERS] = {}
    st.session_state[RUN] = st.session_state.get(RUN, 0) + 1
    _START(key=START, data={}, on_rest_change=on_rest or _nothing)


def _nothing() -> None:
    pass


def part(
    kind: str,
    key: str,
    data: Any,
    *,
    on_sent: Callable[[Any], None] | None = None,
    **options: Any,
) -> None:
    """One part: its kind, its key on the page, and what it shows. ``on_sent`` takes what it sends
    with the next request for the picture."""
    if on_sent:
        st.session_state[TAKERS][key] = on_sent
        # The request is told so that every answer has new data, even if it is the old value.
        data = {**data, "key": key, "answered": st.session_state.get(ANSWERED, 0)}
    _PARTS[kind](key=key, data=data, **options)


def telling_part(kind: str, key: str, data: Any, on_sent: Callable[[Any], None]) -> None:
    """A part that tells the server a value by itself, without a new picture."""
    _PARTS[kind](key=key, data=data, on_sent_change=lambda: on_sent(st.session_state[key]["sent"]))


@st.fragment
def picture(draw: Callable[[], None]) -> None:
    """What follows a control while it is dragged: ``draw`` runs again, and nothing else of the page."""
    st.session_state[WORDS] = []
    try:
        draw()
    finally:
        shown = {
            "seq": st.session_state.get(ANSWERED, 0),
            "run": st.session_state[RUN],
            "rest": st.session_state[START].get("rest", 0),
            "words": st.session_state[WORDS],
        }
        _PARTS["answer"](key=ANSWER, data=shown, on_sent_change=_take)


def _take() -> None:
    """Hand every value that came to what takes it."""
    sent = st.session_state[ANSWER]["sent"]
    st.session_state[ANSWERED] = sent["seq"]
    for key, value in sent["values"].items():
        if take := st.session_state[TAKERS].get(key):
            take(value)


def describe(words: str) -> None:
    """The text alternative of the next chart of the picture."""
    st.session_state[WORDS].append(words)
