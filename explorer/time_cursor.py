"""The cursor over time: a slider, keys, and play."""

from __future__ import annotations

import time
from typing import Any

import streamlit as st

from explorer.store import Store

PERIOD_S = 0.5


def time_cursor(store: Store[Any], length: int) -> None:
    """First, back, play, on, last, and a slider: the arrow keys, Home, End and Space do the same."""
    last = length - 1
    n = min(store.state.n, last)
    playing = f"playing/{store.page}"
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="cursor"):
        _step(":material/first_page:", "first", "Home", store, -last, n > 0, "First step (Home)")
        _step(
            ":material/chevron_left:",
            "back",
            "Left",
            store,
            -1,
            n > 0,
            "One step back (left arrow)",
        )
        st.button(
            ":material/pause:" if st.session_state.get(playing) else ":material/play_arrow:",
            key="play",
            shortcut="Space",
            help="Play and pause (space)",
            on_click=_toggle,
            args=(store, last, playing),
        )
        _step(
            ":material/chevron_right:",
            "on",
            "Right",
            store,
            1,
            n < last,
            "One step on (right arrow)",
        )
        _step(":material/last_page:", "end", "End", store, last, n < last, "Last step (End)")
        if last > 0:
            store.slider("n", f"n = {n} of {last}", high=last)
    if st.session_state.get(playing):
        _play(store, last, playing)


def _step(
    text: str, key: str, shortcut: str, store: Store[Any], by: int, possible: bool, words: str
) -> None:
    st.button(
        text,
        key=f"cursor/{key}",
        shortcut=shortcut,
        help=words,
        disabled=not possible,
        on_click=_go,
        args=(store, by),
    )


def _go(store: Store[Any], by: int) -> None:
    """Move by so many steps; relative, so that two quick presses count as two."""
    store.change(n=max(store.state.n + by, 0))


def _toggle(store: Store[Any], last: int, playing: str) -> None:
    """Play or pause; at the last step, play again from the first."""
    st.session_state[playing] = not st.session_state.get(playing)
    if st.session_state[playing] and store.state.n >= last:
        store.change(n=0)
    st.session_state[f"{playing}/since"] = time.monotonic()


@st.fragment(run_every=PERIOD_S)
def _play(store: Store[Any], last: int, playing: str) -> None:
    since = f"{playing}/since"
    if time.monotonic() - st.session_state.get(since, 0.0) < PERIOD_S * 0.8:
        return
    st.session_state[since] = time.monotonic()
    if store.state.n >= last:
        st.session_state[playing] = False
    else:
        store.change(n=store.state.n + 1)
    st.rerun()
