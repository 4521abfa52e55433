"""The cursor over time: it moves in the browser, and tells the server where it came to rest."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from explorer import live
from explorer.store import Store


@st.fragment
def time_cursor(store: Store[Any], length: int) -> None:
    """First, back, play, on, last, a slider and the speed of play; the arrow keys, Home, End and Space
    do the same. Whatever is drawn over time follows without the server, which keeps the step for the
    link."""
    last = length - 1
    shown = {"page": store.page, "n": min(store.state.n, last), "last": last}
    live.telling_part("cursor", f"{store.page}/n", shown, partial(store.take, "n"))
    store.write_link()
