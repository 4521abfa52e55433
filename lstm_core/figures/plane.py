"""Eigenvalues in the complex plane with the unit circle."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from lstm_core.figures.figure import SPECS, Figure, figure_function
from lstm_core.figures.lines import finished
from lstm_core.figures.theme import LIGHT, SPARE, Theme

REACH = 2.7  # of the axes; what lies beyond is drawn at the edge
SHAPES = ("circle", "cross", "square", "diamond")


@figure_function
def eigenvalue_plane(
    sets: Mapping[str, np.ndarray], *, theme: Theme = LIGHT, size: int = 300
) -> Figure:
    """Complex numbers, one colour and shape a set. ``sets``: name -> complex (D,)."""
    angle = np.linspace(0, 2 * np.pi, 121)
    circle = np.exp(1j * angle)
    points = np.concatenate([*sets.values(), circle])
    names = [np.repeat(name, len(values)) for name, values in sets.items()]
    data = {
        "re": points.real,
        "im": points.imag,
        "set": np.concatenate([*names, np.repeat("circle", len(circle))]),
        "order": np.concatenate([np.zeros(len(points) - len(circle)), angle]),
        "modulus": np.abs(points),
    }
    outside = {name: int((np.abs(values) > 1 + 1e-12).sum()) for name, values in sets.items()}
    words = ", ".join(
        f"{name}: largest modulus {np.abs(values).max():.3g}, {outside[name]} outside the circle"
        for name, values in sets.items()
    )
    return Figure(_plane_spec(tuple(sets), theme, size), data, f"Complex plane. {words}.")


@lru_cache(maxsize=SPECS)
def _plane_spec(sets: tuple[str, ...], theme: Theme, size: int) -> dict[str, Any]:
    reach = alt.Scale(domain=[-REACH, REACH], clamp=True, nice=False)
    x = alt.X("re:Q", title="Re μ", scale=reach, axis=alt.Axis(values=[-2, -1, 0, 1, 2]))
    y = alt.Y("im:Q", title="Im μ", scale=reach, axis=alt.Axis(values=[-2, -1, 0, 1, 2]))
    circle = (
        alt.Chart()
        .transform_filter("datum.set == 'circle'")
        .mark_line(color=theme.faint, strokeWidth=2)
        .encode(x=x, y=y, order="order:Q")
    )
    points = (
        alt.Chart()
        .transform_filter("datum.set != 'circle'")
        .mark_point(filled=False, strokeWidth=2.5, opacity=1)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "set:N",
                scale=alt.Scale(domain=list(sets), range=list(SPARE[: len(sets)])),
                legend=alt.Legend(title=None, orient="top", direction="vertical"),
            ),
            size=alt.Size(
                "set:N",
                scale=alt.Scale(domain=list(sets), range=[190, 90, 60, 40][: len(sets)]),
                legend=None,
            ),
            shape=alt.Shape(
                "set:N",
                scale=alt.Scale(domain=list(sets), range=list(SHAPES[: len(sets)])),
                legend=alt.Legend(title=None, orient="top", direction="vertical"),
            ),
            tooltip=[
                "set:N",
                alt.Tooltip("re:Q", format=".6g"),
                alt.Tooltip("im:Q", format=".6g"),
                alt.Tooltip("modulus:Q", format=".6g"),
            ],
        )
    )
    spec = finished(alt.layer(circle, points).properties(height=size), theme, outside=0)
    return spec | {"width": size, "autosize": {"type": "pad"}}
