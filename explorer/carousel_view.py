"""The parts of *The constant error carousel*."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from explorer import live
from explorer.carousel import (
    ERRORS,
    GATES,
    MODES,
    PATTERNS,
    SCALAR_STEPS,
    SYSTEMS,
    CarouselRun,
    CarouselState,
    saturation_estimate,
    scalar_input,
    switched,
)
from explorer.cell_view import DRAWINGS, fill_drawing
from explorer.fields import BadValue, Points, read_points
from explorer.limits import MAX_POINTS
from explorer.notation import symbol
from explorer.show import show, theme
from explorer.store import Store, tell
from lstm_core.figures import (
    gradient_traces,
    names_of_kind,
    sequence,
    signal_traces,
    transport_by_lag,
)
from lstm_core.figures.theme import style

WORDS = "live/step"  # the part with the figures
DOMAIN = (1e-12, 1e2)  # of the errors, whatever the gates, so that settings can be compared
NAMES = {
    "cs": "State (forget) gate g_cs",
    "cu": "Update (input) gate g_cu",
    "cr": "Readout (output) gate g_cr",
}


def controls(store: Store[CarouselState]) -> None:
    """The gates, or the switches of the scalar carousel."""
    with live.group("live/gates"):
        store.choose("system", "System", SYSTEMS, hidden=True)
        if store.state.system == "scalar":
            store.select("pattern", "Input p", PATTERNS)
        else:
            for gate in GATES:
                _gate(store, gate)
            store.choose("error", "The error at the end enters on", ERRORS)
            store.select("drawing", "Drawing", DRAWINGS)
    if store.state.system == "scalar":
        _scalar_controls(store)
        return
    with st.popover("Size, start and seed", width="stretch"), live.group("live/size"):
        store.slider("steps", "steps", shapes=True)
        store.slider("width", "units", shapes=True)
        if store.state.width > 1:
            store.slider("unit", "unit drawn", high=store.state.width - 1)
        store.slider("start", "start s[−1]", step=0.1)
        store.number("seed", "seed of the weights")


def _gate(store: Store[CarouselState], gate: str) -> None:
    mode = getattr(store.state, f"{gate}_mode")
    store.select(f"{gate}_mode", NAMES[gate], MODES)
    if mode == "constant":
        store.slider(gate, "value", step=0.01)
    elif mode == "bias":
        store.slider(f"{gate}_bias", "bias")
    elif mode == "schedule":
        _drawn(store, gate, partial(_take_switch, store, gate))
    elif mode == "curve":
        _drawn(store, gate, partial(store.take, f"{gate}_curve"))


def _points(state: CarouselState, gate: str) -> Points:
    """The points that a gate is drawn by."""
    if getattr(state, f"{gate}_mode") == "curve":
        return getattr(state, f"{gate}_curve")
    before, at = getattr(state, f"{gate}_before"), getattr(state, f"{gate}_at")
    return ((0, before), (at, getattr(state, gate)))


def _drawn(store: Store[CarouselState], gate: str, take: Callable[[Any], None]) -> None:
    """A gate over the steps, to be dragged: one switch, or a curve with points of one's own."""
    free = getattr(store.state, f"{gate}_mode") == "curve"
    shown = {
        "label": NAMES[gate],
        "points": _points(store.state, gate),
        "last": store.state.steps - 1,
        "shape": "linear" if free else "step",
        "free": free,
        "most": MAX_POINTS,
        "colour": style(gate, theme()).color,
    }
    live.part(
        "schedule",
        f"{store.page}/{gate}_points",
        shown,
        on_sent=take,
        value=lambda: _points(store.state, gate),
    )


def _take_switch(store: Store[CarouselState], gate: str, text: Any) -> None:
    try:
        values = switched(gate, read_points(str(text)))
    except BadValue as problem:
        store.say(f"“{gate}” {problem}.")
    else:
        store.take_all(values)


def _scalar_controls(store: Store[CarouselState]) -> None:
    st.markdown(
        "$a[n] = g^i[n]\\, p[n] + g^f[n]\\, a[n-1]$ (12.16): the input (update) gate lets $p$ into the"
        " accumulator $a$, the feedback gate keeps what is there."
    )
    steps = list(range(SCALAR_STEPS))
    _switches(store, "opened", "Input (update) gate g_i open at step", steps)
    _switches(store, "cleared", "Feedback (state, forget) gate g_f shut at step", steps)


def _switches(store: Store[Any], field: str, label: str, steps: list[int]) -> None:
    key = f"{store.page}/{field}"
    tell(key, list(getattr(store.state, field)))

    def absorb() -> None:
        store.change(**{field: tuple(sorted(st.session_state[key]))})

    st.pills(label, steps, selection_mode="multi", wrap=True, key=key, on_change=absorb)


