"""A table of one weight matrix, and a factor for all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

import lstm_core as lc
from explorer import live, words
from explorer.edits import factor, with_edit
from explorer.limits import MAX_WEIGHT
from explorer.store import Store

LOWEST, HIGHEST = -1.0, 3.0  # factors


def weight_editor(store: Store[Any], cell: lc.Cell, theta: Mapping[str, np.ndarray]) -> None:
    """Choose a matrix, scale it, or type into its entries; every change is in the link."""
    state = store.state
    names = {name: f"{name}   {' x '.join(param.shape)}" for name, param in cell.params.items()}
    name = state.weight
    with live.group("live/weights"):
        store.select("weight", "Weight matrix", names)
        live.part(
            "slider",
            f"scale/{store.page}/{name}",
            {
                "label": f"Scale {name} by",
                "value": _factor(store, name),
                "low": LOWEST,
                "high": HIGHEST,
                "step": 0.05,
                "shapes": True,
            },
            value=lambda: _factor(store, name),
            on_sent=partial(_scale, store, name),
        )
    matrix = theta[name] if theta[name].ndim == 2 else theta[name][:, None]
    table = pd.DataFrame(matrix, columns=[str(i) for i in range(matrix.shape[1])])
    key = f"table/{store.page}/{name}/{hash(state.edits)}"
    st.data_editor(
        table,
        key=key,
        height=190,
        alt=f"Entries of {name}",
        column_config={
            column: st.column_config.NumberColumn(
                column, format="%.3f", min_value=-MAX_WEIGHT, max_value=MAX_WEIGHT, width=62
            )
            for column in table
        },
        on_change=_absorb,
        args=(store, name, key, theta[name].ndim),
    )
    words.note(f"{_shape(cell, name)} Entries from −{MAX_WEIGHT:g} to {MAX_WEIGHT:g}.")
    if state.edits:
        st.button(
            f"Trained weights back ({len(state.edits)} changed)",
            key="unedit",
            on_click=store.change,
            kwargs={"edits": ()},
        )


def _shape(cell: lc.Cell, name: str) -> str:
    """What the rows and columns of a matrix belong to."""
    param = cell.params[name]
    rows = f"One row for each unit of {param.dest}"
    return f"{rows}, one column for each of {param.source}." if param.source else f"{rows}."


def _factor(store: Store[Any], name: str) -> float:
    return min(max(factor(store.state.edits, name), LOWEST), HIGHEST)


def _scale(store: Store[Any], name: str, value: Any) -> None:
    if isinstance(value, int | float) and LOWEST <= value <= HIGHEST:
        _edit(store, f"{name}*", float(value), store.move)


def _absorb(store: Store[Any], name: str, key: str, ndim: int) -> None:
    scale = factor(store.state.edits, name)
    for row, cells in st.session_state[key]["edited_rows"].items():
        for column, value in cells.items():
            if value is None or scale == 0:
                continue
            place = f"{name}[{row},{column}]" if ndim == 2 else f"{name}[{row}]"
            _edit(store, place, float(value) / scale, store.change)


def _edit(store: Store[Any], target: str, value: float, change: Callable[..., None]) -> None:
    try:
        change(edits=with_edit(store.state.edits, target, value))
    except ValueError as problem:
        store.say(str(problem))
