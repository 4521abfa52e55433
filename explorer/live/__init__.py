"""The parts of a page that live in the browser: controls that report while they are dragged, the
time cursor, the animated cell. Each is a small file of JavaScript beside this one, named by its kind;
``hub.js`` is what they share.

Their code is sent once by ``start``; every part after that is a stub with its data, so that an
answer to a drag stays small.
"""

from __future__ import annotations

import json
import struct
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from explorer import idle
from explorer.remember import KEPT, Weight

HERE = Path(__file__).parent
KINDS = (
    "head",
    "cursor",
    "slider",
    "table",
    "plane",
    "schedule",
    "choice",
    "search",
    "series",
    "group",
    "steps",
    "strip",
    "cell",
    "unrolled",
    "map",
    "equations",
    "errata",
    "exports",
    "answer",
    "way",
)
# In the session.
LINE = "live/line"
START = "live/start"
ANSWER = "live/answer"
# Of the pictures that are kept.
PICTURE = 8192  # bytes of one beside what is measured
ELEMENTS = 2  # bytes of memory for a byte of an element
MOST_NOTES = 10_000
_cleared = count(1)

Packed = tuple[str, bytes]  # what a picture tells, as it is sent


@dataclass
class Told:
    """What a picture tells the parts of its page."""

    charts: list[Any] = field(default_factory=list)  # words and numbers of the picture's charts
    filled: dict[str, Any] = field(default_factory=dict)  # for parts outside of the picture, by key
    recording: tuple[dict[str, Any], np.ndarray] | None = None
    size: int = 0  # in bytes, of the picture's elements

    def packed(self) -> Packed:
        """As JSON, which says how long they are, and the numbers of the recording."""
        head, numbers = self.recording or (None, np.empty(0, np.float32))
        told = {
            "charts": self.charts,
            "parts": self.filled,
            "recording": head,
            "bytes": numbers.itemsize,
        }
        return _json(told), numbers.tobytes()


@dataclass
class Line:
    """What one visitor's page and its picture have to say to each other."""

    run: int = 0  # how often the whole page ran
    # Of every control, by key: what takes its values, and what tells the one to show.
    takers: dict[str, Callable[[Any], None]] = field(default_factory=dict)
    values: dict[str, Callable[[], Any]] = field(default_factory=dict)
    looks: Callable[[Mapping[str, Any]], None] | None = None  # takes what is only looked at
    answered: int = 0  # the newest request that was taken
    movement: int | None = None  # the movement that it belongs to
    since: int = 0  # requests before this one belong to a state that was replaced
    told: Told = field(default_factory=Told)  # of the picture that is being drawn
    group: list[dict[str, Any]] | None = None  # the parts of the group that is being made
    unheard: bool = False  # nobody draws what is said
    heard: bool = False  # the browser, which then has the address in its hands
    forgot: bool = False  # the framework the link that the page was opened with


# The session's, at hand while its page or picture runs: the framework's own store is slow to ask.
_line: ContextVar[Line] = ContextVar("line")


def _resume() -> Line:
    idle.ran()
    line = st.session_state.setdefault(LINE, Line())
    _line.set(line)
    return line


@contextmanager
def unheard() -> Iterator[None]:
    """Let a picture run without that anything of it reaches the page."""
    token = _line.set(Line(unheard=True))
    try:
        yield
    finally:
        _line.reset(token)


def _read(name: str) -> str:
    return (HERE / f"{name}.js").read_text(encoding="utf-8")


