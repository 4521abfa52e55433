"""A continuous signal beside its samples, and how far apart they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from lstm_core.figures.figure import SPECS, Figure, figure_function
from lstm_core.figures.lines import DECADES, MARGIN_LEFT, finished
from lstm_core.figures.theme import LIGHT, Style, Theme, on_ground, style

DOTS = "#D55E00"


@figure_function
def sampled_signal(
    times: np.ndarray,
    continuous: Mapping[str, np.ndarray],
    samples: Mapping[str, np.ndarray],
    *,
    theme: Theme = LIGHT,
    height: int = 200,
    time_axis: bool = True,
    title: str = "",
) -> Figure:
    """Lines over the time t and dots at the samples, of the same signals.

    ``times``: (T,), evenly spaced from 0; ``continuous``: name -> (T,); ``samples``: the same names ->
    (K + 1,), of which n = 0 .. K are at t = 0 .. the last time, T - 1 a multiple of K. NaN leaves a dot
    out. The numbers under the pointer are those of the samples and of the line there. ``title``:
    words above, the same whatever is drawn.
    """
    names = list(continuous)
    K = len(samples[names[0]]) - 1
    every = max((len(times) - 1) // max(K, 1), 1)
    at = times[::every]
    data = {
        "t": np.concatenate([times] * len(names) + [at] * len(names)).astype(float),
        "value": np.concatenate([*continuous.values(), *(samples[name] for name in names)]),
        "series": np.concatenate([np.repeat(names, len(times)), np.repeat(names, len(at))]),
        "sampled": np.repeat([False, True], [len(names) * len(times), len(names) * len(at)]),
    }
    tips: dict[str, np.ndarray] = {}
    for name in names:
        there = continuous[name][::every]
        tips |= {"t": at, f"{name}, line": there, f"{name}, dot": samples[name]}
    apart = {name: _largest(tips[f"{name}, line"] - samples[name]) for name in names}
    said = "; ".join(
        f"{name} between {np.nanmin(continuous[name]):.3g} and {np.nanmax(continuous[name]):.3g},"
        f" its samples at most {apart[name]:.3g} away from it"
        for name in names
    )
    spec = _sampled_spec(tuple(names), theme, height, time_axis, title)
    return Figure(spec, data, f"{K} samples over t = 0 to {times[-1]:.3g}: {said}.", tips=tips)


def _largest(differences: np.ndarray) -> float:
    there = np.abs(differences[~np.isnan(differences)])
    return float(there.max(initial=0.0))


@lru_cache(maxsize=SPECS)
def _sampled_spec(
    names: tuple[str, ...], theme: Theme, height: int, time_axis: bool, title: str
) -> dict[str, Any]:
    looks = [_look(name, i, len(names), theme) for i, name in enumerate(names)]
    legend = (
        alt.Legend(title=None, orient="top", direction="horizontal", symbolType="stroke")
        if len(names) > 1
        else None
    )
    x = alt.X(
        "t:Q",
        title="t" if time_axis else None,
        axis=alt.Axis(
            grid=False, labelFlush=True, titlePadding=2, labels=time_axis, format="~g", tickCount=12
        ),
        scale=alt.Scale(nice=False, zero=False),
    )
    y = alt.Y(
        "value:Q",
        title=None,
        axis=alt.Axis(
            tickCount=5 if height > 120 else 3,
            minExtent=MARGIN_LEFT,
            maxExtent=MARGIN_LEFT,
            format="~g",
            gridOpacity=0.5,
        ),
        scale=alt.Scale(zero=False, nice=True),
    )
    color = alt.Color(
        "series:N",
        scale=alt.Scale(domain=list(names), range=[look.color for look in looks]),
        legend=legend,
    )
    dash = alt.StrokeDash(
        "series:N",
        scale=alt.Scale(domain=list(names), range=[list(look.dash) for look in looks]),
        legend=legend,
    )
    zero = alt.Chart().mark_rule(color=theme.faint).encode(y=alt.datum(0))
    lines = (
        alt.Chart(name="over_n")  # its steps are the samples: the time cursor moves over it
        .transform_filter("!datum.sampled")
        .mark_line(clip=True, strokeWidth=2)
        .encode(description="series:N", x=x, y=y, color=color, strokeDash=dash)
    )
    dots = (
        alt.Chart()
        .transform_filter("datum.sampled && isValid(datum.value)")
        .mark_point(filled=True, size=50, opacity=1, stroke=theme.background, strokeWidth=0.8)
        .encode(x=x, y=y, color=color if len(names) > 1 else alt.value(DOTS))
    )
    whole = alt.layer(zero, lines, dots).properties(height=height)
    outside = (24 if legend else 7) + (42 if time_axis else 10) + (20 if title else 0)
    return finished(whole.properties(title=title) if title else whole, theme, outside)


def _look(name: str, position: int, many: int, theme: Theme) -> Style:
    """A lone signal as itself; several in order, since they are units of one."""
    return style(name if many == 1 else f"unit_{position}", theme, position)


@figure_function
def distance_by_step(
    steps: Sequence[float] | np.ndarray,
    distances: np.ndarray,
    *,
    chosen: int = 0,
    theme: Theme = LIGHT,
    height: int = 200,
    title: str = "",
) -> Figure:
    """The distance between samples and solution against the time step, both on log axes, beside a line
    of slope 1 through the smallest distance.

    ``steps``: (M,), the largest first; ``distances``: (M,); one that is not positive is left out.
    ``chosen``: the index of the step to bring out. ``title``: as for ``sampled_signal``.
    """
    dT = np.asarray(steps, float)
    there = np.where(np.asarray(distances) > 0, distances, np.nan)
    i = int(np.argmin(np.where(np.isnan(there), np.inf, there)))
    slope = there[i] * dT / dT[i]
    empty = np.zeros(len(dT), dtype=bool)
    data = {
        "dT": np.tile(dT, 2),
        "value": np.concatenate([there, slope]),
        "series": np.repeat(["distance", "slope 1"], len(dT)),
        "here": np.concatenate([np.arange(len(dT)) == chosen, empty]),
        "words": np.array(
            ["" if np.isfinite(there).any() else "distance: 0"] + [""] * (2 * len(dT) - 1)
        ),
    }
    listed = ", ".join(f"{d:.3g} at {step:.3g}" for step, d in zip(dT, distances, strict=True))
    return Figure(_distance_spec(theme, height, title), data, f"Distance by ΔT: {listed}.")


@lru_cache(maxsize=SPECS)
def _distance_spec(theme: Theme, height: int, title: str) -> dict[str, Any]:
    looks = [Style(DOTS, (1, 0), 2.0), on_ground(Style("#8a8f98", (6, 3), 1.5), theme)]
    names = ["distance", "slope 1"]
    legend = alt.Legend(title=None, orient="top", direction="horizontal", symbolType="stroke")
    x = alt.X(
        "dT:Q",
        title="ΔT",
        axis=alt.Axis(grid=False, format=".3~g", titlePadding=2, labelOverlap=True),
        scale=alt.Scale(type="log", base=2, nice=True),
    )
    y = alt.Y(
        "value:Q",
        title=None,
        axis=alt.Axis(
            minExtent=MARGIN_LEFT,
            maxExtent=MARGIN_LEFT,
            tickCount=5,
            labelExpr=DECADES,
            gridOpacity=alt.condition(f"({DECADES}) != ''", alt.value(0.7), alt.value(0.2)),
            ticks=False,
        ),
        scale=alt.Scale(type="log", nice=True),
    )
    color = alt.Color(
        "series:N",
        scale=alt.Scale(domain=names, range=[look.color for look in looks]),
        legend=legend,
    )
    lines = (
        alt.Chart(name="by_step")
        .mark_line()
        .encode(
            description="series:N",
            x=x,
            y=y,
            color=color,
            strokeDash=alt.StrokeDash(
                "series:N",
                scale=alt.Scale(domain=names, range=[list(look.dash) for look in looks]),
                legend=legend,
            ),
        )
    )
    of_distance = "datum.series == 'distance' && isValid(datum.value)"
    dots = (
        alt.Chart()
        .transform_filter(of_distance)
        .mark_point(filled=True, opacity=1, color=DOTS, size=40)
        .encode(
            x=x,
            y=y,
            tooltip=[
                alt.Tooltip("dT:Q", title="ΔT", format=".6g"),
                alt.Tooltip("value:Q", title="distance", format=".6g"),
            ],
        )
    )
    here = (
        alt.Chart()
        .transform_filter(f"datum.here && {of_distance}")
        .mark_point(filled=False, opacity=1, color=theme.cursor, size=170, strokeWidth=2.5)
        .encode(x=x, y=y)
    )
    words = (
        alt.Chart()
        .transform_filter("datum.words")
        .mark_text(color=theme.text, fontSize=12)
        .encode(
            text="words:N",
            x=alt.value(alt.ExprRef("width / 2")),
            y=alt.value(alt.ExprRef("height / 2")),
        )
    )
    whole = alt.layer(lines, dots, here, words).properties(height=height)
    outside = 24 + 42 + (20 if title else 0)
    return finished(whole.properties(title=title) if title else whole, theme, outside)
