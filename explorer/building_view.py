"""The parts of *Building the LSTM*."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from explorer import live
from explorer.building import (
    GATES,
    SIGNALS,
    STAGES,
    BuildingRun,
    BuildingState,
    cells,
    gate_fields,
)
from explorer.building_words import WORDS, answer
from explorer.cell_view import fill_drawing, place_drawing
from explorer.show import show, theme
from explorer.store import Store
from lstm_core.figures import gradient_traces, signal_traces, transport_by_lag

NUMBERS, ANSWER = "live/step", "live/answer/stage"
WALK = "◀ Part before", "Next part ▶"


def stages(store: Store[BuildingState]) -> None:
    """The row of stages between back and next."""
    with live.group("live/stages"):
        store.choose("stage", "Stage", STAGES, hidden=True, walk=WALK)


def controls(store: Store[BuildingState]) -> None:
    """The weights that this stage and the one before have, their gates, and the input."""
    state = store.state
    here = cells(state.stage)
    has = {name for cell in here for name in (*cell.params, *cell.signals)}
    gates = [name for name in gate_fields() if name in has]
    with live.group("live/controls"):
        store.slider("radius", "spectral radius of W_r", step=0.01)
        if "W_s" in has:
            store.slider("w_s", "w_s in W_s = w_s I", step=0.01)
        if gates:
            store.select("gates", "The gates", GATES)
        if gates and state.gates == "bias":
            for name in gates:
                store.slider(name.replace("g_", "b_"), f"bias of {name}", step=0.1)
            store.slider("gate_weights", "size of the gates' weights", step=0.05)
        elif gates:
            for name in gates:
                store.slider(name, name, step=0.01)
        store.select("signal", "Input", SIGNALS)
        store.slider("size", "size of the input", step=0.1)
    with st.popover("Steps, units and seed", width="stretch"), live.group("live/size"):
        store.slider("steps", "steps", shapes=True)
        store.slider("width", "units", shapes=True)
        if state.width > 1:
            store.slider("unit", "unit drawn", high=state.width - 1)
        store.number("seed", "seed of weights and noise")


def stage(state: BuildingState, run: BuildingRun) -> None:
    """The cell of the stage with its new part marked, and what is said of it."""
    drawn, words = st.columns([2.4, 1.15], gap="medium")
    with drawn, st.container(key="stage"):
        before = run.before.rec.cell if run.before else None
        place_drawing("cell", run.now.rec, before=before)
    with words:
        st.markdown(WORDS[state.stage].news)
        live.place("steps", NUMBERS)


def charts(run: BuildingRun, state: BuildingState) -> None:
    """State, errors and the error's travel, each with that of the stage before."""
    now, before = run.now, run.before
    fill_drawing("cell", now.back, unit=state.unit)
    look: dict[str, Any] = {"theme": theme(), "height": 160}
    by_lag = {"now": now.by_lag} | ({"before": before.by_lag} if before else {})
    figures = {
        "state": signal_traces(
            now.rec,
            ["s", now.rec.cell.output],
            state.unit,
            before=before.rec if before else None,
            **look,
        ),
        "errors": gradient_traces(
            now.back, unit=None, before=before.back if before else None, **look
        ),
        "lags": transport_by_lag(by_lag, y_title="", **look),
    }
    for place, (key, figure) in zip(st.columns(3, gap="small"), figures.items(), strict=True):
        with place:
            show(figure, key)


def figures_in_words(run: BuildingRun, state: BuildingState) -> None:
    """What the new part does, in figures, and the answer to the question."""
    now, before = run.now, run.before
    last = len(now.rec) - 1
    rows = [
        (
            f"most that {last} steps make of an error",
            [each.left for each in (before, now) if each],
        ),
        ("‖<i>ψ</i>‖ at the last step", [each.enters for each in (before, now) if each]),
        ("largest |<i>s</i>|", [each.largest for each in (before, now) if each]),
    ]
    head = "<th></th><th>before</th><th>now</th>" if before else "<th></th><th></th>"
    body = "".join(_row(label, [_short(value) for value in values]) for label, values in rows)
    columns = {"psi_now": _norms(now.back["psi"])}
    if before:
        columns["psi_before"] = _norms(before.back["psi"])
    places = [f'<span data-of="{name}"></span>' for name in reversed(columns)]
    body += _row('‖<i>ψ</i>[<span data-of="n"></span>]‖', places)
    table = f'<table class="compared"><tr>{head}</tr>{body}</table>'
    live.fill(NUMBERS, {"html": table, "columns": columns})
    live.fill(ANSWER, {"html": f"<p>{answer(state.stage, run)}</p>", "columns": {}})


def _row(label: str, cells: list[str]) -> str:
    return f"<tr><th>{label}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _norms(error: np.ndarray) -> list[str]:
    return [_short(value) for value in np.linalg.norm(error, axis=1)]


def _short(value: float) -> str:
    """A number to three significant digits, with a true minus sign."""
    return f"{value:.3g}".replace("-", "−")
