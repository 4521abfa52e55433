"""The parts of *The constant error carousel*."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

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
)
from explorer.notation import tex
from explorer.show import show, theme
from explorer.store import Store, tell
from lstm_core.figures import (
    gradient_traces,
    names_of_kind,
    sequence,
    signal_traces,
    transport_by_lag,
)

DOMAIN = (1e-12, 1e2)  # of the errors, whatever the gates, so that settings can be compared
NAMES = {"cs": "State gate g_cs", "cu": "Update gate g_cu", "cr": "Readout gate g_cr"}


def controls(store: Store[CarouselState]) -> None:
    """The gates, or the switches of the scalar carousel."""
    store.choose("system", "System", SYSTEMS, label_visibility="collapsed")
    if store.state.system == "scalar":
        _scalar_controls(store)
        return
    for gate in GATES:
        _gate(store, gate)
    store.choose("error", "The error at the end enters on", ERRORS)
    with st.popover("Size, start and seed", width="stretch"):
        store.slider("steps", "steps")
        store.slider("width", "units")
        if store.state.width > 1:
            store.slider("unit", "unit drawn", high=store.state.width - 1)
        store.slider("start", "start s[−1]", step=0.1)
        store.number("seed", "seed of the weights")


def _gate(store: Store[CarouselState], gate: str) -> None:
    mode = getattr(store.state, f"{gate}_mode")
    store.select(f"{gate}_mode", NAMES[gate], MODES)
    if mode == "constant":
        store.slider(gate, "value", step=0.01, label_visibility="collapsed")
    elif mode == "bias":
        store.slider(f"{gate}_bias", "bias", step=1.0, label_visibility="collapsed")
    elif mode == "schedule":
        before, at, after = st.columns(3, gap="small")
        with before:
            store.slider(f"{gate}_before", "before", step=0.05)
        with at:
            store.slider(f"{gate}_at", "from n =", high=store.state.steps - 1)
        with after:
            store.slider(gate, "after", step=0.05)


def _scalar_controls(store: Store[CarouselState]) -> None:
    st.markdown(
        "$a[n] = g^i[n]\\, p[n] + g^f[n]\\, a[n-1]$ (12.16): the input gate lets $p$ into the"
        " accumulator $a$, the feedback gate keeps what is there."
    )
    store.select("pattern", "Input p", PATTERNS)
    steps = list(range(SCALAR_STEPS))
    _switches(store, "opened", "Input gate g_i open at step", steps)
    _switches(store, "cleared", "Feedback gate g_f shut at step", steps)


def _switches(store: Store[Any], field: str, label: str, steps: list[int]) -> None:
    key = f"{store.page}/{field}"
    tell(key, list(getattr(store.state, field)))

    def absorb() -> None:
        store.change(**{field: tuple(sorted(st.session_state[key]))})

    st.pills(label, steps, selection_mode="multi", wrap=True, key=key, on_change=absorb)


def charts(run: CarouselRun, state: CarouselState) -> None:
    """Gates, state, error, and the error's travel."""
    rec, cursor, ground = run.rec, state.n, theme()
    look: dict[str, Any] = {"cursor": cursor, "theme": ground}
    upper = {**look, "time_axis": False}
    if state.system == "scalar":
        columns = {"p": scalar_input(state.pattern)[:, 0], "a": rec["s"][:, 0]}
        gates = {"g_i = g_cu": rec["g_cu"][:, 0], "g_f = g_cs": rec["g_cs"][:, 0]}
        show(sequence(gates, scale="unit", height=96, **upper), "gates")
        show(sequence(columns, height=140, **upper), "state")
        show(gradient_traces(run.back, ("psi",), 0, height=120, **look), "error")
    else:
        gates_of = names_of_kind(rec, ["gate"])
        show(signal_traces(rec, gates_of, state.unit, scale="unit", height=96, **upper), "gates")
        data = names_of_kind(rec, ["candidate", "state", "value"])
        show(signal_traces(rec, data, state.unit, height=104, **upper), "state")
        errors = gradient_traces(run.back, ("psi", "chi"), None, height=112, domain=DOMAIN, **look)
        show(errors, "error")
    lags = transport_by_lag(run.by_lag, theme=ground, height=112, domain=DOMAIN)
    show(lags, "lags")


def figures_in_words(run: CarouselRun, state: CarouselState) -> None:
    """How constant the error is, and the values at the cursor."""
    st.markdown("### How constant is ψ?")
    if np.isnan(run.change):
        st.info(
            "No error reaches the state at the last step: ψ[n] = ψ[n+1] holds as 0 = 0."
            " Open the readout at some step, or let the error enter on the state."
        )
    else:
        st.metric(
            "Largest change in one step", f"{run.change:.2g}", help="max |ψ[n] − ψ[n+1]| / |ψ[K−1]|"
        )
        st.metric(
            "Left of it at the first step",
            f"{run.left:.3g}",
            help="‖ψ[0]‖ / ‖ψ[K−1]‖: 1 is all of it",
        )
    estimate = saturation_estimate(state) if state.system == "lstm" else None
    if estimate is not None:
        st.metric("Estimate $8e^{-b}$ for one step (errata 18)", f"{estimate:.2g}")
    n, rec = state.n, run.rec
    st.markdown(f"### At step n = {n}")
    if state.system == "scalar":
        before = float(rec.previous("s")[n, 0])
        g_i, g_f, u, a = (float(rec[name][n, 0]) for name in ("g_cu", "g_cs", "u", "s"))
        st.markdown(
            f"$a = g^i p + g^f a'$  \n$= {g_i:.0f}\\cdot({u:.3g}) + {g_f:.0f}\\cdot({before:.3g})"
            f" = {a:.3g}$"
        )
    else:
        unit = state.unit
        g_cs, g_cu, u, s = (float(rec[name][n, unit]) for name in ("g_cs", "g_cu", "u", "s"))
        before = float(rec.previous("s")[n, unit])
        st.markdown(
            f"$s = g_{{cs}} s' + g_{{cu}} u$ (134)  \n$= {tex(g_cs)}\\cdot({tex(before)})"
            f" + {tex(g_cu)}\\cdot({tex(u)}) = {tex(s)}$"
        )
    psi = run.back["psi"]
    st.markdown(f"$\\|\\psi[{n}]\\| = {tex(float(np.linalg.norm(psi[n])))}$")
    st.markdown(
        "**What to look for.** The lower picture shows how much of an error at the end is left"
        " after so many steps: *exact* along every path, *paper* by the product (180), *cec* by the"
        " state gates alone (182)."
    )