def charts(run: CarouselRun, state: CarouselState) -> None:
    """Gates, state, error, and the error's travel."""
    rec, ground = run.rec, theme()
    fill_drawing(state.drawing, run.back, unit=state.unit)
    look: dict[str, Any] = {"theme": ground}
    upper = {**look, "time_axis": False}
    if state.system == "scalar":
        columns = {"p": scalar_input(state.pattern)[:, 0], "a": rec["s"][:, 0]}
        gates = {"g_i = g_cu": rec["g_cu"][:, 0], "g_f = g_cs": rec["g_cs"][:, 0]}
        show(sequence(gates, scale="unit", height=84, **upper), "gates")
        show(sequence(columns, height=104, **upper), "state")
        show(gradient_traces(run.back, ("psi", "chi"), 0, height=96, **look), "error")
    else:
        gates_of = names_of_kind(rec, ["gate"])
        show(signal_traces(rec, gates_of, state.unit, scale="unit", height=84, **upper), "gates")
        data = names_of_kind(rec, ["candidate", "state", "value"])
        show(signal_traces(rec, data, state.unit, height=96, **upper), "state")
        errors = gradient_traces(run.back, ("psi", "chi"), None, height=104, domain=DOMAIN, **look)
        show(errors, "error")
    lags = transport_by_lag(run.by_lag, theme=ground, height=104, domain=DOMAIN)
    show(lags, "lags")


def figures_in_words(run: CarouselRun, state: CarouselState) -> None:
    """How constant the error is, and the values at the cursor."""
    step = step_in_words(run, state)
    live.fill(WORDS, step | {"html": _constancy(run, state) + step["html"]})


def _constancy(run: CarouselRun, state: CarouselState) -> str:
    """How much the error changes on its way, in figures."""
    head = "<h3>How constant is ψ?</h3>"
    if np.isnan(run.change):
        return (
            f"{head}<p>No error reaches the state at the last step: ψ[n] = ψ[n+1] holds as 0 = 0."
            " Open the readout at some step, or let the error enter on the state.</p>"
        )
    figures = [
        ("Largest change in one step", run.change, "max |ψ[n] − ψ[n+1]| / |ψ[K−1]|"),
        ("Left of it at the first step", run.left, "‖ψ[0]‖ / ‖ψ[K−1]‖: 1 is all of it"),
    ]
    estimate = saturation_estimate(state) if state.system == "lstm" else None
    if estimate is not None:
        label = "Estimate 8<i>e</i><sup>−<i>b</i></sup> for one step (errata 18)"
        figures.append((label, estimate, ""))
    return head + "".join(
        f'<p class="figure" title="{title}"><span>{label}</span><b>{number:.3g}</b></p>'.replace(
            "e-", "e−"
        )
        for label, number, title in figures
    )


WHAT_TO_LOOK_FOR = (
    "**What to look for.** The lower picture shows how much of an error at the end is left after so"
    " many steps, whether or not one came in: *exact* along every path, *paper* by the product (180),"
    " *cec* by the state (forget) gates alone (182). In *Leak of a tenth* the gates alone would leave"
    " $0.9^{39} = 0.016$; the rest comes by the other ways. *Gated scalar* is the same cell with all else"
    " held, as another textbook draws it: its gate $g^i$ is the update (input) gate, its feedback gate the"
    " state (forget) gate, and $a$ the state."
)


def step_in_words(run: CarouselRun, state: CarouselState) -> dict[str, Any]:
    """The state's equation with its numbers, and the size of the error, at the cursor's step."""
    rec, unit = run.rec, state.unit
    if state.system == "scalar":
        unit, number = 0, "12.16"
        line = "<i>a</i> = <i>g</i><sup>i</sup> <i>p</i> + <i>g</i><sup>f</sup> <i>a</i>′"
        factors = ("g_cu", "u", "g_cs", "before")
    else:
        s, g_cs, g_cu, u = (symbol(rec.cell, name) for name in ("s", "g_cs", "g_cu", "u"))
        number = "134"
        line = f"{s} = {g_cs} {s}′ + {g_cu} {u}"
        factors = ("g_cs", "before", "g_cu", "u")
    a, b, c, d = (f'<span data-of="{name}" data-as="factor"></span>' for name in factors)
    columns = {name: rec[name][:, unit] for name in ("g_cs", "g_cu", "u", "s")}
    columns |= {
        "before": rec.previous("s")[:, unit],
        "psi": np.linalg.norm(run.back["psi"], axis=1),
    }
    return {
        "html": '<h3>At step n = <span data-of="n"></span></h3><div class="step">'
        f'<div class="eq"><span class="no">({number})</span><span>{line}<br>'
        f'<span class="numbers">= {a} · {b} + {c} · {d}</span> = <b data-of="s"></b></span></div>'
        '<div class="eq"><span class="no"></span><span>‖<i>ψ</i>[<span data-of="n"></span>]‖ ='
        ' <b data-of="psi"></b></span></div></div>',
        "columns": {name: _short(values) for name, values in columns.items()},
    }


def _short(values: np.ndarray) -> list[float | None]:
    """To four significant digits, as they are written."""
    return [float(f"{value:.4g}") if np.isfinite(value) else None for value in values]
