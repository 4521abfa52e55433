"""Lines over a common axis: the base of every figure over time or lag."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from lstm_core.figures.figure import SPECS, Figure, figure_function
from lstm_core.figures.theme import LIGHT, Style, Theme

FONT = '"Source Sans", "Source Sans Pro", Arial, sans-serif'
DECADES = (
    "abs(log(datum.value) / LN10 - round(log(datum.value) / LN10)) < 1e-6"
    " ? format(datum.value, '.0e') : ''"
)
MARGIN_LEFT = 46  # room for the labels, the same on every chart, so that the time axes line up


@dataclass(frozen=True, eq=False)
class Series:
    """One line: its label, its values over the axis, and how it is drawn."""

    label: str
    values: np.ndarray
    style: Style


@dataclass(frozen=True)
class Band:
    """A stretch of the axis behind the lines, with a word at its top; shaded or not."""

    first: float
    last: float
    label: str = ""
    shaded: bool = True


@figure_function
def line_figure(
    series: Sequence[Series],
    *,
    alt_text: str,
    y_title: str = "",
    x_title: str = "n",
    scale: str = "linear",
    cursor: int | None = None,
    theme: Theme = LIGHT,
    height: int = 120,
    start: int = 0,
    time_axis: bool = True,
    domain: tuple[float, float] | None = None,
    legend_columns: int | None = None,
    name: str = "over_n",
    title: str = "",
    bands: Sequence[Band] | None = None,
) -> Figure:
    """Lines over ``start``, ``start + 1``, ...

    ``scale``: ``linear`` (0 marked), ``unit`` (0 to 1) or ``log`` (1 marked; values that are not
    positive are left out, which is said where all are). ``cursor``: the step to mark.
    ``time_axis=False`` leaves out the labels of the steps, for a chart that stands above another
    with the same axis. ``domain``: a fixed range of values, the same for charts that are to be
    compared; the lines are cut off at it. ``legend_columns`` breaks a legend that is long for a
    narrow place, and gives a single line one. ``name`` is that of the lines' marks in the picture:
    lines ``over_n`` are over time. ``title``: words above, the same whatever is drawn. ``bands`` stand
    behind the lines, at most one for every value; they are part of the spec where they are given,
    however many.
    """
    length = len(series[0].values)
    axis = np.arange(start, start + length)
    values = np.concatenate([np.asarray(line.values, float) for line in series])
    gaps: dict[str, np.ndarray] = {}
    if scale == "log":
        values = np.where(values > 0, values, np.nan)
        gaps = _gaps([line.label for line in series], values.reshape(len(series), length))
    spec, hover = _line_spec(
        tuple((line.label, line.style) for line in series),
        y_title,
        x_title,
        scale,
        cursor is not None,
        theme,
        height,
        time_axis,
        domain,
        legend_columns,
        name,
        title,
        tuple(gaps),
        bands is not None,
    )
    data: dict[str, np.ndarray] = {
        "n": np.tile(axis, len(series)),
        "value": values,
        "series": np.repeat(np.array([line.label for line in series]), length),
    }
    data |= gaps
    if bands is not None:
        data |= _band_columns(bands, len(values))
    if cursor is not None:
        data["here"] = data["n"] == cursor
    return Figure(spec, data, alt_text, hover=hover)


def _gaps(labels: Sequence[str], lines: np.ndarray) -> dict[str, np.ndarray]:
    """What a log axis lacks: columns with words for lines that it cannot show at all, and with the
    values that have no neighbour, which a line does not show. Only where there are any: the spec has
    a layer for each, and a layer costs time at every change of the data."""
    absent = [label for label, row in zip(labels, lines, strict=True) if np.isnan(row).all()]
    there = np.pad(~np.isnan(lines), ((0, 0), (1, 1)))
    lone = there[:, 1:-1] & ~there[:, :-2] & ~there[:, 2:]
    found: dict[str, np.ndarray] = {}
    if absent:
        words = f"{', '.join(absent)}: zero at every step"
        found["words"] = np.array([words] + [""] * (lines.size - 1))
    if lone.any():
        found["lone"] = lone.ravel()
    return found


def _band_columns(bands: Sequence[Band], rows: int) -> dict[str, np.ndarray]:
    """The bands as columns, each in a row of its own; NaN and no word in the others."""
    edges = np.full((3, rows), np.nan)
    words = np.full(rows, "", object)
    for i, band in enumerate(bands):
        if band.shaded:
            edges[:2, i] = band.first, band.last
        edges[2, i], words[i] = (band.first + band.last) / 2, band.label
    return {"from": edges[0], "to": edges[1], "middle": edges[2], "band": words.astype(str)}


@lru_cache(maxsize=SPECS)
def _line_spec(
    series: tuple[tuple[str, Style], ...],
    y_title: str,
    x_title: str,
    scale: str,
    has_cursor: bool,
    theme: Theme,
    height: int,
    time_axis: bool,
    domain: tuple[float, float] | None,
    legend_columns: int | None,
    name: str,
    title: str,
    gaps: tuple[str, ...],
    has_bands: bool,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The spec, and the layer of it that shows numbers under the pointer."""
    labels = [label for label, _ in series]
    styles = [style for _, style in series]
    legend = (
        alt.Legend(
            title=None,
            orient="top",
            direction="horizontal",
            symbolType="stroke",
            columns=legend_columns or alt.Undefined,
        )
        if len(series) > 1 or legend_columns
        else None
    )
    y_scale = {
        "linear": alt.Scale(zero=False, nice=True),
        "unit": alt.Scale(domain=[0, 1]),
        "log": alt.Scale(type="log", nice=True),
    }[scale]
    if domain is not None:
        y_scale = alt.Scale(type="log" if scale == "log" else "linear", domain=list(domain))
    y_axis = alt.Axis(
        title=y_title or None,
        tickCount=3 if scale != "log" else 5,
        minExtent=MARGIN_LEFT,
        maxExtent=MARGIN_LEFT,
        labelExpr=DECADES if scale == "log" else alt.Undefined,
        format=".6~g" if scale != "log" else alt.Undefined,
        gridOpacity=0.5,
        ticks=scale != "log",
    )
    below = x_title if time_axis else None
    lines = (
        alt.Chart(name=name)
        .mark_line(clip=True)
        .encode(
            description="series:N",
            x=alt.X(
                "n:Q", title=below, axis=x_axis(time_axis), scale=alt.Scale(nice=False, zero=False)
            ),
            y=alt.Y("value:Q", axis=y_axis, scale=y_scale),
            color=alt.Color(
                "series:N",
                scale=alt.Scale(domain=labels, range=[style.color for style in styles]),
                legend=legend,
            ),
            strokeDash=alt.StrokeDash(
                "series:N",
                scale=alt.Scale(domain=labels, range=[list(style.dash) for style in styles]),
                legend=legend,
            ),
            strokeWidth=alt.StrokeWidth(
                "series:N",
                scale=alt.Scale(
                    # Of itself it would be a scale of positions, between the first and the last width.
                    type="ordinal",
                    domain=labels,
                    range=[style.width for style in styles],
                ),
                legend=None,
            ),
        )
    )
    color = alt.Color("series:N")
    layers: list[Any] = [lines]
    if scale != "unit":
        mark = 1 if scale == "log" else 0
        layers.insert(0, alt.Chart().mark_rule(color=theme.faint).encode(y=alt.datum(mark)))
    if "words" in gaps:
        x, y = (alt.value(alt.ExprRef(place)) for place in ("width / 4", "height / 2"))
        words = alt.Chart().transform_filter("datum.words").mark_text(color=theme.text, fontSize=12)
        layers.append(words.encode(text="words:N", x=x, y=y))
    if "lone" in gaps:
        lone = alt.Chart().transform_filter("datum.lone").mark_point(filled=True, opacity=1)
        layers.append(lone.encode(x="n:Q", y="value:Q", color=color))
    if has_bands:
        shade = alt.Chart().transform_filter("isValid(datum.from)").mark_rect(color=theme.faint)
        named = alt.Chart().transform_filter("datum.band").mark_text(color=theme.text, fontSize=11)
        layers.insert(0, shade.encode(x="from:Q", x2="to:Q", opacity=alt.value(0.3)))
        layers.append(named.encode(text="band:N", x="middle:Q", y=alt.value(8)))
    if has_cursor:
        here = alt.Chart().transform_filter("datum.here")
        layers.insert(0, here.mark_rule(color=theme.cursor, strokeWidth=1.5).encode(x="n:Q"))
        layers.append(
            here.mark_point(filled=True, size=45, opacity=1, clip=True).encode(
                x="n:Q", y="value:Q", color=color
            )
        )
    layers.append(_tips(labels, x_title))
    outside = (24 if legend else 7) + (42 if time_axis else 10) + (20 if title else 0)
    whole = alt.layer(*layers).properties(height=height)
    spec = finished(whole.properties(title=title) if title else whole, theme, outside)
    return spec, spec["layer"].pop()


