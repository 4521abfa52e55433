"""The parts of *Augmented LSTM*."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import streamlit as st

from explorer import live
from explorer.augmented import (
    AUGMENTED,
    GATES,
    INPUTS,
    PROJECTIONS,
    VANILLA,
    AugmentedRun,
    AugmentedState,
)
from explorer.cell_view import DRAWINGS, fill_drawing
from explorer.notation import symbol
from explorer.remember import remembered
from explorer.show import show, theme
from explorer.store import Store
from lstm_core.analysis import first_moved
from lstm_core.counts import Count, count_params
from lstm_core.figures import paired, paired_gradients, paired_signals, sequence

WORDS = "live/step"
READS = "x, and what step n reads of it"
GATE_NAMES = ("g_cu", "g_cs", "g_cr", "g_cx")
GROUPS = {
    "x": "W<sub>x</sub>, input",
    "s": "W<sub>s</sub>, state",
    "v": "W<sub>v</sub>, value",
    "q": "W<sub>q</sub>, projection",
    None: "b, biases",
}

WHAT_TO_LOOK_FOR = (
    "**What to look for.** Thin lines: the Augmented cell; broad and pale, (V): the Vanilla cell"
    " with the same weights. The band on the input is what step $n$ reads, $x[n]$ to $x[n+L-1]$, with zeros"
    " past the end (188; errata 31: the paper says $x[0]$ to $x[3]$ at every step). $\\|Δs[n]\\|$ is"
    " how far the state moves when $x[m]$ is lowered by 1. *The window* lets it move up to $L-1$ steps"
    " before $m$; every $W_x$ has $L$ matrices. *The projection* narrows what a step shows to the next:"
    " $\\chi$ has $d_v$ entries, $\\beta = W_{q_{dr}}^T\\chi$ spreads them over the $d_s$ units again"
    " (218), and every $W_v$ has $d_v$ columns. *The gate on the input* weighs the window's contribution to"
    " the update alone (209); the other gates read the input past it. It needs $d_s$ rows, not the"
    " printed $d_x$, to fit what it multiplies (errata 32)."
)


def controls(store: Store[AugmentedState]) -> None:
    """The three extensions, the input, and the drawing."""
    state = store.state
    with live.group("live/controls"):
        store.slider("taps", "L, samples a step reads", shapes=True)
        if state.d_s > 1:
            store.slider("d_v", "d_v, width of the value", high=state.d_s, shapes=True)
        store.choose("projection", "The value is made of", PROJECTIONS)
        store.choose("gate", "Gate on the input, g_cx", GATES)
        if state.gate == "held":
            store.slider("g_cx", "held at", step=0.01)
        store.select("signal", "Input", INPUTS)
        store.slider("at", "m, the step whose input is changed", high=state.steps - 1)
        if state.d_s > 1:
            store.slider("unit", "unit drawn", high=state.d_s - 1, unit=True)
        store.select("drawing", "Drawing", {kind: DRAWINGS[kind] for kind in ("none", "cell")})
    with st.popover("Size and seed", width="stretch"), live.group("live/size"):
        store.slider("d_s", "d_s, width of the state", shapes=True)
        store.slider("steps", "steps", shapes=True)
        store.number("seed", "seed of weights and noise")


def charts(run: AugmentedRun, state: AugmentedState) -> None:
    """Input, gates, state and value, the answer to one sample, and the errors, of both cells."""
    mine, plain = run.augmented, run.vanilla
    past = state.taps - 1
    fill_drawing(state.drawing, mine.back, unit=state.unit)
    x = np.pad(mine.rec.x[:, 0], (0, past))
    read = sequence({"x": x}, theme=theme(), height=52, time_axis=False, title=READS)
    show(read, "input", ahead=past, past=past)
    look: dict[str, Any] = {"beside_name": "(V)", "past": past, "theme": theme()}
    upper = {**look, "time_axis": False}
    gates = {"scale": "unit", "height": 96, "legend_columns": 4}
    show(
        paired_signals(mine.rec, plain.rec, GATE_NAMES, state.unit, **gates, **upper),
        "gates",
        past=past,
    )
    data = paired_signals(mine.rec, plain.rec, ("s", "v"), state.unit, height=96, **upper)
    show(data, "data", past=past)
    moved = paired(
        {"‖Δs[n]‖": mine.change},
        {"‖Δs[n]‖": plain.change},
        roles={"‖Δs[n]‖": "s"},
        what=f"The state's answer to x[{state.at}]",
        height=64,
        **upper,
    )
    show(moved, "moved", past=past)
    show(paired_gradients(mine.back, plain.back, height=96, **look), "errors", past=past)


def words(run: AugmentedRun, state: AugmentedState) -> None:
    """What step n reads and what its error is, how far the cells differ, and their parameters."""
    html = _difference(run, state) + _step(state) + _parameters(state)
    live.fill(WORDS, {"html": html, "columns": _columns(run, state)})


def _difference(run: AugmentedRun, state: AugmentedState) -> str:
    """How far the cells are apart, and when each first answers to the sample of step m."""
    mine, plain = run.augmented, run.vanilla
    gap = np.abs(mine.rec.state - plain.rec.state).max()
    first, plain_first = (_when(first_moved(cell.change)) for cell in (mine, plain))
    return (
        "<h3>Augmented against Vanilla</h3>"
        "<p><small>thin: Augmented; broad and pale, (V): Vanilla</small></p>"
        '<p class="figure" title="over all units and steps">Largest difference of'
        f" s<b>{_number(gap)}</b></p>"
        f'<p class="figure" title="x[m] is lowered by 1, m = {state.at}">x[{state.at}] first'
        f" moves s at n = <small>(Vanilla)</small><b>{first} <small>({plain_first})</small></b></p>"
    )


def _when(n: int | None) -> str:
    return "never" if n is None else str(n)


def _number(value: float) -> str:
    return f"{value:.3g}".replace("e-", "e−")


def _step(state: AugmentedState) -> str:
    """The window, what of it reaches the update, and the error at the value, per unit: at the cursor."""
    samples = ", ".join(f'<span data-of="x{l}"></span>' for l in range(state.taps))
    xi, g_cx = (symbol(AUGMENTED, name) for name in ("xi_du", "g_cx"))
    n = '<span data-of="n"></span>'
    window = f"x[{n}]" + (' to x[<span data-of="until"></span>]' if state.taps > 1 else "")
    rows = "".join(
        f"<tr><td>{i}</td>"
        + (f'<td data-of="chi{i}"></td>' if i < state.d_v else "<td>–</td>")
        + f'<td data-of="beta{i}"></td><td data-of="psi{i}"></td></tr>'
        for i in range(state.d_s)
    )
    return (
        f'<h3>At step n = {n}, unit {state.unit}</h3><div class="step">'
        f'<div class="eq"><span class="no">(188)</span><span>reads {window}:<br>'
        f'<span class="numbers">{samples}</span></span></div>'
        f'<div class="eq"><span class="no">(209)</span><span>{g_cx} {xi} = '
        '<span data-of="g_cx" data-as="factor"></span> · <span data-of="xi" data-as="factor"></span>'
        ' = <b data-of="enters"></b></span></div></div>'
        '<table title="the error at step n, unit by unit"><tr><th>unit</th><th><i>χ</i></th>'
        "<th><i>β</i> = <i>W</i><sub>q</sub><sup>T</sup><i>χ</i></th><th><i>ψ</i></th></tr>"
        f"{rows}</table>"
    )


def _columns(run: AugmentedRun, state: AugmentedState) -> dict[str, list[float]]:
    """The numbers that the words show at the cursor's step."""
    rec, back, unit = run.augmented.rec, run.augmented.back, state.unit
    xi, g_cx = rec["xi_du"][:, unit], rec["g_cx"][:, unit]
    until = np.arange(len(rec)) + state.taps - 1
    columns = {"until": until, "xi": xi, "g_cx": g_cx, "enters": g_cx * xi}
    columns |= {f"x{l}": sample.round(9) for l, sample in enumerate(rec.read("W_x_du").T)}
    for name in ("chi", "beta", "psi"):
        columns |= {f"{name}{i}": error for i, error in enumerate(back[name].T)}
    return {
        name: [float(f"{value:.3g}") for value in column.tolist()]
        for name, column in columns.items()
    }


