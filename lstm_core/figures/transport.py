"""How far an error travels: norms against lag, and the n x l map."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from lstm_core.figures.figure import Figure
from lstm_core.figures.lines import Series, line_figure
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
    return line_figure(
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


def transport_map(norms: np.ndarray, *, theme: Theme = LIGHT, height: int = 300) -> Figure:
    """The (K, K) norms of d psi[n]/d psi[l] as colours, log10, white where the norm is 1."""
    decades = np.log10(np.maximum(norms, LOWEST))
    return Figure(_map_spec(theme, height), {"z": decades}, map_words(norms), engine="plotly")


def map_words(norms: np.ndarray) -> str:
    """What a map of norms shows, in a sentence."""
    steps, last = len(norms), norms[0, -1]
    return f"Map of {steps} by {steps} norms; from the last step to the first: {last:.3g}."


@cache
def _map_spec(theme: Theme, height: int) -> dict[str, Any]:
    axis = {
        "color": theme.text,
        "gridcolor": "rgba(0,0,0,0)",
        "zeroline": False,
        "tickformat": "d",
        "constrain": "domain",
    }
    return {
        "data": [
            {
                "type": "heatmap",
                "zmid": 0,
                "zmin": -DECADES,
                "zmax": DECADES,
                "colorscale": [
                    [0, "#08306b"],
                    [0.25, "#4292c6"],
                    [0.5, "#f7f7f7"],
                    [0.75, "#f08a24"],
                    [1, "#7f2704"],
                ],
                "colorbar": {
                    "title": {"text": "log₁₀", "side": "right", "font": {"color": theme.text}},
                    "tickvals": [-6, -3, 0, 3, 6],
                    "thickness": 10,
                    "tickfont": {"color": theme.text},
                },
                "hovertemplate": "n = %{y}, l = %{x}: 10^%{z:.2f}<extra></extra>",
                "hoverongaps": False,
            }
        ],
        "layout": {
            "height": height,
            "margin": {"l": 46, "r": 8, "t": 8, "b": 40},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"color": theme.text},
            "xaxis": axis | {"title": {"text": "l   (where the error enters)"}},
            "yaxis": axis | {"title": {"text": "n   (where it arrives)"}, "autorange": "reversed"},
        },
    }
