"""A series of the visitor's: a file that the browser reads, or numbers that are pasted.

What is read comes over the page's own line to the server, as everything that a live part sends: so it
needs no cookie and no second request, and works in a frame of another site and behind several servers.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from explorer import live
from explorer.csv_input import CsvProblem, Series, read_series
from explorer.limits import MAX_STEPS, MAX_UPLOAD_BYTES
from explorer.pasted import in_rows
from explorer.problems import said_of
from explorer.store import Store

KEY = "live/series"
SAID = "series/said"  # in the session
LONGEST_NAME = 80
UNREADABLE = "This could not be read. Choose the file again, or paste its numbers."


@dataclass(frozen=True)
class Said:
    """What is said of what was read last, beside the series that it left."""

    answered: int = 0  # the number of what was sent
    series: tuple[float, ...] = ()
    words: str = ""
    wrong: bool = False
    columns: tuple[str, ...] = ()
    column: str | None = None


def series_control(store: Store[Any]) -> None:
    """The field for a file, the one for pasted numbers, and what is said of them."""
    said = st.session_state.get(SAID, Said())
    if said.series != store.state.series:  # by a link, a preset or an undo
        said = Said(said.answered)
    shown = {
        "most": MAX_UPLOAD_BYTES,
        "hint": f"Of a file the first {MAX_STEPS} rows are read, one column of numbers.",
        "answered": said.answered,
        "words": said.words,
        "wrong": said.wrong,
        "columns": said.columns if set(said.columns) - {said.column} else (),
        "column": said.column,
        "removable": bool(store.state.series),
    }
    live.telling_part("series", KEY, shown, partial(take, store))


def take(store: Store[Any], sent: Mapping[str, Any]) -> None:
    """Take a file, pasted numbers, or that there is to be no series. What cannot be read is said, and
    leaves the series as it is."""
    store.look(sent)
    number = int(sent["seq"])
    if sent["what"] == "none":
        store.change(series=())
        st.session_state[SAID] = Said(number)
        return
    column = None if sent.get("column") is None else str(sent["column"])
    try:
        series = _read(sent, column)
    except Exception as problem:
        words = said_of(problem, UNREADABLE)
        if store.state.series:
            words = f"{words} The series read before stays."
        columns = problem.columns if isinstance(problem, CsvProblem) else ()
        if column and not columns:
            columns = st.session_state.get(SAID, Said()).columns
        wrong = True
    else:
        steps = min(len(series.values) - 1, MAX_STEPS)  # the last value is only predicted
        store.change(series=series.values, steps=steps)
        words, wrong = _words(series, listed=sent["what"] == "text"), False
        columns, column = series.numeric_columns, series.name
    name = str(sent["name"])[:LONGEST_NAME] if "name" in sent else "Pasted numbers"
    said = Said(number, store.state.series, f"{name}: {words}", wrong, columns, column)
    st.session_state[SAID] = said


def _read(sent: Mapping[str, Any], column: str | None) -> Series:
    if sent["what"] == "text":
        text, delimiter = in_rows(str(sent["text"]))
        return read_series(text.encode(), MAX_STEPS, column, MAX_UPLOAD_BYTES, delimiter=delimiter)
    data = b64decode(str(sent["file"]), validate=True)
    return read_series(data, MAX_STEPS, column, MAX_UPLOAD_BYTES, size=int(sent["size"]))


def _words(series: Series, listed: bool) -> str:
    """What was read, and how; of a ``listed`` series nobody expects a header."""
    plain = listed and len(series.numeric_columns) == 1 and not series.has_header
    notes = [note for note in series.notes if not (plain and note.startswith("no header"))]
    column = [] if plain else [f"column “{series.name}”"]
    return f"{'; '.join([*column, *notes])}."
