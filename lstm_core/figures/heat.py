"""A signal of all units over time as a heat map."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from lstm_core.figures.figure import SPECS, Figure, figure_function
from lstm_core.figures.lines import MARGIN_LEFT, finished, x_axis
from lstm_core.figures.theme import LIGHT, Theme


@figure_function
def signal_heat(
    values: np.ndarray,
    name: str,
    *,
    gate: bool = False,
    cursor: int | None = None,
    theme: Theme = LIGHT,
    height: int = 160,
) -> Figure:
    """(K, d) values as K columns by d rows: gates from 0 to 1, others diverging about 0."""
    steps, width = values.shape
    n, unit = np.meshgrid(np.arange(steps), np.arange(width), indexing="ij")
    data = {"n": n.ravel(), "unit": unit.ravel(), "value": np.asarray(values, float).ravel()}
    data["here"] = data["n"] == (-1 if cursor is None else cursor)
    alt_text = f"{name} of {width} units over {steps} steps, from {values.min():.3g} to {values.max():.3g}."
    return Figure(_heat_spec(name, gate, theme, height), data, alt_text)


@lru_cache(maxsize=SPECS)
def _heat_spec(name: str, gate: bool, theme: Theme, height: int) -> dict[str, Any]:
    scale = (
        alt.Scale(domain=[0, 1], scheme="viridis")
        if gate
        else alt.Scale(scheme="blueorange", domainMid=0)
    )
    cells = (
        alt.Chart(name="heat_n")
        .transform_calculate(left="datum.n - 0.5", right="datum.n + 0.5")
        .mark_rect()
        .encode(
            x=alt.X("left:Q", title="n", axis=x_axis(), scale=alt.Scale(nice=False, zero=False)),
            x2="right:Q",
            y=alt.Y(
                "unit:O",
                title="unit",
                axis=alt.Axis(
                    minExtent=MARGIN_LEFT, maxExtent=MARGIN_LEFT, labelOverlap=True, labelAngle=0
                ),
            ),
            color=alt.Color(
                "value:Q",
                scale=scale,
                legend=alt.Legend(
                    title=None, orient="top", gradientLength=160, gradientThickness=8
                ),
            ),
            tooltip=["n:Q", "unit:O", alt.Tooltip("value:Q", title=name, format=".6g")],
        )
    )
    here = (
        alt.Chart()
        .transform_filter("datum.here && datum.unit == 0")
        .mark_rule(color=theme.cursor, strokeWidth=1.5)
        .encode(x="n:Q")
    )
    return finished(alt.layer(cells, here).properties(height=height), theme, outside=78)
