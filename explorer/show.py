"""Figures on a page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from explorer import live
from lstm_core.figures import DARK, LIGHT, Figure, Theme


def theme() -> Theme:
    """The theme of figures that fits the visitor's."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def show(figure: Figure, key: str) -> None:
    """Draw a figure in place; its text alternative goes with it."""
    live.describe(figure.alt)
    if figure.engine == "plotly":
        st.plotly_chart(figure.complete(), key=key, theme=None, config={"displayModeBar": False})
        return
    width = figure.spec["width"]
    st.vega_lite_chart(
        pd.DataFrame(dict(figure.data)),
        figure.spec,
        key=key,
        theme=None,
        width="stretch" if width == "container" else width,
    )