def _code() -> str:
    """All files in one, each in a scope of its own; one that fails leaves the others alone."""
    parts = "".join(
        f"try {{ (() => {{\n{_read(name)}\n}})(); }}"
        f" catch (error) {{ console.warn('carousel: {name}', error); }}\n"
        for name in ("charts", "flow", "recording", "choice", "popover", *KINDS)
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
    line = _resume()
    line.takers, line.values, line.looks = {}, {}, None
    line.run += 1
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
    line = _line.get()
    if on_sent:
        line.takers[key] = on_sent
        data = {**data, "key": key}
    if value:
        line.values[key] = value
    if line.group is not None:
        line.group.append({"kind": kind, "key": key, "data": data})
    elif line.unheard:
        return
    elif kind in _PARTS:
        _PARTS[kind](key=key, data=data)
    else:  # it needs the messages of a group
        with group(f"{key}/group"):
            line.group = [{"kind": kind, "key": key, "data": data}]


@contextmanager
def group(key: str) -> Iterator[None]:
    """Make the parts within one component: the framework takes its time for every single one."""
    line = _line.get()
    line.group = []
    try:
        yield
        parts = line.group
    finally:
        line.group = None
    if not line.unheard:
        _PARTS["group"](key=key, data={"parts": parts}, on_sent_change=partial(_take, key))


def place(kind: str, key: str, on_sent: Callable[[Any], None] | None = None, **fixed: Any) -> None:
    """A part that the picture fills: it stands outside of it, so that only its data are sent again.
    Data that never change are ``fixed`` with the place; ``on_sent`` as for ``part``."""
    if on_sent:
        _line.get().takers[key] = on_sent
    data = {"slot": key, "fixed": fixed}
    _PARTS[kind](key=key, data=data, on_sent_change=partial(_take, key))


def fill(key: str, data: Any) -> None:
    """Fill a part that has its place."""
    _line.get().told.filled[key] = {**data, "key": key}


def name(key: str, chart: str) -> None:
    """The name of what a filled part draws, where it is a chart."""
    _line.get().told.filled[key]["chart"] = chart


def record(head: dict[str, Any], numbers: np.ndarray) -> None:
    """Give the page's parts the numbers of a run, (K, width); ``head`` says what is where."""
    _line.get().told.recording = head, numbers


def telling_part(kind: str, key: str, data: Any, on_sent: Callable[[Any], None]) -> None:
    """A part that sends a value by itself: all that it stands in runs again, the page or a fragment."""

    def take() -> None:
        _resume().heard = True
        on_sent(st.session_state[key]["sent"])

    _PARTS[kind](key=key, data=data, on_sent_change=take)


def telling(draw: Callable[[], int]) -> tuple[int, Packed]:
    """Run ``draw``, which returns the number of steps that the picture has: that, and what it tells."""
    line = _line.get()
    line.told = Told()
    steps, packed = draw(), line.told.packed()
    line.told = Told(size=line.told.size)  # the session is not to hold the rest of it
    return steps, packed


def weigh(size: int) -> None:
    """An element of so many bytes is part of the picture."""
    _line.get().told.size += size


def telling_again(state: str, draw: Callable[[], int]) -> tuple[int, Packed]:
    """``telling`` for a picture that depends on a ``state`` alone, and on whether it is dark: its charts
    are sent as they were to the first visitor who had it."""
    state = f"{st.context.theme.type} {state}"
    drawn = []

    def anew() -> int:
        drawn.append(steps := draw())
        return steps

    steps, told = _kept(state, anew)
    if drawn:
        size = PICTURE + ELEMENTS * _line.get().told.size + sum(map(len, told))
        KEPT.put((_kept, state), None, Weight(size, {}), partial(_clear, state))
    else:
        KEPT.get((_kept, state))
    return steps, told


@st.cache_resource(show_spinner=False)  # KEPT clears what has no room
def _kept(state: str, _draw: Callable[[], int]) -> tuple[int, Packed]:
    return telling(_draw)


def _clear(state: str) -> None:
    """Let go of a picture. The framework keeps a note of each, until it clears all."""
    _kept.clear(state, None)
    if not next(_cleared) % MOST_NOTES:
        KEPT.forget(_kept)
        _kept.clear()


@st.fragment
def picture(
    draw: Callable[[], tuple[int, Packed]],
    about: Callable[[], dict[str, Any]],
    looks: Callable[[Mapping[str, Any]], None] | None = None,
) -> None:
    """What follows a control while it is dragged: ``draw`` runs again, and nothing else of the page.

    ``draw`` returns what ``telling`` or ``telling_again`` does; ``about`` gives ``page``, ``n``,
    ``flow``, ``head`` and, where the page has one, ``link`` of the state that was drawn; ``looks``
    takes the step and the flow that the browser shows.
    """
    line = _resume()
    line.looks = looks
    if line.heard and not line.forgot:
        _forget_link(line)
    steps, told = 1, Told().packed()
    try:
        steps, told = draw()
    finally:
        head = {
            "seq": line.answered,
            "run": line.run,
            "rest": st.session_state[START].get("rest", 0),
            "values": {key: value() for key, value in line.values.items()},
            "last": steps - 1,
            **about(),
        }
        _PARTS["answer"](key=ANSWER, data=packed(head, told), on_sent_change=_answer)


def _forget_link(line: Line) -> None:
    """Take from the framework the query that the page was opened with: it would hand it to a new session
    in place of the link of now. The browser keeps its address meanwhile (line.js)."""
    query = st.query_params.to_dict()
    st.query_params.from_dict({k: v for k, v in query.items() if k.startswith("embed")})
    line.forgot = True


def packed(head: dict[str, Any], told: Packed) -> bytes:
    """The length of the head in JSON, the head, padded so that the numbers begin at a multiple of 8 bytes,
    and the numbers."""
    more, numbers = told
    text = f"{_json(head)[:-1]},{more[1:]}".encode()
    text += b" " * (-(4 + len(text)) % 8)
    return b"".join((struct.pack("<I", len(text)), text, numbers))


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _answer() -> None:
    """Take what came with a request for the picture, which will say that it is answered."""
    _resume().answered = st.session_state[ANSWER]["sent"]["seq"]
    _take(ANSWER)


def _take(key: str) -> None:
    """Hand every value that came by a part to what takes it."""
    line, sent = _resume(), st.session_state[key]["sent"]
    line.heard = True
    if sent["seq"] < line.since:
        return
    line.movement = sent["movement"]
    if line.looks:
        line.looks(sent)
    for key, value in sent["values"].items():
        if take := line.takers.get(key):
            take(value)


def replaced(seq: int) -> None:
    """The state was replaced by a press: what was sent before it and comes together with it, is void."""
    _line.get().since = seq


def movement() -> int | None:
    """The movement of a control that the newest request belongs to."""
    return _line.get().movement


def floats(values: np.ndarray) -> str:
    """Numbers as float64, in characters."""
    return b64encode(np.asarray(values, np.float64).tobytes()).decode()


def describe(
    chart: str, words: str, numbers: Any, *, ahead: int | None = None, past: int = 0
) -> None:
    """The name of the next chart of the picture, its text alternative, what it shows under the pointer,
    how many steps ahead of the cursor a band reaches, and how many steps its axis has past the run's
    last."""
    told = {"words": words, "numbers": numbers, "ahead": ahead, "past": past or None}
    told = {name: value for name, value in told.items() if value is not None}
    _line.get().told.charts.append({"name": chart, **told})