def _tips(labels: list[str], x_title: str) -> Any:
    """Unseen rules, one a step, that show the values of all lines there."""
    fields = [re.sub(r"([\[\].'\"])", r"\\\1", label) for label in labels]
    values = [
        alt.Tooltip(field=field, type="quantitative", title=label, format=".6g")
        for field, label in zip(fields, labels, strict=True)
    ]
    return (
        alt.Chart()
        .transform_pivot("series", value="value", groupby=["n"])
        .mark_rule(opacity=0, strokeWidth=8)
        .encode(x="n:Q", tooltip=[alt.Tooltip("n:Q", title=x_title.split("  ")[0]), *values])
    )


def x_axis(labels: bool = True) -> alt.Axis:
    """Whole-number ticks, the same on every chart over time."""
    return alt.Axis(
        format="d", tickMinStep=1, labelFlush=True, grid=False, titlePadding=2, labels=labels
    )


def finished(chart: Any, theme: Theme, outside: int) -> dict[str, Any]:
    """The constant spec of an Altair chart: as wide as its place, on the page's own ground.

    ``outside``: pixels above and below the plot, for a legend and the axis' labels. They count in
    the height of the whole, so that a chart also fits a screen that it is to fill.
    """
    spec = chart.to_dict(validate=True)
    spec["height"] += outside
    spec.pop("$schema", None)
    spec.pop("data", None)
    spec.pop("datasets", None)
    for layer in spec.get("layer", ()):
        layer.pop("data", None)
        if not any("field" in channel for channel in layer["encoding"].values()):
            layer["data"] = {"values": [{}]}  # a guide: drawn once, not for every row
    config = {
        "view": {"stroke": None},
        "mark": {"tooltip": None},  # the numbers under the pointer are shown by what is made for it
        # The text alternative speaks for the whole chart; one for each axis is made anew every time.
        "axis": {
            "aria": False,
            "labelColor": theme.text,
            "titleColor": theme.text,
            "titleFontWeight": "normal",
            "titleFontSize": 13,
            "labelFontSize": 12,
            "labelPadding": 4,
            "domain": False,
            "tickColor": theme.faint,
            "gridColor": theme.faint,
        },
        "legend": {
            "aria": False,
            "labelColor": theme.text,
            "labelFontSize": 12,
            "padding": 0,
            "offset": 3,
            "symbolSize": 110,
            "columnPadding": 7,
        },
        "title": {"color": theme.text, "anchor": "start", "fontSize": 13, "offset": 4},
        "font": FONT,
        "background": "transparent",
    }
    return spec | {
        "width": "container",
        "config": config,
        "padding": {"left": 2, "right": 12, "top": 2, "bottom": 2},
        "autosize": {"type": "fit", "contains": "padding"},
    }
