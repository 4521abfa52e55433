"""How far an error travels: norms against lag, and the n x l map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from lstm_core.figures.figure import SPECS, Figure, figure_function
from lstm_core.figures.lines import Series, finished, line_figure
from lstm_core.figures.pixels import png_address
from lstm_core.figures.theme import BEFORE, BLUE, LIGHT, Style, Theme, on_ground, style

LINES = {
    "paper": Style("#E69F00", (6, 3), 2.0),
    "cec": Style(BLUE, (2, 2), 2.0),
    "bound": Style("#8a8f98", (8, 3, 2, 3), 1.5),
    "before": BEFORE,
}
STEP_LINES = {  # the parts of one step's factor, in the colours of the transports that they make
    "‖diag g_cs[k]‖": LINES["cec"],
    "‖Q[k]‖": Style("#009E73", (6, 2, 2, 2), 2.0),
    "‖Q + diag g_cs‖": LINES["paper"],
    "sum (181)": LINES["bound"],
    "bound of ‖Q‖": Style("#CC79A7", (1, 3), 2.0),
}
FIRST_GAP = 2  # the lag from which on the exact transport and the paper's differ
LOWEST = 1e-20
DECADES = 6  # a map's colours go from 1e-6 to 1e6, so that maps can be compared
SHADES = ("#08306b", "#4292c6", "#f7f7f7", "#f08a24", "#7f2704")
PIXELS = 800  # at most, of a map's image across


@figure_function
def transport_by_lag(
    norms: Mapping[str, np.ndarray],
    *,
    cursor: int | None = None,
    theme: Theme = LIGHT,
    height: int = 240,
    domain: tuple[float, float] | None = None,
    y_title: str = "‖∂ψ[n] / ∂ψ[l]‖",
    legend_columns: int | None = None,
    title: str = "",
) -> Figure:
    """Norms of d psi[n]/d psi[l] against the lag l - n, several kinds or systems, on a log axis.

    ``norms``: name -> (lags,); the kinds of transport, ``bound``, ``now`` and ``before`` keep their
    colours. Values below 1e-20 are drawn at 1e-20. A legend of more than three has two columns, or
    ``legend_columns``.
    """
    series = [
        Series(name, np.maximum(values, LOWEST), _look(name, i, theme))
        for i, (name, values) in enumerate(norms.items())
    ]
    figure = line_figure(
        series,
        alt_text=" ".join(_words(name, values) for name, values in norms.items()),
        y_title=y_title,
        x_title="lag l − n",
        scale="log",
        cursor=cursor,
        theme=theme,
        height=height,
        domain=domain,
        legend_columns=legend_columns or (2 if len(series) > 3 else len(series)),
        name="over_lag",
        title=title,
    )
    return replace(figure, tips={name: np.asarray(values, float) for name, values in norms.items()})


def _look(name: str, position: int, theme: Theme) -> Style:
    if name in ("exact", "now"):
        return Style(theme.psi, (1, 0), 3.0)
    return (
        on_ground(LINES[name], theme)
        if name in LINES
        else style(f"run_{position}", theme, position)
    )


def _words(name: str, values: np.ndarray) -> str:
    (below,) = np.nonzero(values < 1e-3)
    peak = int(np.nanargmax(values))
    grown = f"grows to {values[peak]:.3g} at lag {peak}" if values[peak] > 1.001 else "never grows"
    fallen = f"falls below 1e-3 at lag {below[0]}" if len(below) else "stays above 1e-3"
    return f"{name}: {grown}, {fallen}."


@figure_function
def transport_gap_by_lag(
    gap: np.ndarray,
    *,
    theme: Theme = LIGHT,
    height: int = 120,
    domain: tuple[float, float] | None = None,
    title: str = "",
) -> Figure:
    """The relative difference of the exact transport and the product (180) by the lag, (lags,), on a
    log axis; lag 2 is marked, where the first difference is (errata 24)."""
    largest = float(np.nanmax(gap, initial=0.0))
    words = "Exact and paper agree at every lag up to 1"
    if len(gap) > FIRST_GAP:
        words += f"; at lag 2 they differ by {gap[FIRST_GAP]:.2g}, at most by {largest:.2g}"
    return line_figure(
        [Series("relative difference", gap, Style(theme.psi, (1, 0), 2.0))],
        alt_text=f"{words} of the exact.",
        x_title="lag l − n   (marked: 2)",
        scale="log",
        cursor=FIRST_GAP,
        theme=theme,
        height=height,
        domain=domain,
        name="over_lag",
        title=title,
    )


@figure_function
def step_norms(
    norms: Mapping[str, np.ndarray],
    *,
    theme: Theme = LIGHT,
    height: int = 160,
    domain: tuple[float, float] | None = None,
    title: str = "",
) -> Figure:
    """Norms of one step's factor and of its parts over k, on a log axis: name -> (K,), the names those
    of ``STEP_LINES``."""
    series = [
        Series(name, values, on_ground(STEP_LINES[name], theme)) for name, values in norms.items()
    ]
    later = [line.values[min(1, len(line.values) - 1) :] for line in series]  # the start is no step
    ranges = (
        f"{line.label} from {values.min():.3g} to {values.max():.3g}"
        for line, values in zip(series, later, strict=True)
    )
    return line_figure(
        series,
        alt_text=f"Steps 1 to {len(series[0].values) - 1}: {', '.join(ranges)}.",
        x_title="k",
        scale="log",
        theme=theme,
        height=height,
        domain=domain,
        legend_columns=3,
        title=title,
    )


@figure_function
def transport_map(norms: np.ndarray, *, theme: Theme = LIGHT, height: int = 300) -> Figure:
    """The (K, K) norms of d psi[n]/d psi[l] as colours by their decade, white where the norm is 1.

    The cells are drawn as one image: 200 x 200 of them are too many marks for a picture.
    """
    steps = len(norms)
    n, l = np.nonzero(~np.isnan(norms))
    drawn = {
        "cells": np.array([png_address(_cells(norms))]),
        "steps": np.array([steps]),
        "decade": np.zeros(1),
    }
    data = {"n": n, "l": l, "norm": norms[n, l]}
    return Figure(_map_spec(theme, height), data, map_words(norms), drawn=drawn)


def _cells(norms: np.ndarray) -> np.ndarray:
    """The colours of a map, several pixels a cell, so that its edges stay sharp; (p K, p K, 4)."""
    there = ~np.isnan(norms)
    decades = np.log10(np.maximum(np.where(there, norms, 1.0), LOWEST))
    place = np.clip(decades / DECADES, -1, 1)
    stops = np.array([[int(code[i : i + 2], 16) for i in (1, 3, 5)] for code in SHADES])
    at = np.linspace(-1, 1, len(SHADES))
    channels = [np.interp(place, at, stop).round() for stop in stops.T]
    colours = np.stack([*channels, 255 * there], -1).astype(np.uint8)
    pixels = max(1, PIXELS // len(norms))
    return colours.repeat(pixels, 0).repeat(pixels, 1)


def map_words(norms: np.ndarray) -> str:
    """What a map of norms shows, in a sentence."""
    steps, last = len(norms), norms[0, -1]
    return f"Map of {steps} by {steps} norms; from the last step to the first: {last:.3g}."


@lru_cache(maxsize=SPECS)
def _map_spec(theme: Theme, height: int) -> dict[str, Any]:
    edge = alt.Scale(nice=False, zero=False)
    axis = alt.Axis(format="d", tickMinStep=1, grid=False)
    cells = (
        alt.Chart()
        .transform_calculate(first="-0.5", last="datum.steps - 0.5")
        .mark_image(aspect=False)
        .encode(
            url="cells:N",
            description=alt.value(""),
            x=alt.X("first:Q", title="l   (where the error enters)", axis=axis, scale=edge),
            x2="last:Q",
            y=alt.Y(
                "first:Q",
                title="n   (where it arrives)",
                axis=axis,
                scale=alt.Scale(nice=False, zero=False, reverse=True),
            ),
            y2="last:Q",
        )
    )
    # Unseen: it brings the legend of the colours.
    key = (
        alt.Chart()
        .mark_point(opacity=0)
        .encode(
            color=alt.Color(
                "decade:Q",
                scale=alt.Scale(domain=list(np.linspace(-DECADES, DECADES, 5)), range=list(SHADES)),
                legend=alt.Legend(
                    title=None,
                    values=[-DECADES, -DECADES // 2, 0, DECADES // 2, DECADES],
                    labelExpr="datum.value ? format(pow(10, datum.value), '.0e') : '1'",
                    gradientThickness=10,
                    gradientLength=alt.ExprRef("height"),
                ),
            )
        )
    )
    return finished(alt.layer(cells, key).properties(height=height), theme, outside=0)
