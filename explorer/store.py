"""The current state of a page in its session: widgets write it, presets and undo replace it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Generic, TypeVar

import streamlit as st

from explorer import live, words
from explorer.chart_menu import chart_menu
from explorer.fields import BadValue
from explorer.problems import said_of
from explorer.show import result_of
from explorer.state import NothingYet, from_query, kind_of, said_of_link, to_query

State = TypeVar("State")
Result = TypeVar("Result")
UNDO_DEPTH = 50
LOOKS = ("n", "flow")  # fields that the browser changes by itself


def tell(key: str, value: Any) -> None:
    """Have the widget ``key`` show a value. One that it has is not sent to it again: it could be
    older than the next press, and would undo it."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


@dataclass
class Kept(Generic[State]):
    """What the session keeps of a page."""

    state: State
    past: list[State] = field(default_factory=list)
    movement: int | None = None  # the newest one that changed the state
    good: State | None = None  # the last state that gave a result
    said: list[str] = field(default_factory=list)  # with the next picture


class Store(Generic[State]):
    """One page's state. The session holds the frozen object; a widget shows one field of it."""

    def __init__(
        self,
        page: str,
        kind: type[State],
        settle: Callable[[State], State],
        presets: Mapping[str, State],
    ) -> None:
        """``settle`` makes fields agree that depend on each other, as n < steps."""
        self.page, self.kind, self.settle, self.presets = page, kind, settle, presets
        key = f"state/{page}"
        if key not in st.session_state:
            st.session_state[key] = Kept(settle(self._from_link()))
        self._kept: Kept[State] = st.session_state[key]

    def _from_link(self) -> State:
        """The state that the page was opened with; from then on the browser writes the link."""
        state, problems = from_query(self.kind, st.query_params.to_dict())
        if problems:
            words.toast(said_of_link(problems), "link_off")
        return state

    @property
    def state(self) -> State:
        return self._kept.state

    def put(self, state: State) -> None:
        """Make ``state`` the current one; the one before can be had back by ``undo``."""
        self._put(state, movement=None)

    def move(self, **values: Any) -> None:
        """Replace some fields while a control is moved: until it rests, all is one change to undo."""
        state = replace(self.state, **values)  # type: ignore[type-var]
        self._put(state, movement=live.movement())

    def _put(self, state: State, movement: int | None) -> None:
        settled = self.settle(state)
        if settled == self.state:
            return
        known = movement is not None and movement == self._kept.movement
        if not self._only_looks_elsewhere(settled):
            if not known:
                self._kept.past = [*self._kept.past, self.state][-UNDO_DEPTH:]
            self._kept.movement = movement
        self._kept.state = settled

    def _only_looks_elsewhere(self, state: State) -> bool:
        """Whether only what is looked at changes: nothing to undo."""
        return self._looking_as(state, self.state) == state

    def _looking_as(self, model: State, state: State) -> State:
        """The state with what ``model`` looks at."""
        looks = {name: getattr(model, name) for name in LOOKS if hasattr(model, name)}
        return replace(state, **looks)  # type: ignore[type-var]

    def change(self, **values: Any) -> None:
        """Replace some fields."""
        self.put(replace(self.state, **values))  # type: ignore[type-var]

    @property
    def can_undo(self) -> bool:
        return bool(self._kept.past)

    def undo(self) -> None:
        if self._kept.past:
            self._kept.state = self._kept.past.pop()
            self._kept.movement = None

    def computed(self, compute: Callable[[State], Result]) -> tuple[Result, State]:
        """What the current state gives, and that state; where it gives nothing, the reason is said and
        another state stands in, so that there is a picture."""
        try:
            result = result_of(compute, self.state)
        except Exception as problem:
            stand_in, shows = self._stand_in()
            say = words.info if isinstance(problem, NothingYet) else words.error
            say(f"{said_of(problem)} Until then {shows}.")
            return result_of(compute, stand_in), stand_in
        self._kept.good = self.state
        return result, self.state

    def _stand_in(self) -> tuple[State, str]:
        """The state whose picture is shown where the current one has none, and what that shows: the last
        one that had one, unless the state itself knows better (``stand_in``)."""
        last = self._kept.good
        if hasattr(self.state, "stand_in"):
            state, shows = self.state.stand_in(last)
            return self.settle(state), shows
        if last is None:
            return self.settle(self.kind()), "you see the picture that this page opens with"
        return last, "the last picture stays"

    def usable(self, compute: Callable[[State], Any]) -> State:
        """The state that ``computed`` uses."""
        try:
            compute(self.state)
        except Exception:
            return self._stand_in()[0]
        return self.state

    def say(self, sentence: str) -> None:
        """Say with the next picture that something could not be done."""
        self._kept.said.append(sentence)

    def draw(
        self,
        compute: Callable[[State], Result],
        picture: Callable[[Result, State], int],
        kept: bool = True,
    ) -> None:
        """Draw what follows the controls while they are moved: ``picture`` of what the state gives, and
        of the state; it returns its steps. ``kept``: it depends on these alone, but for what is only
        looked at, and is sent again to whoever has that state."""

        def anew() -> int:
            return picture(*self.computed(compute))

        def drawn() -> tuple[int, live.Packed]:
            while self._kept.said:
                words.toast(self._kept.said.pop(0))
            result, state = self.computed(compute)
            draw = partial(picture, result, state)
            if not kept:
                return live.telling(draw)
            return live.telling_again(f"{self.page} {self._looking_as(self.kind(), state)!r}", draw)

        settled = [self.settle(preset) for preset in self.presets.values()]

        def about() -> dict[str, Any]:
            alike = [self._looking_as(self.state, preset) == self.state for preset in settled]
            current = alike.index(True) if any(alike) else None
            head = {"current": current, "can_undo": self.can_undo}
            n, flow = getattr(self.state, "n", 0), getattr(self.state, "flow", "forward")
            return {"page": self.page, "n": n, "flow": flow, "head": head, "link": self.link()}

        live.picture(drawn, about, self.look)
        chart_menu(self.page, anew, self.look)

    def look(self, sent: Mapping[str, Any]) -> None:
        """Take what is only looked at, where the page has it: the step and the flow."""
        self.take_all(
            {name: sent[name] for name in LOOKS if name in sent and hasattr(self.state, name)}
        )

    def link(self) -> dict[str, dict[str, Any]]:
        """What the link holds, but for what is only looked at; the browser adds that, where it differs
        from ``plain``."""
        query = {k: v for k, v in to_query(self.state).items() if k not in LOOKS}
        plain = self.kind()
        looks = {name: getattr(plain, name) for name in LOOKS if hasattr(plain, name)}
        return {"query": query, "plain": looks}

    def widget(self, field: str) -> dict[str, Any]:
        """The arguments that tie a widget to a field: its key and what a change does."""
        key = f"{self.page}/{field}"
        tell(key, getattr(self.state, field))
        return {"key": key, "on_change": self._absorb, "args": (field, key)}

    def _absorb(self, field: str, key: str) -> None:
        value = st.session_state[key]
        if value is not None:
            self.change(**{field: value})

    def slider(
        self,
        field: str,
        label: str,
        *,
        high: float | None = None,
        step: float = 1,
        **options: Any,
    ) -> None:
        """A slider with a number field over the field's range, or up to ``high``; the picture follows
        while it is dragged. ``shapes``: what else there is on the page depends on it. ``unit``: the
        browser shows that unit at once. ``log``: on a log scale, ``step`` in decades. ``bare``: the number
        field alone."""
        kind = kind_of(self.kind, field)
        top = kind.high if high is None else high
        value = getattr(self.state, field)
        shown = {
            "label": label,
            "value": value if top is None else min(value, top),
            "low": kind.low,
            "high": top,
            "step": step,
            "whole": isinstance(value, int),
        }
        live.part(
            "slider",
            f"{self.page}/{field}",
            shown | options,
            on_sent=partial(self.take, field),
            value=lambda: getattr(self.state, field),
        )

    def search(self, field: str, label: str, hint: str = "") -> None:
        """A field for words; the picture follows while they are typed."""
        longest = kind_of(self.kind, field).longest
        shown = {"label": label, "hint": hint, "longest": longest}
        live.part(
            "search",
            f"{self.page}/{field}",
            shown | {"value": getattr(self.state, field)},
            on_sent=partial(self.take, field),
            value=lambda: getattr(self.state, field),
        )

    def take(self, field: str, value: Any) -> None:
        """Take a value that a live part sends while it is moved."""
        self.take_all({field: value})

    def take_all(self, values: Mapping[str, Any]) -> None:
        """Take several values as one change; one that does not fit is said, and changes nothing."""
        if (read := self._read(values)) is not None:
            self.move(**read)

    def _read(self, values: Mapping[str, Any]) -> dict[str, Any] | None:
        read = {}
        for name, value in values.items():
            try:
                read[name] = kind_of(self.kind, name).read(str(value))
            except BadValue as problem:
                self.say(f"“{name}” {problem}.")
                return None
        return read

    def number(self, field: str, label: str) -> None:
        """A field for a whole number in the field's range."""
        self.slider(field, label, bare=True)

    def choose(
        self,
        field: str,
        label: str,
        names: Mapping[str, str],
        hidden: bool = False,
        walk: tuple[str, str] | None = None,
    ) -> None:
        """A row of buttons, one of which is chosen; the label may be ``hidden`` from sight. ``walk``: it
        stands between a button back and a button on, of these names, for choices that follow each
        other."""
        shown = {"label": label, "hidden": hidden, "walk": walk}
        self._choice("choice", field, shown, names)

    def select(self, field: str, label: str, names: Mapping[str, str]) -> None:
        """A drop-down list."""
        self._choice("menu", field, {"label": label}, names)

    def _choice(
        self, kind: str, field: str, shown: dict[str, Any], names: Mapping[str, str]
    ) -> None:
        shown |= {"names": list(names.items()), "value": getattr(self.state, field)}
        live.part(kind, f"{self.page}/{field}", shown, on_sent=partial(self._chosen, field))

    def _chosen(self, field: str, value: Any) -> None:
        if (read := self._read({field: value})) is not None:
            self.change(**read)
