"""A table of one weight matrix, and a factor for all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

import lstm_core as lc
from explorer import live
from explorer.edits import Edits, entries_of, factor, table, with_edit, with_entries
from explorer.entries import Place, read_block, read_typed
from explorer.limits import MAX_PASTE
from explorer.problems import Problem
from explorer.store import Store

LOWEST, HIGHEST = -1.0, 3.0  # factors
SAID = 3  # refusals at a time

Refusals = dict[Place | None, str]  # by the entry; None: of a block


def weight_editor(store: Store[Any], cell: lc.Cell, trained: Mapping[str, np.ndarray]) -> None:
    """Choose a matrix, scale it, or type into its entries; every change is in the link."""
    name = store.state.weight
    matrix = trained[name]
    names = {each: f"{each}   {' x '.join(param.shape)}" for each, param in cell.params.items()}
    shown = partial(_shown, store, name, matrix)
    whole = table((), name, matrix)
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
            },
            value=lambda: _factor(store, name),
            on_sent=partial(_scale, store, name),
        )
        live.part(
            "table",
            _key(store, name),
            {
                "name": name,
                "rows": whole.rows,
                "columns": whole.columns,
                "base": live.floats(matrix),
                "about": _shape(cell, name),
                "longest": MAX_PASTE,
                "value": shown(),
            },
            value=shown,
            on_sent=partial(_absorb, store, name, matrix),
        )


def _key(store: Store[Any], name: str) -> str:
    return f"table/{store.page}/{name}"


def _shape(cell: lc.Cell, name: str) -> str:
    """What the rows and columns of a matrix belong to."""
    param = cell.params[name]
    rows = f"One row for each unit of {param.dest}"
    return f"{rows}, one column for each of {param.source}." if param.source else f"{rows}."


def _factor(store: Store[Any], name: str) -> float:
    return min(max(factor(store.state.edits, name), LOWEST), HIGHEST)


def _scale(store: Store[Any], name: str, value: Any) -> None:
    if isinstance(value, int | float) and LOWEST <= value <= HIGHEST:
        try:
            store.move(edits=with_edit(store.state.edits, f"{name}*", float(value)))
        except Problem as problem:
            store.say(str(problem))


def _shown(store: Store[Any], name: str, trained: np.ndarray) -> dict[str, Any]:
    """What the browser shows of a matrix, beside its trained entries."""
    edits = store.state.edits
    refused = _refused(store, name)
    return {
        "scale": factor(edits, name),
        "set": entries_of(edits, name),
        "changed": len(edits),
        "refused": [place for place in refused if place],
        "words": " ".join(list(refused.values())[-SAID:]),
        "about": f"Entries {table(edits, name, trained).allowed}.",
    }


def _refused(store: Store[Any], name: str) -> Refusals:
    """What was refused since the weights were last changed by anything else than this table."""
    edits, refused = st.session_state.get(_key(store, name), (None, {}))
    return refused if edits == store.state.edits else {}


def _absorb(store: Store[Any], name: str, trained: np.ndarray, sent: Any) -> None:
    """Take changes that the table sends, each as one that can be undone, or keep why not."""
    whole = table((), name, trained)
    refused = dict(_refused(store, name))
    for change in sent if isinstance(sent, list) else ():
        match change:
            case {"back": True}:
                store.change(edits=())
                refused = {}
            case {"row": int(row), "column": int(column), "text": str(text), "typed": bool(typed)}:
                place = row, column
                if place not in whole:
                    continue
                refused.pop(None, None)
                try:
                    edits = _with(store.state.edits, name, trained, place, text, typed)
                except Problem as problem:
                    spot = place if typed else None
                    refused.pop(spot, None)
                    refused[spot] = str(problem)
                else:
                    refused = {
                        spot: why for spot, why in refused.items() if typed and spot != place
                    }
                    store.change(edits=edits)
    st.session_state[_key(store, name)] = store.state.edits, refused


def _with(
    edits: Edits, name: str, trained: np.ndarray, place: Place, text: str, typed: bool
) -> Edits:
    """The edits with what was typed or pasted at a place."""
    if len(text) > MAX_PASTE:
        raise Problem(
            f"Nothing was pasted into {name}: the text has more than {MAX_PASTE:,} characters."
        )
    read: Callable[..., dict[Place, float | None]] = read_typed if typed else read_block
    return with_entries(edits, name, trained, read(table(edits, name, trained), place, text))
