"""The current state of a page in its session: widgets write it, presets and undo replace it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Generic, TypeVar

import streamlit as st

from explorer.state import NothingYet, from_query, kind_of, to_query

State = TypeVar("State")
Result = TypeVar("Result")
UNDO_DEPTH = 50


def tell(key: str, value: Any) -> None:
    """Have the widget ``key`` show a value. One that it has is not sent to it again: it could be
    older than the next press, and would undo it."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


class Store(Generic[State]):
    """One page's state. The session holds the frozen object; a widget shows one field of it."""

    def __init__(self, page: str, kind: type[State], settle: Callable[[State], State]) -> None:
        """``settle`` makes fields agree that depend on each other, as n < steps."""
        self.page, self.kind, self.settle = page, kind, settle
        self._key = f"state/{page}"
        self._past = f"past/{page}"
        if self._key not in st.session_state:
            state, problems = from_query(kind, st.query_params.to_dict())
            st.session_state[self._key] = settle(state)
            st.session_state[self._past] = []
            for problem in problems:
                st.toast(problem, icon=":material/link_off:")

    @property
    def state(self) -> State:
        return st.session_state[self._key]

    def put(self, state: State) -> None:
        """Make ``state`` the current one; the one before can be had back by ``undo``."""
        settled = self.settle(state)
        if settled == self.state:
            return
        if not self._only_looks_elsewhere(settled):
            past = [*st.session_state[self._past], self.state]
            st.session_state[self._past] = past[-UNDO_DEPTH:]
        st.session_state[self._key] = settled

    def _only_looks_elsewhere(self, state: State) -> bool:
        """Whether only the cursor moves: nothing to undo."""
        n = getattr(state, "n", None)
        return n is not None and replace(self.state, n=n) == state  # type: ignore[type-var]

    def change(self, **values: Any) -> None:
        """Replace some fields."""
        self.put(replace(self.state, **values))  # type: ignore[type-var]

    @property
    def can_undo(self) -> bool:
        return bool(st.session_state[self._past])

    def undo(self) -> None:
        past = st.session_state[self._past]
        if past:
            st.session_state[self._key] = past[-1]
            st.session_state[self._past] = past[:-1]

    def computed(self, compute: Callable[[State], Result]) -> tuple[Result, State]:
        """What the current state gives, and that state; where it is refused, the reason is said and
        the last state that gave something stands in, so that the picture stays."""
        good = f"good/{self.page}"
        try:
            result = compute(self.state)
        except (ValueError, KeyError) as problem:
            reason = str(problem.args[0] if problem.args else problem)
            words = f"{reason} Until then the last picture stays."
            if isinstance(problem, NothingYet):
                st.info(words, icon=":material/info:")
            else:
                st.error(words, icon=":material/error:")
            state = st.session_state.get(good, self.settle(self.kind()))
            return compute(state), state
        st.session_state[good] = self.state
        return result, self.state

    def write_link(self) -> None:
        """Put the state into the address bar."""
        query = to_query(self.state)
        kept = {k: v for k, v in st.query_params.to_dict().items() if k.startswith("embed")}
        if st.query_params.to_dict() != kept | query:
            st.query_params.from_dict(kept | query)

    def widget(self, field: str, high: float | None = None) -> dict[str, Any]:
        """The arguments that tie a widget to a field, shown up to ``high``: its key and what a change
        does."""
        key = f"{self.page}/{field}"
        value = getattr(self.state, field)
        tell(key, value if high is None else min(value, high))
        return {"key": key, "on_change": self._absorb, "args": (field, key)}

    def _absorb(self, field: str, key: str) -> None:
        value = st.session_state[key]
        if value is not None:
            self.change(**{field: value})

    def _absorb_typed(self, field: str, key: str, shown: Any) -> None:
        if st.session_state[key] != shown:
            self._absorb(field, key)

    def slider(self, field: str, label: str, *, high: float | None = None, **options: Any) -> None:
        """A slider over the field's range, or up to ``high``."""
        kind = kind_of(self.kind, field)
        top = kind.high if high is None else high
        st.slider(label, kind.low, top, **self.widget(field, top), **options)

    def number(self, field: str, label: str) -> None:
        """A field for a whole number in the field's range."""
        kind = kind_of(self.kind, field)
        st.number_input(label, kind.low, kind.high, step=1, **self.widget(field))

    def typed_slider(self, field: str, label: str, *, step: float) -> None:
        """A slider with a field beside it, for a number to be typed in."""
        kind = kind_of(self.kind, field)
        slide, write = st.columns([2.2, 1], gap="small", vertical_alignment="bottom")
        with slide:
            self.slider(field, label, step=step)
        # The number field echoes what it was given, late. With a key for each value an echo can be
        # told by its key, and is ignored (_absorb_typed), so that it undoes no newer value.
        value = getattr(self.state, field)
        place = f"{self.page}/{field}/typed"
        key = f"{place}/{value!r}"
        tell(key, value)
        with write.container(key=place):
            st.number_input(
                label,
                kind.low,
                kind.high,
                step=step,
                format="%.4g",
                label_visibility="collapsed",
                key=key,
                on_change=self._absorb_typed,
                args=(field, key, value),
            )

    def choose(self, field: str, label: str, names: Mapping[str, str], **options: Any) -> None:
        """A row of buttons, one of which is chosen."""
        st.segmented_control(
            label,
            list(names),
            format_func=lambda name: names[name],
            required=True,
            wrap=True,
            **self.widget(field),
            **options,
        )

    def select(self, field: str, label: str, names: Mapping[str, str], **options: Any) -> None:
        """A drop-down list."""
        st.selectbox(
            label,
            list(names),
            format_func=lambda name: names[name],
            **self.widget(field),
            **options,
        )