def _parameters(state: AugmentedState) -> str:
    return _table(state.d_s, state.d_v, state.taps)


@remembered
def _table(d_s: int, d_v: int, taps: int) -> str:
    """Both cells' parameters by what they read, from the shapes that the cells declare."""
    sizes = {"d_x": 1, "d_s": d_s, "d_v": d_v, "L": taps}
    counts = [count_params(cell, sizes) for cell in (VANILLA, AUGMENTED)]
    rows = [(name, [count.get(source) for count in counts]) for source, name in GROUPS.items()]
    body = "".join(
        f"<tr><td>{name}</td>{''.join(_entry(count) for count in found)}</tr>"
        for name, found in rows
    )
    totals = "".join(
        f"<td></td><td><b>{sum(c.number for c in count.values())}</b></td>" for count in counts
    )
    return (
        "<h3>Parameters</h3><table><tr><th></th>"
        '<th colspan="2">Vanilla</th><th colspan="2">Augmented</th></tr>'
        f"{body}<tr><td>all</td>{totals}</tr></table>"
    )


def _entry(count: Count | None) -> str:
    if count is None:
        return "<td></td><td>–</td>"
    factors = "&nbsp;".join(
        _size(size) + ("²" if power == 2 else "") for size, power in Counter(count.shape).items()
    )
    return f"<td>{count.entities}&nbsp;{factors}</td><td>{count.number}</td>"


def _size(size: str) -> str:
    head, _, part = size.partition("_")
    return f"<i>{head}</i>" + (f"<sub>{part}</sub>" if part else "")
