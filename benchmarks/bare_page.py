"""What Streamlit itself takes: one slider of its own, and as many plain charts of the same size as a
page of the app has. Charts and rows come with the address (see ``benchmarks.latency``)."""

import json
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from explorer.server import prepare

SERIES = 3


def waves(rows: int, phase: float) -> pd.DataFrame:
    n = np.tile(np.arange(rows // SERIES), SERIES)
    series = np.repeat(np.arange(SERIES), rows // SERIES)
    return pd.DataFrame({"n": n, "value": np.sin(n / 5 + series + phase), "series": series})


def lines(height: int) -> dict[str, Any]:
    """A plain chart; the same for every value of the slider."""
    return {
        "mark": "line",
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "encoding": {
            "x": {"field": "n", "type": "quantitative"},
            "y": {"field": "value", "type": "quantitative", "scale": {"domain": [-1, 1]}},
            "color": {"field": "series", "type": "nominal"},
        },
    }


prepare()
st.set_page_config(layout="wide")
columns = json.loads(st.query_params.get("charts", "[]"))
value = st.slider("value", 0.0, 1.0, 0.5, 0.001, key="value")
places = st.columns([max(chart["width"] for chart in column) for column in columns] or 1)
for i, (place, column) in enumerate(zip(places, columns, strict=False)):
    for j, chart in enumerate(column):
        key = f"chart/{i}/{j}"
        phase = 50 * value + i + j
        rows, width, height = chart["rows"], chart["width"], chart["height"]
        spec = lines(height)
        place.vega_lite_chart(waves(rows, phase), spec, key=key, theme=None, width=width)
