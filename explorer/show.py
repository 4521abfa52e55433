"""Figures on a page."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import streamlit as st

from explorer import live
from lstm_core.figures import DARK, LIGHT, Figure, Theme


def theme() -> Theme:
    """The theme of figures that fits the visitor's."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def _numbers(figure: Figure) -> dict[str, Any] | None:
    """The numbers of a chart with lines, for the browser to show them under the pointer: series after
    series."""
    if figure.tips is not None:
        values = np.concatenate(list(figure.tips.values()))
        return {"labels": list(figure.tips), "values": live.floats(values)}
    if figure.hover is None:
        return None
    labels = list(dict.fromkeys(figure.data["series"].tolist()))
    first = int(figure.data["n"][0])
    return {"labels": labels, "values": live.floats(figure.data["value"]), "first": first}


def show(figure: Figure, key: str, *, ahead: int | None = None, past: int = 0) -> None:
    """Draw a figure in place; its text alternative goes with it.

    ``ahead``: a band marks the step of the cursor and so many after it. ``past``: so many steps of the
    time axis are past the run's last one, which the cursor does not leave.
    """
    live.describe(figure.alt, _numbers(figure), ahead=ahead, past=past)
    if figure.engine == "plotly":
        st.plotly_chart(figure.complete(), key=key, theme=None, config={"displayModeBar": False})
        return
    width = figure.spec["width"]
    st.vega_lite_chart(
        pa.table(dict(figure.data)),
        figure.spec,
        key=key,
        theme=None,
        width="stretch" if width == "container" else width,
    )
