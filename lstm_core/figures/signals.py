"""Figures of a recording's signals and gradients over time, chosen by kind, never by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from lstm_core.figures.figure import Figure, figure_function
from lstm_core.figures.lines import Band, Series, line_figure
from lstm_core.figures.theme import BEFORE, LIGHT, Theme, style
from lstm_core.records import Gradients, Recording
from lstm_core.signals import Signal

PANELS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("gates", ("gate",), "unit"),
    ("signals", ("candidate", "state", "readout", "value"), "linear"),
    ("accumulations", ("accumulation",), "linear"),
)


GREEK = {"psi": "ψ", "chi": "χ", "rho": "ρ"}


def names_of_kind(rec: Recording, kinds: Sequence[str]) -> list[str]:
    """The recorded signals of some kinds, in the order of their computation."""
    return [name for name, signal in rec.cell.signals.items() if signal.kind in kinds]


def label(signal: Signal, notation: str = "paper") -> str:
    """A signal's name on screen, in the ``paper``'s notation or the ``framework``'s."""
    return signal.torch if notation == "framework" and signal.torch else signal.name


@figure_function
def signal_traces(
    rec: Recording,
    names: Sequence[str],
    unit: int = 0,
    *,
    cursor: int | None = None,
    scale: str = "linear",
    notation: str = "paper",
    theme: Theme = LIGHT,
    height: int = 120,
    time_axis: bool = True,
    before: Recording | None = None,
) -> Figure:
    """Some signals of one unit over time. ``rec`` has no batch axis. ``before``: a run that the first
    of the signals is compared with."""
    series = [
        Series(label(rec.cell.signals[name], notation), rec[name][:, unit], style(name, theme, i))
        for i, name in enumerate(names)
    ]
    if before is not None:
        series.append(Series("before", before[names[0]][:, unit], BEFORE))
    ends = ", ".join(
        f"{line.label} from {line.values[0]:.3g} to {line.values[-1]:.3g}" for line in series
    )
    return line_figure(
        series,
        alt_text=f"Unit {unit} over {len(rec)} steps: {ends}.",
        scale=scale,
        cursor=cursor,
        theme=theme,
        height=height,
        time_axis=time_axis,
    )


@figure_function
def gradient_traces(
    back: Gradients,
    names: Sequence[str] = ("psi", "chi"),
    unit: int | None = 0,
    *,
    cursor: int | None = None,
    theme: Theme = LIGHT,
    height: int = 120,
    time_axis: bool = True,
    domain: tuple[float, float] | None = None,
    title: str = "",
    before: Gradients | None = None,
) -> Figure:
    """Error gradients over time: of one unit, or, with ``unit=None``, their 2-norm on a log axis.
    ``before``: those of a run that the first of them is compared with."""

    def values(back: Gradients, name: str) -> np.ndarray:
        return np.linalg.norm(back[name], axis=-1) if unit is None else back[name][:, unit]

    series = [
        Series(
            f"‖{GREEK.get(name, name)}[n]‖" if unit is None else GREEK.get(name, name),
            values(back, name),
            style(name, theme, i),
        )
        for i, name in enumerate(names)
    ]
    if before is not None:
        series.append(Series("before", values(before, names[0]), BEFORE))
    return line_figure(
        series,
        alt_text=" ".join(_travel(line.label, line.values) for line in series),
        y_title=series[0].label if len(series) == 1 else "",
        scale="log" if unit is None else "linear",
        cursor=cursor,
        theme=theme,
        height=height,
        time_axis=time_axis,
        domain=domain,
        x_title="n   (the error flows to the left)",
        title=title,
    )


@figure_function
def sequence(
    columns: Mapping[str, np.ndarray],
    *,
    cursor: int | None = None,
    scale: str = "linear",
    y_title: str = "",
    theme: Theme = LIGHT,
    height: int = 120,
    time_axis: bool = True,
    title: str = "",
    bands: Sequence[Band] | None = None,
) -> Figure:
    """Any sequences over time, by name: an input, a prediction beside its target. ``bands`` behind
    them, as those of ``segment_bands``."""
    series = [
        Series(name, np.asarray(values), style(name, theme, i))
        for i, (name, values) in enumerate(columns.items())
    ]
    ranges = ", ".join(
        f"{line.label} between {np.nanmin(line.values):.3g} and {np.nanmax(line.values):.3g}"
        for line in series
    )
    return line_figure(
        series,
        alt_text=f"{len(series[0].values)} steps: {ranges}.",
        scale=scale,
        cursor=cursor,
        y_title=y_title,
        theme=theme,
        height=height,
        time_axis=time_axis,
        title=title,
        bands=bands,
    )


def _travel(name: str, values: np.ndarray) -> str:
    """How far an error gets from the last step back, in words."""
    size = np.abs(values)
    if not size[-1]:
        return f"{name} is 0 at the last step and reaches {size.max():.2g} at most."
    relative = size[::-1] / size[-1]
    (below,) = np.nonzero(relative < 1e-3)
    if len(below):
        return f"{name} falls below 1e-3 of its last value after {below[0]} steps."
    return f"{name} is {relative[-1]:.2g} times its last value at the first step."
