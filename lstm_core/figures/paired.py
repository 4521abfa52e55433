"""Lines of one run over those of another: where both are the same, one covers the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lstm_core.figures.figure import Figure, figure_function
from lstm_core.figures.lines import Series, line_figure
from lstm_core.figures.signals import GREEK
from lstm_core.figures.theme import LIGHT, Style, Theme, style
from lstm_core.records import Gradients, Recording

BROAD, PALE = 7.0, "73"  # the other run's lines: width, and opacity of the role's colour
SAME = 1e-12  # differences up to rounding


@figure_function
def paired_signals(
    rec: Recording, other: Recording, names: Sequence[str], unit: int = 0, **look: Any
) -> Figure:
    """Some signals of one unit, over those of the same name in another run.

    A signal that has fewer units shows its last one, and its label says which. ``look`` as for
    ``paired``.
    """
    mine, beside, roles = {}, {}, {}
    for name in names:
        at = min(unit, rec[name].shape[-1] - 1)
        label = name if at == unit else f"{name}, unit {at}"
        mine[label], roles[label] = rec[name][:, at], name
        if name in other:
            beside[label] = other[name][:, at]
    return paired(mine, beside, roles=roles, what=f"Unit {unit}", **look)


@figure_function
def paired_gradients(
    back: Gradients, other: Gradients, names: Sequence[str] = ("psi", "chi"), **look: Any
) -> Figure:
    """2-norms of some error gradients on a log axis, over those of another run, whose widths may differ.

    ``look`` as for ``paired``.
    """
    labels = {f"‖{GREEK.get(name, name)}[n]‖": name for name in names}
    mine, beside = (
        {label: np.linalg.norm(run[name], axis=-1) for label, name in labels.items()}
        for run in (back, other)
    )
    error = {"scale": "log", "x_title": "n   (the error flows to the left)"}
    return paired(mine, beside, roles=labels, what="Errors", **(error | look))


@figure_function
def paired(
    mine: Mapping[str, np.ndarray],
    beside: Mapping[str, np.ndarray],
    *,
    roles: Mapping[str, str],
    beside_name: str = "other",
    what: str = "Lines",
    past: int = 0,
    theme: Theme = LIGHT,
    **look: Any,
) -> Figure:
    """Lines over time by label, thin, over those ``beside`` them, which are broad and pale.

    ``roles``: the signal or gradient that gives a label its colour. ``beside_name`` follows the label
    of the other run's lines. ``past``: so many steps of the axis are past the end of the lines.
    ``look``: what else ``line_figure`` takes.
    """
    lines = [Series(label, values, style(roles[label], theme)) for label, values in mine.items()]
    lines += [
        Series(f"{label} {beside_name}", values, _pale(style(roles[label], theme)))
        for label, values in beside.items()
    ]
    longer = [
        replace(
            line, values=np.pad(np.asarray(line.values, float), (0, past), constant_values=np.nan)
        )
        for line in lines
    ]
    steps = len(lines[0].values)
    said = "; ".join(_words(label, mine[label], beside.get(label), beside_name) for label in mine)
    drawn = line_figure(longer, alt_text=f"{what} over {steps} steps: {said}.", theme=theme, **look)
    # The last lines of the legend are drawn first.
    below = len(beside) * (steps + past)
    return replace(
        drawn, data={name: np.roll(column, below) for name, column in drawn.data.items()}
    )


def _pale(look: Style) -> Style:
    dash = look.dash if look.dash == (1, 0) else tuple(2 * part for part in look.dash)
    return Style(look.color + PALE, dash, BROAD)


def _words(label: str, mine: np.ndarray, beside: np.ndarray | None, name: str) -> str:
    """How a line differs from the one beside it."""
    if beside is None:
        return f"{label} from {mine[0]:.3g} to {mine[-1]:.3g}"
    gap = np.abs(mine - beside)
    if gap.max() <= SAME:
        return f"{label} is the same as {name}'s, {mine.min():.3g} to {mine.max():.3g}"
    return f"{label} is up to {gap.max():.3g} away from {name}'s, at n = {gap.argmax()}"
