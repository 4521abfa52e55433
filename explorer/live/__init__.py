"""The parts of a page that live in the browser: controls that report while they are dragged, the
time cursor, the animated cell. Each is a small file of JavaScript beside this one, named by its kind;
``hub.js`` is what they share.

Their code is sent once by ``start``; every part after that is a stub with its data, so that an
answer to a drag stays small.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

HERE = Path(__file__).parent
KINDS = (
    "head",
    "cursor",
    "slider",
    "plane",
    "schedule",
    "recording",
    "steps",
    "strip",
    "cell",
    "unrolled",
    "map",
    "answer",
    "foot",
)
# In the session.
CHARTS = "live/charts"  # the words and the numbers of the picture's charts, in their order
TAKERS = "live/takers"  # the key of every control -> what takes its values
FILLED = "live/filled"  # what the picture puts into parts that stand outside of it, by their key
VALUES = "live/values"  # the key of every control -> what tells its value
ANSWERED = "live/answered"  # the newest request that was taken
MOVEMENT = "live/movement"  # the movement that it belongs to
RUN = "live/run"  # how often the whole page ran
START = "live/start"
ANSWER = "live/answer"
FOOT = "live/foot"


def _read(name: str) -> str:
    return (HERE / f"{name}.js").read_text(encoding="utf-8")


def _code() -> str:
    """All files in one, each in a scope of its own; one that fails leaves the others alone."""
    parts = "".join(
        f"try {{ (() => {{\n{_read(name)}\n}})(); }}"
        f" catch (error) {{ console.warn('carousel: {name}', error); }}\n"
        for name in ("charts", "flow", *KINDS)
    )
    return (
        "export default (component) => {\n"
        "if (!window.carousel?.mount) begin();\n"
        "window.carousel.lines.whole = component;\n};\n"
        f"function begin() {{\n{_read('hub')}\n{_read('line')}\n"
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


def start() -> None:
    """Send the code; once on every page, before any part."""
    st.session_state[TAKERS] = {}
    st.session_state[VALUES] = {}
    st.session_state[RUN] = st.session_state.get(RUN, 0) + 1
    _START(key=START, data={})


def part(
    kind: str,
    key: str,
    data: Any,
    *,
    on_sent: Callable[[Any], None] | None = None,
    value: Callable[[], Any] | None = None,
) -> None:
    """One part: its kind, its key on the page, and what it shows. A control has ``on_sent``, which
    takes what it sends with the next request for the picture, and ``value``, what it should show."""
    if on_sent:
        st.session_state[TAKERS][key] = on_sent
        data = {**data, "key": key}
    if value:
        st.session_state[VALUES][key] = value
    _PARTS[kind](key=key, data=data)


def place(kind: str, key: str) -> None:
    """A part that the picture fills: it stands outside of it, so that only its data are sent again."""
    _PARTS[kind](key=key, data={"slot": key})


def fill(key: str, data: Any, on_sent: Callable[[Any], None] | None = None) -> None:
    """Fill a part that has its place; ``on_sent`` as for ``part``."""
    if on_sent:
        st.session_state[TAKERS][key] = on_sent
    st.session_state[FILLED][key] = {**data, "key": key}


def telling_part(kind: str, key: str, data: Any, on_sent: Callable[[Any], None]) -> None:
    """A part that sends a value by itself: all that it stands in runs again, the page or a fragment."""
    _PARTS[kind](key=key, data=data, on_sent_change=lambda: on_sent(st.session_state[key]["sent"]))


@st.fragment
def picture(draw: Callable[[], int], told: Callable[[], dict[str, Any]]) -> None:
    """What follows a control while it is dragged: ``draw`` runs again, and nothing else of the page.

    ``draw`` returns the number of steps that the picture has; ``told`` gives ``page``, ``n``, ``flow``
    and ``head`` of the state that was drawn.
    """
    st.session_state[CHARTS] = []
    st.session_state[FILLED] = {}
    steps = 1
    try:
        steps = draw()
    finally:
        session = st.session_state
        shown = {
            "seq": session.get(ANSWERED, 0),
            "run": session[RUN],
            "rest": session[START].get("rest", 0),
            "values": {key: value() for key, value in session[VALUES].items()},
            "charts": session[CHARTS],
            "parts": session[FILLED],
            "last": steps - 1,
            **told(),
        }
        _PARTS["answer"](key=ANSWER, data=shown, on_sent_change=_take)


def _take() -> None:
    """Hand every value that came to what takes it."""
    sent = st.session_state[ANSWER]["sent"]
    st.session_state[ANSWERED] = sent["seq"]
    st.session_state[MOVEMENT] = sent["movement"]
    for key, value in sent["values"].items():
        if take := st.session_state[TAKERS].get(key):
            take(value)


@st.fragment
def foot(at_rest: Callable[[Any], None], follow: Callable[[], None]) -> None:
    """What the server does when all has come to rest in the browser: ``at_rest`` takes the cursor's step
    ``n`` and the ``flow`` that is looked at, then ``follow`` runs; as it does with the whole page."""
    telling_part("foot", FOOT, {}, at_rest)
    follow()


def floats(values: np.ndarray) -> str:
    """Numbers as float32, in characters."""
    return b64encode(values.astype(np.float32).tobytes()).decode()


def describe(words: str, numbers: Any) -> None:
    """The text alternative of the next chart of the picture, and what it shows under the pointer."""
    st.session_state[CHARTS].append({"words": words, "numbers": numbers})
