"""Figures on a page, or, for its menu, off it."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer import live
from explorer.python_lines import Start
from lstm_core.figures import DARK, LIGHT, PRINT, Figure, Theme

Result = TypeVar("Result")
SPEC = 4096  # bytes of a chart's spec as it is sent, at most


@dataclass
class Collected:
    """The figures of a picture by their keys, and the results that they were made of."""

    figures: dict[str, Figure] = field(default_factory=dict)
    starts: list[Start] = field(default_factory=list)


_collected: ContextVar[Collected | None] = ContextVar("collected", default=None)


def collect(picture: Callable[[], Any]) -> Collected:
    """Run a picture for its figures alone, in the theme of print: nothing is drawn."""
    found = Collected()
    token = _collected.set(found)
    try:
        with live.unheard(), DeltaGenerator(root_container=None):
            picture()
    finally:
        _collected.reset(token)
    return found


def theme() -> Theme:
    """The theme of figures that fits the visitor's."""
    if _collected.get():
        return PRINT
    return DARK if st.context.theme.type == "dark" else LIGHT


def result_of(compute: Callable[[Any], Result], state: Any) -> Result:
    """``compute(state)``, from which the lines of Python of the figures that follow can begin."""
    result = compute(state)
    if found := _collected.get():
        found.starts.append(Start(compute, state, result))
    return result


def _numbers(figure: Figure) -> dict[str, Any] | None:
    """The numbers of a chart with lines, for the browser to show them under the pointer: series after
    series."""
    if figure.tips is not None:
        values = np.concatenate(list(figure.tips.values()))
        return {"labels": list(figure.tips), "values": live.floats(values), "first": 0}
    if figure.hover is None:
        return None
    labels = list(dict.fromkeys(figure.data["series"].tolist()))
    first = int(figure.data["n"][0])
    return {"labels": labels, "values": live.floats(figure.data["value"]), "first": first}


def show(figure: Figure, key: str, *, ahead: int | None = None, past: int = 0) -> None:
    """Draw a figure in place; its text alternative goes with it. The menu calls it by its key.

    ``ahead``: a band marks the step of the cursor and so many after it. ``past``: so many steps of the
    time axis are past the run's last one, which the cursor does not leave.
    """
    if found := _collected.get():
        found.figures[key] = figure
        return
    live.describe(key, figure.alt, _numbers(figure), ahead=ahead, past=past)
    width = figure.spec["width"]
    table = pa.table(dict(figure.data if figure.drawn is None else figure.drawn))
    live.weigh(table.nbytes + SPEC)
    st.vega_lite_chart(
        table,
        figure.spec,
        key=key,
        theme=None,
        width="stretch" if width == "container" else width,
    )


def stands_for(part: str, figure: Callable[[], Figure], key: str) -> None:
    """Give a filled live part the menu of a chart: ``figure`` makes what it draws, for print."""
    live.name(part, key)
    if found := _collected.get():
        found.figures[key] = figure()
