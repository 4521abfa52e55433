"""Stability: the eigenvalues of W_s + W_r against the unit circle."""

import streamlit as st

from explorer import stability, stability_view
from explorer.cell_view import place_drawing
from explorer.page import chapter_page, predict
from explorer.stability import StabilityRun, StabilityState
from explorer.time_cursor import time_cursor

with chapter_page("Stability", StabilityState, stability.presets(), stability.settle) as store:
    st.markdown(
        "The canonical RNN (30-31) with two units and $r = G(s)$, $G = \\tanh$: near rest, where $G$ has"
        " the slope 1, a step multiplies the state by $W_s + W_r$, so the eigenvalues of that matrix say"
        " whether a small disturbance dies. Further out $G$ is flat (the readout *saturates*), and a step"
        " multiplies a disturbance by $W_s + W_r\\,\\mathrm{diag}(G'(s))$, which has other eigenvalues."
        " Drag them about the unit circle and compare what the rule says with what the state does."
    )

    def picture(run: StabilityRun, state: StabilityState) -> int:
        stability_view.plane(run, state)
        stability_view.drawing(run, state)
        stability_view.charts(run)
        return len(run.rec)

    controls, right = st.columns([1, 3.3], gap="medium")
    with controls:
        stability_view.controls(store)
    with right:
        time_cursor()
        plane, charts = st.columns([1.2, 2], gap="medium")
    with plane:
        stability_view.places(store)
    with charts:
        state = store.usable(stability.run)
        place_drawing(state.drawing, stability.run(state).rec)
        store.draw(stability.run, picture)

    st.markdown(stability_view.WHAT_TO_LOOK_FOR)
    predict(
        "$W_s = 1.2$ and $W_r = -0.5$: the sum is 0.7, inside the circle. Is every start safe?",
        "No. From 0.1 the state dies out; from 10 it grows without end (errata 1). Out there the"
        " readout is saturated, $W_r$ has no more effect on changes, and $W_s = 1.2$ is left alone."
        " The eigenvalues of $W_s + W_r$ speak for small signals only.",
    )
    predict(
        "The paper asks for $0 < \\mu < 1$. Is a cell with $\\mu = -0.5$ unstable?",
        "No: what counts is $|\\mu| < 1$ (errata 4). A negative eigenvalue makes the state change its"
        " sign at every step while it decays; with $\\mu = -0.95$ it takes longer.",
    )
